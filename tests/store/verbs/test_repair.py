"""Repair tells what was lost, and keeps its number from being used again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from mvtui import open_store
from mvtui.store import Store
from mvtui.store.errors import ConflictError, NotFoundError

MakeFile = Callable[..., Path]


@pytest.fixture
def mended(store: Store, make_file: MakeFile) -> Store:
    """A store whose newest version's event was damaged and quarantined."""
    store.register("m", make_file(b"1"))
    store.register("m", make_file(b"2"), metrics={"accuracy": 0.5})
    path = store.root / "journal" / "events.jsonl"
    data = bytearray(path.read_bytes())
    data[data.rindex(b"accuracy")] ^= 1
    path.write_bytes(data)
    store.close()
    fresh = open_store(store.root)
    (told,) = fresh.repair().actions
    assert "lost with it, perhaps: m@1.0.1" in told
    return fresh


def test_a_number_whose_event_was_lost_is_not_given_again(mended: Store, make_file: MakeFile) -> None:
    assert mended.register("m", make_file(b"3")).version.version == "1.0.2"
    with pytest.raises(ConflictError, match=r"1\.0\.1 was deleted"):
        mended.register("m", make_file(b"4"), version="1.0.1")
    with pytest.raises(NotFoundError, match="quarantined by repair"):
        mended.get("m@1.0.1")
    with open_store(mended.root) as again:
        assert [v.version for v in again.versions("m")] == ["1.0.2", "1.0.0"]
        assert again.verify().ok


def test_what_was_lost_can_be_registered_again(mended: Store, make_file: MakeFile) -> None:
    done = mended.register("m", make_file(b"2"))
    assert (done.created, done.version.version, done.stored) == (True, "1.0.2", 0)


def test_a_model_whose_only_event_was_lost_keeps_its_numbers(store: Store, make_file: MakeFile) -> None:
    store.register("m", make_file(b"1"))
    path = store.root / "journal" / "events.jsonl"
    data = bytearray(path.read_bytes())
    data[data.rindex(b'"size"')] ^= 1
    path.write_bytes(data)
    store.close()
    with open_store(store.root) as fresh:
        fresh.repair()
        assert fresh.models() == []
        assert fresh.register("m", make_file(b"2")).version.version != "1.0.0"


def test_doctor_remembers(mended: Store) -> None:
    assert any("1 damaged stretch quarantined" in finding.message for finding in mended.doctor())


def test_long_additions_leave_nothing_for_gc(store: Store, make_file: MakeFile) -> None:
    many = {f"name-{n}": n for n in range(2000)}
    store.register("m", make_file(), metrics=many, params=many, note="n" * 5000)
    assert store.gc().items == ()


def test_many_lost_events_with_long_names_are_all_repaired(
    store: Store, make_file: MakeFile, no_sync: None
) -> None:
    names = [f"{'long-name-' * 9}{n:02}" for n in range(24)]
    for name in names:
        store.register(name, make_file(name.encode()), version=f"1.0.0-{'rc' * 25}")
        store.register("between", make_file(b"between " + name.encode()))
    path = store.root / "journal" / "events.jsonl"
    data = bytearray(path.read_bytes())
    for name in names:
        data[data.index(b'"size"', data.index(name.encode()))] ^= 1
    path.write_bytes(data)
    store.close()
    with open_store(store.root) as fresh:
        assert len(fresh.damage()) == 24
        assert len(fresh.repair().actions) == 24
        assert fresh.damage() == ()
    with open_store(store.root) as again:
        assert again.damage() == ()
        assert [m.name for m in again.models()] == ["between"]
        assert again.register(names[0], make_file(b"new")).version.version != f"1.0.0-{'rc' * 25}"
