"""Student's t and chi-square: what the standard library lacks of them. Held against SciPy in the tests, to six digits and more.

Both come down to an incomplete gamma or beta function, evaluated by the series and continued fractions of the NIST Digital
Library of Mathematical Functions (dlmf.nist.gov), those by Lentz's method (Thompson and Barnett 1986).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from statistics import NormalDist

NORMAL = NormalDist()
_SMALLEST = 1e-300  # in place of a zero denominator
_PRECISION = 1e-15
_STEPS = 20_000  # of a continued fraction: its need grows with the square root of the degrees of freedom
_MANY = 1e7  # degrees of freedom from which t is as good as normal, after a correction: logarithms of gamma lose digits


def t_two_sided(t: float, df: float) -> float:
    """Return the probability that |T| is at least |t| under ``df`` degrees of freedom (> 0)."""
    if df > _MANY:
        # Abramowitz and Stegun 26.7.8
        return math.erfc(abs(t) * (1 - 1 / (4 * df)) / math.sqrt(2 + t * t / df))
    square = t * t
    return _beta(df / 2, 0.5, df / (df + square), square / (df + square))


def t_quantile(p: float, df: float) -> float:
    """Return the t with P(T <= t) = ``p``, for 0.5 < ``p`` < 1."""
    if df > _MANY:
        return NORMAL.inv_cdf(p)
    low, high = 0.0, 2.0
    tail = 2 * (1 - p)
    while t_two_sided(high, df) > tail:
        low, high = high, high * 2
    for _ in range(200):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if t_two_sided(middle, df) > tail:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def chi_square_above(x: float, df: int) -> float:
    """Return the probability that chi-square with ``df`` degrees of freedom is at least ``x``."""
    if x <= 0 or df < 1:
        return 1.0
    a, half = df / 2, x / 2
    log_front = a * math.log(half) - half - math.lgamma(a)
    if half < a + 1:  # DLMF 8.11.4: a series for the lower part
        term = total = 1 / a
        step = a
        while abs(term) > abs(total) * _PRECISION:
            step += 1
            term *= half / step
            total += term
        return 1 - total * math.exp(log_front)

    def coefficients(n: int) -> tuple[float, float]:  # DLMF 8.9.2, contracted
        return (1.0, half + 1 - a) if n == 1 else ((n - 1) * (a - (n - 1)), half + 2 * n - 1 - a)

    return math.exp(log_front) * _fraction(coefficients)


def _beta(a: float, b: float, x: float, y: float) -> float:
    """Return the regularised incomplete beta function I_x(a, b); ``y`` is 1 - x, given because that may not be exact."""
    if x <= 0:
        return 0.0
    if y <= 0:
        return 1.0
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log(y))
    if x < (a + 1) / (a + b + 2):
        return front * _beta_fraction(a, b, x) / a
    return 1 - front * _beta_fraction(b, a, y) / b


def _beta_fraction(a: float, b: float, x: float) -> float:
    def coefficients(n: int) -> tuple[float, float]:  # DLMF 8.17.22
        if n == 1:
            return 1.0, 1.0
        m, odd = divmod(n - 1, 2)
        if odd:
            return -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)), 1.0
        return m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)), 1.0

    return _fraction(coefficients)


def _fraction(coefficients: Callable[[int], tuple[float, float]]) -> float:
    """Evaluate a continued fraction a1/(b1 + a2/(b2 + …)) by Lentz's method."""
    value = c = _SMALLEST
    d = 0.0
    for n in range(1, _STEPS):
        above, beside = coefficients(n)
        d = 1 / ((beside + above * d) or _SMALLEST)
        c = (beside + above / c) or _SMALLEST
        value *= c * d
        if abs(c * d - 1) < _PRECISION:
            break
    return value
