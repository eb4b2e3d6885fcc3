"""A line through points, drawn with characters: for metrics over versions and over the steps of a run.

The dots are plotille's: braille, so that one cell holds two by four of them. Where only ASCII may be printed a
cell with any dot in it becomes a full stop. Pure functions of their arguments; the result is as wide as asked.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from .words import decimals, number

if TYPE_CHECKING:
    from plotille import Canvas

LEAST_WIDTH, LEAST_HEIGHT = 20, 3

_POINTS_APART = 3
"""Cells a point needs for itself to be marked; closer ones are part of the line."""
_ROWS_A_TICK = 4

_ASCII = (
    dict.fromkeys(range(0x2801, 0x2900), ".")
    | {0x2800: " "}
    | dict(zip(map(ord, "┤│└─┴•"), "+|+-+o", strict=True))
)
_BLANK = {0x2800: " "}


class Row(NamedTuple):
    """One line of a chart: the scale at its left, and what is drawn."""

    scale: str
    drawn: str


def draw(
    points: Sequence[tuple[float, float]],
    *,
    width: int,
    height: int,
    labels: Mapping[int, str],
    marks: Mapping[int, str] | None = None,
    ascii_only: bool = False,
) -> list[Row]:
    """Return the rows of a chart, the last two being the axis and its labels; nothing without a finite point.

    Args:
        points: x and y, x rising and finite. Where y is not finite the line is broken.
        width: of all rows together, in cells.
        height: rows of the drawing; axis and labels come below it.
        labels: the number of a point → safe text below it, the most important first: what has no room is left out.
        marks: the number of a point → a sign of one cell to draw it with.
        ascii_only: draw with ASCII.
    """
    heights = [y for _, y in points if math.isfinite(y)]
    if not heights:
        return []
    low, high = min(heights), max(heights)
    ticks = round_ticks(low, high, max(height // _ROWS_A_TICK, 1) + 1)
    places = decimals(ticks)
    at = {cell_of(fraction(tick, low, high), height): number(tick, places) for tick in ticks}
    gutter = max(map(len, at.values()))
    room = max(width - gutter - 2, 4)
    canvas, columns = _drawn(points, low, high, room, height, marks or {})
    table = _ASCII if ascii_only else _BLANK
    rows = []
    for row, line in enumerate(canvas.plot().split("\n")):
        tick = at.get(height - 1 - row, "")
        rows.append(Row(f"{tick:>{gutter}} {'┤' if tick else '│'}".translate(table), line.translate(table)))
    below, placed = labelled(labels, columns, room)
    axis = "".join("┴" if column in placed else "─" for column in range(room))
    rows.append(Row(f"{'':{gutter}} └".translate(table), axis.translate(table)))
    rows.append(Row(" " * (gutter + 2), below))
    return [Row(row.scale, row.drawn.rstrip()) for row in rows]


def _drawn(
    points: Sequence[tuple[float, float]],
    low: float,
    high: float,
    room: int,
    height: int,
    marks: Mapping[int, str],
) -> tuple[Canvas, list[int]]:
    """Return the canvas, and in which of its columns each point is."""
    from plotille import Canvas

    canvas = Canvas(room, height, 0, 0, room * 2, height * 4)  # one unit a dot
    first, last = points[0][0], points[-1][0]
    across = [round(fraction(x, first, last) * (room * 2 - 1)) for x, _ in points]
    up = [round(fraction(y, low, high) * (height * 4 - 1)) if math.isfinite(y) else None for _, y in points]
    before: tuple[int, int] | None = None
    for x, y in zip(across, up, strict=True):
        if y is None:
            before = None
            continue
        canvas.line(*(before or (x, y)), x, y)
        before = (x, y)
    every = len(points) * _POINTS_APART <= room
    for at, (x, y) in enumerate(zip(across, up, strict=True)):
        if y is not None and (every or at in marks):
            canvas.text(x, y, marks.get(at, "•"))
    return canvas, [x // 2 for x in across]


def fraction(value: float, low: float, high: float) -> float:
    """Return where a value lies between two; halves, since a difference of floats may be no float any more."""
    span = high / 2 - low / 2
    return (value / 2 - low / 2) / span if span else 0.5


def cell_of(fraction: float, height: int) -> int:
    """Return the row, counted from below, whose dots hold a fraction of the height."""
    return round(fraction * (height * 4 - 1)) // 4


def round_ticks(low: float, high: float, most: int) -> list[float]:
    """Return round numbers between two, about as many as asked; the two themselves where none are."""
    raw = (high - low) / max(most, 1)
    if raw < 1e-300 or not math.isfinite(raw):
        return [low, high]
    size = 10.0 ** math.floor(math.log10(raw))
    steps = [size * part for part in (10, 5, 2, 1, 0.5)]
    # The widest that is no wider than wanted, or narrower where that leaves none but one.
    for step in [step for step in reversed(steps) if step >= raw][:1] + [s for s in steps if s < raw]:
        ticks = [at * step for at in range(math.ceil(low / step), math.floor(high / step) + 1)]
        if len(ticks) > 1:
            return ticks
    return [low, high]


def labelled(labels: Mapping[int, str], columns: Sequence[int], room: int) -> tuple[str, set[int]]:
    """Return the line of labels, each centred below its point where it has room, and the columns that have one."""
    line = [" "] * room
    placed = set()
    for at, text in labels.items():
        start = min(max(columns[at] - len(text) // 2, 0), room - len(text))
        around = line[max(start - 1, 0) : start + len(text) + 1]
        if start >= 0 and "".join(around).isspace():
            line[start : start + len(text)] = text
            placed.add(columns[at])
    return "".join(line), placed
