"""The hash chain, walked from the journal's first byte: what of it can be proven, and where it first can't."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

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
                        offset=end,
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
        found = [*map(_problem, self._journal.damage()), *self._jumps]
        found.sort(key=lambda problem: problem.offset)
        found = [replace(each, line=line) for each, line in zip(found, self._lines(found), strict=True)]
        if doubt := self._journal.in_doubt():
            found.append(AuditProblem("chain", f"a write is in doubt ({doubt}): mvtui repair looks at it"))
        return found

    def _lines(self, problems: Iterable[AuditProblem]) -> Iterator[int]:
        """Yield the number, from 1, of the line that begins where each problem is; they come in the order of the file."""
        line, at = 1, 0
        for problem in problems:
            while at < problem.offset:
                data = os.pread(self._journal.fd, min(_CHUNK, problem.offset - at), at)
                if not data:
                    break
                line += data.count(b"\n")
                at += len(data)
            yield line

    def unfinished(self) -> int:
        """Return how many bytes at the end are a write that never finished, so was never acknowledged."""
        if any(damage.before_seq is None and damage.length for damage in self._journal.damage()):
            return 0
        return max(0, self._journal.size() - self._journal.offset)


def _problem(damage: Damage) -> AuditProblem:
    first, last = damage.after_seq + 1, (damage.before_seq or 0) - 1
    if damage.missing or (not damage.length and damage.before_seq is None):
        sentence = damage.problem
    elif damage.length:
        lost = (
            f"event {first}"
            if last == first
            else f"events {first} to {last}"
            if last > first
            else "what it said"
        )
        sentence = f"{damage.problem}: {lost} can't be trusted"
    elif last == damage.after_seq:
        sentence = f"event {first} does not follow event {damage.after_seq}: one of the two was rewritten"
    elif last < first:
        sentence = f"event {last + 1} stands after event {damage.after_seq}, and does not follow it"
    else:
        sentence = f"event {first} is missing" if last == first else f"events {first} to {last} are missing"
    return AuditProblem("chain", sentence, first, offset=damage.offset)
