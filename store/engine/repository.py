"""A store that is open: journal, index, objects and lock, kept in step.

Prepare unlocked, commit locked: verbs hash and copy first, then enter ``writing()``, look again at what
they rely on, and ``append``. Everything in here is safe between threads; across ``fork`` the child starts
with locks of its own.
"""

from __future__ import annotations

import contextlib
import functools
import os
import threading
import weakref
from collections.abc import Iterator
from typing import Any

from ..errors import (
    FormatError,
    NotFoundError,
    ReadOnlyError,
)
from ..nouns.damage import Damage
from ..nouns.event import Event, EventKind
from . import actor, config, durable, events, platform, reduce, snapshot
from .durable import Lock
from .index import Index
from .journal import Journal, RewrittenError
from .layout import Layout
from .objects import Objects
from .statcache import StatCache
from .trees import Trees

FORMAT = 1
"""The store format this mvtui writes and reads, named by the journal's first event."""

_SNAPSHOT_EVENTS = 512  # events not in index.json before it is written again, and
_SNAPSHOT_SHARE = 4  # at least one such event for every four documents: the cost stays constant a version

_GAPS_A_LINE = 12  # of some 200 bytes each: an event that names them fits a line

_HEAD_FROM = 2000  # versions from which opening takes long enough to want head.json
_HEAD_ROWS = 60  # versions of a model in it: a tall screen
_HEAD_MODELS = 100  # models with versions in it: those registered to last
_HEAD_EVENTS = 32  # events not in head.json before it is written again
_GLANCE_TAIL = 256 << 10  # bytes of journal after head.json beyond which it is too old to be of use

_open: weakref.WeakSet[Repository] = weakref.WeakSet()


class Repository:
    """The engine behind ``Store``. Made by ``Repository.open``; layers above never open its files."""

    def __init__(self, root: str, *, read_only: bool) -> None:
        self.layout = Layout(root)
        self.config = config.load(self.layout.config)
        self.writable = not read_only and os.access(self.layout.journal, os.W_OK)
        self._asked_read_only = read_only
        self.lock = Lock(self.layout.lock, self.config.lock_timeout)
        self.journal = Journal(self.layout.journal, temp_dir=self.layout.tmp)
        self.index = Index()
        self.cache = StatCache(self.layout.statcache)
        self.objects = Objects(
            self.layout.objects, temp_dir=self.layout.tmp, trash_dir=self.layout.trash, cache=self.cache
        )
        self.trees = Trees(self.layout.trees, self.objects)
        self.store_id = ""
        self._mutex = threading.RLock()
        self._snapshot_seq = 0
        self._head_seq = -1
        self._stale = False
        _open.add(self)

    @classmethod
    def open(cls, root: str | os.PathLike[str], *, read_only: bool = False) -> Repository:
        """Open the store at ``root`` and read what it holds.

        Raises:
            NotFoundError: there is no store at ``root``.
            FormatError: a later mvtui wrote it.
            BadConfigError: config.toml is wrong.
            StorageError: it can't be read.
        """
        root = os.path.abspath(root)
        if not os.path.exists(Layout(root).events):
            raise NotFoundError(f"there is no store at {root}", hint="Make one: mvtui init")
        repository = cls(root, read_only=read_only)
        with durable.explained(f"open the store at {root}"):
            repository._load()
        return repository

    @classmethod
    def glance(cls, root: str | os.PathLike[str]) -> Repository | None:
        """Open a large store read-only in a few milliseconds, with each model's newest versions only.

        Models and counts are complete. None when there is no usable head.json: then ``open`` is quick, or needed.

        Raises:
            FormatError, BadConfigError, StorageError: as ``open``.
        """
        root = os.path.abspath(root)
        found = snapshot.load(Layout(root).head)
        if found is None:
            return None
        repository = cls(root, read_only=True)
        with durable.explained(f"open the store at {root}"), contextlib.suppress(RewrittenError):
            repository._check_format()
            if repository._adopt(found) and repository.journal.size() - found.offset <= _GLANCE_TAIL:
                repository._drain()
                return repository
        repository.close()
        return None

    def close(self) -> None:
        """Give the descriptors back; the next use opens them again."""
        with self._mutex:
            self.journal.close()
            self.cache.close()

    def reset_after_fork(self) -> None:
        """Take locks of one's own in a forked child, whose other threads are gone with what they held."""
        if not self._mutex.acquire(blocking=False):
            self._stale = True  # a thread was at work on the index, and will never finish
        self._mutex = threading.RLock()
        self.lock.reset_after_fork()
        self.cache.reset_after_fork()

    # -- reading --------------------------------------------------------------------------------

    @contextlib.contextmanager
    def reading(self) -> Iterator[Index]:
        """Hold the index still, brought up to date, while it is looked at."""
        with self._mutex:
            self.refresh()
            yield self.index

    def refresh(self) -> bool:
        """Apply what was written since; say whether anything was. One ``fstat`` when nothing was.

        Raises:
            StorageError: the store went away.
        """
        with self._mutex, durable.explained(f"read the store at {self.layout.root}"):
            before = self.index.generation
            if self._stale:
                self._replay()
                self._stale = False
            if self.journal.size() == self.journal.offset:
                return self.index.generation != before
            try:
                self._drain()
            except RewrittenError:
                self._replay()
            return self.index.generation != before

    def _load(self) -> None:
        self._check_format()
        found = snapshot.load(self.layout.index)
        if found and self._adopt(found):
            self._snapshot_seq = found.seq
        with contextlib.suppress(RewrittenError):
            self._drain()
            return
        self._replay()

    def _adopt(self, found: snapshot.Snapshot) -> bool:
        """Start from a snapshot, if it is this store's and reflects a line that the journal holds."""
        if found.store != self.store_id or not self.journal.holds(found.offset, found.head, found.seq):
            return False
        self.index.replace(found.tables)
        self.journal.rewind(offset=found.offset, head=found.head, seq=found.seq)
        return True

    def rebuild(self) -> None:
        """Forget the index and make it anew from the journal's first byte."""
        with self._mutex:
            self._replay()

    def _replay(self) -> None:
        self.journal.rewind()
        self.index.replace(reduce.empty())
        self._snapshot_seq = 0
        with contextlib.suppress(RewrittenError):  # another process cuts a tail: the next refresh sees it
            self._drain()

    def _drain(self) -> None:
        with snapshot.quiet_gc():
            for line in self.journal.tail():
                self._apply(events.decode(line, self.objects))

    def _apply(self, event: Event) -> None:
        events.acknowledge(self.journal, event)
        self.index.apply(event)

    def _check_format(self) -> None:
        """Read the first event, which says whose journal this is and in which format."""
        first = self.journal.first()
        if first is None or first.seq != 1 or first.body.get("event") != EventKind.INIT:
            # Damage to the very first line: the rest still says what happened, so reading goes on.
            self.store_id = ""
            return
        data = first.body.get("data", {})
        if data.get("format") != FORMAT:
            raise FormatError(
                f"the store at {self.layout.root} has format {data.get('format')!r}; this mvtui knows {FORMAT}",
                hint="Update mvtui: pip install --upgrade mvtui",
            )
        self.store_id = str(data.get("store", ""))

    def replay(self) -> tuple[Journal, Iterator[Event]]:
        """Read the whole journal again from its first byte, every hash checked, apart from the index.

        The returned journal's ``damage()`` is complete once the events are drained; close it after use.
        """
        journal = Journal(self.layout.journal, temp_dir=self.layout.tmp)

        def found() -> Iterator[Event]:
            with durable.explained("read the journal"):
                for line in journal.tail():
                    event = events.decode(line, self.objects)
                    events.acknowledge(journal, event)
                    yield event

        return journal, found()

    def damage(self) -> tuple[Damage, ...]:
        """Return the stretches of the journal that can't be trusted, as far as they were read."""
        with self._mutex:
            self.refresh()
            return self.journal.damage()

    # -- writing --------------------------------------------------------------------------------

    @contextlib.contextmanager
    def writing(self) -> Iterator[Index]:
        """Hold the writers' lock, with the index brought up to date under it.

        Raises:
            ReadOnlyError: this store can't be written, by choice, by mode, or from this host.
            LockTimeoutError: another process keeps the lock.
            StorageError: the disk refused.
        """
        self.check_writable()
        with self._mutex, self._locked():
            if not self.refresh():
                self._check_head()
            yield self.index
        self._save_snapshot_if_due()

    def _check_head(self) -> None:
        """Make sure that the next event links to what the file really ends with.

        A line whose flush failed is cut off again, but may have been read before; the line written in its
        place can be as long, so that the size alone does not tell.
        """
        journal = self.journal
        with durable.explained("read the journal"):
            if not journal.holds(journal.offset, journal.head, journal.seq):
                self._replay()

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        with contextlib.ExitStack() as stack:
            with durable.explained("lock the store"):
                stack.enter_context(self.lock.held())
            yield

    def check_writable(self) -> None:
        """Refuse early, before bytes are copied for nothing.

        Raises:
            ReadOnlyError: this store can't be written, by choice, by mode, or from this host.
        """
        if self._asked_read_only:
            raise ReadOnlyError(
                f"the store at {self.layout.root} was opened read-only", hint="Leave out --read-only."
            )
        if not self.writable:
            raise ReadOnlyError(
                f"the store at {self.layout.root} can't be written by {platform.user_name()}",
                hint="mvtui doctor says who owns it; reading works.",
            )
        host = self.config.writing_host
        if self._on_network and host != platform.host_name():
            raise ReadOnlyError(
                f"the store is on a network file system, where {host or 'no host'} is declared to write",
                hint=f'Write from one host only, and declare it in config.toml: [store] writing_host = "{platform.host_name()}"',
            )

    @functools.cached_property
    def _on_network(self) -> bool:
        return platform.is_network(platform.file_system_of(self.layout.root))

    def ensure_object(self, name: str) -> bool:
        """Whether an object that an event will name is there; it is brought back from trash. Only in ``writing()``."""
        return self.objects.size(name) is not None or self.objects.restore(name)

    def append(self, kind: EventKind, data: dict[str, Any], reason: str = "") -> Event:
        """Write one event and let it take effect. On disk when this returns. Only inside ``writing()``.

        What does not fit a line (4 KB) goes into an object that the line names.

        Raises:
            JournalDamagedError, OutcomeUnknownError, StorageError: see ``Journal.append``.
        """
        body = events.body(kind, data, reason, actor.current())
        while True:
            try:
                line = self.journal.append(body)
                break
            except ValueError:
                body = events.spill(body, self.objects)
        event = events.decode(line, self.objects)
        self._apply(event)
        return event

    def append_repair(self, gaps: list[dict[str, Any]]) -> None:
        """Journal which damaged stretches were quarantined; writing is possible again."""
        try:
            for gap in gaps:
                self.journal.acknowledge(gap["offset"], gap["length"], gap["digest"])
            for at in range(0, len(gaps), _GAPS_A_LINE):
                named = {"gaps": gaps[at : at + _GAPS_A_LINE]}
                body = events.body(EventKind.REPAIR, named, "", actor.current())
                self._apply(events.decode(self.journal.append_repair(body), self.objects))
        except BaseException:
            self._replay()  # a gap counts as known only when an event on disk names it
            raise

    def _save_snapshot_if_due(self) -> None:
        with self._mutex:
            versions = len(self.index.tables[reduce.VERSIONS])
            if self.journal.seq - self._snapshot_seq >= max(_SNAPSHOT_EVENTS, versions // _SNAPSHOT_SHARE):
                self.save_snapshot()
            elif versions >= _HEAD_FROM:
                if self._head_seq < 0:
                    self._head_seq = snapshot.seq_of(self.layout.head)
                if not 0 <= self.journal.seq - self._head_seq < _HEAD_EVENTS:
                    self._save_head()

    def save_snapshot(self) -> None:
        """Write index.json, and head.json for a large store. Failing is no loss: they are derived."""
        with self._mutex:
            self._save(self.layout.index, self.index.tables)
            self._snapshot_seq = self.journal.seq
            if len(self.index.tables[reduce.VERSIONS]) >= _HEAD_FROM:
                self._save_head()

    def _save_head(self) -> None:
        models = self.index.tables[reduce.MODELS]
        shown = sorted(models.values(), key=lambda d: d["updated"], reverse=True)[:_HEAD_MODELS]
        newest = [d for model in shown for d in self.index.of_model(model["name"], newest=_HEAD_ROWS)]
        newest.sort(key=lambda d: d["seq"])
        versions = {reduce.key(d["model"], d["version"]): d for d in newest}
        self._save(self.layout.head, {reduce.MODELS: models, reduce.VERSIONS: versions})
        self._head_seq = self.journal.seq

    def _save(self, path: str, tables: reduce.Tables) -> None:
        if self.journal.damage() or not self.store_id:
            return  # a snapshot would hide what a replay must report
        state = snapshot.Snapshot(
            self.store_id, self.journal.offset, self.journal.head, self.journal.seq, tables
        )
        with contextlib.suppress(OSError):
            snapshot.save(path, state, temp_dir=self.layout.tmp)


def _after_fork_in_child() -> None:
    for repository in list(_open):
        repository.reset_after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
