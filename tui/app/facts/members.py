"""What is in a bundle: its members by role, and what has become of each since; and what an adapter is of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ... import members as words
from ...text import visible
from ..columns import Look
from .lines import LABEL, Line, fact, facts, heading, parted

if TYPE_CHECKING:
    from ....store import Adapter, MemberState


def adapter(said: Adapter, look: Look, columns: int) -> Iterator[Line]:
    """Yield what PEFT's configuration says of an adapter: how it was made, and for which base."""
    if said.label:
        yield from facts("adapter", said.label, look, columns, lines=4)
    if said.base:
        yield from facts("made for", said.base, look, columns, lines=3)
    if said.revision:
        yield fact("", f"at {said.revision}", look, columns)


def members(found: Sequence[MemberState], look: Look, columns: int) -> list[Line]:
    """Return the section; nothing for a version that is no bundle."""
    lines: list[Line] = []
    for member in found:
        role = member.role
        if len(role) >= LABEL:  # whole on a line of its own, rather than cut off
            lines.append([(visible(role, columns, ascii_only=look.ascii_only), "muted")])
            role = ""
        lines += facts(role, parted(member.ref, columns - LABEL), look, columns, lines=3)
        told = words.standing(member, ascii_only=look.ascii_only)
        if told:
            lines.append(fact("", told, look, columns, "warning" if member.trouble else member.stage or ""))
        if newer := words.newer(member):
            lines += facts("", newer, look, columns, lines=2)
    return [*heading("Members"), *lines] if lines else []
