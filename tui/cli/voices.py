"""Who approves and who objects, as lines: what each said, when, what it is worth now, and why it was said."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from ..lifecycle import verdict_word, worth
from ..text import fit, width
from ..words import past
from . import folding, output

if TYPE_CHECKING:
    from ...store import Approval, GateReport, Standing

_PERSON = 40
_LINES = 4
"""Lines that are shown of what a person said: whole reasons are in ``--json`` and the history."""

_STYLES = {"approve": ("green",), "reject": ("red",)}


class Line(NamedTuple):
    """What one person said: the sign before it and its styles, and what there is to say of it beyond the reason."""

    said: Approval
    person: str
    sign: str
    styles: tuple[str, ...]
    remark: str


def write(report: GateReport) -> None:
    """Write the approvals of a stage as data, and who could still give one; nothing where none are asked."""
    if report.approvals or report.askable:
        output.data("")
    if report.approvals:
        output.data(output.paint("approvals", "bold"))
        lines([weighed(standing) for standing in report.approvals])
    if report.askable:
        output.data(f"could still approve: {output.safe(', '.join(report.askable), 1000)}")


def weighed(standing: Standing, *, stage: bool = False) -> Line:
    """Return the line of a verdict whose worth is known; with ``stage`` it says what it is about."""
    said = standing.approval
    signs = output.sign_set()
    about = f"for {said.stage}" if stage else ""
    remark = ", ".join(filter(None, (about, worth(standing))))
    if not standing.counts:
        return Line(said, standing.person, signs.dash, (), remark)
    mark = signs.bad if said.verdict == "reject" else signs.ok
    return Line(said, standing.person, mark, _STYLES.get(said.verdict, ()), remark)


def unweighed(said: Approval) -> Line:
    """Return the line of a verdict whose worth nobody asks for now."""
    return Line(said, said.by, " ", (), f"for {said.stage}")


def lines(found: Sequence[Line]) -> None:
    """Write lines of verdicts as data."""
    cells = folding.room(sys.stdout)
    people = [output.safe(line.person, _PERSON) for line in found]
    verdicts = [verdict_word(line.said.verdict) for line in found]
    times = [past(line.said.at) for line in found]
    person, verdict, time = (max(map(width, column), default=0) for column in (people, verdicts, times))
    for line, who, did, when in zip(found, people, verdicts, times, strict=True):
        sign = output.paint(line.sign, *line.styles)
        lead = f"  {sign} {fit(who, person)}  {fit(did, verdict)}  {fit(when, time, 'right')}"
        told = "  ".join(filter(None, (line.remark, quoted(line.said.reason))))
        wide = 4 + person + 2 + verdict + 2 + time
        for text in folding.hang(lead, wide, told, cells, _LINES):
            output.data(text)


def quoted(reason: str) -> str:
    """Return a reason in quotes; empty without one. It is not safe to show yet."""
    return f'"{reason}"' if reason else ""
