"""Power cuts: only what was flushed survives, and everything acknowledged was.

Each flush is recorded: of a file its bytes, of a directory its names. At every flush and after every verb, the
states a cut could leave are built and opened: with all unflushed bytes lost, all unflushed names lost, or both.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from mvtui import init_store, open_store
from mvtui.store import Store
from mvtui.store.engine import platform

MakeFile = Callable[..., Path]


@dataclass
class Disk:
    """What the disk holds for certain: bytes and names by inode."""

    base: Path
    files: dict[int, bytes] = field(default_factory=dict)
    names: dict[int, dict[str, int]] = field(default_factory=dict)
    kept: list[int] = field(default_factory=list)  # descriptors, so that no inode is used twice
    flushed: Callable[[], None] = lambda: None

    def flush(self, fd: int) -> None:
        status = os.fstat(fd)
        if stat.S_ISDIR(status.st_mode):
            self.names[status.st_ino] = _entries(f"/proc/self/fd/{fd}")
        else:
            with open(f"/proc/self/fd/{fd}", "rb") as file:
                self.files[status.st_ino] = file.read()
        self.kept.append(os.dup(fd))
        self.flushed()

    def cut(self, target: Path, *, lose_bytes: bool, lose_names: bool) -> None:
        """Build what is left after a cut."""
        now: dict[int, Path] = {p.lstat().st_ino: p for p in self.base.rglob("*")}
        self._build(self.base.stat().st_ino, self.base, target, now, lose_bytes, lose_names)

    def _build(
        self, ino: int, source: Path, target: Path, now: dict[int, Path], lose_bytes: bool, lose_names: bool
    ) -> None:
        target.mkdir()
        entries = self.names.get(ino, {}) if lose_names or not source.exists() else _entries(source)
        for name, inner in entries.items():
            there = now.get(inner)
            if inner in self.names or (there is not None and there.is_dir() and not there.is_symlink()):
                self._build(inner, there or source / name, target / name, now, lose_bytes, lose_names)
            elif there is not None and there.is_symlink():
                (target / name).symlink_to(there.readlink())
            elif lose_bytes or there is None:
                (target / name).write_bytes(self.files.get(inner, b""))
            else:
                shutil.copyfile(there, target / name)

    def close(self) -> None:
        for fd in self.kept:
            os.close(fd)


def _entries(directory: str | Path) -> dict[str, int]:
    with os.scandir(directory) as found:
        return {entry.name: entry.inode() for entry in found}


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Disk]:
    base = tmp_path / "disk"
    base.mkdir()
    made = Disk(base)
    made.names[base.stat().st_ino] = {}
    monkeypatch.setattr(platform, "sync_fd", made.flush)
    yield made
    made.close()


class Cuts:
    """Acknowledged facts, checked in every state a cut can leave."""

    def __init__(self, disk: Disk, scratch: Path, patch: pytest.MonkeyPatch) -> None:
        self.disk, self.scratch, self.patch = disk, scratch, patch
        self.facts: dict[str, tuple[str, str, dict[str, str]]] = {}
        self.gone: set[str] = set()
        self.made = False
        self.states = 0
        disk.flushed = self.check

    def check(self) -> None:
        """Cut the power now."""
        for lose_bytes, lose_names in ((True, False), (False, True), (True, True)):
            shutil.rmtree(self.scratch, ignore_errors=True)
            self.disk.cut(self.scratch, lose_bytes=lose_bytes, lose_names=lose_names)
            self.states += 1
            if not self.made:
                continue
            with self.patch.context() as patch:
                patch.setattr(platform, "sync_fd", lambda fd: None)
                with open_store(self.scratch / "store") as left:
                    self._holds(left)

    def _holds(self, left: Store) -> None:
        assert left.damage() == ()
        report = left.verify()
        assert report.ok, report.bad
        for ref, (identity, note, tags) in self.facts.items():
            version = left.get(ref)
            assert (version.id, version.note) == (identity, note)
            assert tags.items() <= version.tags.items()
            left.path(ref)
        numbers = {version.ref for version in left.versions()}
        assert not numbers & self.gone

    def acknowledge(self, store: Store) -> None:
        """What the store says now must survive from now on."""
        self.facts = {v.ref: (v.id, v.note, v.tags) for v in store.versions()}
        self.gone = {v.ref for v in store.versions(deleted=True) if v.deleted}
        self.made = True
        self.check()


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
