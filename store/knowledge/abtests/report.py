"""From counts to a report: intervals, the sample-ratio check, and a verdict in words."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ...nouns.ab_report import (
    ABReport,
    ArmComparison,
    ArmResult,
    Counts,
    MetricResult,
    SampleRatio,
    Verdict,
)
from ...nouns.ab_test import ABMetric, ABTestInfo, Goal
from ...nouns.buckets import BUCKETS
from ...nouns.metric import Direction
from . import intervals, sequential
from .distributions import chi_square_above
from .intervals import Sample
from .tally import Measured, Tally

ALPHA = 0.05
MISMATCH = 0.001
"""The p-value below which keys are not shared out as they should be (Fabijan et al. 2019, and common practice)."""


def report(
    test: ABTestInfo, tally: Tally, *, torn: int, bad: int, directions: dict[str, Direction]
) -> ABReport:
    """Return what the outcomes counted so far come to.

    With several comparisons (arms less one, times metrics) each interval is at 1 - 0.05 / comparisons, so that all
    together hold at 95 % (Bonferroni). Of a test that states no metrics the one that most keys have decides; ``directions`` has
    the way that such are better.
    """
    spec = test.spec
    metrics = spec.metrics or tuple(
        ABMetric(name, "min" if directions.get(name) == "lower" else "max") for name in tally.by_keys()
    )
    comparisons = max(1, (len(spec.arms) - 1) * len(metrics))
    alpha = ALPHA / comparisons
    found = tuple(_metric(test, tally, metric, alpha, place == 0) for place, metric in enumerate(metrics))
    ratio = _ratio(test, tally.by_epoch())
    counts = Counts(
        tally.outcomes, tally.duplicate, tally.late, tally.early, tally.unknown, torn, bad, tally.crossed
    )
    verdict, leader, sentence = _verdict(test, found, ratio)
    return ABReport(test, counts, found, ratio, comparisons, 1 - alpha, verdict, sentence, leader)


def _metric(test: ABTestInfo, tally: Tally, metric: ABMetric, alpha: float, decides: bool) -> MetricResult:
    measured = {arm.name: tally.measured(metric.name, arm.name) for arm in test.spec.arms}
    rates = metric.type != "mean" and all(each.binary for each in measured.values())
    control = measured[test.spec.control].sample
    strata = {arm.name: tally.strata(metric.name, arm.name) for arm in test.spec.arms}
    return MetricResult(
        metric.name,
        metric.goal,
        "rate" if rates else "mean",
        decides,
        tuple(_arm(name, each, rates, alpha) for name, each in measured.items()),
        tuple(
            _compared(
                name,
                each.sample,
                control,
                list(zip(strata[name], strata[test.spec.control], strict=True)),
                rates,
                alpha,
            )
            for name, each in measured.items()
            if name != test.spec.control and each.sample.n and control.n
        ),
    )


def _arm(name: str, measured: Measured, rates: bool, alpha: float) -> ArmResult:
    sample = measured.sample
    if not sample.n:
        return ArmResult(name, 0, 0, None, None, None)
    found = (
        intervals.wilson(sample.mean * sample.n, sample.n, alpha)
        if rates
        else intervals.of_mean(sample, alpha)
    )
    low, high = found if found is not None else (None, None)
    return ArmResult(name, sample.n, measured.outcomes, sample.mean, low, high)


def _compared(
    name: str,
    treated: Sample,
    control: Sample,
    strata: Sequence[tuple[Sample, Sample]],
    rates: bool,
    alpha: float,
) -> ArmComparison:
    """Compare an arm with control, within each epoch: between them more may have changed than the shares."""
    found = intervals.contrast(strata)
    steady = intervals.contrast([sequential.steadied(*pair, rates=rates) for pair in strata])
    if found is None or steady is None:
        return ArmComparison(name, treated.mean - control.mean, None, None, None, None, None, None, None)
    alone = sum(min(pair[0].n, pair[1].n) > 0 for pair in strata) == 1
    if rates and alone:
        once = intervals.of_rates(treated, control, alpha)
    else:
        once = intervals.of_means(steady if rates else found, alpha)
    low = high = p = needed = None
    if sequential.is_enough(treated, control, rates=rates):
        half = sequential.half_width(steady, alpha)
        low, high = steady.value - half, steady.value + half
        p = sequential.p_value(steady)
    if low is None or high is None or low <= 0 <= high:
        total = sequential.keys_needed(steady, alpha)
        least = max(1, 2 * sequential.LEAST - treated.n - control.n)
        needed = None if total is None else max(total - found.n, least)
    return ArmComparison(name, once.value, once.low, once.high, once.p, low, high, p, needed)


def _ratio(test: ABTestInfo, observed: Sequence[dict[str, int]]) -> SampleRatio | None:
    """Compare how keys are shared out with the shares, epoch by epoch; None before there are any."""
    names = [arm.name for arm in test.spec.arms]
    expected = dict.fromkeys(names, 0.0)
    statistic, freedom = 0.0, 0
    for counts, epoch in zip(observed, test.epochs, strict=True):
        if not (total := sum(counts.values())):
            continue
        there = [name for name in names if epoch.shares[name]]
        for name in names:
            share = total * epoch.shares[name] / BUCKETS
            expected[name] += share
            if share:
                statistic += (counts[name] - share) ** 2 / share
            elif counts[name]:  # an arm without a share served keys
                statistic = math.inf
        freedom += len(there) - 1
    if not any(expected.values()):
        return None
    p = chi_square_above(statistic, freedom) if math.isfinite(statistic) else 0.0
    sums = {name: sum(counts[name] for counts in observed) for name in names}
    return SampleRatio(sums, expected, p, p < MISMATCH)


def _verdict(
    test: ABTestInfo, metrics: Sequence[MetricResult], ratio: SampleRatio | None
) -> tuple[Verdict, str, str]:
    """Return what is to be said, the arm it is about, and the sentence."""
    if ratio is None or not metrics or not any(arm.n for arm in metrics[0].arms):
        return "no-data", "", "nothing was recorded yet"
    if ratio.mismatch:
        told = ", ".join(
            f"{name} {ratio.observed[name]:,} instead of {ratio.expected[name]:,.0f}"
            for name in ratio.observed
        )
        return (
            "mismatch",
            "",
            f"keys are not shared out as they should be ({told}; p = {ratio.p:.1g}): find out why before you trust a figure",
        )
    first, control = metrics[0], test.spec.control
    better = [each for each in first.comparisons if each.is_better(first.goal)]
    if better:
        best = (max if first.goal == "max" else min)(better, key=lambda each: each.difference)
        worse = [
            metric.name
            for metric in metrics[1:]
            for each in metric.comparisons
            if each.arm == best.arm and each.is_worse(metric.goal)
        ]
        told = f"{best.arm} is better than {control} in {first.name}: {_by(first, best)}"
        if worse:
            return "guard-rail", best.arm, f"{told}; but it is worse in {', '.join(worse)}"
        return "better", best.arm, told
    if first.comparisons and len(first.comparisons) == len(test.spec.arms) - 1:
        if all(each.is_worse(first.goal) for each in first.comparisons):
            told = "; ".join(f"{each.arm} {_by(first, each)}" for each in first.comparisons)
            return "worse", control, f"{control} is better in {first.name}: {told}"
        leading = (max if first.goal == "max" else min)(first.comparisons, key=lambda each: each.difference)
        return (
            "undecided",
            "",
            f"not enough data in {first.name}: {_missing(first.goal, control, leading, test.running)}",
        )
    return "undecided", "", f"not enough data in {first.name}: an arm has none yet"


def _missing(goal: Goal, control: str, leading: ArmComparison, runs: bool) -> str:
    ahead = (leading.difference > 0) == (goal == "max") and leading.difference != 0
    lead = (
        f"{leading.arm} seems better than {control}"
        if ahead
        else f"{control} seems at least as good as {leading.arm}"
    )
    if leading.needed is None:
        return f"{lead}, by so little that no sensible number of keys would tell"
    digits = 10 ** max(0, len(str(leading.needed)) - 2)  # two figures: it is about
    return f"{lead}; about {math.ceil(leading.needed / digits) * digits:,} more keys {'would tell' if runs else 'would have told'}"


def _by(metric: MetricResult, each: ArmComparison) -> str:
    assert each.safe_low is not None
    assert each.safe_high is not None
    if metric.type == "rate":
        return (
            f"{100 * each.difference:+.2f} points ({100 * each.safe_low:+.2f} to {100 * each.safe_high:+.2f})"
        )
    return f"{each.difference:+.4g} ({each.safe_low:+.4g} to {each.safe_high:+.4g})"
