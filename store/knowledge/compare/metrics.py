"""Metrics: better, worse or the same, and what keeps two values from being a fair comparison."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from ...nouns.comparison import DiffCell, DiffRow, DiffSection
from ...nouns.metric import Direction
from . import cells
from .cells import Column
from .facts import Facts


def metrics(all_facts: Sequence[Facts], direction: Callable[[str], Direction | None]) -> DiffSection:
    """Compare metrics by their whole name: a value on another dataset or slice is another metric.

    Values of one name that come from different evaluations or data are compared, and a note says so.
    """
    columns: list[Column] = [cells.plain(facts.version.metrics) for facts in all_facts]

    def make(name: str, found: tuple[DiffCell, ...]) -> DiffRow:
        return cells.judged(DiffRow(name, found), direction(name))

    base = all_facts[0]
    notes = (note for facts in all_facts[1:] for note in _doubts(base, facts))
    return DiffSection("metrics", cells.rows(columns, make), tuple(notes))


def _doubts(base: Facts, other: Facts) -> Iterator[str]:
    """Yield a sentence for each reason why values of one name may not measure the same thing."""
    both = base.version.metrics.keys() & other.version.metrics.keys()
    differing = [
        name
        for name in base.version.metrics
        if name in both and base.evaluations.get(name, "") != other.evaluations.get(name, "")
    ]
    if differing:
        name = differing[0]
        more = f" and {len(differing) - 1:,} more" if len(differing) > 1 else ""
        yield (
            f"{name}{more} from different evaluations: {base.evaluations.get(name) or 'unnamed'} "
            f"for {base.version.ref}, {other.evaluations.get(name) or 'unnamed'} for {other.version.ref}"
        )
    here, there = _evaluated_on(base), _evaluated_on(other)
    if both and here and there and here.keys() != there.keys():
        yield (
            f"evaluated on different data: {', '.join(here.values())} for {base.version.ref}, "
            f"{', '.join(there.values())} for {other.version.ref}"
        )


def _evaluated_on(facts: Facts) -> dict[str, str]:
    """Return the datasets a version was measured on: what the edge points at → its name."""
    return {target.link.to: target.name for target in facts.targets if target.link.type == "evaluated-on"}
