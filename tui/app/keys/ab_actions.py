"""Actions of the pane of A/B tests: a test is started, its shares are changed, it is ended, with a winner or without."""

from __future__ import annotations

from .obstacles import may_change, may_change_version
from .pane import Pane
from .registry import Action, Situation

AB = "A/B"


def _needs_test(now: Situation) -> str:
    """A test must run."""
    if why := may_change(now):
        return why
    if now.test is None:
        return "it is still being read whether a test runs"
    return "" if now.test else "no A/B test of this model runs"


def _needs_no_test(now: Situation) -> str:
    """A model's keys can be shared out by one test only."""
    if why := may_change_version(now):
        return why
    if now.test is None:
        return "it is still being read whether a test runs"
    return f"{now.test} runs, and keys can't be shared out twice: end it first" if now.test else ""


AB_ACTIONS: tuple[Action, ...] = (
    Action(
        "test.start",
        ("T",),
        "start",
        "Test the version against production, or the two that are marked, on shares of the keys",
        AB,
        pane=Pane.TESTS,
        footer=4,
        why_not=_needs_no_test,
        shy=True,
        doing="start a test",
    ),
    Action(
        "test.shares",
        ("percent_sign",),
        "shares",
        "Give the arms of the test other shares of the keys",
        AB,
        pane=Pane.TESTS,
        footer=5,
        why_not=_needs_test,
        shy=True,
        doing="change shares",
    ),
    Action(
        "test.winner",
        ("W",),
        "winner",
        "End the test with its winner: promoted through the gates, the others archived",
        AB,
        pane=Pane.TESTS,
        footer=4,
        why_not=_needs_test,
        shy=True,
        doing="promote the winner",
    ),
    Action(
        "test.stop",
        ("X",),
        "stop",
        "End the test without a winner: every key gets control",
        AB,
        pane=Pane.TESTS,
        footer=5,
        why_not=_needs_test,
        shy=True,
        doing="stop the test",
    ),
)
