"""``mvtui undo`` and ``redo``: what was taken back, what came of it, or why it can't be."""

from __future__ import annotations

import pytest
from mvtui.store import Store

from ...people import become
from .conftest import Run


@pytest.fixture
def annas(two: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A store in which ann acts, and moved sentiment@1.0.0 to staging."""
    become(monkeypatch, "ann")
    two.promote("sentiment@1.0.0", reason="eval")
    return two


def test_a_promotion_is_taken_back_and_made_again(run: Run, annas: Store) -> None:
    seq = annas.transitions()[0].seq
    tried = run("undo", "--dry-run")
    assert tried.out == (
        f"would undo event {seq}: sentiment@1.0.0: moved it from none to staging\n"
        "sentiment@1.0.0 back from staging to none\n"
    )
    assert annas.get("sentiment@1.0.0").stage == "staging"
    undone = run("undo")
    assert (undone.code, undone.out) == (0, f"{seq + 1}\n")
    assert undone.err == (
        f"undid event {seq}: sentiment@1.0.0: moved it from none to staging\n"
        "sentiment@1.0.0 back from staging to none\n"
        "do it again with: mvtui redo\n"
    )
    assert annas.get("sentiment@1.0.0").stage is None
    assert run("redo", "--dry-run").out.startswith(f"would take back event {seq + 1}: ")
    redone = run("redo")
    assert redone.code == 0
    assert redone.err.startswith(f"took back event {seq + 1}: sentiment@1.0.0: undid event {seq}: ")
    assert redone.err.endswith("undo with: mvtui undo\n")
    assert annas.get("sentiment@1.0.0").stage == "staging"


def test_json(run: Run, annas: Store) -> None:
    seq = annas.transitions()[0].seq
    told = run("undo", "--dry-run", "--json").json
    assert (told["event"], told["dry_run"], told["written"]) == (seq, True, None)
    done = run("undo", "--json")
    assert done.err == ""
    assert (done.json["event"], done.json["written"], done.json["notices"]) == (seq, seq + 1, [])


@pytest.mark.parametrize("verb", ["undo", "redo"])
def test_what_is_someone_elses_stays(
    verb: str, run: Run, annas: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    become(monkeypatch, "bob")
    failed = run(verb)
    assert (failed.code, failed.out) == (5, "")
    assert "bob" in failed.err
    become(monkeypatch, "ann")
    run("undo")
    become(monkeypatch, "bob")
    assert run(verb).code == 5
    assert annas.get("sentiment@1.0.0").stage is None


def test_what_someone_changed_since_is_named(run: Run, annas: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    become(monkeypatch, "bob")
    annas.promote("sentiment@1.0.0", reason="goes on")
    become(monkeypatch, "ann")
    failed = run("undo")
    assert failed.code == 5
    assert "bob changed the same thing since" in failed.err
    assert annas.get("sentiment@1.0.0").stage == "validation"


def test_hostile_notes_reach_no_terminal(run: Run, annas: Store) -> None:
    hostile = "a\x1b[2J\u202e\x07" + "z" * 10_000 + "\nsecond line"
    annas.note("sentiment@1.0.0", hostile)
    annas.note("sentiment@1.0.0", "short")
    for told in (run("undo", "--dry-run"), run("undo"), run("redo", "--dry-run"), run("redo")):
        assert told.code == 0
        assert not {"\x1b", "\x07", "\u202e"} & set(told.out + told.err)
        assert max(map(len, (told.out + told.err).splitlines())) < 1200


def test_undoing_a_rollback_asks_the_gates_and_lists_them(run: Run, annas: Store) -> None:
    for number in ("1.0.0", "1.1.0"):
        annas.promote(f"sentiment@{number}", "production", reason="x")
    annas.rollback("sentiment", reason="x")
    (annas.root / "config.toml").write_text('[[gate]]\nstage = "production"\nmetrics = ["wer"]\n')
    failed = run("undo")
    assert failed.code == 11
    assert failed.err.startswith("  ✗ metric wer  it was not measured\nerror: ")
    assert annas.get("sentiment@production").version == "1.0.0"
