"""A demo's store: people and times out of a story, there and nowhere else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from mvtui import open_store
from mvtui.store import Store, init_store
from mvtui.store.errors import ConflictError, GateError

from ...conftest import MakeFile

BEGAN = datetime(2026, 10, 1, 9, 0, tzinfo=UTC)
LATER = BEGAN + timedelta(days=3)

FOUR_EYES = """
[[gate]]
stage = "production"
approvals = 1
[[gate]]
stage = "production"
waited = "2d"
"""


@pytest.fixture
def demo(tmp_path: Path) -> Store:
    return init_store(tmp_path / "demo", demo=BEGAN)


def test_what_happens_is_of_whoever_is_played_at_that_time(demo: Store, make_file: MakeFile) -> None:
    with demo.playing("ann", BEGAN):
        version = demo.register("m", make_file(b"1")).version
    with demo.playing("bob", LATER, host="box9"):
        demo.promote("m@1.0.0", "production", reason="good")
    (change,) = demo.transitions()
    assert (version.author, version.registered, version.created) == ("ann", BEGAN, BEGAN)
    assert (change.actor.user, change.actor.host, change.at) == ("bob", "box9", LATER)
    assert [entry.event.at for entry in demo.history()] == [LATER, BEGAN, BEGAN]
    assert demo.at(LATER - timedelta(hours=1), "m") == ()
    with open_store(demo.root) as again:
        assert again.get("m").author == "ann"
        assert again.verify().ok
    demo.note("m", "by me")
    assert next(iter(demo.history())).event.actor.user == demo.summary().user
    assert next(iter(demo.history())).event.at > LATER


def test_gates_judge_by_who_is_played_and_when(demo: Store, make_file: MakeFile) -> None:
    config = demo.root / "config.toml"
    config.write_text(config.read_text() + FOUR_EYES)
    with demo.playing("ann", BEGAN):
        demo.register("m", make_file(b"1"))
        demo.promote("m", "validation", reason="try it")
        demo.approve("m", "production", reason="mine")
        with pytest.raises(GateError) as early:
            demo.promote("m", "production", reason="now")
    assert [result.outcome for result in early.value.results] == ["fail", "fail"]
    with demo.playing("bob", LATER):
        demo.approve("m", "production", reason="seen")
        demo.promote("m", "production", reason="three days without trouble")
    assert demo.models()[0].production == "1.0.0"


def test_a_real_store_has_no_parts_to_play(demo: Store, store: Store, make_file: MakeFile) -> None:
    with pytest.raises(ConflictError, match="no demo's"), store.playing("eve", BEGAN):
        raise AssertionError("it let eve in")
    with demo.playing("eve", BEGAN), pytest.raises(ConflictError, match="no demo's"):
        store.register("m", make_file(b"1"))
    assert not list(store.versions())
    store.register("m", make_file(b"1"))
    assert store.get("m").author == store.summary().user


def test_it_says_that_it_is_a_demo(demo: Store, store: Store) -> None:
    assert [found.level for found in demo.doctor() if found.topic == "demo"] == ["info"]
    assert not [found for found in store.doctor() if found.topic == "demo"]
    with open_store(demo.root) as again:
        assert [found for found in again.doctor() if found.topic == "demo"]
