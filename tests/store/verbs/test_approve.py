"""Approving, rejecting, asking, taking back: what each is bound to, when it counts, and what waits for whom."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mvtui import open_store
from mvtui.store import EventKind, Store
from mvtui.store.errors import (
    BadInputError,
    BusyError,
    ConflictError,
    GateError,
    NotFoundError,
    ReadOnlyError,
    UsageError,
)
from mvtui.store.verbs import policy

from tests.people import become

MakeFile = Callable[..., Path]
As = Callable[..., None]
ONE = '[[gate]]\nstage = "staging"\napprovals = 1\n'
TWO = '[[gate]]\nstage = "staging"\napprovals = 2\nby = ["ann", "bob", "eve"]\n'


@pytest.fixture
def act_as(monkeypatch: pytest.MonkeyPatch) -> As:
    return lambda user, uid=None: become(monkeypatch, user, uid)


@pytest.fixture
def by_ann(store: Store, make_file: MakeFile, act_as: As, no_sync: None) -> Store:
    """Two versions by ann; bob is at work, and a stage asks for an approval."""
    act_as("ann")
    for content in (b"1", b"2"):
        store.register("m", make_file(content))
    (store.root / "config.toml").write_text(ONE)
    act_as("bob")
    return store


def config(store: Store, text: str) -> None:
    (store.root / "config.toml").write_text(text)


def is_open(store: Store, ref: str = "m@1.0.0", stage: str = "staging") -> bool:
    return store.gates(ref, stage).open


def test_a_verdict_is_bound_to_content_stage_and_gates(by_ann: Store) -> None:
    voiced = by_ann.approve("m@1.0.0", reason=" looks good ")
    said = voiced.approval
    assert (voiced.counts, voiced.why) == (True, "")
    assert (said.model, said.version, said.stage, said.verdict) == ("m", "1.0.0", "staging", "approve")
    assert (said.id, said.gates) == (
        by_ann.get("m@1.0.0").id,
        by_ann.gates("m@1.0.0", "staging").rules,
    )
    assert (said.by, said.host, said.reason) == ("bob", "box7", "looks good")
    (event,) = [event for event in by_ann.events() if event.kind is EventKind.APPROVAL]
    assert (event.seq, event.actor.uid) == (said.seq, said.uid)
    assert not is_open(by_ann, "m@1.0.1")
    assert by_ann.promote("m@1.0.0", reason="x").transition.gates[0].values["by"] == "bob"


def test_it_is_void_while_the_gates_are_others(by_ann: Store, act_as: As) -> None:
    by_ann.approve("m@1.0.0")
    assert is_open(by_ann)
    for other in (
        ONE.replace("1", "2"),
        ONE + 'params = ["lr"]\n',
        ONE + "four_eyes = false\n",
        ONE + '[[gate]]\nstage = "staging"\nmetrics = ["f1"]\n',
    ):
        config(by_ann, other)
        (standing,) = by_ann.gates("m@1.0.0").approvals
        assert (standing.counts, standing.why) == (False, "the gates have changed since")
        assert not is_open(by_ann)
        with pytest.raises(GateError):
            by_ann.promote("m@1.0.0", reason="x")
    for same in (
        ONE + '[[gate]]\nstage = "production"\nmetrics = ["f1"]\n',
        ONE + '[[gate]]\nstage = "staging"\nmodel = "other"\nmetrics = ["f1"]\n',
        "# the same\n" + ONE.replace("1", "1  # one"),
        ONE + '[access]\nrollback = ["ann"]\n',
    ):
        config(by_ann, same)
        assert is_open(by_ann)
    config(by_ann, ONE.replace('"staging"', '["staging", "validation"]'))
    assert is_open(by_ann)
    assert not is_open(by_ann, stage="validation")


def test_a_rejection_stops_until_it_is_withdrawn(by_ann: Store, act_as: As) -> None:
    by_ann.approve("m@1.0.0")
    act_as("eve")
    with pytest.raises(UsageError, match="rejecting needs a reason"):
        by_ann.reject("m@1.0.0", reason=" ")
    assert by_ann.reject("m@1.0.0", reason="it is biased").counts
    with pytest.raises(GateError, match="eve rejects it: it is biased"):
        by_ann.promote("m@1.0.0", reason="x")
    act_as("bob")
    by_ann.approve("m@1.0.0", reason="still")
    assert not is_open(by_ann)
    act_as("eve")
    assert by_ann.withdraw("m@1.0.0").counts
    assert is_open(by_ann)


def test_only_ones_own_word_is_withdrawn_and_only_once(by_ann: Store, act_as: As) -> None:
    by_ann.approve("m@1.0.0")
    act_as("eve")
    with pytest.raises(ConflictError, match="eve has said nothing of"):
        by_ann.withdraw("m@1.0.0")
    by_ann.request("m@1.0.0")
    with pytest.raises(ConflictError):  # a request is no verdict
        by_ann.withdraw("m@1.0.0")
    act_as("bob")
    with pytest.raises(ConflictError):  # nothing was said of that stage
        by_ann.withdraw("m@1.0.0", "production")
    by_ann.withdraw("m@1.0.0")
    assert not is_open(by_ann)
    by_ann.request("m@1.0.0")
    with pytest.raises(ConflictError):
        by_ann.withdraw("m@1.0.0")


def test_the_authors_own_and_roots_count_for_nothing(by_ann: Store, act_as: As) -> None:
    act_as("ann")
    own = by_ann.approve("m@1.0.0")
    assert (own.counts, own.why) == (False, "it is the author's own")
    act_as("root", 0)
    roots = by_ann.approve("m@1.0.0")
    assert not roots.counts
    assert "may be anyone" in roots.why
    config(by_ann, ONE + '[access]\nshared = ["ml"]\n')
    act_as("ml")
    assert "may be anyone" in by_ann.approve("m@1.0.0").why
    assert not is_open(by_ann)
    config(by_ann, ONE + "four_eyes = false\n")
    for user, uid in (("ann", None), ("root", 0)):
        act_as(user, uid)
        assert by_ann.approve("m@1.0.0").counts


def test_so_many_of_those_listed_are_asked(by_ann: Store, act_as: As) -> None:
    config(by_ann, TWO)
    assert by_ann.approve("m@1.0.0").counts
    assert by_ann.approve("m@1.0.0", reason="again").counts
    assert not is_open(by_ann)
    act_as("joe")
    assert by_ann.approve("m@1.0.0").why == "joe is not among ann, bob, eve"
    assert not is_open(by_ann)
    act_as("eve")
    by_ann.approve("m@1.0.0")
    assert is_open(by_ann)


def test_an_approval_is_good_for_a_version_that_comes_again(by_ann: Store) -> None:
    by_ann.approve("m@1.0.0")
    by_ann.promote("m@1.0.0", reason="x")
    by_ann.promote("m@1.0.0", "none", reason="x")
    assert by_ann.promote("m@1.0.0", reason="x").version.stage == "staging"


def test_what_says_nothing_is_refused(by_ann: Store) -> None:
    by_ann.approve("m@1.0.0")
    by_ann.promote("m@1.0.0", reason="x")
    before = len(list(by_ann.events()))
    for say in (by_ann.approve, by_ann.request, lambda ref, to: by_ann.reject(ref, to, reason="x")):
        with pytest.raises(ConflictError, match="is in staging already"):
            say("m@1.0.0", "staging")
    for to, error in (("archived", ConflictError), ("none", ConflictError), ("live", BadInputError)):
        with pytest.raises(error):
            by_ann.approve("m@1.0.0", to)
    by_ann.promote("m@1.0.0", "archived", reason="x")
    with pytest.raises(ConflictError, match="no stage comes next"):
        by_ann.approve("m@1.0.0")
    with pytest.raises(NotFoundError):
        by_ann.approve("m@9.0.0")
    with open_store(by_ann.root, read_only=True) as reader, pytest.raises(ReadOnlyError):
        reader.approve("m@1.0.1")
    assert len(list(by_ann.events())) == before + 1


@pytest.fixture
def meanwhile(by_ann: Store, monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[int], object]], None]:
    """Let something happen each time a verdict was made ready, before it is written."""

    def install(act: Callable[[int], object]) -> None:
        digest = policy.rules_digest
        turns: list[int] = []

        def looked(*given: Any) -> str:
            found = digest(*given)
            turns.append(1)
            act(len(turns))
            return found

        monkeypatch.setattr(policy, "rules_digest", looked)

    return install


def test_gates_that_change_meanwhile_are_what_it_is_bound_to(
    by_ann: Store, meanwhile: Callable[[Callable[[int], object]], None]
) -> None:
    stricter = ONE + 'params = ["lr"]\n'
    meanwhile(lambda turn: config(by_ann, stricter) if turn == 1 else None)
    voiced = by_ann.approve("m@1.0.0")
    assert voiced.approval.gates == by_ann.gates("m@1.0.0", "staging").rules
    assert len([event for event in by_ann.events() if event.kind is EventKind.APPROVAL]) == 1


def test_gates_that_keep_changing_are_given_up_with_a_word(
    by_ann: Store, meanwhile: Callable[[Callable[[int], object]], None]
) -> None:
    meanwhile(lambda turn: config(by_ann, f"{ONE}params = ['p{turn}']\n"))
    with pytest.raises(BusyError, match="keeps changing"):
        by_ann.approve("m@1.0.0")
    assert not [event for event in by_ann.events() if event.kind is EventKind.APPROVAL]


# -- the inbox -----------------------------------------------------------------------------------


def waiting(store: Store, who: str) -> list[tuple[str, str]]:
    return [(one.version.ref, one.stage) for one in store.inbox(who)]


def test_a_request_is_in_the_inbox_of_those_who_can_approve(by_ann: Store, act_as: As) -> None:
    config(by_ann, TWO)
    act_as("ann")
    assert by_ann.request("m@1.0.0", reason="please look").counts
    by_ann.request("m@1.0.1", "staging")
    both = [("m@1.0.0", "staging"), ("m@1.0.1", "staging")]
    for who, there in (("bob", both), ("eve", both), ("ann", []), ("joe", [])):
        assert waiting(by_ann, who) == there
        act_as(who)
        assert [(one.version.ref, one.stage) for one in by_ann.inbox()] == there
    (first, _) = by_ann.inbox("bob")
    assert (first.request.by, first.request.reason) == ("ann", "please look")
    assert [gate.outcome for gate in first.gates] == ["fail"]


def test_it_leaves_the_inbox_when_there_is_nothing_left_to_do(by_ann: Store, act_as: As) -> None:
    config(by_ann, TWO)
    by_ann.request("m@1.0.0")
    by_ann.request("m@1.0.0")
    assert waiting(by_ann, "bob") == [("m@1.0.0", "staging")]
    by_ann.approve("m@1.0.0")
    assert (waiting(by_ann, "bob"), waiting(by_ann, "eve")) == ([], [("m@1.0.0", "staging")])
    by_ann.withdraw("m@1.0.0")
    assert waiting(by_ann, "bob") == [("m@1.0.0", "staging")]
    config(by_ann, TWO + 'params = ["lr"]\n')
    by_ann.approve("m@1.0.0")
    config(by_ann, TWO)
    assert waiting(by_ann, "bob") == [("m@1.0.0", "staging")]  # what bob said was of other gates
    for who in ("bob", "eve"):
        act_as(who)
        by_ann.approve("m@1.0.0")
    assert waiting(by_ann, "bob") == []
    assert waiting(by_ann, "ann") == []


def test_what_was_answered_waits_no_longer_also_if_the_answer_does_not_count(
    by_ann: Store, act_as: As
) -> None:
    by_ann.request("m@1.0.0")
    act_as("root", 0)
    assert waiting(by_ann, "root") == [("m@1.0.0", "staging")]
    assert not by_ann.approve("m@1.0.0").counts
    assert waiting(by_ann, "root") == []
    assert waiting(by_ann, "eve") == [("m@1.0.0", "staging")], "it is still lacking"
    act_as("bob")
    by_ann.request("m@1.0.0", reason="please sign it")
    assert waiting(by_ann, "root") == [("m@1.0.0", "staging")], "asked anew"


@pytest.mark.parametrize(
    ("who", "uid", "gate", "why", "signing"),
    [
        ("bob", None, ONE, "", False),
        ("root", 0, ONE, "root may be anyone: only a signed approval tells who it is", True),
        ("bob", None, ONE + "signed = true\n", "it is not signed", True),
        ("ann", None, ONE, "it is the author's own", False),
        ("joe", None, TWO, "joe is not among ann, bob, eve", False),
        ("root", 0, ONE + "four_eyes = false\n", "", False),
        ("bob", None, "", "", False),
    ],
)
def test_whether_an_approval_would_count_is_known_before_it_is_given(
    by_ann: Store, act_as: As, who: str, uid: int | None, gate: str, why: str, signing: bool
) -> None:
    config(by_ann, gate)
    act_as(who, uid)
    report = by_ann.gates("m@1.0.0", "staging")
    assert (report.unheard, report.signing_helps) == (why, signing)
    if gate:
        assert by_ann.approve("m@1.0.0").counts is not bool(why)


@pytest.mark.parametrize(
    "then",
    [
        lambda s: s.promote("m@1.0.0", "staging", reason="x", override=True),
        lambda s: s.promote("m@1.0.0", "production", reason="x"),
        lambda s: s.promote("m@1.0.0", "archived", reason="x"),
        lambda s: s.delete("m@1.0.0", "x"),
        lambda s: config(s, ""),
        lambda s: config(s, ONE.replace("staging", "production")),
    ],
)
def test_a_request_is_over_when_the_version_went_on_or_nobody_asks(
    by_ann: Store, then: Callable[[Store], object]
) -> None:
    config(by_ann, ONE + '[access]\noverride = ["bob"]\n')
    by_ann.request("m@1.0.0")
    assert waiting(by_ann, "eve") == [("m@1.0.0", "staging")]
    then(by_ann)
    assert waiting(by_ann, "eve") == []


def test_a_request_of_before_stands_when_a_version_goes_a_step_back(by_ann: Store) -> None:
    config(by_ann, ONE.replace("staging", "validation"))
    by_ann.promote("m@1.0.0", "production", reason="x")
    by_ann.promote("m@1.0.0", "staging", reason="back")
    by_ann.request("m@1.0.0")
    assert waiting(by_ann, "eve") == [("m@1.0.0", "validation")]
    by_ann.promote("m@1.0.0", "none", reason="back")
    assert waiting(by_ann, "eve") == [("m@1.0.0", "validation")]


def test_an_empty_inbox_is_one(by_ann: Store) -> None:
    assert by_ann.inbox() == ()
    by_ann.approve("m@1.0.0")
    assert by_ann.inbox("eve") == ()
