"""Promoting: on through the stages, back, out of service; decided under the lock, written as one event."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mvtui import open_store
from mvtui.store import EventKind, Store
from mvtui.store.errors import (
    BadInputError,
    BusyError,
    ConflictError,
    GateError,
    NotFoundError,
    ReadOnlyError,
    UsageError,
    VerificationError,
)
from mvtui.store.verbs import promote

from tests.people import become

MakeFile = Callable[..., Path]
Act = Callable[[Store], object]


@pytest.fixture
def three(store: Store, make_file: MakeFile, monkeypatch: pytest.MonkeyPatch, no_sync: None) -> Store:
    become(monkeypatch, "ann")
    for content in (b"1", b"2", b"3"):
        store.register("m", make_file(content))
    return store


def pointer(store: Store, model: str = "m") -> Path:
    return store.root / "live" / model / "production"


def kinds(store: Store) -> list[EventKind]:
    return [event.kind for event in store.events()]


def object_of(store: Store, ref: str) -> Path:
    digest = store.show(ref).files[0].digest
    return store.root / "objects" / digest[:2] / digest[2:]


@pytest.fixture
def meanwhile(store: Store, monkeypatch: pytest.MonkeyPatch) -> Callable[[Act], list[int]]:
    """Let another Store act once each time a promotion was made ready, before it takes the lock."""

    def install(act: Act, times: int = 1) -> list[int]:
        prepare = promote._Promotion._prepare
        done: list[int] = []

        def prepared(self: Any, **how: Any) -> Any:
            ready = prepare(self, **how)
            if len(done) < times:
                done.append(1)
                with open_store(store.root) as other:
                    act(other)
            return ready

        monkeypatch.setattr(promote._Promotion, "_prepare", prepared)
        return done

    return install


# -- the way -------------------------------------------------------------------------------------


def test_a_version_goes_on_one_stage_at_a_time(three: Store) -> None:
    for stage in ("staging", "validation", "production"):
        moved = three.promote("m@1.0.0", reason="on")
        assert moved.transition.target == three.get("m@1.0.0").stage == stage
    with pytest.raises(ConflictError, match="is in production: no stage comes next"):
        three.promote("m@1.0.0", reason="on")
    three.promote("m@1.0.0", "archived", reason="off")
    with pytest.raises(ConflictError, match="is archived: no stage comes next"):
        three.promote("m@1.0.0", reason="on")
    three.promote("m@1.0.0", "none", reason="out")
    assert three.get("m@1.0.0").stage is None
    three.promote("m@1.0.0", reason="on")
    assert three.get("m@1.0.0").stage == "staging"


@pytest.mark.parametrize("source", ["staging", "validation", "production", "archived", "none"])
@pytest.mark.parametrize("target", ["staging", "validation", "production", "archived", "none"])
def test_every_stage_can_be_reached_from_every_other(three: Store, source: str, target: str) -> None:
    if source != "none":
        three.promote("m@1.0.0", source, reason="first")
    if source == target:
        before = kinds(three)
        with pytest.raises(ConflictError, match="already" if source != "none" else "is in no stage"):
            three.promote("m@1.0.0", target, reason="again")
        assert kinds(three) == before
        return
    moved = three.promote("m@1.0.0", target.upper(), reason="second").transition
    said = [None if stage == "none" else stage for stage in (source, target)]
    assert [moved.source, moved.target] == said
    assert three.get("m@1.0.0").stage == said[1]
    assert os.path.lexists(pointer(three)) == (target == "production")


def test_production_holds_one_and_the_other_is_archived_by_the_same_event(three: Store) -> None:
    three.promote("m@1.0.0", "production", reason="first")
    three.register("other", three.root.parent / "source" / "model.bin")
    three.promote("other@1.0.0", "production", reason="another model's")
    before = len(kinds(three))
    moved = three.promote("m@1.0.1", "production", reason="better")
    assert len(kinds(three)) == before + 1
    assert (moved.transition.displaced, moved.transition.production) == ("1.0.0", "1.0.1")
    assert three.stages("m")["production"] == ("1.0.1",)
    assert three.stages("m")["archived"] == ("1.0.0",)
    assert three.get("other@production").version == "1.0.0"
    assert not three.get("m@1.0.0").rolled_back


def test_a_transition_records_who_when_why_and_what(three: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    become(monkeypatch, "bob", 4711)
    moved = three.promote("m@1.0.0", "staging", reason="  looks good  ")
    (kept,) = three.transitions("m")
    assert kept == moved.transition
    assert (kept.reason, kept.how, kept.bytes, kept.overridden) == ("looks good", "promote", "vouched", False)
    assert (kept.actor.user, kept.actor.uid, kept.actor.host) == ("bob", 4711, "box7")
    assert kept.id == three.get("m@1.0.0").id
    (event,) = [event for event in three.events() if event.kind is EventKind.TRANSITION]
    assert (event.seq, event.at) == (kept.seq, kept.at)
    assert event.data["before"] == [{"version": "1.0.0"}]
    assert three.get("m@1.0.0").staged == kept.at


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_a_reason_is_needed(three: Store, reason: str) -> None:
    with pytest.raises(UsageError, match="needs a reason"):
        three.promote("m@1.0.0", reason=reason)


def test_what_names_nothing_moves_nothing(three: Store) -> None:
    before = kinds(three)
    three.delete("m@1.0.2", "no good")
    for ref, to, error in (
        ("m@1.0.0", "live", BadInputError),
        ("m@1.0.0", "productoin", BadInputError),
        ("m@9.0.0", "staging", NotFoundError),
        ("x@1.0.0", "staging", NotFoundError),
        ("m@1.0.2", "staging", NotFoundError),
        ("m@production", "archived", NotFoundError),
    ):
        with pytest.raises(error) as caught:
            three.promote(ref, to, reason="x")
        assert caught.value.hint
    with pytest.raises(BadInputError) as misspelt:
        three.promote("m@1.0.0", "productoin", reason="x")
    assert misspelt.value.candidates == ("production",)
    assert kinds(three) == [*before, EventKind.DELETE]


def test_a_read_only_store_promotes_nothing(three: Store) -> None:
    with open_store(three.root, read_only=True) as reader, pytest.raises(ReadOnlyError):
        reader.promote("m@1.0.0", reason="x")


# -- bytes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("to", ["staging", "production"])
def test_bytes_are_vouched_for_on_the_way_on(three: Store, to: str) -> None:
    path = object_of(three, "m@1.0.0")
    path.chmod(0o644)
    path.write_bytes(b"X")
    before = kinds(three)
    with pytest.raises(VerificationError):
        three.promote("m@1.0.0", to, reason="x")
    path.unlink()
    with pytest.raises(VerificationError, match="missing"):
        three.promote("m@1.0.0", to, reason="x")
    assert kinds(three) == before
    assert not os.path.lexists(pointer(three))
    three.promote("m@1.0.0", "archived", reason="out of service needs no bytes")
    three.promote("m@1.0.0", "none", reason="nor does this")


def test_bytes_that_gc_took_meanwhile_come_back(three: Store, meanwhile: Callable[[Act], list[int]]) -> None:
    """As if a deletion and its undo, with gc between them, had come between."""

    def trash(other: Store) -> None:
        other._repository.objects.to_trash(other.show("m@1.0.0").files[0].digest, 1)

    done = meanwhile(trash)
    three.promote("m@1.0.0", "production", reason="x")
    assert done
    assert (pointer(three) / "model.bin").read_bytes() == b"1"
    assert three.verify().ok


def test_bytes_that_are_gone_for_good_stop_it_under_the_lock(
    three: Store, meanwhile: Callable[[Act], list[int]]
) -> None:
    meanwhile(lambda other: object_of(other, "m@1.0.0").unlink())
    with pytest.raises(VerificationError, match="missing"):
        three.promote("m@1.0.0", "production", reason="x")
    assert three.get("m@1.0.0").stage is None
    assert not os.path.lexists(pointer(three))


def test_what_serving_code_reads_says_what_it_is(three: Store) -> None:
    three.promote("m@1.0.1", "production", reason="x")
    version = three.get("m@1.0.1")
    card = json.loads((pointer(three) / "version.json").read_bytes())
    assert {card["ref"], card["version"], card["id"]} == {"m@1.0.1", "1.0.1", version.id}
    assert card["files"] == [
        {"path": "model.bin", "size": 1, "digest": three.show("m@1.0.1").files[0].digest}
    ]


def test_something_in_the_pointers_place_is_not_taken_away(three: Store) -> None:
    pointer(three).mkdir(parents=True)
    with pytest.raises(ConflictError, match="is no symlink"):
        three.promote("m@1.0.0", "production", reason="x")
    assert pointer(three).is_dir()
    assert three.get("m@1.0.0").stage is None
    three.promote("m@1.0.0", "staging", reason="which needs no pointer")


# -- meanwhile -----------------------------------------------------------------------------------


def test_the_next_stage_is_the_one_that_was_next_when_it_was_asked_for(
    three: Store, meanwhile: Callable[[Act], list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two who both move a version one step on do not move it two steps."""
    three.promote("m@1.0.0", "validation", reason="x")
    three.promote("m@1.0.1", "staging", reason="x")
    meanwhile(lambda other: other.promote("m@1.0.1", reason="faster"))
    with pytest.raises(ConflictError, match="is in validation already"):
        three.promote("m@1.0.1", reason="slower")
    assert three.get("m@1.0.1").stage == "validation"
    assert three.stages("m")["production"] == ()


def test_someone_elses_version_in_production_is_displaced_all_the_same(
    three: Store, meanwhile: Callable[[Act], list[int]]
) -> None:
    three.promote("m@1.0.0", "production", reason="x")
    meanwhile(lambda other: other.promote("m@1.0.1", "production", reason="faster"))
    moved = three.promote("m@1.0.2", "production", reason="slower")
    assert moved.transition.displaced == "1.0.1"
    assert three.stages("m") == {
        "staging": (),
        "validation": (),
        "production": ("1.0.2",),
        "archived": ("1.0.1", "1.0.0"),
    }


def test_what_was_expected_is_asked_again_under_the_lock(
    three: Store, meanwhile: Callable[[Act], list[int]]
) -> None:
    seen = three.standing("m@1.0.0")
    meanwhile(lambda other: other.promote("m@1.0.0", "staging", reason="faster"))
    with pytest.raises(ConflictError, match="has changed since you looked: it is in staging"):
        three.promote("m@1.0.0", "production", reason="x", expect=seen)
    assert three.get("m@1.0.0").stage == "staging"
    three.promote("m@1.0.0", "production", reason="x", expect=three.standing("m@1.0.0"))


def test_a_version_deleted_meanwhile_is_not_promoted(
    three: Store, meanwhile: Callable[[Act], list[int]]
) -> None:
    meanwhile(lambda other: other.delete("m@1.0.0", "no good"))
    with pytest.raises(NotFoundError, match="was deleted: no good"):
        three.promote("m@1.0.0", "production", reason="x")
    assert not os.path.lexists(pointer(three))


def test_a_reference_that_means_another_version_by_now_is_made_ready_anew(
    three: Store, meanwhile: Callable[[Act], list[int]], make_file: MakeFile
) -> None:
    three.alias("m@1.0.0", "candidate")
    meanwhile(lambda other: other.alias("m@1.0.1", "candidate"))
    moved = three.promote("m@candidate", "production", reason="x")
    assert moved.transition.version == "1.0.1"
    assert (pointer(three) / "model.bin").read_bytes() == b"2"


def test_gates_that_were_made_stricter_meanwhile_count(
    three: Store, meanwhile: Callable[[Act], list[int]]
) -> None:
    gate = '[[gate]]\nstage = "staging"\nmetrics = ["accuracy"]\n'
    meanwhile(lambda other: (other.root / "config.toml").write_text(gate))
    with pytest.raises(GateError):
        three.promote("m@1.0.0", reason="x")
    assert three.get("m@1.0.0").stage is None


def test_what_keeps_changing_is_given_up_with_a_word(
    three: Store, meanwhile: Callable[..., list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    turn = iter(range(100))
    three.alias("m@1.0.0", "candidate")
    meanwhile(lambda other: other.alias(f"m@1.0.{(next(turn) + 1) % 2}", "candidate"), times=99)
    with pytest.raises(BusyError, match="keeps changing") as caught:
        three.promote("m@candidate", reason="x")
    assert caught.value.exit_code == 6
    assert EventKind.TRANSITION not in kinds(three)


# -- gates ---------------------------------------------------------------------------------------

GATE = '[[gate]]\nstage = ["validation", "production"]\nmodel = "m"\nmetric = "accuracy"\nmin = 0.9\n'


def test_a_gate_stops_the_way_on_and_no_other(three: Store) -> None:
    (three.root / "config.toml").write_text(GATE)
    three.promote("m@1.0.0", "staging", reason="not guarded")
    with pytest.raises(GateError, match=r"may not enter validation: accuracy can't be told") as caught:
        three.promote("m@1.0.0", reason="x")
    assert caught.value.exit_code == 11
    three.log_metrics("m@1.0.0", {"accuracy": 0.8})
    with pytest.raises(GateError, match=r"accuracy fails \(0\.8, at least 0\.9 asked\)"):
        three.promote("m@1.0.0", "production", reason="x")
    three.log_metrics("m@1.0.0", {"accuracy": 0.95})
    three.promote("m@1.0.0", "production", reason="good now")
    three.log_metrics("m@1.0.0", {"accuracy": 0.1})
    three.promote("m@1.0.0", "validation", reason="back is not gated")
    with pytest.raises(GateError):
        three.promote("m@1.0.0", "production", reason="x")
    three.promote("m@1.0.0", "archived", reason="nor is this")
    with pytest.raises(GateError):
        three.promote("m@1.0.0", "validation", reason="but this is: it goes on")


def test_a_way_back_is_another_version_that_held_production(three: Store) -> None:
    (three.root / "config.toml").write_text('[[gate]]\nstage = "production"\nrequire = ["rollback-target"]\n')
    with pytest.raises(GateError, match="there would be no version to go back to"):
        three.promote("m@1.0.0", "production", reason="the first ever")
    (three.root / "config.toml").write_text("")
    three.promote("m@1.0.0", "production", reason="x")
    three.promote("m@1.0.0", "archived", reason="x")
    (three.root / "config.toml").write_text('[[gate]]\nstage = "production"\nrequire = ["rollback-target"]\n')
    with pytest.raises(GateError):
        three.promote("m@1.0.0", "production", reason="the only one that ever was there")
    moved = three.promote("m@1.0.1", "production", reason="from which there is a way back")
    assert [gate.values for gate in moved.transition.gates] == [{"target": "1.0.0"}]
    three.rollback("m", reason="bad")
    three.promote("m@1.0.0", "archived", reason="x")
    with pytest.raises(GateError):
        three.promote("m@1.0.0", "production", reason="the other was rolled back from")


def test_an_override_is_for_those_listed_and_remembered_for_ever(three: Store) -> None:
    config = three.root / "config.toml"
    config.write_text(GATE + '[access]\noverride = ["ann"]\n')
    moved = three.promote("m@1.0.0", "production", reason="it burns", override=True)
    assert moved.transition.overridden
    assert [(gate.gate, gate.outcome) for gate in moved.transition.gates] == [("accuracy", "unknown")]
    config.write_text("")
    three.promote("m@1.0.0", "archived", reason="x")
    three.promote("m@1.0.0", "production", reason="x")
    assert three.get("m@1.0.0").overridden == ("production",)
    assert [t.overridden for t in three.transitions("m")] == [False, False, True]


def test_an_override_that_was_not_needed_is_none(three: Store) -> None:
    (three.root / "config.toml").write_text(GATE)
    three.log_metrics("m@1.0.0", {"accuracy": 0.95})
    assert not three.promote("m@1.0.0", "production", reason="x", override=True).transition.overridden
    assert three.get("m@1.0.0").overridden == ()


def test_no_override_helps_against_bad_bytes(three: Store) -> None:
    (three.root / "config.toml").write_text(
        '[[gate]]\nstage = "production"\nverified = "now"\n[access]\noverride = ["ann"]\n'
    )
    path = object_of(three, "m@1.0.0")
    path.chmod(0o644)
    path.write_bytes(b"X")
    with pytest.raises(VerificationError):
        three.promote("m@1.0.0", "production", reason="x", override=True)


def test_bytes_are_hashed_when_a_gate_wants_it_and_no_other_stops_it(
    three: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mvtui.store.verbs import gates

    hashed = gates.hashed
    seen: list[str] = []

    def counted(repository: Any, document: Any, progress: Any) -> str:
        seen.append(document["version"])
        return hashed(repository, document, progress)

    monkeypatch.setattr(gates, "hashed", counted)
    wants = '[[gate]]\nstage = "production"\nverified = "now"\n'
    (three.root / "config.toml").write_text(GATE + wants)
    with pytest.raises(GateError, match="accuracy"):
        three.promote("m@1.0.0", "production", reason="x")
    assert not seen
    (three.root / "config.toml").write_text(wants)
    assert three.promote("m@1.0.0", "production", reason="x").transition.bytes == "hashed"
    assert seen == ["1.0.0"]
    assert three.get("m@1.0.0").verified is not None


def test_a_policy_is_journaled_when_it_is_first_acted_on(three: Store) -> None:
    config = three.root / "config.toml"
    config.write_text(GATE)
    assert EventKind.POLICY not in kinds(three)
    with pytest.raises(GateError):
        three.promote("m@1.0.0", "production", reason="x")
    config.write_text(GATE.replace("0.9", "0.1"))
    three.log_metrics("m@1.0.0", {"accuracy": 0.5})
    three.promote("m@1.0.0", "production", reason="x")
    policies = [event for event in three.events() if event.kind is EventKind.POLICY]
    assert [event.data["old"] for event in policies] == ["", policies[0].data["new"]]
    assert policies[1].data["new"] == three.policy().digest
    assert kinds(three)[-2:] == [EventKind.POLICY, EventKind.TRANSITION]
    (moved,) = three.transitions("m")
    (event,) = [event for event in three.events() if event.seq == moved.seq]
    assert event.data["rules"] == three.gates("m@1.0.0", "production").rules != ""
