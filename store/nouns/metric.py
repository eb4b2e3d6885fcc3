"""Metrics: what was measured, when, by whom, on what, and which way is better."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal, TypeAlias

import msgspec

Direction = Literal["higher", "lower"]
"""Which way a metric is better; None stands for not known."""

StoredValue: TypeAlias = float | str
"""A metric as JSON holds it: a number, or one of the words below."""

_WORDS = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


class Measurement(msgspec.Struct, frozen=True):
    """One value of one metric, as it was recorded.

    ``value`` may be NaN or infinite: what a run came to is kept. ``at`` is UTC; ``by`` and ``host`` are the
    actor's. ``dataset``, ``slice`` and ``evaluation`` (the name of the run that measured) are empty when they
    were not given. ``seq`` is the number of the event; a later one is the newer value.
    """

    name: str
    value: float
    at: datetime
    by: str
    host: str
    seq: int
    dataset: str = ""
    slice: str = ""
    evaluation: str = ""

    @property
    def key(self) -> str:
        """The name under which ``Version.metrics`` holds the latest value."""
        return key(self.name, self.dataset, self.slice)


class Series(msgspec.Struct, frozen=True):
    """A metric over a run: ``steps`` (rising, usually whole numbers) and as many ``values``; NaN is kept."""

    steps: tuple[float, ...]
    values: tuple[float, ...]


def key(name: str, dataset: str = "", part: str = "") -> str:
    """Return what a metric is called when it was measured on a dataset, or on a slice of it.

    ``accuracy[test:fr]``, ``accuracy[test]``, ``accuracy[:fr]``; the bare name without either.
    """
    if not dataset and not part:
        return name
    return f"{name}[{dataset}:{part}]" if part else f"{name}[{dataset}]"


def split(metric: str) -> tuple[str, str, str]:
    """Return name, dataset and slice of a metric as ``key`` puts them together; empty where there is none.

    ``accuracy[test:fr]`` means the same whether it was written so or measured on a dataset and a slice.
    """
    if not metric.endswith("]") or "[" not in metric[1:]:
        return metric, "", ""
    name, _, behind = metric[:-1].rpartition("[")
    dataset, _, part = behind.partition(":")
    return (name, dataset, part) if dataset or part else (metric, "", "")


def base_name(metric: str) -> str:
    """Return a metric's name without the dataset and slice that ``key`` put behind it."""
    return split(metric)[0]


def by_dataset(keys: Iterable[str]) -> dict[str, dict[str, str]]:
    """Group metrics by the dataset they were measured on: dataset → name and slice → key.

    Those of no dataset come first, then the datasets in the order in which they are met.
    """
    groups: dict[str, dict[str, str]] = {"": {}}
    for full in keys:
        name, dataset, part = split(full)
        groups.setdefault(dataset, {})[f"{name} {part}" if part else name] = full
    return {dataset: names for dataset, names in groups.items() if names}


def to_stored(value: float) -> StoredValue:
    """Return a value as JSON can hold it: JSON has no NaN and no infinity."""
    if math.isfinite(value):
        return value
    if math.isnan(value):
        return "NaN"
    return "Infinity" if value > 0 else "-Infinity"


def from_stored(value: StoredValue) -> float:
    """Return the number that ``to_stored`` wrote.

    Raises:
        ValueError: it is neither a number nor one of its words.
    """
    if type(value) is float or type(value) is int:
        return value
    if value in _WORDS:
        return _WORDS[str(value)]
    raise ValueError(value)


def all_stored(values: Mapping[str, float]) -> dict[str, StoredValue]:
    """Return metrics as JSON can hold them."""
    return {name: to_stored(value) for name, value in values.items()}
