"""Intervals that hold however often one looks: asymptotic confidence sequences.

Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, "Time-uniform central limit theory and asymptotic confidence sequences"
(arXiv:2103.06476, Annals of Statistics 2024), equation (2): for n values with standard deviation s the interval

    mean ± s · sqrt( 2 (n ρ² + 1) / (n² ρ²) · log( sqrt(n ρ² + 1) / α ) )

holds for all n at once with probability 1 - α, in the limit. For a difference of arms s²/n is the variance of the difference, as in
their section on randomised experiments, and n counts both arms. ρ decides where the interval is narrowest (their section
B.2); here at ``TUNED`` keys, for every test, since it may not depend on what is seen.

"In the limit" needs some data to begin with: before each arm has ``LEAST`` keys, and of a rate ``LEAST_EACH`` of each sort among
both arms, there is no interval. And where an arm has few keys of many, its variance seems too small as often as nothing rare
has happened to it yet; see ``steadied``.
"""

from __future__ import annotations

import math

from .distributions import NORMAL
from .intervals import Contrast, Sample

TUNED = 5_000
LEAST, LEAST_EACH = 50, 10
OF_EACH = 2
BORROWED = 200
POWER = 0.8
_MOST = 10**9


def _rho_squared(alpha: float) -> float:
    log = -2 * math.log(alpha)
    return (log + math.log(log + 1)) / TUNED


def _factor(n: float, alpha: float) -> float:
    """Return how many standard errors wide half of the interval is at ``n`` keys."""
    scaled = n * _rho_squared(alpha)
    return math.sqrt(2 * (scaled + 1) / scaled * math.log(math.sqrt(scaled + 1) / alpha))


def is_enough(treated: Sample, control: Sample, *, rates: bool) -> bool:
    """Whether there is enough to begin with."""
    if min(treated.n, control.n) < LEAST:
        return False
    if rates:
        ones = treated.mean * treated.n + control.mean * control.n
        return min(ones, treated.n + control.n - ones) >= LEAST_EACH - 1e-9
    return True


def steadied(treated: Sample, control: Sample, *, rates: bool) -> tuple[Sample, Sample]:
    """Return both arms with variances that don't seem too small while there are few keys; their means stay.

    Fifty keys of an arm of which none has come to what one in a hundred comes to have the variance 0, and would differ from any
    control at once: at shares of 99 and 1 most tests of two equal arms would end so. A rate has the variance that it would have with
    ``OF_EACH`` more of each sort (Agresti and Coull 1998); other values, whose tails an arm of few keys has not seen either,
    that of as many as there are and ``BORROWED`` more with the greater variance of the two. Both fade as keys come.
    """

    def steady(sample: Sample, other: Sample) -> Sample:
        if rates:
            rate = (sample.mean * sample.n + OF_EACH) / (sample.n + 2 * OF_EACH)
            return sample._replace(variance=rate * (1 - rate))
        greater = max(sample.variance, other.variance)
        variance = (sample.variance * sample.n + greater * BORROWED) / (sample.n + BORROWED)
        return sample._replace(variance=variance)

    return steady(treated, control), steady(control, treated)


def half_width(found: Contrast, alpha: float) -> float:
    """Return half the width of the interval of the difference of two means."""
    return _factor(found.n, alpha) * math.sqrt(found.variance)


def p_value(found: Contrast) -> float:
    """Return a p-value that holds at every look: the smallest alpha whose interval leaves out 0, but for ρ's tuning to 0.05."""
    if not found.variance:
        return 1.0 if found.value == 0 else 0.0
    scaled = found.n * _rho_squared(0.05)
    exponent = found.value * found.value / found.variance * scaled / (2 * (scaled + 1))
    return min(1.0, math.sqrt(scaled + 1) * math.exp(-min(exponent, 700.0)))


def keys_needed(found: Contrast, alpha: float) -> int | None:
    """Return how many keys both arms need together until the interval leaves out 0 with a chance of 80 %.

    A power analysis: as if the difference and the variances seen now were the true ones, and the arms went on getting keys in
    the proportion that they have. None when it would take more than a milliard keys.
    """
    spread = found.variance * found.n  # the variance of the difference, for one key of both
    difference = abs(found.value)
    margin = NORMAL.inv_cdf(POWER)

    def told(keys: float) -> bool:
        return difference >= (_factor(keys, alpha) + margin) * math.sqrt(spread / keys)

    if not difference or not told(_MOST):
        return None
    low, high = 1, _MOST
    while low < high:
        middle = (low + high) // 2
        if told(middle):
            high = middle
        else:
            low = middle + 1
    return low
