"""The versions of one model as a list: what the table and the filter need, without the table.

Versions are made by the store when they are looked at, so a list of 100,000 costs little. What searches it is made
once, by the store's worker, which does all the searching.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ....store import Model, Search, Store, Version


class Rows:
    """A snapshot of a model's versions, the one registered last first.

    ``total`` is more than there are rows while the older ones are still being read.
    """

    def __init__(self, model: str, versions: Sequence[Version], total: int = 0) -> None:
        self.model = model
        self.versions = versions
        self.total = max(total, len(versions))
        self._search: Search | None = None

    def __len__(self) -> int:
        return len(self.versions)

    @property
    def whole(self) -> bool:
        """Whether nothing is still to come."""
        return self.total == len(self)

    @property
    def searchable(self) -> bool:
        """Whether there is something to search, and nothing that is still to come would be missed."""
        return self.whole and len(self) > 0

    def place(self, seq: int) -> int:
        """Return where the version registered as event ``seq`` stands, else its nearest older neighbour."""
        return min(bisect_left(self.versions, -seq, key=lambda v: -v.seq), max(len(self) - 1, 0))

    def place_in(self, order: Sequence[int], seq: int, *, rising: bool = True) -> int:
        """Return where in ``order`` that version stands; if it doesn't, the one after it, or the first of a sorted one."""
        row = self.place(seq)
        if rising:
            return min(bisect_left(order, row), max(len(order) - 1, 0))
        return order.index(row) if row in order else 0

    def prepare(self, store: Store) -> None:
        """Make what finds versions by a query. Takes tenths of a second per 100,000: for a worker."""
        self.search(store).prepare()

    def search(self, store: Store) -> Search:
        """Return what finds versions by a query, for a worker too; made fast only if ``prepare`` was called."""
        if self._search is None:
            self._search = store.search(self.versions)
        return self._search


def changed_last(models: Iterable[Model]) -> Model | None:
    """Return the model that changed last: the one to begin with."""
    return max(models, key=lambda model: model.updated, default=None)


def matching_models(models: Iterable[Model], query: str) -> list[int]:
    """Return the places of the models whose name contains, or resembles, every word of ``query``."""
    words = query.lower().split()
    if not words:
        return list(range(len(list(models))))
    from ....store import resembles

    return [i for i, model in enumerate(models) if all(resembles(model.name.lower(), word) for word in words)]
