"""A journal that was written before there were stages: it opens, goes on, and says what it can't take back."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from mvtui import init_store, open_store
from mvtui.store import EventKind, Store
from mvtui.store.errors import ConflictError

from tests.people import become
from tests.store.engine.test_index import replayed, tables

MakeFile = Callable[..., Path]
OLD = Path(__file__).parent / "fixtures" / "before-stages.jsonl"


@pytest.fixture
def old(tmp_path: Path, make_file: MakeFile, monkeypatch: pytest.MonkeyPatch) -> Store:
    """The store of that journal; its files, which are not kept beside the test, are stored again."""
    init_store(tmp_path / "old").close()
    shutil.copy(OLD, tmp_path / "old" / "journal" / "events.jsonl")
    become(monkeypatch, "ann", 1001)
    store = open_store(tmp_path / "old")
    for content in (b"1", b"2"):
        store._repository.objects.put_file(str(make_file(content)))
        assert not store.register("m", make_file(content)).created
    return store


def test_it_says_what_it_always_said(old: Store) -> None:
    assert tables(old) == replayed(old)
    first, second = old.get("m@1.0.0"), old.get("m@1.0.1")
    assert (first.note, first.tags, first.stage) == ("second", {"a": "2"}, None)
    assert (second.note, second.aliases, second.metrics) == (
        "the last",
        ("champion",),
        {"accuracy": 0.9, "f1": 0.5},
    )
    assert [v.version for v in old.versions("m", deleted=True) if v.deleted] == ["1.0.2"]
    assert old.transitions() == ()
    assert old.stages("m")["production"] == ()
    assert [model.production for model in old.models()] == [None]
    assert [event.seq for event in old.events()] == list(range(1, 14))
    assert old.verify().ok
    assert (old.policy().digest, old.inbox()) == ("", ())


def test_versions_go_on_from_there(old: Store) -> None:
    old.promote("m@1.0.0", "production", reason="so")
    old.promote("m@champion", "production", reason="so")
    assert old.rollback("m", reason="so").version.version == "1.0.0"
    assert (old.root / "live" / "m" / "production" / "model.bin").read_bytes() == b"1"
    assert tables(old) == replayed(old)


def test_what_it_does_not_say_can_not_be_taken_back(old: Store) -> None:
    """Of a note or a tag it never said what was there before; of an alias or a deletion it always did."""
    with pytest.raises(
        ConflictError, match="event 13 can't be taken back: it does not say what was there before"
    ):
        old.undo()
    assert old.get("m@1.0.1").note == "the last"
    repository = old._repository
    without = [event for event in repository.recent() if event.kind in (EventKind.NOTE, EventKind.TAG)]
    assert not any("before" in event.data for event in without)
    old.note("m@1.0.1", "newer")
    old.undo()
    assert old.get("m@1.0.1").note == "the last"
    with pytest.raises(ConflictError, match="does not say"):
        old.undo()


@pytest.mark.parametrize(("keep", "restored"), [(10, "deletion"), (9, "alias")])
def test_what_it_says_can_be_taken_back(
    tmp_path: Path, make_file: MakeFile, monkeypatch: pytest.MonkeyPatch, keep: int, restored: str
) -> None:
    init_store(tmp_path / "old").close()
    lines = OLD.read_bytes().splitlines(keepends=True)[:keep]
    (tmp_path / "old" / "journal" / "events.jsonl").write_bytes(b"".join(lines))
    become(monkeypatch, "ann", 1001)
    with open_store(tmp_path / "old") as store:
        for content in (b"1", b"2", b"3"):
            store.register("other", make_file(content))  # their bytes and manifests
        if restored == "deletion":
            store.undo()
            assert not store.get("m@1.0.2").deleted
        else:
            store.undo()
            assert store.get("m@champion").version == "1.0.0"
