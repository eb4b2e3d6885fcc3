"""Events that are well sealed and say something strange: a store opens and answers, or says that it does not know the form."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mvtui import open_store
from mvtui.store import EventKind, Store
from mvtui.store.engine import actor, events, lines
from mvtui.store.errors import FormatError, MvtuiError

MakeFile = Callable[..., Path]

_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 12) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)
_NUMBERS = st.sampled_from(["1.0.0", "1.0.0", "1.0.1", "1.0.1", "9.9.9"])
_STAGES = st.sampled_from(["staging", "validation", "production", "archived", None])
_SEQS = st.integers(1, 12)
_ID = "a" * 64


@st.composite
def _transition(draw: st.DrawFn) -> dict[str, Any]:
    number, to = draw(_NUMBERS), draw(_STAGES)
    move = {"version": number, "stage": to}
    others = draw(st.lists(st.fixed_dictionaries({"version": _NUMBERS, "stage": _STAGES}), max_size=2))
    before = draw(
        st.lists(
            st.fixed_dictionaries(
                {"version": _NUMBERS, "stage": _STAGES},
                optional={"since": st.just("2026-01-01T00:00:00Z"), "since_seq": _SEQS},
            ),
            max_size=2,
        )
    )
    return {
        "version": number,
        "id": _ID,
        "from": draw(_STAGES),
        "to": to,
        "how": draw(st.sampled_from(["promote", "rollback", "undo", "redo"])),
        "moves": [move, *(other for other in others if other["version"] != number)],
        "before": before,
        "undoes": draw(_SEQS),
        "redoes": draw(_SEQS),
        "displaced": draw(_NUMBERS),
        "overridden": draw(st.booleans()),
        "gates": [{"gate": "accuracy", "outcome": "pass", "sentence": "so"}],
    }


_TAKEN_BACK: dict[str, Any] = {"undoes": _SEQS, "redoes": _SEQS}
_SAID: dict[EventKind, st.SearchStrategy[dict[str, Any]]] = {
    EventKind.TRANSITION: _transition(),
    EventKind.APPROVAL: st.fixed_dictionaries(
        {
            "version": _NUMBERS,
            "id": st.just(_ID),
            "stage": _STAGES,
            "verdict": st.sampled_from(["approve", "reject", "withdraw", "request"]),
        },
        optional={
            "gates": st.text(max_size=4),
            "signature": st.text(max_size=4),
            "nonce": st.text(max_size=4),
        },
    ),
    EventKind.VERIFIED: st.fixed_dictionaries(
        {"version": _NUMBERS, "id": st.just(_ID), "ok": st.booleans()},
        optional={"problem": st.text(max_size=4)},
    ),
    EventKind.POLICY: st.fixed_dictionaries(
        {
            "what": st.sampled_from(["policy", "signers", "else"]),
            "old": st.just(""),
            "new": st.sampled_from(["", "d" * 64, "../../etc"]),
        }
    ),
    EventKind.AB_TEST: st.fixed_dictionaries(
        {
            "test": st.sampled_from(["t", "t", "u", "../../x"]),
            "step": st.sampled_from(["start", "start", "ramp", "stop"]),
        },
        optional={
            "id": st.just("0" * 16),
            "stage": st.just("production"),
            "control": st.sampled_from(["a", "b"]),
            "arms": st.just(
                [{"name": n, "version": v, "id": _ID} for n, v in (("a", "1.0.0"), ("b", "1.0.1"))]
            ),
            "metrics": st.just([{"name": "x"}]),
            "buckets": st.sampled_from(
                [{"a": [[0, 8999]], "b": [[9999, 9000]]}, {"a": [[0, 9999]], "b": []}, {"a": [[0, 5]]}]
            ),
            "ending": st.sampled_from(["stopped", "winner", ""]),
            "winner": st.sampled_from(["a", "", "zz"]),
        },
    ),
    EventKind.OUTCOMES: st.fixed_dictionaries(
        {
            "test": st.sampled_from(["t", "u"]),
            "segments": st.lists(
                st.fixed_dictionaries(
                    {
                        "name": st.sampled_from(["1.jsonl", "../x", ".."]),
                        "size": st.integers(-1, 9),
                        "digest": st.just("d" * 64),
                        "outcomes": st.integers(0, 9),
                    }
                ),
                max_size=2,
            ),
        }
    ),
    EventKind.DELETE: st.fixed_dictionaries({"version": _NUMBERS}, optional=_TAKEN_BACK),
    EventKind.RESTORE: st.fixed_dictionaries({"version": _NUMBERS}, optional=_TAKEN_BACK),
    EventKind.NOTE: st.fixed_dictionaries(
        {"version": _NUMBERS, "note": st.text(max_size=4)},
        optional={"before": st.text(max_size=4), **_TAKEN_BACK},
    ),
    EventKind.TAG: st.fixed_dictionaries(
        {"version": _NUMBERS, "add": st.just({"a": "1"}), "remove": st.just(["b"])},
        optional={"before": st.just({"a": None, "b": "2"}), **_TAKEN_BACK},
    ),
    EventKind.ALIAS: st.fixed_dictionaries(
        {"version": _NUMBERS | st.none(), "alias": st.just("x")},
        optional={"before": _NUMBERS | st.none(), **_TAKEN_BACK},
    ),
}


@st.composite
def _event(draw: st.DrawFn) -> tuple[EventKind, dict[str, Any]]:
    """An event that some mvtui might have written; one in three with something strange in it."""
    kind = draw(st.sampled_from(sorted(_SAID)))
    data = {"model": "m"} | draw(_SAID[kind])
    if draw(st.sampled_from([True, False, False])):
        data[draw(st.sampled_from(sorted(data)))] = draw(_ANYTHING)
    return kind, data


@pytest.fixture
def journal(store: Store, make_file: MakeFile, no_sync: None) -> Path:
    """The journal of a store with two versions, one of them in production."""
    for content in (b"1", b"2"):
        store.register("m", make_file(content))
    store.promote("m@1.0.0", "production", reason="so")
    store.close()
    return store.root / "journal" / "events.jsonl"


def _written(good: bytes, said: list[tuple[EventKind, dict[str, Any]]]) -> bytes:
    last = lines.parse(good.splitlines(keepends=True)[-1], 0, 0)
    assert last is not None
    prev, seq, written = last.hash, last.seq, b""
    for kind, data in said:
        seq += 1
        raw = lines.seal(prev, seq, events.body(kind, data, "so", actor.current(), actor.now()))
        line = lines.parse(raw, 0, 0)
        assert line is not None
        prev, written = line.hash, written + raw
    return good + written


VERBS: list[Callable[[Store], object]] = [
    lambda s: [version.as_row() for version in s.versions(deleted=True)],
    lambda s: [transition.as_dict() for transition in s.transitions()],
    lambda s: [approval.as_dict() for approval in s.approvals("m@1.0.0")],
    lambda s: s.gates("m@1.0.0", "staging").as_dict(),
    lambda s: s.stages("m"),
    lambda s: s.policy(),
    lambda s: s.inbox(),
    lambda s: list(s.history()),
    lambda s: s.at(datetime.now(UTC)),
    lambda s: s.rollback_plan("m"),
    lambda s: s.get("m@production~1"),
    lambda s: s.undo(dry_run=True),
    lambda s: s.redo(dry_run=True),
    lambda s: [test.as_row() for test in s.ab_tests()],
    lambda s: [s.ab_report(test.name).as_dict() for test in s.ab_tests()],
    lambda s: [s.ab_test(test.name).assign("k") for test in s.ab_tests()],
    lambda s: s.verify(),
    lambda s: s.ab_ramp("t", {"a": 50, "b": 50}, reason="so"),
    lambda s: s.ab_stop("t", reason="so"),
    lambda s: s.gc(),
    lambda s: s.undo(),
    lambda s: s.redo(),
    lambda s: s.note("m@1.0.0", "new"),
    lambda s: s.promote("m@1.0.1", "production", reason="so"),
    lambda s: s.rollback("m", reason="so"),
    lambda s: s.undo(),
]


@given(st.lists(_event(), min_size=1, max_size=5))
def test_a_store_answers_or_says_that_it_does_not_know_the_form(
    journal: Path, said: list[tuple[EventKind, dict[str, Any]]]
) -> None:
    root = journal.parents[1]
    good = journal.read_bytes()
    (root / "index.json").unlink(missing_ok=True)
    try:
        journal.write_bytes(_written(good, said))
        with contextlib.suppress(FormatError), open_store(root) as store:
            for verb in VERBS:
                with contextlib.suppress(MvtuiError):
                    verb(store)
                assert len(store.stages("m")["production"]) <= 1
                there = [version.version for version in store.versions("m") if version.stage == "production"]
                assert set(there) <= set(store.stages("m")["production"])
    finally:
        journal.write_bytes(good)


def test_those_verbs_do_something(journal: Path) -> None:
    """On a journal without anything strange every one of them answers."""
    with open_store(journal.parents[1]) as store:
        store.promote("m@1.0.1", "production", reason="so")
        store.note("m@1.0.1", "to be undone")
        store.undo()
        refused = []
        for at, verb in enumerate(VERBS):
            try:
                verb(store)
            except MvtuiError:
                refused.append(at)
        assert len(refused) <= 3, refused
