"""How facts of a version look in a cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..words import decimals, number, stage_label
from .output import ascii_only

if TYPE_CHECKING:
    from ...store import Version

_STAGE_COLOURS = {"production": ("green",), "archived": ("dim",)}


def stage_cell(stage: str | None) -> str:
    """Return sign and word; empty without a stage, so that a column without stages goes."""
    return stage_label(stage, ascii_only=ascii_only()) if stage else ""


def stage_style(cell: str) -> tuple[str, ...]:
    """Return the colour of a stage's cell."""
    return _STAGE_COLOURS.get(cell.rpartition(" ")[2], ())


def metric_columns(
    versions: Sequence[Version], most: int, asked: Sequence[str] = ()
) -> list[tuple[str, list[str]]]:
    """Return name and cells of the metrics that were asked for, then of those that most versions have.

    The latter up to ``most`` in all. The cells of a metric are aligned on the point.
    """
    seen: Counter[str] = Counter()
    if most > len(asked):
        seen.update(name for version in versions for name in version.metrics if name not in asked)
    # Counter keeps the order of first sight, and sorting is stable: equals stay as registered.
    common = sorted(seen.items(), key=lambda item: -item[1])[: max(most - len(asked), 0)]
    columns = []
    for name in (*asked, *(name for name, _ in common)):
        values = [version.metrics.get(name) for version in versions]
        places = decimals(value for value in values if value is not None)
        columns.append((name, ["" if value is None else number(value, places) for value in values]))
    return columns
