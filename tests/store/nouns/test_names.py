"""Which names are taken, and that what is taken can be read back after ``@``."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mvtui.store.errors import BadInputError, BadNameError
from mvtui.store.nouns import names, reference

_BAD = [
    "",
    ".",
    "..",
    "a..b",
    "a/b",
    "/a",
    "-a",
    "a-",
    ".hidden",
    "a b",
    "a\n",
    "a\0b",
    "a\x1b[31m",
    "é",
    "ａ",
    "a@b",
    "a~1",
    "x" * 101,
    "x" * 10_000,
    "a\u202eb",
    "\ud800",
]


@pytest.mark.parametrize("name", _BAD)
def test_bad_model_names_are_refused_with_advice(name: str) -> None:
    with pytest.raises(BadNameError) as caught:
        names.check_model(name)
    assert caught.value.exit_code == 4
    assert caught.value.hint
    assert len(caught.value.message) < 500


@pytest.mark.parametrize("name", ["a", "A9", "all-MiniLM-L6-v2", "x.y_z", "0", "x" * 100])
def test_plain_names_are_taken(name: str) -> None:
    assert names.check_model(name) == name


@pytest.mark.parametrize(
    "alias",
    ["latest", "Latest", "production", "PRODUCTION", "1.0.0", "v1.0.0", "dead", "DEAD", "Beef12", "0000"],
)
def test_an_alias_that_reads_as_something_else_is_refused(alias: str) -> None:
    with pytest.raises(BadNameError):
        names.check_alias(alias)


@given(st.from_regex(r"[A-Za-z0-9._-]{1,20}", fullmatch=True))
def test_an_alias_that_is_taken_is_read_back_as_that_alias(alias: str) -> None:
    try:
        names.check_alias(alias)
    except BadNameError:
        return
    assert reference.parse(f"model@{alias}") == reference.Reference("model", "alias", alias)


def test_tag_keys_may_have_slashes_inside() -> None:
    assert names.check_tag_key("team/owner") == "team/owner"
    for key in ("/owner", "owner/", "a/../b"):
        with pytest.raises(BadNameError):
            names.check_tag_key(key)


def test_text_must_be_text_that_utf8_can_hold() -> None:
    assert names.check_text("né 🎉", "the note") == "né 🎉"
    for text in ("\ud83d", b"bytes", 5, None):
        with pytest.raises(BadInputError) as caught:
            names.check_text(text, "the note")  # type: ignore[arg-type]
        assert caught.value.hint


def test_a_reason_fits_its_line() -> None:
    assert names.check_reason("  because  ") == "because"
    for reason in ("x" * 3000, "\x01" * 500, "é" * 1500):
        with pytest.raises(BadInputError):
            names.check_reason(reason)
