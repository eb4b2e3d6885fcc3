"""The inverse of a change of stages: versions stand again where they stood before it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import msgspec

from ..engine.documents import TRANSITIONS, Document, production, ref_of
from ..engine.index import Index
from ..engine.repository import Repository
from ..errors import ConflictError, GateError
from ..nouns.event import Event
from ..nouns.gate import GateResult
from ..nouns.manifest import Manifest
from ..nouns.reports import ProgressCallback
from ..nouns.stage import PRODUCTION, Stage, word
from ..nouns.transition import Bytes, Move
from . import gates, inverses, moving, policy, signers
from .moving import Step

Mode = Literal["undo", "redo"]


class Ready(NamedTuple):
    """What was made ready without the lock.

    A version that enters Production, if one does: vouched for, with what serving code reads built; and what looking at bytes
    came to, if a gate wants that.
    """

    document: Document | None
    manifest: Manifest | None
    seen: gates.Seen


def moves(index: Index, event: Event) -> tuple[Move, ...]:
    """Return where versions go when a transition is taken back.

    Raises:
        ConflictError: one of them is not where the transition left it, or it does not say where they were.
    """
    back = msgspec.convert(inverses.before(event), tuple[Move, ...])
    left = {move["version"]: move.get("stage") for move in inverses.before(event, "moves")}
    for move in back:
        now = index.version(event.data["model"], move.version)
        if now is None or now.get("deleted"):
            raise ConflictError(
                f"{event.data['model']}@{move.version} is gone since",
                hint="mvtui history shows what happened.",
            )
        inverses.refuse_unless(now.get("stage") == left.get(move.version), event)
    return back


def effect(index: Index, event: Event) -> str:
    """Say what taking a transition back comes to. Raises as ``moves``."""
    document = inverses.document_of(index, event)
    back = moves(index, event)
    told = f"{ref_of(document)} back from {word(event.data['to'])} to {word(event.data['from'])}"
    enters = moving.entering(back)
    others = [move for move in back if move.version not in (enters, document["version"])]
    told += "".join(f", {move.version} to {_where(move)}" for move in others)
    return f"{told}, {enters} in {PRODUCTION} again" if enters not in (None, document["version"]) else told


def _where(move: Move) -> str:
    return f"{word(move.stage)}, marked as rolled back from" if move.rolled_back else word(move.stage)


def prepare(
    repository: Repository, event: Event, mode: Mode, progress: ProgressCallback | None, *, live: bool = True
) -> Ready:
    """Vouch for the version that would enter Production, if one does; look at what a gate wants looked at. Without the lock.

    With ``live`` what serving code reads is built, too.

    Raises:
        ConflictError: as ``moves``.
        VerificationError: bytes are missing or damaged.
    """
    with repository.reading() as index:
        back = moves(index, event)
        number = moving.entering(back)
        document = index.version(event.data["model"], number) if number else None
        door = _door(repository, index, event, mode, back, policy.in_force(repository, index))
    seen = gates.look_at(repository, door, progress) if door is not None else gates.Seen()
    if document is None:
        return Ready(None, None, seen)
    manifest = moving.stored_manifest(repository, document)
    moving.make_ready(repository, document, manifest, progress, rehash=False, live=live)
    return Ready(document, manifest, seen)


def foretell(
    repository: Repository, event: Event, mode: Mode, progress: ProgressCallback | None, *, blindly: bool
) -> None:
    """Fail as taking a transition back would; change nothing. Raises as ``prepare`` and ``write``.

    ``blindly`` no byte is looked at: it fails only where a gate stops it whatever that came to.
    """
    seen = gates.FINE if blindly else prepare(repository, event, mode, progress, live=False).seen
    with repository.reading() as index:
        governs = policy.in_force(repository, index)
        _check_allowed(index, event, governs)
        door = _door(repository, index, event, mode, moves(index, event), governs)
        _asked(index, event, mode, door, seen)


def write(
    repository: Repository, index: Index, event: Event, mode: Mode, ready: Ready
) -> tuple[int, tuple[str, ...]] | None:
    """Write the inverse of a transition; return its number and what a person should read. Only in ``writing()``.

    None when a gate wants bytes looked at that were not: make it ready again.

    Raises:
        NotAllowedError: what was done is not for this person.
        GateError: a version would go on to a stage whose gates stop it.
        ConflictError: as ``moves``.
    """
    document, back = inverses.document_of(index, event), moves(index, event)
    source: Stage | None = event.data["to"]
    target: Stage | None = event.data["from"]
    governs = policy.settle(repository, index)
    _check_allowed(index, event, governs)
    if ready.document is not None and ready.manifest is not None:
        if not moving.all_there(repository, ready.document, ready.manifest):
            what = f"files of {ref_of(ready.document)} are missing"
            raise ConflictError(what, hint="mvtui verify names them.")
        if not repository.live.is_built(ready.document):
            return None  # gc took it since
    door = _door(repository, index, event, mode, back, governs)
    if door is not None:
        gates.note_keys(repository, index, door)
        if door.lacks(ready.seen):
            return None
    asked = _asked(index, event, mode, door, ready.seen)
    leaving, enters = production(index.model(event.data["model"]) or {}), moving.entering(back)
    step = Step(
        document,
        source,
        target,
        mode,
        _reason(index, event, mode),
        back,
        displaced=leaving if enters is not None and leaving not in (enters, document["version"]) else None,
        gates=asked,
        rules=door.digest if door is not None else "",
        bytes=_how_checked(ready, door, document),
        undoes=event.seq if mode == "undo" else 0,
        redoes=event.seq if mode == "redo" else 0,
    )
    transition, notices = moving.write(repository, step)
    return transition.seq, (*([governs.notice] if governs.notice else ()), *notices)


def _check_allowed(index: Index, event: Event, governs: policy.InForce) -> None:
    if _is_rollback(index, event):
        policy.check(governs.policy, "rollback")
    else:
        policy.check_move(governs.policy, event.data["to"], event.data["from"])


def _asked(
    index: Index, event: Event, mode: Mode, door: gates.Door | None, seen: gates.Seen
) -> tuple[GateResult, ...]:
    """Return what the gates say, where some are asked.

    Raises:
        GateError: one of them stops it.
    """
    asked = door.judge(seen) if door is not None else ()
    if door is not None and (blocking := moving.failed(asked)):
        # What left Production by a rollback held it before, and what held it comes back by a rollback past no gate.
        returns = mode == "undo" and door.stage == PRODUCTION and _is_rollback(index, event)
        name = ref_of(door.document)
        if returns:
            model = door.document["model"]
            hint = f'A rollback asks no gate: mvtui rollback {model} --to {name} --reason "…"'
        else:
            hint = f"mvtui promote {name} --to {door.stage} goes through the gates, or past them with --override."
        raise GateError(
            f"event {event.seq} can't be taken back: {_stop(blocking)}",
            hint=hint,
            results=asked,
            back_to=name if returns else "",
        )
    return asked


def _stop(blocking: Sequence[GateResult]) -> str:
    """Say which gates stop a version, and why."""
    told = [f"{result.gate} ({result.sentence})" for result in blocking]
    if len(told) == 1:
        return f"{blocking[0].gate} stops it ({blocking[0].sentence})"
    return f"{len(told)} gates stop it: {', '.join(told)}"


def _reason(index: Index, event: Event, mode: Mode) -> str:
    """Return why: what is done again has the reason that it had."""
    if mode == "undo":
        return f"undo of event {event.seq}"
    document = index.tables[TRANSITIONS].get(str(event.data["undoes"]), {})
    return str(document.get("reason") or f"redo of event {event.seq}")


def _origin(index: Index, event: Event) -> str:
    """Return how the change began that an event, perhaps an undo or redo of it, is about."""
    how, at = event.data["how"], event.seq
    number = event.data.get("undoes") or event.data.get("redoes") or 0
    while (
        how in ("undo", "redo") and number < at
    ):  # back only: whoever can write the journal can make a circle
        document, at = index.tables[TRANSITIONS].get(str(number), {}), number
        how, number = document.get("how", ""), document.get("undoes") or document.get("redoes") or 0
    return str(how)


def _is_rollback(index: Index, event: Event) -> bool:
    return _origin(index, event) == "rollback"


def _door(
    repository: Repository,
    index: Index,
    event: Event,
    mode: Mode,
    back: tuple[Move, ...],
    governs: policy.InForce,
) -> gates.Door | None:
    """Return the door to the stage that a version goes on to, if one does.

    Taking a promotion back is never stopped: what it displaced returns, as in a rollback. Nor is a rollback, the second time
    as the first.
    """
    if _is_rollback(index, event):
        if mode == "redo":
            return None
    elif mode == "undo" and moving.is_up(event.data["from"], event.data["to"]):
        return None
    for move in back:
        document = index.version(event.data["model"], move.version)
        if document is not None and move.stage and moving.is_up(document.get("stage"), move.stage):
            keys = signers.in_force(repository, index, governs.policy)
            return gates.door(repository, index, document, move.stage, governs, keys)
    return None


def _how_checked(ready: Ready, door: gates.Door | None, document: Document) -> Bytes:
    """Return how bytes were checked; only of the version that the event is about can it say that they were hashed."""
    if (
        ready.seen.checked is not None
        and door is not None
        and door.document["version"] == document["version"]
    ):
        return "hashed"
    return "vouched" if ready.document is not None else ""
