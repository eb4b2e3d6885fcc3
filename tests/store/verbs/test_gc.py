"""Collecting garbage: only what nothing needs, after a time of grace."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from mvtui.store import Store
from mvtui.store.engine.digest import of_bytes
from mvtui.store.errors import VerificationError

MakeFile = Callable[..., Path]


def _there(store: Store, content: bytes) -> bool:
    name = of_bytes(content)
    return Path(store.root, "objects", name[:2], name[2:]).exists()


@pytest.fixture
def deleted(store: Store, make_file: MakeFile) -> Store:
    store.register("m", make_file(b"kept"))
    store.delete(store.register("m", make_file(b"gone")).version.ref, "reason")
    return store


def test_a_dry_run_tells_and_touches_nothing(deleted: Store) -> None:
    report = deleted.gc()
    assert report.dry_run
    assert [(item.what, item.name) for item in report.items] == [("object", of_bytes(b"gone"))]
    assert _there(deleted, b"gone")
    assert deleted.gc() == report


def test_bytes_go_to_trash_then_away_when_their_time_is_up(
    deleted: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert deleted.gc(dry_run=False).trashed == 4
    assert not _there(deleted, b"gone")
    assert len(os.listdir(Path(deleted.root, "trash"))) == 1
    assert deleted.gc(dry_run=False).items == ()
    later = time.time() + 15 * 86400
    monkeypatch.setattr("mvtui.store.verbs.gc.time.time", lambda: later)
    assert deleted.gc(dry_run=False).freed == 4
    assert os.listdir(Path(deleted.root, "trash")) == []
    assert deleted.verify().ok
    assert deleted.get("m@1.0.0")


def test_bytes_needed_again_come_back_from_trash(deleted: Store, make_file: MakeFile, tmp_path: Path) -> None:
    deleted.gc(dry_run=False)
    ref = deleted.register("m", make_file(b"gone")).version.ref
    assert (deleted.checkout(ref, tmp_path / "out") / "model.bin").read_bytes() == b"gone"
    assert deleted.verify().ok


def test_what_an_undo_brought_back_is_needed_again(
    deleted: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    deleted.gc(dry_run=False)
    assert not _there(deleted, b"gone")
    deleted.undo()
    assert _there(deleted, b"gone")
    assert deleted.why(of_bytes(b"gone")) == ("model.bin of m@1.0.1",)
    later = time.time() + 15 * 86400
    monkeypatch.setattr("mvtui.store.verbs.gc.time.time", lambda: later)
    assert deleted.gc(dry_run=False).items == ()
    assert (deleted.checkout("m@1.0.1", tmp_path / "out") / "model.bin").read_bytes() == b"gone"
    deleted.redo()
    assert [item.name for item in deleted.gc(dry_run=False).items] == [of_bytes(b"gone")]


def test_shared_bytes_stay(store: Store, make_file: MakeFile) -> None:
    store.register("one", make_file(b"shared"))
    store.delete(store.register("two", make_file(b"shared")).version.ref, "reason")
    assert store.gc(dry_run=False).trashed == 0
    assert store.why(of_bytes(b"shared")) == ("model.bin of one@1.0.0",)


def test_what_a_reader_was_given_stays_for_the_grace_period(deleted: Store, make_file: MakeFile) -> None:
    version = deleted.register("m", make_file(b"read")).version
    path = deleted.path(version.ref)
    deleted.delete(version.ref, "reason")
    deleted.gc(dry_run=False)
    assert path.read_bytes() == b"read"


def test_a_manifest_that_cannot_be_read_stops_it(deleted: Store) -> None:
    identity = deleted.get("m@1.0.0").id
    os.unlink(Path(deleted.root, "objects", identity[:2], identity[2:]))
    with pytest.raises(VerificationError):
        deleted.gc(dry_run=False)
    assert _there(deleted, b"kept")
    assert _there(deleted, b"gone")


def test_details_that_did_not_fit_a_line_stay(store: Store, make_file: MakeFile) -> None:
    store.register("m", make_file())
    store.note("m", "x" * 9000)
    store.note("m", "short")
    store.gc(dry_run=False)
    assert store.verify().ok
    assert sum(bool(event.body) for event in store.events()) == 2  # the second says what was there before
