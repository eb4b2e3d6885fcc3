"""The metrics of a version in ``show``: value, which way is better, how many were measured; grouped by dataset."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from ..words import direction_sign, number
from . import output

if TYPE_CHECKING:
    from ...store import Direction, Store, Version

MOST = 40
"""Metrics that ``show`` prints: a run may have thousands, and ``mvtui metrics`` prints them all."""


def on_the_point(values: Sequence[float]) -> list[str]:
    """Write numbers so that their points stand below one another; each keeps the decimals it needs."""
    told = [number(value) for value in values]
    before = max((len(text.partition(".")[0]) for text in told), default=0)
    return [" " * (before - len(text.partition(".")[0])) + text for text in told]


def direction_cell(direction: Direction | None) -> str:
    """Return sign and word of the way a metric is better; empty where that isn't known."""
    return f"{direction_sign(direction, ascii_only=output.ascii_only())} {direction}" if direction else ""


def write(store: Store, version: Version) -> None:
    """Write the section, a part for each dataset; nothing for a version without metrics.

    Of too many those are chosen that have a direction: they say how good the version is, where the gradients
    of a layer say how it came to be so.
    """
    from ...store import by_dataset

    ways = {key: store.direction(key) for key in version.metrics}
    chosen = set(sorted(version.metrics, key=lambda key: ways[key] is None)[:MOST])
    recorded = Counter(one.key for one in store.measurements(version.ref))
    for dataset, names in by_dataset(key for key in version.metrics if key in chosen).items():
        on = f" on {output.safe(dataset, 60)}" if dataset else ""
        output.data("\n" + output.paint(f"metrics{on}", "bold"))
        numbers = on_the_point([version.metrics[key] for key in names.values()])
        _table(
            [
                f"  {output.safe(name, 60)}",
                value,
                direction_cell(ways[key]),
                f"{recorded[key]:,} values" if recorded[key] > 1 else "",
            ]
            for (name, key), value in zip(names.items(), numbers, strict=True)
        )
    if left := len(version.metrics) - len(chosen):
        output.data(f"  {left:,} more: mvtui metrics {version.ref}")


def _table(rows: Iterable[Sequence[str]]) -> None:
    from . import table

    columns = [table.Column(""), table.Column(""), *[table.Column("", style=("dim",))] * 2]
    table.write(columns, list(rows), header=False)
