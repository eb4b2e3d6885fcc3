"""What is in a bundle: its members by role, and what has become of each since; and what an adapter is of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ... import agents, differences, words
from ... import members as names
from ...text import fit, paragraph, visible, width
from ..tables.columns import Look
from .lines import LABEL, Line, Lines, fact, facts, heading, parted, shortened
from .sections import Part

if TYPE_CHECKING:
    from ....store import Adapter, Comparison, FileEntry, MemberChange, MemberState
    from ..asking.inside import Limb

_LEAST = 24
"""Cells of what is told of a member, at least, before it begins further to the left."""


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


def tree(limbs: Sequence[Limb], own: Sequence[FileEntry], look: Look, columns: int) -> Part:
    """Return the tree of a bundle: each member by role, where it stands, what it is, and its own where it is a bundle; then its ``own`` files."""
    known = words.signs(look.ascii_only)
    lines = list(_limbs(limbs, "  ", look, columns, last=not own))
    for at, file in enumerate(own):
        sign = known.corner if at + 1 == len(own) else known.branch
        room = columns - 2 - width(sign) - 12
        name = fit(file.path, max(room, 4), ascii_only=look.ascii_only)
        lines.append([("  " + sign, "muted"), (name, ""), (words.size(file.size).rjust(12), "muted")])
    return Part("tree", "Members", f"{len(limbs):,}", Lines(lines))


def _limbs(limbs: Sequence[Limb], lead: str, look: Look, columns: int, *, last: bool) -> Iterator[Line]:
    known = words.signs(look.ascii_only)
    most = max(columns // 4, 5)
    widest = max(width(visible(limb.member.role, most, ascii_only=look.ascii_only)) for limb in limbs)
    for at, limb in enumerate(limbs):
        ends = last and at + 1 == len(limbs)
        sign = known.corner if ends else known.branch
        below = lead + (" " * width(sign) if ends else known.bar + " " * (width(sign) - 1))
        yield from _limb(limb, lead + sign, below, widest, look, columns)
        if limb.inner:  # what lies deeper than there is room for is told without more lines before it
            inner = below if width(below) <= columns // 3 else lead
            yield from _limbs(limb.inner, inner, look, columns, last=True)


def _limb(limb: Limb, lead: str, below: str, widest: int, look: Look, columns: int) -> Iterator[Line]:
    member = limb.member
    role = fit(member.role, widest, ascii_only=look.ascii_only)
    room = columns - width(lead) - widest - 2
    told = names.standing(member, ascii_only=look.ascii_only)
    style = "warning" if member.trouble else member.stage or ""
    first: Line = [(lead, "muted"), (role + "  ", "muted")]
    side = width(told) + 2 if told else 0
    ref = shortened(member.ref, room, look)
    beside = width(ref) + side <= room
    yield [*first, (ref, ""), *([("  " + told, style)] if told and beside else [])]
    blank = " " * (widest + 2) if room >= _LEAST else "  "
    room = columns - width(below) - len(blank)
    more: list[tuple[str, str]] = [(told, style)] if told and not beside else []
    if newer := names.newer(member):
        more.append((newer, ""))
    if limb.about:
        more.append((limb.about, "muted"))
    if limb.status is not None:
        flags = agents.flags(limb.status, look.now.date(), ascii_only=look.ascii_only)
        more.append((flags, agents.PROSPECT_STYLES[limb.status.prospect(look.now.date())] or "warning"))
    for text, how in more:
        if text:
            shown = paragraph(text, room, 2, ascii_only=look.ascii_only)
            yield from ([(below + blank, "muted"), (part, how)] for part in shown)
