"""The inverse of a note, a tag, an alias or a deletion: an event of its own, decided from what the store says now."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from ..engine.documents import Document, ref_of
from ..engine.index import Index
from ..engine.repository import Repository
from ..errors import ConflictError
from ..knowledge import ledger
from ..nouns.event import Event, EventKind
from . import look, needed


class Inverse(NamedTuple):
    """What would take an event back: an event, and its effect in words."""

    kind: EventKind
    data: dict[str, Any]
    effect: str


def of(repository: Repository, index: Index, event: Event) -> Inverse:
    """Return what takes an event back. The event is none of a change of stages.

    Raises:
        ConflictError: the store is not as the event left it, or what was there before can't come back.
    """
    found = _OF[event.kind](repository, index, event)
    where = {"model": event.data["model"], "version": event.data["version"]}
    return found._replace(data=where | found.data)


def document_of(index: Index, event: Event) -> Document:
    """Return the version that an event was about.

    Raises:
        ConflictError: it is gone, unless the event is what deleted it.
    """
    document = index.version(event.data["model"], event.data["version"])
    if document is None or (document.get("deleted") and event.kind is not EventKind.DELETE):
        raise ConflictError(f"{ledger.about(event)} is gone since", hint="mvtui history shows what happened.")
    return document


def refuse_unless(as_left: bool, event: Event) -> None:
    """Refuse to take back an event when something else stands in its place now.

    Raises:
        ConflictError: ``as_left`` is False.
    """
    if not as_left:
        raise ConflictError(
            f"{ledger.about(event)} is not what event {event.seq} left",
            hint="Make the change that is wanted now by its own command.",
        )


def before(event: Event, field: str = "before") -> Any:
    """Return what an event says was there before it; with ``field``, something else that it says.

    Raises:
        ConflictError: it doesn't say: it was written before undo was known, or its details are lost.
    """
    if field not in event.data:
        why = "its details are lost" if event.partial else "it does not say what was there before it"
        raise ConflictError(
            f"event {event.seq} can't be taken back: {why}",
            hint="Make the change that is wanted by its own command.",
        )
    return event.data[field]


def _note(_repository: Repository, index: Index, event: Event) -> Inverse:
    left = before(event, "note")
    refuse_unless(document_of(index, event).get("note", "") == left, event)
    old = before(event)
    lines = old.strip().splitlines()
    effect = f"its note is again: {lines[0][:200]}" if lines else "it has no note again"
    return Inverse(EventKind.NOTE, {"note": old, "before": left}, effect)


def _tag(_repository: Repository, index: Index, event: Event) -> Inverse:
    old: dict[str, str | None] = before(event)
    add, removed = before(event, "add"), before(event, "remove")
    left = {key: add.get(key) if key not in removed else None for key in old}
    known = document_of(index, event).get("tags", {})
    refuse_unless(all(known.get(key) == value for key, value in left.items()), event)
    again = {key: value for key, value in old.items() if value is not None}
    gone = [key for key in old if key not in again]
    words = [f"{key}={value}" for key, value in again.items()] + [f"no {key}" for key in gone]
    effect = f"its tags have again: {', '.join(words)}"
    return Inverse(EventKind.TAG, {"add": again, "remove": gone, "before": left}, effect)


def _alias(_repository: Repository, index: Index, event: Event) -> Inverse:
    model, alias, left = event.data["model"], event.data["alias"], event.data["version"]
    refuse_unless((index.model(model) or {}).get("aliases", {}).get(alias) == left, event)
    old = before(event)
    if old is not None and (index.version(model, old) or {"deleted": True}).get("deleted"):
        raise ConflictError(f"{model}@{old} was deleted", hint=f"Give it to another: mvtui alias REF {alias}")
    effect = f"{model}@{alias} {f'means {old} again' if old else 'is no more'}"
    return Inverse(EventKind.ALIAS, {"version": old, "alias": alias, "before": left}, effect)


def _deletion(repository: Repository, index: Index, event: Event) -> Inverse:
    document = document_of(index, event)
    refuse_unless(bool(document.get("deleted")), event)
    for other in index.with_id(document["id"]):
        if other["model"] == document["model"] and not other.get("deleted"):
            raise ConflictError(
                f"the content of {ref_of(document)} is registered again as {ref_of(other)}",
                hint=f"Use that: one content has one number in a model. mvtui show {ref_of(other)}",
            )
    if not document.get("external") and (gone := _gone(repository, document)):
        raise ConflictError(
            f"the bytes of {ref_of(document)} are gone: gc removed {gone}",
            hint="Register the files again: that makes a version of its own.",
        )
    return Inverse(EventKind.RESTORE, {}, f"{ref_of(document)} is there again")


def _gone(repository: Repository, document: Document) -> str:
    """Return the first file of a version that is neither stored nor in trash; an empty text when all are."""
    objects = repository.objects
    trashed = {each.digest for each in objects.trashed()}
    files = look.manifest(repository, document["id"]).files
    return next((e.path for e in files if objects.size(e.digest) is None and e.digest not in trashed), "")


def _restoration(_repository: Repository, index: Index, event: Event) -> Inverse:
    document = document_of(index, event)
    if holds := needed.why(index, document):
        raise ConflictError(f"{ref_of(document)} {holds[0].sentence}", hint=holds[0].hint)
    return Inverse(EventKind.DELETE, {}, f"{ref_of(document)} is deleted again")


_OF: dict[EventKind, Callable[[Repository, Index, Event], Inverse]] = {
    EventKind.NOTE: _note,
    EventKind.TAG: _tag,
    EventKind.ALIAS: _alias,
    EventKind.DELETE: _deletion,
    EventKind.RESTORE: _restoration,
}
