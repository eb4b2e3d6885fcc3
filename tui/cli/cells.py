"""How facts of a version look in a cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..words import decimals, number, stage_label
from .output import ascii_only, safe

if TYPE_CHECKING:
    from ...store import Version

_STAGE_COLOURS = {"production": ("green",), "archived": ("dim",)}


def stage_cell(stage: str | None) -> str:
    """Return sign and word; empty without a stage, so that a column without stages goes."""
    return stage_label(stage, ascii_only=ascii_only()) if stage else ""


def stage_style(cell: str) -> tuple[str, ...]:
    """Return the colour of a stage's cell."""
    return _STAGE_COLOURS.get(cell.rpartition(" ")[2], ())


def metric_columns(versions: Sequence[Version], most: int) -> tuple[tuple[str, ...], tuple[list[str], ...]]:
    """Choose the metrics that most versions have, and write each as a column aligned on the point."""
    seen = Counter(name for version in versions for name in version.metrics)
    # Counter keeps the order of first sight, and sorting is stable: equals stay as registered.
    chosen = tuple(name for name, _ in sorted(seen.items(), key=lambda item: -item[1])[:most])
    columns = []
    for name in chosen:
        values = [version.metrics.get(name) for version in versions]
        places = decimals(value for value in values if value is not None)
        columns.append(["" if value is None else number(value, places) for value in values])
    return tuple(safe(name, 24) for name in chosen), tuple(columns)
