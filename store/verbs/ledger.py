"""The ledger: what happened in a store, the last event first, read from the journal's end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import islice

from ..engine.documents import Document
from ..engine.index import Index
from ..engine.repository import Repository
from ..errors import BadInputError
from ..knowledge import ledger
from ..nouns.event import Event
from ..nouns.ledger import LedgerEntry
from . import resolve
from .history import aware

_CLOCKS = timedelta(days=1)
"""So far clocks may have been set back; reading on beyond that for an event that is dated later would never end."""

_Concerns = Callable[[Event], bool]


def history(
    repository: Repository, what: str | None, since: datetime | None, limit: int | None
) -> Iterator[LedgerEntry]:
    """Yield what happened, the last first; see ``Store.history``."""
    if limit is not None and limit < 0:
        raise BadInputError(f"{limit} is no number of events", hint="Leave it out for all of them.")
    if since is not None:
        aware(since)
    concerns: _Concerns = lambda event: True  # noqa: E731, ARG005
    first = 1
    if what is not None:
        with repository.reading() as index:
            concerns, first = _of(index, what)
    return islice(_entries(repository, concerns, first, since), limit)


def _entries(
    repository: Repository, concerns: _Concerns, first: int, since: datetime | None
) -> Iterator[LedgerEntry]:
    for event in repository.recent():
        if event.seq < first or (since is not None and event.at < since - _CLOCKS):
            return
        if (since is None or event.at >= since) and concerns(event):
            yield ledger.entry(event)


def _of(index: Index, what: str) -> tuple[_Concerns, int]:
    """Return what tells whether an event concerns a model or version, and the number of the first that can.

    Raises:
        NotFoundError, AmbiguousError, BadInputError: there is no such model or version.
    """
    if index.model(what) is not None:
        documents = index.of_model(what)

        def concerns(event: Event) -> bool:
            return event.data.get("model") == what or any(m == what for m, _ in ledger.touched(event))

        return concerns, _first(documents)
    document = resolve.even_deleted(index, what)
    whom = (document["model"], document["version"])
    return lambda event: whom in ledger.touched(event), _first([document])


def _first(documents: list[Document]) -> int:
    if all(document["id"] for document in documents):
        return min((int(document["seq"]) for document in documents), default=1)
    return 1  # of some the first event is lost; others may be there
