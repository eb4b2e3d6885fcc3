"""The order in which versions are listed: by what a column shows, one way or the other. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from .columns import Column

if TYPE_CHECKING:
    from ...words import Signs

_METRIC = "metric."
_NAMED = (_METRIC, "param.", "tag.")
_TEXT = ("A", "Z")
_ENDS = {
    "version": ("lowest", "highest"),
    "created": ("oldest", "newest"),
    "staged": ("longest ago", "last entered"),
    "size": ("smallest", "largest"),
    "author": _TEXT,
    "host": _TEXT,
    "kind": _TEXT,
    "alias": _TEXT,
    "note": _TEXT,
    "tag": _TEXT,
    "stage": ("staging", "archived"),
    "pickle": ("safe", "unsafe"),
}
"""What comes first when a key rises, and when it falls; a metric's are like a version's."""

_FALLING = frozenset({"version", "created", "staged", "size", "files", "pickle"})
"""Keys of which the last is what one looks for first."""

_UNSOUGHT = frozenset({"id"})
"""Keys whose order tells nothing: a click on the title sorts by them, the key that goes through the columns does not."""


class Order(Struct, frozen=True):
    """By what versions are sorted: a key of the query language, a metric's name as it is. What has none comes last."""

    key: str
    falling: bool

    @property
    def query(self) -> str:
        """The order as the end of a query."""
        field, dot, name = self.key.partition(".")
        key = self.key
        if field + dot in _NAMED:
            quoted = re.sub(r'(["\\])', r"\\\1", name)
            key = f'{field}."{quoted}"'
        return f"sort:{'-' if self.falling else ''}{key}"

    @property
    def sentence(self) -> str:
        """What is said of it."""
        first = _ENDS.get(self.key.partition(".")[0], _ENDS["version"])[self.falling]
        return f"sorted by {self.key.removeprefix(_METRIC)}, {first} first"

    @property
    def turned(self) -> Order:
        """The same the other way round."""
        return Order(self.key, not self.falling)


OLDEST_FIRST = Order("created", falling=False)
"""The other way round of the order that lists have by themselves."""


def after(order: Order | None, columns: Sequence[Column]) -> Order | None:
    """Return the order that comes next: by each column from the first metric on, those before it at the end, then none."""
    keys = {column.key: column for column in columns if column.key and column.key not in _UNSOUGHT}
    names = list(keys)
    first = next((place for place, key in enumerate(names) if key.startswith(_METRIC)), 0)
    cycle = names[first:] + names[:first]
    now = order.key if order else ""
    place = cycle.index(now) + 1 if now in cycle else 0
    return of(keys[cycle[place]]) if place < len(cycle) else None


def of(column: Column, now: Order | None = None) -> Order:
    """Return the order by a column, what one looks for first on top; turned round if that is how things are sorted now."""
    if now is not None and now.key == column.key:
        return now.turned
    best_last = column.key in _FALLING
    return Order(column.key, column.direction != "lower" if column.key.startswith(_METRIC) else best_last)


def marked(columns: Sequence[Column], order: Order | None, signs: Signs) -> Sequence[Column]:
    """Return columns, that of the order with a sign before its title: behind a metric's stands which way it is better."""
    if order is None:
        return columns
    sign = signs.worse if order.falling else signs.better
    at = next((at for at, column in enumerate(columns) if column.key == order.key), -1)
    return [replace(column, sign=sign) if place == at else column for place, column in enumerate(columns)]
