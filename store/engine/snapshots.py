"""When index.json and head.json are written, and what they prove of a journal that has lost its end."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from . import documents, snapshot
from .journal import Evidence
from .snapshot import Snapshot

if TYPE_CHECKING:
    from .index import Index
    from .journal import Journal
    from .layout import Layout

_EVENTS = 512  # events not in index.json before it is written again, and
_SHARE = 4  # at least one such event for every four documents: the cost stays constant a version
_HEAD_FROM = 2000  # versions from which opening takes long enough to want head.json
_HEAD_ROWS = 60  # versions of a model in it: a tall screen
_HEAD_MODELS = 100  # models with versions in it: those registered to last
_HEAD_EVENTS = 32  # events not in head.json before it is written again


class Snapshots:
    """The derived files of one store. Losing them costs a replay; failing to write them costs nothing."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._index_seq = 0
        self._head_seq = -1

    def load(self, store_id: str) -> tuple[Snapshot | None, Evidence | None]:
        """Read index.json, if it is this store's; also return what it proves to have been in the journal."""
        found = snapshot.load(self._layout.index)
        if found is None or not found.whole or found.store != store_id:
            return None, None
        self._index_seq = found.seq
        return found, Evidence(found.offset, found.head, found.seq)

    def forget(self) -> None:
        """The index was made anew: what lies on disk may not be what it says."""
        self._index_seq = 0

    def save_if_due(self, store_id: str, journal: Journal, index: Index, *, shrunk: bool) -> None:
        """Write what has become too old. ``shrunk`` says that versions went, which a glance must not count."""
        versions = len(index.tables[documents.VERSIONS])
        if journal.seq - self._index_seq >= max(_EVENTS, versions // _SHARE):
            self.save(store_id, journal, index)
        elif versions >= _HEAD_FROM:
            if self._head_seq < 0:
                self._head_seq = snapshot.seq_of(self._layout.head)
            if shrunk or not 0 <= journal.seq - self._head_seq < _HEAD_EVENTS:
                self._save_head(store_id, journal, index)

    def save(self, store_id: str, journal: Journal, index: Index) -> None:
        """Write index.json, and head.json for a large store. The caller holds the writers' lock."""
        self._write(self._layout.index, store_id, journal, index.tables, whole=True)
        self._index_seq = journal.seq
        if len(index.tables[documents.VERSIONS]) >= _HEAD_FROM:
            self._save_head(store_id, journal, index)

    def _save_head(self, store_id: str, journal: Journal, index: Index) -> None:
        models = index.tables[documents.MODELS]
        shown = sorted(models.values(), key=lambda d: d["updated"], reverse=True)[:_HEAD_MODELS]
        newest = [d for model in shown for d in index.of_model(model["name"], newest=_HEAD_ROWS)]
        newest.sort(key=lambda d: d["seq"])
        versions = {documents.key(d["model"], d["version"]): d for d in newest}
        tables = documents.empty() | {
            documents.MODELS: models,
            documents.VERSIONS: versions,
            documents.TESTS: index.tables[documents.TESTS],
        }
        self._write(self._layout.head, store_id, journal, tables, whole=False)
        self._head_seq = journal.seq

    def _write(
        self, path: str, store_id: str, journal: Journal, tables: documents.Tables, *, whole: bool
    ) -> None:
        if journal.damage() or journal.in_doubt() or not store_id:
            return  # it would hide what a replay must report
        state = Snapshot(store_id, journal.offset, journal.head, journal.seq, tables, whole)
        with contextlib.suppress(OSError):
            snapshot.save(path, state, temp_dir=self._layout.tmp)
