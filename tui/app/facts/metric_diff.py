"""A few metrics of two versions beside each other: for dialogs, which have no room for all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....store import by_dataset
from ... import words
from ...text import visible, width
from ..tables.columns import Look
from .grid import Grid
from .lines import Line

if TYPE_CHECKING:
    from ....store import Comparison

_MOST = 6


def metric_diff(found: Comparison, look: Look, columns: int) -> list[Line]:
    """Return the first metrics, those that differ before those that don't, and how many more there are."""
    section = next((section for section in found.sections if section.name == "metrics"), None)
    if section is None or not section.rows:
        return []
    # What was measured on parts comes after what a version is known by.
    ordered = sorted(section.rows, key=lambda row: (row.name.endswith("]"), not row.differs))
    shown = {row.name: row for row in ordered[:_MOST]}
    labels = [
        f"{words.stage_sign(v.stage, ascii_only=look.ascii_only)} {v.version}" if v.stage else v.version
        for v in found.versions
    ]
    groups = by_dataset(shown)
    # As wide as the widest name of all groups, so that their values line up.
    widest = max(width(name) for names in groups.values() for name in names)
    title = "Metrics".ljust(min(widest, columns // 2))
    lines: list[Line] = []
    for on, names in groups.items():
        rows = {name: shown[key] for name, key in names.items()}
        grid = Grid(title, rows, labels, look, columns, metric=True)
        if not lines:
            lines.append(grid.heading)
        if on:
            lines.append([(visible(f"on {on}", columns, ascii_only=look.ascii_only), "heading")])
        lines += [grid.line(at) for at in range(len(grid))]
    if more := len(ordered) - len(shown):
        lines.append([(f"and {words.plural(more, 'more metric')}: see Metrics", "muted")])
    return lines
