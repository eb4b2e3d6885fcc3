"""``mvtui init --shared``."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from mvtui.store import Store

from .conftest import Run


def test_a_store_is_made_for_a_group(run: Run) -> None:
    done = run("init", "team", "--shared", str(os.getgid()))
    assert done.code == 0
    assert f"the group {os.getgid()} may write it" in done.err
    assert stat.S_IMODE(Path("team").stat().st_mode) == 0o2775
    told = run("doctor", "--store", "team")
    assert "shared" in told.out
    assert run("init", "other", "--shared", str(os.getgid()), "--json").json == {
        "path": str(Path.cwd() / "other"),
        "shared": str(os.getgid()),
    }


def test_a_store_that_is_there_is_shared(run: Run, two: Store) -> None:
    assert run("init", "--shared", str(os.getgid())).code == 0
    assert all(path.stat().st_mode & 0o2070 == 0o2070 for path in two.root.rglob("*") if path.is_dir())
    assert run("note", "sentiment", "still works").code == 0


def test_a_group_that_is_none(run: Run) -> None:
    failed = run("init", "--shared", "no such\x1b[31m")
    assert failed.code == 4
    assert "there is no group" in failed.err
    assert "\x1b" not in failed.err
    assert not Path(".mvtui").exists()
