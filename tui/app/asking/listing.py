"""What is listed: models and versions, what arrived since the last time, who waits for approval, what was saved.

For the worker's thread. What is not to be seen at once is read when nothing else is wanted.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Sequence
from time import monotonic
from typing import TYPE_CHECKING

from msgspec.structs import replace

from ....store.errors import MvtuiError, NotFoundError
from ..tables.version_columns import VersionColumns, of_versions
from . import reading
from .flags import flags
from .jobs import Job
from .messages import (
    ColumnsNamed,
    EndingsRead,
    InboxRead,
    ModelsListed,
    SearchIsSlow,
    StoreMeasured,
    VersionsListed,
)
from .rows import Rows, changed_last

if TYPE_CHECKING:
    from ....store import Ending, Model, Store, Summary, Version
    from .worker import StoreWorker

_MEASURE_SECONDS = 60.0
_MEASURE_SHARE = 0.01
"""The bytes on disk are added up again after so long at the earliest, and never in more than that share of the time."""

_MOST_ARRIVED = 100

_FEW = 1000
"""Of so many versions the bytes on disk are added up in a moment."""


class Listing:
    """Tells the screen what there is, and knows what it told last."""

    def __init__(self, worker: StoreWorker) -> None:
        self._worker = worker
        self._measure_at = 0.0
        self._last_seq = -1
        self._listed = -1
        self._unprepared = ""
        self._ending: tuple[Ending, ...] = ()

    def is_of(self, store: Store) -> bool:
        """Whether the store is still as it was listed last."""
        return store.generation == self._listed

    def models(self, store: Store, *, asked: bool = False) -> None:
        """Tell the models: ``ModelsListed``, and in a lull who waits and what was saved."""
        if asked:
            store.poll()
        self._listed = store.generation
        versions = store.versions()
        newest = versions[0].seq if len(versions) else 0
        arrived: list[Version] = []
        if self._last_seq >= 0:
            fresh = itertools.takewhile(lambda v: v.seq > self._last_seq, iter(versions))
            arrived = list(itertools.islice(fresh, _MOST_ARRIVED))
        first_time, self._last_seq = self._last_seq < 0, newest
        models = store.models()
        self._worker.post(
            ModelsListed(
                models,
                self._summary(store),
                () if self._worker.partial else store.damage(),
                tuple(v.ref for v in arrived),
                first=self._first_page(store, changed_last(models)) if first_time else None,
                asked=asked,
            )
        )

        if first_time and len(versions) <= _FEW:
            self._worker.want("saved", self._measure)  # with the first frame, as far as anyone can see
        # Not before what is to be seen: it is cheap only where nobody ever asked for approval.
        self._worker.in_a_lull(Job(self._inbox))

    def versions(self, store: Store, model: str, total: int = 0) -> VersionsListed:
        """Return the versions of a model, of which there are ``total`` when not all of them were read yet."""
        try:
            found = store.versions(model)
        except NotFoundError:  # its last version was deleted since it was listed
            found = ()
        rows = Rows(model, found, total)

        if rows.searchable:
            # Behind whatever else is wanted: it is the only job that can take a second.
            self._worker.want("search", lambda store: self._prepare(store, rows))
        return VersionsListed(rows, self._columns(store, found))

    def _inbox(self, store: Store) -> None:
        self._worker.await_paint()
        try:
            waiting = store.inbox()
        except Exception:  # noqa: BLE001 - such as a mistake in config.toml, which is told where gates are asked
            waiting = ()
        self._worker.post(InboxRead(waiting))
        self._endings(store)
        if monotonic() >= self._measure_at and not self._worker.partial:
            self._worker.in_a_lull(Job(self._measure))

    def _endings(self, store: Store) -> None:
        """Tell which hosted models Production stands on that end; where there never were any, nothing."""
        endings = store.endings()
        if endings != self._ending:
            self._ending = endings
            self._worker.post(EndingsRead(endings))

    def _measure(self, store: Store) -> None:
        self._worker.await_paint()
        start = monotonic()
        try:
            summary = store.summary(measure=True)
        except (MvtuiError, OSError):  # such as a directory that may not be read: nothing else needs it
            summary = None
        end = monotonic()
        self._measure_at = end + max(_MEASURE_SECONDS, (end - start) / _MEASURE_SHARE)
        if summary and summary.stored is not None:
            # Of one moment: what was registered since then has not been saved.
            self._worker.post(StoreMeasured(summary.size - summary.stored))

    def _summary(self, store: Store) -> Summary:
        summary = store.summary()
        # The part is read-only, whoever looks at it.
        return replace(summary, writable=os.access(store.root, os.W_OK)) if self._worker.partial else summary

    def _first_page(self, store: Store, model: Model | None) -> VersionsListed | None:
        if model is None:
            return None
        return self.versions(store, model.name, model.version_count if self._worker.partial else 0)

    def _prepare(self, store: Store, rows: Rows) -> None:
        self._worker.await_paint()
        try:
            rows.prepare(store)
        except Exception as error:  # noqa: BLE001 - as trouble it would have the list read and this tried again
            reason = f"{type(error).__name__}: {error}"
            if reason != self._unprepared:
                self._unprepared = reason
                self._worker.post(SearchIsSlow(reason))

    def names(self, store: Store, rows: Rows) -> ColumnsNamed:
        """Return what columns there are to choose from by all versions: hundreds of milliseconds for 100,000, once."""
        found, search = self._columns(store, rows.versions), rows.search(store)
        metrics = search.names("metric")
        ways = {name: way for name in metrics if (way := store.direction(name))}
        whole = found.with_names(metrics, search.names("tag"), search.names("param"), ways)
        return ColumnsNamed(rows, whole)

    def _columns(self, store: Store, found: Sequence[Version]) -> VersionColumns:
        if not len(found):
            return VersionColumns()
        told = {} if self._worker.partial else flags(store, found)
        return of_versions(found, store.direction, reading.in_production(store, found[0].model), told)
