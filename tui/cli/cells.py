"""How facts of a version look in a cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ..lineage import STAGE_STYLES
from ..metric_order import worth_a_column
from ..words import decimals, number, stage_label
from .output import ascii_only

if TYPE_CHECKING:
    from ...store import Direction, Version


def stage_cell(stage: str | None) -> str:
    """Return sign and word; empty without a stage, so that a column without stages goes."""
    return stage_label(stage, ascii_only=ascii_only()) if stage else ""


def stage_style(cell: str) -> tuple[str, ...]:
    """Return the colour of a stage's cell."""
    return STAGE_STYLES.get(cell.rpartition(" ")[2], ())


def metric_columns(
    versions: Sequence[Version],
    most: int,
    asked: Sequence[str],
    direction: Callable[[str], Direction | None],
) -> list[tuple[str, list[str]]]:
    """Return name and cells of the metrics that were asked for, then of those that are worth a column.

    The latter up to ``most`` in all. The cells of a metric are aligned on the point.
    """
    names = list(asked)
    if most > len(asked):
        seen = Counter(name for version in versions for name in version.metrics if name not in asked)
        names += worth_a_column(seen, direction)[: most - len(asked)]
    columns = []
    for name in names:
        values = [version.metrics.get(name) for version in versions]
        places = decimals(value for value in values if value is not None)
        columns.append((name, ["" if value is None else number(value, places) for value in values]))
    return columns
