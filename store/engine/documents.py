"""The index's documents: which tables there are, what a document is called, how one is changed.

Documents are replaced, never changed in place: who holds one keeps what it saw. Empty fields are left out;
``Version`` and ``Model`` know the defaults.
"""

from __future__ import annotations

from typing import Any

Document = dict[str, Any]
Tables = dict[str, dict[str, Document]]

MODELS, VERSIONS, TRANSITIONS, STORE = "models", "versions", "transitions", "store"
TESTS, SEGMENTS = "tests", "segments"
TABLES = (MODELS, VERSIONS, TRANSITIONS, STORE, TESTS, SEGMENTS)


PICKLES = ("pickles", "pickle_reasons", "pickle_rules")
"""Fields of a version that say what loading its pickles would run: the verdict, why it is not safe, the rules it follows."""


def empty() -> Tables:
    """Return the tables of a store in which nothing happened."""
    return {name: {} for name in TABLES}


def key(model: str, version: str) -> str:
    """Return the document ID of a version."""
    return f"{model}@{version}"


def ref_of(document: Document) -> str:
    """Return the reference of a version: its document ID."""
    return key(document["model"], document["version"])


def held(document: Document) -> int:
    """Return how many bytes of a version the store holds: none of a dataset that stays where it is."""
    return 0 if document.get("external") else int(document["size"])


UNLISTED = "archived"
"""The stage whose versions a model's document does not list: they may be most of them, and each change would copy the list."""


def in_stage(model: Document, stage: str) -> list[str]:
    """Return the numbers of a model's versions in a stage that is listed, the one that entered it last at the end."""
    return [number for _, number in model.get("stages", {}).get(stage, ())]


def production(model: Document) -> str | None:
    """Return the number of a model's version in Production, or None."""
    return next(iter(in_stage(model, "production")), None)


def changed(document: Document, **fields: Any) -> Document:
    """Return the document with these fields set; a field whose value is empty is left out."""
    fresh = document | fields
    for field, value in fields.items():
        if not value:
            del fresh[field]
    return fresh
