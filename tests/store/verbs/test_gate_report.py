"""What ``gates`` says of approvals: whose is lacking, and what each is worth where several gates ask for some."""

from __future__ import annotations

import pytest
from mvtui.store import Store, errors

from ...conftest import MakeFile
from ...people import become

TWO_GATES = """
[[gate]]
stage = "staging"
approvals = 1
by = ["ann", "bob"]

[[gate]]
stage = "staging"
approvals = 1
by = ["eve"]
"""


@pytest.fixture
def by_ann(store: Store, make_file: MakeFile, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A version that ann registered."""
    become(monkeypatch, "ann")
    store.register("m", make_file())
    return store


def test_those_who_could_still_approve_are_named(by_ann: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    (by_ann.root / "config.toml").write_text(TWO_GATES)
    report = by_ann.gates("m")
    assert report.askable == ("bob", "eve")  # ann made it
    assert "ann" not in report.results[0].sentence
    become(monkeypatch, "bob")
    by_ann.approve("m")
    assert by_ann.gates("m").askable == ("eve",)
    become(monkeypatch, "eve")
    by_ann.approve("m")
    assert by_ann.gates("m").askable == ()
    assert by_ann.gates("m").open


@pytest.mark.parametrize(("more", "told"), [("", "anyone but ann"), ("four_eyes = false", "anyone")])
def test_where_nobody_is_listed_anyone_may(by_ann: Store, more: str, told: str) -> None:
    (by_ann.root / "config.toml").write_text(f'[[gate]]\nstage = "staging"\napprovals = 1\n{more}\n')
    assert by_ann.gates("m").askable == (told,)


def test_those_who_may_overrule_are_named(by_ann: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    report = by_ann.gates("m")
    assert (report.overridable, report.overrulers) == (False, ())
    (by_ann.root / "config.toml").write_text('[access]\noverride = ["bob", "@leads"]\n')
    report = by_ann.gates("m")
    assert (report.overridable, report.overrulers) == (False, ("bob", "@leads"))
    become(monkeypatch, "bob")
    assert by_ann.gates("m").overridable


def test_an_approval_counts_when_one_of_the_gates_takes_it(
    by_ann: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    (by_ann.root / "config.toml").write_text(TWO_GATES)
    for person in ("bob", "eve"):
        become(monkeypatch, person)
        said = by_ann.approve("m")
        assert (said.counts, said.why) == (True, "")
    assert [(s.person, s.counts) for s in by_ann.gates("m").approvals] == [("bob", True), ("eve", True)]
    become(monkeypatch, "joe")
    said = by_ann.approve("m")
    assert not said.counts
    assert "joe is not among" in said.why


@pytest.mark.parametrize("verdict", ["request", "approve"])
def test_where_no_gate_asks_that_is_said(by_ann: Store, verdict: str) -> None:
    said = getattr(by_ann, verdict)("m")
    assert (said.counts, said.why) == (False, "no gate of staging asks for approvals")


def test_all_that_was_said_can_be_listed(by_ann: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    by_ann.request("m", "production", reason="please")
    become(monkeypatch, "bob")
    by_ann.approve("m", reason="fine")
    by_ann.withdraw("m")
    assert [(a.by, a.stage, a.verdict, a.reason) for a in by_ann.approvals("m")] == [
        ("ann", "production", "request", "please"),
        ("bob", "staging", "approve", "fine"),
        ("bob", "staging", "withdraw", ""),
    ]
    with pytest.raises(errors.NotFoundError):
        by_ann.approvals("m@2.0.0")


def test_the_stage_it_is_in_can_be_asked_about(by_ann: Store) -> None:
    by_ann.promote("m", "production", reason="x")
    assert by_ann.gates("m").notices == ("m@1.0.0 is in production already",)
    assert by_ann.gates("m", "staging").notices == (
        "nothing is asked of a version that moves from production to staging",
    )


def test_what_lacks_nothing_but_approvals_is_told_to_ask_for_them(by_ann: Store) -> None:
    (by_ann.root / "config.toml").write_text(TWO_GATES)
    with pytest.raises(errors.GateError) as stopped:
        by_ann.promote("m", reason="x")
    assert stopped.value.hint == "Ask for approval: mvtui request m@1.0.0 --to staging"
    assert (
        "may not enter staging: approvals fails (0 of 1; asked of bob), and 1 more" in stopped.value.message
    )
    unhashed = '[[gate]]\nstage = "staging"\nverified = "now"\n'
    (by_ann.root / "config.toml").write_text(unhashed + TWO_GATES)
    with pytest.raises(errors.GateError) as stopped:
        by_ann.promote("m", reason="x")
    assert "may not enter staging: approvals fails" in stopped.value.message
    assert stopped.value.hint.startswith("Ask for approval")
    (by_ann.root / "config.toml").write_text(TWO_GATES + 'metrics = ["f1"]\n')
    with pytest.raises(errors.GateError) as stopped:
        by_ann.promote("m", reason="x")
    assert stopped.value.hint.startswith("mvtui gates m@1.0.0")


def test_bytes_that_promoting_would_hash_are_told_apart_from_a_gate_that_stops_it(by_ann: Store) -> None:
    (by_ann.root / "config.toml").write_text('[[gate]]\nstage = "staging"\nverified = "now"\n')
    seen = by_ann.gates("m", verify=False)
    assert (seen.unhashed, seen.results[0].outcome, seen.open) == (True, "unknown", False)
    assert seen.as_dict()["unhashed"] is True
    hashed = by_ann.gates("m")
    assert (hashed.unhashed, hashed.open) == (False, True)
    (by_ann.root / "config.toml").write_text("")
    assert by_ann.gates("m", verify=False).unhashed is False
