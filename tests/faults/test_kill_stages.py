"""kill -9 at every system call of an undo, and of a promotion through gates that are new: each is there whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from mvtui import init_store, open_store
from mvtui.store import EventKind

from tests.faults import strace

MakeFile = Callable[..., Path]
CONTENT = {"1.0.0": b"one" * 100, "1.0.1": b"two" * 100, "1.0.2": b"three" * 100}


@pytest.fixture
def before(tmp_path: Path, make_file: MakeFile) -> Path:
    """A store with three versions, of which the first and then the second were put in production."""
    strace.require()
    root = tmp_path / "before"
    with init_store(root) as store:
        for content in CONTENT.values():
            store.register("m", make_file(content))
        store.promote("m@1.0.0", "production", reason="first")
        store.promote("m@1.0.1", "production", reason="second")
        (root / "config.toml").write_text('[[gate]]\nstage = "production"\nverified = "now"\n')
        store.repair()
    return root


def _served(root: Path) -> str | None:
    """The version that a reader finds who resolves the link once: whole, whatever happened."""
    pointer = root / "live" / "m" / "production"
    if not os.path.lexists(pointer):
        return None
    tree = pointer.resolve(strict=True)
    number = str(json.loads((tree / "version.json").read_bytes())["version"])
    assert (tree / "model.bin").read_bytes() == CONTENT[number]
    return number


def _check(root: Path, old: str, new: str, acknowledged: str) -> str:
    """Return what is in production: the old version or the new one, and what serves follows."""
    assert _served(root) in (old, new)
    with open_store(root) as store:
        assert store.damage() == ()
        (now,) = store.stages("m")["production"]
        assert now == new or (now == old and not acknowledged)
        store.note("m@1.0.0", "the next verb")
        assert _served(root) == now
        report = store.verify()
        assert report.ok, report
        assert (report.repaired, report.notices) == ((), ())
        kinds = [event.kind for event in store.events()]
        assert kinds.count(EventKind.POLICY) <= 1
        store.gc(dry_run=False)
        assert os.listdir(root / "tmp") == []
        other = "1.0.0" if now != "1.0.0" else "1.0.1"
        store.promote(f"m@{other}", "production", reason="work goes on")
        assert _served(root) == other
    with open_store(root) as store:
        assert store.verify().ok
    return now


ACTS: dict[str, tuple[tuple[str, ...], str]] = {
    "through gates": (("promote", "{root}", "m@1.0.2"), "1.0.2"),
    "undo": (("undo", "{root}"), "1.0.0"),
}


@pytest.mark.parametrize("act", ACTS)
def test_killed_at_every_change(before: Path, tmp_path: Path, act: str) -> None:
    root = tmp_path / "store"
    template, new = ACTS[act]
    words = [word.format(root=root) for word in template]
    shutil.copytree(before, root, symlinks=True)
    places = [call for call in strace.calls(root, *words) if call[0] in strace.CHANGING]
    assert len(places) >= 4
    seen = set()
    killed = 0
    for name, number in places:
        shutil.rmtree(root)
        shutil.copytree(before, root, symlinks=True)
        status, out, err = strace.run(f"{name}:signal=KILL:when={number}", *words)
        assert status in (-9, 0), err
        killed += status == -9
        seen.add(_check(root, "1.0.1", new, out))
    assert killed >= len(places) - 2  # a random name or two may change which call is which
    assert seen == {"1.0.1", new}  # some died before the event, some after
