"""Who held Production, and where it could go back to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ..engine.documents import Document
from ..engine.index import Index

KEPT = 3
"""So many versions that Production could go back to are protected: they can't be deleted or pruned."""


class Past(NamedTuple):
    """A version that held Production, and why it could not have it back: an empty text when it could."""

    document: Document
    unfit: str


def past(index: Index, model: Document, leaving: str | None) -> Iterator[Past]:
    """Yield who held Production, the last first, each once; ``leaving`` is left out."""
    seen = {leaving}
    for entry in reversed(model.get("held", ())):
        if (number := entry["version"]) in seen:
            continue
        seen.add(number)
        document = index.version(model["name"], number)
        if document is not None:
            yield Past(document, _unfit(document))


def _unfit(document: Document) -> str:
    number = document["version"]
    if document.get("deleted"):
        return f"{number} was deleted"
    if document.get("rolled_back"):
        return f"{number} was rolled back from"
    if document.get("external"):
        return f"the bytes of {number} are not in the store"
    return ""


def way_back(index: Index, model: Document, leaving: str | None) -> Document | None:
    """Return the version that Production would go back to from ``leaving``; None when there is none."""
    return next((each.document for each in past(index, model, leaving) if not each.unfit), None)


def protected(index: Index, model: Document) -> list[str]:
    """Return the numbers of the versions that Production could go back to next, the nearest first."""
    fit = (each.document["version"] for each in past(index, model, None) if not each.unfit)
    return [number for number, _ in zip(fit, range(KEPT + 1), strict=False)]


def held_at(model: Document, number: str) -> list[str]:
    """Return when a version was put in Production, oldest first, as RFC 3339."""
    return [entry["at"] for entry in model.get("held", ()) if entry["version"] == number]


def taken_over(model: Document, number: str) -> str | None:
    """Return when the next one took Production over from a version, the last time; None when it only was emptied."""
    after: str | None = None
    for entry in reversed(
        model.get("held", ())
    ):  # in the order of the journal: clocks may have gone backwards
        if entry["version"] == number:
            return after
        after = entry["at"]
    return None
