"""Undo and redo: the inverse of one's own last change, as a new event, or a reason why not."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mvtui import open_store
from mvtui.store import EventKind, Store
from mvtui.store.errors import ConflictError, GateError, NotAllowedError, ReadOnlyError, VerificationError

from tests.people import become
from tests.store.machine.states import state, without_times

MakeFile = Callable[..., Path]


@pytest.fixture
def three(store: Store, make_file: MakeFile, monkeypatch: pytest.MonkeyPatch, no_sync: None) -> Store:
    """Three versions by ann, who goes on; 1.0.0 and then 1.0.1 were in production."""
    become(monkeypatch, "ann")
    for content in (b"1", b"2", b"3"):
        store.register("m", make_file(content), tags={"a": "1"}, note="as it was")
    for number in ("1.0.0", "1.0.1"):
        store.promote(f"m@{number}", "production", reason="so")
    return store


CHANGES: dict[str, Callable[[Store], object]] = {
    "a first stage": lambda s: s.promote("m@1.0.2", "staging", reason="x"),
    "production": lambda s: s.promote("m@1.0.2", "production", reason="x"),
    "production again": lambda s: s.promote("m@1.0.0", "production", reason="x"),
    "a step back": lambda s: s.promote("m@1.0.1", "validation", reason="x"),
    "archived": lambda s: s.promote("m@1.0.1", "archived", reason="x"),
    "taken out": lambda s: s.promote("m@1.0.1", "none", reason="x"),
    "out of the archive": lambda s: s.promote("m@1.0.0", "none", reason="x"),
    "a rollback": lambda s: s.rollback("m", reason="x"),
    "a rollback by name": lambda s: s.rollback("m", "1.0.0", reason="x"),
    "an alias": lambda s: s.alias("m@1.0.2", "champion"),
    "a note": lambda s: s.note("m@1.0.2", "another"),
    "no note": lambda s: s.note("m@1.0.2", ""),
    "a long note": lambda s: s.note("m@1.0.2", "é" * 5000),
    "a tag": lambda s: s.tag("m@1.0.2", {"b": "2"}),
    "another value of a tag": lambda s: s.tag("m@1.0.2", {"a": "2", "c": ""}),
    "tags gone": lambda s: s.tag("m@1.0.2", {"b": "2"}, remove=["a"]),
    "a tag set and removed at once": lambda s: s.tag("m@1.0.2", {"a": "2"}, remove=["a"]),
    "a deletion": lambda s: s.delete("m@1.0.2", "no good"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_undo_restores_what_was_and_redo_what_was_done(three: Store, change: str) -> None:
    before = state(three)
    CHANGES[change](three)
    after = state(three)
    assert after != before
    foretold = three.undo(dry_run=True)
    assert state(three) == after
    done = three.undo()
    assert (done.seq, done.what, done.effect) == (foretold.seq, foretold.what, foretold.effect)
    assert foretold.written == 0 < done.seq < done.written
    assert state(three) == before
    three.redo()
    assert without_times(state(three)) == without_times(after)
    three.undo()
    assert state(three) == before
    three.redo()
    assert without_times(state(three)) == without_times(after)
    with pytest.raises(ConflictError, match="nothing to redo"):
        three.redo()
    assert three.verify().ok
    assert three.verify().repaired == ()


def test_an_alias_that_moved_and_one_that_was_removed_come_back(three: Store) -> None:
    three.alias("m@1.0.0", "champion")
    before = state(three)
    three.alias("m@1.0.1", "champion")
    three.undo()
    assert state(three) == before
    three.unalias("m", "champion")
    three.undo()
    assert state(three) == before


def test_changes_are_taken_back_one_after_the_other_and_taken_up_again_likewise(three: Store) -> None:
    states = [state(three)]
    for change in ("a tag", "a first stage", "a note", "a deletion"):
        if change == "a deletion":
            three.promote("m@1.0.2", "archived", reason="on its way")
            states.append(state(three))
        CHANGES[change](three)
        states.append(state(three))
    for expected in reversed(states[:-1]):
        three.undo()
        assert state(three) == expected
    for expected in states[1:]:
        three.redo()
        assert state(three) == expected
    three.undo()
    three.redo()
    three.undo()
    three.undo()
    assert state(three) == states[-3]


def test_another_change_after_an_undo_leaves_nothing_to_redo(three: Store) -> None:
    three.note("m@1.0.2", "one")
    three.undo()
    three.tag("m@1.0.0", {"b": "2"})
    with pytest.raises(ConflictError, match="nothing to redo") as caught:
        three.redo()
    assert caught.value.hint


def test_only_ones_own_changes_are_taken_back(three: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    three.note("m@1.0.2", "by ann")
    become(monkeypatch, "bob")
    with pytest.raises(ConflictError, match="bob has changed nothing here that can be undone"):
        three.undo()
    three.note("m@1.0.0", "by bob")
    three.undo()
    assert three.get("m@1.0.0").note == "as it was"
    assert three.get("m@1.0.2").note == "by ann"


MEANWHILE: dict[str, tuple[Callable[[Store], object], Callable[[Store], object]]] = {
    "a note": (CHANGES["a note"], lambda s: s.note("m@1.0.2", "mine")),
    "a tag": (CHANGES["a tag"], lambda s: s.tag("m@1.0.2", {"b": "3"})),
    "a tag, registering": (
        CHANGES["a tag"],
        lambda s: s.register("m", Path(s.root.parent, "source", "model.bin"), tags={"b": "3"}),
    ),
    "a note, registering": (
        CHANGES["a note"],
        lambda s: s.register("m", Path(s.root.parent, "source", "model.bin"), note="mine"),
    ),
    "an alias": (CHANGES["an alias"], lambda s: s.alias("m@1.0.0", "champion")),
    "an alias removed": (CHANGES["an alias"], lambda s: s.unalias("m", "champion")),
    "a stage": (CHANGES["a first stage"], lambda s: s.promote("m@1.0.2", reason="y")),
    "production": (CHANGES["production"], lambda s: s.promote("m@1.0.0", "production", reason="y")),
    "who was replaced": (CHANGES["production"], lambda s: s.promote("m@1.0.1", "staging", reason="y")),
    "a rollback": (CHANGES["a rollback"], lambda s: s.promote("m@1.0.2", "production", reason="y")),
    "who was rolled back from": (CHANGES["a rollback"], lambda s: s.promote("m@1.0.1", "none", reason="y")),
    "production emptied": (CHANGES["production"], lambda s: s.promote("m@production", "none", reason="y")),
}


@pytest.mark.parametrize("what", MEANWHILE)
def test_what_someone_else_changed_since_is_not_taken_back(
    three: Store, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    mine, his = MEANWHILE[what]
    mine(three)
    become(monkeypatch, "bob")
    his(three)
    after = state(three)
    become(monkeypatch, "ann")
    with pytest.raises(ConflictError, match=r"can't be taken back: bob changed the same thing since \(event"):
        three.undo()
    assert state(three) == after
    become(monkeypatch, "bob")
    if "registering" not in what:  # once he takes that back himself, it is free again
        three.undo()
        become(monkeypatch, "ann")
        three.undo()


def test_something_else_that_was_changed_since_is_no_obstacle(
    three: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    three.promote("m@1.0.2", "production", reason="x")
    become(monkeypatch, "bob")
    three.note("m@1.0.2", "he")
    three.tag("m@1.0.1", {"b": "2"})
    three.alias("m@1.0.0", "old")
    three.log_metrics("m@1.0.2", {"accuracy": 0.5})
    become(monkeypatch, "ann")
    three.undo()
    assert three.get("m@production").version == "1.0.1"
    assert three.get("m@1.0.2").note == "he"


def test_a_rollback_is_not_taken_back_when_its_origin_was_deleted_since(
    three: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    three.rollback("m", reason="x")
    become(monkeypatch, "bob")
    three.delete("m@1.0.1", "it was bad")
    become(monkeypatch, "ann")
    before = state(three)
    with pytest.raises(ConflictError, match=r"m@1\.0\.1 is gone since"):
        three.undo()
    assert state(three) == before
    assert three.get("m@production").version == "1.0.0"


def test_a_stage_of_a_version_deleted_since_is_not_taken_back(
    three: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    three.promote("m@1.0.2", "archived", reason="x")
    become(monkeypatch, "bob")
    three.delete("m@1.0.2", "no good")
    become(monkeypatch, "ann")
    for dry_run in (True, False):
        with pytest.raises(ConflictError, match="gone since"):
            three.undo(dry_run=dry_run)


def test_an_alias_of_a_version_deleted_since_does_not_come_back(
    three: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    three.alias("m@1.0.2", "champion")
    three.alias("m@1.0.0", "champion")
    become(monkeypatch, "bob")
    three.delete("m@1.0.2", "no good")
    become(monkeypatch, "ann")
    with pytest.raises(ConflictError, match=r"m@1\.0\.2 was deleted"):
        three.undo()


def test_undo_of_a_rollback_asks_the_gates_and_of_a_promotion_does_not(three: Store) -> None:
    three.rollback("m", reason="x")
    (three.root / "config.toml").write_text(
        '[[gate]]\nstage = "production"\nmetric = "accuracy"\nmin = 0.9\n'
    )
    before = state(three)
    with pytest.raises(GateError, match="can't be taken back: accuracy stops it") as caught:
        three.undo()
    assert [result.outcome for result in caught.value.results] == ["unknown"]
    assert state(three) == before
    three.log_metrics("m@1.0.1", {"accuracy": 0.95})
    three.undo()
    assert three.get("m@production").version == "1.0.1"
    (written,) = three.transitions("m", limit=1)
    assert [(gate.gate, gate.outcome) for gate in written.gates] == [("accuracy", "pass")]
    three.undo()  # the promotion of 1.0.1: what returns was never measured
    assert three.get("m@production").version == "1.0.0"


def test_where_gates_stop_undo_of_a_rollback_all_are_named_and_the_way_round(three: Store) -> None:
    three.rollback("m", reason="x")
    gates = ('metric = "accuracy"', 'metric = "f1"')
    (three.root / "config.toml").write_text(
        "".join(f'[[gate]]\nstage = "production"\n{gate}\nmin = 0.9\n' for gate in gates)
    )
    with pytest.raises(GateError, match=r"2 gates stop it: accuracy \(.+\), f1 \(") as caught:
        three.undo(dry_run=True)
    assert caught.value.back_to == "m@1.0.1"
    assert "mvtui rollback m --to m@1.0.1" in caught.value.hint
    three.rollback("m", caught.value.back_to, reason="no gate keeps out what held production")
    assert three.get("m@production").version == "1.0.1"


def test_where_gates_stop_a_promotion_the_second_time_no_rollback_is_named(three: Store) -> None:
    three.promote("m@1.0.2", "production", reason="x")
    three.undo()
    (three.root / "config.toml").write_text('[[gate]]\nstage = "production"\nmetrics = ["f1"]\n')
    with pytest.raises(GateError) as caught:
        three.redo()
    assert caught.value.back_to == ""
    assert "mvtui promote m@1.0.2 --to production" in caught.value.hint


def test_redo_of_a_rollback_says_what_leaves_production(three: Store) -> None:
    three.rollback("m", reason="x")
    assert three.undo().effect == "m@1.0.0 back from production to archived, 1.0.1 in production again"
    told = three.redo().effect
    assert told == "m@1.0.0 back from archived to production, 1.0.1 to archived, marked as rolled back from"


def test_where_only_a_verdict_was_given_withdrawing_it_is_named(
    store: Store, make_file: MakeFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.register("m", make_file())
    become(monkeypatch, "games")
    store.approve("m", "production")
    with pytest.raises(ConflictError, match="games has changed nothing") as caught:
        store.undo()
    assert caught.value.hint == "mvtui withdraw m@1.0.0 --to production"
    store.withdraw("m", "production")
    with pytest.raises(ConflictError) as caught:
        store.undo()
    assert "withdraw" not in caught.value.hint


def test_no_gate_stops_a_rollback_the_second_time_either(three: Store) -> None:
    three.rollback("m", reason="3 a.m.")
    three.undo()
    (three.root / "config.toml").write_text(
        '[[gate]]\nstage = "production"\nmetric = "accuracy"\nmin = 0.9\n'
    )
    three.redo()
    assert three.get("m@production").version == "1.0.0"
    assert three.transitions("m", limit=1)[0].reason == "3 a.m."


def test_redo_of_a_promotion_asks_the_gates(three: Store) -> None:
    three.promote("m@1.0.2", "production", reason="why it was")
    three.undo()
    (three.root / "config.toml").write_text(
        '[[gate]]\nstage = "production"\nmetric = "accuracy"\nmin = 0.9\n'
    )
    with pytest.raises(GateError):
        three.redo()
    three.log_metrics("m@1.0.2", {"accuracy": 0.95})
    three.redo()
    assert three.transitions("m", limit=1)[0].reason == "why it was"
    assert three.get("m@production").version == "1.0.2"


def test_a_dry_run_that_looks_at_no_byte_fails_only_where_they_would_not_help(
    three: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    three.rollback("m", reason="x")
    looked: list[object] = []
    monkeypatch.setattr("mvtui.store.verbs.unmove.prepare", lambda *words, **_: looked.append(words))
    hashed = '[[gate]]\nstage = "production"\nverified = "0s"\n'
    (three.root / "config.toml").write_text(hashed)
    assert three.undo(dry_run=True, verify=False).dry_run
    (three.root / "config.toml").write_text(hashed + 'metrics = ["f1"]\n')
    with pytest.raises(GateError, match="metric f1 stops it"):
        three.undo(dry_run=True, verify=False)
    assert looked == []


def test_a_gate_that_wants_bytes_hashed_has_them_hashed_by_undo(three: Store) -> None:
    three.rollback("m", reason="x")
    (three.root / "config.toml").write_text('[[gate]]\nstage = "production"\nverified = "now"\n')
    three.undo()
    (written,) = three.transitions("m", limit=1)
    assert [(gate.outcome, gate.sentence) for gate in written.gates] == [("pass", "hashed now")]
    assert written.production == "1.0.1"
    assert three.get("m@1.0.0").verified is None  # it was not its bytes that were hashed
    three.promote("m@1.0.1", "staging", reason="a step back")
    three.undo()
    assert three.transitions("m", limit=1)[0].bytes == "hashed"
    assert three.get("m@1.0.1").verified is not None


def test_undo_is_for_those_who_may_do_it(three: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    three.promote("m@1.0.2", "production", reason="x")
    (three.root / "config.toml").write_text(
        '[access]\npromote = { production = ["bob"] }\nrollback = ["bob"]\n'
    )
    with pytest.raises(NotAllowedError):
        three.undo()
    (three.root / "config.toml").write_text('[access]\nrollback = ["bob"]\n')
    three.undo()
    (three.root / "config.toml").write_text('[access]\ndelete = ["bob"]\n')
    three.redo()


def test_undo_of_a_deletion_is_for_those_who_may_delete(three: Store) -> None:
    three.delete("m@1.0.2", "no good")
    (three.root / "config.toml").write_text('[access]\ndelete = ["bob"]\n')
    with pytest.raises(NotAllowedError):
        three.undo()
    (three.root / "config.toml").write_text('[access]\ndelete = ["ann"]\n')
    three.undo()
    (three.root / "config.toml").write_text('[access]\ndelete = ["bob"]\n')
    with pytest.raises(NotAllowedError):
        three.redo()


def test_undo_of_a_rollback_is_for_those_who_may_roll_back(three: Store) -> None:
    three.rollback("m", reason="x")
    (three.root / "config.toml").write_text('[access]\nrollback = ["bob"]\n')
    with pytest.raises(NotAllowedError, match="roll back"):
        three.undo()
    (three.root / "config.toml").write_text('[access]\npromote = ["bob"]\nrollback = ["ann"]\n')
    three.undo()
    with pytest.raises(NotAllowedError, match="promote"):
        three.undo()


def test_undo_and_redo_vouch_for_the_bytes_that_enter_production(three: Store) -> None:
    three.promote("m@1.0.2", "production", reason="x")
    entry = three.show("m@1.0.1").files[0]
    path = three.root / "objects" / entry.digest[:2] / entry.digest[2:]
    path.chmod(0o644)
    path.write_bytes(b"X")
    before = state(three)
    with pytest.raises(VerificationError):
        three.undo()
    assert state(three) == before
    path.write_bytes(b"2")
    three.undo()
    assert (three.root / "live" / "m" / "production" / "model.bin").read_bytes() == b"2"


def test_a_deletion_is_taken_back_from_trash_but_not_from_beyond(
    three: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    three.delete("m@1.0.2", "no good")
    three.gc(dry_run=False)
    three.undo()
    assert (three.checkout("m@1.0.2", tmp_path / "out") / "model.bin").read_bytes() == b"3"
    assert three.verify().ok
    three.redo()
    (three.root / "config.toml").write_text('[gc]\ngrace = "0s"\n')
    with open_store(three.root) as fresh:
        for _ in range(2):
            fresh.gc(dry_run=False)
        for dry_run in (True, False):
            with pytest.raises(ConflictError, match="are gone: gc removed model"):
                fresh.undo(dry_run=dry_run)


def test_a_deletion_done_again_has_the_reason_it_had(three: Store) -> None:
    three.delete("m@1.0.2", "no good")
    for _ in range(2):
        three.undo()
        three.redo()
    (version,) = [version for version in three.versions("m", deleted=True) if version.deleted]
    assert version.deleted_reason == "no good"


def test_content_that_was_registered_anew_keeps_its_deletion(three: Store, make_file: MakeFile) -> None:
    three.delete("m@1.0.2", "no good")
    again = three.register("m", make_file(b"3")).version.ref
    with pytest.raises(ConflictError, match=f"registered again as {again}"):
        three.undo()
    three.register("other", make_file(b"3"))
    three.delete(again, "this one too")
    three.undo()
    assert three.get(again)


def test_redo_of_a_deletion_is_refused_when_something_needs_it_now(
    three: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    three.delete("m@1.0.2", "no good")
    three.undo()
    become(monkeypatch, "bob")
    three.alias("m@1.0.2", "champion")
    become(monkeypatch, "ann")
    with pytest.raises(ConflictError, match="held by the alias"):
        three.redo()


def test_what_the_store_was_not_asked_to_keep_says_so(three: Store) -> None:
    """Events of before there was undo say what is, not what was."""
    with three._repository.writing():
        for kind, data in (
            (EventKind.NOTE, {"note": "old style"}),
            (EventKind.TAG, {"add": {"a": "old style"}, "remove": []}),
        ):
            three._repository.append(kind, {"model": "m", "version": "1.0.2"} | data)
            with pytest.raises(ConflictError, match="does not say what was there before it"):
                three.undo(dry_run=True)


@pytest.mark.parametrize("change", ["a long note", "a tag"])
def test_an_event_whose_details_are_lost_is_not_taken_back(three: Store, change: str) -> None:
    if change == "a tag":
        three.tag("m@1.0.2", {f"t{number}": "é" * 100 for number in range(30)})
    else:
        CHANGES[change](three)
    (event,) = [event for event in three._repository.recent() if event.body][:1]
    os.unlink(three.root / "objects" / event.body[:2] / event.body[2:])
    with open_store(three.root) as fresh, pytest.raises(ConflictError, match="its details are lost"):
        fresh.undo()


@pytest.mark.parametrize("circle", [(0,), (1, 0)])
def test_undos_that_undo_each_other_are_gone_round_once(three: Store, circle: tuple[int, ...]) -> None:
    """Whoever can write the journal can make a circle: each of these says that it undoes one of them, itself perhaps."""
    repository = three._repository
    first = repository.journal.seq + 1
    with repository.writing():
        for number in circle:
            move = {"version": "1.0.2", "stage": "staging"}
            data = {"model": "m", "version": "1.0.2", "id": "", "from": None, "to": "staging", "how": "undo"}
            said = {"moves": [move], "before": [{"version": "1.0.2"}], "undoes": first + number}
            repository.append(EventKind.TRANSITION, data | said, "so")
    assert three.redo(dry_run=True).seq >= first  # it comes to an end
    three.redo()
    assert three.get("m@1.0.2").stage is None
    assert three.verify().ok


def test_undo_needs_no_right_to_write_only_to_be_foretold(three: Store) -> None:
    three.note("m@1.0.2", "x")
    with open_store(three.root, read_only=True) as reader:
        assert "its note is again: as it was" in reader.undo(dry_run=True).effect
        with pytest.raises(ReadOnlyError):
            reader.undo()


def test_an_undo_that_came_too_late_is_decided_again(three: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Someone moves production while the bytes of what would return are vouched for."""
    from mvtui.store.verbs import unmove

    three.promote("m@1.0.2", "production", reason="x")
    prepare = unmove.prepare

    def and_meanwhile(*given: Any) -> Any:
        ready = prepare(*given)
        with open_store(three.root) as other:
            become(monkeypatch, "bob")
            other.promote("m@1.0.0", "production", reason="faster")
            become(monkeypatch, "ann")
        return ready

    monkeypatch.setattr(unmove, "prepare", and_meanwhile)
    with pytest.raises(ConflictError, match="bob changed the same thing since"):
        three.undo()
    assert three.get("m@production").version == "1.0.0"
