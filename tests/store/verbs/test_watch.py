"""Watching a store: each event once and in order, whatever happens to the journal, the index or the disk meanwhile."""

from __future__ import annotations

import errno
import os
import shutil
import threading
import time
from pathlib import Path

import pytest
from mvtui import open_store
from mvtui.store import EventKind, LedgerEntry, Store, WatchNotice
from mvtui.store.engine.objects import Objects
from mvtui.store.errors import FormatError, QueryError, StorageError, UsageError

from ...conftest import MakeFile
from .. import journals

DEADLINE = 30.0


class Watching:
    """A watch whose waiting ends: what has not come within the deadline does not come."""

    def __init__(self, store: Store, query: str = "", since: int | None = None) -> None:
        self._end = time.monotonic() + DEADLINE
        self._told = store.watch(query, since=since, interval=0.01, stop=self._is_late)

    def _is_late(self) -> bool:
        return time.monotonic() > self._end

    def entry(self) -> LedgerEntry:
        """Wait for an event."""
        told = next(self._told)
        assert isinstance(told, LedgerEntry), told
        return told

    def notice(self, kind: str) -> WatchNotice:
        """Wait for a notice."""
        told = next(self._told)
        assert isinstance(told, WatchNotice), told
        assert told.notice == kind
        return told

    def seqs(self, count: int) -> list[int]:
        """Wait for so many events; return their numbers."""
        return [self.entry().event.seq for _ in range(count)]


def so_far(store: Store, query: str = "", since: int | None = None, looks: int = 1) -> list[str]:
    """Return what a watch tells in so many looks, in words, without waiting."""
    left = iter([False] * looks)
    told = store.watch(query, since=since, interval=0, stop=lambda: next(left, True))
    return [each.what if isinstance(each, LedgerEntry) else each.notice for each in told]


@pytest.fixture
def two(store: Store, make_file: MakeFile) -> Store:
    """A store with m@1.0.0 and m@1.0.1: events 2 and 3."""
    store.register("m", make_file(b"1"), metrics={"f1": 0.8})
    store.register("m", make_file(b"2"), metrics={"f1": 0.9})
    return store


def test_each_event_is_told_once_and_in_order(two: Store) -> None:
    watching = Watching(two)
    for text in ("a", "b", "c"):
        two.note("m@1.0.0", text)
    assert watching.seqs(3) == [4, 5, 6]
    two.promote("m@1.0.1", "production", reason="good")
    told = watching.entry()
    assert (told.event.seq, told.subject, told.event.reason) == (7, "m@1.0.1", "good")
    assert told.what == "moved it from none to production"


def test_what_was_before_is_not_told(two: Store) -> None:
    assert so_far(two, looks=3) == []


def test_now_is_when_it_is_called_not_when_it_is_asked(two: Store) -> None:
    watching = Watching(two)
    two.note("m", "a")
    assert watching.seqs(1) == [4]


def test_another_process_s_events_are_told(two: Store) -> None:
    watching = Watching(two)
    with open_store(two.root) as other:
        other.note("m", "a")
    assert watching.seqs(1) == [4]


@pytest.mark.parametrize(("since", "seqs"), [(0, [1, 2, 3, 4]), (2, [3, 4]), (3, [4])])
def test_from_a_number_on(two: Store, since: int, seqs: list[int]) -> None:
    watching = Watching(two, since=since)
    two.note("m", "a")
    assert watching.seqs(len(seqs)) == seqs


def test_a_number_that_is_not_there_yet_is_told(two: Store) -> None:
    watching = Watching(two, since=90)
    assert watching.notice("ahead").seq == 3
    two.note("m", "a")
    assert watching.seqs(1) == [4]


def test_it_ends_when_it_is_told_to(two: Store) -> None:
    stop = threading.Event()
    told: list[LedgerEntry | WatchNotice] = []
    thread = threading.Thread(target=lambda: told.extend(two.watch(interval=0.01, stop=stop.is_set)))
    thread.start()
    two.note("m", "a")
    stop.set()
    thread.join(DEADLINE)
    assert not thread.is_alive()
    two.watch().close()  # type: ignore[attr-defined]


# -- queries --------------------------------------------------------------------------------------


def test_a_query_is_asked_of_the_version_as_the_event_found_and_left_it(two: Store) -> None:
    watching = Watching(two, "stage:validation")
    for stage in ("staging", "validation", "production"):  # all of them before the next look
        two.promote("m@1.0.0", stage, reason=stage)
    two.promote("m@1.0.1", "validation", reason="next")
    told = [watching.entry().event.reason for _ in range(3)]
    assert told == ["validation", "production", "next"], "it came, and it went"


def test_that_production_was_emptied_is_told_to_who_asks_for_it(two: Store) -> None:
    two.promote("m@1.0.0", "production", reason="in")
    watching = Watching(two, "stage:production")
    two.promote("m@production", "archived", reason="out")
    assert watching.entry().event.reason == "out"


def test_who_is_displaced_is_asked_too(two: Store) -> None:
    two.promote("m@1.0.0", "production", reason="first")
    watching = Watching(two, "m@1.0.0")
    two.note("m@1.0.1", "not this one")
    two.promote("m@1.0.1", "production", reason="better")
    two.alias("m@1.0.0", "champion")
    two.alias("m@1.0.1", "champion")
    assert watching.seqs(3) == [6, 7, 8]


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("m", ["registered a weights version (f1 0.8)", "registered a weights version (f1 0.9)"]),
        ("metric.f1>0.85", ["registered a weights version (f1 0.9)"]),
        ("-metric.f1>0.85", ["registered a weights version (f1 0.8)"]),
        ("other", []),
        ("age<1d m@1.0.0 OR nothing", ["registered a weights version (f1 0.8)"]),
        ("author:me f1", ["registered a weights version (f1 0.8)", "registered a weights version (f1 0.9)"]),
    ],
)
def test_queries_from_the_first_event_on(two: Store, query: str, told: list[str]) -> None:
    assert so_far(two, query, since=0) == told


def test_a_deletion_is_told_to_who_watches_the_model(two: Store) -> None:
    watching = Watching(two, "m")
    two.delete("m@1.0.1", "no good")
    assert watching.entry().what == "deleted it"


def test_events_of_no_version_pass_no_query(two: Store) -> None:
    watching = Watching(two, "m")
    (two.root / "config.toml").write_text('[access]\noverride = ["ann"]\n')
    two.promote("m", reason="x")
    assert watching.entry().event.kind == "transition"


@pytest.mark.parametrize("query", ["sort:created", "limit:3", "m sort:-metric.f1"])
def test_what_only_lists_have_is_refused(two: Store, query: str) -> None:
    with pytest.raises(UsageError):
        two.watch(query)


def test_what_is_no_query_is_refused_at_once(two: Store) -> None:
    with pytest.raises(QueryError):
        two.watch("stge:production")


def test_the_store_s_own_index_is_left_alone(two: Store, make_file: MakeFile) -> None:
    watching = Watching(two, "m")
    two.register("m", make_file(b"3"))
    two.alias("m@1.0.0", "champion")
    assert watching.seqs(2) == [4, 5]
    assert two.models()[0].version_count == 3
    assert [v.version for v in two.versions("m")] == ["1.0.2", "1.0.1", "1.0.0"]
    assert two.verify().repaired == ()


# -- what happens meanwhile -----------------------------------------------------------------------


def test_an_index_that_is_rebuilt_repeats_nothing(two: Store) -> None:
    watching = Watching(two, "m")
    two.note("m", "a")
    assert watching.seqs(1) == [4]
    two._repository.rebuild()
    two.repair()
    (two.root / "index.json").unlink()
    two.note("m", "b")
    assert watching.seqs(1) == [5]


def put_back(store: Store, backup: Path) -> None:
    """Restore a backup of the journal as a person would: another file in its place."""
    shutil.copy(backup, f"{backup}.copy")
    os.replace(f"{backup}.copy", journals.path(store))


@pytest.fixture
def backup(two: Store, tmp_path: Path) -> Path:
    """A copy of the journal after event 4."""
    two.note("m", "a")
    return Path(shutil.copy(journals.path(two), tmp_path / "backup.jsonl"))


@pytest.mark.parametrize("query", ["", "m"])
def test_a_restored_backup_is_told_and_watched_on(two: Store, backup: Path, query: str) -> None:
    watching = Watching(two, query)
    for text in ("b", "c"):
        two.note("m", text)
    assert watching.seqs(2) == [5, 6]
    put_back(two, backup)
    notice = watching.notice("rewritten")
    assert (notice.seq, "event 6 as it was told" in notice.message) == (4, True)
    two.note("m", "d")
    told = watching.entry()
    assert (told.event.seq, told.what) == (5, "noted: d")
    two.note("m", "e")
    assert watching.seqs(1) == [6]


def test_what_landed_since_the_backup_was_restored_is_told_with_it(two: Store, backup: Path) -> None:
    watching = Watching(two)
    two.note("m", "b")
    assert watching.seqs(1) == [5]
    put_back(two, backup)
    two.note("m", "c")  # before the next look
    watching.notice("rewritten")
    assert watching.entry().what == "noted: c"


def test_a_backup_written_over_the_file_bit_by_bit_repeats_nothing(two: Store, backup: Path) -> None:
    """As ``cp`` does it: the file is emptied, and grows."""
    watching = Watching(two)
    two.note("m", "b")
    assert watching.seqs(1) == [5]
    raw = journals.raw_lines(two)
    journals.path(two).write_bytes(b"".join(raw[:2]) + raw[2][:50])
    assert watching.notice("rewritten").seq == 2
    journals.path(two).write_bytes(b"".join(raw))
    watching.notice("found")
    two.note("m", "c")
    assert watching.seqs(1) == [6]


def test_after_a_restored_backup_queries_know_nothing_of_what_was_lost(two: Store, backup: Path) -> None:
    watching = Watching(two, "m@champion")
    two.alias("m@1.0.0", "champion")
    assert watching.seqs(1) == [5]
    put_back(two, backup)
    watching.notice("rewritten")
    two.note("m@1.0.0", "no champion")
    two.alias("m@1.0.1", "champion")
    assert watching.entry().subject == "m@1.0.1"


def test_a_journal_that_is_emptied_is_told(two: Store) -> None:
    watching = Watching(two)
    raw = journals.raw_lines(two)
    journals.path(two).write_bytes(b"")
    assert watching.notice("rewritten").seq == 0
    watching.notice("damaged")
    journals.path(two).write_bytes(b"".join(raw))
    watching.notice("found")


def test_the_same_journal_in_another_file_is_nothing_to_tell(two: Store, tmp_path: Path) -> None:
    """A disk that is mounted again, or a store that was copied and moved into place."""
    watching = Watching(two, "m")
    two.note("m", "a")
    assert watching.seqs(1) == [4]
    put_back(two, Path(shutil.copy(journals.path(two), tmp_path / "same")))
    two.note("m", "b")
    assert watching.seqs(1) == [5]


def test_another_file_of_the_same_length_and_time_is_looked_into(two: Store, tmp_path: Path) -> None:
    two.note("m", "a")
    status = journals.path(two).stat()
    said = journals.bodies(two)
    said[3][1]["data"]["note"] = "b"
    other = tmp_path / "other"
    other.write_bytes(b"".join(journals.sealed(said)))
    assert other.stat().st_size == status.st_size
    os.utime(other, ns=(status.st_atime_ns, status.st_mtime_ns))
    looks = []

    def stop() -> bool:
        looks.append(1)
        if len(looks) == 2:
            os.replace(other, journals.path(two))
        return len(looks) > 2

    told = list(two.watch(interval=0, stop=stop))
    assert [each.notice for each in told if isinstance(each, WatchNotice)] == ["rewritten"]


def test_clocks_that_went_backwards_repeat_nothing(two: Store, tmp_path: Path) -> None:
    def tomorrow(said: journals.Bodies) -> None:
        said[1][1]["at"] = "2199-01-01T00:00:00.000000Z"

    store = journals.rewrite(two, tomorrow)
    watching = Watching(store)
    store.note("m", "a")
    assert watching.seqs(1) == [4]
    put_back(store, Path(shutil.copy(journals.path(store), tmp_path / "same")))
    store.note("m", "b")
    assert watching.seqs(1) == [5]


@pytest.mark.parametrize("query", ["", "m"])
def test_a_store_that_is_gone_is_waited_for(two: Store, query: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mvtui.store.verbs.watch._WHILE_GONE", 0.01)
    watching = Watching(two, query)
    away = two.root.with_name("unmounted")
    two.close()
    two.root.rename(away)
    assert "gone" in watching.notice("gone").message
    with open_store(away) as elsewhere:
        elsewhere.note("m", "a")
    away.rename(two.root)
    watching.notice("back")
    assert watching.seqs(1) == [4]
    two.note("m", "b")
    assert watching.seqs(1) == [5]


def test_between_two_looks_no_file_of_the_store_is_open(two: Store) -> None:
    two.close()
    root, open_then = str(two.root), []

    def stop() -> bool:
        links = []
        for fd in os.listdir("/proc/self/fd"):
            try:
                links.append(os.readlink(f"/proc/self/fd/{fd}"))
            except OSError:
                continue
        open_then.append([link for link in links if link.startswith(root)])
        return len(open_then) > 3

    told = two.watch(interval=0.01, stop=stop)
    two.close()
    assert list(told) == []
    assert open_then == [[], [], [], []]


def test_the_lock_is_never_asked_for(two: Store) -> None:
    watching = Watching(two, "m")
    with two._repository.writing():
        two._repository.append(EventKind.NOTE, {"model": "m", "version": "1.0.0", "note": "a", "before": ""})
        assert watching.seqs(1) == [4]


def test_a_damaged_line_is_told_once_and_passed(two: Store) -> None:
    watching = Watching(two)
    two.close()
    raw = journals.raw_lines(two)
    bad = bytearray(raw[-1])
    bad[bad.index(b'"actor"')] ^= 1
    with open(journals.path(two), "ab") as file:
        file.write(bad)
    assert watching.notice("damaged").seq == 3
    assert so_far(two, looks=3) == ["damaged"]
    two.repair()
    assert watching.entry().what == "quarantined 1 damaged stretch of the journal"
    two.note("m", "a")
    assert watching.entry().what == "noted: a"


def test_a_write_that_is_not_finished_yet_is_not_told(two: Store) -> None:
    watching = Watching(two)
    body = journals.bodies(two)[-1][1] | {"event": "note"}
    body["data"] = {"model": "m", "version": "1.0.0", "note": "whole"}
    last = list(two.events())[-1]
    [raw] = journals.sealed([(4, body)], prev=last.hash)
    with open(journals.path(two), "ab", buffering=0) as file:
        file.write(raw[:200])
        assert so_far(two, since=3) == []
        file.write(raw[200:])
    assert watching.entry().what == "noted: whole"


def test_an_event_whose_object_can_t_be_read_just_now_is_not_skipped(
    two: Store, make_file: MakeFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mvtui.store.verbs.watch._WHILE_GONE", 0.01)
    watching = Watching(two)
    two.register("m", make_file(b"3"), metrics={f"name-{n}": n for n in range(500)})
    two.note("m", "after")
    real, failures = Objects.read, iter([True, False])

    def failing(self: Objects, name: str) -> bytes:
        if next(failures, False):
            raise OSError(errno.EIO, "Input/output error")
        return real(self, name)

    monkeypatch.setattr(Objects, "read", failing)
    watching.notice("gone")
    watching.notice("back")
    told = watching.entry()
    assert (told.event.seq, len(told.event.data["metrics"])) == (4, 500)
    assert watching.seqs(1) == [5]


def test_details_that_are_lost_are_told_as_lost(two: Store, make_file: MakeFile) -> None:
    watching = Watching(two)
    two.register("m", make_file(b"3"), metrics={f"name-{n}": n for n in range(500)})
    body = list(two.events())[-1].body
    (two.root / "objects" / body[:2] / body[2:]).unlink()
    assert watching.entry().event.partial


def test_an_event_of_a_later_mvtui_ends_it_by_name(two: Store) -> None:
    watching = Watching(two)
    body = journals.bodies(two)[-1][1] | {"event": "teleport"}
    last = list(two.events())[-1]
    with open(journals.path(two), "ab") as file:
        file.writelines(journals.sealed([(4, body)], prev=last.hash))
    with pytest.raises(FormatError, match="event 4"):
        watching.entry()


def test_a_store_that_is_gone_from_the_first_is_an_error(two: Store) -> None:
    shutil.rmtree(two.root)
    with pytest.raises(StorageError):
        two.watch()


def test_many_writers_and_a_watcher(two: Store, no_sync: None) -> None:
    watching = Watching(two, "m")

    def write(name: str) -> None:
        with open_store(two.root) as store:
            for number in range(20):
                store.tag("m@1.0.0", {name: str(number)})

    threads = [threading.Thread(target=write, args=(f"t{n}",)) for n in range(3)]
    for thread in threads:
        thread.start()
    assert watching.seqs(60) == list(range(4, 64))
    for thread in threads:
        thread.join()


def test_a_notice_is_json(two: Store) -> None:
    said = Watching(two, since=9).notice("ahead").as_dict()
    assert said == {"notice": "ahead", "message": said["message"], "seq": 3}
