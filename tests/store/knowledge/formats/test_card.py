"""Model cards as they are inspected; what they say of a model's origin is tested beside ``guess``."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from mvtui.store.errors import BadFileError
from mvtui.store.knowledge import formats

from . import made

CARD = """---
license: apache-2.0
language: [en, fr]
tags:
- sentence-similarity
datasets:
- s2orc
model-index:
- name: x
  results: []
---

# all-MiniLM-L6-v2 #

text
# another
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            CARD,
            {
                "license": "apache-2.0",
                "language": ["en", "fr"],
                "datasets": ["s2orc"],
                "tags": ["sentence-similarity"],
                "title": "all-MiniLM-L6-v2",
            },
        ),
        ("# Only a title", {"title": "Only a title"}),
        ("no title", {}),
        ("", {}),
        ("\ufeff---\nlicense: mit\n---\n", {"license": "mit"}),
        ("---\r\nlicense: mit\r\n---\r\n# A\r\n", {"license": "mit", "title": "A"}),
        ("---\nlicense:\n---\n", {}),
        ("---\n- a list\n---\n", {}),
        ("---\nlicense: 2024-01-01\n---\n", {"license": "2024-01-01"}),
    ],
)
def test_what_a_card_says(text: str, expected: dict[str, Any]) -> None:
    found = made.read(text.encode(), "README.md")
    assert (found.format, found.metadata) == ("model card", expected)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"---\nlicense: mit\n", "does not end in the file"),
        (b"---\nlicense: \xff\n---\n", "not UTF-8 at byte 9"),
        (b"---\nlicense: [\n---\n", "its front matter:"),
        (b"---\ntags: !!python/object/apply:os.system [x]\n---\n", "its front matter:"),
        (b"---\ntags: " + b"[" * 2000 + b"\n---\n", "front matter"),
        (b"---\ntags:\n" + b"- x\n" * 20_000 + b"---\n", "longer than 64 KiB"),
    ],
)
def test_what_is_wrong_is_told(data: bytes, says: str) -> None:
    with pytest.raises(BadFileError) as caught:
        made.read(data, "README.md")
    assert says in caught.value.message
    assert caught.value.format == "model card"


def test_a_text_without_end_is_not_read_to_its_end() -> None:
    for head in (b"---\n", b"# Title\n"):
        file = made.Vast(1 << 40, head=head, pattern=b"words and words\n")
        with contextlib.suppress(BadFileError):
            formats.read(formats.Source(file, file.size, "README.md"))
        assert file.taken < 2 << 20
