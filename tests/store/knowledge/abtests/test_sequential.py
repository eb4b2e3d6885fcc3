"""Looking every day: the interval that holds at every look keeps its promise, and the one for a single look does not."""

from __future__ import annotations

import math

import pytest
from mvtui.store.knowledge.abtests import intervals, sequential
from mvtui.store.knowledge.abtests.intervals import Contrast, Sample

numpy = pytest.importorskip("numpy")

RUNS, DAYS, A_DAY = 400, 40, 100


def _days(draw: object, share: float, seed: int) -> list[list[tuple[Sample, Sample]]]:
    """Simulate tests without any difference: for each, what both arms have shown at the end of every day."""
    random = numpy.random.default_rng(seed)
    treated = max(1, int(A_DAY * share))
    ends: list[list[tuple[Sample, Sample]]] = []
    for _ in range(RUNS):
        both = [_growing(draw(random, DAYS * size), size) for size in (treated, A_DAY - treated)]  # type: ignore[operator]
        ends.append(list(zip(*both, strict=True)))
    return ends


def _growing(values: object, a_day: int) -> list[Sample]:
    n = numpy.arange(1, len(values) + 1)[a_day - 1 :: a_day]  # type: ignore[arg-type]
    sums = numpy.cumsum(values)[a_day - 1 :: a_day]
    squares = numpy.cumsum(numpy.square(values))[a_day - 1 :: a_day]
    variance = (squares - sums**2 / n) / (n - 1)
    return [Sample(int(k), float(s / k), float(v)) for k, s, v in zip(n, sums, variance, strict=True)]


def one(treated: Sample, control: Sample) -> Contrast:
    found = intervals.contrast([(treated, control)])
    assert found is not None
    return found


def _safe(pair: tuple[Sample, Sample], *, rates: bool) -> bool:
    """Whether the interval that holds at every look leaves out no difference."""
    found = one(*sequential.steadied(*pair, rates=rates))
    return sequential.is_enough(*pair, rates=rates) and abs(found.value) > sequential.half_width(found, 0.05)


CASES = {
    "rates": (lambda random, n: (random.random(n) < 0.4).astype(float), 0.5, True),
    "rare": (lambda random, n: (random.random(n) < 0.02).astype(float), 0.5, True),
    "few in the arm": (lambda random, n: (random.random(n) < 0.3).astype(float), 0.1, True),
    "means": (lambda random, n: random.normal(300, 80, n), 0.5, False),
    "rare in an arm of few": (lambda random, n: (random.random(n) < 0.02).astype(float), 0.1, True),
    "rare in an arm of very few": (lambda random, n: (random.random(n) < 0.03).astype(float), 0.02, True),
    "heavy tails in an arm of few": (lambda random, n: random.lognormal(0, 2, n), 0.1, False),
    "skewed": (lambda random, n: random.exponential(1.0, n) ** 1.5, 0.5, False),
}


@pytest.mark.parametrize("case", CASES)
def test_looking_every_day_does_not_inflate_the_error(case: str) -> None:
    draw, share, rates = CASES[case]
    wrong = sum(
        any(_safe(day, rates=rates) for day in days)
        for days in _days(draw, share, seed=sorted(CASES).index(case))
    )
    # 5 % of 400 are 20; four standard deviations above that would be one time in 30,000.
    assert wrong <= 20 + 4 * math.sqrt(400 * 0.05 * 0.95)


def test_looking_every_day_does_inflate_that_of_the_interval_for_one_look() -> None:
    draw, share, _ = CASES["rates"]
    wrong = 0
    for days in _days(draw, share, seed=1):
        wrong += any((intervals.of_rates(*day, 0.05).p or 0) < 0.05 for day in days)
    assert wrong > RUNS * 0.15


def test_a_difference_that_is_there_is_found_about_when_foretold() -> None:
    random = numpy.random.default_rng(3)
    rates = 0.5, 0.56
    planned = [Sample(10_000, r, r * (1 - r)) for r in rates]
    needed = sequential.keys_needed(one(planned[1], planned[0]), 0.05)
    assert needed is not None
    found = 0
    for _ in range(300):
        n = needed // 2
        control, treated = (float((random.random(n) < r).mean()) for r in rates)
        pair = Sample(n, treated, treated * (1 - treated)), Sample(n, control, control * (1 - control))
        found += _safe(pair, rates=True)
    assert 0.72 < found / 300 < 0.88  # of the 80 % it says


def test_the_width_is_that_of_the_paper() -> None:
    # Equation (2) of arXiv:2103.06476 written out for s = 1, n = 1000, alpha = 0.05, with rho by its section B.2.
    rho = math.sqrt((-2 * math.log(0.05) + math.log(-2 * math.log(0.05) + 1)) / sequential.TUNED)
    n = 1000
    wide = math.sqrt(2 * (n * rho**2 + 1) / (n**2 * rho**2) * math.log(math.sqrt(n * rho**2 + 1) / 0.05))
    # Both arms of 500 with variance 1/4: the difference has variance 1/1000, that of a mean of 1000 with s = 1.
    arm = Sample(500, 0.0, 0.25)
    assert sequential.half_width(one(arm, arm), 0.05) == pytest.approx(wide)


def test_the_p_value_and_the_interval_say_the_same() -> None:
    control = Sample(2000, 0.5, 0.25)
    for difference in (0.0, 0.01, 0.03, 0.05, 0.06, 0.2):
        treated = Sample(1000, 0.5 + difference, 0.25)
        found = one(treated, control)
        told = difference > sequential.half_width(found, 0.05)
        assert (sequential.p_value(found) < 0.05) == told


def test_an_arm_that_fails_always_is_told_with_fifty_keys() -> None:
    control, broken = Sample(4950, 0.8, 0.16), Sample(50, 0.0, 0.0)
    assert _safe((broken, control), rates=True)
    assert _safe((control, broken), rates=True)


def test_variances_of_many_keys_stay_as_they_are() -> None:
    arms = Sample(1_000_000, 0.3, 0.21), Sample(1_000_000, 0.5, 0.25)
    for rates in (True, False):
        for before, after in zip(arms, sequential.steadied(*arms, rates=rates), strict=True):
            assert after[:2] == before[:2]
            assert after.variance == pytest.approx(before.variance, rel=1e-4)


def test_no_difference_is_never_told() -> None:
    same = Sample(100, 1.0, 0.5)
    assert sequential.keys_needed(one(same, same), 0.05) is None
    assert sequential.keys_needed(one(Sample(100, 1.0 + 1e-9, 0.5), same), 0.05) is None
    flat = Sample(100, 1.0, 0.0)
    assert sequential.p_value(one(flat, flat)) == 1.0
