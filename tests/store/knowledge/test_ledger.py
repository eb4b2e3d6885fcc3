"""Events in words: every kind there is, and whatever someone may have written into the journal."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mvtui.store import EventKind
from mvtui.store.knowledge import ledger
from mvtui.store.nouns.event import Actor, Event

NOW = datetime(2026, 1, 1, tzinfo=UTC)
WHO = Actor("ann", 1001, "box7", "", "mvtui test")
HERE = {"model": "m", "version": "1.0.0"}


def event(kind: EventKind, data: dict[str, Any]) -> Event:
    return Event(7, NOW, WHO, kind, "so", data, "h", "p")


MOVED = {"how": "promote", "from": "staging", "to": "production", "moves": []}
TOLD: list[tuple[EventKind, dict[str, Any], str]] = [
    (EventKind.INIT, {"format": 1}, "made the store"),
    (EventKind.REGISTER, {"kind": "weights"}, "registered a weights version"),
    (
        EventKind.REGISTER,
        {"kind": "adapter", "metrics": {"a": 1, "b": 2, "c": 3}},
        "registered an adapter version (a 1, b 2)",
    ),
    (EventKind.ADD, {}, "registered it again"),
    (
        EventKind.ADD,
        {"metrics": {"a": 1}, "tags": {"b": "2"}, "note": "n", "source": {}, "capture": "d"},
        "registered it again, adding a, b, note, capture",
    ),
    (EventKind.METRICS, {"metrics": {"a": 0.5}, "dataset": "test"}, "logged a 0.5 on test"),
    (EventKind.METRICS, {"series": "d"}, "logged series"),
    (
        EventKind.METRICS,
        {"metrics": dict.fromkeys("abcdef", 1)},
        "logged a 1, b 1, c 1, d 1 and 2 more",
    ),
    (
        EventKind.LINK,
        {"add": [{"type": "replaces", "to": "name:x"}], "remove": [{"type": "trained-on", "to": "y"}]},
        "added replaces name:x, took back trained-on y",
    ),
    (EventKind.LINK, {}, "changed its lineage"),
    (EventKind.NOTE, {"note": "first\nsecond"}, "noted: first"),
    (EventKind.NOTE, {"note": " \n"}, "removed its note"),
    (EventKind.TAG, {"add": {"a": "1"}, "remove": ["b"]}, "tagged a=1, -b"),
    (EventKind.ALIAS, {"alias": "x", "before": None}, "gave it the alias x"),
    (EventKind.ALIAS, {"alias": "x", "before": "0.9.0"}, "gave it the alias x (was 0.9.0)"),
    (EventKind.ALIAS, {"alias": "x", "before": "0.9.0", "version": None}, "removed the alias x from 0.9.0"),
    (EventKind.DELETE, {}, "deleted it"),
    (EventKind.RESTORE, {"undoes": 5}, "undid event 5: brought it back"),
    (EventKind.TRANSITION, MOVED, "moved it from staging to production"),
    (
        EventKind.TRANSITION,
        MOVED | {"displaced": "0.9.0", "overridden": True},
        "moved it from staging to production, replacing 0.9.0, overriding its gates",
    ),
    (EventKind.TRANSITION, MOVED | {"from": None, "to": None}, "moved it from none to none"),
    (
        EventKind.TRANSITION,
        MOVED | {"how": "rollback", "displaced": "1.1.0"},
        "moved production back to it from 1.1.0",
    ),
    (EventKind.TRANSITION, MOVED | {"how": "rollback"}, "moved production back to it"),
    (
        EventKind.TRANSITION,
        MOVED | {"how": "redo", "redoes": 6},
        "redid event 6: moved it from staging to production",
    ),
    (EventKind.APPROVAL, {"verdict": "approve", "stage": "staging"}, "approved it for staging"),
    (
        EventKind.APPROVAL,
        {"verdict": "reject", "stage": "staging", "signature": "s"},
        "REJECTED it for staging, signed",
    ),
    (EventKind.APPROVAL, {"verdict": "request", "stage": "staging"}, "asked for approval to enter staging"),
    (
        EventKind.APPROVAL,
        {"verdict": "withdraw", "stage": "staging"},
        "withdrew the verdict on it for staging",
    ),
    (EventKind.VERIFIED, {"ok": True}, "hashed its bytes: all as recorded"),
    (EventKind.VERIFIED, {"ok": False, "problem": "bad"}, "hashed its bytes: bad"),
    (
        EventKind.POLICY,
        {"what": "policy", "old": "", "new": "d" * 64},
        "acted on other gates and access rules than before: none → dddddddddddd",
    ),
    (
        EventKind.POLICY,
        {"what": "signers", "old": "d" * 64, "new": ""},
        "acted on other allowed signers than before: dddddddddddd → none",
    ),
    (
        EventKind.AB_TEST,
        {
            "test": "t",
            "step": "start",
            "arms": [{"name": "a", "version": "1.0.0"}, {"name": "b", "version": "1.1.0"}],
            "buckets": {"a": [[0, 8999]], "b": [[9000, 9999]]},
        },
        "started the A/B test t of a 1.0.0 90 %, b 1.1.0 10 %",
    ),
    (
        EventKind.AB_TEST,
        {"test": "t", "step": "ramp", "buckets": {"a": [[0, 4999]], "b": [[9999, 5000]]}},
        "changed the shares of the A/B test t: a=50 %, b=50 %",
    ),
    (EventKind.AB_TEST, {"test": "t", "step": "stop"}, "ended the A/B test t"),
    (EventKind.AB_TEST, {"test": "t", "step": "stop", "winner": "a"}, "ended the A/B test t: arm a won"),
    (
        EventKind.OUTCOMES,
        {"test": "t", "segments": [{"outcomes": 1}]},
        "took down the digests of 1 outcome of the A/B test t",
    ),
    (
        EventKind.OUTCOMES,
        {"test": "t", "segments": [{"outcomes": 2000}, {"outcomes": 7}]},
        "took down the digests of 2,007 outcomes of the A/B test t",
    ),
    (
        EventKind.TRANSITION,
        MOVED | {"ends": {"test": "t", "winner": "b"}},
        "moved it from staging to production, the winner of the A/B test t",
    ),
    (
        EventKind.TRANSITION,
        MOVED | {"how": "rollback", "stops": ["t"]},
        "moved production back to it, ending the A/B test t",
    ),
    (EventKind.REPAIR, {"gaps": [{}]}, "quarantined 1 damaged stretch of the journal"),
    (EventKind.REPAIR, {"gaps": [{}, {}]}, "quarantined 2 damaged stretches of the journal"),
]


@pytest.mark.parametrize(("kind", "data", "said"), TOLD, ids=[said for *_, said in TOLD])
def test_every_kind_of_event_has_words(kind: EventKind, data: dict[str, Any], said: str) -> None:
    assert ledger.told(event(kind, HERE | data)) == said


def test_there_is_no_kind_without_words() -> None:
    assert {kind for kind, *_ in TOLD} == set(EventKind)


@pytest.mark.parametrize(
    "kind", sorted(set(EventKind) - {EventKind.INIT, EventKind.DELETE, EventKind.RESTORE})
)
def test_lost_details_are_said_to_be(kind: EventKind) -> None:
    said = ledger.told(event(kind, {}))
    assert said == f"{kind} (its details are lost)" or kind in (
        *(EventKind.ADD, EventKind.METRICS, EventKind.LINK, EventKind.TAG, EventKind.REPAIR),
    )


def test_what_an_event_is_about() -> None:
    assert ledger.about(event(EventKind.NOTE, HERE)) == "m@1.0.0"
    assert ledger.about(event(EventKind.ALIAS, {"model": "m", "version": None})) == "m"
    assert ledger.about(event(EventKind.INIT, {"store": "x"})) == ""


def test_an_entry_says_what_gates_said() -> None:
    gates = [
        {"gate": "accuracy", "outcome": "fail"},
        {"gate": "approvals", "outcome": "pass", "values": {"by": "bob, eve"}},
        {"gate": "loss", "outcome": "unknown"},
    ]
    found = ledger.entry(event(EventKind.TRANSITION, HERE | MOVED | {"gates": gates, "overridden": True}))
    assert (found.asked, found.passed, found.overruled) == (3, 1, ("accuracy", "loss"))
    assert found.approved_by == ("bob", "eve")
    assert (found.model, found.version, found.overridden, found.rollback) == ("m", "1.0.0", True, False)


def test_whom_an_event_touched() -> None:
    moves = [{"version": "1.0.0"}, {"version": "0.9.0"}]
    found = ledger.touched(event(EventKind.TRANSITION, HERE | MOVED | {"moves": moves}))
    assert list(found) == [("m", "1.0.0"), ("m", "0.9.0")]
    alias = ledger.touched(event(EventKind.ALIAS, {"model": "m", "version": None, "before": "0.9.0"}))
    assert list(alias) == [("m", "0.9.0")]


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
_FIELDS = (
    *("model", "version", "kind", "metrics", "tags", "note", "series", "dataset", "add", "remove", "alias"),
    *("before", "how", "from", "to", "moves", "displaced", "gates", "overridden", "verdict", "stage"),
    *("signature", "ok", "problem", "what", "old", "new", "undoes", "redoes"),
)


@given(st.sampled_from(sorted(EventKind)), st.dictionaries(st.sampled_from(_FIELDS), _JSON, max_size=8))
def test_whatever_someone_wrote_into_the_journal_is_told(kind: EventKind, data: dict[str, Any]) -> None:
    """What the shapes of events let pass, and more."""
    one = event(kind, data)
    assert isinstance(ledger.told(one), str)
    assert isinstance(ledger.about(one), str)
    assert all(isinstance(text, str) for pair in ledger.touched(one) for text in pair)
    entry = ledger.entry(one)
    assert isinstance(entry.what, str)
    json.dumps(entry.as_dict())
