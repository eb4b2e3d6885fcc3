"""The journal under damage: what is torn, what is corrupt, and that nothing is taken for what it isn't."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from mvtui import init_store, open_store
from mvtui.store import Store
from mvtui.store.engine import lines
from mvtui.store.engine.journal import Journal
from mvtui.store.errors import FormatError, JournalDamagedError

from tests.store.engine.test_lines import forge

MakeFile = Callable[..., Path]


@pytest.fixture
def noted(store: Store, make_file: MakeFile) -> Store:
    """A store with five events: init, register and three notes."""
    store.register("m", make_file())
    for word in ("one", "two", "three"):
        store.note("m", word)
    return store


def _events(store: Store) -> Path:
    return Path(store.root) / "journal" / "events.jsonl"


def _spans(raw: bytes) -> list[tuple[int, int]]:
    ends = [at + 1 for at, byte in enumerate(raw) if byte == 0x0A]
    return list(zip([0, *ends], ends, strict=False))


def _drained(directory: Path) -> tuple[Journal, list[int]]:
    journal = Journal(str(directory), temp_dir=str(directory))
    return journal, [line.seq for line in journal.tail()]


def test_a_flip_of_any_bit_of_any_byte_is_reported_with_its_place(noted: Store, tmp_path: Path) -> None:
    raw = _events(noted).read_bytes()
    spans = _spans(raw)
    assert len(spans) == 5
    damaged = tmp_path / "damaged"
    damaged.mkdir()
    for number, (start, end) in enumerate(spans, 1):
        for at in range(start, end):
            for bit in range(8):
                (damaged / "events.jsonl").write_bytes(
                    raw[:at] + bytes([raw[at] ^ (1 << bit)]) + raw[at + 1 :]
                )
                journal, seen = _drained(damaged)
                found = journal.damage()
                journal.close()
                assert seen == [seq for seq in range(1, 6) if seq != number], (at, bit)
                assert len(found) == 1, (at, bit)
                assert (found[0].offset, found[0].length) == (start, end - start)
                assert found[0].after_seq == number - 1
                assert found[0].before_seq == (number + 1 if number < 5 else None)


@pytest.mark.usefixtures("no_sync")
def test_a_tail_torn_at_any_byte_is_ignored_then_set_aside_with_its_bytes(
    noted: Store, make_file: MakeFile
) -> None:
    events = _events(noted)
    raw = events.read_bytes()
    start, end = _spans(raw)[-1]
    noted.close()
    for cut in range(start, end):
        events.write_bytes(raw[:cut])
        with open_store(noted.root) as store:
            assert store.damage() == ()
            assert store.get("m").note == "two"
            assert events.read_bytes() == raw[:cut]  # reading changes nothing
            store.note("m", "after")
            assert [event.seq for event in store.events()] == [1, 2, 3, 4, 5]
            assert store.get("m").note == "after"
            assert store.verify().ok
        sides = list(events.parent.glob("torn-*"))
        assert [side.read_bytes() for side in sides] == ([raw[start:cut]] if cut > start else [])
        for side in sides:
            side.unlink()


@pytest.mark.usefixtures("no_sync")
@pytest.mark.parametrize("nuls", [1, 511, 4096, 20_000])
@pytest.mark.parametrize("kept", [0, 1, 100, -2])
def test_nuls_at_the_end_are_torn(noted: Store, nuls: int, kept: int) -> None:
    events = _events(noted)
    raw = events.read_bytes()
    start, end = _spans(raw)[-1]
    tail = raw[start:end][:kept] + bytes(nuls)
    events.write_bytes(raw[:start] + tail)
    with open_store(noted.root) as store:
        assert store.damage() == ()
        store.note("m", "after")
        assert store.get("m").note == "after"
    assert [side.read_bytes() for side in events.parent.glob("torn-*")] == [tail]


@pytest.mark.usefixtures("no_sync")
@pytest.mark.parametrize("number", [1, 2, 3, 5])
@pytest.mark.parametrize("place", ["len", "hash", "middle", "newline"])
def test_damage_stops_writing_until_repair_and_nothing_else(
    noted: Store, make_file: MakeFile, number: int, place: str
) -> None:
    events = _events(noted)
    raw = bytearray(events.read_bytes())
    start, end = _spans(bytes(raw))[number - 1]
    at = {"len": start + 9, "hash": start + 40, "middle": start + 200, "newline": end - 1}[place]
    raw[at] ^= 1
    events.write_bytes(raw)

    with open_store(noted.root) as store, open_store(noted.root) as other:
        (damage,) = store.damage()
        assert damage.offset == start
        assert f"byte {start:,}" in str(damage)
        assert len(store.versions()) == (1 if number != 2 else 0)
        assert [event.seq for event in store.events()] == [seq for seq in range(1, 6) if seq != number]
        assert not store.verify().ok
        for refused in (
            lambda: store.register("m", make_file(b"new")),
            lambda: store.register("other", make_file(b"new")),
            lambda: store.gc(dry_run=False),
            store.gc,
        ):
            with pytest.raises(JournalDamagedError) as caught:
                refused()
            assert caught.value.exit_code == 9
            assert "repair" in caught.value.hint
        assert events.read_bytes() == raw

        assert other.damage()
        assert store.repair().actions
        assert store.damage() == ()
        assert other.damage() == ()
        assert events.read_bytes().startswith(bytes(raw))  # nothing is ever taken out
        assert [q.read_bytes() for q in events.parent.glob("quarantine-*")] == [bytes(raw[start:end])]
        assert other.register("m", make_file(b"by the other")).created
        assert store.register("m", make_file(b"and by this")).created
        assert store.verify().ok
        seqs = [event.seq for event in store.events()]
        assert len(set(seqs)) == len(seqs)
        assert seqs == sorted(seqs)
        with open_store(noted.root) as fresh:
            assert fresh.damage() == ()
            assert list(fresh.versions()) == list(store.versions()) == list(other.versions())


@pytest.mark.usefixtures("no_sync")
def test_a_known_gap_that_changes_again_is_damage_again(noted: Store) -> None:
    events = _events(noted)
    raw = bytearray(events.read_bytes())
    raw[_spans(bytes(raw))[2][0] + 200] ^= 1
    events.write_bytes(raw)
    with open_store(noted.root) as store:
        store.repair()
    os.unlink(os.path.join(noted.root, "index.json"))
    again = bytearray(events.read_bytes())
    again[_spans(bytes(raw))[2][0] + 220] ^= 1
    events.write_bytes(again)
    with open_store(noted.root) as store:
        assert len(store.damage()) == 1
        with pytest.raises(JournalDamagedError):
            store.note("m", "x")


@pytest.mark.usefixtures("no_sync")
def test_a_line_taken_out_breaks_the_chain(noted: Store) -> None:
    events = _events(noted)
    raw = events.read_bytes()
    start, end = _spans(raw)[2]
    events.write_bytes(raw[:start] + raw[end:])
    with open_store(noted.root) as store:
        (damage,) = store.damage()
        assert (damage.offset, damage.length, damage.after_seq, damage.before_seq) == (start, 0, 2, 4)
        with pytest.raises(JournalDamagedError):
            store.note("m", "x")
        store.repair()
        store.note("m", "x")
        assert store.verify().ok


@pytest.mark.usefixtures("no_sync")
def test_lines_in_another_order_break_the_chain(noted: Store) -> None:
    events = _events(noted)
    raw = events.read_bytes()
    cut = [raw[start:end] for start, end in _spans(raw)]
    events.write_bytes(b"".join([*cut[:2], cut[3], cut[2], cut[4]]))
    with open_store(noted.root) as store:
        assert store.damage()
        with pytest.raises(JournalDamagedError):
            store.note("m", "x")


@pytest.mark.usefixtures("no_sync")
def test_many_damaged_stretches_are_all_repaired(store: Store, make_file: MakeFile) -> None:
    store.register("m", make_file())
    for number in range(80):
        store.note("m", f"note {number}")
    events = _events(store)
    raw = bytearray(events.read_bytes())
    spans = _spans(bytes(raw))
    for start, _ in spans[3::2]:
        raw[start + 200] ^= 1
    events.write_bytes(raw)
    with open_store(store.root) as fresh:
        assert len(fresh.damage()) == len(spans[3::2])
        fresh.repair()
        assert fresh.damage() == ()
        fresh.note("m", "works")
        assert fresh.verify().ok
    with open_store(store.root) as later:
        assert later.damage() == ()
        assert later.get("m").note == "works"


@pytest.mark.usefixtures("no_sync")
def test_damage_over_several_lines_is_one_stretch(noted: Store) -> None:
    events = _events(noted)
    raw = events.read_bytes()
    spans = _spans(raw)
    start, end = spans[2][0] + 30, spans[3][1] - 30
    events.write_bytes(raw[:start] + b"\xff" * (end - start) + raw[end:])
    with open_store(noted.root) as store:
        (damage,) = store.damage()
        assert (damage.offset, damage.offset + damage.length) == (spans[2][0], spans[3][1])
        assert (damage.after_seq, damage.before_seq) == (2, 5)
        store.repair()
        store.note("m", "works")
        assert store.verify().ok


@pytest.mark.usefixtures("no_sync")
def test_a_failed_repair_leaves_the_damage_unrepaired(noted: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    events = _events(noted)
    raw = bytearray(events.read_bytes())
    raw[_spans(bytes(raw))[2][0] + 200] ^= 1
    events.write_bytes(raw)
    with open_store(noted.root) as store:

        def refuse(body: object) -> None:
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as patch:
            patch.setattr(store._repository.journal, "append_repair", refuse)
            with pytest.raises(Exception, match="No space left"):
                store.repair()
        assert store.damage()
        with pytest.raises(JournalDamagedError):
            store.note("m", "x")


_EVENT = (
    '"seq":6,"at":"2026-11-23T12:00:00.123456Z","actor":{"user":"u","uid":0,"host":"h","ssh":"","tool":"t"},'
    '"event":"%s","reason":"","data":%s'
)


@pytest.mark.parametrize(
    "members",
    [
        _EVENT % ("future", "{}"),
        _EVENT % ("register", "{}"),
        _EVENT % ("register", '{"model":"m","version":"x","id":1,"kind":2,"size":"a","files":[]}'),
        _EVENT % ("register", "[1,2]"),
        _EVENT % ("delete", "null"),
        _EVENT % ("repair", '{"gaps":[1]}'),
        _EVENT % ("repair", '{"gaps":[{"offset":"a","length":[],"digest":{}}]}'),
        _EVENT % ("note", "{}") + ',"body":5',
        (_EVENT % ("note", "{}")).replace("2026-11", "2026-13"),
        (_EVENT % ("note", "{}")).replace('"actor":{', '"actor":{"a":{},').replace('"uid"', '"uit"'),
    ],
)
def test_a_forged_event_is_refused_by_name(noted: Store, members: str) -> None:
    journal, _ = _drained(_events(noted).parent)
    head = journal.head
    journal.close()
    with _events(noted).open("ab") as file:
        file.write(forge(members.encode(), head))
    with pytest.raises(FormatError) as caught, open_store(noted.root):
        pass
    assert caught.value.exit_code == 10
    assert "event 6" in caught.value.message
    assert caught.value.hint


def test_a_forged_name_of_a_body_reads_no_file_outside(noted: Store) -> None:
    journal, _ = _drained(_events(noted).parent)
    with _events(noted).open("ab") as file:
        file.write(
            forge((_EVENT % ("note", "{}") + ',"body":"../../../../etc/passwd"').encode(), journal.head)
        )
    journal.close()
    with pytest.raises(FormatError), open_store(noted.root):
        pass


def test_a_lost_long_part_costs_only_itself(store: Store, make_file: MakeFile) -> None:
    store.register("m", make_file())
    store.note("m", "short")
    store.note("m", "x" * 5000)
    store.register("m", make_file(), metrics={f"metric-{n}": float(n) for n in range(500)})
    bodies = [event.body for event in store.events() if event.body]
    assert len(bodies) == 2
    for body in bodies:
        os.unlink(os.path.join(store.root, "objects", body[:2], body[2:]))
    with open_store(store.root) as fresh:
        assert fresh.get("m").note == "short"
        report = fresh.verify()
        assert {bad.digest for bad in report.bad} == set(bodies)
        assert all(bad.hits for bad in report.bad)
        fresh.note("m", "goes on")


def test_a_later_format_is_refused_by_name(tmp_path: Path) -> None:
    store = init_store(tmp_path / "later")
    store.close()
    events = _events(store)
    line = lines.parse(events.read_bytes(), 0, 0)
    assert line is not None
    line.body["data"]["format"] = 2
    events.write_bytes(lines.seal(line.prev, 1, line.body))
    with pytest.raises(FormatError) as caught:
        open_store(store.root)
    assert caught.value.exit_code == 10
    assert "pip install" in caught.value.hint


@pytest.mark.usefixtures("no_sync")
def test_a_tail_cut_and_grown_again_is_read_anew(noted: Store) -> None:
    """A reader that saw a line whose flush then failed must not keep what was cut off."""
    with open_store(noted.root) as reader:
        assert reader.get("m").note == "three"
        events = _events(noted)
        raw = events.read_bytes()
        events.write_bytes(raw[: _spans(raw)[-1][0]])
        with open_store(noted.root) as writer:
            writer.note("m", "other")  # as long a line as "three"
        assert events.stat().st_size == len(raw)
        reader.note("m", "last")
        assert reader.damage() == ()
    with open_store(noted.root) as fresh:
        assert fresh.damage() == ()
        assert fresh.verify().ok
