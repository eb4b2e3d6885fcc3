"""References: every form is read, everything else refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mvtui.store.errors import BadInputError
from mvtui.store.nouns.reference import Reference, parse


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("m", Reference("m", "latest", "latest")),
        ("m@latest", Reference("m", "latest", "latest")),
        ("m@LATEST", Reference("m", "latest", "latest")),
        ("m@1.4.0", Reference("m", "number", "1.4.0")),
        ("m@v1.4.0", Reference("m", "number", "1.4.0")),
        ("m@2.0.0-rc.1", Reference("m", "number", "2.0.0-rc.1")),
        ("m@Production", Reference("m", "stage", "production")),
        ("m@production~1", Reference("m", "stage", "production", 1)),
        ("m@production~", Reference("m", "stage", "production", 1)),
        ("m~2", Reference("m", "latest", "latest", 2)),
        ("m@champion", Reference("m", "alias", "champion")),
        ("m@9f8a", Reference("m", "id", "9f8a")),
        ("m@9F8A12E", Reference("m", "id", "9f8a12e")),
        ("m@abc", Reference("m", "alias", "abc")),
        ("id:9f8a12e", Reference(None, "id", "9f8a12e")),
        ("id:9F8A~1", Reference(None, "id", "9f8a", 1)),
        ("models:/m", Reference("m", "latest", "latest")),
        ("models:/m/1.4.0", Reference("m", "number", "1.4.0")),
        ("models:/m/Production", Reference("m", "stage", "production")),
        ("models:/m@champion", Reference("m", "alias", "champion")),
    ],
)
def test_every_form_is_read(text: str, expected: Reference) -> None:
    assert parse(text) == expected
    assert parse(str(expected)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "@",
        "m@",
        "@1.0.0",
        "m@@x",
        "id:",
        "id:abc",
        "id:xyzw",
        "id:" + "a" * 65,
        "models:/",
        "m/x",
        "m@a b",
        "m@x\0",
    ],
)
def test_what_is_no_reference_is_refused_with_advice(text: str) -> None:
    with pytest.raises(BadInputError) as caught:
        parse(text)
    assert caught.value.hint


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused_and_reads_the_same_again(text: str) -> None:
    try:
        read = parse(text)
    except BadInputError:
        return
    assert parse(str(read)) == read
