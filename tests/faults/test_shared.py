"""A store that several users share by a group, with real users, and one that its owner keeps to himself."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from mvtui import init_store, open_store
from mvtui.store.engine import modes, platform

from tests.faults import members, strace
from tests.faults.members import ANN, BOB, EVE, OTHERS, TEAM, User


@pytest.fixture
def place() -> Iterator[Path]:
    """A directory where everyone may make something; pytest's own are for one user."""
    members.require()
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="mvtui-shared-") as made:
        path = Path(made)
        path.chmod(0o777)
        for user in (ANN, BOB, EVE):
            home = path / str(user.uid)
            home.mkdir(mode=0o700)
            os.chown(home, user.uid, user.uid)
        yield path


@pytest.fixture
def root(place: Path) -> Path:
    """A store that Ann, whose umask is 077, made for the team."""
    store = place / "store"
    ANN.does("init", store, TEAM)
    return store


def _impatient(root: Path) -> None:
    (root / "config.toml").write_text('[gc]\ngrace = "0s"\n')


def _walk(root: Path) -> Iterator[tuple[Path, os.stat_result]]:
    yield root, root.lstat()
    for path in sorted(root.rglob("*")):
        yield path, path.lstat()


def _check_modes(root: Path, *, for_others: bool = True) -> None:
    """Every path is the team's, with exactly the bits it needs."""
    others = 0o005 if for_others else 0
    for path, status in _walk(root):
        if path.is_symlink():
            continue
        assert status.st_gid == TEAM, path
        mode = stat.S_IMODE(status.st_mode)
        if stat.S_ISDIR(status.st_mode):
            assert mode == 0o2770 | others, f"{path} {mode:o}"
        elif stat.S_ISREG(status.st_mode):
            immutable = {"objects", "trash", "live"} & set(path.relative_to(root).parts)
            assert mode == (0o440 if immutable else 0o660) | others & 0o004, f"{path} {mode:o}"


def _home(place: Path, user: User) -> Path:
    return place / str(user.uid)


def _live(place: Path, root: Path, rounds: int, *users: User) -> None:
    """Let users live at a store at once."""
    living = [user.start("live", root, _home(place, user), rounds) for user in users]
    for process in living:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in living:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    said = [process.communicate(timeout=300)[1] for process in living]
    assert [process.returncode for process in living] == [0] * len(users), said


def test_members_in_turn_use_what_the_other_made(place: Path, root: Path) -> None:
    _check_modes(root)
    _impatient(root)
    for user in (ANN, BOB, ANN, BOB):
        _live(place, root, 2, user)
        _check_modes(root)
    with open_store(root) as store:
        assert {model.name for model in store.models()} >= {f"u{ANN.uid}", f"u{BOB.uid}"}
        assert {event.actor.uid for event in store.events() if event.actor} >= {ANN.uid, BOB.uid}
        assert store.verify().ok
        assert not [finding for finding in store.doctor() if finding.level in {"warn", "bad"}]
    assert os.listdir(root / "tmp") == []
    assert {status.st_uid for _, status in _walk(root)} == {ANN.uid, BOB.uid}


@pytest.mark.parametrize("grace", ["0s", "14d"])
def test_members_at_once(place: Path, root: Path, grace: str) -> None:
    if grace == "0s":
        _impatient(root)
    _live(place, root, 4, ANN, BOB, User(61004, 0o027, (TEAM,)), User(61005, 0o777 & ~0o700, (TEAM,)))
    _check_modes(root)
    with open_store(root) as store:
        assert len(store.models()) == 4
        assert store.verify().ok
    assert os.listdir(root / "tmp") == []


def test_who_is_not_in_the_group_reads_and_is_told_why_no_more(place: Path, root: Path) -> None:
    _live(place, root, 3, ANN, BOB)
    (root / "trash").rmdir()  # repair would make it again
    before = [(path, status.st_ino, status.st_mtime_ns) for path, status in _walk(root)]
    said = EVE.does("read", root)
    assert f"can't be written by {EVE.uid}: it belongs to {ANN.uid}" in said
    assert f"the group {TEAM} may write it" in said
    assert f"sudo usermod -aG {TEAM} {EVE.uid}" in said
    told = EVE.does("doctor", root)
    assert f"ok shared with the group {TEAM}" in told
    assert "warn access the store at" in told
    assert "bad" not in told
    after = [(path, status.st_ino, status.st_mtime_ns) for path, status in _walk(root)]
    assert after == before


def test_a_store_can_be_kept_from_everyone_else(place: Path, root: Path) -> None:
    root.chmod(0o2770)
    _live(place, root, 1, BOB)
    assert stat.S_IMODE((root / "index.json").stat().st_mode) == 0o660
    code, said = EVE.fails("read", root)
    assert code == 7
    assert f"shared with the group {TEAM}" in said


def test_a_private_store_stays_private(place: Path) -> None:
    root = place / "store"
    ANN.does("init", root)
    _impatient(root)
    _live(place, root, 4, ANN)
    for path, status in _walk(root):
        if not path.is_symlink():
            assert not stat.S_IMODE(status.st_mode) & 0o7077, path
    for user in (BOB, EVE):
        code, said = user.fails("read", root)
        assert code == 7
        assert f"belongs to {ANN.uid}" in said


def test_a_private_store_inside_a_shared_directory_stays_private(place: Path) -> None:
    shared = place / "team"
    shared.mkdir()
    os.chown(shared, BOB.uid, TEAM)
    shared.chmod(0o2775)
    ANN.does("init", shared / "store")
    _live(place, shared / "store", 1, ANN)
    for path, status in _walk(shared / "store"):
        if not path.is_symlink():
            assert not stat.S_IMODE(status.st_mode) & 0o077, path
    code, _ = BOB.fails("read", shared / "store")
    assert code == 7


def test_someone_elses_store_that_is_open_to_read_says_who_can_share_it(place: Path) -> None:
    root = place / "store"
    BOB.does("init", root)
    _live(place, root, 1, BOB)
    said = EVE.does("read", root)
    assert f"it belongs to {BOB.uid}" in said
    assert "mvtui init --shared GROUP" in said


def test_an_owner_whose_files_root_took_is_told_how_to_take_them_back(place: Path) -> None:
    """As when a container ran as root."""
    root = place / "store"
    BOB.does("init", root)
    _live(place, root, 1, BOB)
    os.chown(root / "journal" / "events.jsonl", 0, 0)
    said = BOB.does("read", root)
    assert f"{root}/journal/events.jsonl belongs to root" in said
    assert f"sudo chown -R {BOB.uid} {root}" in said
    assert "bad access the store at" in BOB.does("doctor", root)


@pytest.mark.parametrize("umask", [0o077, 0o022])
def test_a_store_that_is_there_is_shared_later(place: Path, umask: int) -> None:
    root, owner = place / "store", User(EVE.uid, umask, (TEAM,))
    owner.does("init", root)
    _live(place, root, 3, owner)
    owner.does("init", root, TEAM)
    _check_modes(root, for_others=umask == 0o022)
    before = {path: status.st_ctime_ns for path, status in _walk(root)}
    BOB.does("init", root, TEAM)  # nothing is left to do, so it is no matter that it is another's
    assert before == {path: status.st_ctime_ns for path, status in _walk(root)}
    _live(place, root, 3, BOB, ANN)
    _check_modes(root, for_others=umask == 0o022)


def test_what_may_not_be_given_to_the_group_is_named(place: Path, root: Path) -> None:
    _live(place, root, 1, ANN)
    spoiled = root / "journal" / "events.jsonl"
    spoiled.chmod(0o604)
    os.chown(spoiled, ANN.uid, ANN.uid)
    code, said = BOB.fails("init", root, TEAM)
    assert code == 7
    assert str(spoiled) in said
    assert f"sudo mvtui init --shared {TEAM} {root}" in said
    ANN.does("init", root, TEAM)
    _check_modes(root)
    _live(place, root, 1, BOB)


def test_doctor_names_what_keeps_members_out_and_the_command_that_mends_it(place: Path, root: Path) -> None:
    _live(place, root, 1, ANN)
    healthy = BOB.does("doctor", root)
    assert f"ok access this user, {BOB.uid}, is in the group {TEAM} and can write" in healthy
    assert "everything in it is the group's to use" in healthy
    journal = root / "journal" / "events.jsonl"
    journal.chmod(0o644)
    told = BOB.does("doctor", root)
    assert (
        f"bad access the store at {root} can't be written by {BOB.uid}: {journal} belongs to {ANN.uid}"
        in told
    )
    assert f"-> sudo chmod 0664 {journal}" in told
    assert BOB.fails("note", root, f"u{ANN.uid}", "x")[0] == 7
    shard = next((root / "objects").iterdir())
    os.chown(shard, ANN.uid, ANN.uid)
    shard.chmod(0o755)
    told = BOB.does("doctor", root)
    assert "bad shared" in told
    assert "can't use 2 files and directories" in told
    assert f"-> sudo mvtui init --shared {TEAM} {root}" in told
    ANN.does("init", root, TEAM)
    assert BOB.does("doctor", root) == healthy
    place.chmod(0o700)
    with open_store(root) as store:
        found = [
            finding for finding in store.doctor() if finding.level == "warn" and finding.topic == "shared"
        ]
    place.chmod(0o777)
    assert [finding.fix.partition(",")[0] for finding in found] == [f"chmod o+x {place}"]


def test_a_group_one_is_not_in_and_one_that_is_not(place: Path) -> None:
    code, said = EVE.fails("init", place / "store", TEAM)
    assert code == 7
    assert f"{EVE.uid} is not in the group {TEAM}" in said
    assert not (place / "store").exists()
    code, said = EVE.fails("init", place / "store", "no-such-group")
    assert code == 4
    assert "there is no group 'no-such-group'" in said
    assert EVE.fails("init", place / "store", 2**32 - 1)[0] == 4
    assert EVE.fails("init", place / "store", -1)[0] == 4
    assert not (place / "store").exists()


def test_root_makes_a_store_for_a_group_it_is_not_in(place: Path) -> None:
    root = place / "store"
    User(0, 0o077).does("init", root, TEAM)
    _live(place, root, 2, ANN, BOB)
    User(0, 0o077).does("note", root, f"u{ANN.uid}", "from root")
    _check_modes(root)


def test_a_directory_made_ready_by_an_administrator_is_shared_without_a_word(place: Path) -> None:
    root = place / "store"
    root.mkdir()
    os.chown(root, 0, TEAM)
    root.chmod(0o2770)
    ANN.does("init", root)
    _live(place, root, 2, ANN, BOB)
    _check_modes(root, for_others=False)


@pytest.mark.parametrize(("umask", "is_sound"), [(0o002, True), (0o022, False)])
def test_an_owner_who_is_not_in_the_group_is_told_that_it_may_lock_others_out(
    place: Path, umask: int, is_sound: bool
) -> None:
    root, owner = place / "store", User(EVE.uid, umask)
    root.mkdir()
    os.chown(root, owner.uid, TEAM)
    root.chmod(0o2775)
    owner.does("init", root)
    told = owner.does("doctor", root)
    assert (
        f"warn access this user, {owner.uid}, can write as the owner but is not in the group {TEAM}" in told
    )
    assert ("everything in it is the group's to use" in told) == is_sound
    if is_sound:  # the kernel gave each directory its bit, and nothing took it away
        _live(place, root, 1, owner)
        _check_modes(root)


# -- what a member leaves behind ------------------------------------------------------------------


@pytest.mark.parametrize("calls", ["mkdir chmod", pytest.param("fchmod rename link", marks=pytest.mark.slow)])
def test_what_a_member_who_was_killed_left_is_collected_by_another(
    place: Path, root: Path, calls: str
) -> None:
    """At every call that makes something, or says who may use it: nobody is locked out, and nothing stays."""
    strace.require()
    theirs, mine = (_home(place, user) / "model" for user in (ANN, BOB))
    for source in (theirs, mine):
        (source / "deep" / "er").mkdir(parents=True)
        (source / "weights").write_bytes(os.urandom(100_000))
        (source / "deep" / "er" / "config").write_bytes(b"c")
    for path in (*_home(place, ANN).rglob("*"), *_home(place, BOB).rglob("*")):
        path.chmod(0o755)
    _home(place, ANN).chmod(0o755)
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
        _check_modes(root)
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
    _live(place, root, 1, ANN)
    making = root / "objects" / ".making"
    making.mkdir(mode=0o700)
    os.chown(making, ANN.uid, ANN.uid)
    EVE.does("read", root)
    BOB.does("collect", root)
    told = EVE.does("doctor", root)
    assert "bad" not in told
    assert "everything in it is the group's to use" in told
    _live(place, root, 1, BOB)
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
    _live(place, root, 1, ANN, BOB)
    cache = root / "statcache"
    assert cache.exists()
    cache.chmod(0o400)
    os.chown(cache, ANN.uid, ANN.uid)
    _live(place, root, 2, BOB)
    EVE.does("read", root)
    cache.unlink()
    _live(place, root, 2, BOB)
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
    _live(place, root, 1, BOB)
    shared = place / "team"
    shared.mkdir()
    os.chown(shared, BOB.uid, TEAM)
    shared.chmod(0o2775)
    ANN.does("checkout", root, f"u{BOB.uid}", shared / "new" / "out")
    for path, status in _walk(shared / "new"):
        assert not stat.S_IMODE(status.st_mode) & 0o077, path
    BOB.does("checkout", root, f"u{BOB.uid}", shared / "other")
    for path, status in _walk(shared / "other"):
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
