"""Gates: what a version must show before it may enter a stage, judged from facts. Nothing here reads a file.

Adding a kind of gate is a rule in ``nouns.gate``, a function here, and a key in ``engine.policy``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ...nouns import gate as rules
from ...nouns.gate import Gate, GateResult, Rule
from . import metrics, people, records
from .facts import Facts

_JUDGES: dict[type[Any], Callable[[Any, Facts], GateResult]] = {
    rules.MetricBound: metrics.bound,
    rules.NoWorse: metrics.no_worse,
    rules.Named: records.named,
    rules.Recorded: records.recorded,
    rules.Verified: records.verified,
    rules.Contained: records.contained,
    rules.Waited: records.waited,
    rules.RollbackTarget: records.rollback_target,
    rules.BaseInStage: records.base_in_stage,
    rules.Approvals: people.approvals,
}


def judge(gates: Iterable[Gate], facts: Facts) -> tuple[GateResult, ...]:
    """Ask every gate about a version; answers come in the order of the gates."""
    return tuple(_JUDGES[type(gate.rule)](gate.rule, facts) for gate in gates)


def must_hash(gates: Iterable[Gate], facts: Facts) -> bool:
    """Whether a gate wants the bytes hashed now: what is known of them is not fresh enough."""
    return any(isinstance(rule, rules.Verified) and not records.lately(rule, facts) for rule in _rules(gates))


def must_measure(gates: Iterable[Gate], facts: Facts) -> bool:
    """Whether a gate wants all numbers of the files read: it asks for finite weights, and they were not looked at."""
    if facts.weights is not None or facts.version.kind in records.WITHOUT_WEIGHTS:
        return False
    return any(isinstance(rule, rules.Contained) and rule.what == "finite-weights" for rule in _rules(gates))


def asks_for_pickles(gates: Iterable[Gate]) -> bool:
    """Whether a gate wants to know what loading the files' pickles would run."""
    return any(isinstance(rule, rules.Contained) and rule.what == "safe-pickle" for rule in _rules(gates))


def asks_for_base(gates: Iterable[Gate]) -> bool:
    """Whether a gate wants to know where an adapter's base stands."""
    return any(isinstance(rule, rules.BaseInStage) for rule in _rules(gates))


def approvals_asked(gates: Iterable[Gate]) -> tuple[rules.Approvals, ...]:
    """Return the rules about approvals among some gates."""
    return tuple(rule for rule in _rules(gates) if isinstance(rule, rules.Approvals))


def _rules(gates: Iterable[Gate]) -> list[Rule]:
    return [gate.rule for gate in gates]
