"""Student's t and chi-square against SciPy: over a grid where it is installed, by figures that it gave everywhere."""

from __future__ import annotations

import itertools

import pytest
from mvtui.store.knowledge.abtests.distributions import chi_square_above, t_quantile, t_two_sided

T = [0.0, 1e-6, 0.1, 0.5, 1.0, 1.96, 3.0, 8.0, 30.0]
DF = [1.0, 1.5, 2.0, 5.0, 10.0, 30.0, 100.0, 1e3, 1e4, 1e6, 2e7]
P = [0.6, 0.9, 0.95, 0.975, 0.99, 0.9995]
X = [0.01, 0.5, 1.0, 3.0, 10.0, 50.0, 200.0]


def close(value: float, exact: float) -> bool:
    return value == pytest.approx(exact, rel=1e-6, abs=1e-12)


@pytest.mark.parametrize(
    ("value", "scipy"),
    [
        # scipy 1.17.1: 2 * stats.t.sf(t, df), stats.t.ppf(p, df), stats.chi2.sf(x, df)
        (t_two_sided(2.0, 5), 0.10193947882985835),
        (t_two_sided(1.96, 30.5), 0.05918763923594776),
        (t_two_sided(6.5, 12.25), 2.6621257524848737e-05),
        (t_quantile(0.975, 5), 2.5705818356363146),
        (t_quantile(0.975, 77.7), 1.990968148973738),
        (t_quantile(0.9995, 2.5), 18.277893528131457),
        (chi_square_above(3.84, 1), 0.05004352124870519),
        (chi_square_above(10.83, 1), 0.0009986863791802592),
        (chi_square_above(30.0, 19), 0.05179845889302389),
    ],
)
def test_it_gives_the_figures_of_the_reference(value: float, scipy: float) -> None:
    assert close(value, scipy)


def test_it_agrees_with_scipy_everywhere() -> None:
    stats = pytest.importorskip("scipy.stats")
    for t, df in itertools.product(T, DF):
        assert close(t_two_sided(t, df), 2 * stats.t.sf(t, df)), (t, df)
    for p, df in itertools.product(P, DF):
        assert close(t_quantile(p, df), stats.t.ppf(p, df)), (p, df)
    for x, k in itertools.product(X, [1, 2, 3, 5, 10, 19, 60]):
        assert close(chi_square_above(x, k), stats.chi2.sf(x, k)), (x, k)


def test_the_ends_are_right() -> None:
    assert chi_square_above(0, 3) == 1
    assert t_two_sided(0, 4) == 1
    assert t_two_sided(-2.0, 5) == t_two_sided(2.0, 5)
