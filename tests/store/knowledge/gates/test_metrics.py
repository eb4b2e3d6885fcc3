"""Gates about metrics: bounds, and no worse than production."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mvtui.store.knowledge.gates import judge
from mvtui.store.nouns.gate import Gate, GateResult, MetricBound, NoWorse

from .facts import facts

NAN, INF = math.nan, math.inf


def asked(rule: MetricBound | NoWorse, **known: Any) -> GateResult:
    (result,) = judge([Gate("production", rule)], facts(**known))
    json.dumps(result.as_dict(), allow_nan=False)  # whatever it saw, JSON can hold it
    assert result.sentence
    return result


@pytest.mark.parametrize(
    ("value", "low", "high", "outcome"),
    [
        (0.9, 0.9, None, "pass"),
        (0.8999999, 0.9, None, "fail"),
        (0.9, None, 0.9, "pass"),
        (0.9000001, None, 0.9, "fail"),
        (0.5, 0.4, 0.6, "pass"),
        (0.7, 0.4, 0.6, "fail"),
        (0.3, 0.4, 0.6, "fail"),
        (-2.0, -3.0, -1.0, "pass"),
        (0.0, 0.0, 0.0, "pass"),
        (-0.0, 0.0, 0.0, "pass"),
        (1e300, 0.0, None, "pass"),
        (NAN, 0.0, None, "fail"),
        (NAN, None, 1.0, "fail"),
        (INF, 0.0, None, "fail"),
        (-INF, None, 0.0, "fail"),
    ],
)
def test_a_bound_includes_its_ends(value: float, low: float | None, high: float | None, outcome: str) -> None:
    result = asked(MetricBound("accuracy", min=low, max=high), metrics={"accuracy": value})
    assert result.outcome == outcome
    assert result.values["metric"] == "accuracy"
    assert {"min", "max"} & set(result.values) == {
        name for name, limit in (("min", low), ("max", high)) if limit is not None
    }


def test_a_value_that_is_no_number_is_told_in_words() -> None:
    result = asked(MetricBound("loss", max=1.0), metrics={"loss": NAN})
    assert (result.values["value"], result.sentence) == ("NaN", "nan is no value to go by")


def test_what_was_not_measured_cant_be_told() -> None:
    result = asked(MetricBound("accuracy", min=0.9), metrics={"f1": 1.0})
    assert (result.outcome, result.sentence) == ("unknown", "accuracy was not measured")
    assert not result.passed


@pytest.mark.parametrize(
    ("rule", "metrics", "found"),
    [
        (MetricBound("a", min=0), {"a[test]": 1.0}, None),
        (MetricBound("a", "test", min=0), {"a": 1.0}, None),
        (MetricBound("a", "test", min=0), {"a[test:fr]": 1.0}, None),
        (MetricBound("a", "test", min=0), {"a[tests]": 1.0}, None),
        (MetricBound("a", "test", min=0), {"a[test]": 1.0, "a[test@2.0.0]": 2.0}, "a[test]"),
        (MetricBound("a", "test", min=0), {"a[test@1.0.0]": 1.0}, "a[test@1.0.0]"),
        (
            MetricBound("a", "test", min=0),
            {"a[test@1.9.0]": 1.0, "a[test@1.10.0]": 2.0, "a[test@1.10.0-rc.1]": 3.0},
            "a[test@1.10.0]",
        ),
        (MetricBound("a", "test", min=0), {"a[test@latest]": 1.0}, None),
        (MetricBound("a", "test@1.0.0", min=0), {"a[test@2.0.0]": 1.0}, None),
        (MetricBound("a", "test@1.0.0", min=0), {"a[test@1.0.0]": 1.0}, "a[test@1.0.0]"),
        (MetricBound("a", "test", "fr", min=0), {"a[test@1.0.0:fr]": 1.0}, "a[test@1.0.0:fr]"),
        (MetricBound("a", "", "fr", min=0), {"a[:fr]": 1.0}, "a[:fr]"),
    ],
)
def test_the_dataset_named_is_the_one_looked_at(
    rule: MetricBound, metrics: dict[str, float], found: str | None
) -> None:
    """One that is named without a version means its newest that something was measured on."""
    result = asked(rule, metrics=metrics)
    assert result.values.get("metric") == found
    assert result.outcome == ("pass" if found else "unknown")


# -- no worse than production --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "before", "tolerance", "relative", "outcome"),
    [
        ("accuracy", 0.93, 0.93, 0.0, False, "pass"),
        ("accuracy", 0.94, 0.93, 0.0, False, "pass"),
        ("accuracy", 0.9299, 0.93, 0.0, False, "fail"),
        ("accuracy", 0.91, 0.93, 0.02, False, "pass"),  # 0.93 - 0.91 > 0.02 in binary
        ("accuracy", 0.9, 0.93, 0.02, False, "fail"),
        ("loss", 0.33, 0.3, 0.03, False, "pass"),  # 0.33 - 0.3 > 0.03 in binary
        ("loss", 0.31, 0.3, 0.0, False, "fail"),
        ("loss", 0.1, 0.3, 0.0, False, "pass"),
        ("accuracy", 0.9, 1.0, 0.1, True, "pass"),
        ("accuracy", 0.899, 1.0, 0.1, True, "fail"),
        ("perplexity", 22.0, 20.0, 0.1, True, "pass"),
        ("perplexity", 22.1, 20.0, 0.1, True, "fail"),
        # of a negative figure the share is one of its size
        ("loglikelihood", -102.0, -100.0, 0.02, True, "pass"),
        ("loglikelihood", -103.0, -100.0, 0.02, True, "fail"),
        ("loglikelihood", -50.0, -100.0, 0.0, True, "pass"),
        ("loss", -1.0, -1.5, 0.3, True, "fail"),
        ("loss", -1.0, -1.5, 0.34, True, "pass"),
        # of nothing no share is anything
        ("accuracy", 0.0, 0.0, 0.5, True, "pass"),
        ("accuracy", -0.001, 0.0, 0.5, True, "fail"),
        ("loss", 0.001, 0.0, 0.5, True, "fail"),
        ("loss", 0.001, 0.0, 0.5, False, "pass"),
        # large figures, whose last digits binary can't hold
        ("throughput", 1e9 + 0.1, 1e9 + 0.3, 0.2, False, "pass"),
        ("throughput", 1e9 - 0.3, 1e9, 0.2, False, "fail"),
        ("accuracy", 0.3, 0.1 + 0.2, 0.0, False, "pass"),
        ("accuracy", 1e308, -1e308, 0.0, False, "pass"),
        ("accuracy", -1e308, 1e308, 5.0, False, "fail"),
        ("accuracy", NAN, 0.9, 1.0, False, "fail"),
        ("accuracy", INF, 0.9, 1.0, False, "fail"),
        ("loss", -INF, 0.9, 1.0, False, "fail"),
        ("accuracy", 0.9, NAN, 1.0, False, "unknown"),
        ("accuracy", 0.9, INF, 1.0, True, "unknown"),
        ("my_index", 0.9, 0.9, 1.0, False, "unknown"),
    ],
)
def test_no_worse_than_production_by_more(
    name: str, value: float, before: float, tolerance: float, relative: bool, outcome: str
) -> None:
    result = asked(NoWorse(name, tolerance, relative), metrics={name: value}, production={name: before})
    assert result.outcome == outcome, result.sentence
    assert {field: result.values[field] for field in ("metric", "production_version", "relative")} == {
        "metric": name,
        "production_version": "1.0.0",
        "relative": relative,
    }


def test_with_nothing_in_production_there_is_nothing_to_be_worse_than() -> None:
    assert asked(NoWorse("accuracy", 0.0), metrics={}).passed


def test_what_one_of_them_lacks_cant_be_compared() -> None:
    rule = NoWorse("a", 0.1, dataset="test")
    mine = asked(rule, metrics={}, production={"a[test]": 1.0})
    assert (mine.outcome, mine.sentence) == ("unknown", "a[test] was not measured")
    theirs = asked(rule, metrics={"a[test]": 1.0}, production={"a": 1.0})
    assert theirs.sentence == "a[test] was not measured of 1.0.0 in production"
    older = asked(rule, metrics={"a[test@2.0.0]": 1.0}, production={"a[test@1.0.0]": 1.0})
    assert older.outcome == "unknown"
    assert older.sentence == "a[test@2.0.0] was not measured of 1.0.0 in production, only a[test@1.0.0]"


def test_config_says_which_way_is_better() -> None:
    known = {"metrics": {"my_index": 0.9}, "production": {"my_index": 0.8}}
    assert asked(NoWorse("my_index", 0.0), way=lambda _: "higher", **known).passed
    assert not asked(NoWorse("my_index", 0.0), way=lambda _: "lower", **known).passed
    assert "[metrics] higher or lower" in asked(NoWorse("my_index", 0.0), **known).sentence


_DECIMALS = st.decimals(min_value=-1000, max_value=1000, places=3) | st.decimals(
    min_value=-(10**9), max_value=10**9, places=3
)


@given(
    _DECIMALS,
    st.decimals(min_value=-10, max_value=10, places=3),
    st.decimals(min_value=0, max_value=10, places=3),
    st.booleans(),
)
def test_figures_are_compared_as_the_decimals_they_were_written_as(
    before: Any, worse: Any, tolerance: Any, higher: bool
) -> None:
    value = before - worse if higher else before + worse
    result = asked(
        NoWorse("x", float(tolerance)),
        metrics={"x": float(value)},
        production={"x": float(before)},
        way=lambda _: "higher" if higher else "lower",
    )
    assert result.passed == (worse <= tolerance), result.sentence


@given(_DECIMALS, _DECIMALS, st.integers(0, 100))
def test_a_share_is_one_of_productions_figure(value: Any, before: Any, percent: int) -> None:
    result = asked(
        NoWorse("x", percent / 100, relative=True),
        metrics={"x": float(value)},
        production={"x": float(before)},
        way=lambda _: "higher",
    )
    assert result.passed == ((before - value) * 100 <= abs(before) * percent), result.sentence
