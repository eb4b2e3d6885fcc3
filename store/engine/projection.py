"""The journal and the index that is made from it, kept in step.

The journal is the truth; the index is what its events add up to, started from a snapshot where one fits. Everything
in here is safe between threads.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

from ..errors import BusyError, FormatError, StorageError
from ..nouns.damage import Damage
from ..nouns.event import Event, EventKind
from . import backwards, documents, durable, events, snapshot
from .index import Index
from .journal import Journal, RewrittenError
from .layout import Layout
from .objects import Objects
from .snapshots import Snapshots

FORMAT = 1
"""The store format this mvtui writes and reads, named by the journal's first event."""


class Projection:
    """What the events of a store's journal add up to, brought up to date whenever it is looked at."""

    def __init__(self, layout: Layout, objects: Objects) -> None:
        self.layout = layout
        self.objects = objects
        self.journal = Journal(layout.journal, temp_dir=layout.tmp)
        self.index = Index()
        self.store_id = ""
        self.is_demo = False
        """Whether this store was made for a demo: its people and times are a story."""
        self._mutex = threading.RLock()
        self._snapshots = Snapshots(layout)
        self._partial: dict[int, str] = {}
        self._stale = False
        self._seen: tuple[int, int] | None = None
        self._shrunk = False

    def close(self) -> None:
        """Give the descriptors back; the next use opens them again."""
        with self._mutex:
            self.journal.close()

    @contextlib.contextmanager
    def reading(self) -> Iterator[Index]:
        """Hold the index still, brought up to date, while it is looked at."""
        with self._mutex:
            self.refresh()
            yield self.index

    def refresh(self) -> bool:
        """Apply what was written since; say whether anything was. Two ``stat`` calls when nothing was.

        Raises:
            StorageError: the store is gone, or can't be read.
            FormatError: an event this mvtui doesn't know; nothing that follows it is read.
        """
        with self._mutex, durable.explained(f"read the store at {self.layout.root}"):
            before = self.index.generation
            try:
                replaced = self.journal.is_replaced()
            except FileNotFoundError:
                self.close()  # a deleted journal left open could be read for ever, and keeps its disk mounted
                raise StorageError(
                    f"the store is gone: {self.layout.root}", hint="Is its disk mounted? Was it moved?"
                ) from None
            if replaced:
                self._start_over()
            state = self.journal.state()
            if state == self._seen and not self._stale:
                return self.index.generation != before
            journal = self.journal
            if self._stale or not journal.holds(journal.offset, journal.head, journal.seq):
                self._replay()  # what was read last has been cut off again, or was never finished
            else:
                try:
                    self._drain()
                except RewrittenError:
                    self._replay()
            self._seen = state
            return self.index.generation != before

    def _start_over(self) -> None:
        """Another journal lies where this one was: a restored backup, or another store."""
        self.journal.close()
        self.journal.expect(None)
        self._check_format()
        self._replay()

    def _load(self) -> None:
        self._check_format()
        found, evidence = self._snapshots.load(self.store_id)
        self.journal.expect(evidence)
        if found and self._adopt(found):
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
        self.index.replace(documents.empty())
        self._snapshots.forget()
        self._partial.clear()
        with contextlib.suppress(RewrittenError):  # another process cuts a tail: the next refresh sees it
            self._drain()

    def _drain(self) -> None:
        # Whatever ends this early, an interrupt or an event unknown here, leaves the index behind the journal's
        # position: the next look starts over.
        self._stale = True
        with snapshot.quiet_gc():
            for line in self.journal.tail():
                self._apply(events.decode(line, self.objects))
        self._stale = False

    def _apply(self, event: Event) -> None:
        events.acknowledge(self.journal, event)
        if event.kind is EventKind.REPAIR and not self.store_id:
            self.store_id = str(event.data.get("store", ""))
        if event.kind in (EventKind.DELETE, EventKind.RESTORE):
            self._shrunk = True
        if event.partial:
            self._partial[event.seq] = event.body
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
        self.is_demo = data.get("demo") is True

    def replay(self) -> tuple[Journal, Iterator[Event]]:
        """Read the whole journal again from its first byte, every hash checked, apart from the index.

        The returned journal's ``damage()`` is complete once the events are drained; close it after use.
        """
        journal = Journal(self.layout.journal, temp_dir=self.layout.tmp)
        journal.expect(self.journal.evidence)

        def found() -> Iterator[Event]:
            with durable.explained("read the journal"):
                try:
                    for line in journal.tail():
                        event = events.decode(line, self.objects)
                        events.acknowledge(journal, event)
                        yield event
                except RewrittenError:
                    raise BusyError(
                        "the journal changed while it was being read", hint="Try again."
                    ) from None

        return journal, found()

    def recent(self) -> Iterator[Event]:
        """Yield the events there are, the last first. Stop when what was looked for is found.

        What is written meanwhile is not among them.
        """
        with self._mutex, durable.explained("read the journal"):
            self.refresh()
            found = backwards.newest_first(self.journal)
        while True:
            with self._mutex, durable.explained("read the journal"):
                line = next(found, None)
            if line is None:
                return
            yield events.decode(line, self.objects)

    def damage(self) -> tuple[Damage, ...]:
        """Return what of the journal can't be trusted, as far as it was read: stretches, and events in part."""
        with self._mutex:
            self.refresh()
            partial = (
                Damage(
                    -1,
                    0,
                    seq - 1,
                    seq + 1,
                    f"details of event {seq} are lost: object {name[:12]}… is damaged",
                )
                for seq, name in sorted(self._partial.items())
            )
            return (*self.journal.damage(), *partial)
