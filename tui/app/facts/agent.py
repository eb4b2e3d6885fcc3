"""What is inside a prompt, a hosted model or a bundle: a card, and how it differs from what it is to replace."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ... import agents, differences, word_lines
from ... import inspection as said
from ...text import visible
from ..tables.columns import Look
from . import members
from .lines import LABEL, Line, Lines, facts, pairs
from .sections import Part
from .wrapped import wrapped

if TYPE_CHECKING:
    from ....store import DiffRow, HostedStatus, Version
    from ..asking.inside import Agent
    from .inside import InsideLines

PARAMS, AGAINST = "params", "against"
"""Sections of the view."""

STYLES = {"yellow": "warning", "red": "bad"}
"""Colours of the command line → styles of the screen."""
_WORDS = {"-": "worse", "+": "better", "@": "muted"}
_ROWS = 40


def card(agent: Agent, version: Version, look: Look, columns: int, lead: int) -> Iterator[Line]:
    """Yield the facts, each with its name; of a hosted model also how many days are left."""
    for label, text in agent.facts:
        yield from facts(label, text, look, columns, lines=3, lead=lead)
    if agent.status is not None:
        yield from hosted(version, agent.status, look, columns, lead)


def hosted(
    version: Version, status: HostedStatus, look: Look, columns: int, lead: int = LABEL
) -> Iterator[Line]:
    """Yield which model a version is, whether its name can move, and when it ends."""
    for label, text, colours in agents.facts(version, status, look.now.date()):
        style = next((STYLES[colour] for colour in reversed(colours) if colour in STYLES), "")
        for line in facts(label, text, look, columns, lines=3, lead=lead):
            yield [line[0], *((part, style) for part, _ in line[1:])]


def parts(lines: InsideLines, agent: Agent, look: Look, columns: int) -> None:
    """Add the parameters of a call, and what differs from what it replaces, or from production."""
    if agent.params is not None:
        told = {
            name: said.value(value, 600, ascii_only=look.ascii_only) for name, value in agent.params.items()
        }
        shown = (
            _further_in(pairs(told, look, columns - 2))
            if told
            else Lines([[("  none: the provider's own", "muted")]])
        )
        lines.add_part(Part(PARAMS, "Parameters", str(len(told)) if told else "", shown))
    if not agent.base:
        return
    body = Lines(_reason(agent, look, columns))
    body.join(_compared(agent, look, columns - 2))
    if len(body):
        word = "Replaces" if agent.role == "replaced" else "Against"
        role = differences.ROLE_WORDS.get(agent.role, "") if agent.role != "replaced" else ""
        name = visible(agent.base, max(columns - 30, 12), ascii_only=look.ascii_only)
        lines.add_part(Part(AGAINST, f"{word} {name}", role, body))


def _reason(agent: Agent, look: Look, columns: int) -> Iterator[Line]:
    if agent.reason:
        yield from ([("  ", ""), *line] for line in facts("why", agent.reason, look, columns - 2, lines=4))


def _compared(agent: Agent, look: Look, columns: int) -> Lines:
    lines = Lines()
    for diff in agent.words:
        if len(agent.words) > 1:
            lines.add([[("  " + visible(diff.path, columns, ascii_only=look.ascii_only), "strong")]])
        lines.add([[("  " + word_lines.tally(diff), "muted")]])
        raw = [
            [(piece.marked, _WORDS.get(piece.sign, "")) for piece in line]
            for line in word_lines.lines(diff, ascii_only=look.ascii_only)
        ]
        lines.join(_further_in(wrapped(raw, look, columns, hang=0)))
    if agent.comparison is not None:
        if any(agent.comparison.members):
            lines.join(_further_in(members.exchanged(agent.comparison, look, columns).lines))
        rows = [
            row
            for name in ("params", "metrics")
            for row in agent.comparison.section(name).rows
            if row.differs
        ]
        told = {row.name: _row(row, look) for row in rows[:_ROWS]}
        lines.join(_further_in(pairs(told, look, columns)))
        for note in agent.comparison.section("metrics").notes:
            lines.add([[("  ", ""), *line] for line in _note(note, look, columns)])
    return lines


def _row(row: DiffRow, look: Look) -> str:
    before, after = row.cells
    places = differences.row_places(row) if row.direction or before.delta is not None else None
    ascii_only = look.ascii_only
    told = [
        differences.value_text(cell.value, row.unit, places, ascii_only=ascii_only)
        for cell in (before, after)
    ]
    arrow = "->" if ascii_only else "→"
    return f"{told[0]} {arrow} {told[1]}  {differences.verdict_text(after, ascii_only=ascii_only)}"


def _note(text: str, look: Look, columns: int) -> Sequence[Line]:
    return [[(line[-1][0], "warning")] for line in facts("", text, look, columns, lines=3, lead=0)]


def _further_in(lines: Lines) -> Lines:
    moved = Lines()
    moved.add_block(len(lines), lambda at: [("  ", ""), *lines[at]])
    return moved
