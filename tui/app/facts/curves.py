"""Training curves: a metric over the steps of runs, each version's in a colour of its own and with a letter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ... import curves, words
from ...text import fit, paragraph, visible, width
from ..tables.columns import Look
from .lines import Line, Lines
from .points import Points
from .sections import Part, lazy

if TYPE_CHECKING:
    from ..asking.asked import Curve, Curves

NAME = "curves"
_VERSION = 16
_WIDEST = 140
_PROBLEM_LINES = 3


def part(
    found: Curves | None, look: Look, columns: int, height: int, *, unread: bool, next_key: str, folded: bool
) -> Part | None:
    """Return the section, with a drawing of ``height`` rows; None where there is nothing to draw."""
    title = "Curves"
    if unread:
        reading = "reading" + words.signs(look.ascii_only).ellipsis
        return Part(NAME, title, reading, Lines([[(f"  {reading}", "muted")]]), folded)
    if found is None:
        return None
    problem = [
        [(text, "warning")]
        for text in paragraph(found.problem, columns, _PROBLEM_LINES, ascii_only=look.ascii_only)
    ]
    if not found.lines:
        return Part(NAME, title, "can't be read", Lines(problem), folded)
    drawn = [curve.points for _, _, curve in found.lines]
    log = curves.spans_decades(drawn)
    lines = Lines(problem)
    lines.join(lazy(height + 2, lambda: _drawn(found, look, columns, height, log=log)))
    lines.add(_legend(found, look, columns))
    return Part(NAME, title, _remark(found, look, next_key, log=log), lines, folded)


def _remark(found: Curves, look: Look, next_key: str, *, log: bool) -> str:
    way = words.direction_sign(found.direction, ascii_only=look.ascii_only)
    told = f"{visible(found.name, 40, ascii_only=look.ascii_only)} {way}".rstrip() + " over steps"
    parts = [told, *(["log scale"] if log else [])]
    if len(found.names) > 1 and next_key:
        parts.append(f"{next_key} next of {len(found.names):,}")
    return f" {words.signs(look.ascii_only).dot} ".join(parts)


def _drawn(found: Curves, look: Look, columns: int, height: int, *, log: bool) -> list[Line]:
    points = [curve.points for _, _, curve in found.lines]
    rows = curves.draw(
        points, width=min(columns, _WIDEST), height=height, log=log, ascii_only=look.ascii_only
    )
    if not rows:
        return [[("no value is finite", "muted")]]
    return [[(row.scale, "muted"), *((text, style_of(curve)) for text, curve in row.pieces)] for row in rows]


def style_of(curve: int) -> str:
    """Return the name of a curve's style, by its place; that of scale and axis for none."""
    return "muted" if curve < 0 else f"curve-{curves.LETTERS[curve].lower()}"


def _legend(found: Curves, look: Look, columns: int) -> list[Line]:
    numbers = [
        f"{words.stage_sign(stage, ascii_only=look.ascii_only) + ' ' if stage else ''}"
        + visible(number, _VERSION, ascii_only=look.ascii_only)
        for number, stage, _ in found.lines
    ]
    widest = max(map(width, numbers))
    values = [words.number(curve.last) for _, _, curve in found.lines]
    points = Points(values)
    steps = [f"{curve.step:,g}" for _, _, curve in found.lines]
    lines: list[Line] = []
    for at, (_, _, curve) in enumerate(found.lines):
        several = f"{curves.LETTERS[at]} " if len(found.lines) > 1 else ""
        told = f"{points.lined_up(values[at])} at step {steps[at]}{_bad(curve)}"
        room = columns - len(several) - widest - 2
        lines.append(
            [
                (several + fit(numbers[at], widest), style_of(at)),
                ("  " + visible(told, max(room, 0), ascii_only=look.ascii_only), ""),
            ]
        )
    return lines


def _bad(curve: Curve) -> str:
    return f", {curve.bad:,} of {curve.count:,} not finite" if curve.bad else ""
