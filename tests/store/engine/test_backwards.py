"""The journal read from its end says what it says from its beginning."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mvtui import open_store
from mvtui.store import EventKind, Store
from mvtui.store.engine import backwards, journal, lines
from mvtui.store.engine.journal import Journal
from mvtui.store.engine.lines import GENESIS, Line

from ...conftest import MakeFile


def _journal(directory: Path, sizes: list[int]) -> Path:
    """Write a journal of lines with texts of these sizes."""
    directory.mkdir(exist_ok=True)
    path = directory / journal.EVENTS
    prev, written = GENESIS, b""
    for seq, size in enumerate(sizes, 1):
        raw = lines.seal(prev, seq, {"at": "x", "text": "é" * (size // 2), "pad": " " * 80})
        written += raw
        line = lines.parse(raw, 0, 0)
        assert line is not None
        prev = line.hash
    path.write_bytes(written)
    return path


def _read(path: Path, chunk: int) -> tuple[list[Line], list[Line]]:
    found = Journal(str(path.parent), temp_dir=str(path.parent))
    try:
        forward = list(found.tail())
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(backwards, "_CHUNK", chunk)
            return forward, list(backwards.newest_first(found))
    finally:
        found.close()


SIZES = st.lists(st.one_of(st.integers(0, 100), st.integers(0, 3000)), max_size=12)
CHUNKS = st.sampled_from([1, 100, 163, 256, 1000, 4096, 5000, 1 << 16])


@given(SIZES, CHUNKS)
def test_the_same_lines_the_other_way_round(tmp_path: Path, sizes: list[int], chunk: int) -> None:
    forward, backward = _read(_journal(tmp_path / "journal", sizes), chunk)
    assert len(forward) == len(sizes)
    assert backward == forward[::-1]


@given(SIZES, CHUNKS, st.data())
def test_what_is_damaged_is_passed_over_and_nothing_else(
    tmp_path: Path, sizes: list[int], chunk: int, data: st.DataObject
) -> None:
    path = _journal(tmp_path / "journal", [*sizes, 10, 10])
    whole = bytearray(path.read_bytes())
    last = bytes(whole).rindex(lines.START)  # an end that is damaged is not passed: it may still change
    for _ in range(data.draw(st.integers(1, 3))):
        newlines = [at for at in range(last) if whole[at] == 10]
        anywhere = st.integers(0, last - 1)
        at = data.draw(anywhere | st.sampled_from(newlines) if newlines else anywhere)
        whole[at] ^= 1 << data.draw(st.integers(0, 7))
    path.write_bytes(whole)
    forward, backward = _read(path, chunk)
    assert backward == forward[::-1]


@given(SIZES, st.binary(min_size=1, max_size=200))
def test_a_torn_end_is_not_read(tmp_path: Path, sizes: list[int], torn: bytes) -> None:
    path = _journal(tmp_path / "journal", sizes)
    path.write_bytes(path.read_bytes() + torn)
    forward, backward = _read(path, 100)
    assert backward == forward[::-1]


def test_a_long_journal_is_not_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _journal(tmp_path / "journal", [400] * 2000)
    found = Journal(str(path.parent), temp_dir=str(path.parent))
    assert len(list(found.tail())) == 2000
    read = []
    pread = os.pread
    monkeypatch.setattr(os, "pread", lambda *how: (read.append(how[1]), pread(*how))[1])  # type: ignore[func-returns-value]
    newest: Iterator[Line] = backwards.newest_first(found)
    assert [next(newest).seq, next(newest).seq] == [2000, 1999]
    assert sum(read) < 100_000 < path.stat().st_size
    found.close()


def test_events_are_found_from_the_end_while_others_write(store: Store, make_file: MakeFile) -> None:
    store.register("m", make_file())
    for number in range(5):
        store.note("m", f"{number} " + "é" * 3000)
    recent = store._repository.recent()
    assert next(recent).data["note"].startswith("4 ")
    with open_store(store.root) as other:
        other.note("m", "meanwhile")
    assert [event.data.get("note", "-")[0] for event in recent] == ["3", "2", "1", "0", "-", "-"]
    assert next(store._repository.recent()).data["note"] == "meanwhile"


def test_undo_sees_past_a_damaged_newline(store: Store, make_file: MakeFile) -> None:
    store.register("m", make_file())
    store.note("m", "to be undone")
    store.tag("m", {"quarantined": "yes"})
    store.note("m", "the last")
    path = store.root / "journal" / journal.EVENTS
    data = bytearray(path.read_bytes())
    data[data.rindex(b"\n", 0, data.rindex(b"the last"))] ^= 4  # the end of the tag's line
    path.write_bytes(data)
    store.close()
    with open_store(store.root) as left:
        left.repair()
        assert [event.kind for event in left._repository.recent()][:2] == [EventKind.REPAIR, EventKind.NOTE]
        left.undo()
        assert left.get("m").note == "to be undone"
