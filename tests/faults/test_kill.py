"""kill -9 at every system call that changes the store, over every verb that writes."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from mvtui import init_store, open_store
from mvtui.store.errors import NotFoundError

from tests.faults import strace

MakeFile = Callable[..., Path]
KEPT = ("kept@1.0.0", "kept@1.0.1")


@pytest.fixture
def before(tmp_path: Path, make_file: MakeFile) -> Path:
    """A store with two versions to keep, one to delete, a deleted one to collect, and a torn tail for repair."""
    strace.require()
    root = tmp_path / "before"
    with init_store(root) as store:
        store.register("kept", make_file(b"one" * 100))
        store.register("kept", make_file(b"two" * 100), note="x" * 5000)
        store.register("doomed", make_file(b"three" * 100))
        store.register("gone", make_file(b"four" * 100))
        store.delete("gone@1.0.0", "to be collected")
        store.repair()
    (root / "config.toml").write_text('[gc]\ngrace = "0s"\n')
    (root / "tmp" / "left").write_bytes(b"by someone long gone")
    make_file(b"new" * 3000, "new.bin")
    return root


def _check(root: Path, acknowledged: str) -> None:
    """The store opens, is whole, holds all that was acknowledged, and goes on working."""
    with open_store(root) as store:
        report = store.verify()
        assert report.ok, report
        assert not report.repaired
        assert store.damage() == ()
        refs = {version.ref for version in store.versions()}
        assert refs >= set(KEPT)
        for line in acknowledged.splitlines():
            word, _, rest = line.partition(" ")
            assert word != "version" or rest in refs
            assert word != "deleted" or rest not in refs
        if (again := root.parent / "source" / "new.bin").exists():
            ref = store.register("after", again, tags={"by": "check"}).version.ref
            assert store.get(ref).tags == {"by": "check"}
        store.gc(dry_run=False)
        assert store.verify().ok
        assert os.listdir(root / "tmp") == []
        assert len(store.get("kept@1.0.1").note) == 5000
    with open_store(root) as store:
        assert {version.ref for version in store.versions()} == refs | {"after@1.0.0"}


ACTS: dict[str, tuple[str, ...]] = {
    "register": ("register", "{root}", "new", "{base}/source/new.bin"),
    "register again": ("register", "{root}", "kept", "{base}/source/model.bin"),
    "delete": ("delete", "{root}", "doomed@1.0.0"),
    "note": ("note", "{root}", "kept@1.0.0", "y" * 5000),
    "gc": ("gc", "{root}"),
    "repair": ("repair", "{root}"),
}


@pytest.mark.parametrize("act", ACTS)
def test_killed_at_every_change(before: Path, tmp_path: Path, act: str) -> None:
    if act in {"note", "repair"}:  # the ones that cut a torn tail here
        with (before / "journal" / "events.jsonl").open("ab") as file:
            file.write(b'{"len": 400,"hash":"0123')
    root = tmp_path / "store"
    words = [word.format(root=root, base=tmp_path) for word in ACTS[act]]
    shutil.copytree(before, root)
    places = [call for call in strace.calls(root, *words) if call[0] in strace.CHANGING]
    assert len(places) >= 4
    killed = 0
    for name, number in places:
        shutil.rmtree(root)
        shutil.copytree(before, root)
        status, out, err = strace.run(f"{name}:signal=KILL:when={number}", *words)
        assert status in (-9, 0), err
        killed += status == -9
        _check(root, out)
    assert killed >= len(places) - 2  # a random name or two may change which call is which


def test_killed_while_making_a_store(tmp_path: Path) -> None:
    strace.require()
    root = tmp_path / "store"
    places = [call for call in strace.calls(root, "init", root) if call[0] in strace.CHANGING]
    assert len(places) > 10
    for name, number in places:
        shutil.rmtree(root)
        status, out, err = strace.run(f"{name}:signal=KILL:when={number}", "init", root)
        assert status in (-9, 0), err
        try:
            open_store(root).close()
        except NotFoundError:
            assert "made" not in out
        with init_store(root) as store:
            assert store.verify().ok
            assert [event.seq for event in store.events()] == [1]
            store.gc(dry_run=False)
        assert os.listdir(root / "tmp") == []


@pytest.mark.slow
@pytest.mark.parametrize("act", ["register", "gc"])
def test_killed_at_every_open(before: Path, tmp_path: Path, act: str) -> None:
    root = tmp_path / "store"
    words = [word.format(root=root, base=tmp_path) for word in ACTS[act]]
    shutil.copytree(before, root)
    for name, number in [call for call in strace.calls(root, *words) if call[0] == "openat"]:
        shutil.rmtree(root)
        shutil.copytree(before, root)
        _, out, _ = strace.run(f"{name}:signal=KILL:when={number}", *words)
        _check(root, out)
