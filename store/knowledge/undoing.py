"""What undo and redo are about: found in the journal, the last events first.

An undo is an event of the kind that it takes back, which names it (``undoes``); a redo names the undo (``redoes``). So
the journal itself is the stack: an undone event is passed over, and a redo counts as a change that can be undone.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, TypeAlias

from ..nouns.event import Event, EventKind

UNDOABLE = frozenset(
    {
        EventKind.TRANSITION,
        EventKind.ALIAS,
        EventKind.TAG,
        EventKind.NOTE,
        EventKind.DELETE,
        EventKind.RESTORE,
    }
)

STANDING = frozenset({EventKind.AB_TEST})
"""Changes that can't be undone, but are not passed over either: who undoes has them in mind."""

Thing: TypeAlias = tuple[str, ...]
"""What a change is about: ``("stage", ref)``, ``("production", model)``, ``("alias", model, name)``, ``("tag", ref, key)``,
``("note", ref)`` or ``("version", ref)``.
"""


class Found(NamedTuple):
    """The event to take back, and those that came after it, the last first."""

    event: Event
    later: tuple[Event, ...]


def last_change(newest_first: Iterable[Event], person: str) -> Found | None:
    """Return a person's last change that can be undone and was not yet; None when there is none."""
    undone: set[int] = set()
    later: list[Event] = []
    for event in newest_first:
        if event.kind in STANDING and event.actor.user == person:
            return Found(event, tuple(later))
        if event.kind in UNDOABLE and event.actor.user == person:
            if number := _takes_back(event, "undoes"):
                undone.add(number)
            elif event.seq not in undone:
                return Found(event, tuple(later))
        later.append(event)
    return None


def last_verdict(newest_first: Iterable[Event], person: str) -> Event | None:
    """Return a person's last approval or rejection, unless it was withdrawn since; None when there is none."""
    for event in newest_first:
        if event.kind is EventKind.APPROVAL and event.actor.user == person:
            if event.data.get("verdict") == "withdraw":
                return None
            if event.data.get("verdict") in ("approve", "reject"):
                return event
    return None


def last_undo(newest_first: Iterable[Event], person: str) -> Found | None:
    """Return a person's last undo that was not redone; None when there is none, or another change came after it."""
    redone: set[int] = set()
    later: list[Event] = []
    for event in newest_first:
        if event.kind in STANDING and event.actor.user == person:
            return None
        if event.kind in UNDOABLE and event.actor.user == person:
            if _takes_back(event, "undoes"):
                if event.seq not in redone:
                    return Found(event, tuple(later))
            elif number := _takes_back(event, "redoes"):
                redone.add(number)
            else:
                return None
        later.append(event)
    return None


def touched_since(found: Found) -> Event | None:
    """Return the last later event that changed the same thing and still stands; None when none did."""
    things = about(found.event)
    undone: set[int] = set()
    numbers = {event.seq for event in found.later}
    for event in found.later:
        takes_back = _takes_back(event, "undoes") or _takes_back(event, "redoes")
        if takes_back in numbers and event.seq not in undone:
            undone |= {takes_back, event.seq}  # both are as if they never were
        if event.seq not in undone and not things.isdisjoint(about(event)):
            return event
    return None


def _takes_back(event: Event, how: str) -> int:
    """Return the number of the event that one undoes or redoes; 0 when it does not, or says no number."""
    number = event.data.get(how)
    return number if isinstance(number, int) else 0


def about(event: Event) -> frozenset[Thing]:
    """Return the things that an event changed."""
    data = event.data
    model, number = str(data.get("model")), str(data.get("version"))
    ref = f"{model}@{number}"
    if event.kind is EventKind.TRANSITION:
        things: set[Thing] = {("stage", f"{model}@{move['version']}") for move in data.get("moves", ())}
        stages = [move.get("stage") for move in (*data.get("moves", ()), *data.get("before", ()))]
        return frozenset(things | ({("production", model)} if "production" in stages else set()))
    if event.kind is EventKind.ALIAS:
        return frozenset({("alias", model, str(data.get("alias")))})
    if event.kind in (EventKind.TAG, EventKind.ADD):
        keys: Iterable[str] = (*data.get("add", ()), *data.get("remove", ()), *data.get("tags", ()))
        note: set[Thing] = {("note", ref)} if data.get("note") else set()
        return frozenset({("tag", ref, str(key)) for key in keys} | note)
    if event.kind is EventKind.NOTE:
        return frozenset({("note", ref)})
    if event.kind in (EventKind.DELETE, EventKind.RESTORE):
        return frozenset({("version", ref)})
    return frozenset()
