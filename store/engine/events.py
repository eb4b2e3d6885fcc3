"""From events to journal lines and back: what a line's body says, in the form of store format 1."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

from ..errors import FormatError, VerificationError
from ..nouns.event import Actor, Event, EventKind
from .digest import is_digest
from .lines import GENESIS, LineTooLongError, seal

if TYPE_CHECKING:
    from .journal import Journal
    from .lines import Line
    from .objects import Objects


def body(kind: EventKind, data: dict[str, Any], reason: str, who: Actor, at: datetime) -> dict[str, Any]:
    """Return what a journal line says of an event."""
    return {
        "at": at.isoformat(timespec="microseconds").replace("+00:00", "Z"),
        "actor": {"user": who.user, "uid": who.uid, "host": who.host, "ssh": who.ssh, "tool": who.tool},
        "event": kind,
        "reason": reason,
        "data": data,
    }


def fitted(whole: dict[str, Any], seq: int, objects: Objects) -> dict[str, Any]:
    """Return a body that fits a line as event ``seq``: what is too long lies in one object, which it names.

    The largest fields of its data move there, as few as need be; names in them stay in the order in which they were given.

    Raises:
        LineTooLongError: it does not fit even without its data.
    """
    data, moved = dict(whole["data"]), {}
    said = whole
    while not fits(said, seq):
        if not data:
            raise LineTooLongError("an event does not fit a line even without its data")
        largest = max(data, key=lambda field: len(msgspec.json.encode(data[field])))
        moved[largest] = data.pop(largest)
        said = whole | {"data": data, "body": GENESIS}
    if moved:
        said["body"] = objects.put_bytes(msgspec.json.encode(moved))
    return said


def fits(said: dict[str, Any], seq: int) -> bool:
    """Whether a body fits a line as event ``seq``."""
    try:
        seal(GENESIS, seq, said)
    except LineTooLongError:
        return False
    return True


def decode(line: Line, objects: Objects) -> Event:
    """Read a journal line, fetching what did not fit it from its object.

    An object that is damaged leaves the event with what its line says, marked as partial; ``verify`` names it.

    Raises:
        FormatError: the line is whole but says nothing this mvtui understands.
    """
    said = line.body
    try:
        data = dict(said["data"])
        partial = False
        if name := said.get("body", ""):
            if not is_digest(name):
                raise ValueError(name)  # a name of ours leads nowhere but to an object
            try:
                data |= msgspec.json.decode(objects.read(name))
            except VerificationError:
                partial = True
        who = said["actor"]
        return Event(
            seq=line.seq,
            at=datetime.fromisoformat(said["at"]),
            actor=Actor(who["user"], who["uid"], who["host"], who["ssh"], who["tool"]),
            kind=EventKind(said["event"]),
            reason=said.get("reason", ""),
            data=data,
            hash=line.hash,
            prev=line.prev,
            body=name,
            partial=partial,
        )
    except (KeyError, TypeError, ValueError, RecursionError, msgspec.DecodeError) as error:
        raise unknown_form(line.seq, f"at journal byte {line.offset:,}") from error


def acknowledge(journal: Journal, event: Event) -> None:
    """Tell a journal which damaged stretches a repair event names.

    Raises:
        FormatError: the event is not of the form a repair writes.
    """
    if event.kind is EventKind.REPAIR:
        try:
            gaps = msgspec.convert(event.data.get("gaps", []), list[_Gap])
        except msgspec.ValidationError as error:
            raise unknown_form(event.seq, "(repair)") from error
        for gap in gaps:
            journal.acknowledge(gap.offset, gap.length, gap.digest, gap.missing)


class _Gap(msgspec.Struct):
    offset: int
    length: int
    digest: str
    missing: int = 0
    numbers: list[tuple[str, str]] = []


def unknown_form(seq: int, which: str) -> FormatError:
    """Return the error for an event that is whole, but that this mvtui can't read."""
    return FormatError(
        f"event {seq} {which} is not of a form this mvtui knows",
        hint="Update mvtui: pip install --upgrade mvtui",
    )
