"""Rolling back: to the last good holder of Production, twice to the one before; or a reason why not, and no change."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from mvtui import open_store
from mvtui.store import EventKind, Store
from mvtui.store.errors import (
    BadInputError,
    ConflictError,
    NotAllowedError,
    NotFoundError,
    ReadOnlyError,
    UsageError,
    VerificationError,
)
from mvtui.store.verbs import rollback

from tests.people import become

MakeFile = Callable[..., Path]
Act = Callable[[Store], object]


@pytest.fixture
def four(store: Store, make_file: MakeFile, monkeypatch: pytest.MonkeyPatch, no_sync: None) -> Store:
    """Four versions, each put in production after the other."""
    become(monkeypatch, "ann")
    for number in range(4):
        store.register("m", make_file(b"%d" % number))
        store.promote(f"m@1.0.{number}", "production", reason="so")
    return store


def production(store: Store) -> str | None:
    (model,) = store.models()
    link = store.root / "live" / "m" / "production"
    assert (Path(os.readlink(link)).name.split("-")[0] if os.path.lexists(link) else None) == model.production
    return model.production


def marked(store: Store) -> list[str]:
    return sorted(version.version for version in store.versions("m") if version.rolled_back)


def object_of(store: Store, ref: str) -> Path:
    digest = store.show(ref).files[0].digest
    return store.root / "objects" / digest[:2] / digest[2:]


def kinds(store: Store) -> list[EventKind]:
    return [event.kind for event in store.events()]


# -- where to ------------------------------------------------------------------------------------


def test_each_rollback_goes_one_good_version_further_back(four: Store) -> None:
    for number in ("1.0.2", "1.0.1", "1.0.0"):
        before = len(kinds(four))
        moved = four.rollback("m", reason="bad").transition
        assert (moved.how, moved.version, moved.source, moved.target) == (
            "rollback",
            number,
            "archived",
            "production",
        )
        assert production(four) == number
        assert len(kinds(four)) == before + 1
    assert marked(four) == ["1.0.1", "1.0.2", "1.0.3"]
    unchanged = kinds(four)
    with pytest.raises(ConflictError, match="no usable version before it") as caught:
        four.rollback("m", reason="bad")
    for number in marked(four):
        assert f"{number} was rolled back from" in caught.value.message
    assert "--to REF" in caught.value.hint
    assert kinds(four) == unchanged


def test_one_that_is_promoted_anew_is_good_again(four: Store) -> None:
    four.rollback("m", reason="bad")
    four.promote("m@1.0.3", "production", reason="it was not that bad")
    assert marked(four) == []
    four.promote("m@1.0.0", "production", reason="x")
    assert four.rollback("m", reason="bad").version.version == "1.0.3"


def test_only_production_takes_the_mark_away(four: Store) -> None:
    four.rollback("m", reason="bad")
    for stage in ("staging", "validation", "none", "archived"):
        four.promote("m@1.0.3", stage, reason="x")
        assert marked(four) == ["1.0.3"]


def test_one_that_is_named_may_have_it_back_although_it_is_marked(four: Store) -> None:
    four.rollback("m", reason="bad")
    four.rollback("m", "1.0.3", reason="worse still")
    assert production(four) == "1.0.3"
    assert marked(four) == ["1.0.2"]
    assert four.rollback("m", reason="bad").version.version == "1.0.1"


@pytest.mark.parametrize("to", ["1.0.0", "m@1.0.0", "v1.0.0", "good", "production~3", "id"])
def test_the_target_is_named_as_versions_are(four: Store, to: str) -> None:
    four.alias("m@1.0.0", "good")
    to = f"id:{four.get('m@1.0.0').id[:12]}" if to == "id" else to
    assert four.rollback_plan("m", to).target.version == "1.0.0"
    assert four.rollback("m", to, reason="x").version.version == "1.0.0"


def test_what_can_not_be_a_target_is_refused_with_a_reason(four: Store, make_file: MakeFile) -> None:
    four.register("m", make_file(b"never"))
    four.register("other", make_file(b"other"))
    before = kinds(four)
    for to, error, said in (
        ("1.0.4", ConflictError, "never was in production"),
        ("1.0.3", ConflictError, "is in production already"),
        ("production", ConflictError, "is in production already"),
        ("other@1.0.0", ConflictError, "is no version of m"),
        ("9.9.9", NotFoundError, "no version 9.9.9"),
        ("nobody", NotFoundError, "no alias"),
        ("", BadInputError, "names no version"),
    ):
        for act in (four.rollback_plan, lambda m, t: four.rollback(m, t, reason="x")):
            with pytest.raises(error, match=said) as caught:
                act("m", to)
            assert caught.value.hint
    with pytest.raises(NotFoundError):
        four.rollback("mm", reason="x")
    assert kinds(four) == before


def test_nothing_to_go_back_to_is_said(store: Store, make_file: MakeFile) -> None:
    store.register("m", make_file())
    with pytest.raises(ConflictError, match="m has nothing in production, and never had"):
        store.rollback("m", reason="x")
    store.promote("m@1.0.0", "production", reason="x")
    with pytest.raises(ConflictError, match=r"m has 1\.0\.0 in production, and no other version ever was"):
        store.rollback("m", reason="x")


def test_an_emptied_production_gets_back_who_had_it_last(four: Store) -> None:
    four.promote("m@1.0.3", "none", reason="off")
    plan = four.rollback_plan("m")
    assert (plan.current, plan.target.version, plan.left) == (None, "1.0.3", None)
    moved = four.rollback("m", reason="on again").transition
    assert (moved.source, moved.displaced, moved.production) == (None, None, "1.0.3")
    assert marked(four) == []


def test_one_that_went_a_step_back_is_still_a_target(four: Store) -> None:
    four.promote("m@1.0.2", "staging", reason="looked at again")
    assert four.rollback("m", reason="x").transition.source == "staging"
    assert production(four) == "1.0.2"


def test_a_promotion_that_was_undone_never_was(four: Store, make_file: MakeFile) -> None:
    four.register("m", make_file(b"4"))
    four.promote("m@1.0.4", "production", reason="a slip")
    four.undo()
    with pytest.raises(ConflictError, match="never was in production"):
        four.rollback("m", "1.0.4", reason="x")
    assert four.rollback_plan("m").target.version == "1.0.2"


def test_versions_that_were_deleted_are_passed_over(four: Store) -> None:
    for _ in range(2):
        four.rollback("m", reason="bad")
    four.delete("m@1.0.2", "bad")
    four.promote("m@1.0.0", "production", reason="x")
    four.rollback("m", reason="x")
    assert production(four) == "1.0.1"
    plan = four.rollback_plan("m", "1.0.3")
    assert plan.passed_over == ()
    with pytest.raises(NotFoundError, match="was deleted"):
        four.rollback("m", "1.0.2", reason="x")
    with pytest.raises(ConflictError, match=r"1\.0\.2 was deleted"):
        four.rollback("m", reason="x")


def test_the_plan_says_since_when_and_who_was_passed_over(four: Store) -> None:
    moves = {t.version: t.at for t in four.transitions("m")}
    plan = four.rollback_plan("m")
    assert plan.current is not None
    assert (plan.current.version, plan.target.version) == ("1.0.3", "1.0.2")
    assert (plan.held, plan.left) == (moves["1.0.2"], moves["1.0.3"])
    assert plan.passed_over == ()
    four.rollback("m", reason="x")
    plan = four.rollback_plan("m")
    assert plan.target.version == "1.0.1"
    assert plan.passed_over == ("1.0.3 was rolled back from",)
    assert plan.left == moves["1.0.2"]


def test_the_plan_goes_by_the_order_of_events_not_by_clocks(
    store: Store, make_file: MakeFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clock of the box that promoted last was an hour slow."""
    from mvtui.store.engine import actor

    for number in range(2):
        store.register("m", make_file(b"%d" % number))
    store.promote("m@1.0.0", "production", reason="x")
    monkeypatch.setattr(actor, "now", lambda: datetime.now(UTC) - timedelta(hours=1))
    store.promote("m@1.0.1", "production", reason="x")
    plan = store.rollback_plan("m")
    assert plan.left is not None
    assert plan.held - plan.left > timedelta(minutes=59)


def test_the_next_ones_to_go_back_to_can_not_be_deleted(four: Store, make_file: MakeFile) -> None:
    four.register("m", make_file(b"4"))
    four.promote("m@1.0.4", "production", reason="x")
    for number in ("1.0.1", "1.0.2", "1.0.3"):
        with pytest.raises(ConflictError, match="could go back to"):
            four.delete(f"m@{number}", "room")
    with pytest.raises(ConflictError, match="is in production"):
        four.delete("m@1.0.4", "room")
    four.rollback("m", reason="bad")
    four.delete("m@1.0.4", "bad")
    with pytest.raises(ConflictError, match="could go back to"):
        four.delete("m@1.0.0", "room")


# -- how -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", ["", " \t"])
def test_a_reason_is_needed(four: Store, reason: str) -> None:
    with pytest.raises(UsageError, match="needs a reason"):
        four.rollback("m", reason=reason)


def test_a_read_only_store_plans_and_does_nothing(four: Store) -> None:
    with open_store(four.root, read_only=True) as reader:
        assert reader.rollback_plan("m").target.version == "1.0.2"
        with pytest.raises(ReadOnlyError):
            reader.rollback("m", reason="x")


def test_gates_do_not_stop_it_and_what_they_say_is_recorded(four: Store) -> None:
    (four.root / "config.toml").write_text(
        '[[gate]]\nstage = "production"\nmetric = "accuracy"\nmin = 0.9\n'
        '[[gate]]\nstage = "production"\napprovals = 1\n'
    )
    moved = four.rollback("m", reason="3 a.m.").transition
    assert [(gate.gate, gate.outcome) for gate in moved.gates] == [
        ("accuracy", "unknown"),
        ("approvals", "fail"),
    ]
    assert not moved.overridden
    assert four.get("m@1.0.2").overridden == ()


def test_signers_that_can_not_be_read_do_not_stop_it(four: Store) -> None:
    (four.root / "allowed_signers").mkdir()
    (four.root / "config.toml").write_text('[[gate]]\nstage = "production"\napprovals = 1\n')
    moved = four.rollback("m", reason="3 a.m.")
    assert production(four) == "1.0.2"
    assert "what the gates say could not be recorded" in moved.notices[0]
    assert moved.transition.gates == ()


def test_it_is_for_those_listed(four: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    (four.root / "config.toml").write_text(
        '[access]\nrollback = ["bob"]\npromote = { production = ["ann"] }\n'
    )
    with pytest.raises(NotAllowedError, match="ann may not roll back here: it is for bob"):
        four.rollback("m", reason="x")
    assert four.rollback_plan("m").target.version == "1.0.2"
    become(monkeypatch, "bob")
    four.rollback("m", reason="x")
    assert production(four) == "1.0.2"


def test_bytes_are_vouched_for_first(four: Store) -> None:
    path = object_of(four, "m@1.0.2")
    path.chmod(0o644)
    path.write_bytes(b"X")
    before = kinds(four)
    with pytest.raises(VerificationError):
        four.rollback("m", reason="x")
    path.unlink()
    with pytest.raises(VerificationError, match="missing"):
        four.rollback("m", reason="x")
    assert kinds(four) == before
    assert production(four) == "1.0.3"
    assert four.rollback("m", "1.0.1", reason="further").version.version == "1.0.1"


def test_a_target_whose_manifest_is_damaged_is_refused(four: Store) -> None:
    identity = four.get("m@1.0.2").id
    path = four.root / "objects" / identity[:2] / identity[2:]
    path.chmod(0o644)
    path.write_bytes(b"{}")
    for later in (False, True):
        with pytest.raises(VerificationError):
            four.rollback("m", reason="x", verify_later=later)
    assert production(four) == "1.0.3"


def test_bytes_may_be_hashed_after_the_swap(four: Store) -> None:
    moved = four.rollback("m", reason="now", verify_later=True)
    assert (moved.verified, moved.problem, moved.transition.bytes) == (True, "", "later")
    assert kinds(four)[-2:] == [EventKind.TRANSITION, EventKind.VERIFIED]
    assert four.get("m@1.0.2").verified is not None


def test_bytes_found_bad_after_the_swap_are_told_and_journaled(four: Store) -> None:
    path = object_of(four, "m@1.0.2")
    path.chmod(0o644)
    path.write_bytes(b"X")
    moved = four.rollback("m", reason="now", verify_later=True)
    assert not moved.verified
    assert "can't be trusted" in moved.problem
    assert production(four) == "1.0.2"
    assert four.get("m@1.0.2").verified is None
    (event,) = [event for event in four.events() if event.kind is EventKind.VERIFIED]
    assert (event.data["ok"], event.data["version"]) == (False, "1.0.2")


def test_not_even_later_are_files_verified_that_are_not_there(four: Store) -> None:
    object_of(four, "m@1.0.2").unlink()
    with pytest.raises(VerificationError, match="missing"):
        four.rollback("m", reason="now", verify_later=True)
    assert production(four) == "1.0.3"


# -- meanwhile -----------------------------------------------------------------------------------


@pytest.fixture
def meanwhile(store: Store, monkeypatch: pytest.MonkeyPatch) -> Callable[[Act], None]:
    """Let another Store act once, after a rollback was made ready and before it takes the lock."""

    def install(act: Act) -> None:
        made_ready = rollback._made_ready
        done: list[int] = []

        def and_then(*given: Any) -> Any:
            how = made_ready(*given)
            if not done:
                done.append(1)
                with open_store(store.root) as other:
                    act(other)
            return how

        monkeypatch.setattr(rollback, "_made_ready", and_then)

    return install


FASTER: dict[str, Act] = {
    "a rollback": lambda other: other.rollback("m", reason="faster"),
    "a promotion": lambda other: other.promote("m@1.0.0", "production", reason="faster"),
    "taken out": lambda other: other.promote("m@1.0.3", "none", reason="faster"),
}


@pytest.mark.parametrize("to", [None, "1.0.1"])
@pytest.mark.parametrize("what", FASTER)
def test_no_other_version_is_left_than_the_one_that_was_there(
    four: Store, meanwhile: Callable[[Act], None], what: str, to: str | None
) -> None:
    """Two who both roll back do not go two versions back."""
    meanwhile(FASTER[what])
    with pytest.raises(ConflictError, match="production has changed since you looked: it has") as caught:
        four.rollback("m", to, reason="x")
    assert caught.value.hint
    assert [t.reason for t in four.transitions("m", limit=2)] == ["faster", "so"]
    assert production(four) == {"a rollback": "1.0.2", "a promotion": "1.0.0", "taken out": None}[what]


def test_a_target_deleted_meanwhile_is_passed_over(four: Store, meanwhile: Callable[[Act], None]) -> None:
    def delete(other: Store) -> None:
        repository = other._repository
        with repository.writing():
            repository.append(EventKind.DELETE, {"model": "m", "version": "1.0.2"}, "by force")

    meanwhile(delete)
    assert four.rollback("m", reason="x").version.version == "1.0.1"


def test_a_target_whose_files_went_meanwhile_is_refused(
    four: Store, meanwhile: Callable[[Act], None]
) -> None:
    meanwhile(lambda other: object_of(other, "m@1.0.2").unlink())
    with pytest.raises(VerificationError, match=r"files of m@1\.0\.2 are missing"):
        four.rollback("m", reason="x")
    assert production(four) == "1.0.3"
