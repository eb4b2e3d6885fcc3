"""How the ledger reads: an event as one line, in pieces that have a style. Both faces draw the same lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from .text import visible
from .words import OVERRIDDEN, ROLLED_BACK, clock, signs, stage_sign

if TYPE_CHECKING:
    from ..store import LedgerEntry

Piece = tuple[str, tuple[str, ...]]
"""A safe text and its styles, by the names of ``tui.cli.output.paint``."""

ROLLBACK = "ROLLBACK"

_WHO, _SUBJECT, _TEXT, _NAMED = 60, 160, 4000, 6


def number(entry: LedgerEntry) -> str:
    """Return the event's number."""
    return str(entry.event.seq)


def when(entry: LedgerEntry) -> str:
    """Return when it happened, to the minute, in this machine's zone."""
    return clock(entry.event.at)


def who(entry: LedgerEntry, *, ascii_only: bool) -> str:
    """Return who it was: ``alice@box7``."""
    return visible(f"{entry.event.actor.user}@{entry.event.actor.host}", _WHO, ascii_only=ascii_only)


def subject(entry: LedgerEntry, *, ascii_only: bool) -> str:
    """Return what it is about: a reference, or a model; empty for the store itself."""
    return visible(entry.subject, _SUBJECT, ascii_only=ascii_only)


def story(entry: LedgerEntry, *, ascii_only: bool) -> Iterator[Piece]:
    """Yield what happened and why: first what must not be overlooked, by sign, word and colour."""

    def safe(text: str) -> str:
        return visible(text, _TEXT, ascii_only=ascii_only)

    if entry.rollback:
        yield f"{stage_sign(ROLLED_BACK, ascii_only=ascii_only)} {ROLLBACK}", ("bold", "yellow")
    if entry.overridden:
        told = f"{signs(ascii_only).overridden} {OVERRIDDEN} {_names(entry.overruled)}".rstrip()
        yield safe(told), ("bold", "red")
    yield safe(entry.what), ()
    if entry.event.reason:
        yield f'"{safe(entry.event.reason)}"', ("cyan",)
    if entry.asked:
        passed = entry.passed == entry.asked
        yield (
            f"{entry.passed} of {entry.asked} gate{'s' if entry.asked > 1 else ''}",
            ("green",) if passed else ("yellow",),
        )
    if entry.approved_by:
        yield safe(f"approved by {_names(entry.approved_by)}"), ("green",)
    if entry.event.partial:
        yield "its details are lost", ("red",)


def _names(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
