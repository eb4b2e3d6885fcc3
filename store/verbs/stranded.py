"""What stays in Production when what it stands on leaves it: an adapter without its base, a bundle with a member that is archived."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..engine.documents import MODELS, Document, production, ref_of
from ..engine.index import Index
from ..nouns.bundle import MEMBER_EDGE
from ..nouns.stage import ARCHIVED, PRODUCTION, Stage

if TYPE_CHECKING:
    from ..nouns.transition import Move


def stranded(index: Index, model: str, moves: Iterable[Move]) -> list[str]:
    """Return a sentence for each version in Production whose base or member some moves of another model take out of it.

    Nothing is in the way of such moves: whoever rolls back in a hurry must be able to.
    """
    stages = {move.version: move.stage for move in moves}
    if PRODUCTION in stages.values() and (holder := production(index.model(model) or {})):
        stages.setdefault(holder, ARCHIVED)
    leaving: dict[str, tuple[Document, Stage | None]] = {}
    for number, stage in stages.items():
        document = index.version(model, number)
        if document is not None and document.get("stage") == PRODUCTION != stage:
            elsewhere = [each for each in index.with_id(document["id"]) if each["model"] != model]
            if not any(each.get("stage") == PRODUCTION for each in elsewhere):
                leaving[document["id"]] = document, stage
    return (
        sorted(said for other in index.tables[MODELS] for said in _of(index, other, leaving))
        if leaving
        else []
    )


def _of(index: Index, model: str, leaving: dict[str, tuple[Document, Stage | None]]) -> list[str]:
    number = production(index.model(model) or {})
    document = index.version(model, number) if number else None
    if document is None or document["kind"] not in ("adapter", "bundle") or document["id"] in leaving:
        return []
    told = []
    for edge in document.get("edges", ()):
        gone, stage = leaving.get(edge["to"], (None, None))
        if gone is None:
            continue
        if edge["type"] == MEMBER_EDGE and stage == ARCHIVED:
            told.append((edge.get("role") or "member", gone))
        elif edge["type"] == "adapter-of":
            told.append(("base", gone))
    return [
        f"{ref_of(document)} stays in production, and its {role} {ref_of(gone)} does not"
        for role, gone in told
    ]
