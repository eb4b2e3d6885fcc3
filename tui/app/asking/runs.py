"""Training curves of versions, read and made small enough to be drawn at once. For the worker's thread.

Decoding a run's series may take a second, so what comes of it is kept: series are named by their digests and never change.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ....store.errors import MvtuiError
from ...metric_order import worth_a_column
from .asked import Curve, Curves

if TYPE_CHECKING:
    from ....store import Series, Store, Version

_KEPT = 16
"""The curves of so many versions are kept: more than are compared, and a few that were looked at before."""

_kept: OrderedDict[tuple[str, ...], Mapping[str, Curve]] = OrderedDict()


def known(versions: Sequence[Version]) -> bool:
    """Say whether the curves of all these versions can be told without reading anything."""
    return all(version.series in _kept for version in versions if version.series)


def curves(store: Store, versions: Sequence[Version], name: str) -> Curves | None:
    """Return the curves of one name, of those versions that have it; None where no version has any.

    An empty name, or one that no version has, stands for the most telling one.
    """
    found: dict[str, Mapping[str, Curve]] = {}
    problem = ""
    for version in versions:
        if version.series:
            try:
                found[version.ref] = _of(store, version)
            except MvtuiError as error:  # one that is damaged leaves the others
                problem = problem or f"{version.version}: {error.message}"
    counts: dict[str, int] = {}
    for named in found.values():
        for each in named:
            counts[each] = counts.get(each, 0) + 1
    if not counts:
        return Curves((), "", (), problem=problem) if problem else None
    names = tuple(worth_a_column(counts, store.direction))
    names += tuple(each for each in counts if each not in names)
    chosen = name if name in counts else names[0]
    lines = tuple(
        (version.version, version.stage, found[version.ref][chosen])
        for version in versions
        if chosen in found.get(version.ref, ())
    )
    return Curves(names, chosen, lines, store.direction(chosen), problem)


def _of(store: Store, version: Version) -> Mapping[str, Curve]:
    if version.series not in _kept:
        _kept[version.series] = {
            name: _curve(series) for name, series in store.series(version.ref).items() if series.steps
        }
        while len(_kept) > _KEPT:
            _kept.popitem(last=False)
    _kept.move_to_end(version.series)
    return _kept[version.series]


def _curve(series: Series) -> Curve:
    from ...curves import reduced

    bad = 0 if math.isfinite(sum(series.values)) else sum(not math.isfinite(value) for value in series.values)
    return Curve(reduced(series), series.steps[-1], series.values[-1], len(series.steps), bad)
