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
    BadConfigError,
    BusyError,
    ConflictError,
    NotFoundError,
    ReadOnlyError,
)
from ..nouns.event import Event, EventKind
from . import actor, config, durable, events, platform, pointers, sharing, snapshot
from .arms import Arms
from .derived import Derived
from .index import Index
from .journal import RewrittenError
from .layout import Layout
from .live import Live
from .lock import Lock
from .objects import Objects
from .projection import FORMAT, Projection
from .statcache import StatCache
from .trees import Trees

_ANY_SEQ = 10**15  # longer than any event's number will be
_GLANCE_TAIL = 256 << 10  # bytes of journal after head.json beyond which it is too old to be of use

_open: weakref.WeakSet[Repository] = weakref.WeakSet()


class Repository(Projection):
    """The engine behind ``Store``. Made by ``Repository.open``; layers above never open its files."""

    def __init__(self, root: str, *, read_only: bool) -> None:
        self.layout = Layout(root)
        self._config_stamp = config.stamp(self.layout.config)
        self.config, self.config_problem = _tolerant(self.layout.config, config.Config())
        self.writable = not read_only and not sharing.in_the_way(self.layout)
        self._asked_read_only = read_only
        self.lock = Lock(self.layout.lock, self.config.lock_timeout, temp_dir=self.layout.tmp)
        self.cache = StatCache(self.layout.statcache, temp_dir=self.layout.tmp, writable=self.writable)
        objects = Objects(
            self.layout.objects, temp_dir=self.layout.tmp, trash_dir=self.layout.trash, cache=self.cache
        )
        super().__init__(self.layout, objects)
        self.derived = Derived(self.layout.derived, temp_dir=self.layout.tmp, writable=self.writable)
        self.trees = Trees(self.layout.trees, self.objects)
        self.live = Live(self.layout.live, self.trees, copy=self.config.live_copy)
        self.arms = Arms(self.live, temp_dir=self.layout.tmp)
        self.mended: list[pointers.Mended] = []  # what ``writing`` found amiss by itself
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
        root = durable.absolute(root)
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
                if (
                    not repository._shrunk
                ):  # one that went, or came back, may not be among those it knows to count
                    return repository
        repository.close()
        return None

    def close(self) -> None:
        """Give the descriptors back; the next use opens them again."""
        with self._mutex:
            super().close()
            self.cache.close()

    def reset_after_fork(self) -> None:
        """Take locks of one's own in a forked child, whose other threads are gone with what they held."""
        if not self._mutex.acquire(blocking=False):
            self._stale = True  # a thread was at work on the index, and will never finish
        self._mutex = threading.RLock()
        self.lock.reset_after_fork()
        self.cache.reset_after_fork()

    # -- config.toml ----------------------------------------------------------------------------

    def read_config(self) -> config.Config:
        """Return what config.toml says now: it may have been edited since the store was opened.

        Raises:
            BadConfigError, StorageError: as ``config.load``. A mistake in it stops what depends on it, and nothing else.
        """
        found = self.current_config()
        if self.config_problem is not None:
            raise self.config_problem
        return found

    def current_config(self) -> config.Config:
        """Return what config.toml says now or, with a mistake in it, what it said last; ``config_problem`` has that."""
        if (now := config.stamp(self.layout.config)) != self._config_stamp:
            self.config, self.config_problem = _tolerant(self.layout.config, self.config)
            self._config_stamp = now
            self.live.copy = self.config.live_copy
        return self.config

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
        # The lock first: while it is waited for, other threads go on reading.
        with self._locked(), self._mutex:
            self._seen = None  # look at the bytes, not only at the times
            self.refresh()
            self._mend_live()
            yield self.index
            self.journal.settle()
            if not self._partial:
                self._snapshots.save_if_due(self.store_id, self.journal, self.index, shrunk=self._shrunk)
                self._shrunk = False

    def _mend_live(self) -> None:
        """Point live/ at what the last transition says, if whoever wrote it died before he could.

        What a damaged journal says may not be the last word: then live/ stays as it is.
        """
        for model in self.index.moved_last():
            if pointers.is_settled(self, model) or self.journal.damage() or self.journal.in_doubt():
                continue
            found = pointers.mend(self, model)
            if found is not None and found not in self.mended:
                self.mended.append(found)

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
            raise sharing.refusal(self.layout)
        host = self.config.writing_host
        if self._on_network and host != platform.host_name():
            raise ReadOnlyError(
                f"the store is on a network file system, where {host or 'no host'} is declared to write",
                hint=f'Write from one host only, and declare it in config.toml: [store] writing_host = "{platform.host_name()}"',
            )

    @functools.cached_property
    def _on_network(self) -> bool:
        return platform.is_network(platform.file_system_of(self.layout.root))

    def check_part(self) -> None:
        """Refuse to let a made-up person do something at a made-up time in a store that is not a demo's.

        Raises:
            ConflictError: somebody is playing a part, and this store is real.
        """
        if actor.is_played() and not self.is_demo:
            raise ConflictError(
                f"the store at {self.layout.root} is no demo's: what happens in it is of whoever does it, and of now",
                hint="Make one that is: init_store(PATH, demo=True).",
            )

    def ensure_object(self, name: str) -> bool:
        """Whether an object that an event will name is there; it is brought back from trash. Only in ``writing()``."""
        return self.objects.size(name) is not None or self.objects.restore(name)

    def append(self, kind: EventKind, data: dict[str, Any], reason: str = "") -> Event:
        """Write one event and let it take effect. On disk when this returns. Only inside ``writing()``.

        What does not fit a line (4 KB) goes into an object that the line names.

        Raises:
            JournalDamagedError, OutcomeUnknownError, StorageError: see ``Journal.append``.
        """
        self.check_part()
        if not self.lock.is_sound():
            raise BusyError("someone removed the store's lock file", hint="Never delete it; try again.")
        body = events.body(kind, data, reason, actor.current(), actor.now())
        body = events.fitted(body, self.journal.seq + 1, self.objects)
        self._stale = True  # until the index shows what the journal says
        line = self.journal.append(body)
        event = events.decode(line, self.objects)
        self._apply(event)
        self._stale = False
        return event

    def append_repair(self, gaps: list[dict[str, Any]]) -> None:
        """Journal which damaged stretches were quarantined; writing is possible again."""
        self._stale = True
        for gap in gaps:
            self.journal.acknowledge(gap["offset"], gap["length"], gap["digest"], gap.get("missing", 0))
        self.store_id = self.store_id or os.urandom(16).hex()
        left = list(gaps)
        while left:
            count = len(left)
            # Fewer gaps a line, never an object: what mends the journal must not hang on one.
            while not events.fits(body := self._repair_body(left[:count]), _ANY_SEQ) and count > 1:
                count -= 1
            self._apply(events.decode(self.journal.append_repair(body), self.objects))
            del left[:count]
        self._stale = False

    def _repair_body(self, gaps: list[dict[str, Any]]) -> dict[str, Any]:
        # The first event may be what was lost, so what it said is said again.
        said = {"gaps": gaps, "store": self.store_id, "format": FORMAT}
        return events.body(EventKind.REPAIR, said, "", actor.current(), actor.now())

    def save_snapshot(self) -> None:
        """Write index.json anew. The caller holds the writers' lock, or is alone."""
        with self._mutex:
            if not self._partial:
                self._snapshots.save(self.store_id, self.journal, self.index)


def _tolerant(path: str, otherwise: config.Config) -> tuple[config.Config, BadConfigError | None]:
    """Return what config.toml says; with a mistake in it something else, and what is wrong."""
    try:
        return config.load(path), None
    except BadConfigError as error:
        return otherwise, error


def _after_fork_in_child() -> None:
    for repository in list(_open):
        repository.reset_after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
