"""The durable layer by itself: temp files and who may take them away."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from mvtui.store.engine import durable, modes, platform, removal


def test_a_temp_file_in_use_is_not_abandoned(tmp_path: Path) -> None:
    with durable.Temp(str(tmp_path)) as temp:
        assert not removal.is_abandoned(temp.path)
        assert not removal.remove_abandoned(temp.path)
        assert os.path.exists(temp.path)
    assert os.listdir(tmp_path) == []


def test_a_temp_file_left_behind_is_removed(tmp_path: Path) -> None:
    (tmp_path / "left").write_bytes(b"x")
    (tmp_path / "tree.d").mkdir()
    (tmp_path / "tree.d" / "file").write_bytes(b"x")
    assert removal.is_abandoned(str(tmp_path / "left"))
    for name in ("left", "tree.d"):
        assert removal.remove_abandoned(str(tmp_path / name))
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("moment", ["before its maker has the lock", "after its maker looked"])
def test_a_newborn_is_either_seen_to_be_taken_or_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """gc comes by exactly between a temp file's making and its locking, or between gc's look and its removal."""
    lock = platform.lock
    removed = []

    def slow(fd: int) -> bool:
        monkeypatch.setattr(platform, "lock", lock)
        path = os.readlink(f"/proc/self/fd/{fd}")
        if moment == "before its maker has the lock":
            removed.append(removal.remove_abandoned(path))
        return lock(fd)

    monkeypatch.setattr(platform, "lock", slow)
    if moment == "after its maker looked":
        remove_any = removal.remove_any

        def late(path: str) -> None:
            fd = os.open(path, os.O_RDWR)
            try:
                assert not lock(fd)  # whoever opens it now can't believe it is theirs
            finally:
                os.close(fd)
            remove_any(path)

        monkeypatch.setattr(platform, "lock", lock)
        monkeypatch.setattr(removal, "remove_any", late)
        (tmp_path / "left").write_bytes(b"")
        assert removal.remove_abandoned(str(tmp_path / "left"))
        return
    with durable.Temp(str(tmp_path)) as temp:
        assert removed == [True]
        assert os.path.exists(temp.path)
        temp.publish(str(tmp_path / "published"))
    assert os.listdir(tmp_path) == ["published"]


@pytest.mark.parametrize("refused", ["mkdir", "set_directory", "admit", "remove_tree"])
def test_what_could_not_be_begun_leaves_nothing_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refused: str
) -> None:
    """A guard left behind would be locked, and so be kept by gc, as long as this process lives."""

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    owner = {"mkdir": os, "remove_tree": removal}.get(refused, modes)
    before = os.listdir("/proc/self/fd")
    with monkeypatch.context() as patch:
        patch.setattr(owner, refused, refuse)
        with pytest.raises(OSError, match="No space"), durable.TempTree(str(tmp_path)):
            pass
    assert os.listdir("/proc/self/fd") == before
    assert [name for name in os.listdir(tmp_path) if not name.endswith(removal.TREE_SUFFIX)] == []


def test_a_name_that_is_taken_is_not_replaced(tmp_path: Path) -> None:
    target = str(tmp_path / "name")
    assert durable.create_file(target, b"first", temp_dir=str(tmp_path))
    assert not durable.create_file(target, b"second", temp_dir=str(tmp_path))
    assert (tmp_path / "name").read_bytes() == b"first"
    assert os.listdir(tmp_path) == ["name"]


@pytest.mark.parametrize("mode", [0o755, 0o2775])
def test_parents_that_gc_removes_while_they_are_empty_are_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: int
) -> None:
    (tmp_path / "live").mkdir()
    (tmp_path / "live").chmod(mode)
    sync_dir = durable.sync_dir
    removed: list[str] = []

    def remove_first(path: str) -> None:
        sync_dir(path)
        if path == str(tmp_path / "live") and len(removed) < 3:
            removed.append(path)
            (tmp_path / "live" / "model").rmdir()

    monkeypatch.setattr(durable, "sync_dir", remove_first)
    durable.make_dirs(str(tmp_path / "live" / "model" / ".versions"))
    assert len(removed) == 3
    assert (tmp_path / "live" / "model" / ".versions").is_dir()


def test_a_directory_that_can_never_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("nowhere")
    with pytest.raises(FileNotFoundError):
        durable.make_dirs(str(tmp_path / "link" / "directory"))
