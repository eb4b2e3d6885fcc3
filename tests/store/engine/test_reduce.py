"""What provenance adds to events, and what the reducer makes of it."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mvtui import open_store
from mvtui.store import EventKind, Store
from mvtui.store.errors import FormatError

MakeFile = Callable[..., Path]

A, B = "a" * 64, "b" * 64
HERE = {"model": "m", "version": "1.0.0"}


def append(store: Store, kind: EventKind, data: dict[str, Any]) -> None:
    with store._repository.writing():
        store._repository.append(kind, HERE | data)


def document(store: Store) -> dict[str, Any]:
    with store._repository.reading() as index:
        found = index.version("m", "1.0.0")
    assert found is not None
    return found


@pytest.fixture
def one(store: Store, make_file: MakeFile) -> Store:
    """A store with ``m@1.0.0``, accuracy 0.5."""
    store.register("m", make_file(), metrics={"accuracy": 0.5, "loss": math.inf})
    return store


def test_the_latest_value_is_shown_and_every_one_is_kept(one: Store) -> None:
    append(one, EventKind.METRICS, {"metrics": {"accuracy": 0.6}, "evaluation": "nightly"})
    append(
        one, EventKind.METRICS, {"metrics": {"accuracy": 0.7, "f1": "NaN"}, "dataset": "test", "slice": "fr"}
    )
    append(one, EventKind.ADD, {"metrics": {"accuracy": 0.8}})
    metrics = one.get("m").metrics
    assert {k: v for k, v in metrics.items() if k != "f1[test:fr]"} == {
        "accuracy": 0.8,
        "loss": math.inf,
        "accuracy[test:fr]": 0.7,
    }
    assert math.isnan(metrics["f1[test:fr]"])
    kept = document(one)["measured"]
    assert [record["metrics"].get("accuracy") for record in kept] == [0.5, 0.6, 0.7, 0.8]
    assert [record["seq"] for record in kept] == [2, 3, 4, 5]
    assert [record.get("evaluation") for record in kept] == [None, "nightly", None, None]
    assert kept[0]["by"] == one.get("m").author
    assert kept[2]["dataset"] == "test"


def test_numbers_that_json_lacks_survive_the_journal_and_the_snapshot(one: Store) -> None:
    append(one, EventKind.METRICS, {"metrics": {"a": "NaN", "b": "-Infinity"}})
    one.repair()  # writes index.json
    with open_store(one.root) as fresh:
        metrics = fresh.get("m").metrics
        row = fresh.get("m").as_row()["metrics"]
    assert math.isnan(metrics["a"])
    assert metrics["b"] == -math.inf
    assert row == {"accuracy": 0.5, "loss": "Infinity", "a": "NaN", "b": "-Infinity"}


def test_without_later_measurements_no_history_is_carried(one: Store) -> None:
    assert "measured" not in document(one)
    append(one, EventKind.METRICS, {"metrics": {}, "series": A})
    assert "measured" not in document(one)
    assert one.get("m").series == (A,)


def test_edges_can_be_added_and_taken_back_later(one: Store) -> None:
    append(
        one, EventKind.LINK, {"add": [{"type": "fine-tuned-from", "to": A}, {"type": "replaces", "to": B}]}
    )
    first = one.get("m").edges
    assert [(link.type, link.to, link.later) for link in first] == [
        ("fine-tuned-from", A, True),
        ("replaces", B, True),
    ]
    append(one, EventKind.LINK, {"remove": [{"type": "fine-tuned-from", "to": A}]})
    append(one, EventKind.LINK, {"add": [{"type": "replaces", "to": B}]})
    assert [link.to for link in one.get("m").edges] == [B], "the same edge is there once"
    append(one, EventKind.LINK, {"remove": [{"type": "replaces", "to": B}]})
    assert one.get("m").edges == ()
    assert "edges" not in document(one)


def test_an_external_dataset_takes_no_room_until_its_bytes_are_stored(store: Store) -> None:
    data = {"id": A, "kind": "dataset", "size": 1000, "files": 2, "external": True}
    append(store, EventKind.REGISTER, data)
    assert store.get("m").external
    assert store.get("m").size == 1000
    assert store.summary().size == 0
    append(store, EventKind.ADD, {"external": False})
    assert not store.get("m").external
    assert store.summary().size == 1000
    append(store, EventKind.ADD, {"external": False})
    assert store.summary().size == 1000
    append(store, EventKind.DELETE, {})
    assert store.summary().size == 0


def test_deleting_an_external_dataset_takes_nothing_off(store: Store) -> None:
    append(
        store,
        EventKind.REGISTER,
        {"id": A, "kind": "dataset", "size": 1000, "files": 2, "external": True},
    )
    append(store, EventKind.DELETE, {})
    with store._repository.reading() as index:
        assert (index.model("m") or {})["size"] == 0


def test_where_a_dataset_was_is_remembered_for_a_while(store: Store) -> None:
    data = {"id": A, "kind": "dataset", "size": 1, "files": 1, "external": True}
    append(store, EventKind.REGISTER, data | {"source": {"type": "path", "location": "/0"}})
    for number in (1, 2, 1, *range(3, 12)):
        append(store, EventKind.ADD, {"source": {"type": "path", "location": f"/{number}"}})
    version = store.get("m")
    assert version.source is not None
    assert version.source.location == "/11"
    assert [place.location for place in version.elsewhere] == ["/10", "/9", "/8", "/7", "/6", "/5", "/4"]


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        (EventKind.METRICS, {"metrics": {"a": "12"}}),
        (EventKind.METRICS, {"metrics": {"a": None}}),
        (EventKind.METRICS, {"metrics": {"a": True}}),
        (EventKind.METRICS, {"metrics": {"a": [1]}}),
        (EventKind.METRICS, {"metrics": [1]}),
        (EventKind.METRICS, {"metrics": {"a": 1}, "dataset": 3}),
        (EventKind.METRICS, {"metrics": {"a": 1}, "series": ["x"]}),
        (EventKind.METRICS, {"metrics": {"a": 1}, "objects": "x"}),
        (EventKind.LINK, {"add": [{"type": "replaces"}]}),
        (EventKind.LINK, {"add": [{"type": "replaces", "to": 3}]}),
        (EventKind.LINK, {"add": {"type": "replaces", "to": A}}),
        (EventKind.LINK, {"remove": [A]}),
        (EventKind.ADD, {"code": {"branch": "main"}}),
        (EventKind.ADD, {"code": "main"}),
        (EventKind.ADD, {"source": {"type": "floppy", "location": "a:"}}),
        (EventKind.ADD, {"external": "no"}),
        (EventKind.REGISTER, {"id": B, "kind": "weights", "size": 1, "files": 1, "edges": [{"to": A}]}),
        (EventKind.REGISTER, {"id": B, "kind": "weights", "size": 1, "files": 1, "metrics": {"a": "x"}}),
    ],
)
def test_what_cant_be_read_back_is_an_unknown_form(
    one: Store, kind: EventKind, wrong: dict[str, Any]
) -> None:
    with pytest.raises(FormatError, match="form this mvtui"):
        append(one, kind, wrong)


def test_events_about_a_lost_version_change_nothing(one: Store) -> None:
    before = document(one)
    for kind, data in (
        (EventKind.METRICS, {"metrics": {"a": 1}}),
        (EventKind.LINK, {"add": [{"type": "replaces", "to": A}]}),
        (EventKind.ADD, {"metrics": {"a": 1}}),
    ):
        append(one, kind, data | {"version": "7.0.0"})
    assert document(one) == before
