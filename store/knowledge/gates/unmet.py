"""Gates that nothing here could pass: slips in config.toml that would be noticed on the day of a promotion."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from difflib import get_close_matches

from ...nouns.gate import MetricBound, Named, NoWorse, Rule
from ...nouns.metric import Direction, key, split
from . import metrics


def unmet(
    rule: Rule,
    measured: Mapping[str, float],
    params: Collection[str],
    direction: Callable[[str], Direction | None],
) -> str:
    """Say why no version could pass a rule, of those that have, between them, these metrics and parameters.

    A sentence that goes on after the gate's name; empty when one could.
    """
    if isinstance(rule, Named):
        names = (
            {split(name)[0] for name in measured} | set(measured) if rule.what == "metric" else set(params)
        )
        return "" if rule.name in names else f"no version has that {rule.what}{_like(rule.name, names)}"
    if not isinstance(rule, (MetricBound, NoWorse)):
        return ""
    found = metrics.find(measured, rule)
    if found is None:
        asked = key(rule.metric, rule.dataset, rule.slice)
        return f"{asked} was measured of no version{_like(asked, measured)}"
    if isinstance(rule, NoWorse) and direction(found[0]) is None:
        return f"nobody says which way {rule.metric} is better"
    return ""


def _like(name: str, known: Collection[str]) -> str:
    similar = get_close_matches(name, known, n=1, cutoff=0.5)
    return f"; {similar[0]} was" if similar else ""
