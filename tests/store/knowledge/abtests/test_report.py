"""Counting outcomes, and what they come to in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

import msgspec
import pytest
from mvtui.store.knowledge.abtests.report import report
from mvtui.store.knowledge.abtests.tally import Tally
from mvtui.store.nouns import buckets
from mvtui.store.nouns.ab_report import ABReport
from mvtui.store.nouns.ab_test import ABMetric, ABTestInfo, ABTestSpec, Arm, Epoch

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
START = BEGAN.timestamp()
RESOLVED, LATENCY = ABMetric("resolved", "max", "rate"), ABMetric("latency", "min")


def test_info(shares: dict[str, int], metrics: tuple[ABMetric, ...]) -> ABTestInfo:
    arms = tuple(Arm(name, "1.0.0", "f" * 64, runs) for name, runs in buckets.first(shares).items())
    spec = ABTestSpec(
        name="t",
        id="0" * 16,
        model="m",
        stage="production",
        control="a",
        arms=arms,
        metrics=metrics,
        since=BEGAN,
    )
    return ABTestInfo(spec=spec, epochs=(Epoch(1, BEGAN, "ann", "so", shares),), running=True)


test_info.__test__ = False  # type: ignore[attr-defined]


def said(
    arms: Mapping[str, Iterable[dict[str, float]]],
    metrics: tuple[ABMetric, ...] = (RESOLVED,),
    shares: dict[str, int] | None = None,
) -> ABReport:
    test = test_info(shares or {"a": 5000, "b": 5000}, metrics)
    tally = Tally([arm.name for arm in test.spec.arms], [START], None, [m.name for m in metrics])
    for arm, outcomes in arms.items():
        for number, values in enumerate(outcomes):
            tally.take(f"{arm}{number}", START + 1, 1, arm, "", values)
    return report(test, tally, torn=0, bad=0, directions={"errors": "lower"})


def ones(count: int, n: int, **more: float) -> list[dict[str, float]]:
    return [{"resolved": float(place < count)} | more for place in range(n)]


def test_nothing_says_so() -> None:
    found = said({})
    assert (found.verdict, found.sentence) == ("no-data", "nothing was recorded yet")
    assert found.ratio is None
    assert [arm.mean for arm in found.metrics[0].arms] == [None, None]


def test_an_arm_that_is_better_wins() -> None:
    found = said({"a": ones(1000, 2000), "b": ones(1200, 2000)})
    (compared,) = found.metrics[0].comparisons
    assert (found.verdict, found.leader) == ("better", "b")
    assert found.sentence.startswith("b is better than a in resolved: +10.00 points (+")
    assert compared.safe_low is not None
    assert compared.low is not None
    assert 0 < compared.safe_low < compared.low < compared.difference == pytest.approx(0.1)
    assert compared.needed is None


def test_an_arm_that_is_worse_leaves_control() -> None:
    found = said({"a": ones(1200, 2000), "b": ones(1000, 2000)})
    assert (found.verdict, found.leader) == ("worse", "a")
    assert found.sentence.startswith("a is better in resolved: b -10.00 points")


def test_less_is_better_where_the_goal_is_so() -> None:
    slow = [{"latency": 300.0 + n % 7} for n in range(1000)]
    fast = [{"latency": 290.0 + n % 7} for n in range(1000)]
    assert said({"a": slow, "b": fast}, (LATENCY,)).leader == "b"
    assert said({"a": fast, "b": slow}, (LATENCY,)).leader == "a"
    undeclared = {
        "a": [{"errors": v["latency"]} for v in slow],
        "b": [{"errors": v["latency"]} for v in fast],
    }
    assert said(undeclared, ()).leader == "b"  # its name says that less is better


def test_too_little_says_how_much_more_about() -> None:
    found = said({"a": ones(100, 200), "b": ones(112, 200)})
    (compared,) = found.metrics[0].comparisons
    assert found.verdict == "undecided"
    assert compared.needed is not None
    assert 3000 < compared.needed < 10_000
    assert "b seems better than a; about " in found.sentence
    assert found.sentence.endswith("more keys would tell")


def test_an_arm_with_few_keys_has_no_interval_for_many_looks() -> None:
    for keys, begun in ((49, False), (50, True)):
        (compared,) = said({"a": ones(30, keys), "b": ones(20, keys)}).metrics[0].comparisons
        assert (compared.safe_low is not None) == begun
        assert compared.low is not None
    rare = said({"a": ones(4, 400), "b": ones(5, 400)}).metrics[0].comparisons[0]
    assert rare.safe_low is None  # nine of one sort are too few to know how much a rate varies


def test_a_guard_rail_that_is_worse_is_told() -> None:
    slow = ones(1300, 2000, latency=400.0)
    fast = ones(1000, 2000, latency=300.0)
    for place, outcome in enumerate([*slow, *fast]):
        outcome["latency"] += place % 5
    found = said({"a": fast, "b": slow}, (RESOLVED, LATENCY))
    assert (found.verdict, found.leader) == ("guard-rail", "b")
    assert found.sentence.endswith("; but it is worse in latency")
    assert (found.comparisons, found.confidence) == (2, 0.975)


def test_several_comparisons_make_each_interval_wider() -> None:
    arms = {"a": ones(1000, 2000), "b": ones(1100, 2000)}
    two = said(arms).metrics[0].comparisons[0]
    three = said(arms | {"c": ones(1000, 2000)}, shares={"a": 3334, "b": 3333, "c": 3333})
    other = three.metrics[0].comparisons[0]
    assert three.comparisons == 2
    assert two.low is not None
    assert other.low is not None
    assert two.safe_low is not None
    assert other.safe_low is not None
    assert other.low < two.low
    assert other.safe_low < two.safe_low


def test_keys_shared_out_otherwise_than_they_should_be_stop_every_verdict() -> None:
    found = said({"a": ones(1000, 2000), "b": ones(1400, 2300)})
    assert found.ratio is not None
    # scipy 1.17.1: stats.chisquare([2000, 2300]).pvalue
    assert found.ratio.p == pytest.approx(4.763175554746923e-06, rel=1e-4)
    assert (found.verdict, found.ratio.mismatch) == ("mismatch", True)
    assert "a 2,000 instead of 2,150" in found.sentence
    assert said({"a": ones(1000, 2000), "b": ones(1000, 2010)}).verdict != "mismatch"


def test_an_arm_without_a_share_that_has_keys_is_a_mismatch() -> None:
    found = said({"a": ones(5, 10), "b": ones(5, 10)}, shares={"a": 10_000, "b": 0})
    assert found.verdict == "mismatch"
    three = {"a": 5000, "b": 5000, "c": 0}
    assert said({"a": ones(5, 10), "b": ones(5, 10), "c": ones(1, 1)}, shares=three).verdict == "mismatch"


def test_a_change_of_shares_while_all_gets_better_is_no_difference() -> None:
    # Simpson's paradox: b has most of its keys from the better time, and is no better at any time.
    test = test_info({"a": 9000, "b": 1000}, (RESOLVED,))
    half = Epoch(2, datetime(2026, 1, 2, tzinfo=UTC), "ann", "so", {"a": 5000, "b": 5000})
    test = msgspec.structs.replace(test, epochs=(*test.epochs, half))
    counted = Tally(["a", "b"], [START, START + 86_400], None, ["resolved"])
    for epoch, arm, n, rate in ((1, "a", 9000, 2), (1, "b", 1000, 2), (2, "a", 5000, 8), (2, "b", 5000, 8)):
        for number in range(n):
            values = {"resolved": float(number % 10 < rate)}
            counted.take(f"{epoch}{arm}{number}", START + epoch * 86_400, epoch, arm, "", values)
    found = report(test, counted, torn=0, bad=0, directions={})
    means = [arm.mean or 0 for arm in found.metrics[0].arms]
    assert means[1] - means[0] > 0.2  # as it looks
    (compared,) = found.metrics[0].comparisons
    assert abs(compared.difference) < 1e-12  # as it is
    assert found.verdict == "undecided"
    assert found.ratio is not None
    assert found.ratio.p > 0.99


def test_two_keys_of_each_arm_prove_nothing_whenever_they_came() -> None:
    test = test_info({"a": 9000, "b": 1000}, (RESOLVED,))
    half = Epoch(2, datetime(2026, 1, 2, tzinfo=UTC), "ann", "so", {"a": 5000, "b": 5000})
    test = msgspec.structs.replace(test, epochs=(*test.epochs, half))
    counted = Tally(["a", "b"], [START, START + 86_400], None, ["resolved"])
    for epoch, arm, number in ((e, a, n) for e in (1, 2) for a in "ab" for n in (1, 2)):
        moment = START + epoch * 86_400 - 1
        counted.take(f"{epoch}{arm}{number}", moment, epoch, arm, "", {"resolved": float(arm == "b")})
    (compared,) = report(test, counted, torn=0, bad=0, directions={}).metrics[0].comparisons
    assert compared.difference == 1
    assert compared.low is not None
    assert compared.low < 0.9  # though nothing varied within an arm


# -- counting ------------------------------------------------------------------------------------


def tally(ended: float | None = None, metrics: tuple[str, ...] = ()) -> Tally:
    return Tally(["a", "b"], [START, START + 100], ended, metrics)


def test_the_same_outcome_counts_once_the_first() -> None:
    counted = tally()
    for value in (1.0, 0.0, 0.0):
        counted.take("k", START, 1, "a", "r1", {"x": value})
    counted.take("k", START, 1, "a", "", {"x": 1.0})
    counted.take("k", START, 1, "a", "", {"x": 0.0})
    assert (counted.outcomes, counted.duplicate) == (2, 3)
    assert counted.measured("x", "a").sample[:2] == (1, 1.0)


def test_another_metric_of_the_same_outcome_is_no_duplicate() -> None:
    counted = tally()
    counted.take("k", START, 1, "a", "", {"latency": 3.0})
    counted.take("k", START, 1, "a", "", {"resolved": 1.0})
    assert (counted.outcomes, counted.duplicate) == (2, 0)


def test_a_key_counts_once_with_the_mean_of_its_outcomes() -> None:
    counted = tally()
    for number in range(10):
        counted.take("talkative", START, 1, "a", f"r{number}", {"x": 10.0})
    counted.take("other", START, 1, "a", "r", {"x": 0.0})
    measured = counted.measured("x", "a")
    assert (measured.sample.n, measured.sample.mean, measured.outcomes) == (2, 5.0, 11)
    assert not measured.binary


def test_late_early_and_unknown_are_counted_apart() -> None:
    counted = tally(ended=START + 200, metrics=("x",))
    counted.take("k", START + 201, 1, "a", "", {"x": 1.0})
    counted.take("k", START - 1, 1, "a", "", {"x": 1.0})
    counted.take("k", START + 1, 3, "a", "", {"x": 1.0})
    counted.take("k", START + 1, 1, "z", "", {"x": 1.0})
    counted.take("k", START + 1, 1, "a", "", {"y": 1.0})
    counted.take("k", START + 1, 1, "a", "", {})
    assert (counted.late, counted.early, counted.unknown, counted.outcomes) == (1, 1, 4, 0)


def test_keys_that_changed_arms_are_counted_as_crossed() -> None:
    counted = tally()
    counted.take("k", START, 1, "a", "r1", {"x": 1.0})
    counted.take("k", START + 101, 2, "b", "r2", {"x": 1.0})
    counted.take("j", START + 101, 2, "b", "r2", {"x": 1.0})
    assert counted.crossed == 1
    assert counted.by_epoch() == [{"a": 1, "b": 0}, {"a": 0, "b": 1}]
