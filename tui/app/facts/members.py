"""What is in a bundle: its members by role, and what has become of each since; and what an adapter is of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ... import differences, words
from ... import members as names
from ...text import visible
from ..tables.columns import Look
from .lines import LABEL, Line, Lines, fact, facts, heading, parted
from .sections import Part

if TYPE_CHECKING:
    from ....store import Adapter, Comparison, MemberChange, MemberState


def adapter(said: Adapter, look: Look, columns: int) -> Iterator[Line]:
    """Yield what PEFT's configuration says of an adapter: how it was made, and for which base."""
    if said.label:
        yield from facts("adapter", said.label, look, columns, lines=4)
    if said.base:
        yield from facts("made for", said.base, look, columns, lines=3)
    if said.revision:
        yield fact("", f"at {said.revision}", look, columns)


def exchanged(found: Comparison, look: Look, columns: int) -> Part:
    """Return which members of bundles differ, and of what sort the change is in each; of bundles in bundles, too."""
    lines: list[Line] = []
    for label, changes in zip(differences.labels(found)[1:], found.members, strict=False):
        if len(found.others) > 1 and changes:
            lines.append([(visible(label, columns, ascii_only=look.ascii_only), "heading")])
        lines += _exchanged(changes, look, columns, 0)
    count = len({change.role for changes in found.members for change in changes})
    told = f"{count:,} {'differs' if count == 1 else 'differ'}"
    return Part("members", "Members", told, Lines(lines))


def _exchanged(changes: Sequence[MemberChange], look: Look, columns: int, depth: int) -> Iterator[Line]:
    arrow = words.signs(look.ascii_only).arrow
    for change in changes:
        indent = "  " * depth
        if change.before is None or change.after is None:
            told = f"{change.after} added" if change.before is None else f"{change.before} removed"
        else:
            told = f"{change.before} {arrow} {change.after}"
        room = columns - len(indent)
        for line in facts(change.role, told, look, room, lines=4):
            yield [(indent, ""), *line] if indent else line
        if change.comparison is None:
            continue
        for each in change.comparison.changes[0]:
            text = f"{each.of}: {differences.change_text(each, ascii_only=look.ascii_only)}"
            for line in facts("", text, look, room, lines=4):
                yield [(indent, ""), *((piece, "muted") for piece, _ in line)]
        for inner in change.comparison.members:
            yield from _exchanged(inner, look, columns, depth + 1)


def members(found: Sequence[MemberState], look: Look, columns: int) -> list[Line]:
    """Return the section; nothing for a version that is no bundle."""
    lines: list[Line] = []
    for member in found:
        role = member.role
        if len(role) >= LABEL:  # whole on a line of its own, rather than cut off
            lines.append([(visible(role, columns, ascii_only=look.ascii_only), "muted")])
            role = ""
        lines += facts(role, parted(member.ref, columns - LABEL), look, columns, lines=3)
        told = names.standing(member, ascii_only=look.ascii_only)
        if told:
            lines.append(fact("", told, look, columns, "warning" if member.trouble else member.stage or ""))
        if newer := names.newer(member):
            lines += facts("", newer, look, columns, lines=2)
    return [*heading("Members"), *lines] if lines else []
