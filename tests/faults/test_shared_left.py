"""What a member of a shared store leaves to the others, alive or killed: temp files, trees, single paths."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from mvtui import init_store, open_store
from mvtui.store.engine import modes, platform

from tests.faults import strace
from tests.faults.members import ANN, BOB, EVE, OTHERS, TEAM, User
from tests.faults.together import check_modes, home_of, live_at, walk


@pytest.mark.parametrize("calls", ["mkdir chmod", pytest.param("fchmod rename link", marks=pytest.mark.slow)])
def test_what_a_member_who_was_killed_left_is_collected_by_another(
    place: Path, root: Path, calls: str
) -> None:
    """At every call that makes something, or says who may use it: nobody is locked out, and nothing stays."""
    strace.require()
    theirs, mine = (home_of(place, user) / "model" for user in (ANN, BOB))
    for source in (theirs, mine):
        (source / "deep" / "er").mkdir(parents=True)
        (source / "weights").write_bytes(os.urandom(100_000))
        (source / "deep" / "er" / "config").write_bytes(b"c")
    for path in (*home_of(place, ANN).rglob("*"), *home_of(place, BOB).rglob("*")):
        path.chmod(0o755)
    home_of(place, ANN).chmod(0o755)
    log = place / "log"
    log.touch()
    log.chmod(0o666)
    pristine = place / "pristine"
    subprocess.run(["cp", "-a", root, pristine], check=True)
    trace = ("strace", "-f", "-y", "-o", str(log), "-e")
    ANN.does("register", root, "m", theirs, before=(*trace, f"trace={calls.replace(' ', ',')}"))
    made = list(_calls(log, root))
    assert {name for name, _ in made} == set(calls.split())
    killed = 0
    for name, number in made:
        shutil.rmtree(root)
        subprocess.run(["cp", "-a", pristine, root], check=True)
        process = ANN.start(
            "register", root, "m", theirs, before=(*trace, f"inject={name}:signal=KILL:when={number}")
        )
        process.communicate(timeout=60)
        killed += process.returncode == -9
        BOB.does("go_on", root, theirs, mine)
        for left in (root / "tmp").iterdir():
            assert _is_newborn(left)
            left.unlink()
        check_modes(root)
    assert killed >= len(made) - 3  # a random name or two may change which call is which


def _calls(log: Path, root: Path) -> Iterator[tuple[str, int]]:
    """Yield each call that touched the store: its name, and which of that name it was."""
    counted: dict[str, int] = {}
    for line in log.read_text().splitlines():
        name = line.split(maxsplit=1)[1].partition("(")[0]
        counted[name] = counted.get(name, 0) + 1
        if str(root) in line and name.isidentifier():
            yield name, counted[name]


def _is_newborn(path: Path) -> bool:
    """Whether a member died between making a temp file and letting the others in: only he, or root, can remove it."""
    status = path.lstat()
    return stat.S_ISREG(status.st_mode) and status.st_size == 0 and stat.S_IMODE(status.st_mode) == 0o600


def test_a_temp_file_that_was_read_only_already_is_collected(place: Path, root: Path) -> None:
    for user, mode in ((ANN, 0o444), (BOB, 0o440), (BOB, 0o660)):
        left = root / "tmp" / f"{user.uid}-{mode:o}"
        left.write_bytes(b"whole, but without a name")
        os.chown(left, user.uid, TEAM)
        left.chmod(mode)
    tree = root / "tmp" / "1-ab.d"
    (tree / "deep").mkdir(parents=True)
    (tree / "deep" / "file").write_bytes(b"")
    for path in (tree, tree / "deep"):
        os.chown(path, BOB.uid, TEAM)
        path.chmod(0o2775)
    closed = root / "tmp" / "2-cd.d"  # its maker died before he let the others in
    closed.mkdir(mode=0o700)
    os.chown(closed, BOB.uid, TEAM)
    assert len(ANN.does("collect", root).splitlines()) == 5
    assert os.listdir(root / "tmp") == []


def test_a_directory_that_another_is_making_is_looked_past(place: Path, root: Path) -> None:
    live_at(place, root, 1, ANN)
    making = root / "objects" / ".making"
    making.mkdir(mode=0o700)
    os.chown(making, ANN.uid, ANN.uid)
    EVE.does("read", root)
    BOB.does("collect", root)
    told = EVE.does("doctor", root)
    assert "bad" not in told
    assert "everything in it is the group's to use" in told
    live_at(place, root, 1, BOB)
    assert not making.exists()


def test_what_only_its_owner_may_remove_stops_no_one_elses_gc(place: Path, root: Path) -> None:
    closed = root / "tmp" / "1-ab.d"
    closed.mkdir()
    (closed / "file").write_bytes(b"x")
    os.chown(closed, BOB.uid, BOB.uid)
    closed.chmod(0o700)
    assert ANN.does("collect", root) == ""
    assert closed.exists()


# -- single paths ---------------------------------------------------------------------------------


def test_a_stat_cache_that_may_not_be_written_costs_time_only(place: Path, root: Path) -> None:
    live_at(place, root, 1, ANN, BOB)
    cache = root / "statcache"
    assert cache.exists()
    cache.chmod(0o400)
    os.chown(cache, ANN.uid, ANN.uid)
    live_at(place, root, 2, BOB)
    EVE.does("read", root)
    cache.unlink()
    live_at(place, root, 2, BOB)
    assert stat.S_IMODE(cache.stat().st_mode) == 0o664


@pytest.fixture
def umask_077(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """This process's umask, as the kernel and the engine know it."""
    monkeypatch.setattr(modes, "_umask", 0o077)
    before = os.umask(0o077)
    yield
    os.umask(before)


@pytest.mark.usefixtures("umask_077")
@pytest.mark.parametrize("way", ["reflinks", "copies"])
def test_files_that_are_no_symlinks_can_be_read_by_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """Where the file system shares extents (here they are copied), and where config.toml wants copies."""

    def clone(source: int, target: int) -> bool:
        os.sendfile(target, source, 0, os.fstat(source).st_size)
        return True

    if way == "reflinks":
        monkeypatch.setattr(platform, "clone", clone)
    for name in ("one", "deep/two"):
        (tmp_path / "source" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "source" / name).write_bytes(name.encode())
    init_store(tmp_path / "store", group=os.getgid()).close()
    (tmp_path / "store" / "config.toml").write_text("[live]\ncopy = true\n")
    with open_store(tmp_path / "store") as store:
        store.register("m", tmp_path / "source")
        store.promote("m", "production", reason="to serve it")
        trees = [
            tmp_path / "store" / "live" / "m" / "production",
            *([store.path("m")] if way == "reflinks" else []),
        ]
    for tree in trees:
        for name in ("one", "deep/two"):
            assert not (tree / name).is_symlink()
            assert stat.S_IMODE((tree / name).stat().st_mode) & 0o044 == 0o044
        assert stat.S_IMODE((tree / "deep").stat().st_mode) == 0o2775


def test_a_checkout_is_the_users_own(place: Path, root: Path) -> None:
    live_at(place, root, 1, BOB)
    shared = place / "team"
    shared.mkdir()
    os.chown(shared, BOB.uid, TEAM)
    shared.chmod(0o2775)
    ANN.does("checkout", root, f"u{BOB.uid}", shared / "new" / "out")
    for path, status in walk(shared / "new"):
        assert not stat.S_IMODE(status.st_mode) & 0o077, path
    BOB.does("checkout", root, f"u{BOB.uid}", shared / "other")
    for path, status in walk(shared / "other"):
        assert stat.S_IMODE(status.st_mode) & 0o077 == (0o055 if path.is_dir() else 0o044)


def test_root_is_not_led_out_of_a_store_it_shares(place: Path, root: Path) -> None:
    secret = place / "secret"
    secret.write_bytes(b"root's")
    secret.chmod(0o600)
    outside = place / "outside"
    outside.mkdir(mode=0o700)
    (outside / "file").touch(mode=0o600)
    (root / "objects" / "ab").symlink_to(outside)
    (root / "tmp" / "link").symlink_to(secret)
    os.mkfifo(root / "tmp" / "fifo", 0o600)
    User(0, 0o022).does("init", root, OTHERS)
    assert (secret.stat().st_gid, stat.S_IMODE(secret.stat().st_mode)) == (0, 0o600)
    assert [p.stat().st_gid for p in (outside, outside / "file")] == [0, 0]
    assert (root / "objects").stat().st_gid == OTHERS
