"""The hash chain, walked from the journal's first byte: what of it can be proven, and where it first can't."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from ..nouns.audit import AuditProblem
from ..nouns.damage import Damage
from ..nouns.event import Event
from .lines import GENESIS

if TYPE_CHECKING:
    from .journal import Journal
    from .repository import Repository

_CHUNK = 1 << 20


class Place(NamedTuple):
    """Where an event was found: the hash of its line, and the byte just after it."""

    hash: str
    end: int


class Chain:
    """One walk: ``events`` gives them all, the rest is complete once they are drained. ``close`` it in any case.

    ``seq`` and ``hash`` are the head, ``count`` how many events can be read, ``first`` and ``last`` when they were made,
    ``found`` the places of the ``wanted`` numbers, ``set_back`` the events that are dated before the one before them.
    """

    def __init__(self, repository: Repository, wanted: Collection[int] = ()) -> None:
        self._journal: Journal
        self._journal, self._events = repository.replay()
        self._wanted = frozenset(wanted)
        self._jumps: list[AuditProblem] = []
        self.seq, self.hash, self.count = 0, GENESIS, 0
        self.first: datetime | None = None
        self.last: datetime | None = None
        self.found: dict[int, Place] = {}
        self.set_back: list[int] = []
        self.gap = False
        """Whether the event yielded last does not follow the one before it: between them something can't be read."""

    def close(self) -> None:
        """Give the descriptor back."""
        self._journal.close()

    @property
    def size(self) -> int:
        """Bytes in the journal file."""
        return self._journal.size()

    @property
    def offset(self) -> int:
        """Bytes read so far."""
        return self._journal.offset

    def events(self) -> Iterator[Event]:
        """Yield every event that can be read, oldest first.

        Raises:
            BusyError: the journal was cut meanwhile.
            FormatError: an event this mvtui doesn't know; nothing that follows it can be judged.
            StorageError: it can't be read.
        """
        end = 0
        for event in self._events:
            self.gap = event.prev != self.hash
            if not self.gap and event.seq != self.seq + 1:
                self._jumps.append(
                    AuditProblem(
                        "chain",
                        f"event {event.seq} comes right after event {self.seq}, as if what was between them had never been",
                        event.seq,
                        self._line_at(end),
                        end,
                    )
                )
            if self.last is not None and event.at < self.last:
                self.set_back.append(event.seq)
            end = self._journal.offset
            self.seq, self.hash, self.last = event.seq, event.hash, event.at
            self.first = self.first or event.at
            self.count += 1
            if event.seq in self._wanted:
                self.found[event.seq] = Place(event.hash, end)
            yield event

    def problems(self) -> list[AuditProblem]:
        """Return where the chain does not hold, the first place first."""
        found = [self._problem(damage) for damage in self._journal.damage()]
        if doubt := self._journal.in_doubt():
            found.append(AuditProblem("chain", f"a write is in doubt ({doubt}): mvtui repair looks at it"))
        return sorted([*found, *self._jumps], key=lambda each: (each.offset < 0, each.offset))

    def unfinished(self) -> int:
        """Return how many bytes at the end are a write that never finished, so was never acknowledged."""
        if any(damage.before_seq is None and damage.length for damage in self._journal.damage()):
            return 0
        return max(0, self._journal.size() - self._journal.offset)

    def _problem(self, damage: Damage) -> AuditProblem:
        first = damage.after_seq + 1
        if damage.missing or not self._journal.size():
            sentence = damage.problem
        elif not damage.length:
            lost = f"events {first} to {damage.before_seq - 1} are missing" if damage.before_seq else ""
            changed = f"event {first} does not follow event {damage.after_seq}: one of the two was rewritten"
            sentence = changed if damage.before_seq == first else lost or damage.problem
        else:
            until = damage.before_seq - 1 if damage.before_seq else None
            lost = (
                f"event {first}" if until == first else f"events {first} to {until}" if until else "the end"
            )
            sentence = f"{damage.problem}: {lost} can't be trusted"
        return AuditProblem("chain", sentence, first, self._line_at(damage.offset), damage.offset)

    def _line_at(self, offset: int) -> int:
        """Return the number, from 1, of the line that begins at a byte."""
        lines, at = 1, 0
        while at < offset:
            data = os.pread(self._journal.fd, min(_CHUNK, offset - at), at)
            if not data:
                break
            lines += data.count(b"\n")
            at += len(data)
        return lines
