"""A/B tests under kill -9: a start, a ramp or an end is there whole or not at all; outcomes of many processes are not lost."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from mvtui import init_store, open_store

from tests.faults import strace
from tests.faults.acts import start

MakeFile = Callable[..., Path]


@pytest.fixture
def before(tmp_path: Path, make_file: MakeFile, no_sync: None) -> Path:
    """A store with two versions, the first in production."""
    root = tmp_path / "before"
    with init_store(root) as store:
        store.register("m", make_file(b"one"))
        store.register("m", make_file(b"two"))
        store.promote("m@1.0.0", "production", reason="so")
    return root


@pytest.fixture
def running(before: Path) -> Path:
    """The same with a test that runs."""
    with open_store(before) as store:
        store.ab_start("t", {"a": ("m@1.0.0", 90), "b": ("m@1.0.1", 10)}, reason="so")
    return before


def _state(root: Path) -> str:
    """What the store says of the test; and live/ follows it with the next change, and the store is whole."""
    with open_store(root) as store:
        tests = store.ab_tests()
        store.note("m@1.0.0", "the next verb")
        home = root / "live/m/ab"
        if not tests or not tests[0].running:
            assert not home.exists()
        else:
            assert (home / "t/b/model.bin").read_bytes() == b"two"
            assert (home / "t/test.json").read_bytes() == tests[0].spec.encode()
        report = store.verify()
        assert (report.ok, report.repaired, report.notices) == (True, (), ())
        assert store.audit().problems == ()
        store.gc(dry_run=False)
        assert os.listdir(root / "tmp") == []
    (root / "index.json").unlink(missing_ok=True)
    with open_store(root) as again:
        assert again.ab_tests() == tests
    return "none" if not tests else f"{tests[0].running} {tests[0].spec.epoch}"


@pytest.mark.parametrize(
    ("act", "old", "new"),
    [("ab_start", "none", "True 1"), ("ab_ramp", "True 1", "True 2"), ("ab_stop", "True 1", "False 1")],
)
def test_killed_at_every_change(
    before: Path, tmp_path: Path, request: pytest.FixtureRequest, act: str, old: str, new: str
) -> None:
    strace.require()
    if act != "ab_start":
        request.getfixturevalue("running")
    root = tmp_path / "store"
    shutil.copytree(before, root, symlinks=True)
    places = [call for call in strace.calls(root, act, root) if call[0] in strace.CHANGING]
    assert len(places) >= 4
    seen = set()
    for name, number in places:
        shutil.rmtree(root)
        shutil.copytree(before, root, symlinks=True)
        status, out, err = strace.run(f"{name}:signal=KILL:when={number}", act, root)
        assert status in (-9, 0), err
        state = _state(root)
        assert state == new or (state == old and not out)
        seen.add(state)
    assert seen == {old, new}


def test_eight_processes_record_at_once_and_nothing_is_lost(running: Path) -> None:
    count = 2000
    processes = [start("ab_record", running, count, f"p{number}-") for number in range(8)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    with open_store(running) as store:
        store.ab_ramp("t", {"a": 50, "b": 50}, reason="meanwhile")
    assert [process.communicate(timeout=60)[1] for process in processes] == [""] * 8
    with open_store(running) as store:
        report = store.ab_report("t")
        counts = report.counts
        assert (counts.outcomes, counts.duplicate, counts.torn, counts.bad) == (8 * count, 0, 0, 0)
        assert sum(arm.n for arm in report.metrics[0].arms) == 8 * count
        segments = list((running / "outcomes/t").iterdir())
        assert len(segments) == 8
        events = [event for event in store.events() if event.kind == "outcomes"]
        assert sum(each["outcomes"] for event in events for each in event.data["segments"]) == 8 * count
        assert store.audit().problems == ()
        assert store.verify().ok


def test_killed_while_recording_it_loses_a_second_at_most(running: Path) -> None:
    process = start("ab_record", running, 10**9, "k")
    assert process.stdout is not None
    assert process.stdin is not None
    assert process.stdout.readline() == "ready\n"
    process.stdin.write("go\n")
    process.stdin.flush()
    said: list[tuple[float, int]] = []
    until = time.monotonic() + 1.4
    while time.monotonic() < until:
        number = int(process.stdout.readline().split()[1])
        said.append((time.monotonic(), number))
    process.send_signal(signal.SIGKILL)
    killed = time.monotonic()
    process.communicate()
    with open_store(running) as store:
        counts = store.ab_report("t").counts
        recorded = max(number for at, number in said if at < killed - 1)
        assert counts.outcomes >= recorded > 0
        assert counts.bad == 0
        store.ab_stop("t", reason="so")  # closes what the dead one left
        assert any(event.kind == "outcomes" for event in store.events())
        assert store.audit().problems == ()


def test_a_torn_tail_is_ignored_and_counted(running: Path) -> None:
    with open_store(running) as store:
        with store.ab_test("t") as test:
            for number in range(100):
                test.record(f"u{number}", resolved=1)
            test.flush()
            (segment,) = (running / "outcomes/t").iterdir()
            os.truncate(segment, segment.stat().st_size - 7)
        counts = store.ab_report("t").counts
        assert (counts.outcomes, counts.torn) == (99, 1)
