"""What hashing a version's bytes came to, journaled: so that a gate can say later when that was."""

from __future__ import annotations

from ..engine.documents import Document
from ..engine.repository import Repository
from ..nouns.event import EventKind

_LONGEST = 500  # characters of a problem that the event keeps


def record(repository: Repository, document: Document, problem: str) -> None:
    """Journal that a version's bytes were hashed, and what that came to: an empty text when all is well.

    Nothing is written when the version was deleted meanwhile.
    """
    data = {field: document[field] for field in ("model", "version", "id")} | {"ok": not problem}
    with repository.writing() as index:
        now = index.version(document["model"], document["version"]) or {"deleted": True}
        if not now.get("deleted"):
            repository.append(EventKind.VERIFIED, data | ({"problem": problem[:_LONGEST]} if problem else {}))
