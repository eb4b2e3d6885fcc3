"""Outcomes: recorded by threads and forks, taken from files, closed with their digests, counted once."""

from __future__ import annotations

import json
import math
import multiprocessing
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mvtui import open_store
from mvtui.store import EventKind, Store
from mvtui.store.engine import platform, recorder
from mvtui.store.errors import BadInputError, NotAllowedError, NotFoundError, ReadOnlyError, StorageError

MakeFile = Callable[..., Path]


@pytest.fixture
def running(store: Store, make_file: MakeFile, no_sync: None) -> Store:
    store.register("m", make_file(b"one"))
    store.register("m", make_file(b"two"))
    store.promote("m@1.0.0", "production", reason="so")
    arms: dict[str, tuple[str, float | str]] = {"a": ("m@1.0.0", 50), "b": ("m@1.0.1", 50)}
    store.ab_start("t", arms, metrics=["resolved:max:rate", "latency:min"], reason="so")
    return store


def counted(store: Store) -> tuple[int, int]:
    counts = store.ab_report("t").counts
    return counts.outcomes, counts.duplicate


def lines(store: Store) -> list[list[Any]]:
    found = []
    for segment in sorted((store.root / "outcomes/t").iterdir()):
        found += [json.loads(line) for line in segment.read_text().splitlines()[1:]]
    return found


# -- recording -----------------------------------------------------------------------------------


def test_an_outcome_names_arm_epoch_and_hash_but_not_the_key(running: Store) -> None:
    with running.ab_test("t") as test:
        test.record("user-7@example.org", resolved=True, latency=340)
        arm = test.assign("user-7@example.org")
    (line,) = lines(running)
    assert line[2:] == [1, arm, "", {"resolved": 1, "latency": 340}]
    assert len(line[0]) == 32
    assert "example" not in "".join(path.read_text() for path in (running.root / "outcomes/t").iterdir())


def test_what_was_recorded_before_a_ramp_stays_with_its_arm(running: Store) -> None:
    test = running.ab_test("t")
    for number in range(400):
        test.record(f"u{number}", resolved=1)
    running.ab_ramp("t", {"a": 0, "b": 100}, reason="on")
    assert test.refresh()
    for number in range(400, 800):
        test.record(f"u{number}", resolved=1)
    test.close()
    arms = running.ab_report("t").metrics[0].arms
    before = sum(line[3] == "a" for line in lines(running) if line[2] == 1)
    assert 150 < before < 250
    assert [arm.n for arm in arms] == [before, 800 - before]
    assert running.ab_report("t").ratio is not None
    assert running.ab_report("t").verdict != "mismatch"


def test_the_arm_that_served_may_be_said(running: Store) -> None:
    with running.ab_test("t") as test:
        test.record("k", resolved=1, arm="b")
        test.record("j", {"latency": 1.5}, arm="a", outcome="r1")
        with pytest.raises(BadInputError, match="has no arm 'z'"):
            test.record("k", resolved=1, arm="z")
    assert sorted(line[3] for line in lines(running)) == ["a", "b"]


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "nan": ({"latency": math.nan}, "no finite number"),
    "infinite": ({"latency": math.inf}, "no finite number"),
    "huge": ({"latency": 10**400}, "no finite number"),
    "text": ({"latency": "fast"}, "no finite number"),
    "none": ({"latency": None}, "no finite number"),
    "rate 2": ({"resolved": 2}, "but it is a rate"),
    "rate half": ({"resolved": 0.5}, "but it is a rate"),
    "unknown": ({"solved": 1}, "has no metric 'solved'"),
    "nothing": ({}, "without a value"),
    "one of two": ({"resolved": 1, "latency": math.nan}, "no finite number"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_can_be_no_outcome_is_refused_and_not_recorded(case: str, running: Store) -> None:
    given, why = BAD[case]
    with running.ab_test("t") as test:
        test.record("good", resolved=1)
        with pytest.raises(BadInputError, match=why):
            test.record("k", given)
        for key in ("", None, 7):
            with pytest.raises(BadInputError):
                test.record(key, resolved=1)  # type: ignore[arg-type]
        for outcome in ("x" * 201, 7, "\ud800"):
            with pytest.raises(BadInputError):
                test.record("k", resolved=1, outcome=outcome)  # type: ignore[arg-type]
    assert counted(running) == (1, 0)


def test_hostile_keys_and_ids_stay_on_their_line(running: Store) -> None:
    with running.ab_test("t") as test:
        for key in ("a\nb", "\x1b[2J", '"}]', "\u202e", "k" * 100_000):
            test.record(key, resolved=1, outcome='"]\n\x1b')
    assert counted(running) == (5, 0)


def test_threads_share_a_test(running: Store) -> None:
    def work(name: int) -> None:
        for number in range(300):
            test.record(f"{name}-{number}", resolved=1)

    with running.ab_test("t") as test:
        threads = [threading.Thread(target=work, args=(name,)) for name in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert counted(running) == (1800, 0)
    assert len(list((running.root / "outcomes/t").iterdir())) == 1


def test_threads_that_begin_at_once_lose_nothing_at_the_close(
    running: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = recorder.Recorder.__init__
    together = threading.Barrier(3)

    def slow(self: recorder.Recorder, *given: Any) -> None:
        together.wait(10)
        begin(self, *given)

    monkeypatch.setattr(recorder.Recorder, "__init__", slow)
    with running.ab_test("t") as test:
        threads = [threading.Thread(target=test.record, args=(f"k{n}", {"resolved": 1})) for n in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert counted(running) == (3, 0)
    assert len(list((running.root / "outcomes/t").iterdir())) == 1


def test_a_forked_child_writes_a_segment_of_its_own(running: Store) -> None:
    test = running.ab_test("t")
    test.record("parent", resolved=1)
    test.flush()
    test.record("waiting at the fork", resolved=1)
    if (pid := os.fork()) == 0:
        try:
            test.record("child", resolved=1)
            test.close()
        finally:
            os._exit(0)
    assert os.waitpid(pid, 0)[1] == 0
    test.record("parent after", resolved=1)
    test.close()
    assert counted(running) == (4, 0)
    assert len(list((running.root / "outcomes/t").iterdir())) == 2
    assert running.audit().problems == ()


def _record_in_worker(root: str, number: int) -> None:
    open_store(root).ab_test("t").record(f"w{number}", resolved=1)  # and ends without closing


def test_workers_of_multiprocessing_flush_when_they_end(running: Store) -> None:
    context = multiprocessing.get_context("fork")
    workers = [
        context.Process(target=_record_in_worker, args=(str(running.root), number)) for number in range(3)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert counted(running) == (3, 0)


def test_it_is_on_disk_without_anyone_closing(running: Store) -> None:
    test = running.ab_test("t")
    test.record("k", resolved=1)
    done = threading.Event()
    for _ in range(100):
        if (running.root / "outcomes/t").exists() and lines(running):
            break
        done.wait(0.1)
    assert counted(running) == (1, 0)
    test.close()


def test_a_disk_that_refuses_loses_nothing_when_it_takes_again(
    running: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    test = running.ab_test("t")
    test.record("first", resolved=1)
    test.flush()
    with monkeypatch.context() as broken:
        broken.setattr(platform, "sync_fd", _refuse)
        test.record("second", resolved=1)
        with pytest.raises(StorageError, match="could not write outcomes"):
            test.flush()
        test.record("third", resolved=1)
    test.close()
    assert counted(running)[0] == 3
    assert running.audit().problems == ()


def _refuse(_fd: int) -> None:
    raise OSError(5, "Input/output error")


def test_a_disk_that_refuses_for_long_is_told(running: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    test = running.ab_test("t")
    with monkeypatch.context() as broken:
        broken.setattr(platform, "sync_fd", _refuse)
        broken.setattr(recorder, "_MOST", 2000)
        with pytest.raises(StorageError):  # noqa: PT012 - which of them fails is asked
            for number in range(100):
                test.record(f"u{number}", resolved=1)
        assert 5 < number < 99
        for _ in range(5):
            with pytest.raises(StorageError):
                test.flush()
        assert list((running.root / "outcomes/t").iterdir()) == []
    test.close()
    assert counted(running)[0] == number


def test_a_full_segment_is_closed_and_another_begun(running: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder, "_FULL", 1000)
    with running.ab_test("t") as test:
        for number in range(30):
            test.record(f"u{number}", resolved=1)
            test.flush()
    assert counted(running) == (30, 0)
    assert len(list((running.root / "outcomes/t").iterdir())) > 2
    assert running.audit().problems == ()


def test_a_store_that_can_not_be_written_refuses(running: Store) -> None:
    with open_store(running.root, read_only=True) as store, pytest.raises(ReadOnlyError):
        store.ab_test("t").record("k", resolved=1)


def test_late_outcomes_are_counted_apart(running: Store) -> None:
    test = running.ab_test("t")
    test.record("in time", resolved=1)
    test.flush()
    running.ab_stop("t", reason="so")
    test.record("late", resolved=1)
    test.close()
    counts = running.ab_report("t").counts
    assert (counts.outcomes, counts.late) == (1, 1)


# -- closed segments -----------------------------------------------------------------------------


def test_closed_segments_are_in_the_journal_and_audited(running: Store) -> None:
    with running.ab_test("t") as test:
        test.record("k", resolved=1)
    (event,) = [event for event in running.events() if event.kind is EventKind.OUTCOMES]
    (said,) = event.data["segments"]
    (segment,) = (running.root / "outcomes/t").iterdir()
    assert (said["name"], said["size"], said["outcomes"]) == (segment.name, segment.stat().st_size, 1)
    assert running.audit().problems == ()
    good = segment.read_bytes()
    for bad, why in (
        (good.replace(b"1}", b"0}"), "is not what it was"),
        (good + good, "bytes where it had"),
        (None, "is missing"),
    ):
        segment.unlink()
        if bad is not None:
            segment.write_bytes(bad)
        (problem,) = running.audit().problems
        assert (problem.kind, problem.seq) == ("outcomes", event.seq)
        assert why in problem.sentence
        segment.write_bytes(good)


def test_a_segment_that_is_written_is_not_closed_by_others(running: Store) -> None:
    with running.ab_test("t") as test:
        test.record("k", resolved=1)
        test.flush()
        running.ab_ramp("t", {"b": 60}, reason="x")
        assert EventKind.OUTCOMES not in [event.kind for event in running.events()]
    assert EventKind.OUTCOMES in [event.kind for event in running.events()]


def test_damage_in_a_segment_is_counted_and_the_rest_is_read(running: Store) -> None:
    with running.ab_test("t") as test:
        for number in range(10):
            test.record(f"u{number}", resolved=1)
    (segment,) = (running.root / "outcomes/t").iterdir()
    found = segment.read_bytes().splitlines(keepends=True)
    found[3] = b"\0" * 50 + b"\n"
    found[5] = b'["a", 1, 1, "a", "", {"x": 1e999}]\n'
    found[7] = b"[" * 10_000 + b"\n"
    segment.write_bytes(b"".join(found))
    (running.root / "outcomes/t/dangling.jsonl").symlink_to("/nowhere")
    os.mkfifo(running.root / "outcomes/t/endless.jsonl")
    (running.root / "outcomes/t/directory.jsonl").mkdir()
    counts = running.ab_report("t").counts
    assert (counts.outcomes, counts.bad) == (7, 6)
    running.ab_stop("t", reason="x")


# -- files ---------------------------------------------------------------------------------------


def test_a_csv_file_is_taken_once(running: Store, tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    path.write_text("key,resolved,latency,outcome,comment\nu1,1,300,r1,fine\nu2,0,,r2,\nu1,1,310,r3,\n")
    done = running.ab_import("t", path)
    assert (done.outcomes, done.skipped, done.problems) == (3, 0, ())
    running.ab_import("t", path)
    assert running.ab_report("t").counts.outcomes == 3
    assert running.ab_report("t").counts.duplicate == 3
    with running.ab_test("t") as test:
        assert {line[3] for line in lines(running) if line[4] == "r2"} == {test.assign("u2")}


def test_a_jsonl_file_says_when_and_by_which_arm(running: Store, tmp_path: Path) -> None:
    began = running.ab_tests()[0].epochs[0].at
    rows: list[dict[str, Any]] = [
        {"key": "u1", "values": {"resolved": 1}, "arm": "b", "time": began.timestamp() + 0.001},
        {"key": 17, "resolved": 0, "time": (began.replace(microsecond=999_999)).isoformat()},
        {"key": "early", "resolved": 1, "time": "2020-01-01T00:00:00Z"},
    ]
    path = tmp_path / "out.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)) + "\n\n")
    assert running.ab_import("t", path).outcomes == 3
    counts = running.ab_report("t").counts
    assert (counts.outcomes, counts.early) == (2, 1)


def test_rows_that_can_not_be_are_told_and_the_rest_is_taken(running: Store, tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    rows = [
        '{"key": "good", "resolved": 1}',
        '{"resolved": 1}',
        '{"key": "", "resolved": 1}',
        '{"key": "k", "resolved": 3}',
        '{"key": "k", "latency": "NaN"}',
        '{"key": "k", "resolved": 1, "arm": "z"}',
        '{"key": "k", "resolved": 1, "time": "yesterday"}',
        '{"key": "k", "resolved": 1, "time": "2026-01-01T00:00"}',
        '{"key": "k", "resolved": 1, "time": -5}',
        '{"key": "k"}',
        "not json",
        '{"key": "good too", "resolved": false}',
    ]
    path.write_text("\n".join(rows))
    done = running.ab_import("t", path)
    assert (done.outcomes, done.skipped) == (2, 10)
    assert done.problems[0] == "line 2: it has no key"
    assert len(done.problems) == 5
    assert counted(running) == (2, 0)
    path.write_text(f"{rows[0]}\n[1]\nno")
    assert [told[:27] for told in running.ab_import("t", path).problems] == [
        "line 2: it is no JSON objec",
        "line 3: it is no JSON objec",
    ]


@pytest.mark.parametrize("content", [b"\xff\xfe\x00k", b"name,resolved\nx,1\n", b"", b"key" + b"\0" * 10])
def test_a_file_that_is_none_of_the_kind_is_refused(content: bytes, running: Store, tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    path.write_bytes(content)
    with pytest.raises(BadInputError):
        running.ab_import("t", path)
    with pytest.raises(NotFoundError):
        running.ab_import("t", tmp_path / "none.csv")
    with pytest.raises(NotFoundError):
        running.ab_import("tt", path)
    assert counted(running) == (0, 0)


def test_who_may_not_register_may_not_import(running: Store, tmp_path: Path) -> None:
    (running.root / "config.toml").write_text("[access]\nregister = []\n")
    (tmp_path / "x.csv").write_text("key,resolved\nk,1\n")
    with pytest.raises(NotAllowedError):
        running.ab_import("t", tmp_path / "x.csv")


def test_a_clock_that_is_behind_loses_nothing(running: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    real = time.time
    with running.ab_test("t") as test:
        monkeypatch.setattr(time, "time", lambda: real() - 86_400)
        test.record("k", resolved=1)
    assert (running.ab_report("t").counts.outcomes, running.ab_report("t").counts.early) == (1, 0)


def test_metrics_that_were_not_stated_are_learnt(store: Store, make_file: MakeFile, no_sync: None) -> None:
    store.register("m", make_file(b"one"))
    store.register("m", make_file(b"two"))
    store.promote("m@1.0.0", "production", reason="so")
    store.ab_start("t", {"a": ("m@1.0.0", 50), "b": ("m@1.0.1", 50)}, reason="so")
    with store.ab_test("t") as test:
        test.record("k", latency_ms=3, clicked=1)
        for name in ("", " ", "a\nb", "\x1b[31m", "a:b", "x" * 201):
            with pytest.raises(BadInputError, match="can't name a metric"):
                test.record("k", {name: 1})
    assert [(m.name, m.goal, m.type) for m in store.ab_report("t").metrics] == [
        ("clicked", "max", "rate"),
        ("latency_ms", "min", "mean"),
    ]
    with store.ab_test("t") as test:
        test.record("j", latency_ms=4, clicked=0)
        test.record("k", a_slip=1)
    assert [m.name for m in store.ab_report("t").metrics] == ["clicked", "latency_ms", "a_slip"]
    assert [m.decides for m in store.ab_report("t").metrics] == [True, False, False]
