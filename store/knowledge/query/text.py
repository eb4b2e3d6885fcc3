"""Words in queries: names that resemble one, and the text about a version that one is looked for in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...nouns.manifest import scalar_text
from .pattern import fold

Document = Mapping[str, Any]

_SHORTEST = 3
_SLACK = 2


def resembles(name: str, word: str) -> bool:
    """Say whether a name contains a word, or its letters in their order, near to each other: ``sntmt`` in ``sentiment``.

    For the latter the word has three letters or more, begins where the name or a part of it begins, and the
    letters stand in a stretch at most twice as long. Both are folded.
    """
    if word in name:
        return True
    if len(word) < _SHORTEST or len(word) > len(name):
        return False
    return any(
        _spread(name, word, start) <= _SLACK * len(word)
        for start, letter in enumerate(name)
        if letter == word[0] and (start == 0 or not name[start - 1].isalnum())
    )


def _spread(name: str, word: str, start: int) -> float:
    """Return the length of the stretch from ``start`` that has the word's letters in order; infinite without."""
    at = start
    for letter in word:
        at = name.find(letter, at) + 1
        if not at:
            return float("inf")
    return at - start


def describe(document: Document, *, model: bool = True) -> str:
    """Return everything about a version that a bare word is looked for in, folded.

    That is its number (with ``model`` the whole reference), short ID, kind, stage, author, host, note, aliases, tags
    and parameters as ``k=v``, and the names of its metrics.
    """
    parts: list[str] = [
        f"{document['model']}@{document['version']}" if model else document["version"],
        document["id"][:7],
        document["kind"],
        document.get("stage") or "",
        document["author"],
        document["host"],
        document.get("note", ""),
        *document.get("aliases", ()),
    ]
    parts += [f"{key}={value}" for key, value in document.get("tags", {}).items()]
    parts += [f"{key}={scalar_text(value)}" for key, value in document.get("params", {}).items()]
    parts += document.get("metrics", ())
    return fold("\n".join(parts))
