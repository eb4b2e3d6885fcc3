"""Rows about queries: what the screen's filter does for each key, and ``mvtui ls QUERY``. Peer: ``mvtui ls``."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import mvtui

from .harness import Row, absolute, against, process, timed
from .store_rows import MANY
from .synthetic import build

_FILTERS = (
    "longer",
    "relabelled 12",
    "metric.accuracy>0.9",
    "-author:nobody",
    "since:90d",
    "version:1.4",
    "note:longer",
)
_SORTS = (
    "sort:-metric.accuracy",
    "sort:version",
    "sort:created",
    "metric.accuracy>0.9 sort:-metric.accuracy",
)
_SCRIPT = os.path.join(os.path.dirname(sys.executable), "mvtui")


def rows(work: Path) -> Iterator[Row]:
    """Yield the rows."""
    many, some = build(work / "many", MANY, models=1), build(work / "some", 100)
    with mvtui.open_store(many) as store:
        search = store.search(store.versions("model-00"))
        search.prepare()
        for queries, bound in ((_FILTERS, 0.050), (_SORTS, 0.100)):
            for query in queries:
                search.find(query)
                yield absolute(f"{query}, {MANY:,}", timed(partial(search.find, query)), bound=bound)
        typed = timed(lambda: search.complete("metric.a"))
        yield absolute(f"completion of metric.a, {MANY:,}", typed, bound=0.050)
    listing = process(_SCRIPT, "ls", "--store", str(many))
    # Sorted by a metric, with a column for it: more to print a line than plain ls has.
    for query, allowed in (("longer", 1.0), ("metric.accuracy>0.5 sort:-metric.accuracy", 1.5)):
        asking = process(_SCRIPT, "ls", query, "--store", str(many))
        yield against(f"mvtui ls '{query}', {MANY:,}", asking, "mvtui ls", listing, bound=allowed, runs=3)
    short = process(_SCRIPT, "ls", "metric.accuracy>0.5", "--store", str(some))
    yield against(
        "mvtui ls QUERY, 100",
        short,
        "python -c pass",
        process(sys.executable, "-c", "pass"),
        bound=8,
        runs=21,
    )
