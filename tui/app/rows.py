"""The versions of one model as a list: what the table and the filter need, without the table.

Versions are made by the store when they are looked at, so a list of 100,000 costs little until it is
searched. The filter's haystack (one lower-case line a version) is built once, by the store's worker.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from ..words import scalar, stage_word

if TYPE_CHECKING:
    from ...store import Model, Version


class Rows:
    """A snapshot of a model's versions, the one registered last first.

    ``total`` is more than there are rows while the older ones are still being read.
    """

    def __init__(self, model: str, versions: Sequence[Version], total: int = 0) -> None:
        self.model = model
        self.versions = versions
        self.total = max(total, len(versions))
        self.haystack: list[str] | None = None

    def __len__(self) -> int:
        return len(self.versions)

    @property
    def whole(self) -> bool:
        """Whether nothing is still to come."""
        return self.total == len(self)

    def place(self, seq: int) -> int:
        """Return where the version registered as event ``seq`` stands, else its nearest older neighbour."""
        return min(bisect_left(self.versions, -seq, key=lambda v: -v.seq), max(len(self) - 1, 0))

    def place_in(self, order: Sequence[int], seq: int) -> int:
        """Return where in ``order`` (rising rows) that version stands, else the one after it."""
        return min(bisect_left(order, self.place(seq)), max(len(order) - 1, 0))

    def build_haystack(self) -> None:
        """Make the lines that the filter searches. Takes seconds a million; for a worker."""
        self.haystack = [haystack(version) for version in self.versions]

    def matching(self, query: str, within: Sequence[int] | None = None) -> Sequence[int]:
        """Return the rows that contain every word of ``query``, in order.

        ``within`` are the rows of a shorter query that this one begins with: nothing else can match.
        """
        words = query.lower().split()
        everything = range(len(self)) if within is None else within
        if not words:
            return range(len(self))
        hay = self.haystack
        if hay is None:
            self.build_haystack()
            hay = self.haystack or []
        found: Sequence[int] = everything
        for word in words:
            found = [row for row in found if word in hay[row]]
        return found


def haystack(version: Version) -> str:
    """Return everything about a version that the filter looks at, in lower case, on one line."""
    parts: list[str] = [
        version.version,
        version.short_id,
        version.kind,
        stage_word(version.stage) if version.stage else "",
        version.author,
        version.host,
        version.note,
        *version.aliases,
    ]
    parts += [f"{key}={value}" for key, value in version.tags.items()]
    parts += [f"{key}={scalar(value)}" for key, value in version.params.items()]
    parts += version.metrics
    return " ".join(parts).lower()


def changed_last(models: Iterable[Model]) -> Model | None:
    """Return the model that changed last: the one to begin with."""
    return max(models, key=lambda model: model.updated, default=None)


def matching_models(models: Iterable[Model], query: str) -> list[int]:
    """Return the places of the models whose name contains every word of ``query``."""
    words = query.lower().split()
    return [i for i, model in enumerate(models) if all(word in model.name.lower() for word in words)]
