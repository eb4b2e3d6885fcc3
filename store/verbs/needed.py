"""What keeps a version from being deleted: a stage, an alias, a way back, something that can't do without it."""

from __future__ import annotations

from typing import NamedTuple

from ..engine import abtests
from ..engine.documents import Document, ref_of
from ..engine.index import Index
from ..nouns.bundle import MEMBER_EDGE
from ..nouns.stage import ARCHIVED
from . import standing

NEEDING = {"adapter-of": "is the base of", MEMBER_EDGE: "is a member of"}
"""Edges whose other end is useless without this version, and what it is to that. Other lineage does not hold it."""


class Hold(NamedTuple):
    """One thing that holds a version: a sentence that goes on after its name, and what to do first."""

    sentence: str
    hint: str


def why(index: Index, document: Document) -> list[Hold]:
    """Return all that holds a version; empty when it may go."""
    model, number = document["model"], document["version"]
    line = index.model(model) or {}
    found = [
        Hold(
            f"is held by the alias {alias!r}",
            f"Move the alias first, or remove it: mvtui alias --remove {model}@{alias}",
        )
        for alias in document.get("aliases", ())
    ]
    found += [
        Hold(
            f"is arm {arm['name']} of the A/B test {test['name']}, which runs",
            f'End the test first: mvtui ab stop {test["name"]} --reason "…"',
        )
        for test, arm in abtests.arms_of(index.tables, model)
        if arm["version"] == number
    ]
    if (stage := document.get("stage")) and stage != ARCHIVED:
        hint = f'Take it out of its stage first: mvtui promote {ref_of(document)} --to archived --reason "…"'
        found.append(Hold(f"is in {stage}", hint))
    elif number in standing.protected(index, line):
        hint = "It goes when three later versions have held production, or once it was rolled back from."
        found.append(Hold("is one of the versions that production could go back to", hint))
    others = [
        Hold(f"{NEEDING[type_]} {ref_of(other)}", "Delete that first.")
        for other, type_ in _needing(index, document)
    ]
    return found + others


def _needing(index: Index, document: Document) -> list[tuple[Document, str]]:
    """Return the versions that need this one, and the types of the edges by which they do."""
    twins = [d for d in index.with_id(document["id"]) if not d.get("deleted")]
    if len(twins) > 1:
        return []  # its content stays under another name
    return [
        (other, edge["type"])
        for other in index.from_origin(document["id"])
        if not other.get("deleted")
        for edge in other.get("edges", ())
        if edge["type"] in NEEDING and edge["to"] == document["id"]
    ]
