"""What keeps an open store in step with its journal, whatever happens to either."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from mvtui import init_store, open_store
from mvtui.store import Store, glance
from mvtui.store.engine import events, lines, snapshots
from mvtui.store.engine.digest import of_bytes
from mvtui.store.errors import (
    ConflictError,
    FormatError,
    JournalDamagedError,
    MvtuiError,
    NotFoundError,
    OutcomeUnknownError,
    StorageError,
)
from mvtui.store.nouns.stage import GATED

MakeFile = Callable[..., Path]


def _events(store: Store) -> Path:
    return store.root / "journal" / "events.jsonl"


def _forge(store: Store, kind: str, data: str) -> None:
    """Append a well-sealed event that no verb of this mvtui writes."""
    journal = store._repository.journal
    body = {
        "at": "2026-11-23T12:00:00.000000Z",
        "actor": {"user": "a", "uid": 1, "host": "h", "ssh": "", "tool": "mvtui 9"},
        "event": kind,
        "reason": "",
        "data": {"said": data},
    }
    with open(_events(store), "ab") as file:
        file.write(lines.seal(journal.head, journal.seq + 1, body))


def test_a_journal_put_back_from_a_backup_is_noticed(
    store: Store, make_file: MakeFile, tmp_path: Path
) -> None:
    store.register("m", make_file(b"1"))
    shutil.copytree(store.root / "journal", tmp_path / "backup")
    store.register("m", make_file(b"2"))
    shutil.rmtree(store.root / "journal")
    shutil.copytree(tmp_path / "backup", store.root / "journal")

    assert store.poll()
    assert [v.version for v in store.versions("m")] == ["1.0.0"]
    acknowledged = store.register("m", make_file(b"3")).version.ref
    with open_store(store.root) as fresh:
        assert fresh.get(acknowledged).id == store.get(acknowledged).id


def test_another_store_in_the_same_place_is_that_store(tmp_path: Path, make_file: MakeFile) -> None:
    root = tmp_path / "here"
    with init_store(root) as old:
        old.register("old", make_file(b"1"))
        shutil.rmtree(root)
        init_store(root).close()
        assert old.models() == []
        old.register("new", make_file(b"2"))
    with open_store(root) as fresh:
        assert [m.name for m in fresh.models()] == ["new"]


def test_a_store_removed_underneath_is_an_error_not_an_empty_store(store: Store, make_file: MakeFile) -> None:
    store.register("m", make_file())
    shutil.rmtree(store.root)
    for verb in (store.poll, store.models, lambda: store.register("m", make_file(b"2"))):
        with pytest.raises((StorageError, NotFoundError)):
            verb()


def test_an_emptied_journal_is_damage_and_gc_takes_nothing(store: Store, make_file: MakeFile) -> None:
    store.register("m", make_file())
    store.close()
    os.truncate(_events(store), 0)
    with open_store(store.root) as fresh:
        assert "empty" in str(fresh.damage()[0])
        assert not fresh.verify().ok
        for refused in (lambda: fresh.gc(dry_run=False), lambda: fresh.register("m", make_file(b"2"))):
            with pytest.raises(JournalDamagedError):
                refused()
        fresh.repair()
        assert fresh.damage() == ()
        fresh.register("m", make_file(b"2"))
        assert fresh.gc(dry_run=False).items == (), "what the lost events needed is not known to be unneeded"
    with open_store(store.root) as again:
        assert again.damage() == ()


def test_events_that_index_json_remembers_are_missed(store: Store, make_file: MakeFile) -> None:
    store.register("m", make_file(b"1"))
    cut = _events(store).stat().st_size
    store.register("m", make_file(b"2"))
    store.repair()  # writes index.json
    store.close()
    os.truncate(_events(store), cut)
    with open_store(store.root) as fresh:
        assert "event 3 was on disk once" in str(fresh.damage()[0])
        with pytest.raises(JournalDamagedError):
            fresh.gc(dry_run=False)
        fresh.repair()
        assert fresh.damage() == ()
        fresh.note("m@1.0.0", "goes on")
    with open_store(store.root) as again:
        assert again.damage() == ()
        assert again.get("m@1.0.0").note == "goes on"


def test_init_does_not_begin_a_journal_over_objects(store: Store, make_file: MakeFile) -> None:
    store.register("m", make_file())
    _events(store).unlink()
    with pytest.raises(ConflictError, match="journal is gone"):
        init_store(store.root)


def test_an_event_from_the_future_is_refused_each_time(store: Store, make_file: MakeFile) -> None:
    store.register("m", make_file())
    _forge(store, "promote-to-orbit", "m")
    for verb in (store.models, store.poll, lambda: store.delete("m@1.0.0", "it looks unused")):
        with pytest.raises(FormatError):
            verb()


def test_an_interrupt_before_the_index_has_an_event_loses_nothing(
    store: Store, make_file: MakeFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    decode = events.decode

    def interrupted(*_: object) -> None:
        monkeypatch.setattr(events, "decode", decode)
        raise KeyboardInterrupt

    store.register("m", make_file(b"1"))
    monkeypatch.setattr(events, "decode", interrupted)
    with pytest.raises(KeyboardInterrupt):
        store.register("m", make_file(b"2"))
    assert store.register("m", make_file(b"3")).version.version == "1.0.2"
    assert [v.version for v in store.versions("m")] == ["1.0.2", "1.0.1", "1.0.0"]


def test_what_is_handed_out_is_detached(store: Store, make_file: MakeFile) -> None:
    store.register("m", make_file(), metrics={"acc": 0.5}, tags={"a": "b"}, params={"lr": 1})
    store.alias("m@1.0.0", "champion")
    version, model = store.get("m"), store.models()[0]
    for mine in (version.metrics, version.params, version.tags, model.aliases):
        mine.clear()
    again = store.get("m")
    assert (again.metrics, again.params, again.tags) == ({"acc": 0.5}, {"lr": 1}, {"a": "b"})
    assert store.get("m@champion").ref == "m@1.0.0"


def test_reading_does_not_wait_for_the_writers_lock(store: Store, make_file: MakeFile) -> None:
    store.register("m", make_file())
    with open_store(store.root) as other, other._repository.lock.held():
        writer = threading.Thread(target=lambda: store.note("m", "waits"))
        writer.start()
        try:
            assert store.get("m").note == ""
            assert writer.is_alive()
        finally:
            other._repository.lock._release()
            writer.join()
            other._repository.lock._acquire()
    assert store.get("m").note == "waits"


def test_gc_keeps_still_while_a_write_is_in_doubt(
    store: Store, make_file: MakeFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_fd: int) -> None:
        raise OSError(5, "I/O error")

    store.register("m", make_file(b"1"))
    monkeypatch.setattr("mvtui.store.engine.durable.sync_appended", fails)
    with pytest.raises(OutcomeUnknownError):
        store.register("m", make_file(b"2"))
    with pytest.raises(JournalDamagedError, match="in doubt"):
        store.gc(dry_run=False)


def test_lost_details_are_told_and_not_written_down(store: Store, make_file: MakeFile) -> None:
    store.register("m", make_file(), metrics={f"m{n}": n for n in range(500)})
    body = next(event.body for event in store.events() if event.body)
    path = Path(store._repository.objects.path(body))
    store.close()
    path.chmod(0o644)
    path.write_bytes(b"{}")
    with open_store(store.root) as fresh:
        assert "details of event 2 are lost" in str(fresh.damage()[0])
        fresh.note("m", "still writable")
    assert not (store.root / "index.json").exists()


def test_bytes_that_verify_found_bad_are_not_vouched_for_again(store: Store, make_file: MakeFile) -> None:
    good = os.urandom(100_000)
    store.register("m", make_file(good))
    repository = store._repository
    name = of_bytes(good)
    path = Path(repository.objects.path(name))
    path.chmod(0o644)
    with path.open("r+b") as file:
        file.write(b"noodle")
    from mvtui.store.engine.statcache import Stamp

    repository.cache.put_own(Stamp.of(path.stat()), name)  # as when a disk changes bytes and no times
    assert repository.objects.problem(name) is None
    assert not store.verify().ok
    with pytest.raises(MvtuiError):
        store.path("m")
    assert store.register("m", make_file(good)).stored == len(good)
    assert store.verify().ok


@pytest.fixture
def large(store: Store, make_file: MakeFile, monkeypatch: pytest.MonkeyPatch, no_sync: None) -> Store:
    """A store that thinks itself large at five versions."""
    monkeypatch.setattr(snapshots, "_HEAD_FROM", 5)
    monkeypatch.setattr(snapshots, "_HEAD_ROWS", 3)
    monkeypatch.setattr(snapshots, "_HEAD_EVENTS", 2)
    for number in range(8):
        store.register("m", make_file(b"%d" % number))
    return store


def test_a_glance_shows_all_models_and_the_newest_versions(large: Store) -> None:
    quick = glance(large.root)
    assert quick is not None
    assert quick.models() == large.models()
    assert list(quick.versions("m"))[:3] == list(large.versions("m"))[:3]
    assert not quick.writable
    quick.close()


def test_a_glance_counts_no_version_that_went(large: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    large.delete("m@1.0.0", "old")
    quick = glance(large.root)
    assert quick is not None
    assert quick.models() == large.models()
    quick.close()
    monkeypatch.setattr(snapshots.Snapshots, "save_if_due", lambda *_, **__: None)  # as by a writer that died
    large.delete("m@1.0.1", "old")
    assert glance(large.root) is None


def test_a_glance_counts_a_version_that_came_back(large: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    large.delete("m@1.0.0", "old")
    monkeypatch.setattr(snapshots.Snapshots, "save_if_due", lambda *_, **__: None)  # as by a writer that died
    large.undo()
    assert glance(large.root) is None


def test_a_glance_shows_one_in_production_whatever_came_after_it(
    large: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those that moved may be among the versions it knows, or not."""
    large.promote("m@1.0.0", "production", reason="an old one")
    large.repair()
    monkeypatch.setattr(snapshots.Snapshots, "save_if_due", lambda *_, **__: None)
    for number in ("1.0.7", "1.0.1", "1.0.6", "1.0.7"):
        large.promote(f"m@{number}", "production", reason="x")
        quick = glance(large.root)
        assert quick is not None
        assert [model.production for model in quick.models()] == [number]
        shown = [version.version for version in quick.versions() if version.stage == "production"]
        assert shown == ([number] if number in ("1.0.6", "1.0.7") else [])
        seen, known = quick.stages("m"), large.stages("m")
        assert [seen[stage] for stage in GATED] == [known[stage] for stage in GATED]
        quick.close()
    large.rollback("m", reason="x")
    large.promote("m@production", "none", reason="x")
    quick = glance(large.root)
    assert quick is not None
    assert [model.production for model in quick.models()] == [None]
    assert not [version for version in quick.versions() if version.stage == "production"]
    quick.close()


def test_a_glance_is_no_index(large: Store) -> None:
    large.repair()
    shutil.copy(large.root / "head.json", large.root / "index.json")
    with open_store(large.root) as fresh:
        assert len(fresh.versions("m")) == 8


def test_a_small_store_needs_no_glance(store: Store, make_file: MakeFile) -> None:
    store.register("m", make_file())
    assert glance(store.root) is None
