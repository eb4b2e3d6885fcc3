"""live/ under load, under attack and after a crash: serving code finds one version whole, whatever happens."""

from __future__ import annotations

import ctypes
import errno
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from mvtui import init_store, open_store
from mvtui.store import Store, errors
from mvtui.store.engine import durable

from tests.faults import readers, strace

SWAPS = 1000


def version(store: Store, number: str, source: Path | None = None) -> None:
    """Register a version of several files, each of which says its number again and again."""
    source = source or store.root.parent / "sources" / number
    for at, name in enumerate(readers.FILES):
        path = source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(f"{number} ".encode() * 50 * (at + 1))
    store.register("m", source, version=number)


def pointer(store: Store) -> Path:
    return store.root / "live" / "m" / "production"


@pytest.mark.usefixtures("no_sync")
@pytest.mark.parametrize("copy", [False, True])
def test_readers_see_one_version_whole_across_a_thousand_swaps(store: Store, copy: bool) -> None:
    (store.root / "config.toml").write_text(f"[live]\ncopy = {str(copy).lower()}\n")
    for number in ("1.0.0", "2.0.0"):
        version(store, number)
        store.promote(f"m@{number}", "production", reason="first")
    program = Path(readers.__file__)
    reading = [
        subprocess.Popen(
            [sys.executable, program, how, pointer(store)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for how in readers.WAYS
    ]
    for process in reading:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for _ in range(SWAPS // 2):
        store.rollback("m", reason="swap")
        store.promote("m@2.0.0", "production", reason="swap")
    for process, how in zip(reading, readers.WAYS, strict=True):
        out, _ = process.communicate("", timeout=60)
        found = json.loads(out)
        assert found["wrong"] == [], how
        assert set(found["seen"]) == {"1.0.0", "2.0.0"}, how
        assert min(found["seen"].values()) > 50, how
        assert sum(found["seen"].values()) > SWAPS, how


# -- crashes --------------------------------------------------------------------------------------


def agrees(store: Store) -> str | None:
    """Make sure that the pointer leads to all of what the journal has in production; return its number."""
    number = next((v.version for v in store.versions("m") if v.stage == "production"), None)
    if number is None:
        assert not os.path.lexists(pointer(store))
        return None
    for how in readers.WAYS:
        assert readers.load(how, str(pointer(store))) == (number, "")
    return number


ACTS = {"promote": ("promote", "m@2.0.0"), "rollback": ("rollback", "m"), "archive": ("archive", "m@1.0.0")}


@pytest.fixture
def before(tmp_path: Path) -> Path:
    """A store whose model has had 0.9.0 and has 1.0.0 in production; 2.0.0 is there, too."""
    with init_store(tmp_path / "before") as store:
        for number in ("0.9.0", "1.0.0", "2.0.0"):
            version(store, number)
        for number in ("0.9.0", "1.0.0"):
            store.promote(f"m@{number}", "production", reason="first")
    return tmp_path / "before"


@pytest.mark.parametrize("act", ACTS)
def test_killed_at_every_system_call_of_a_swap(before: Path, tmp_path: Path, act: str) -> None:
    strace.require()
    what, word = ACTS[act]
    whole = shutil.copytree(before, tmp_path / "whole", symlinks=True)
    calls = [call for call in strace.calls(whole, what, whole, word) if call[0] in strace.CHANGING]
    swapped = told = 0
    for at, (name, count) in enumerate(calls):
        root = shutil.copytree(before, tmp_path / f"{act}-{at}", symlinks=True)
        _, out, _ = strace.run(f"{name}:signal=KILL:when={count}", what, root, word)
        with open_store(root, read_only=True) as reader:  # as serving code finds it: something whole
            found = os.path.lexists(pointer(reader)) and readers.load("by_path", str(pointer(reader)))
            assert not found or found[1] == ""
            swapped += not found or found[0] != "1.0.0"
        with open_store(root) as store:
            store.note("m@0.9.0", "the next change, whatever it is")
            told += bool(store.mended)
            now = agrees(store)
            assert not out or now != "1.0.0", "what was acknowledged is there"
            assert store.verify().notices == ()
            other = "1.0.0" if now == "0.9.0" else "0.9.0"
            assert store.rollback("m", to=other, reason="work goes on").version.version == other
            assert agrees(store) == other
            store.gc(dry_run=False)
            assert os.listdir(root / "tmp") == []
            assert not os.path.lexists(root / "live" / "m" / ".versions" / ".next")
        shutil.rmtree(root)
    assert swapped
    assert told, "no process died between the event and the swap"


def test_a_process_that_dies_between_event_and_swap_is_made_good_by_the_next_change(before: Path) -> None:
    child = os.fork()
    if child == 0:
        durable.point = lambda *_, **__: os._exit(9)
        with open_store(before) as store:
            store.promote("m@2.0.0", "production", reason="and dies")
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    with open_store(before) as store:
        assert store.get("m@production").version == "2.0.0"  # the event is there
        assert readers.load("by_path", str(pointer(store))) == ("1.0.0", "")
        store.tag("m@0.9.0", {"the": "next change"})
        assert store.mended == (
            f"{pointer(store)} did not lead where the journal says; now it leads to 2.0.0",
        )
        assert agrees(store) == "2.0.0"


@pytest.mark.parametrize("call", ["symlink", "rename"])
def test_a_swap_that_the_disk_refuses_is_told_and_made_good(
    before: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    def refuse(source: str, target: str) -> None:
        if {os.path.basename(source), os.path.basename(target)} & {".next"}:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), target)
        real(source, target)

    real = getattr(os, call)
    with open_store(before) as store:
        monkeypatch.setattr(f"mvtui.store.engine.durable.os.{call}", refuse)
        done = store.promote("m@2.0.0", "production", reason="on a full disk")
        (notice,) = done.notices
        assert "could not be swapped yet" in notice
        assert readers.load("by_path", str(pointer(store))) == ("1.0.0", "")
        with pytest.raises(errors.StorageError, match="could not be mended"):
            store.path("m@production")
        monkeypatch.undo()
        assert store.path("m@production") == pointer(store)
        assert agrees(store) == "2.0.0"


# -- what people do to live/ ----------------------------------------------------------------------


def test_live_may_go_altogether(before: Path) -> None:
    shutil.rmtree(before / "live")
    with open_store(before) as store:
        assert store.path("m@production") == pointer(store)
        assert agrees(store) == "1.0.0"
        shutil.rmtree(before / "live")
        store.rollback("m", reason="with live gone")
        assert agrees(store) == "0.9.0"
        shutil.rmtree(before / "live")
        store.promote("m@0.9.0", "archived", reason="nothing left")
        assert agrees(store) is None


@pytest.mark.parametrize("what", ["file", "directory", "full directory"])
def test_something_else_in_the_pointers_place_is_never_overwritten(before: Path, what: str) -> None:
    with open_store(before) as store:
        place = pointer(store)
        place.unlink()
        if what == "file":
            place.write_text("mine")
        else:
            place.mkdir()
        if what == "full directory":
            (place / "mine").touch()
        for change in (
            lambda: store.promote("m@2.0.0", "production", reason="so"),
            lambda: store.rollback("m", reason="so"),
            lambda: store.path("m@production"),
        ):
            with pytest.raises(errors.ConflictError, match="is no symlink") as caught:
                change()
            assert "Move it away" in caught.value.hint
        assert store.get("m@production").version == "1.0.0"
        archived = store.promote("m@1.0.0", "archived", reason="taking it out needs no swap to anything")
        assert archived.notices
        assert not place.is_symlink()
        assert what != "file" or place.read_text() == "mine"
        shutil.rmtree(place) if place.is_dir() else place.unlink()
        store.promote("m@2.0.0", "production", reason="so")
        assert agrees(store) == "2.0.0"


def test_a_store_may_be_moved_and_lie_on_another_file_system(before: Path, tmp_path: Path) -> None:
    moved = tmp_path / "elsewhere" / "deep" / "er"
    moved.parent.mkdir(parents=True)
    before.rename(moved)
    assert readers.load("by_path", str(moved / "live" / "m" / "production")) == ("1.0.0", "")
    with open_store(moved) as store:
        assert store.path("m@production") == pointer(store)
        assert store.mended == ()
    memory = Path("/dev/shm")
    if not memory.is_dir() or memory.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("there is no other file system to write to")
    with tempfile.TemporaryDirectory(dir=memory) as other:
        root = Path(other, "store")
        shutil.copytree(moved, root, symlinks=True)
        with open_store(root) as store:
            assert agrees(store) == "1.0.0"
            source = tmp_path / "sources" / "m-3.0.0"
            version(store, "3.0.0", source=source)
            store.promote("m@3.0.0", "production", reason="from one disk to another")
            assert agrees(store) == "3.0.0"


def loaded_by_nobody(link: Path) -> str:
    """Return the number of the version that another user finds, or what keeps him from it."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
        try:
            found = readers.load("by_path", str(link))
        except OSError as error:
            found = str(error.strerror), ""
        os.write(theirs, "".join(found).encode())
        os._exit(0)
    os.waitpid(child, 0)
    os.close(theirs)
    with open(ours) as said:
        return said.read()


@pytest.fixture
def open_to_all() -> Iterator[Path]:
    """A directory that every user can pass, which pytest's own are not."""
    with tempfile.TemporaryDirectory() as made:
        Path(made).chmod(0o755)
        yield Path(made)


def test_readers_who_see_nothing_but_live_are_served_copies(before: Path, open_to_all: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("becoming another user needs root")
    root = shutil.copytree(before, open_to_all / "store", symlinks=True)
    (root / "objects").chmod(0o700)
    with open_store(root) as store:
        assert "Permission denied" in loaded_by_nobody(pointer(store))
        (root / "config.toml").write_text("[live]\ncopy = true\n")
        store.path("m@production")  # takes effect at once, not with the next promotion
        assert loaded_by_nobody(pointer(store)) == "1.0.0"
        store.promote("m@2.0.0", "production", reason="and from then on")
        assert loaded_by_nobody(pointer(store)) == "2.0.0"
        for path in pointer(store).resolve().rglob("*"):
            assert not path.is_symlink()
            assert path.is_dir() or not path.stat().st_mode & 0o222
        (root / "config.toml").write_text("")
        store.path("m@production")
        assert (pointer(store) / "a.bin").is_symlink()


def test_what_a_reader_holds_outlives_the_swap_and_gc_for_the_grace_period(before: Path) -> None:
    with open_store(before) as store:
        directory = os.open(pointer(store), os.O_RDONLY | os.O_DIRECTORY)
        path = os.path.realpath(pointer(store))
        store.promote("m@2.0.0", "production", reason="swap")
        store.gc(dry_run=False)
        for name in readers.FILES:
            fd = os.open(name, os.O_RDONLY, dir_fd=directory)
            assert os.read(fd, 6) == b"1.0.0 "
            os.close(fd)
            assert Path(path, name).read_bytes().startswith(b"1.0.0 ")
        os.close(directory)


def test_who_watches_the_directory_hears_of_a_swap_once(before: Path) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if not hasattr(libc, "inotify_init1"):
        pytest.skip("inotify is Linux's")
    with open_store(before) as store:
        fd = libc.inotify_init1(os.O_NONBLOCK)
        every_change = 0x2 | 0x4 | 0x8 | 0x40 | 0x80 | 0x100 | 0x200  # inotify(7): IN_MODIFY … IN_DELETE
        assert libc.inotify_add_watch(fd, os.fsencode(pointer(store).parent), every_change) > 0
        for change in ("promote", "rollback"):
            if change == "promote":
                store.promote("m@2.0.0", "production", reason="swap")
            else:
                store.rollback("m", reason="swap")
            events = os.read(fd, 65536)
            assert events.count(b"production\0") == 1
            assert struct.unpack_from("iIII", events)[1] == 0x80  # IN_MOVED_TO
            assert len(events) == 16 + struct.unpack_from("iIII", events)[3]
        os.close(fd)
