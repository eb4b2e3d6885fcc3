"""A version's metrics: value, which way is better, and how far from production; grouped by what they were measured on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from ....store import by_dataset, improved
from ... import words
from ...text import visible
from ..tables import deltas
from ..tables.columns import Look
from .lines import Line, Lines, Pairs, heading, length
from .points import Points

if TYPE_CHECKING:
    from ....store import Direction, Version
    from ..asking.known import Known

_VALUE, _DELTA = 14, 10
"""Cells that names leave to direction and value, and to the delta where there is one."""

_SAMPLE = 300
"""As many values decide where the points are: a run may have thousands."""


def metrics(version: Version, known: Known | None, look: Look, columns: int, *, headed: bool = True) -> Lines:
    """Return the section, ``headed`` or not; no lines for a version without metrics."""
    lines = Lines()
    if not version.metrics:
        return lines
    production = known.production if known else None
    if production and production.id == version.id:
        production = None
    remark = ""
    if production:
        sign = words.stage_sign("production", ascii_only=look.ascii_only)
        remark = f"against {sign} {visible(production.version, columns - 19, ascii_only=look.ascii_only)}"
    if headed:
        lines.add(heading("Metrics", remark))
    for on, names in by_dataset(version.metrics).items():
        if on:
            lines.add([[("on " + visible(on, columns - 3, ascii_only=look.ascii_only), "heading")]])
        lines.add_block(*_group(version, names, known, production, look, columns))
    return lines


def _group(
    version: Version,
    names: Mapping[str, str],
    known: Known | None,
    production: Version | None,
    look: Look,
    columns: int,
) -> tuple[int, Callable[[int], Line]]:
    """Return the number of lines that metrics take, and what makes one of them."""
    keys = list(names.values())
    values = version.metrics
    pairs = Pairs(list(names), columns, _VALUE + (_DELTA if production else 0), look)
    points = Points(words.number(values[key]) for key in keys[:_SAMPLE])
    room = columns - pairs.width

    def value(number: int, _line: int) -> Line:
        key = keys[number]
        way = known.directions.get(key) if known else None
        shown = f" {words.direction_sign(way, ascii_only=look.ascii_only)} {points.lined_up(words.number(values[key]))}"
        line: Line = [(shown, "")]
        if production and key in production.metrics:
            line += _against(production.metrics[key], values[key], way, look)
        return line + _recorded(known.recorded.get(key, 1) if known else 1, room - length(line), look)

    return len(pairs), lambda at: pairs.line(at, value)


def _against(before: float, after: float, way: Direction | None, look: Look) -> Line:
    outcome = improved(way, before, after)
    shown = deltas.judged(before, after, outcome, ascii_only=look.ascii_only)
    return [("  ", ""), (shown, deltas.style(outcome))]


def _recorded(count: int, room: int, look: Look) -> Line:
    """Say that a metric was measured more than once."""
    if count < 2:
        return []
    long, short = f"  {count:,} values", f" {words.signs(look.ascii_only).times}{count}"
    return [(long if len(long) <= room else short, "muted")]
