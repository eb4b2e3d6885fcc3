"""Watching: events as they land, whatever happens to the store meanwhile.

What was told last is remembered by number and hash. When the journal must be read anew from its first byte, telling goes on
after that event. If it is not there any more, a backup was restored or someone edited the file: then what is dated later
goes on, and the watcher is told.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Literal, NamedTuple, TypeAlias

from ..engine.documents import Document
from ..engine.following import Following
from ..engine.repository import Repository
from ..errors import StorageError
from ..knowledge import ledger
from ..nouns.damage import Damage
from ..nouns.event import Event
from ..nouns.ledger import LedgerEntry, NoticeKind, WatchNotice
from . import search

Told: TypeAlias = LedgerEntry | WatchNotice

_SHORTEST = 0.01  # seconds between two looks, at least: whatever is asked for, no processor is kept busy
_WHILE_GONE = 1.0


def watch(
    repository: Repository,
    query: str,
    *,
    since: int | None,
    interval: float,
    stop: Callable[[], bool] | None,
) -> Iterator[Told]:
    """Yield events as they land; see ``Store.watch``."""
    asked = search.Asked(query) if query.strip() else None
    following = Following(repository, whole=since is not None, indexed=asked is not None)
    watcher = _Watch(following, asked, since)
    return watcher.run(max(_SHORTEST, interval), stop or (lambda: False))


class _Place(NamedTuple):
    seq: int
    hash: str
    at: datetime


def _place(event: Event) -> _Place:
    return _Place(event.seq, event.hash, event.at)


class _Watch:
    def __init__(self, following: Following, asked: search.Asked | None, since: int | None) -> None:
        self.following, self.asked, self.since = following, asked, since
        now = datetime.now(UTC)
        self.last = _Place(following.seq, following.head, now) if since is None else None
        self.turn = following.turn
        self.searching = self.confessed = self.gone = False
        self.later: list[tuple[_Place, LedgerEntry | None]] = []  # dated after the event that is searched for
        self.damage: tuple[Damage, ...] = ()

    def run(self, interval: float, stop: Callable[[], bool]) -> Iterator[Told]:
        while not stop():
            try:
                yield from self._look()
            except StorageError as error:
                if not self.gone:
                    self.gone = True
                    yield self._notice("gone", f"{error.message}; waiting for it")
            time.sleep(max(interval, _WHILE_GONE) if self.gone else interval)

    def _look(self) -> Iterator[Told]:
        for event in self.following.fresh():
            if self.gone:
                yield self._back()
            what = self._sift(event)
            entry = ledger.entry(event) if what != "known" and self._fits(event) else None
            if what == "later":
                self.later.append((_place(event), entry))
            elif entry is not None:
                yield entry
        if self.gone:
            yield self._back()
        yield from self._settle()
        for damage in self.following.damage:
            if damage not in self.damage:
                yield self._notice("damaged", str(damage))
        self.damage = self.following.damage

    def _sift(self, event: Event) -> Literal["news", "known", "later"]:
        """Tell news from what was told before; ``later`` may be either, until the whole journal was looked at."""
        self._mark_turn()
        if self.last is None or not self.searching:
            self.last = _place(event)
            return "known" if self.since is not None and event.seq <= self.since else "news"
        if (event.seq, event.hash) == (self.last.seq, self.last.hash):
            self.searching = False
            return "known"
        return "later" if event.at > self.last.at else "known"

    def _mark_turn(self) -> None:
        if self.turn != self.following.turn:
            self.turn, self.searching = self.following.turn, self.last is not None
            self.later.clear()

    def _fits(self, event: Event) -> bool:
        """Whether a version that an event changed is one that was asked for, as the event found or left it.

        So ``stage:production`` also tells that Production was emptied.
        """
        if self.asked is None:
            return True
        with self.following.reading() as index:
            found = [index.version(*names) for names in ledger.touched(event)]
        documents: list[Document] = [document for document in found if document is not None]
        documents += self.following.before
        return self.asked.fits(self.following, documents)

    def _settle(self) -> Iterator[Told]:
        """Say what one look at the whole journal came to, and tell what had to wait for that."""
        self._mark_turn()  # else what has nothing in it would go unnoticed
        if self.since is not None and self.since > self.following.seq:
            yield self._notice(
                "ahead",
                f"there is no event {self.since}: the journal ends with event {self.following.seq}, "
                "and telling begins after it",
            )
        self.since = None
        if self.searching and self.last is not None:
            if not self.confessed:
                yield self._notice(
                    "rewritten",
                    f"event {self.last.seq} as it was told is not in the journal any more (a restored backup, or an edited "
                    f"file?): it ends with event {self.following.seq}; what is dated later is told",
                )
            self.confessed = True
            for place, entry in self.later:
                self.last, self.searching, self.confessed = place, False, False
                if entry is not None:
                    yield entry
            self.later.clear()
        elif self.confessed:
            self.confessed = False
            yield self._notice("found", f"event {self.last.seq if self.last else 0} is in the journal again")

    def _back(self) -> WatchNotice:
        self.gone = False
        return self._notice("back", "the store can be read again")

    def _notice(self, kind: NoticeKind, message: str) -> WatchNotice:
        return WatchNotice(kind, message, self.following.seq)
