"""Modes of what is made: by the shared directory it is made in, else by the umask."""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from mvtui.store.engine import durable, modes, platform


def _mode(path: str | Path) -> int:
    return stat.S_IMODE(os.lstat(path).st_mode)


@pytest.fixture(params=[0o077, 0o022, 0o002, 0o777])
def umask(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A process's umask, as the kernel and the engine know it."""
    mask: int = request.param
    monkeypatch.setattr(modes, "_umask", mask)
    before = os.umask(mask)
    yield mask
    os.umask(before)


def _directory(path: Path, mode: int) -> str:
    path.mkdir()
    path.chmod(mode)
    return str(path)


def _make_everything(directory: str) -> dict[str, int]:
    """Make one of everything that the durable layer makes; return their modes."""
    made = {}
    with durable.Temp(directory) as temp:
        made["temp"] = _mode(temp.path)
        temp.publish(os.path.join(directory, "object"))
    durable.replace_file(os.path.join(directory, "replaced"), b"", temp_dir=directory)
    durable.replace_file(os.path.join(directory, "derived"), b"", temp_dir=directory, durable=False)
    durable.create_file(os.path.join(directory, "created"), b"", temp_dir=directory)
    durable.write_new(os.path.join(directory, "new"), b"")
    os.close(durable.open_made(os.path.join(directory, "lock"), os.O_RDWR, temp_dir=directory))
    durable.make_dirs(os.path.join(directory, "a", "b"))
    with durable.TempTree(directory) as tree:
        made["tree"] = _mode(tree.path)
        modes.make_dirs(os.path.join(tree.path, "c", "d"))
        made["in tree"] = _mode(os.path.join(tree.path, "c", "d"))
        tree.publish(os.path.join(directory, "published"))
    for name in os.listdir(directory):
        made[name] = _mode(os.path.join(directory, name))
    made["a/b"] = _mode(os.path.join(directory, "a", "b"))
    return made


_FILES = ("replaced", "derived", "created", "lock")
_DIRECTORIES = ("a", "a/b", "tree", "in tree", "published")


@pytest.mark.parametrize(("shared", "for_others"), [(0o2775, 0o004), (0o2770, 0), (0o3775, 0o004)])
def test_in_a_shared_directory_its_bits_count_and_no_umask(
    tmp_path: Path, umask: int, shared: int, for_others: int
) -> None:
    made = _make_everything(_directory(tmp_path / "shared", shared))
    assert made == {
        "temp": 0o660,
        "object": 0o440 | for_others,
        "new": 0o440 | for_others,
        **dict.fromkeys(_FILES, 0o660 | for_others),
        **dict.fromkeys(_DIRECTORIES, shared & 0o2777),
    }


@pytest.mark.parametrize("plain", [0o755, 0o775, 0o2755, 0o777])
def test_elsewhere_the_umask_counts(tmp_path: Path, umask: int, plain: int) -> None:
    if umask == 0o777:
        pytest.skip("nothing can be done in what may not even be entered")
    made = _make_everything(_directory(tmp_path / "plain", plain))
    setgid = plain & 0o2000  # the kernel's doing, not ours
    if umask == 0o002 and setgid:
        pytest.skip("with this umask what is below is shared")
    assert made == {
        "temp": 0o600,
        "object": 0o444 & ~umask,
        "new": 0o444 & ~umask,
        **dict.fromkeys(_FILES, 0o666 & ~umask),
        **dict.fromkeys(_DIRECTORIES, 0o777 & ~umask | setgid),
    }


def test_what_is_not_a_stores_follows_the_umask_even_in_a_shared_directory(tmp_path: Path) -> None:
    shared = _directory(tmp_path / "shared", 0o2775)
    before = os.umask(0o077)
    try:
        durable.make_dirs(os.path.join(shared, "a", "b"), inherit=False)
        with durable.TempTree(shared, inherit=False) as tree:
            assert _mode(tree.path) & 0o777 == 0o700
    finally:
        os.umask(before)
    assert {_mode(Path(shared, "a")), _mode(Path(shared, "a", "b"))} == {0o2700}


def test_a_shared_directory_is_never_seen_without_its_bits_nor_replaced(tmp_path: Path) -> None:
    shared = _directory(tmp_path / "shared", 0o2775)
    target = os.path.join(shared, "ab")
    seen, won, gate, done = set(), [], threading.Barrier(7), threading.Event()

    def look() -> None:
        gate.wait()
        while not done.is_set():
            try:
                status = os.stat(target)
            except FileNotFoundError:
                continue
            seen.add((status.st_ino, stat.S_IMODE(status.st_mode)))

    def make() -> None:
        gate.wait()
        try:
            durable.make_dir(target)
            won.append(os.stat(target).st_ino)
        except FileExistsError:
            pass

    before = os.umask(0o077)
    watcher = threading.Thread(target=look)
    makers = [threading.Thread(target=make) for _ in range(6)]
    try:
        for thread in (watcher, *makers):
            thread.start()
        for thread in makers:
            thread.join()
    finally:
        os.umask(before)
        done.set()
        watcher.join()
    assert len(won) == 1
    assert seen <= {(won[0], 0o2775)}
    assert os.listdir(shared) == ["ab"]


def test_what_a_maker_who_was_killed_left_aside_is_in_no_ones_way(tmp_path: Path) -> None:
    shared = _directory(tmp_path / "shared", 0o2775)
    Path(shared, ".making").mkdir(mode=0o700)
    durable.make_dir(os.path.join(shared, "ab"))
    assert os.listdir(shared) == ["ab"]
    assert _mode(Path(shared, "ab")) == 0o2775


def test_a_child_forked_meanwhile_keeps_no_one_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = _directory(tmp_path / "shared", 0o2775)
    monkeypatch.setattr(durable, "_PATIENCE", 0.5)
    until, done = os.pipe()
    children = []

    def fork(path: str) -> None:
        if (child := os.fork()) == 0:
            os.close(done)
            os.read(until, 1)
            os._exit(0)
        children.append(child)

    try:
        with monkeypatch.context() as patch:
            patch.setattr(modes, "set_directory", fork)
            durable.make_dir(os.path.join(shared, "ab"))
        durable.make_dir(os.path.join(shared, "cd"))
    finally:
        os.close(done)
        os.close(until)
        for child in children:
            os.waitpid(child, 0)


def test_a_parent_that_is_kept_busy_is_told_not_waited_for_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = _directory(tmp_path / "shared", 0o2775)
    monkeypatch.setattr(durable, "_PATIENCE", 0.02)
    fd = os.open(shared, os.O_RDONLY)
    try:
        assert platform.lock(fd)
        with pytest.raises(TimeoutError, match="busy"):
            durable.make_dir(os.path.join(shared, "ab"))
    finally:
        os.close(fd)
    assert os.listdir(shared) == []


def test_a_new_directory_is_flushed_with_its_bits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shared = _directory(tmp_path / "shared", 0o2775)
    flushed = []
    monkeypatch.setattr(platform, "sync_fd", lambda fd: flushed.append(_mode(f"/proc/self/fd/{fd}/.")))
    durable.make_dirs(os.path.join(shared, "ab"))
    assert flushed == [0o2775, 0o2775]  # itself before it has its name, then the one it lies in


@pytest.mark.parametrize(
    ("is_directory", "mode", "due"),
    [
        (True, 0o700, 0o2770),
        (True, 0o755, 0o2775),
        (True, 0o3775, 0o2775),
        (False, 0o644, 0o664),
        (False, 0o600, 0o660),
        (False, 0o444, 0o444),
        (False, 0o400, 0o440),
    ],
)
def test_in_a_shared_store_the_group_may_what_the_owner_may(
    tmp_path: Path, is_directory: bool, mode: int, due: int
) -> None:
    path = tmp_path / "it"
    path.mkdir() if is_directory else path.touch()
    path.chmod(mode)
    assert modes.due(path.lstat()) == due
