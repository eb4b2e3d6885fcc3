"""Which approvals count: of whom, for what, latest word, four eyes, signed."""

from __future__ import annotations

from typing import Any

import pytest
from mvtui.store.knowledge.gates import judge, people
from mvtui.store.knowledge.gates.facts import Facts, Voice
from mvtui.store.nouns.gate import Approvals, Gate, GateResult

from .facts import OTHER_ID, facts, said, version, voice


def asked(rule: Approvals, known: Facts) -> GateResult:
    (result,) = judge([Gate("production", rule)], known)
    return result


def counting(rule: Approvals, *voices: Voice, **more: Any) -> list[str]:
    """Whose verdicts count, oldest first; a rejection with a minus."""
    standings = people.weigh(rule, said(*voices, **more))
    return [("-" if s.approval.verdict == "reject" else "") + s.person for s in standings if s.counts]


def reasons(rule: Approvals, *voices: Voice, **more: Any) -> dict[str, str]:
    """Why verdicts don't count, by person."""
    return {s.person: s.why for s in people.weigh(rule, said(*voices, **more)) if not s.counts}


ONE, TWO = Approvals(1), Approvals(2)


def test_so_many_people_must_approve() -> None:
    assert asked(TWO, said()).outcome == "fail"
    assert asked(TWO, said(voice("bob"))).sentence == "1 of 2 (bob)"
    passed = asked(TWO, said(voice("bob"), voice("eve")))
    assert (passed.outcome, passed.sentence) == ("pass", "2 of 2 (bob, eve)")
    assert passed.values == {"approved": 2, "asked": 2, "by": "bob, eve", "rejected": 0}
    assert asked(ONE, said(voice("bob"), voice("eve"))).passed


def test_nobody_counts_twice() -> None:
    assert counting(TWO, voice("bob"), voice("bob")) == ["bob"]
    assert not asked(TWO, said(voice("bob"), voice("bob"), voice("bob"))).passed


def test_the_latest_word_is_what_counts() -> None:
    yes, no, back = voice("bob"), voice("bob", "reject"), voice("bob", "withdraw")
    assert counting(ONE, yes, no) == ["-bob"]
    assert counting(ONE, no, yes) == ["bob"]
    assert counting(ONE, yes, back) == []
    assert counting(ONE, yes, back, yes) == ["bob"]
    assert counting(ONE, no, back) == []
    assert counting(ONE, yes, voice("bob", "request")) == ["bob"]
    assert counting(ONE, yes, voice("eve", "withdraw")) == ["bob"]


def test_a_rejection_stops_until_it_is_withdrawn() -> None:
    stopped = asked(ONE, said(voice("bob"), voice("eve"), voice("lea", "reject")))
    assert (stopped.outcome, stopped.sentence) == ("fail", "lea rejects it: lea says so")
    assert stopped.values["rejected"] == 1
    assert asked(ONE, said(voice("bob"), voice("lea", "reject"), voice("lea", "withdraw"))).passed
    assert not asked(ONE, said(voice("bob"), voice("lea", "reject"), voice("bob", "withdraw"))).passed


def test_only_those_listed_count_by_name_or_group() -> None:
    rule = Approvals(1, ("bob", "@leads"))
    assert counting(rule, voice("bob"), voice("lea"), voice("leo"), voice("eve")) == ["bob", "lea", "leo"]
    assert reasons(rule, voice("eve")) == {"eve": "eve is not among bob, @leads"}
    assert counting(rule, voice("eve", "reject")) == []
    assert counting(rule, voice("lea", "reject")) == ["-lea"]
    assert "asked of bob, @leads; eve's doesn't count" in asked(rule, said(voice("eve"))).sentence


def test_the_authors_own_counts_only_without_four_eyes() -> None:
    assert reasons(ONE, voice("ann")) == {"ann": "it is the author's own"}
    assert counting(Approvals(1, four_eyes=False), voice("ann")) == ["ann"]
    assert counting(ONE, voice("ann", "reject")) == []
    assert not people.waits_for(ONE, said(), "ann")


def test_the_author_is_not_someone_else_by_a_key() -> None:
    """Keys are listed by address as often as by account: it is the account that registered the version."""
    signed = voice("ann", person="ann@example.org", signature="good", key="k")
    assert reasons(ONE, signed) == {"ann@example.org": "it is the author's own"}
    assert counting(Approvals(1, four_eyes=False), signed) == ["ann@example.org"]
    from_elsewhere = voice("bob", person="ann", signature="good", key="k")
    assert reasons(ONE, from_elsewhere) == {"ann": "it is the author's own"}


def test_of_an_account_that_several_use_only_a_signature_tells_who_it_is() -> None:
    roots = voice("root", uid=0)
    assert "may be anyone" in reasons(ONE, roots)["root"]
    assert "may be anyone" in reasons(ONE, voice("ml"), shared=("ml",))["ml"]
    assert counting(ONE, voice("root", uid=0, person="bob", signature="good", key="k")) == ["bob"]
    assert counting(Approvals(1, four_eyes=False), roots) == ["root"]
    of_root = version(author="root")
    by_bob = voice("root", uid=0, person="bob", signature="good", key="k")
    assert people.weigh(ONE, said(by_bob, of=of_root))[0].counts


def test_one_person_by_account_and_by_key_is_one_person() -> None:
    unsigned, signed = voice("bob"), voice("bob", person="bob@example.org", signature="good", key="k")
    for both in ((unsigned, signed), (signed, unsigned)):
        assert len(counting(TWO, *both)) == 1
        assert not asked(TWO, said(*both)).passed
    elsewhere = voice("bob2", person="bob@example.org", signature="good", key="k")
    assert not asked(Approvals(2), said(signed, elsewhere)).passed
    assert len(counting(TWO, unsigned, signed, elsewhere)) == 1


def test_one_key_listed_under_two_names_is_one_person() -> None:
    one = voice("root", uid=0, person="bob", signature="good", key="k")
    two = voice("root", uid=0, person="bob@example.org", signature="good", key="k")
    assert not asked(TWO, said(one, two)).passed
    assert reasons(TWO, one, two) == {"bob@example.org": "bob signed with the same key"}


def test_two_people_on_one_account_are_two_by_their_keys() -> None:
    one = voice("root", uid=0, person="bob", signature="good", key="k1")
    two = voice("root", uid=0, person="eve", signature="good", key="k2")
    assert asked(TWO, said(one, two)).passed
    assert counting(TWO, voice("ml", person="bob", signature="good", key="k1"), two, shared=("ml",)) == [
        "bob",
        "eve",
    ]


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"identity": OTHER_ID}, "it was for other content"),
        ({"gates": "s" * 64}, "the gates have changed since"),
        ({"gates": ""}, "the gates have changed since"),
        ({"signature": "bad", "note": "it was made by another key"}, "it was made by another key"),
        ({"signature": "bad"}, "its signature is wrong"),
    ],
)
def test_an_approval_is_void_when_what_it_is_bound_to_changed(changed: dict[str, Any], why: str) -> None:
    assert reasons(ONE, voice("bob", **changed)) == {"bob": why}
    result = asked(ONE, said(voice("bob", **changed)))
    assert (result.outcome, result.sentence) == ("fail", f"0 of 1; bob's doesn't count: {why}")


def test_an_approval_for_another_stage_says_nothing_here() -> None:
    assert people.weigh(ONE, said(voice("bob", stage="staging"))) == ()
    assert counting(ONE, voice("bob"), voice("bob", "reject", stage="staging")) == ["bob"]


def test_a_rejection_outlives_a_change_of_the_gates_but_not_of_the_content() -> None:
    assert counting(ONE, voice("bob", "reject", gates="s" * 64)) == ["-bob"]
    assert reasons(ONE, voice("bob", "reject", identity=OTHER_ID)) == {"bob": "it was about other content"}


def test_where_signatures_are_asked_for_nothing_else_counts() -> None:
    rule = Approvals(1, signed=True)
    assert reasons(rule, voice("bob")) == {"bob": "it is not signed"}
    assert counting(rule, voice("bob", person="bob", signature="good", key="k")) == ["bob"]
    assert counting(rule, voice("bob", "reject")) == ["-bob"]  # an objection only keeps it where it is


def test_what_was_signed_is_not_taken_back_unsigned_where_signatures_are_asked_for() -> None:
    rule = Approvals(1, signed=True)
    no = voice("bob", "reject", person="bob", signature="good", key="k")
    assert counting(rule, no, voice("bob", "withdraw")) == ["-bob"]
    assert counting(rule, no, voice("bob")) == ["-bob"]
    assert counting(ONE, no, voice("bob", "withdraw")) == []


def test_it_waits_for_those_who_could_approve_and_have_not() -> None:
    rule = Approvals(2, ("bob", "lea", "ann"))
    assert [who for who in ("ann", "bob", "lea", "eve") if people.waits_for(rule, said(), who)] == [
        "bob",
        "lea",
    ]
    assert not people.waits_for(rule, said(voice("bob")), "bob")
    assert people.waits_for(rule, said(voice("bob", gates="old")), "bob")
    assert people.waits_for(rule, said(voice("bob"), voice("bob", "withdraw")), "bob")
    assert not people.waits_for(rule, said(voice("bob"), voice("lea")), "eve")
    assert people.askable([rule], said(voice("bob"))) == ("lea",)


def test_long_lists_are_cut_short_in_sentences() -> None:
    names = tuple(f"p{number}" for number in range(9))
    sentence = asked(Approvals(9, names), said(*map(voice, names[:7]))).sentence
    assert sentence.startswith("7 of 9 (p0, p1, p2, p3, p4); asked of p7, p8")
    assert "and 4 more" in reasons(Approvals(1, names), voice("eve"))["eve"]


def test_nothing_was_said() -> None:
    assert people.weigh(ONE, facts()) == ()
    assert asked(ONE, facts()).values["by"] == ""
