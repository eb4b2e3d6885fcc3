"""Tensors by the modules that their names make a tree of, any part of which is made when it is looked at.

Paths are sorted once, so that what lies in a module lies side by side; what it comes to is a difference of running sums. A level
of 100 modules costs the same in a model of 100 tensors and of 100,000.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple, overload

from ..store import natural, tensor_path

if TYPE_CHECKING:
    from ..store import Tensor

_SEPARATORS = re.compile(r"(?:::|[./\0])+")
_BETWEEN, _BEHIND = "\0", "\1"
"""What parts the modules of a key, and what comes right behind everything below one."""


class Row(NamedTuple):
    """A module of the tree, or a tensor.

    ``key`` tells it from all others, ``label`` is its name below the row that it hangs from (outside text), ``depth`` counts from 0.
    Its tensors are those from ``start`` to ``end`` in the order of the tree. ``tensor`` is there if it is one.
    """

    key: str
    label: str
    depth: int
    start: int
    end: int
    tensor: Tensor | None = None


class TensorTree:
    """The tree of some tensors. Safe between threads: what is made twice is the same."""

    def __init__(self, tensors: Sequence[Tensor]) -> None:
        pairs = [(_SEPARATORS.sub(_BETWEEN, tensor_path(each)).strip(_BETWEEN), each) for each in tensors]
        pairs.sort(key=lambda pair: pair[0])
        self._keys = [key for key, _ in pairs]
        self.tensors = [tensor for _, tensor in pairs]
        """All tensors in the order of the tree."""
        self._parameters = [0, *accumulate(each.parameters for each in self.tensors)]
        self._bytes = [0, *accumulate(each.nbytes for each in self.tensors)]
        self._levels: dict[str, tuple[Row, ...]] = {}
        self._lower: list[str] | None = None

    def __len__(self) -> int:
        return len(self.tensors)

    def parameters(self, row: Row) -> int:
        """Return how many numbers lie in a row."""
        return self._parameters[row.end] - self._parameters[row.start]

    def nbytes(self, row: Row) -> int:
        """Return how many bytes lie in a row."""
        return self._bytes[row.end] - self._bytes[row.start]

    @property
    def total(self) -> int:
        """How many numbers there are in all."""
        return self._parameters[-1]

    @property
    def total_bytes(self) -> int:
        """How many bytes there are in all."""
        return self._bytes[-1]

    def rows(self, unfolded: Collection[str] = ()) -> list[Row]:
        """Return the rows that are seen when the modules with these keys are unfolded, from top to bottom."""
        opened, found = frozenset(unfolded), []
        waiting = list(reversed(self.level()))
        while waiting:
            row = waiting.pop()
            found.append(row)
            if row.tensor is None and row.key in opened:
                waiting += reversed(self.level(row))
        return found

    def glance(self, most: int) -> list[str]:
        """Return the keys of modules to unfold so that there are ``most`` rows at most: the largest, until one has no room."""
        found: list[str] = []
        rows = list(self.level())
        count = len(rows)
        while count + 2 <= most and (waiting := [row for row in rows if row.tensor is None]):
            row = max(waiting, key=self.parameters)
            below = self.level(row)
            if count + len(below) > most:
                break
            rows.remove(row)
            rows += below
            count += len(below)
            found.append(row.key)
        return found

    def level(self, above: Row | None = None) -> tuple[Row, ...]:
        """Return the rows right below one, or the uppermost; numbers in names are sorted by their value."""
        key = above.key if above else ""
        if (made := self._levels.get(key)) is None:
            found = self._made(above)
            made = self._levels[key] = tuple(sorted(found, key=lambda row: natural(row.label)))
        return made

    def found(self, words: str) -> Sequence[Row]:
        """Return the tensors in whose paths all of these words are, with their whole paths; made when looked at."""
        wanted = words.lower().split()
        if self._lower is None:
            self._lower = [tensor_path(tensor).lower() for tensor in self.tensors]
        places: Sequence[int] = range(len(self.tensors))
        for word in wanted:
            places = [at for at in places if word in self._lower[at]]
        return _Leaves(self, places)

    def leaf(self, at: int) -> Row:
        """Return the row of a tensor by its place in ``tensors``, with its whole path."""
        return self._leaf(at, tensor_path(self.tensors[at]), 0)

    def _leaf(self, at: int, label: str, depth: int) -> Row:
        # Two tensors may have one name, in two files; a tensor may be called as a module is.
        return Row(f"{self._keys[at]}{_BEHIND}{at}", label, depth, at, at + 1, self.tensors[at])

    def _made(self, above: Row | None) -> Iterator[Row]:
        prefix = above.key + _BETWEEN if above else ""
        depth = above.depth + 1 if above else 0
        at, end = (above.start, above.end) if above else (0, len(self._keys))
        while at < end and not self._keys[at].startswith(prefix):
            at += 1  # tensors that are called as the module is stand before it
        while at < end:
            part = self._keys[at][len(prefix) :].partition(_BETWEEN)[0]
            key = prefix + part
            while at < end and self._keys[at] == key:
                yield self._leaf(at, part or tensor_path(self.tensors[at]), depth)
                at += 1
            behind = bisect_left(self._keys, key + _BEHIND, at, end)
            if behind - at == 1:  # a module of one tensor shares its line
                yield self._leaf(at, self._keys[at][len(prefix) :].replace(_BETWEEN, "."), depth)
            elif behind > at:
                yield self._joined(Row(key, part, depth, at, behind))
            at = behind

    def _joined(self, row: Row) -> Row:
        """Return a module, together with the only one in it if all that it holds is that."""
        while True:
            prefix = row.key + _BETWEEN
            part = self._keys[row.start][len(prefix) :].partition(_BETWEEN)[0]
            key = prefix + part
            whole = self._keys[row.start] != key and self._keys[row.end - 1].startswith(key + _BETWEEN)
            if not whole:
                return row
            row = row._replace(key=key, label=f"{row.label}.{part}")


class _Leaves(Sequence[Row]):
    """Rows of tensors at some places, made when they are looked at."""

    def __init__(self, tree: TensorTree, places: Sequence[int]) -> None:
        self._tree, self._places = tree, places

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, at: int) -> Row: ...

    @overload
    def __getitem__(self, at: slice) -> list[Row]: ...

    def __getitem__(self, at: int | slice) -> Row | list[Row]:
        if isinstance(at, slice):
            return [self._tree.leaf(place) for place in self._places[at]]
        return self._tree.leaf(self._places[at])
