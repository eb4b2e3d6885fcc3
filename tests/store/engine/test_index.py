"""The index is derived: whatever happens to its file costs a rebuild and nothing else."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mvtui import init_store, open_store
from mvtui.store import Store
from mvtui.store.engine import snapshot
from mvtui.store.engine.repository import Repository
from tinydb import where

MakeFile = Callable[..., Path]


def tables(store: Store) -> dict[str, Any]:
    with store._repository.reading() as index:
        return {name: dict(table) for name, table in index.tables.items()}


def replayed(store: Store) -> dict[str, Any]:
    """The tables made from the journal alone."""
    repository = Repository(store._repository.layout.root, read_only=True)
    repository.rebuild()
    with repository.reading() as index:
        found = {name: dict(table) for name, table in index.tables.items()}
    repository.close()
    return found


@pytest.fixture
def saved(store: Store, make_file: MakeFile, no_sync: None) -> Store:
    """A store with some history, its index.json, and two events after it."""
    for number in range(5):
        store.register("m", make_file(b"%d" % number), metrics={"a": number / 7}, tags={"t": "x"})
    store.alias("m@1.0.1", "champion")
    store.delete("m@1.0.2", "bad")
    store.repair()
    store.note("m", "after the snapshot")
    store.register("other", make_file(b"after"))
    return store


def test_live_snapshot_and_replay_agree(saved: Store) -> None:
    with open_store(saved.root) as fresh:
        assert Path(saved.root, "index.json").stat().st_size > 0
        assert tables(fresh) == tables(saved) == replayed(saved)


def _check(store: Store, expected: dict[str, Any]) -> None:
    with open_store(store.root) as fresh:
        assert tables(fresh) == expected
        head = store._repository.journal.seq
        fresh.note("m", "next")
        assert fresh._repository.journal.seq == head + 1
        seqs = [event.seq for event in fresh.events()]
        assert seqs == list(range(1, len(seqs) + 1))


def test_a_missing_or_mangled_index_costs_nothing(saved: Store, tmp_path: Path) -> None:
    index = Path(saved.root) / "index.json"
    whole, expected = index.read_bytes(), tables(saved)
    assert whole
    journal = Path(saved.root) / "journal" / "events.jsonl"
    truth = journal.read_bytes()
    cases: list[bytes | None] = [
        None,
        b"",
        b"{}",
        b"[]",
        b"null",
        b"\xff" * 500,
        b"{" * 5000,
        whole + b" ",
        whole * 2,
    ]
    cases += [whole[:cut] for cut in range(1, len(whole), 97)]
    for case in cases:
        index.unlink(missing_ok=True)
        if case is not None:
            index.write_bytes(case)
        _check(saved, expected)
        journal.write_bytes(truth)
        saved._repository.rebuild()


def test_a_flipped_bit_anywhere_in_the_index_costs_nothing(saved: Store) -> None:
    saved.repair()  # no event after the snapshot sets a wrong number right again
    index = Path(saved.root) / "index.json"
    whole, expected = index.read_bytes(), tables(saved)
    head = (saved._repository.journal.offset, saved._repository.journal.head, saved._repository.journal.seq)
    first = whole.index(b"\n")
    for at in [*range(first + 1), *range(first + 1, len(whole), 11)]:
        for bit in range(8) if at <= first else (at % 8,):
            index.write_bytes(whole[:at] + bytes([whole[at] ^ (1 << bit)]) + whole[at + 1 :])
            with open_store(saved.root) as fresh:
                assert tables(fresh) == expected, (at, bit)
                journal = fresh._repository.journal
                assert (journal.offset, journal.head, journal.seq) == head, (at, bit)


def test_a_directory_in_place_of_the_index_costs_nothing(saved: Store) -> None:
    index = Path(saved.root) / "index.json"
    index.unlink()
    index.mkdir()
    _check(saved, tables(saved))


def test_a_snapshot_of_another_store_or_history_is_ignored(
    saved: Store, make_file: MakeFile, tmp_path: Path
) -> None:
    expected = tables(saved)
    with init_store(tmp_path / "foreign") as foreign:
        foreign.register("foreign", make_file(b"f"))
        foreign.repair()
        shutil.copy(os.path.join(foreign.root, "index.json"), os.path.join(saved.root, "index.json"))
    _check(saved, expected)


def test_a_snapshot_of_events_that_never_happened_here_is_ignored(
    saved: Store, make_file: MakeFile, tmp_path: Path
) -> None:
    shutil.copytree(saved.root, tmp_path / "twin")
    with open_store(tmp_path / "twin") as twin:
        twin.note("m", "only in the twin")
        twin.repair()
    saved.note("m", "only in the original, and much longer, so that the lines differ")
    expected = tables(saved)
    shutil.copy(tmp_path / "twin" / "index.json", os.path.join(saved.root, "index.json"))
    _check(saved, expected)


def test_an_older_schema_is_ignored(saved: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = tables(saved)
    monkeypatch.setattr(snapshot, "SCHEMA", snapshot.SCHEMA + 1)
    _check(saved, expected)


def test_the_index_is_saved_by_itself_after_many_events(
    store: Store, make_file: MakeFile, no_sync: None
) -> None:
    store.register("m", make_file())
    for number in range(520):
        store.note("m", str(number))
    assert (Path(store.root) / "index.json").exists()
    with open_store(store.root) as fresh:
        assert tables(fresh) == tables(store) == replayed(store)


def test_queries_never_answer_from_before_a_change(store: Store, make_file: MakeFile) -> None:
    """TinyDB asks its query cache before it looks whether the data moved."""
    store.register("m", make_file(b"1"))
    query = where("model") == "m"
    with open_store(store.root) as other:
        index = store._repository.index
        assert len(index.versions.search(query)) == 1
        other.register("m", make_file(b"2"))
        assert store.poll()
        assert len(index.versions.search(query)) == 2
        other.note("m@1.0.0", "changed")
        store.poll()
        found = {d["version"]: d.get("note", "") for d in index.versions.search(query)}
        assert found["1.0.0"] == "changed"


def test_writing_to_the_index_is_refused(store: Store) -> None:
    with pytest.raises(TypeError, match="derived"):
        store._repository.index.versions.insert({"model": "m"})


def test_what_is_handed_out_does_not_move(store: Store, make_file: MakeFile) -> None:
    store.register("m", make_file(b"1"), tags={"a": "1"})
    before, rows = store.get("m"), store.versions()
    store.tag("m", {"a": "2"})
    store.register("m", make_file(b"2"))
    assert before.tags == {"a": "1"}
    assert len(rows) == 1
    assert rows[0].tags == {"a": "1"}
