"""Sorting versions by the keys of a query."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from ...nouns.names import STAGES
from ...nouns.pickles import PICKLE_WORDS, kept_verdict
from ...nouns.semver import precedence
from .keyed import measured
from .pattern import fold
from .text import Document
from .tree import SortKey

Key = Callable[[Document], Any]
"""What to compare a document by; None if it has none, so that it comes last whatever the direction."""

_RANKS = {stage: rank for rank, stage in enumerate(STAGES)}
_PICKLES = {word: rank for rank, word in enumerate(reversed(PICKLE_WORDS))}
"""From what runs nothing to what runs something; without pickles there is nothing to rank."""


def arranged(documents: Sequence[Document], rows: list[int], keys: Sequence[SortKey]) -> list[int]:
    """Return rows sorted by the first key, equals by the next; rows that are equal in all stay as they were.

    What has no value (NaN counts as none) comes last, whether the lowest or the highest comes first.
    """
    for key in reversed(keys):
        get = _key(key)
        values = {row: get(documents[row]) for row in rows}
        valued = [row for row in rows if values[row] is not None]
        without = [row for row in rows if values[row] is None] if len(valued) < len(rows) else []
        valued.sort(key=values.__getitem__, reverse=key.descending)
        rows = valued + without
    return rows


def _key(key: SortKey) -> Key:
    if key.field == "metric":
        return _metric(key.name)
    if key.field == "param":
        return _param(key.name)
    if key.field == "tag":
        return _tag(key.name)
    return _KEYS[key.field]


def _metric(name: str) -> Key:
    def get(document: Document) -> float | None:
        stored = document["metrics"].get(name) if "metrics" in document else None
        if stored.__class__ is str:
            value = measured(stored)
            return None if math.isnan(value) else value
        return stored

    return get


def _param(name: str) -> Key:
    def get(document: Document) -> tuple[bool, Any] | None:
        value = document["params"].get(name) if "params" in document else None
        if value is None:
            return None
        return (True, fold(value)) if isinstance(value, str) else (False, value)

    return get


def _tag(name: str) -> Key:
    def get(document: Document) -> str | None:
        value = document["tags"].get(name) if "tags" in document else None
        return None if value is None else fold(value)

    return get


def _created(document: Document) -> str:
    moment: str = document.get("created") or document["registered"]
    return moment[:-1]


_KEYS: dict[str, Key] = {
    # Without the Z: "…00Z" would come after "…00.5Z".
    "created": _created,
    "registered": lambda d: d["registered"][:-1],
    "staged": lambda d: d["staged"][:-1] if d.get("staged") else None,
    "version": lambda d: precedence(d["version"]),
    "model": lambda d: fold(d["model"]),
    "size": lambda d: d["size"],
    "files": lambda d: d["files"],
    "stage": lambda d: _RANKS.get(d.get("stage", "")),
    "kind": lambda d: d["kind"],
    "author": lambda d: fold(d["author"]),
    "host": lambda d: fold(d["host"]),
    "alias": lambda d: fold(min(d["aliases"])) if d.get("aliases") else None,
    "pickle": lambda d: _PICKLES.get(kept_verdict(d)),
    "note": lambda d: fold(d["note"]) if d.get("note") else None,
    "id": lambda d: d["id"],
}
