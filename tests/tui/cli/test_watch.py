"""``mvtui watch`` as a process of its own: killed, interrupted, its reader gone, the store changed under it."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from mvtui.store import Store

from ...store import journals
from .conftest import Run

DEADLINE = 30.0
Start = Callable[..., "Watcher"]


class Watcher:
    """A running ``mvtui watch`` whose lines are waited for."""

    def __init__(self, words: tuple[str, ...], store: Store, **where: Any) -> None:
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
        environment["PYTHONPATH"] = os.pathsep.join(sys.path)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "mvtui", "watch", *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment | {"MVTUI_STORE": str(store.root), "LC_ALL": "C.UTF-8"},
            **where,
        )
        self.out = self._lines(self.process.stdout)
        self.err = self._lines(self.process.stderr)

    @staticmethod
    def _lines(stream: Any) -> queue.Queue[str]:
        found: queue.Queue[str] = queue.Queue()

        def read() -> None:
            with stream:
                for line in stream:
                    found.put(line)

        threading.Thread(target=read, daemon=True).start()
        return found

    def line(self) -> str:
        """Wait for a line of stdout."""
        return self.out.get(timeout=DEADLINE)

    def json(self) -> Any:
        """Wait for an object on stdout."""
        return json.loads(self.line())

    def said(self) -> str:
        """Wait for a line of stderr."""
        return self.err.get(timeout=DEADLINE)

    def end(self, number: int) -> int:
        """Send a signal; return the exit code."""
        self.process.send_signal(number)
        return self.process.wait(DEADLINE)


@pytest.fixture
def watch(two: Store, no_sync: None) -> Iterator[Start]:
    """Start a watch, from the first event on unless told otherwise; it is running once it has told that."""
    started: list[Watcher] = []

    def start(*words: str, **where: Any) -> Watcher:
        started.append(Watcher(words, two, **where))
        return started[-1]

    yield start
    for watcher in started:
        if watcher.process.poll() is None:
            watcher.process.kill()
        watcher.process.wait()


def test_an_object_a_line_at_once(watch: Start, two: Store) -> None:
    watcher = watch("--json", "--since", "1")
    assert [watcher.json()["seq"] for _ in range(2)] == [2, 3]
    two.promote("sentiment", "staging", reason="try")
    told = watcher.json()
    assert (told["seq"], told["event"], told["version"], told["reason"]) == (4, "transition", "1.1.0", "try")
    assert told == next(two.history(limit=1)).as_dict()
    two.note("sentiment", "line\nbreak")
    assert watcher.json()["data"]["note"] == "line\nbreak"


def test_lines_of_the_ledger_for_people(watch: Start, two: Store) -> None:
    watcher = watch("--since", "2")
    assert "sentiment@1.1.0" in watcher.line()
    two.promote("sentiment@1.0.0", "production", reason="first")
    two.promote("sentiment@1.1.0", "production", reason="better")
    two.rollback("sentiment", reason="\x1b[2Jfell")
    assert '"first"' in watcher.line()
    assert "replacing 1.0.0" in watcher.line()
    told = watcher.line()
    assert "↩ ROLLBACK" in told
    assert "\x1b" not in told


def test_only_what_was_asked_for(watch: Start, two: Store) -> None:
    watcher = watch("stage:production", "-note:secret", "--since", "0", "--json")
    two.note("sentiment@1.0.0", "x")
    two.promote("sentiment@1.0.0", "production", reason="x")
    assert watcher.json()["event"] == "transition"


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
@pytest.mark.parametrize("words", [(), ("--json",)])
def test_a_signal_ends_it_cleanly(watch: Start, number: int, code: int, words: tuple[str, ...]) -> None:
    watcher = watch("--since", "0", *words)
    watcher.line()
    assert watcher.end(number) == code
    assert "Traceback" not in "".join(iter_now(watcher.err))


def iter_now(lines: queue.Queue[str]) -> Iterator[str]:
    try:
        while True:
            yield lines.get(timeout=0.5)
    except queue.Empty:
        return


def test_killed_it_leaves_nothing_behind(watch: Start, two: Store) -> None:
    def everything() -> list[str]:
        return sorted(str(path) for path in two.root.rglob("*"))

    before = everything()
    watcher = watch("--since", "0", "sentiment")
    watcher.line()
    assert watcher.end(signal.SIGKILL) == -9
    assert everything() == before
    two.note("sentiment", "nobody holds the lock")


def test_a_reader_that_went_away_ends_it_though_nothing_happens(two: Store) -> None:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "MVTUI_STORE": str(two.root)}
    reader, writer = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-m", "mvtui", "watch", "--since", "0"],
        stdout=writer,
        stderr=subprocess.PIPE,
        env=environment,
    )
    os.close(writer)
    assert os.read(reader, 1)
    os.close(reader)
    _, err = process.communicate(timeout=DEADLINE)
    assert (process.returncode, err) == (141, b"")


def test_head_gets_its_lines(two: Store) -> None:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "MVTUI_STORE": str(two.root)}
    command = f"{sys.executable} -m mvtui watch --since 0 --json | head -n 2"
    done = subprocess.run(
        ["sh", "-c", command], capture_output=True, text=True, env=environment, timeout=DEADLINE, check=True
    )
    assert [json.loads(line)["seq"] for line in done.stdout.splitlines()] == [1, 2]
    assert done.stderr == ""


def test_the_index_is_rebuilt_under_it(watch: Start, two: Store) -> None:
    watcher = watch("--json", "--since", "3", "sentiment")
    two.note("sentiment", "a")
    assert watcher.json()["seq"] == 4
    two.repair()
    two._repository.save_snapshot()
    (two.root / "index.json").write_text("nonsense")
    two.note("sentiment", "b")
    assert watcher.json()["seq"] == 5


@pytest.mark.parametrize("words", [(), ("--json",)])
def test_a_backup_is_restored_under_it(
    watch: Start, two: Store, tmp_path: Path, words: tuple[str, ...]
) -> None:
    backup = shutil.copy(journals.path(two), tmp_path / "backup")
    two.note("sentiment", "lost")
    watcher = watch("--since", "3", *words)
    watcher.line()
    os.replace(backup, journals.path(two))
    if words:
        said = watcher.json()
        assert (said["notice"], said["seq"]) == ("rewritten", 3)
    else:
        assert "event 4 as it was told is not in the journal any more" in watcher.said()
    two.note("sentiment", "found")
    assert "found" in watcher.line()


def test_the_store_is_away_for_a_while(watch: Start, two: Store) -> None:
    watcher = watch("--since", "3", "sentiment")
    two.note("sentiment", "a")
    watcher.line()
    two.close()
    away = two.root.with_name("unmounted")
    two.root.rename(away)
    assert "the store is gone" in watcher.said()
    away.rename(two.root)
    assert watcher.said() == "the store can be read again\n"
    two.note("sentiment", "b")
    assert "noted: b" in watcher.line()


def test_a_damaged_line_is_told_and_passed(watch: Start, two: Store) -> None:
    watcher = watch("--since", "2")
    watcher.line()
    bad = bytearray(journals.raw_lines(two)[-1])
    bad[bad.index(b'"actor"')] ^= 1
    two.close()
    with open(journals.path(two), "ab") as file:
        file.write(bad)
    assert watcher.said().startswith("warning: journal byte")
    assert watcher.said() == "hint: mvtui repair\n"
    two.repair()
    assert "quarantined" in watcher.line()


def test_a_watched_store_s_disk_can_be_unmounted(watch: Start, two: Store) -> None:
    """Between two looks it holds nothing open, which is nearly always."""
    watcher = watch("--since", "2", cwd="/")
    watcher.line()
    end = time.monotonic() + DEADLINE
    while open_files(watcher.process.pid, two.root):
        assert time.monotonic() < end


def open_files(pid: int, root: Path) -> list[str]:
    """Return the files below a directory that a process holds open now."""
    links = []
    for fd in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(OSError):  # closed meanwhile
            links.append(os.readlink(fd))
    return [link for link in links if link.startswith(str(root))]


def test_words_that_are_wrong(run: Run, two: Store) -> None:
    assert run("watch", "limit:3").code == 2
    wrong = run("watch", "stge:production")
    assert (wrong.code, "^" in wrong.err) == (4, True)
    assert run("watch", "--since", "-1").code == 2
    assert run("watch", "--store", "/nowhere").code == 3
