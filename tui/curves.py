"""Several curves in one drawing, each told from the others by a letter as well as by its colour.

The dots are plotille's, as in ``chart``. Where two curves share a cell both have their dots in it, and the later one
has its colour. Pure functions of their arguments; the result is as wide as asked.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from .chart import cell_of, fraction, labelled, round_ticks
from .words import decimals, number

if TYPE_CHECKING:
    from ..store import Series

LETTERS = "ABCDEF"
"""What curves are called, in their order."""

DECADES = 2
"""From so many powers of ten on that a curve spans, its scale is logarithmic."""

_CHUNKS = 256
"""In so many parts a series is kept, each with its lowest and highest point: more than any drawing has columns."""

_ASCII_DOTS = ".:-=~+"
_ROWS_A_TICK = 4
_COLUMNS_A_TICK = 18
_COLUMNS_A_LETTER = 16
_BLANK = "\u2800"
_BRAILLE = range(0x2800, 0x2900)

Point = tuple[float, float]


class Drawn(NamedTuple):
    """One line of a drawing: the scale at its left, and pieces, each with the number of its curve (-1: of none)."""

    scale: str
    pieces: tuple[tuple[str, int], ...]


def reduced(series: Series, most: int = _CHUNKS) -> tuple[Point, ...]:
    """Return a series with no more points than a drawing shows, nothing that stands out left out.

    Of each of ``most`` equal parts the lowest and the highest point stay, in the order of their steps. A part with
    nothing finite in it stays as one NaN, so that the gap is seen; in another what is not finite is left out.
    """
    size = -(-len(series.steps) // most)
    if size <= 2:
        return tuple(zip(series.steps, series.values, strict=True))
    found: list[Point] = []
    for start in range(0, len(series.steps), size):
        steps, values = series.steps[start : start + size], series.values[start : start + size]
        if not math.isfinite(sum(values)):  # a sum is quicker than a look at each
            kept = [(x, y) for x, y in zip(steps, values, strict=True) if math.isfinite(y)]
            if not kept:
                found.append((steps[0], math.nan))
                continue
            steps, values = tuple(x for x, _ in kept), tuple(y for _, y in kept)
        ends = {values.index(min(values)), values.index(max(values))}
        found += [(steps[at], values[at]) for at in sorted(ends)]
    return tuple(found)


def spans_decades(curves: Iterable[Sequence[Point]]) -> bool:
    """Say whether all finite values are above 0 and the highest is a hundred times the lowest: a case for log."""
    values = [y for points in curves for _, y in points if math.isfinite(y)]
    return bool(values) and min(values) > 0 and math.log10(max(values)) - math.log10(min(values)) >= DECADES


def draw(
    curves: Sequence[Sequence[Point]], *, width: int, height: int, log: bool = False, ascii_only: bool = False
) -> list[Drawn]:
    """Return the rows of a drawing, the last two being the axis and its labels; nothing without a finite point.

    Args:
        curves: points (step, value) of each, steps rising and finite. Where a value is not finite the curve is broken.
        width: of all rows together, in cells.
        height: rows of the drawing; axis and labels come below it.
        log: draw the logarithms; all finite values must be above 0.
        ascii_only: draw with ASCII.
    """
    scaled = [[(x, _scaled(y, log=log)) for x, y in points] for points in curves]
    values = [y for points in scaled for _, y in points if math.isfinite(y)]
    if not values:
        return []
    low, high = min(values), max(values)
    ticks = _decades(low, high) if log else round_ticks(low, high, max(height // _ROWS_A_TICK, 1) + 1)
    texts = [f"{10.0**tick:g}" for tick in ticks] if log else _numbers(ticks)
    at = {cell_of(fraction(tick, low, high), height): text for tick, text in zip(ticks, texts, strict=True)}
    gutter = max(map(len, at.values()))
    room = max(width - gutter - 2, 4)
    steps = [x for points in scaled for x, _ in points]
    first, last = min(steps), max(steps)
    cells = _merged(
        [_dots(points, (first, last), (low, high), room, height) for points in scaled], ascii_only=ascii_only
    )
    rows = []
    for row, line in enumerate(cells):
        tick = at.get(height - 1 - row, "")
        bar = ("+" if tick else "|") if ascii_only else "┤" if tick else "│"
        rows.append(Drawn(f"{tick:>{gutter}} {bar}", line))
    return [*rows, *_axis(first, last, gutter, room, ascii_only=ascii_only)]


def _scaled(value: float, *, log: bool) -> float:
    return math.log10(value) if log and math.isfinite(value) and value > 0 else value


def _decades(low: float, high: float) -> list[float]:
    """Return the powers of ten between two exponents, at most about one every other row of a small drawing."""
    whole = [float(power) for power in range(math.ceil(low), math.floor(high) + 1)]
    step = max(len(whole) // 5, 1)
    return whole[::step] if len(whole) > 1 else [low, high]


def _numbers(ticks: Sequence[float]) -> list[str]:
    places = decimals(ticks)
    return [number(tick, places) for tick in ticks]


def _axis(first: float, last: float, gutter: int, room: int, *, ascii_only: bool) -> list[Drawn]:
    ticks = [first, last] if first == last else round_ticks(first, last, max(room // _COLUMNS_A_TICK, 1))
    if first.is_integer() and last.is_integer():  # nobody counts half steps
        ticks = [tick for tick in ticks if tick.is_integer()]
    columns = [round(fraction(tick, first, last) * (room * 2 - 1)) // 2 for tick in ticks]
    below, placed = labelled({at: f"{tick:g}" for at, tick in enumerate(ticks)}, columns, room)
    corner, cross, dash = "++-" if ascii_only else "└┴─"
    axis = "".join(cross if column in placed else dash for column in range(room))
    blank = " " * (gutter + 1)
    return [Drawn(blank + corner, ((axis, -1),)), Drawn(blank + " ", ((below.rstrip(), -1),))]


def _dots(
    points: Sequence[Point], across: Point, up: Point, room: int, height: int
) -> tuple[list[str], list[int | None]]:
    """Return the lines of one curve, and in which of them, if any, its letter could stand in each column."""
    from plotille import Canvas

    canvas = Canvas(room, height, 0, 0, room * 2, height * 4)  # one unit a dot
    places: list[int | None] = [None] * room
    before: tuple[int, int] | None = None
    for x, y in points:
        if not math.isfinite(y):
            before = None
            continue
        dot = (
            round(fraction(x, *across) * (room * 2 - 1)),
            round(fraction(y, *up) * (height * 4 - 1)),
        )
        if dot != before:
            canvas.line(*(before or dot), *dot)
            before = dot
    lines = canvas.plot("\n").split("\n")
    for column in range(room):
        places[column] = next((row for row in range(height) if lines[row][column] != _BLANK), None)
    return lines, places


def _merged(
    curves: Sequence[tuple[list[str], list[int | None]]], *, ascii_only: bool
) -> list[tuple[tuple[str, int], ...]]:
    """Return the lines of all curves laid over each other, as pieces of one curve each."""
    letters = _letters([places for _, places in curves]) if len(curves) > 1 else {}
    rows = []
    for row in range(len(curves[0][0])):
        cells: list[tuple[str, int]] = []
        for column in range(len(curves[0][0][row])):
            known = letters.get((row, column))
            cells.append(
                (LETTERS[known], known)
                if known is not None
                else _cell([lines[row][column] for lines, _ in curves], ascii_only=ascii_only)
            )
        rows.append(_pieces(cells))
    return rows


def _cell(dots: Sequence[str], *, ascii_only: bool) -> tuple[str, int]:
    """Return what stands in a cell in which curves have these dots, and whose it is."""
    there = [curve for curve, dot in enumerate(dots) if dot != _BLANK]
    if not there:
        return " ", -1
    if ascii_only:
        return _ASCII_DOTS[there[-1]], there[-1]
    bits = 0
    for curve in there:
        bits |= ord(dots[curve]) - _BRAILLE.start
    return chr(_BRAILLE.start + bits), there[-1]


def _letters(places: Sequence[list[int | None]]) -> dict[tuple[int, int], int]:
    """Return the cells in which letters stand: those of each curve some way apart, and out of step with the others'."""
    found: dict[tuple[int, int], int] = {}
    apart = max(_COLUMNS_A_LETTER, 4 * len(places))
    for curve, rows in enumerate(places):
        for column in range(2 + curve * apart // len(places), len(rows), apart):
            row = rows[column]
            if row is not None:
                found.setdefault((row, column), curve)
        if curve not in found.values():  # a curve of few points has its letter where it can
            own = ((row, column) for column, row in enumerate(rows) if row is not None)
            if place := next((place for place in own if place not in found), None):
                found[place] = curve
    return found


def _pieces(cells: Sequence[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    joined: list[tuple[str, int]] = []
    for text, curve in cells:
        # A blank looks the same whose ever it is.
        if joined and (joined[-1][1] == curve or text == " "):
            joined[-1] = (joined[-1][0] + text, joined[-1][1])
        else:
            joined.append((text, curve))
    if joined:
        joined[-1] = (joined[-1][0].rstrip(), joined[-1][1])
    return tuple(piece for piece in joined if piece[0])
