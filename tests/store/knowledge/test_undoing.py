"""Which event undo and redo are about, found from the end of the journal; and what stands in their way."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mvtui.store import EventKind
from mvtui.store.knowledge import undoing
from mvtui.store.nouns.event import Actor, Event

NOW = datetime(2026, 1, 1, tzinfo=UTC)
HERE = {"model": "m", "version": "1.0.0"}


def history(*said: tuple[str, EventKind, dict[str, Any]]) -> list[Event]:
    """Events of people, numbered from 1, the last first."""
    events = [
        Event(seq, NOW, Actor(who, 1, "box7", "", ""), kind, "", HERE | data, "", "")
        for seq, (who, kind, data) in enumerate(said, 1)
    ]
    return events[::-1]


def note(who: str = "ann", **data: Any) -> tuple[str, EventKind, dict[str, Any]]:
    return who, EventKind.NOTE, {"note": "x", "before": ""} | data


def tag(who: str, *keys: str, **data: Any) -> tuple[str, EventKind, dict[str, Any]]:
    return who, EventKind.TAG, {"add": dict.fromkeys(keys, "1"), "remove": []} | data


def moved(
    who: str, stages: dict[str, str | None], before: dict[str, str | None] | None = None, **data: Any
) -> tuple[str, EventKind, dict[str, Any]]:
    moves = [{"version": number, "stage": stage} for number, stage in stages.items()]
    old = [{"version": number, "stage": stage} for number, stage in (before or {}).items()]
    return who, EventKind.TRANSITION, {"moves": moves, "before": old} | data


def undo_of(events: Sequence[Event], who: str = "ann") -> int | None:
    found = undoing.last_change(events, who)
    return found.event.seq if found else None


def redo_of(events: Sequence[Event], who: str = "ann") -> int | None:
    found = undoing.last_undo(events, who)
    return found.event.seq if found else None


def test_ones_last_change_is_what_is_undone() -> None:
    events = history(
        note("ann"), note("bob"), ("ann", EventKind.METRICS, {}), ("ann", EventKind.REGISTER, {})
    )
    assert (undo_of(events), undo_of(events, "bob"), undo_of(events, "eve")) == (1, 2, None)
    assert redo_of(events) is None
    assert undo_of([]) is None


@pytest.mark.parametrize("kind", sorted(EventKind))
def test_only_what_has_an_inverse_is_undone(kind: EventKind) -> None:
    assert (undo_of(history(("ann", kind, {}))) == 1) == (kind in undoing.UNDOABLE | undoing.STANDING)


def test_what_was_undone_is_passed_over_and_what_was_redone_is_not() -> None:
    events = [note(), note(), note(undoes=2)]
    assert (undo_of(history(*events)), redo_of(history(*events))) == (1, 3)
    events += [note(undoes=1)]
    assert (undo_of(history(*events)), redo_of(history(*events))) == (None, 4)
    events += [note(redoes=4)]
    assert (undo_of(history(*events)), redo_of(history(*events))) == (5, 3)
    events += [note(redoes=3)]
    assert (undo_of(history(*events)), redo_of(history(*events))) == (6, None)
    events += [note(undoes=6), note(undoes=5)]
    assert (undo_of(history(*events)), redo_of(history(*events))) == (None, 8)
    assert redo_of(history(*events, note("bob"))) == 8
    assert redo_of(history(*events, note("ann"))) is None
    assert redo_of(history(*events, ("ann", EventKind.METRICS, {}))) == 8


@given(st.lists(st.sampled_from(["do", "undo", "redo"]), max_size=40))
def test_it_is_a_stack_as_in_any_editor(acts: list[str]) -> None:
    said: list[tuple[str, EventKind, dict[str, Any]]] = []
    done: list[int] = []
    undone: list[int] = []
    for act in acts:
        found = undo_of(history(*said)) if act == "undo" else redo_of(history(*said))
        if act == "do":
            said.append(note())
            done.append(len(said))
            undone.clear()
        elif act == "undo":
            assert found == (done[-1] if done else None)
            if found is not None:
                said.append(note(undoes=found))
                done.pop()
                undone.append(len(said))
        else:
            assert found == (undone[-1] if undone else None)
            if found is not None:
                said.append(note(redoes=found))
                undone.pop()
                done.append(len(said))


ABOUT = {
    "a note": (note("bob"), note("ann")),
    "the same tag": (tag("bob", "a"), tag("ann", "b", "a")),
    "a tag removed": (tag("bob", "a"), ("ann", EventKind.TAG, {"add": {}, "remove": ["a"]})),
    "a tag, registering": (tag("bob", "a"), ("ann", EventKind.ADD, {"tags": {"a": "2"}})),
    "a note, registering": (note("bob"), ("ann", EventKind.ADD, {"note": "y"})),
    "an alias": (
        ("bob", EventKind.ALIAS, {"alias": "x", "version": "1.0.0"}),
        ("ann", EventKind.ALIAS, {"alias": "x", "version": None}),
    ),
    "a stage": (moved("bob", {"1.0.0": "staging"}), moved("ann", {"1.0.0": "validation"})),
    "production": (
        moved("bob", {"1.0.0": "production"}),
        moved("ann", {"2.0.0": "production", "3.0.0": "archived"}),
    ),
    "production emptied": (
        moved("bob", {"1.0.0": "production"}),
        moved("ann", {"2.0.0": None}, {"2.0.0": "production"}),
    ),
    "who was displaced": (
        moved("bob", {"1.0.0": "production", "2.0.0": "archived"}),
        moved("ann", {"2.0.0": "staging"}),
    ),
    "a deletion": (("bob", EventKind.DELETE, {}), ("ann", EventKind.RESTORE, {})),
}


@pytest.mark.parametrize("what", ABOUT)
def test_what_changed_the_same_thing_since_stands_in_the_way(what: str) -> None:
    before, after = ABOUT[what]
    found = undoing.last_change(history(before, after), "bob")
    assert found is not None
    obstacle = undoing.touched_since(found)
    assert obstacle is not None
    assert obstacle.seq == 2
    taken_back = (after[0], after[1], after[2] | {"undoes": 2})
    found = undoing.last_change(history(before, after, taken_back), "bob")
    assert found is not None
    assert undoing.touched_since(found) is None
    again = (after[0], after[1], after[2] | {"redoes": 3})
    found = undoing.last_change(history(before, after, taken_back, again), "bob")
    assert found is not None
    assert undoing.touched_since(found) is not None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (note("bob"), ("ann", EventKind.NOTE, {"note": "y", "version": "2.0.0"})),
        (note("bob"), tag("ann", "a")),
        (note("bob"), ("ann", EventKind.ADD, {"tags": {"a": "2"}})),
        (tag("bob", "a"), tag("ann", "b")),
        (tag("bob", "a"), ("ann", EventKind.METRICS, {"metrics": {"a": 1}})),
        (moved("bob", {"1.0.0": "staging"}), moved("ann", {"2.0.0": "production"})),
        (moved("bob", {"1.0.0": "production"}), ("ann", EventKind.APPROVAL, {})),
        (
            moved("bob", {"1.0.0": "production"}),
            ("ann", EventKind.TRANSITION, {"model": "other", "moves": [{"version": "1.0.0"}]}),
        ),
        (
            ("bob", EventKind.ALIAS, {"alias": "x"}),
            ("ann", EventKind.ALIAS, {"alias": "y"}),
        ),
    ],
)
def test_what_changed_something_else_does_not(before: Any, after: Any) -> None:
    found = undoing.last_change(history(before, after), "bob")
    assert found is not None
    assert undoing.touched_since(found) is None


def test_the_last_of_several_is_named() -> None:
    found = undoing.last_change(history(note("bob"), note("ann"), note("eve")), "bob")
    assert found is not None
    obstacle = undoing.touched_since(found)
    assert obstacle is not None
    assert obstacle.actor.user == "eve"


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["ann", "bob"]),
            st.sampled_from([EventKind.NOTE, EventKind.TAG, EventKind.ALIAS, EventKind.DELETE]),
            st.fixed_dictionaries({}, optional={"undoes": _JSON, "redoes": _JSON, "alias": _JSON})
            | st.fixed_dictionaries({"add": st.dictionaries(st.text(max_size=3), _JSON, max_size=2)}),
        ),
        max_size=6,
    )
)
def test_whatever_someone_wrote_into_the_journal_is_passed_over(said: list[Any]) -> None:
    events = history(*said)
    for who in ("ann", "bob"):
        for found in (undoing.last_change(events, who), undoing.last_undo(events, who)):
            if found is not None:
                undoing.touched_since(found)
