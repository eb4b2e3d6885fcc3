"""What events about stages do to the documents, whatever they say."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mvtui.store import EventKind
from mvtui.store.engine import reduce, snapshot
from mvtui.store.engine.documents import MODELS, STORE, TRANSITIONS, VERSIONS, Tables, empty, in_stage
from mvtui.store.errors import FormatError
from mvtui.store.nouns.event import Actor, Event

WHO = Actor("ann", 1001, "box7", "", "mvtui test")
EPOCH = datetime(2026, 1, 1, 12, tzinfo=UTC)
STAGES = ("staging", "validation", "production", "archived", None)


class History:
    """Tables, and events applied to them one after the other, a second apart."""

    def __init__(self, *numbers: str) -> None:
        self.tables: Tables = empty()
        self.seq = 0
        for number in numbers:
            data = {"id": number * 4, "kind": "weights", "size": 10, "files": 1}
            self.apply(EventKind.REGISTER, {"model": "m", "version": number} | data)

    def apply(
        self, kind: EventKind, data: Mapping[str, Any], *, reason: str = "so", partial: bool = False
    ) -> int:
        self.seq += 1
        at = EPOCH + timedelta(seconds=self.seq)
        event = Event(self.seq, at, WHO, kind, reason, dict(data), "", "", partial=partial)
        reduce.apply(self.tables, event)
        return self.seq

    def move(self, number: str, to: str | None, *others: Mapping[str, Any], **more: Any) -> int:
        moves = [{"version": number, "stage": to}, *others]
        said = {"model": "m", "version": number, "id": number * 4, "from": None, "to": to, "how": "promote"}
        return self.apply(EventKind.TRANSITION, said | {"moves": moves} | more)

    @property
    def model(self) -> dict[str, Any]:
        return self.tables[MODELS]["m"]

    def version(self, number: str) -> dict[str, Any]:
        return self.tables[VERSIONS][f"m@{number}"]

    def stands(self) -> dict[str, str]:
        """Each version's stage, checked to be the same in its own document and in its model's."""
        own = {d["version"]: d["stage"] for d in self.tables[VERSIONS].values() if "stage" in d}
        alive = {n: stage for n, stage in own.items() if not self.version(n).get("deleted")}
        listed = {number: s for s in self.model.get("stages", {}) for number in in_stage(self.model, s)}
        assert {number: stage for number, stage in alive.items() if stage != "archived"} == listed
        return alive


def test_a_version_stands_where_it_was_moved_to() -> None:
    history = History("1.0.0")
    seq = history.move("1.0.0", "staging")
    assert history.stands() == {"1.0.0": "staging"}
    document = history.version("1.0.0")
    assert (document["staged"], document["staged_seq"]) == ("2026-01-01T12:00:02Z", seq)
    history.move("1.0.0", None)
    assert history.stands() == {}
    assert not {"stage", "staged", "staged_seq"} & set(history.version("1.0.0"))
    assert "stages" not in history.model


def test_who_is_in_production_leaves_it_even_if_the_event_forgot_him() -> None:
    history = History("1.0.0", "2.0.0")
    history.move("1.0.0", "production")
    history.move("2.0.0", "production")
    assert history.stands() == {"1.0.0": "archived", "2.0.0": "production"}


def test_a_model_lists_no_archived_versions_which_each_change_would_copy() -> None:
    numbers = [f"1.0.{at}" for at in range(30)]
    history = History(*numbers)
    for number in numbers:
        history.move(number, "production")
    assert list(history.model["stages"]) == ["production"]
    assert list(history.stands().values()).count("archived") == 29


def test_an_event_that_puts_two_in_production_is_none_of_ours() -> None:
    history = History("1.0.0", "2.0.0")
    before = msgspec.json.encode(history.tables)
    with pytest.raises(FormatError, match="two versions in production"):
        history.move("1.0.0", "production", {"version": "2.0.0", "stage": "production"})
    assert msgspec.json.encode(history.tables) == before


def test_a_deleted_version_enters_no_stage() -> None:
    history = History("1.0.0", "2.0.0")
    history.apply(EventKind.DELETE, {"model": "m", "version": "2.0.0"})
    history.move("2.0.0", "production")
    assert history.stands() == {}
    assert "stage" not in history.version("2.0.0")


def test_a_version_that_was_deleted_in_production_does_not_stay_there() -> None:
    history = History("1.0.0", "2.0.0")
    history.move("1.0.0", "production")
    history.apply(EventKind.DELETE, {"model": "m", "version": "1.0.0"})
    assert history.stands() == {}
    history.move("2.0.0", "production")
    history.apply(EventKind.RESTORE, {"model": "m", "version": "1.0.0"})
    assert history.stands() == {"1.0.0": "archived", "2.0.0": "production"}


def test_a_version_whose_registration_was_lost_gives_production_up() -> None:
    """Its line was damaged: repair knows no more than its number, and keeps that from being used again."""
    history = History("2.0.0")
    history.move("1.0.0", "production")
    assert in_stage(history.model, "production") == ["1.0.0"]
    history.apply(EventKind.REPAIR, {"gaps": [{"numbers": [["m", "1.0.0"]]}]})
    history.move("2.0.0", "production", {"version": "1.0.0", "stage": "archived"})
    assert in_stage(history.model, "production") == ["2.0.0"]


def test_a_transition_of_an_unknown_model_changes_nothing() -> None:
    history = History()
    history.move("1.0.0", "production")
    assert history.tables == empty()


def test_what_an_undo_names_is_taken_out_of_the_line_of_holders() -> None:
    history = History("1.0.0", "2.0.0")
    history.move("1.0.0", "production")
    seq = history.move("2.0.0", "production")
    assert [entry["version"] for entry in history.model["held"]] == ["1.0.0", "2.0.0"]
    back = {"version": "1.0.0", "stage": "production", "since": "2026-01-01T12:00:03Z", "since_seq": 3}
    history.move("2.0.0", "staging", back, how="undo", undoes=seq)
    assert [entry["version"] for entry in history.model["held"]] == ["1.0.0"]
    assert history.stands() == {"1.0.0": "production", "2.0.0": "staging"}
    assert history.version("1.0.0")["staged_seq"] == 3


def test_who_is_put_back_is_where_it_was_in_its_stage() -> None:
    history = History("1.0.0", "2.0.0", "3.0.0")
    first = history.move("1.0.0", "staging")
    for number in ("2.0.0", "3.0.0"):
        history.move(number, "staging")
    seq = history.move("1.0.0", "validation")
    assert in_stage(history.model, "staging") == ["2.0.0", "3.0.0"]
    back = {"version": "1.0.0", "stage": "staging", "since": "2026-01-01T12:00:04Z", "since_seq": first}
    said = {"model": "m", "version": "1.0.0", "id": "x", "from": "validation", "to": "staging"}
    history.apply(EventKind.TRANSITION, said | {"how": "undo", "undoes": seq, "moves": [back]})
    assert in_stage(history.model, "staging") == ["1.0.0", "2.0.0", "3.0.0"]


def test_an_undo_that_does_not_say_of_what_takes_nobody_out_of_it() -> None:
    history = History("1.0.0")
    history.move("1.0.0", "production")
    history.move("1.0.0", "staging", how="undo")
    assert [entry["version"] for entry in history.model["held"]] == ["1.0.0"]


def test_each_transition_says_what_is_in_production_after_it() -> None:
    history = History("1.0.0", "2.0.0")
    for number, to in (("1.0.0", "production"), ("2.0.0", "staging"), ("2.0.0", "production")):
        history.move(number, to)
    history.move("2.0.0", "archived")
    found = [(d["seq"], d["production"]) for d in history.tables[TRANSITIONS].values()]
    assert found == [(3, "1.0.0"), (4, "1.0.0"), (5, "2.0.0"), (6, None)]


def test_an_override_is_remembered_and_so_are_hashed_bytes() -> None:
    history = History("1.0.0")
    history.move("1.0.0", "production", overridden=True, bytes="hashed")
    history.move("1.0.0", "staging", bytes="vouched")
    history.move("1.0.0", "validation", overridden=True)
    history.move("1.0.0", "production")
    document = history.version("1.0.0")
    assert document["overridden"] == ["production", "validation"]
    assert document["verified"] == {"at": "2026-01-01T12:00:02Z", "by": "ann", "ok": True}


def test_what_is_said_of_bytes_and_of_the_policy_is_kept() -> None:
    history = History("1.0.0")
    about = {"model": "m", "version": "1.0.0", "id": "x"}
    history.apply(EventKind.VERIFIED, about | {"ok": False, "problem": "bad"})
    assert history.version("1.0.0")["verified"]["ok"] is False
    history.apply(EventKind.VERIFIED, about | {"version": "7.0.0", "ok": True})
    history.apply(EventKind.POLICY, {"what": "policy", "old": "", "new": "d" * 64})
    assert history.tables[STORE]["policy"]["digest"] == "d" * 64


ABOUT = {"model": "m", "version": "1.0.0", "id": "x"}
MOVED = ABOUT | {"from": None, "to": "staging", "how": "promote"}
STAGED = [{"version": "1.0.0", "stage": "staging"}]


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        (EventKind.TRANSITION, {}),
        (EventKind.TRANSITION, MOVED),
        (EventKind.TRANSITION, MOVED | {"moves": []}),
        (EventKind.TRANSITION, MOVED | {"moves": [{"version": "1.0.0", "stage": "validation"}]}),
        (EventKind.TRANSITION, MOVED | {"moves": [{"version": "1.0.0", "stage": "live"}]}),
        (EventKind.TRANSITION, MOVED | {"moves": [{"stage": "staging"}]}),
        (EventKind.TRANSITION, MOVED | {"moves": STAGED[0]}),
        (EventKind.TRANSITION, MOVED | {"moves": STAGED, "how": "magic"}),
        (EventKind.TRANSITION, MOVED | {"moves": STAGED, "to": "live"}),
        (EventKind.TRANSITION, MOVED | {"moves": STAGED, "gates": [{"gate": "x"}]}),
        (EventKind.TRANSITION, MOVED | {"moves": STAGED, "undoes": "7"}),
        (EventKind.TRANSITION, MOVED | {"moves": [STAGED[0] | {"since": "yesterday"}]}),
        (EventKind.TRANSITION, MOVED | {"moves": [STAGED[0] | {"since": "2026-01-01T00:00:00"}]}),
        (EventKind.TRANSITION, MOVED | {"moves": STAGED, "before": [{"version": "1.0.0", "since": "x"}]}),
        (EventKind.TRANSITION, MOVED | {"moves": STAGED, "model": ["m"]}),
        (EventKind.APPROVAL, ABOUT | {"stage": "staging"}),
        (EventKind.APPROVAL, ABOUT | {"stage": "staging", "verdict": "perhaps"}),
        (EventKind.APPROVAL, ABOUT | {"stage": None, "verdict": "approve"}),
        (EventKind.APPROVAL, ABOUT | {"stage": "staging", "verdict": "approve", "signature": 3}),
        (EventKind.VERIFIED, ABOUT),
        (EventKind.VERIFIED, ABOUT | {"ok": "yes"}),
        (EventKind.VERIFIED, ABOUT | {"ok": True, "version": 1}),
        (EventKind.POLICY, {"what": "policy", "old": ""}),
        (EventKind.POLICY, {"what": "policy", "old": "", "new": None}),
        (EventKind.POLICY, {"what": ["policy"], "old": "", "new": ""}),
        (EventKind.APPROVAL, ABOUT | {"stage": "archived", "verdict": "approve"}),
        (EventKind.RESTORE, {"model": "m"}),
        (EventKind.DELETE, ABOUT | {"undoes": "7"}),
        (EventKind.NOTE, ABOUT | {"note": ["n"]}),
        (EventKind.NOTE, ABOUT | {"note": "n", "before": None}),
        (EventKind.TAG, ABOUT | {"add": {"a": 1}}),
        (EventKind.TAG, ABOUT | {"add": {}, "remove": "a"}),
        (EventKind.TAG, ABOUT | {"add": {"a": "1"}, "before": {"a": 1}}),
        (EventKind.ALIAS, ABOUT | {"alias": 3}),
        (EventKind.ALIAS, ABOUT | {"alias": "x", "before": 3}),
    ],
)
def test_what_cant_be_read_back_is_an_unknown_form(kind: EventKind, wrong: dict[str, Any]) -> None:
    history = History("1.0.0")
    before = msgspec.json.encode(history.tables)
    with pytest.raises(FormatError, match="form this mvtui"):
        history.apply(kind, wrong)
    assert msgspec.json.encode(history.tables) == before


@pytest.mark.parametrize("kind", [EventKind.TRANSITION, EventKind.APPROVAL, EventKind.POLICY])
def test_an_event_whose_details_are_lost_changes_nothing(kind: EventKind) -> None:
    history = History("1.0.0")
    before = msgspec.json.encode(history.tables)
    history.apply(kind, {"model": "m", "version": "1.0.0"}, partial=True)
    assert msgspec.json.encode(history.tables) == before


def test_a_transition_that_lost_only_what_its_gates_said_still_counts() -> None:
    history = History("1.0.0")
    data = MOVED | {"moves": STAGED}
    history.apply(EventKind.TRANSITION, data, partial=True)
    assert history.stands() == {"1.0.0": "staging"}


NUMBERS = ("1.0.0", "2.0.0", "3.0.0")
MOVES = st.lists(
    st.tuples(
        st.sampled_from((*NUMBERS, "9.9.9")),
        st.sampled_from(STAGES),
        st.lists(st.tuples(st.sampled_from(NUMBERS), st.sampled_from(STAGES)), max_size=3),
        st.sampled_from(["promote", "rollback", "undo", "redo", "delete", "restore"]),
    ),
    max_size=12,
)


@given(MOVES)
def test_whatever_happens_one_version_at_most_is_in_production(moves: list[Any]) -> None:
    history = History(*NUMBERS)
    for number, to, others, how in moves:
        if how in ("delete", "restore"):
            history.apply(EventKind(how), {"model": "m", "version": number})
        else:
            also = [{"version": other, "stage": stage} for other, stage in others if other != number]
            if len({other["version"] for other in also if other["stage"] == "production"}) + (
                to == "production"
            ) <= 1 and len({other["version"] for other in also}) == len(also):
                history.move(number, to, *also, how=how, undoes=history.seq if how == "undo" else 0)
        there = in_stage(history.model, "production")
        assert len(there) <= 1
        own = [
            d["version"]
            for d in history.tables[VERSIONS].values()
            if d.get("stage") == "production" and not d.get("deleted")
        ]
        assert own == [number for number in there if number != "9.9.9"]


@given(MOVES)
def test_documents_are_replaced_and_never_changed_in_place(moves: list[Any]) -> None:
    history = History(*NUMBERS)
    for number, to, _, how in moves:
        held = [*history.tables[MODELS].values(), *history.tables[VERSIONS].values()]
        before = msgspec.json.encode(held)
        if how in ("delete", "restore"):
            history.apply(EventKind(how), {"model": "m", "version": number})
        else:
            history.move(number, to, how=how, undoes=0)
        assert msgspec.json.encode(held) == before


def test_a_snapshot_holds_all_of_it(tmp_path: Any) -> None:
    history = History(*NUMBERS)
    history.move(
        "1.0.0", "production", overridden=True, gates=[{"gate": "g", "outcome": "fail", "sentence": "s"}]
    )
    history.move("2.0.0", "production", {"version": "1.0.0", "stage": "archived", "rolled_back": True})
    said = {"stage": "production", "verdict": "approve", "gates": "g", "signature": "s\n" * 100}
    history.apply(EventKind.APPROVAL, ABOUT | said)
    history.apply(EventKind.POLICY, {"what": "policy", "old": "", "new": "d" * 64})
    path = str(tmp_path / "index.json")
    snapshot.save(path, snapshot.Snapshot("id", 1, "h" * 64, 1, history.tables), temp_dir=str(tmp_path))
    found = snapshot.load(path)
    assert found is not None
    assert found.tables == history.tables
    assert list(found.tables[TRANSITIONS]) == list(history.tables[TRANSITIONS])
