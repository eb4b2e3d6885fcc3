"""Intervals and p-values for looking once, when as much was measured as was planned.

``alpha`` is the chance of error: 0.05 gives 95 % intervals. For looking as often as one likes see ``sequential``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from .distributions import NORMAL, t_quantile, t_two_sided


class Sample(NamedTuple):
    """What was measured of an arm: how many independent values, their mean, and their variance (n - 1 below)."""

    n: int
    mean: float
    variance: float

    @property
    def of_mean(self) -> float:
        """The variance of the mean."""
        return self.variance / self.n


class Difference(NamedTuple):
    """A difference of two means: its interval, and the p-value of there being none; None where that can't be told."""

    value: float
    low: float | None
    high: float | None
    p: float | None


def wilson(successes: float, n: int, alpha: float) -> tuple[float, float]:
    """Return the score interval of a rate (Wilson 1927), for ``n`` >= 1."""
    z = NORMAL.inv_cdf(1 - alpha / 2)
    rate = successes / n
    middle = (rate + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(rate * (1 - rate) / n + z * z / (4 * n * n))
    # At none and all the bound is exact; rounding would leave it beside that.
    return (0.0 if successes == 0 else max(0.0, middle - half)), (
        1.0 if successes == n else min(1.0, middle + half)
    )


def of_mean(sample: Sample, alpha: float) -> tuple[float, float] | None:
    """Return the interval of a mean by Student's t; None for fewer than two values."""
    if sample.n < 2:
        return None
    half = t_quantile(1 - alpha / 2, sample.n - 1) * math.sqrt(sample.of_mean)
    return sample.mean - half, sample.mean + half


def of_rates(treated: Sample, control: Sample, alpha: float) -> Difference:
    """Compare two rates: the interval of Newcombe (1998, method 10), and the p-value of Pearson's chi-square test."""
    difference = treated.mean - control.mean
    low1, high1 = wilson(treated.mean * treated.n, treated.n, alpha)
    low0, high0 = wilson(control.mean * control.n, control.n, alpha)
    low = difference - math.hypot(treated.mean - low1, high0 - control.mean)
    high = difference + math.hypot(high1 - treated.mean, control.mean - low0)
    pooled = (treated.mean * treated.n + control.mean * control.n) / (treated.n + control.n)
    spread = math.sqrt(pooled * (1 - pooled) * (1 / treated.n + 1 / control.n))
    p = math.erfc(abs(difference) / spread / math.sqrt(2)) if spread else 1.0
    return Difference(difference, low, high, p)


class Contrast(NamedTuple):
    """A difference of two means over strata: its variance, how many values are in it, and its degrees of freedom (Satterthwaite)."""

    n: int
    value: float
    variance: float
    freedom: float


def contrast(strata: Sequence[tuple[Sample, Sample]]) -> Contrast | None:
    """Compare (treated, control) within each stratum, and weigh strata by n1·n0 / (n1 + n0) (Cochran, Mantel, Haenszel).

    Where shares changed midway the arms have their keys from different times, and what changed with time alone would look like a
    difference between them; within a time it does not. Strata with fewer than two values of an arm are left out;
    None if none is left. One stratum gives the difference of means and Welch's degrees of freedom.
    """
    usable = [(treated, control) for treated, control in strata if min(treated.n, control.n) > 1]
    if not usable:
        return None
    n = sum(treated.n + control.n for treated, control in usable)
    value = variance = below = 0.0
    weights = [treated.n * control.n / (treated.n + control.n) for treated, control in usable]
    for (treated, control), part_of in zip(usable, weights, strict=True):
        weight = part_of / sum(weights)
        value += weight * (treated.mean - control.mean)
        for sample in (treated, control):
            part = weight * weight * sample.of_mean
            variance += part
            below += part * part / (sample.n - 1)
    return Contrast(n, value, variance, variance * variance / below if below else math.inf)


def of_means(found: Contrast, alpha: float) -> Difference:
    """Compare two means by Welch's t (1947), whose variances may differ."""
    error = math.sqrt(found.variance)
    if not error:  # nothing varies
        return Difference(found.value, found.value, found.value, 1.0 if found.value == 0 else 0.0)
    half = t_quantile(1 - alpha / 2, found.freedom) * error
    p = t_two_sided(found.value / error, found.freedom)
    return Difference(found.value, found.value - half, found.value + half, p)
