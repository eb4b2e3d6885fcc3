"""Whatever a prompt's file holds, it is read or refused by the one kind of error; what is read renders or says why not."""

from __future__ import annotations

import importlib.util

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mvtui.store import errors
from mvtui.store.knowledge.prompts import Prompt, read

LANGUAGES = ["text", "format", *(["jinja"] if importlib.util.find_spec("jinja2") else [])]
PIECES = st.sampled_from(
    ["{", "}", "{{", "}}", "{%", "%}", "{#", "#}", "a", "b", " ", "\n", "if", "for", "in", "endif", "endfor", "set",
     "=", "|", ".", "(", ")", "[", "]", "'", '"', ":", "-", "+", "*", "1", "9999999999", "~", "range", "loop", "é",
     "macro", "endmacro", "raw", "endraw", "filter", "call", "default", "join", "length", "!", "__class__", "self"]
)  # fmt: skip


def survive(data: bytes, file: str, language: str | None) -> None:
    try:
        prompt = Prompt(read(data, file, stated=language))
    except errors.BadInputError:
        return
    values = dict.fromkeys((*prompt.required, *prompt.optional), "v")
    try:
        prompt.render(values)
    except errors.BadInputError:
        return


@pytest.mark.parametrize("language", LANGUAGES)
@settings(max_examples=300)
@given(pieces=st.lists(PIECES, max_size=25))
def test_pieces_of_templates(language: str, pieces: list[str]) -> None:
    survive("".join(pieces).encode(), "a.md", language)


@settings(max_examples=300)
@given(
    data=st.binary(max_size=60) | st.text(max_size=60).map(lambda text: text.encode("utf-8", "replace")),
    file=st.sampled_from(["a.md", "a.json", "a.yaml", "a"]),
)
def test_any_bytes(data: bytes, file: str) -> None:
    try:
        survive(data, file, "text")
    except errors.MissingLibraryError:
        pytest.fail("text needs no library")


@settings(max_examples=200)
@given(
    tree=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["{a}", "user"]),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["role", "content", "messages", "text", "type"]), inner, max_size=4
            )
        ),
        max_leaves=12,
    )
)
def test_any_json(tree: object) -> None:
    import json

    survive(json.dumps(tree).encode(), "c.json", "format")
