"""What an audit proves of a journal, and what it notices of those who change one."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from mvtui import open_store
from mvtui.store import AuditReport, Store
from mvtui.store.engine import lines
from mvtui.store.errors import FormatError

from ...conftest import MakeFile
from ...people import become
from .. import journals

GATED = '[[gate]]\nstage = "production"\nmetric = "accuracy"\nmin = 0.9\n[access]\noverride = ["ann"]\n'


@pytest.fixture
def lived(store: Store, make_file: MakeFile, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A store with eleven events: two versions, a policy, promotions, an override, a rollback, notes."""
    become(monkeypatch, "ann")
    (store.root / "config.toml").write_text(GATED)
    store.register("m", make_file(b"1"), metrics={"accuracy": 0.95})
    store.register("m", make_file(b"2"), metrics={"accuracy": 0.5})
    store.promote("m@1.0.0", "production", reason="good")
    store.promote("m@1.0.1", "production", reason="must be", override=True)
    store.rollback("m", reason="accuracy fell")
    for text in ("a", "b", "c", "d"):
        store.note("m@1.0.0", text)
    assert store._repository.journal.seq == 11  # init, policy, 2 registered, 3 moves, 4 notes
    return store


def kinds(report: AuditReport) -> list[str]:
    return [problem.kind for problem in report.problems]


def test_a_store_that_nobody_touched_is_proven(lived: Store) -> None:
    report = lived.audit()
    assert (report.ok, report.problems, report.notices) == (True, (), ())
    assert (report.events, report.seq, report.policies, report.signatures) == (11, 11, 1, 0)
    last = list(lived.events())[-1]
    assert (report.hash, report.last) == (last.hash, last.at)
    assert report.store == lived.checkpoint().store


def test_looking_changes_nothing(lived: Store) -> None:
    def everything() -> list[tuple[str, int]]:
        return sorted((str(p), p.lstat().st_mtime_ns) for p in lived.root.rglob("*"))

    before = everything()
    with open_store(lived.root, read_only=True) as store:
        assert store.audit([store.checkpoint()]).ok
    assert everything() == before


# -- the chain ------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [1, 2, 7, 11])
@pytest.mark.parametrize("what", [b'"actor"', b'"hash":"', b'"prev":"', b'"seq"', b'{"len"'])
def test_any_changed_line_is_named(lived: Store, number: int, what: bytes) -> None:
    offset = sum(map(len, journals.raw_lines(lived)[: number - 1]))
    with journals.flip(lived, number, what) as store:
        report = store.audit()
    first = report.problems[0]
    assert (first.kind, first.line, first.offset, first.seq) == ("chain", number, offset, number)
    assert "can't be trusted" in first.sentence


def test_every_bad_line_is_named_the_first_first(lived: Store) -> None:
    store = lived
    for number in (9, 3, 6):
        store = journals.flip(store, number, b'"actor"')
    chain = [problem for problem in store.audit().problems if problem.kind == "chain"]
    assert [problem.line for problem in chain] == [3, 6, 9]
    assert [problem.seq for problem in chain] == [3, 6, 9]


def test_a_line_taken_out_is_missed(lived: Store) -> None:
    raw = journals.raw_lines(lived)
    report = journals.write(lived, raw[:6] + raw[8:]).audit()
    [problem] = [problem for problem in report.problems if problem.kind == "chain"]
    assert (problem.line, problem.seq, problem.sentence) == (7, 7, "events 7 to 8 are missing")


def test_a_line_rewritten_with_a_hash_of_its_own_breaks_what_follows(lived: Store) -> None:
    raw, said = journals.raw_lines(lived), journals.bodies(lived)
    seq, body = said[6]
    before = lines.parse(raw[5], 0, 0)
    assert before is not None
    raw[6] = journals.sealed([(seq, body | {"reason": "all went well"})], prev=before.hash)[0]
    report = journals.write(lived, raw).audit()
    [problem] = [problem for problem in report.problems if problem.kind == "chain"]
    assert (problem.line, problem.seq) == (8, 8)
    assert problem.sentence == "event 8 does not follow event 7: one of the two was rewritten"


def test_numbers_that_jump_are_noticed_though_every_hash_agrees(lived: Store) -> None:
    def without_the_override(said: journals.Bodies) -> journals.Bodies:
        return [each for each in said if each[0] != 6]

    report = journals.rewrite(lived, without_the_override).audit()
    jump = report.problems[0]
    assert (jump.kind, jump.seq, jump.line) == ("chain", 7, 6)
    assert jump.sentence.startswith("event 7 comes right after event 5")


def test_an_end_cut_off_is_known_by_the_index(lived: Store) -> None:
    lived._repository.save_snapshot()
    report = journals.write(lived, journals.raw_lines(lived)[:8]).audit()
    [problem] = [problem for problem in report.problems if problem.kind == "chain"]
    assert (problem.line, problem.seq) == (9, 9)
    assert "event 11 was on disk once" in problem.sentence


def test_an_empty_journal_is_no_proof(lived: Store) -> None:
    journals.forget_index(lived)
    journals.path(lived).write_bytes(b"")
    assert kinds(open_store(lived.root).audit())[0] == "chain"


def test_a_write_that_never_finished_is_told_and_no_failure(lived: Store) -> None:
    with open(journals.path(lived), "ab") as file:
        file.write(journals.raw_lines(lived)[-1][:100])
    report = lived.audit()
    assert report.ok
    assert report.notices == (
        "the last 100 bytes are a write that never finished: it was never acknowledged",
    )


def test_a_write_in_doubt_is_a_failure(lived: Store) -> None:
    (lived.root / "journal" / "in-doubt").write_text("event 12 at byte 5000: I/O error")
    [problem] = lived.audit().problems
    assert (problem.kind, "event 12 at byte 5000" in problem.sentence) == ("chain", True)


def test_a_quarantined_stretch_is_told_with_who_and_no_failure(lived: Store) -> None:
    store = journals.flip(lived, 9, b'"actor"')
    store.repair()
    report = store.audit()
    assert report.ok
    assert report.repairs == (12,)
    assert report.notices[0].startswith("event 12: ann quarantined 1 damaged stretch")


def test_a_clock_that_was_set_back_is_told(lived: Store) -> None:
    def earlier(said: journals.Bodies) -> None:
        said[8][1]["at"] = "2020-01-01T00:00:00.000000Z"

    report = journals.rewrite(lived, earlier).audit()
    assert report.ok
    assert report.notices == ("event 9 is dated before event 8: a clock was set back",)


def test_details_that_are_lost_are_a_failure(lived: Store, make_file: MakeFile) -> None:
    lived.register("m", make_file(b"3"), metrics={f"name-{n}": n for n in range(500)})
    body = list(lived.events())[-1].body
    place = lived.root / "objects" / body[:2] / body[2:]
    place.chmod(0o644)
    place.write_bytes(b"{}")
    [problem] = open_store(lived.root).audit().problems
    assert (problem.kind, problem.seq) == ("object", 12)


# -- the policy -----------------------------------------------------------------------------------


def policy_object(store: Store) -> Path:
    name: str = next(event.data["new"] for event in store.events() if event.kind == "policy")
    return store.root / "objects" / name[:2] / name[2:]


def test_a_policy_that_was_in_force_must_be_there(lived: Store) -> None:
    policy_object(lived).unlink()
    [problem] = open_store(lived.root).audit().problems
    assert (problem.kind, problem.seq) == ("object", 2)
    assert problem.sentence.endswith("the policy that event 2 put in force, is damaged or missing")


def test_gates_loosened_unseen_are_noticed(lived: Store) -> None:
    """Someone takes the gates away, promotes, and takes the traces out of the journal."""
    (lived.root / "config.toml").write_text("")
    lived.promote("m@1.0.1", "production", reason="nobody looks")

    def without_the_change(said: journals.Bodies) -> journals.Bodies:
        assert said[11][1]["event"] == "policy"
        return [*said[:11], (12, said[12][1])]

    [problem] = journals.rewrite(lived, without_the_change).audit().problems
    assert (problem.kind, problem.seq) == ("record", 12)
    assert problem.sentence == "m@1.0.1 was let in by other gates than were in force at event 12"


def test_an_override_that_was_taken_out_is_noticed(lived: Store) -> None:
    def as_if_it_had_passed(said: journals.Bodies) -> None:
        assert said[5][1]["data"].pop("overridden") is True

    [problem] = journals.rewrite(lived, as_if_it_had_passed).audit().problems
    assert (problem.kind, problem.seq) == ("record", 6)
    assert "nobody overrode it" in problem.sentence


def test_a_change_of_policy_that_was_taken_out_is_noticed(lived: Store) -> None:
    for config in ("", GATED.replace("0.9", "0.8")):
        (lived.root / "config.toml").write_text(config)
        lived.promote("m@1.0.0", "archived", reason="x")
        lived.promote("m@1.0.0", "production", reason="x")
    assert lived.audit().ok

    def without_the_first(said: journals.Bodies) -> journals.Bodies:
        assert said[11][1]["event"] == "policy"
        left = said[:11] + said[12:]
        return [(number, body) for number, (_, body) in enumerate(left, 1)]

    assert set(kinds(journals.rewrite(lived, without_the_first).audit())) == {"record"}


def test_a_change_of_who_may_what_that_was_taken_out_is_noticed(lived: Store) -> None:
    for people in ('["ann", "eve"]', '["ann"]'):
        (lived.root / "config.toml").write_text(GATED.replace('["ann"]', people))
        lived.promote("m@1.0.0", "archived", reason="x")
        lived.promote("m@1.0.0", "production", reason="x")
    assert lived.audit().ok

    def as_if_eve_had_never_been_listed(said: journals.Bodies) -> journals.Bodies:
        assert said[11][1]["event"] == "policy"
        return [(number, body) for number, (_, body) in enumerate(said[:11] + said[12:], 1)]

    [problem] = journals.rewrite(lived, as_if_eve_had_never_been_listed).audit().problems
    assert (problem.kind, problem.seq) == ("record", 14)
    assert problem.sentence.endswith("was in force")


def test_moves_of_every_sort_are_no_failure(lived: Store, make_file: MakeFile) -> None:
    lived.register("m", make_file(b"3"), metrics={"accuracy": 0.97})
    lived.promote("m@1.0.0", "staging", reason="back")
    lived.promote("m@1.0.0", "none", reason="out")
    lived.undo()
    lived.redo()
    lived.promote("m@1.0.0", "production", reason="on")
    lived.promote("m@1.0.1", "production", reason="again", override=True)
    lived.promote("m@1.0.2", "production", reason="better")
    lived.rollback("m", reason="x")
    lived.undo()
    report = lived.audit()
    assert (report.ok, report.problems) == (True, ())


def test_what_was_lost_in_a_gap_makes_no_contradiction(lived: Store) -> None:
    store = journals.flip(lived, 2, b'"actor"')  # the change of policy
    store.repair()
    assert store.audit().ok


# -- what is served -------------------------------------------------------------------------------


def test_a_pointer_that_leads_elsewhere_is_noticed(lived: Store) -> None:
    pointer = lived.root / "live" / "m" / "production"
    target = os.readlink(pointer)
    shutil.copytree(pointer.resolve(), pointer.parent / ".versions" / "9.9.9-000000000000", symlinks=True)
    pointer.unlink()
    pointer.symlink_to(".versions/9.9.9-000000000000")
    [problem] = lived.audit().problems
    assert problem.kind == "live"
    assert "to 1.0.0" in problem.sentence
    pointer.unlink()
    [problem] = lived.audit().problems
    assert problem.kind == "live"
    pointer.symlink_to(target)
    assert lived.audit().ok


def test_what_is_served_of_a_model_that_was_lost_stays_and_is_told(store: Store, make_file: MakeFile) -> None:
    """A flipped bit in the only registration, and repair: serving goes on."""
    store.register("m", make_file())
    store.promote("m", "production", reason="x")
    store = journals.flip(store, 2, b'"actor"')
    [_, stays] = store.repair().actions
    assert "stays as it is" in stays
    assert (store.root / "live" / "m" / "production" / "model.bin").read_bytes() == b"weights"
    report = store.audit()
    assert report.ok
    assert any("it stays as it is" in notice for notice in report.notices)


def test_someone_who_is_just_swapping_is_waited_for(lived: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    pointer = lived.root / "live" / "m" / "production"
    target = os.readlink(pointer)
    pointer.unlink()
    monkeypatch.setattr("mvtui.store.verbs.audit.time.sleep", lambda seconds: pointer.symlink_to(target))
    assert lived.audit().ok


# -- as it goes -----------------------------------------------------------------------------------


def test_progress_ends_at_the_total(lived: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mvtui.store.verbs.audit._STEP", 1)
    seen: list[tuple[int, int]] = []
    lived.audit(progress=lambda p: seen.append((p.done, p.total)))
    size = journals.path(lived).stat().st_size
    assert seen[-1] == (size, size)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert len(seen) > 11


def test_the_report_is_json(lived: Store) -> None:
    store = journals.flip(lived, 9, b'"actor"')
    said = store.audit().as_dict()
    assert said["ok"] is False
    assert said["problems"][0] | {"sentence": ""} == {
        "kind": "chain",
        "sentence": "",
        "seq": 9,
        "line": 9,
        "offset": sum(map(len, journals.raw_lines(store)[:8])),
    }


def test_an_event_of_a_later_mvtui_is_told_by_name(lived: Store) -> None:
    said = journals.bodies(lived)
    said[8][1]["event"] = "teleport"
    journals.path(lived).write_bytes(b"".join(journals.sealed(said)))
    with pytest.raises(FormatError, match="event 9"):
        lived.audit()
