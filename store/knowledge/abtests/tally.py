"""Counting: outcomes by arm, metric and key. A key is what was assigned, so it is what counts: once, with the mean of its outcomes."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import NamedTuple

from .intervals import Sample

Cell = list[float]
"""Of one key: the sum of its values of a metric, how many there are, whether one has no outcome ID, and the first epoch."""


class Measured(NamedTuple):
    """An arm's sample of a metric, how many outcomes are in it, and whether each key has one that is 0 or 1."""

    sample: Sample
    outcomes: int
    binary: bool


class Tally:
    """Takes outcomes one by one, in any order.

    Args:
        arms: the arms' names.
        epochs: when each epoch began, in seconds.
        ended: when the test ended; None while it runs.
        metrics: those that the test has; empty takes all.
    """

    def __init__(
        self, arms: Collection[str], epochs: Sequence[float], ended: float | None, metrics: Collection[str]
    ) -> None:
        self._arms, self._epochs, self._ended = frozenset(arms), epochs, ended
        self._metrics = frozenset(metrics)
        self._cells: dict[tuple[str, str], dict[str, Cell]] = defaultdict(dict)
        self._seen: set[tuple[str, str, str]] = set()
        self._of_key: dict[str, tuple[int, str]] = {}
        self._crossed: set[str] = set()
        self.names: list[str] = []
        self.outcomes = self.duplicate = self.late = self.early = self.unknown = 0

    @property
    def crossed(self) -> int:
        """How many keys have outcomes of more than one arm."""
        return len(self._crossed)

    def take(self, key: str, at: float, epoch: int, arm: str, outcome: str, values: dict[str, float]) -> None:
        """Count one outcome."""
        if arm not in self._arms or not 1 <= epoch <= len(self._epochs) or not values:
            self.unknown += 1
            return
        if self._ended is not None and at > self._ended:
            self.late += 1
            return
        if at < self._epochs[0]:
            self.early += 1
            return
        known = [name for name in values if not self._metrics or name in self._metrics]
        fresh = [name for name in known if self._is_new(key, arm, outcome, name, epoch, values[name])]
        self.unknown += len(known) < len(values)
        self.duplicate += len(fresh) < len(known)
        if fresh:
            self.outcomes += 1
            first = self._of_key.setdefault(key, (epoch, arm))
            if first[1] != arm:
                self._crossed.add(key)
            if epoch < first[0]:
                self._of_key[key] = epoch, arm

    def _is_new(self, key: str, arm: str, outcome: str, name: str, epoch: int, value: float) -> bool:
        """Count a value, unless it is there already."""
        if outcome:
            mark = (key, outcome, name)
            if mark in self._seen:
                return False
            self._seen.add(mark)
        cells = self._cells[name, arm]
        cell = cells.get(key)
        if cell is None:
            cells[key] = [value, 1, 0.0 if outcome else 1.0, epoch]
            if name not in self.names:
                self.names.append(name)
            return True
        if not outcome:
            if cell[2]:
                return False
            cell[2] = 1.0
        cell[0] += value
        cell[1] += 1
        cell[3] = min(cell[3], epoch)
        return True

    def by_keys(self) -> list[str]:
        """Return the metrics there are, those that most keys have first: one that was recorded by mistake comes last."""
        keys = dict.fromkeys(self.names, 0)
        for (name, _), cells in self._cells.items():
            if name in keys:
                keys[name] += len(cells)
        return sorted(keys, key=lambda name: (-keys[name], name))

    def measured(self, name: str, arm: str) -> Measured:
        """Return an arm's sample of a metric."""
        cells = self._cells.get((name, arm), {})
        values = [cell[0] / cell[1] for cell in cells.values()]
        outcomes = int(sum(cell[1] for cell in cells.values()))
        binary = outcomes == len(values) and all(value in (0.0, 1.0) for value in values)
        return Measured(_sample(values), outcomes, binary)

    def strata(self, name: str, arm: str) -> list[Sample]:
        """Return an arm's sample of a metric in each epoch: a key is in that in which it was first seen in the arm."""
        values: list[list[float]] = [[] for _ in self._epochs]
        for cell in self._cells.get((name, arm), {}).values():
            values[int(cell[3]) - 1].append(cell[0] / cell[1])
        return [_sample(each) for each in values]

    def by_epoch(self) -> list[dict[str, int]]:
        """Return how many keys were first seen in each epoch, by arm."""
        found: list[dict[str, int]] = [dict.fromkeys(self._arms, 0) for _ in self._epochs]
        for epoch, arm in self._of_key.values():
            found[epoch - 1][arm] += 1
        return found


def _sample(values: Sequence[float]) -> Sample:
    n = len(values)
    if not n:
        return Sample(0, math.nan, math.nan)
    mean = math.fsum(values) / n
    variance = math.fsum((value - mean) ** 2 for value in values) / (n - 1) if n > 1 else math.nan
    return Sample(n, mean, variance)
