"""Intervals and p-values for one look, against published figures and those of SciPy."""

from __future__ import annotations

import math
import statistics

import pytest
from mvtui.store.knowledge.abtests import intervals
from mvtui.store.knowledge.abtests.intervals import Contrast, Sample

A, B = [3.1, 2.7, 4.4, 5.0, 3.9, 2.2], [1.9, 2.5, 2.0, 3.3]


def sample(values: list[float]) -> Sample:
    return Sample(len(values), statistics.fmean(values), statistics.variance(values))


def one(treated: Sample, control: Sample) -> Contrast:
    found = intervals.contrast([(treated, control)])
    assert found is not None
    return found


def rate(ones: int, n: int) -> Sample:
    return Sample(n, ones / n, ones / n * (1 - ones / n) * n / (n - 1))


@pytest.mark.parametrize(
    ("ones", "n", "alpha", "low", "high"),
    [
        # scipy 1.17.1: stats.binomtest(ones, n).proportion_ci(1 - alpha, method="wilson")
        (7, 20, 0.05, 0.1811918241010821, 0.5671457233147637),
        (7, 20, 0.01, 0.14639344137693885, 0.6283381789526872),
        (0, 30, 0.05, 0.0, 0.11351339317396875),
        (30, 30, 0.05, 1 - 0.11351339317396875, 1.0),
    ],
)
def test_the_interval_of_a_rate(ones: int, n: int, alpha: float, low: float, high: float) -> None:
    assert intervals.wilson(ones, n, alpha) == pytest.approx((low, high), rel=1e-12)


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [
        # Newcombe 1998, "Interval estimation for the difference between independent proportions", table II, method 10.
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((10, 10), (0, 20), 0.6791, 1.0),
    ],
)
def test_the_interval_of_a_difference_of_rates(
    first: tuple[int, int], second: tuple[int, int], low: float, high: float
) -> None:
    found = intervals.of_rates(rate(*first), rate(*second), 0.05)
    assert (found.low, found.high) == pytest.approx((low, high), abs=6e-5)


def test_the_p_value_of_a_difference_of_rates() -> None:
    # scipy 1.17.1: stats.chi2_contingency([[56, 44], [40, 60]], correction=False)
    assert intervals.of_rates(rate(56, 100), rate(40, 100), 0.05).p == pytest.approx(
        0.023540058261177957, rel=1e-9
    )
    assert intervals.of_rates(rate(0, 50), rate(0, 50), 0.05).p == 1.0


def test_a_difference_of_means() -> None:
    found = intervals.of_means(one(sample(A), sample(B)), 0.05)
    # scipy 1.17.1: stats.ttest_ind(A, B, equal_var=False), and its confidence_interval()
    assert found.p == pytest.approx(0.07104524047032243, rel=1e-9)
    assert (found.low, found.high) == pytest.approx((-0.12193389051912229, 2.371933890519123), rel=1e-9)
    mirrored = intervals.of_means(one(sample(B), sample(A)), 0.05)
    assert mirrored.value == -found.value
    assert mirrored.p == pytest.approx(found.p)


def test_the_interval_of_a_mean() -> None:
    # scipy 1.17.1: stats.ttest_1samp(A, 0).confidence_interval()
    assert intervals.of_mean(sample(A), 0.05) == pytest.approx((2.4300009063211903, 4.66999909367881))


def test_too_little_to_tell_gives_no_interval() -> None:
    lone = Sample(1, 3.0, math.nan)
    assert intervals.of_mean(lone, 0.05) is None
    assert intervals.contrast([(lone, sample(A))]) is None


def test_what_never_varies_has_an_interval_without_width() -> None:
    flat, other = Sample(9, 2.0, 0.0), Sample(9, 3.0, 0.0)
    assert intervals.of_means(one(flat, flat), 0.05) == (0, 0, 0, 1.0)
    assert intervals.of_means(one(other, flat), 0.05) == (1, 1, 1, 0.0)


def test_strata_are_compared_within_themselves_and_weighed_by_what_they_tell() -> None:
    early = Sample(90, 0.2, 0.16), Sample(10, 0.2, 0.16)
    late = Sample(100, 0.9, 0.09), Sample(100, 0.8, 0.16)
    found = intervals.contrast([early, late, (Sample(1, 5.0, math.nan), Sample(50, 0.0, 1.0))])
    assert found is not None
    assert found.n == 300
    first, second = 9 / 59, 50 / 59  # 90 · 10 / 100 and 100 · 100 / 200, as shares
    assert found.value == pytest.approx(second * 0.1)
    assert found.variance == pytest.approx(
        first**2 * (0.16 / 90 + 0.16 / 10) + second**2 * (0.09 / 100 + 0.16 / 100)
    )
