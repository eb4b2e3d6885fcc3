"""The words of the lifecycle that both faces use."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from mvtui.store import Actor, GateResult, Transition
from mvtui.store.nouns.gate import GateOutcome
from mvtui.tui import lifecycle, words


def results(*outcomes: GateOutcome) -> Sequence[GateResult]:
    return [GateResult(f"g{at}", outcome, "so it is") for at, outcome in enumerate(outcomes)]


def transition(**facts: Any) -> Transition:
    given: dict[str, Any] = {"seq": 7, "model": "m", "version": "1.1.0", "id": "0" * 64, "how": "promote"}
    given |= {"source": "validation", "target": "production", "reason": "r"}
    who = Actor("ann", 1000, "box7", "", "mvtui")
    return Transition(at=datetime(2026, 11, 23, tzinfo=UTC), actor=who, **(given | facts))


@pytest.mark.parametrize(
    ("outcomes", "tally", "obstacles"),
    [
        ((), "no gate", ""),
        (("pass",), "1 of 1 gate passes", ""),
        (("pass", "fail"), "1 of 2 gates pass", "1 gate fails"),
        (("fail", "fail", "unknown"), "0 of 3 gates pass", "2 gates fail, 1 can't be told"),
        (("unknown", "unknown"), "0 of 2 gates pass", "2 gates can't be told"),
    ],
)
def test_gates_are_counted(outcomes: tuple[GateOutcome, ...], tally: str, obstacles: str) -> None:
    assert lifecycle.tally(results(*outcomes)) == tally
    assert lifecycle.obstacles(results(*outcomes)) == obstacles


def test_each_answer_has_a_sign_and_another_one_in_ascii() -> None:
    outcomes: tuple[GateOutcome, ...] = ("pass", "fail", "unknown")
    assert [lifecycle.outcome_sign(outcome) for outcome in outcomes] == ["✓", "✗", "?"]
    assert [lifecycle.outcome_sign(outcome, ascii_only=True) for outcome in outcomes] == ["+", "x", "?"]


def test_a_move_is_told_with_signs_and_words() -> None:
    assert lifecycle.way("validation", "production") == "◐ validation → ● production"
    assert lifecycle.way(None, "staging", ascii_only=True) == ". none > s staging"
    assert lifecycle.displacing(transition()) == ""
    assert lifecycle.displacing(transition(displaced="1.0.0")) == "replacing 1.0.0 (▪ archived)"
    back = transition(displaced="1.0.0", how="rollback")
    assert lifecycle.displacing(back) == "replacing 1.0.0 (↩ rolled back)"
    assert lifecycle.displacing(back, ascii_only=True) == "replacing 1.0.0 (r rolled back)"


def test_what_was_overruled_is_named() -> None:
    gates = tuple(results("pass", "fail", "unknown"))
    assert lifecycle.overruled(transition(gates=gates)) == ""
    assert lifecycle.overruled(transition(gates=gates, overridden=True)) == "OVERRIDDEN g1, g2"


@pytest.mark.parametrize(
    ("stage", "rolled_back", "label"),
    [
        ("production", False, "● production"),
        (None, False, "· none"),
        ("archived", True, "↩ rolled back"),
        (None, True, "↩ rolled back"),
        ("staging", True, "○ staging ↩"),
    ],
)
def test_where_a_version_stands(stage: str | None, rolled_back: bool, label: str) -> None:
    assert words.standing_label(stage, rolled_back=rolled_back) == label
    assert words.standing_label(stage, rolled_back=rolled_back, ascii_only=True).isascii()
