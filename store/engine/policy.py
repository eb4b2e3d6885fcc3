"""The part of config.toml that governs stages: ``[[gate]]`` and ``[access]``.

A ``[[gate]]`` names a stage, perhaps models, and one rule or several::

    [[gate]]
    stage = "production"             # or a list
    model = "sentiment"              # or a list, or patterns; left out: every model
    metric = "accuracy"              # with dataset = and slice =, if it was measured on one
    min = 0.9                        # max likewise
    within = "2%"                    # no worse than production by more; 0.005 is in the metric's own unit
    metrics = ["f1"]                 # must have been measured; params = ["lr"] likewise
    require = ["dataset", "clean-git", "parent", "rollback-target", "safe-pickle", "finite-weights"]
    verified = "24h"                 # bytes hashed so lately, or "now"
    waited = "2d"                    # in the stage before
    approvals = 2                    # by = ["alice", "@ml-leads"], four_eyes = true, signed = false

``[adapters] base_in_stage = false`` lets adapters enter a stage before their base.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, cast

from ..nouns import gate as rules
from ..nouns.gate import CONTENTS, RECORDS, REQUIRABLE, ROLLBACK_TARGET, Gate, Rule
from ..nouns.policy import ACTIONS, Access, People, Policy
from ..nouns.stage import GATED, Stage
from .config import SPAN, duration, shown

_SHARE = re.compile(r"(\d{1,6}(?:\.\d{1,6})?)\s*%", re.ASCII)
_PERSON = re.compile(r"@?[A-Za-z0-9_][A-Za-z0-9_.@\\-]*\$?")
_STAGES = ", ".join(GATED)
_PEOPLE = 'a list of account names and "@groups", such as ["alice", "@ml-leads"]'
_TEXTS = 'a text, or a list of texts, such as "sentiment" or ["sentiment", "ranker-*"]'


TABLES = ("gate", "access", "adapters")
"""Tables of config.toml that govern stages, in the order in which ``read`` takes them."""


class PolicyProblem(Exception):  # noqa: N818 - becomes a BadConfigError, with file and line, one level up
    """What is wrong: with ``key`` of ``[access]``, ``[adapters]`` or the ``at``-th ``[[gate]]``, counted from 0."""

    def __init__(self, table: str, at: int, key: str, what: str, allowed: str) -> None:
        super().__init__(what)
        self.table, self.at, self.key, self.what, self.allowed = table, at, key, what, allowed


def read(gates: object, access: object, adapters: object) -> Policy:
    """Return the policy that the tables of config.toml say.

    Raises:
        PolicyProblem: a key or value isn't allowed.
    """
    if not isinstance(gates, list) or not all(isinstance(table, dict) for table in gates):
        raise PolicyProblem(
            "gate", 0, "gate", "a gate is a table of its own", "write [[gate]], in double brackets"
        )
    found = tuple(gate for at, table in enumerate(gates) for gate in _gates(_Table("gate", at, table)))
    if not isinstance(access, dict):
        raise PolicyProblem("access", 0, "access", "access is no table", "write [access]")
    if not isinstance(adapters, dict):
        raise PolicyProblem("adapters", 0, "adapters", "adapters is no table", "write [adapters]")
    return Policy(
        found,
        _access(_Table("access", 0, access)),
        base_in_stage=_base_in_stage(_Table("adapters", 0, adapters)),
    )


class _Table(NamedTuple):
    name: str
    at: int
    keys: Mapping[str, Any]

    def wrong(self, key: str, what: str, allowed: str) -> PolicyProblem:
        return PolicyProblem(self.name, self.at, key, what, allowed)

    def not_allowed(self, key: str, allowed: str) -> PolicyProblem:
        return self.wrong(
            key, f"{self.name}.{key} = {shown(self.keys[key])} is not allowed", f"allowed: {allowed}"
        )

    def texts(self, key: str, allowed: str = _TEXTS) -> tuple[str, ...]:
        value = self.keys.get(key, [])
        values = [value] if isinstance(value, str) else value
        if not isinstance(values, list) or not all(isinstance(each, str) and each for each in values):
            raise self.not_allowed(key, allowed)
        if key in self.keys and not values:
            raise self.not_allowed(key, allowed)
        return tuple(dict.fromkeys(values))

    def text(self, key: str) -> str:
        value = self.keys.get(key, "")
        if not isinstance(value, str) or (key in self.keys and not value):
            raise self.not_allowed(key, "a text that isn't empty")
        return value

    def number(self, key: str) -> float | None:
        value = self.keys.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.not_allowed(key, "a number")
        try:
            number = float(value)
        except OverflowError:  # an integer of 400 digits
            number = math.inf
        if not math.isfinite(number):
            raise self.not_allowed(key, "a number")
        return number

    def flag(self, key: str, default: bool) -> bool:
        value = self.keys.get(key, default)
        if not isinstance(value, bool):
            raise self.not_allowed(key, "true or false")
        return value

    def seconds(self, key: str, *, now: bool = False) -> int:
        if now and self.keys[key] == "now":
            return 0
        try:
            return duration(self.keys[key])
        except ValueError:
            allowed = f'{SPAN}, or "now"' if now else SPAN
            raise self.not_allowed(key, allowed) from None

    def people(self, key: str, value: object) -> People:
        if not isinstance(value, list) or not all(
            isinstance(one, str) and _PERSON.fullmatch(one) for one in value
        ):
            raise self.not_allowed(key, _PEOPLE)
        return tuple(dict.fromkeys(value))


_GATE_KEYS = (
    "stage", "model", "metric", "dataset", "slice", "min", "max", "within", "metrics", "params", "require", "verified",
    "waited", "approvals", "by", "four_eyes", "signed",
)  # fmt: skip


def _gates(table: _Table) -> Iterator[Gate]:
    for key in table.keys:
        if key not in _GATE_KEYS:
            raise table.wrong(key, f"unknown key gate.{key}", f"known in [[gate]]: {', '.join(_GATE_KEYS)}")
    stages = table.texts("stage", _STAGES)
    if "stage" not in table.keys:
        raise table.wrong("gate", "a gate without a stage", f"name one: {_STAGES}")
    if not set(stages) <= set(GATED):
        raise table.not_allowed("stage", _STAGES)
    found = list(_rules(table))
    if not found:
        asked = "metric, metrics, params, require, verified, waited, approvals"
        raise table.wrong("stage", "a gate that asks nothing", f"say what it asks: {asked}")
    models = table.texts("model")
    for stage in stages:
        for rule in found:
            yield Gate(cast("Stage", stage), rule, models)


def _rules(table: _Table) -> Iterator[Rule]:
    yield from _of_metric(table)
    for key, what in (("metrics", "metric"), ("params", "param")):
        for name in table.texts(key):
            yield rules.Named(cast("Any", what), name)
    for word in table.texts("require"):
        if word in RECORDS:
            yield rules.Recorded(word)
        elif word in CONTENTS:
            yield rules.Contained(word)
        elif word == ROLLBACK_TARGET:
            yield rules.RollbackTarget()
        else:
            raise table.not_allowed("require", f"a list of some of: {', '.join(REQUIRABLE)}")
    if "verified" in table.keys:
        yield rules.Verified(table.seconds("verified", now=True))
    if "waited" in table.keys:
        yield rules.Waited(table.seconds("waited"))
    yield from _of_people(table)


def _of_metric(table: _Table) -> Iterator[Rule]:
    metric = table.text("metric")
    about = {"dataset": table.text("dataset"), "slice": table.text("slice")}
    bounds = [key for key in ("min", "max", "within") if key in table.keys]
    if not metric:
        if stray := next((key for key in (*bounds, *about) if key in table.keys), None):
            raise table.wrong(stray, f"gate.{stray} without a metric", 'name it: metric = "accuracy"')
        return
    if not bounds:
        raise table.wrong("metric", f"gate.metric = {metric!r} without a bound", "say min, max or within")
    low, high = table.number("min"), table.number("max")
    if low is not None and high is not None and low > high:
        raise table.wrong("min", f"gate.min = {low:g} is above gate.max = {high:g}", "nothing could pass")
    if low is not None or high is not None:
        yield rules.MetricBound(metric, **about, min=low, max=high)
    if "within" in table.keys:
        tolerance, relative = _tolerance(table)
        yield rules.NoWorse(metric, tolerance, relative, **about)


def _tolerance(table: _Table) -> tuple[float, bool]:
    value = table.keys["within"]
    if isinstance(value, str) and (match := _SHARE.fullmatch(value)):
        return float(match[1]) / 100, True
    number = table.number("within") if not isinstance(value, str) else None
    if number is None or number < 0:
        raise table.not_allowed(
            "within", 'a number, not negative, in the metric\'s own unit, or a share such as "2%"'
        )
    return number, False


def _of_people(table: _Table) -> Iterator[Rule]:
    if "approvals" not in table.keys:
        if stray := next((key for key in ("by", "four_eyes", "signed") if key in table.keys), None):
            raise table.wrong(stray, f"gate.{stray} without approvals", "say how many: approvals = 1")
        return
    count = table.keys["approvals"]
    if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= 99:
        raise table.not_allowed("approvals", "a whole number from 1 on")
    by = table.people("by", table.keys["by"]) if "by" in table.keys else ()
    if by and len(by) < count and not any(one.startswith("@") for one in by):
        raise table.wrong(
            "approvals", f"gate.approvals = {count}, but gate.by lists {len(by)}", "list as many"
        )
    yield rules.Approvals(count, by, table.flag("four_eyes", True), table.flag("signed", False))


def _base_in_stage(table: _Table) -> bool:
    if unknown := next((key for key in table.keys if key != "base_in_stage"), None):
        raise table.wrong(unknown, f"unknown key adapters.{unknown}", "known in [adapters]: base_in_stage")
    return table.flag("base_in_stage", True)


def _access(table: _Table) -> Access:
    found: dict[str, Any] = {}
    known = (*ACTIONS, "shared")
    for key, value in table.keys.items():
        if key not in known:
            raise table.wrong(key, f"unknown key access.{key}", f"known in [access]: {', '.join(known)}")
        found[key] = _promote(table, value) if key == "promote" else table.people(key, value)
    return Access(**found)


def _promote(table: _Table, value: object) -> dict[str, People]:
    if isinstance(value, list):
        return dict.fromkeys((*GATED, "archived"), table.people("promote", value))
    if not isinstance(value, dict) or not set(value) <= {*GATED, "archived"}:
        raise table.not_allowed("promote", f"{_PEOPLE}, or such a list for each of {_STAGES}, archived")
    return {stage: table.people("promote", value[stage]) for stage in (*GATED, "archived") if stage in value}
