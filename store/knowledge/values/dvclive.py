"""A DVCLive directory: ``metrics.json`` with the last values, ``plots/metrics/**/*.tsv`` with a series each.

``plots/metrics/train/loss.tsv`` has the columns ``step`` and ``loss``, and is the series of ``train/loss``. Its form
is the one DVC's experiments read (https://dvc.org/doc/dvclive/how-it-works).
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from ...nouns.metric import Series
from ..series import check_points
from . import reading, tables
from .flatten import split_numbers
from .found import MetricsFile
from .params_file import as_mapping

_METRICS = "metrics.json"
_PLOTS = os.path.join("plots", "metrics")


def is_directory_of(path: str) -> bool:
    """Say whether a path is a directory that DVCLive wrote."""
    return os.path.isfile(os.path.join(path, _METRICS))


def read(path: str, limit: int, *, series: bool) -> MetricsFile:
    """Return the metrics, and the series of their plots; ``limit`` bounds each plot, in bytes.

    Raises:
        BadInputError, NotFoundError, StorageError: as ``read_metrics_file``, naming the file.
    """
    summary = os.path.join(path, _METRICS)
    tree = as_mapping(reading.parse(reading.read_text(summary), summary), summary)
    metrics, skipped = split_numbers(tree, summary)
    curves: dict[str, Series] = {}
    for name, plot in _plots(os.path.join(path, _PLOTS)) if series else ():
        columns = tables.read(reading.read_text(plot, limit), plot, tabs=True, series=True).series
        if (curve := columns.get(name.rpartition("/")[2])) is not None:
            curves[name] = curve
        check_points(sum(len(one.steps) for one in curves.values()), path)
    return MetricsFile(metrics, curves, skipped)


def _plots(top: str) -> Iterator[tuple[str, str]]:
    """Yield the name of each metric that has a plot, and the plot's path, in the order of names."""
    for directory, inner, files in os.walk(top):
        inner.sort()
        for file in sorted(files):
            name, ending = os.path.splitext(file)
            if ending == ".tsv":
                inside = os.path.relpath(os.path.join(directory, name), top)
                yield inside.replace(os.sep, "/"), os.path.join(directory, file)
