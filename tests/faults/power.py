"""A disk whose power can be cut: only what was flushed survives for certain.

Each flush is recorded: of a file its bytes, of a directory its names. At every flush and after every verb, the
states a cut could leave are built and opened: with all unflushed bytes lost, all unflushed names lost, or both.
"""

from __future__ import annotations

import json
import os
import shutil
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from mvtui import open_store
from mvtui.store import Store
from mvtui.store.engine import platform


@dataclass
class Disk:
    """What the disk holds for certain: bytes and names by inode."""

    base: Path
    files: dict[int, bytes] = field(default_factory=dict)
    names: dict[int, dict[str, int]] = field(default_factory=dict)
    links: dict[int, str] = field(default_factory=dict)
    kept: list[int] = field(default_factory=list)  # descriptors, so that no inode is used twice
    flushed: Callable[[], None] = lambda: None

    def flush(self, fd: int) -> None:
        status = os.fstat(fd)
        if stat.S_ISDIR(status.st_mode):
            self.names[status.st_ino] = _entries(f"/proc/self/fd/{fd}")
            self._keep_links(f"/proc/self/fd/{fd}")
        else:
            with open(f"/proc/self/fd/{fd}", "rb") as file:
                self.files[status.st_ino] = file.read()
        self.kept.append(os.dup(fd))
        self.flushed()

    def _keep_links(self, directory: str) -> None:
        """Remember where symlinks lead: what replaces one later has another inode."""
        with os.scandir(directory) as found:
            for entry in found:
                if entry.is_symlink() and entry.inode() not in self.links:
                    self.links[entry.inode()] = os.readlink(entry.path)
                    self.kept.append(os.open(entry.path, os.O_PATH | os.O_NOFOLLOW))

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
            elif inner in self.links:
                (target / name).symlink_to(self.links[inner])
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


class Cuts:
    """Acknowledged facts, checked in every state a cut can leave."""

    def __init__(self, disk: Disk, scratch: Path, patch: pytest.MonkeyPatch) -> None:
        self.disk, self.scratch, self.patch = disk, scratch, patch
        self.facts: dict[str, tuple[str, str, dict[str, str]]] = {}
        self.gone: set[str] = set()
        self.served: set[str | None] | None = (
            None  # what may be in production of the model m, where that matters
        )
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
        if self.served is not None:
            assert served(left) in self.served
        report = left.verify()
        assert report.ok, report.bad
        assert report.notices == ()
        if self.served is not None:
            (model,) = left.models()
            assert served(left) == model.production
            assert model.production in self.served
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


def served(store: Store, model: str = "m") -> str | None:
    """Return the version that whoever resolves the live pointer finds, whole; None without a pointer."""
    pointer = store.root / "live" / model / "production"
    if not os.path.lexists(pointer):
        return None
    tree = pointer.resolve(strict=True)
    card = json.loads((tree / "version.json").read_bytes())
    for entry in card["files"]:
        assert (tree / entry["path"]).stat().st_size == entry["size"]
    return str(card["version"])
