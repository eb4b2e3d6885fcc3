"""What would happen, asked before: a promotion that is only tried, a rollback that is no longer the one that was shown."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from mvtui.store import Store, errors

from ...conftest import MakeFile
from ...people import become

GATE = '[[gate]]\nstage = "staging"\nmetric = "accuracy"\nmin = 0.9\n'


@pytest.fixture
def three(store: Store, make_file: MakeFile) -> Store:
    """Three versions; 1.0.0 and then 1.0.1 were in production."""
    for at, accuracy in enumerate((0.91, 0.92, 0.80)):
        store.register("m", make_file(b"weights %d" % at), metrics={"accuracy": accuracy})
    for number in ("1.0.0", "1.0.1"):
        store.promote(f"m@{number}", "production", reason="first ones")
    return store


def everything(store: Store) -> list[tuple[str, bytes | str]]:
    """Return all that lies in the store, but for the cache of what was hashed."""
    found: list[tuple[str, bytes | str]] = []
    for folder, _, names in os.walk(store.root):
        for name in sorted(names):
            path = Path(folder) / name
            if "stat" not in name:
                found.append((str(path), os.readlink(path) if path.is_symlink() else path.read_bytes()))
    return sorted(found)


def test_a_dry_run_says_what_would_move_and_changes_nothing(three: Store) -> None:
    before = everything(three)
    told = three.promote("m@1.0.2", "production", reason="", dry_run=True)
    assert everything(three) == before
    move = told.transition
    assert (move.seq, move.source, move.target) == (0, None, "production")
    assert (move.displaced, move.production) == ("1.0.1", "1.0.2")
    assert told.version.stage is None
    done = three.promote("m@1.0.2", "production", reason="now")
    assert (done.transition.displaced, done.transition.production) == (move.displaced, move.production)


@pytest.mark.parametrize(("ref", "to", "left"), [("m@1.0.1", "none", None), ("m@1.0.2", "staging", "1.0.1")])
def test_a_dry_run_knows_what_stays_in_production(three: Store, ref: str, to: str, left: str | None) -> None:
    assert three.promote(ref, to, reason="", dry_run=True).transition.production == left
    assert three.promote(ref, to, reason="x").transition.production == left


def test_a_dry_run_fails_as_the_promotion_would(
    three: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    config = three.root / "config.toml"
    config.write_text(GATE)
    with pytest.raises(errors.GateError) as stopped:
        three.promote("m@1.0.2", reason="", dry_run=True)
    assert [result.outcome for result in stopped.value.results] == ["fail"]
    with pytest.raises(errors.NotAllowedError):
        three.promote("m@1.0.2", reason="", override=True, dry_run=True)
    with pytest.raises(errors.ConflictError):
        three.promote("m@1.0.1", "production", reason="", dry_run=True)
    config.write_text(GATE + '[access]\noverride = ["ann"]\npromote = { staging = ["ann"] }\n')
    become(monkeypatch, "ann")
    assert three.promote("m@1.0.2", reason="", override=True, dry_run=True).transition.overridden
    become(monkeypatch, "bob")
    with pytest.raises(errors.NotAllowedError):
        three.promote("m@1.0.2", reason="", dry_run=True)
    assert three.get("m@1.0.2").stage is None
    assert "policy" not in {event.kind for event in three.events()}


def test_a_dry_run_notices_damaged_bytes(three: Store) -> None:
    digest = three.show("m@1.0.2").files[0].digest
    path = three.root / "objects" / digest[:2] / digest[2:]
    path.chmod(0o644)
    path.write_bytes(b"weights X")
    with pytest.raises(errors.VerificationError):
        three.promote("m@1.0.2", "production", reason="", dry_run=True)


def test_a_dry_run_needs_no_right_to_write(three: Store) -> None:
    from mvtui import open_store

    with open_store(three.root, read_only=True) as reader:
        assert reader.promote("m@1.0.2", reason="", dry_run=True).transition.target == "staging"
        with pytest.raises(errors.ReadOnlyError):
            reader.promote("m@1.0.2", reason="x")


def test_a_rollback_is_refused_when_it_is_not_what_was_expected(three: Store) -> None:
    with pytest.raises(errors.ConflictError, match="production has changed"):
        three.rollback("m", reason="x", expect="1.0.0>1.0.1")
    three.rollback("m", reason="x", expect="1.0.1>1.0.0")
    assert three.get("m@production").version == "1.0.0"


def test_from_an_empty_production_the_expectation_names_nothing(three: Store) -> None:
    three.promote("m@production", "archived", reason="off")
    three.rollback("m", reason="x", expect=">1.0.1")
    assert three.get("m@production").version == "1.0.1"


def test_what_is_expected_is_asked_again_under_the_lock(
    three: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mvtui import open_store
    from mvtui.store.verbs import rollback

    made_ready = rollback._made_ready

    def and_meanwhile(*given: object) -> object:
        with open_store(three.root) as other:
            if other.get("m@production").version != "1.0.2":
                other.promote("m@1.0.2", "production", reason="faster")
        return made_ready(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(rollback, "_made_ready", and_meanwhile)
    with pytest.raises(errors.ConflictError, match="it has 1\\.0\\.2"):
        three.rollback("m", "1.0.0", reason="x", expect="1.0.1>1.0.0")
    assert three.get("m@production").version == "1.0.2"
    assert not three.get("m@1.0.2").rolled_back


def test_an_undo_that_is_only_tried_fails_as_the_undo_would(
    three: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    become(monkeypatch, "ann")
    three.rollback("m", reason="x")
    before = everything(three)
    assert "1.0.1 in production again" in three.undo(dry_run=True).effect
    assert everything(three) == before
    config = three.root / "config.toml"
    config.write_text('[[gate]]\nstage = "production"\nmetrics = ["wer"]\n')
    for dry_run in (True, False):
        with pytest.raises(errors.GateError, match="metric wer stops it") as stopped:
            three.undo(dry_run=dry_run)
        assert stopped.value.hint == 'A rollback asks no gate: mvtui rollback m --to m@1.0.1 --reason "…"'
    config.write_text('[access]\nrollback = ["bob"]\n')
    for dry_run in (True, False):
        with pytest.raises(errors.NotAllowedError):
            three.undo(dry_run=dry_run)
    assert three.get("m@production").version == "1.0.0"


def test_an_undo_that_is_only_tried_knows_who_may_delete(
    three: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    become(monkeypatch, "ann")
    three.delete("m@1.0.2", reason="x")
    (three.root / "config.toml").write_text('[access]\ndelete = ["bob"]\n')
    for dry_run in (True, False):
        with pytest.raises(errors.NotAllowedError):
            three.undo(dry_run=dry_run)


def test_an_undo_that_is_only_tried_notices_damaged_bytes(
    three: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    become(monkeypatch, "ann")
    three.rollback("m", reason="x")
    digest = three.show("m@1.0.1").files[0].digest
    path = three.root / "objects" / digest[:2] / digest[2:]
    path.chmod(0o644)
    path.write_bytes(b"weights X")
    for dry_run in (True, False):
        with pytest.raises(errors.VerificationError):
            three.undo(dry_run=dry_run)


def test_a_deletion_that_is_only_tried_needs_no_reason_and_writes_nothing(three: Store) -> None:
    before = everything(three)
    assert not three.delete("m@1.0.2", dry_run=True).deleted
    assert everything(three) == before
    with pytest.raises(errors.UsageError):
        three.delete("m@1.0.2")


def test_a_deletion_that_is_only_tried_fails_as_it_would(
    three: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    three.alias("m@1.0.2", "champion")
    for dry_run in (True, False):
        for ref in ("m@1.0.0", "m@1.0.1", "m@1.0.2"):
            with pytest.raises(errors.ConflictError):
                three.delete(ref, "x", dry_run=dry_run)
    three.unalias("m", "champion")
    become(monkeypatch, "ann")
    (three.root / "config.toml").write_text('[access]\ndelete = ["bob"]\n')
    for dry_run in (True, False):
        with pytest.raises(errors.NotAllowedError):
            three.delete("m@1.0.2", "x", dry_run=dry_run)
