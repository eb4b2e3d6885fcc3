"""What measuring came to: values added to a version, and a metric over the versions of a model."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Literal

import msgspec

from .metric import Direction, Measurement
from .version import Version

Improvement = Literal["better", "worse", "same"]
"""How a value compares with another of the same metric, by the metric's direction."""


class MetricChange(msgspec.Struct, frozen=True):
    """A value that was added, and the one that was the latest until then (None: there was none), which is kept.

    ``name`` holds dataset and slice too, as in ``Version.metrics``. ``change`` is None when nobody can say:
    no value before, no known direction, or a value that is not finite.
    """

    name: str
    after: float
    before: Measurement | None = None
    direction: Direction | None = None
    change: Improvement | None = None


class Logged(msgspec.Struct, frozen=True):
    """What ``log_metrics`` did: what was new, each in the order given; all empty when nothing was.

    ``series`` are the names of the series that were added. ``evaluated_on`` is the reference of the dataset version
    that lineage has now as what the version was measured on; empty when it had it before.
    """

    version: Version
    changes: tuple[MetricChange, ...] = ()
    series: tuple[str, ...] = ()
    evaluated_on: str = ""


class TrendPoint(msgspec.Struct, frozen=True):
    """A metric's latest value at one version. ``created`` is UTC; ``value`` may be NaN or infinite."""

    version: str
    created: datetime
    stage: str | None
    value: float


class Trend(msgspec.Struct, frozen=True):
    """A metric over the versions of a model, in the order they were registered, deleted ones left out.

    ``without`` counts the versions that don't have the metric.
    """

    model: str
    metric: str
    direction: Direction | None
    points: tuple[TrendPoint, ...]
    without: int = 0

    @property
    def best(self) -> TrendPoint | None:
        """The best point, the first of several; None without a direction or a finite value."""
        finite = [point for point in self.points if math.isfinite(point.value)]
        if not finite or self.direction is None:
            return None
        sign = 1 if self.direction == "lower" else -1
        return min(finite, key=lambda point: sign * point.value)
