"""Registering files from the screen."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple, cast

from ... import words
from .changes import Change, Made
from .stated import Stated

if TYPE_CHECKING:
    from ....store import Bump, Kind, ProgressCallback, Series, Store


class Register(Change, frozen=True, kw_only=True):
    """Store files as a version of a model; what is empty the store decides."""

    model: str
    path: str
    kind: str = ""
    version: str = ""
    bump: str = ""
    parent: str = ""
    note: str = ""
    tags: Mapping[str, str] = {}
    metrics: Stated = Stated({})
    params: Stated = Stated({})
    datasets: Mapping[str, str] = {}

    @property
    def stopped(self) -> str:
        """What was stored by then is removed."""
        return f"stopped: nothing was registered, {self.path} stays as it is"

    def make(self, store: Store, progress: ProgressCallback) -> Made:
        """Make it."""
        measured = _measured(self.metrics)
        done = store.register(
            self.model,
            os.path.expanduser(self.path),
            kind=cast("Kind | None", self.kind or None),
            version=self.version or None,
            bump=cast("Bump | None", self.bump or None),
            parents=[self.parent] if self.parent else (),
            note=self.note,
            tags=self.tags,
            metrics=measured.metrics,
            series=measured.series,
            params=_params(self.params),
            datasets=self.datasets,
            progress=progress,
        )
        version = done.version
        if done.created:
            files = f"{words.plural(version.file_count, 'file')}, {words.size(version.size)}"
            raised = f", {done.bump}" if done.bump else ""
            told = f"{version.ref} is registered: {files}{raised}; D deletes it"
        else:
            added = f"; added {', '.join(done.added)}" if done.added else "; nothing was new"
            told = f"it is {version.ref} already{added}"
        weak = (f"weak record: {'; '.join(done.notices)}",) if done.notices else ()
        return Made(told, (*done.unread, *measured.skipped, *weak), version=version)


class _Measured(NamedTuple):
    metrics: dict[str, float]
    series: dict[str, Series]
    skipped: tuple[str, ...]


def _measured(stated: Stated) -> _Measured:
    """Read files of metrics, the later over the earlier, and put what was stated over theirs. Raises as ``read_metrics_file``."""
    from ....store import merge_series, read_metrics_file

    metrics: dict[str, float] = {}
    curves: list[dict[str, Series]] = []
    skipped: list[str] = []
    for file in stated.files:
        found = read_metrics_file(os.path.expanduser(file))
        metrics |= found.metrics
        curves.append(found.series)
        if found.skipped:
            are = "is no number" if len(found.skipped) == 1 else "are no numbers"
            skipped.append(f"skipped {len(found.skipped):,} of {file} that {are}")
    metrics |= {name: float(value) for name, value in stated.values.items() if value is not None}
    return _Measured(metrics, merge_series(curves) if any(curves) else {}, tuple(skipped))


def _params(stated: Stated) -> dict[str, object]:
    """Read files of parameters likewise. Raises as ``read_values_file``."""
    from ....store import read_values_file

    found: dict[str, object] = {}
    for file in stated.files:
        found |= read_values_file(os.path.expanduser(file))
    return found | stated.values
