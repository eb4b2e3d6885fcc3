"""Several processes, threads and forks at one store."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from mvtui import open_store
from mvtui.store import Event, Store
from mvtui.store.engine import platform
from mvtui.store.errors import LockTimeoutError
from mvtui.store.nouns.semver import SemVer

from tests.faults.acts import rank, start

MakeFile = Callable[..., Path]
EIGHT = 8


def _together(processes: list[subprocess.Popen[str]]) -> list[str]:
    """Let processes that are ready go at the same moment; return what they acknowledged."""
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    acknowledged = []
    for process in processes:
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        acknowledged += [line.split()[1] for line in out.splitlines() if line.startswith("version")]
    return acknowledged


def _check(store: Store) -> None:
    report = store.verify()
    assert report.ok
    assert store.damage() == ()
    seqs = [event.seq for event in store.events()]
    assert seqs == list(range(1, len(seqs) + 1))
    assert not list(Path(store.root, "journal").glob("torn-*"))
    assert os.listdir(Path(store.root, "tmp")) == []


def test_eight_processes_register_different_content(store: Store) -> None:
    each = 4
    acknowledged = _together([start("register_many", store.root, "m", each, who) for who in range(EIGHT)])
    assert len(set(acknowledged)) == len(acknowledged) == EIGHT * each
    versions = store.versions("m")
    assert {version.ref for version in versions} == set(acknowledged)
    assert len({version.id for version in versions}) == EIGHT * each
    _check(store)


def test_eight_processes_register_the_same_content(store: Store) -> None:
    acknowledged = _together([start("register_many", store.root, "m", 3, "same") for _ in range(EIGHT)])
    assert len(acknowledged) == EIGHT * 3
    assert {v.ref for v in store.versions("m")} == set(acknowledged) == {"m@1.0.0", "m@1.0.1", "m@1.0.2"}
    _check(store)


@pytest.mark.parametrize("grace", ["0s", "1d"])
def test_registering_against_gc(store: Store, make_file: MakeFile, grace: str) -> None:
    Path(store.root, "config.toml").write_text(f'[gc]\ngrace = "{grace}"\n')
    doomed = store.register("doomed", make_file(b"0 0" * 50)).version
    store.delete(doomed.ref, "its bytes are those that come next")
    collector = start("collect", store.root)
    assert collector.stdout is not None
    assert collector.stdout.readline() == "ready\n"
    assert collector.stdin is not None
    collector.stdin.write("go\n")
    collector.stdin.flush()
    acknowledged = _together([start("register_many", store.root, f"m{who}", 12, who) for who in range(3)])
    _, err = collector.communicate(timeout=60)
    assert collector.returncode == 0, err
    assert {version.ref for version in store.versions()} == set(acknowledged)
    for ref in acknowledged:
        assert store.verify(ref).ok
    _check(store)


def test_a_lock_that_someone_holds_names_them(store: Store, make_file: MakeFile) -> None:
    Path(store.root, "config.toml").write_text('[lock]\ntimeout = "0s"\n')
    before = Path(store.root, "journal", "events.jsonl").read_bytes()
    holder = start("hold", store.root)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "ready\n"
    with open_store(store.root) as other:
        assert len(other.versions()) == 0  # reading waits for no one
        for change in (
            lambda: other.register("m", make_file()),
            other.repair,
            lambda: other.gc(dry_run=False),
        ):
            with pytest.raises(LockTimeoutError) as caught:
                change()
            assert f"pid {holder.pid}" in caught.value.message
            assert f"{platform.user_name()}@{platform.host_name()}" in caught.value.message
            assert caught.value.hint
            assert caught.value.exit_code == 6
        assert Path(store.root, "journal", "events.jsonl").read_bytes() == before
        holder.communicate("stop\n", timeout=60)
        assert other.register("m", make_file()).created


def test_a_lock_whose_holder_was_killed_is_free(store: Store, make_file: MakeFile) -> None:
    holder = start("hold", store.root)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "ready\n"
    holder.send_signal(signal.SIGKILL)
    holder.communicate(timeout=60)
    assert store.register("m", make_file()).created


def test_threads_share_a_store(store: Store, make_file: MakeFile) -> None:
    files = [make_file(b"thread %d" % number, f"{number}.bin") for number in range(24)]

    def work(path: Path) -> str:
        ref = store.register("m", path, note=path.name).version.ref
        store.tag(ref, {"path": path.name})
        assert store.get(ref).tags == {"path": path.name}
        assert len(store.versions("m")) >= 1
        return ref

    with ThreadPoolExecutor(EIGHT) as pool:
        refs = list(pool.map(work, files))
    assert len(set(refs)) == 24
    assert {v.note: v.tags["path"] for v in store.versions()} == {p.name: p.name for p in files}
    _check(store)


def test_a_forked_child_registers_while_its_parent_does(store: Store, make_file: MakeFile) -> None:
    store.register("m", make_file(b"before"))
    ours, theirs = make_file(b"parent", "parent.bin"), make_file(b"child", "child.bin")
    child = os.fork()
    if child == 0:
        code = 1
        try:
            for number in range(5):
                theirs.write_bytes(b"child %d" % number)
                store.register("m", theirs)
            code = 0
        finally:
            os._exit(code)
    for number in range(5):
        ours.write_bytes(b"parent %d" % number)
        store.register("m", ours)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert len(store.versions("m")) == 11
    _check(store)


def test_a_child_forked_while_a_thread_holds_the_lock_gets_its_own(store: Store, make_file: MakeFile) -> None:
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with store._repository.writing():
            held.set()
            done.wait()

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait()
    go, going = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.read(go, 1)
            store.register("m", make_file(b"child"))
            code = 0
        finally:
            os._exit(code)
    done.set()
    thread.join()
    os.write(going, b"!")
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    os.close(go)
    os.close(going)
    assert len(store.versions("m")) == 1
    _check(store)


def test_a_child_forked_in_the_middle_of_a_refresh_misses_nothing(
    store: Store, make_file: MakeFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.register("m", make_file(b"one"))
    with open_store(store.root) as other:
        other.register("m", make_file(b"two"))
        other.register("m", make_file(b"three"))
    inside, done = threading.Event(), threading.Event()
    apply = store._repository.index.apply

    def slowly(event: Event) -> None:
        if threading.current_thread() is thread:
            inside.set()
            done.wait()
        apply(event)

    monkeypatch.setattr(store._repository.index, "apply", slowly)
    thread = threading.Thread(target=store.poll)
    thread.start()
    inside.wait()
    child = os.fork()
    if child == 0:
        os._exit(10 + len(store.versions("m")))
    done.set()
    thread.join()
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 13
    assert len(store.versions("m")) == 3


@pytest.mark.parametrize("way", ["fork", "spawn"])
def test_ranks_of_one_job_register_the_same_file(store: Store, make_file: MakeFile, way: str) -> None:
    source = str(make_file(b"w" * 300_000))
    with multiprocessing.get_context(way).Pool(4) as pool:
        refs = pool.starmap(rank, [(str(store.root), number, source) for number in range(4)])
    assert set(refs) == {"m@1.0.0"}
    assert store.get("m").metrics == {f"rank-{number}": number for number in range(4)}
    _check(store)


def test_many_readers_make_the_same_tree_at_once(store: Store, make_file: MakeFile, tmp_path: Path) -> None:
    for number in range(30):
        make_file(b"%d" % number, f"tree/d{number % 3}/{number}")
    for round_ in range(6):
        make_file(b"round %d" % round_, "tree/round")
        store.register("m", tmp_path / "source" / "tree")
        gate = threading.Barrier(EIGHT)

        def read(_: int, gate: threading.Barrier = gate) -> int:
            with open_store(store.root) as mine:
                gate.wait()
                root = mine.path("m")
                return sum(len(p.read_bytes()) > 0 for p in root.rglob("*") if p.is_file())

        with ThreadPoolExecutor(EIGHT) as pool:
            assert list(pool.map(read, range(EIGHT))) == [31] * EIGHT


def test_numbers_follow_the_order_of_registering(store: Store) -> None:
    _together([start("register_many", store.root, "m", 3, who) for who in range(4)])
    newest_first = [SemVer.parse(version.version) for version in store.versions("m")]
    assert newest_first == sorted(newest_first, reverse=True)
