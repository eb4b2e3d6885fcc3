"""What an A/B test has shown so far."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from .ab_test import ABTestInfo, Goal
from .buckets import percent

Verdict: TypeAlias = Literal["no-data", "mismatch", "undecided", "better", "worse", "guard-rail"]
"""``no-data``: nothing was recorded. ``mismatch``: the keys are not shared out as they should be, so nothing else can be
believed. ``undecided``: not enough data. ``better``: an arm is better than control. ``worse``: every arm is worse.
``guard-rail``: an arm is better, but worse in another metric."""


class ArmResult(msgspec.Struct, frozen=True):
    """What was measured of one arm: of ``n`` keys the mean, or rate, with its interval; None where there are too few keys."""

    arm: str
    n: int
    outcomes: int
    mean: float | None
    low: float | None
    high: float | None


class ArmComparison(msgspec.Struct, frozen=True):
    """One arm against control: ``difference`` is the arm's mean less control's, within each epoch and then over all.

    ``low``, ``high`` and ``p`` are for one look at the end. ``safe_low``, ``safe_high`` and ``safe_p`` hold however often one
    looks; None until there is enough data to begin with. ``needed`` is how many keys more it takes, about, to tell a difference
    as large as the one seen with a chance of 80 %; None when it can be told, or would take more than a milliard.
    """

    arm: str
    difference: float
    low: float | None
    high: float | None
    p: float | None
    safe_low: float | None
    safe_high: float | None
    safe_p: float | None
    needed: int | None

    @property
    def is_told(self) -> bool:
        """Whether the interval that holds at every look leaves out no difference."""
        return (
            self.safe_low is not None
            and self.safe_high is not None
            and (self.safe_low > 0 or self.safe_high < 0)
        )

    def is_better(self, goal: Goal) -> bool:
        """Whether the arm is better than control, told as in ``is_told``."""
        return self.is_told and (self.difference > 0) == (goal == "max")

    def is_worse(self, goal: Goal) -> bool:
        """Whether the arm is worse than control, told as in ``is_told``."""
        return self.is_told and (self.difference > 0) != (goal == "max")


class MetricResult(msgspec.Struct, frozen=True):
    """One metric over all arms. The first of a test decides it, the others are guard rails: ``decides``."""

    name: str
    goal: Goal
    type: Literal["rate", "mean"]
    decides: bool
    arms: tuple[ArmResult, ...]
    comparisons: tuple[ArmComparison, ...]


class SampleRatio(msgspec.Struct, frozen=True):
    """Whether keys are shared out as they should be: chi-square of keys by arm and epoch against the shares.

    ``p`` below 0.001 is a mismatch: outcomes of some arm are lost, or assigned elsewhere.
    """

    observed: dict[str, int]
    expected: dict[str, float]
    p: float
    mismatch: bool


class Counts(msgspec.Struct, frozen=True):
    """What was recorded. Only ``outcomes`` enters the figures, less those that the others name.

    ``duplicate``: with a metric of the same key and outcome ID again; it counts once. ``late``: after the test ended.
    ``early``: before it began. ``unknown``: of no arm, epoch or metric of this test. ``torn``: cut off by a crash. ``bad``: no
    outcome at all. ``crossed``: keys with outcomes of more than one arm, which count in each.
    """

    outcomes: int = 0
    duplicate: int = 0
    late: int = 0
    early: int = 0
    unknown: int = 0
    torn: int = 0
    bad: int = 0
    crossed: int = 0


class ABReport(msgspec.Struct, frozen=True):
    """What a test has shown so far. Intervals are at ``confidence`` each, so that all ``comparisons`` together hold at 95 %."""

    test: ABTestInfo
    counts: Counts
    metrics: tuple[MetricResult, ...]
    ratio: SampleRatio | None
    comparisons: int
    confidence: float
    verdict: Verdict
    sentence: str
    leader: str = ""
    """The arm that is better than control, where the verdict is ``better`` or ``guard-rail``; control where it is ``worse``."""

    def as_dict(self) -> dict[str, object]:
        """Return it as plain values, for JSON."""
        found: dict[str, object] = {"test": self.test.as_row()}
        for field in ("counts", "metrics", "ratio", "comparisons", "confidence", "verdict", "sentence"):
            found[field] = msgspec.to_builtins(getattr(self, field))
        return found | {"leader": self.leader or None}


class Imported(msgspec.Struct, frozen=True):
    """What ``ab import`` took: outcomes, and rows it left, with a sentence on the first few of them."""

    outcomes: int
    skipped: int
    problems: tuple[str, ...] = ()


class ABChange(msgspec.Struct, frozen=True):
    """What start, ramp, stop or a winner's promotion did: the test as it is now, and what a person should read.

    ``moved`` is the share of all keys, in percent, that changed arms; ``archived`` are the references of the versions that
    lost. ``seq`` is the event.
    """

    test: ABTestInfo
    seq: int
    moved: float = 0.0
    archived: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()


def ab_shares(test: ABTestInfo) -> str:
    """Return the arms with their shares, as a sentence has it: ``a 90 %, b 10 %``."""
    now = test.epochs[-1].shares
    return ", ".join(f"{arm.name} {percent(now[arm.name])} %" for arm in test.spec.arms)
