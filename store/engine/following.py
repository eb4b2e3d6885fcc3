"""Following the journal: events as they land, with an index that shows what each of them left.

Apart from what else is done with the store: with a position of its own in the journal, and documents of its own, which it
shares with the store's index until one of them changes. It takes no lock, and holds no file open between two looks, so that
a disk can be unmounted under it.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..errors import StorageError
from ..nouns.damage import Damage
from ..nouns.event import Event
from . import documents, durable, events
from .documents import Document
from .journal import Journal, RewrittenError

if TYPE_CHECKING:
    from .index import Index
    from .repository import Repository

_TRIES = 5


class Following:
    """What is read of one store's journal from now on, or with ``whole`` from its first byte.

    ``turn`` grows each time it is read anew from its first byte: it is another file, or was cut. ``seq`` is the number of
    the last event read. Not safe between threads.

    Raises:
        StorageError, FormatError: as ``Repository.refresh``.
    """

    def __init__(self, repository: Repository, *, whole: bool, indexed: bool) -> None:
        self.turn = 0
        self.before: tuple[Document, ...] = ()
        """The version that the event yielded last is about, as it was before; empty without an index."""
        self._layout, self._objects = repository.layout, repository.objects
        self._journal = Journal(self._layout.journal, temp_dir=self._layout.tmp)
        self._damage: tuple[Damage, ...] = ()
        self._seen: tuple[int, int] | None = None
        self._halfway = False
        self._index = self._empty() if indexed else None
        with repository.reading() as index, durable.explained("read the journal"):
            journal = repository.journal
            self._file = _identity(journal.fd)
            if not whole:
                self._journal.rewind(offset=journal.offset, head=journal.head, seq=journal.seq)
                if self._index is not None:
                    self._index.replace({name: dict(table) for name, table in index.tables.items()})

    @staticmethod
    def _empty() -> Index:
        from .index import Index

        return Index()

    @property
    def seq(self) -> int:
        """The number of the last event read."""
        return self._journal.seq

    @property
    def head(self) -> str:
        """The hash of the last event read."""
        return self._journal.head

    @property
    def damage(self) -> tuple[Damage, ...]:
        """What of the journal could not be read, as far as it was."""
        return self._damage

    @contextlib.contextmanager
    def reading(self) -> Iterator[Index]:
        """Give the index as the event yielded last left it."""
        assert self._index is not None, "who asks for documents asks for an index"
        yield self._index

    def fresh(self) -> Iterator[Event]:
        """Yield the events that landed since, oldest first; after a ``turn`` all there are.

        Three system calls when there are none.

        Raises:
            StorageError: the store is gone, or can't be read; later it may be there again.
            FormatError: an event this mvtui doesn't know; nothing that follows it is read.
        """
        try:
            with durable.explained(f"read the store at {self._layout.root}"), self._found():
                yield from self._read()
        finally:
            self._journal.close()

    @contextlib.contextmanager
    def _found(self) -> Iterator[None]:
        try:
            yield
        except (FileNotFoundError, NotADirectoryError):
            raise StorageError(
                f"the store is gone: {self._layout.root}", hint="Is its disk mounted? Was it moved?"
            ) from None

    def _read(self) -> Iterator[Event]:
        journal = self._journal
        file, state = _identity(journal.fd), journal.state()
        if file == self._file and state == self._seen:
            return
        self._file = file
        # An event whose long part could not be read was passed over by the journal, but not told.
        if self._halfway or not journal.holds(journal.offset, journal.head, journal.seq):
            self._start_over()
        for _ in range(_TRIES):  # a tail may be cut and regrown meanwhile; the next look goes on
            try:
                for line in journal.tail():
                    self._halfway = True
                    event = events.decode(line, self._objects)
                    events.acknowledge(journal, event)
                    if self._index is not None:
                        self.before = self._named(event)
                        self._index.apply(event)
                    self._halfway = False
                    yield event
            except RewrittenError:
                self._start_over()
                continue
            self._damage, self._seen = journal.damage(), state
            return

    def _named(self, event: Event) -> tuple[Document, ...]:
        assert self._index is not None
        found = self._index.version(str(event.data.get("model")), str(event.data.get("version")))
        return () if found is None else (found,)

    def _start_over(self) -> None:
        self.turn += 1
        self._seen, self._halfway = None, False
        self._journal.rewind()
        if self._index is not None:
            self._index.replace(documents.empty())


def _identity(fd: int) -> tuple[int, int]:
    status = os.fstat(fd)
    return status.st_dev, status.st_ino
