from __future__ import annotations

import pytest
from mvtui.store.nouns.gate import (
    Approvals,
    Contained,
    MetricBound,
    Named,
    NoWorse,
    Recorded,
    RollbackTarget,
    Rule,
    Verified,
    Waited,
)


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        (MetricBound("f1", min=0.9), "at least 0.9"),
        (MetricBound("ms", max=12.0), "at most 12"),
        (MetricBound("f1", min=0.0, max=1.0), "at least 0 and at most 1"),
        (NoWorse("f1", 0.02, relative=True), "at most 2 % worse"),
        (NoWorse("f1", 0.005), "at most 0.005 worse"),
        (NoWorse("f1", 0.0), "no worse"),
        (Named("metric", "f1"), "must be on record"),
        (Recorded("clean-git"), "a commit, with nothing uncommitted"),
        (Verified(), "hashed when it is promoted"),
        (Verified(36 * 3600), "hashed in the last 36 h"),
        (Waited(2 * 86400), "2 d in the stage before"),
        (Waited(90), "90 s in the stage before"),
        (Contained("safe-pickle"), "no unsafe and no unknown pickle"),
        (RollbackTarget(), "a version that production could go back to"),
        (Approvals(1), "1 by anyone; not its author"),
        (
            Approvals(2, ("ann", "@leads"), four_eyes=False, signed=True),
            "2 by ann, @leads; signed",
        ),
    ],
)
def test_a_rule_says_what_it_asks(rule: Rule, told: str) -> None:
    assert rule.asks == told
