"""Gates about metrics. A value that is not finite shows nothing, so it passes no bound."""

from __future__ import annotations

import math
from collections.abc import Mapping

from ...nouns.gate import GateResult, MetricBound, NoWorse
from ...nouns.manifest import Scalar
from ...nouns.metric import key, split, to_stored
from ...nouns.semver import is_valid, precedence
from .facts import Facts

_ROUNDED = 4  # units in the last place that two readings, a difference and a product may be off together


def bound(rule: MetricBound, facts: Facts) -> GateResult:
    """Judge a value by its bounds."""
    found = find(facts.version.metrics, rule)
    if found is None:
        return GateResult(rule.label, "unknown", f"{_called(rule)} was not measured")
    name, value = found
    values: dict[str, Scalar] = {"value": to_stored(value), "metric": name}
    values |= {field: limit for field in ("min", "max") if (limit := getattr(rule, field)) is not None}
    if not math.isfinite(value):
        return GateResult(rule.label, "fail", f"{value:g} is no value to go by", values)
    if rule.min is not None and value < rule.min:
        return GateResult(rule.label, "fail", f"{value:g}, at least {rule.min:g} asked", values)
    if rule.max is not None and value > rule.max:
        return GateResult(rule.label, "fail", f"{value:g}, at most {rule.max:g} allowed", values)
    asked = [
        f"{word} {limit:g}"
        for word, limit in (("at least", rule.min), ("at most", rule.max))
        if limit is not None
    ]
    return GateResult(rule.label, "pass", f"{value:g}, {' and '.join(asked)} asked", values)


def no_worse(rule: NoWorse, facts: Facts) -> GateResult:
    """Judge a value by that of the version in Production, on the same dataset."""
    label = rule.label
    if facts.production is None:
        return GateResult(label, "pass", "nothing is in production to compare with")
    found = find(facts.version.metrics, rule)
    if found is None:
        return GateResult(label, "unknown", f"{_called(rule)} was not measured")
    name, value = found
    number = facts.production.version
    if name not in facts.production.metrics:
        other = find(facts.production.metrics, rule)
        instead = f", only {other[0]}" if other else ""
        return GateResult(label, "unknown", f"{name} was not measured of {number} in production{instead}")
    before = facts.production.metrics[name]
    values: dict[str, Scalar] = {
        "value": to_stored(value),
        "metric": name,
        "production": to_stored(before),
        "production_version": number,
        "tolerance": rule.tolerance,
        "relative": rule.relative,
    }
    way = facts.direction(name)
    if way is None:
        said = f"nobody says which way {rule.metric} is better: [metrics] higher or lower in config.toml"
        return GateResult(label, "unknown", said, values)
    seen = f"{value:g} against {before:g} of {number}"
    if not math.isfinite(value):
        return GateResult(label, "fail", f"{seen}: no value to go by", values)
    if not math.isfinite(before):
        return GateResult(label, "unknown", f"{seen}: nothing to compare with", values)
    worse = before - value if way == "higher" else value - before
    allowed = rule.tolerance * abs(before) if rule.relative else rule.tolerance
    # Figures are written in decimals: 0.91 is no worse than 0.93 by more than 0.02, whatever binary makes of it.
    passed = worse <= allowed + _ROUNDED * math.ulp(max(abs(value), abs(before), allowed))
    return GateResult(label, "pass" if passed else "fail", f"{seen}: {_by(rule, worse, before)}", values)


def _by(rule: NoWorse, worse: float, before: float) -> str:
    if worse <= 0:
        return "better" if worse < 0 else "the same"
    if not rule.relative:
        return f"{worse:.4g} worse, {rule.tolerance:g} allowed"
    share = f"{100 * worse / abs(before):.3g} %" if before else f"{worse:.4g}"
    return f"{share} worse, {100 * rule.tolerance:g} % allowed"


def find(metrics: Mapping[str, float], rule: MetricBound | NoWorse) -> tuple[str, float] | None:
    """Return what a metric is called, and its value; of a dataset named without a version, on its newest version."""
    exact = key(rule.metric, rule.dataset, rule.slice)
    if exact in metrics:
        return exact, metrics[exact]
    if not rule.dataset or "@" in rule.dataset:
        return None
    fits = []
    for name in metrics:
        metric, dataset, part = split(name)
        model, _, number = dataset.partition("@")
        if (metric, model, part) == (rule.metric, rule.dataset, rule.slice) and is_valid(number):
            fits.append((precedence(number), name))
    return (best := max(fits)[1], metrics[best]) if fits else None


def _called(rule: MetricBound | NoWorse) -> str:
    return key(rule.metric, rule.dataset, rule.slice)
