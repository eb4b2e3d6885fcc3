"""``mvtui config``: the policy in force in words, and a change that waits, line by line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from mvtui.store import Store

from ...people import become
from .conftest import Run

POLICY = """
[access]
promote = { production = ["ann", "@leads"] }
override = ["ann"]
config = ["ann"]
shared = ["trainer"]

[[gate]]
stage = "production"
model = ["sentiment", "rank-*"]
metric = "accuracy"
dataset = "test"
min = 0.9
within = "2%"
approvals = 1

[[gate]]
stage = "staging"
verified = "24h"
"""


def test_without_a_policy_everyone_may(run: Run, store: Store) -> None:
    shown = run("config")
    assert shown.code == 0
    assert "policy       empty: no gates, no access rules\n" in shown.out
    assert "  no other gates: every version may enter every stage\n" in shown.out
    assert "adapters  base-in-stage  an adapter's base is there already, or is asked in" in shown.out
    assert "  rollback              everyone who can write the store\n" in shown.out
    assert "  override gates        nobody\n" in shown.out
    assert shown.err == ""


def test_gates_and_rules_are_told_in_words(run: Run, store: Store) -> None:
    (store.root / "config.toml").write_text(POLICY)
    out = run("config").out
    assert str(store.root / "config.toml") in out
    rows = [line.split("  ") for line in out.splitlines()]
    found = [[cell.strip() for cell in row if cell.strip()] for row in rows]
    assert ["○ staging", "all", "bytes verified", "hashed in the last 1 d"] in found
    where = ["● production", "sentiment, rank-*"]
    assert [*where, "accuracy[test]", "at least 0.9"] in found
    assert [*where, "accuracy[test] vs production", "at most 2 % worse"] in found
    assert [*where, "approvals", "1 by anyone; not its author"] in found
    assert found.index(["○ staging", "all", "bytes verified", "hashed in the last 1 d"]) < found.index(
        [*where, "accuracy[test]", "at least 0.9"]
    )
    assert ["promote to production", "ann, @leads"] in found
    assert ["promote to others", "everyone who can write the store"] in found
    assert ["change gates, access", "ann"] in found
    assert ["shared accounts", "trainer: only signed approvals count"] in found


def test_since_when_it_is_in_force(run: Run, two: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    (two.root / "config.toml").write_text(POLICY)
    digest = two.policy().digest
    assert f"policy       {digest[:12]}  journaled when it is first acted on\n" in run("config").out
    become(monkeypatch, "bob")
    two.promote("sentiment@1.0.0", reason="x", override=False)
    event = two.policy().accepted
    assert f"policy       {digest[:12]}  in force since event {event} by bob, " in run("config").out
    told = run("config", "--json").json
    assert (told["digest"], told["accepted"], told["by"]) == (digest, event, "bob")
    assert told["gates"][0]["label"] == "accuracy[test]"
    assert told["access"]["override"] == ["ann"]
    assert told["proposed"] is None


def test_a_change_by_others_waits_and_is_shown_line_by_line(
    run: Run, two: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    (two.root / "config.toml").write_text(POLICY)
    become(monkeypatch, "ann")
    two.promote("sentiment@1.0.0", reason="x")
    become(monkeypatch, "bob")
    (two.root / "config.toml").write_text(
        POLICY.replace("min = 0.9", "min = 0.5").replace('["ann"]\nconfig', '["bob"]\nconfig')
    )
    shown = run("config")
    assert shown.code == 0
    assert (
        "waits to be accepted  config.toml: changed, and not in force until one of ann accepts it\n"
        in shown.out
    )
    changes = [line.strip() for line in shown.out.splitlines() if line.startswith(("  - ", "  + "))]
    assert changes == [
        "- ● production  sentiment, rank-*  accuracy[test]  at least 0.9",
        "- override gates  ann",
        "+ ● production  sentiment, rank-*  accuracy[test]  at least 0.5",
        "+ override gates  bob",
    ]
    assert "at least 0.9" in shown.out
    told = run("config", "--json").json
    assert told["waiting"] == ["config.toml"]
    assert told["proposed"]["access"]["override"] == ["bob"]
    assert run("config", "--accept", "--reason", "mine").code == 12
    become(monkeypatch, "ann")
    assert run("config", "--accept").code == 2
    accepted = run("config", "--accept", "--reason", "ticket 812")
    assert (accepted.code, accepted.out) == (0, f"{two.policy().digest}\n")
    assert two.policy().policy.access.override == ("bob",)
    assert "waits to be accepted" not in run("config").out
    assert run("config", "--accept", "--reason", "again").code == 5


def test_the_example_in_the_readme_is_a_policy(run: Run, store: Store) -> None:
    readme = (Path(__file__).parents[3] / "README.md").read_text()
    (example,) = [
        block for block in re.findall(r"```toml\n(.*?)```", readme, re.DOTALL) if "[[gate]]" in block
    ]
    (store.root / "config.toml").write_text(example)
    shown = run("config")
    assert shown.code == 0
    assert "at most 0.005 worse" in shown.out
    assert "1 by bob, @ml-leads; not its author" in shown.out


def test_a_reason_alone_is_a_mistake(run: Run, store: Store) -> None:
    failed = run("config", "--reason", "x")
    assert failed.code == 2
    assert "--accept" in failed.err


def test_a_mistake_is_named_with_its_line(run: Run, store: Store) -> None:
    (store.root / "config.toml").write_text("[access]\nrolback = []\n")
    failed = run("config")
    assert failed.code == 4
    assert "line 2" in failed.err
