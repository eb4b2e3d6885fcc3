"""Power cuts: only what was flushed survives, and everything acknowledged was."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from mvtui import init_store, open_store

from tests.faults.power import Cuts, Disk

MakeFile = Callable[..., Path]


@pytest.mark.parametrize("is_shared", [False, True])
def test_what_was_acknowledged_survives_a_power_cut_at_any_flush(
    disk: Disk, tmp_path: Path, make_file: MakeFile, monkeypatch: pytest.MonkeyPatch, is_shared: bool
) -> None:
    cuts = Cuts(disk, tmp_path / "left", monkeypatch)
    store = init_store(disk.base / "store", group=os.getgid() if is_shared else None)
    cuts.acknowledge(store)
    store.register("m", make_file(b"one"), note="first")
    cuts.acknowledge(store)
    make_file(b"two", "tree/a/two")
    make_file(b"three", "tree/three")
    store.register("m", tmp_path / "source" / "tree", tags={"a": "b"})
    cuts.acknowledge(store)
    cuts.facts.pop("m@1.0.0")  # its note is about to change: either will do
    store.note("m@1.0.0", "long " * 2000)
    cuts.acknowledge(store)
    store.alias("m@1.0.0", "champion")
    cuts.acknowledge(store)
    cuts.facts.pop("m@2.0.0")
    store.delete("m@2.0.0", "bad")
    cuts.acknowledge(store)
    store.gc(dry_run=False)
    cuts.acknowledge(store)
    store.register("again", tmp_path / "source" / "tree")  # back from trash
    cuts.acknowledge(store)
    store.repair()
    cuts.acknowledge(store)
    store.close()
    assert cuts.states > 100


def test_a_torn_tail_set_aside_survives_with_its_bytes(
    disk: Disk, tmp_path: Path, make_file: MakeFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    with init_store(disk.base / "store") as store:
        store.register("m", make_file())
    events = disk.base / "store" / "journal" / "events.jsonl"
    with events.open("ab") as file:
        file.write(b'{"len": 400,"hash":"0123')
    cuts = Cuts(disk, tmp_path / "left", monkeypatch)
    with open_store(disk.base / "store") as store:
        cuts.acknowledge(store)
        cuts.facts.clear()
        store.note("m", "after")
        cuts.acknowledge(store)
    disk.cut(tmp_path / "end", lose_bytes=True, lose_names=True)
    (side,) = (tmp_path / "end" / "store" / "journal").glob("torn-*")
    assert side.read_bytes() == b'{"len": 400,"hash":"0123'


def test_a_store_whose_maker_died_is_made_durable_by_the_next(
    disk: Disk, tmp_path: Path, make_file: MakeFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Directories found in place may never have been flushed by whoever made them."""
    for name in ("journal", "objects", "tmp", "trash", "live/.trees"):
        (disk.base / "store" / name).mkdir(parents=True)
    cuts = Cuts(disk, tmp_path / "left", monkeypatch)
    with init_store(disk.base / "store") as store:
        cuts.acknowledge(store)
        store.register("m", make_file())
        cuts.acknowledge(store)


def test_an_object_in_a_directory_that_another_made_is_made_durable(
    disk: Disk, tmp_path: Path, make_file: MakeFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = init_store(disk.base / "store")
    for number in range(256):  # as if others had been killed between making and flushing them
        (disk.base / "store" / "objects" / f"{number:02x}").mkdir()
    cuts = Cuts(disk, tmp_path / "left", monkeypatch)
    cuts.acknowledge(store)
    store.register("m", make_file())
    cuts.acknowledge(store)
    store.close()


def test_what_was_served_or_approved_survives_a_power_cut_at_any_flush(
    disk: Disk, tmp_path: Path, make_file: MakeFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    cuts = Cuts(disk, tmp_path / "left", monkeypatch)
    store = init_store(disk.base / "store")
    for content in (b"one", b"two", b"three"):
        store.register("m", make_file(content))
    cuts.acknowledge(store)
    cuts.served = {None}
    now: str | None = None
    for change, then in (
        (lambda: store.promote("m@1.0.0", "production", reason="so"), "1.0.0"),
        (lambda: store.promote("m@1.0.1", "production", reason="so"), "1.0.1"),
        (lambda: store.rollback("m", reason="so"), "1.0.0"),
        (store.undo, "1.0.1"),
        (lambda: store.rollback("m", reason="so", verify_later=True), "1.0.0"),
        (lambda: store.promote("m@1.0.0", "none", reason="so"), None),
        (lambda: store.promote("m@1.0.2", "staging", reason="so"), None),
        (store.undo, None),
        (lambda: store.promote("m@1.0.0", "production", reason="so"), "1.0.0"),
    ):
        cuts.served = {now, then}
        change()
        now = then
        cuts.served = {now}
        cuts.acknowledge(store)
    (disk.base / "store" / "config.toml").write_text('[[gate]]\nstage = "staging"\napprovals = 1\n')
    for config in (disk.base / "store", disk.base / "store" / "config.toml"):
        fd = os.open(config, os.O_RDONLY)
        disk.flush(fd)  # whoever edited it saved it
        os.close(fd)
    store.approve("m@1.0.2", "staging", reason="é" * 900)
    cuts.acknowledge(store)
    said = [approval.reason for approval in store.approvals("m@1.0.2")]
    cuts.check()
    with open_store(cuts.scratch / "store") as left:
        assert [approval.reason for approval in left.approvals("m@1.0.2")] == said == ["é" * 900]
        assert left.policy().accepted
    store.close()
    assert cuts.states > 200
