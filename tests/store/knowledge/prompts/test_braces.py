"""Templates with ``{name}``."""

from __future__ import annotations

import string
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mvtui.store import errors
from mvtui.store.knowledge.prompts import Prompt, read


def prompt(text: str) -> Prompt:
    return Prompt(read(text.encode(), "a.md", stated="format"))


def test_fields_are_filled_in_and_doubled_braces_are_braces() -> None:
    found = prompt('Hi {name}, {{"json": {n:03d}}} {price:.2f} {day:%Y-%m-%d} {name!r}\n')
    assert found.required == ("day", "n", "name", "price")
    assert found.render(name="Ann", n=7, price=2, day=date(2026, 1, 2)) == (
        "Hi Ann, {\"json\": 007} 2.00 2026-01-02 'Ann'\n"
    )


def test_a_value_is_never_read_as_a_template() -> None:
    assert prompt("{a}{b}").render(a="{b}", b="{{ a }}") == "{b}{{ a }}"


@pytest.mark.parametrize(
    ("text", "line", "column", "problem"),
    [
        ("a {x}\nb }", 2, 3, "closes nothing"),
        ("a {x}\n\n  {", 3, 3, "never closed"),
        ("{a {b}}", 1, 4, "inside another"),
        ("{}", 1, 1, "no name"),
        ("{0}", 1, 1, "number"),
        ("{user.name}", 1, 1, "part of a value"),
        ("{user[name]}", 1, 1, "part of a value"),
        ("{a b}", 1, 1, "letters, digits"),
        ("{été}", 1, 1, "letters, digits"),
        ("{a!x}", 1, 1, "conversion"),
        ("{a:>99999999}", 1, 1, "no format"),
        ("x{a:.9999f}", 1, 2, "no format"),
        ("{a:{b}}", 1, 4, "inside another"),
    ],
)
def test_what_does_not_parse_is_told_with_its_place(text: str, line: int, column: int, problem: str) -> None:
    with pytest.raises(errors.BadTemplateError, match=problem) as caught:
        prompt(text)
    assert (caught.value.line, caught.value.column, caught.value.file) == (line, column, "a.md")
    assert f"a.md, line {line}, column {column}" in str(caught.value)
    assert caught.value.hint


def test_a_value_that_has_no_such_format_is_named() -> None:
    with pytest.raises(errors.BadInputError, match="'n' can't be written as 'd'"):
        prompt("{n:d}").render(n="seven")


@given(st.text(alphabet="{}ab:!.[ %Y\n", max_size=30))
def test_what_parses_renders_as_python_does(text: str) -> None:
    try:
        found = prompt(text)
    except errors.BadTemplateError:
        return
    values = dict.fromkeys(found.required, "v")
    try:
        expected = string.Formatter().vformat(text, (), values)
    except ValueError:  # a format that text does not have
        with pytest.raises(errors.BadInputError):
            found.render(values)
        return
    assert found.render(values) == expected
