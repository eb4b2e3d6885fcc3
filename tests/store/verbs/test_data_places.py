"""Data that were seen in several places: unchanged in one of them is unchanged."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from mvtui.store import Store

MakeFile = Callable[..., Path]


def test_a_copy_that_went_does_not_make_the_data_missing(store: Store, make_file: MakeFile) -> None:
    first = make_file(b"rows", "a/rows.csv")
    second = make_file(b"rows", "b/rows.csv")
    one = store.register("m", make_file(b"1"), datasets={"train": first}).version
    two = store.register("m", make_file(b"2"), datasets={"train": second}).version
    shutil.rmtree(second.parent)
    for version in (one, two):
        (state,) = store.data(version.ref)
        assert state.state == "unchanged"
        assert state.source is not None
        assert state.source.location == str(first)
    first.write_bytes(b"other rows")
    (state,) = store.data(one.ref)
    assert state.state == "missing", "of none that fits the place of the last look is told"


def test_copies_used_in_turn_write_nothing_new(store: Store, make_file: MakeFile) -> None:
    places = [make_file(b"rows", "a/rows.csv"), make_file(b"rows", "b/rows.csv")]
    for place in places:
        store.register("m", make_file(b"1"), datasets={"train": place})
    events = len(list(store.events()))
    for place in places * 2:
        store.register("m", make_file(b"1"), datasets={"train": place})
    assert len(list(store.events())) == events


def test_bytes_that_the_store_has_are_told_when_the_place_is_gone(store: Store, make_file: MakeFile) -> None:
    rows = make_file(b"rows", "a/rows.csv")
    ref = store.register("m", make_file(b"1"), datasets={"train": rows}, store_data=True).version.ref
    rows.unlink()
    (state,) = store.data(ref)
    assert state.state == "missing"
    assert "the store has its bytes" in state.why[-1]
