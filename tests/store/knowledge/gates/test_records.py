"""Gates about what is on record: metrics and parameters by name, data, code, parents, time, bytes, a way back."""

from __future__ import annotations

import json
import math
from datetime import timedelta
from typing import Any

import pytest
from mvtui.store.knowledge.gates import asks_for_pickles, judge, must_hash, must_measure
from mvtui.store.knowledge.gates.facts import Facts
from mvtui.store.knowledge.gates.records import span
from mvtui.store.nouns.capture import Code
from mvtui.store.nouns.gate import (
    Contained,
    Gate,
    GateResult,
    Named,
    Recorded,
    RollbackTarget,
    Rule,
    Verified,
    Waited,
)
from mvtui.store.nouns.health import SOUND, Health, TensorHealth
from mvtui.store.nouns.inspection import Tensor
from mvtui.store.nouns.lineage import Link
from mvtui.store.nouns.pickles import Pickles

from .facts import NOW, OTHER_ID, facts, version


def asked(rule: Rule, known: Facts) -> GateResult:
    (result,) = judge([Gate("production", rule)], known)
    json.dumps(result.as_dict(), allow_nan=False)
    assert result.sentence
    return result


def test_answers_come_in_the_order_of_the_gates() -> None:
    rules: list[Rule] = [RollbackTarget(), Named("metric", "a"), Waited(1), Verified()]
    answers = judge([Gate("production", rule) for rule in rules], facts())
    assert [answer.gate for answer in answers] == [rule.label for rule in rules]


# -- by name -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "metrics", "found"),
    [
        ("f1", {"f1": 0.0}, "f1"),
        ("f1", {"f1[test]": 0.5}, "f1[test]"),
        ("f1", {"f1[test]": 0.5, "f1": 0.4}, "f1"),
        ("f1[test]", {"f1[test]": 0.5}, "f1[test]"),
        ("f1[test]", {"f1": 0.5}, None),
        ("f1", {"f10": 0.5}, None),
        ("f1", {"f1": math.nan}, "f1"),
    ],
)
def test_a_metric_must_be_there_whatever_its_value(
    name: str, metrics: dict[str, float], found: str | None
) -> None:
    result = asked(Named("metric", name), facts(metrics))
    assert (result.outcome, result.values.get("metric")) == ("pass" if found else "fail", found)


def test_a_parameter_must_be_there_whatever_its_value() -> None:
    known = facts(of=version(params={"lr": 0, "seed": None, "name": "a" * 500}))
    for name in ("lr", "seed", "name"):
        assert asked(Named("param", name), known).passed
    assert asked(Named("param", "epochs"), known).sentence == "it was not recorded"
    assert asked(Named("metric", "lr"), known).outcome == "fail"


# -- what made it --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("what", "edges", "outcome"),
    [
        ("dataset", (), "fail"),
        ("dataset", (Link("trained-on", OTHER_ID),), "pass"),
        ("dataset", (Link("trained-on", "hf:imdb@abc"),), "pass"),
        ("dataset", (Link("evaluated-on", OTHER_ID),), "fail"),
        ("dataset", (Link("trained-on", "hf:imdb", guess="README.md"),), "unknown"),
        ("dataset", (Link("trained-on", "hf:a", guess="x"), Link("trained-on", "hf:b")), "pass"),
        ("parent", (), "fail"),
        ("parent", (Link("fine-tuned-from", OTHER_ID),), "pass"),
        ("parent", (Link("merged-from", OTHER_ID), Link("merged-from", "hf:x")), "pass"),
        ("parent", (Link("trained-on", OTHER_ID), Link("replaces", OTHER_ID)), "fail"),
        ("parent", (Link("adapter-of", "hf:base", guess="adapter_config.json"),), "unknown"),
    ],
)
def test_edges_must_be_stated(what: Any, edges: tuple[Link, ...], outcome: str) -> None:
    result = asked(Recorded(what), facts(of=version(edges=edges)))
    assert result.outcome == outcome
    if outcome == "unknown":
        assert "is only guessed from" in result.sentence


@pytest.mark.parametrize(
    ("code", "outcome", "sentence"),
    [
        (None, "fail", "no commit was recorded"),
        (Code("c" * 40, dirty=True), "fail", "cccccccccccc with uncommitted changes"),
        (Code("c" * 40), "pass", "cccccccccccc, nothing uncommitted"),
    ],
)
def test_the_code_must_be_committed(code: Code | None, outcome: str, sentence: str) -> None:
    result = asked(Recorded("clean-git"), facts(of=version(code=code)))
    assert (result.outcome, result.sentence) == (outcome, sentence)


# -- bytes ---------------------------------------------------------------------------------------


def ago(**how: float) -> dict[str, Any]:
    return {"verified": NOW - timedelta(**how)}


@pytest.mark.parametrize(
    ("seconds", "known", "outcome", "sentence"),
    [
        (3600, {}, "unknown", "they were not hashed since they were stored"),
        (3600, ago(minutes=59), "pass", "hashed 59 min ago"),
        (3600, ago(hours=1), "pass", "hashed 1 h ago"),
        (3600, ago(hours=1, seconds=1), "unknown", "hashed 1 h ago, 1 h asked"),
        (3600, ago(seconds=-5), "pass", "hashed 0 s ago"),
        (0, ago(seconds=0), "unknown", "hashed 0 s ago, now asked"),
        (0, {"checked": ""}, "pass", "hashed now"),
        (3600, {"checked": "1 of 2 files can't be trusted"}, "fail", "1 of 2 files can't be trusted"),
        (3600, ago(minutes=1) | {"checked": "bad"}, "fail", "bad"),
        (999999999 * 604800, ago(days=10), "pass", "hashed 10 d ago"),
    ],
)
def test_bytes_must_have_been_hashed_lately(
    seconds: int, known: dict[str, Any], outcome: str, sentence: str
) -> None:
    result = asked(Verified(seconds), facts(**known))
    assert (result.outcome, result.sentence) == (outcome, sentence)


def test_bytes_are_hashed_when_a_gate_wants_it() -> None:
    gates = [Gate("production", RollbackTarget()), Gate("production", Verified(3600))]
    assert must_hash(gates, facts())
    assert must_hash(gates, facts(**ago(hours=2)))
    assert not must_hash(gates, facts(**ago(minutes=2)))
    assert must_hash([Gate("production", Verified())], facts(**ago(seconds=0)))
    assert not must_hash(gates[:1], facts())


@pytest.mark.parametrize(
    ("pickles", "outcome", "sentence"),
    [
        (None, "pass", "there are no pickles"),
        (Pickles("safe", ("torch.Tensor",)), "pass", "its pickles are safe"),
        (Pickles("unsafe", (), ("os.system",), ("shop.Net",)), "fail", "unsafe: os.system"),
        (Pickles("unknown", unknown=tuple("abcde")), "unknown", "unknown: a, b, c, and 2 more"),
        (Pickles("unknown", unknown=("x" * 99,)), "unknown", f"unknown: {'x' * 60}"),
        (Pickles("partial", unread=("a.pkl: too long",)), "unknown", "partly inspected: a.pkl: too long"),
        (Pickles("partial"), "unknown", "partly inspected"),
    ],
)
def test_pickles_must_be_known_to_be_harmless(pickles: Pickles | None, outcome: str, sentence: str) -> None:
    found = asked(Contained("safe-pickle"), facts(pickles=pickles))
    assert (found.outcome, found.sentence) == (outcome, sentence)
    assert found.values["verdict"] == (pickles.verdict if pickles else "none")


def test_pickles_are_looked_for_where_a_gate_asks() -> None:
    assert asks_for_pickles([Gate("staging", RollbackTarget()), Gate("staging", Contained("safe-pickle"))])
    assert not asks_for_pickles([Gate("staging", Contained("finite-weights"))])


TENSOR = Tensor("layer.0.weight", "F32", (2,), 8, 8, "m.safetensors")
_FINE, _BAD = TensorHealth(TENSOR, rms=1.0), TensorHealth(TENSOR, nan=1, inf=2, first=1)
_UNREAD = TensorHealth(TENSOR, unread="blocks of Q4_K are not decoded here")


@pytest.mark.parametrize(
    ("weights", "outcome", "sentence"),
    [
        (None, "unknown", "its numbers were not looked at"),
        (SOUND, "pass", "the one tensor is finite"),
        (Health((_FINE, TensorHealth(TENSOR, value=0.0, rms=0.0))), "pass", "both tensors are finite"),
        (Health((_FINE, _BAD)), "fail", "1 NaN and 2 infinite in layer.0.weight (first at 1)"),
        (
            Health((_FINE, _BAD, _BAD, _UNREAD), problems=("x",)),
            "fail",
            "2 NaN and 4 infinite in layer.0.weight (first at 1) and 1 more",
        ),
        (
            Health((_FINE, _UNREAD)),
            "unknown",
            "1 of 2 tensors can't be looked at (layer.0.weight: blocks of Q4_K are not decoded here)",
        ),
        (Health((_FINE,), problems=("a shard is missing",)), "unknown", "a shard is missing"),
        (Health(()), "unknown", "no tensors were found in its files"),
    ],
)
def test_weights_must_be_finite_and_all_looked_at(
    weights: Health | None, outcome: str, sentence: str
) -> None:
    found = asked(Contained("finite-weights"), facts(weights=weights))
    assert (found.outcome, found.sentence) == (outcome, sentence)


def test_numbers_are_read_when_a_gate_wants_it() -> None:
    gates = [Gate("production", Contained("finite-weights"))]
    assert must_measure(gates, facts())
    assert not must_measure(gates, facts(weights=SOUND))
    assert not must_measure([Gate("production", Contained("safe-pickle"))], facts())


# -- time ----------------------------------------------------------------------------------------

_DAY = 86400


@pytest.mark.parametrize(
    ("stage", "source", "since", "outcome"),
    [
        ("production", "validation", {"days": 1}, "pass"),
        ("production", "validation", {"hours": 23}, "fail"),
        ("production", "staging", {"days": 9}, "fail"),
        ("production", "archived", {"days": 9}, "fail"),
        ("production", None, {"days": 9}, "fail"),
        ("validation", "staging", {"days": 1, "seconds": 1}, "pass"),
        ("staging", None, None, "pass"),  # counted from its registration
        ("staging", "archived", {"days": 9}, "fail"),
        ("validation", "staging", {"days": -1}, "fail"),  # a clock that went back
    ],
)
def test_it_must_have_been_long_enough_in_the_stage_before(
    stage: Any, source: Any, since: dict[str, int] | None, outcome: str
) -> None:
    entered = NOW - timedelta(**since) if since is not None else None
    result = asked(Waited(_DAY), facts(stage=stage, of=version(stage=source), since=entered))
    assert result.outcome == outcome


def test_an_endless_wait_is_one() -> None:
    known = facts(of=version(stage="validation"), since=NOW - timedelta(days=1))
    result = asked(Waited(999999999 * 604800), known)
    assert result.sentence == "1 d in validation, 6,999,999,993 d asked"
    assert result.values == {"seconds": _DAY, "asked": 999999999 * 604800}


def test_there_must_be_a_way_back() -> None:
    assert asked(RollbackTarget(), facts(target="1.0.0")).passed
    assert asked(RollbackTarget(), facts()).outcome == "fail"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 s"),
        (-5, "0 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (7199, "1 h"),
        (86400, "1 d"),
        (1e12, "11,574,074 d"),
    ],
)
def test_a_span_is_told_in_its_largest_unit(seconds: float, said: str) -> None:
    assert span(seconds) == said
