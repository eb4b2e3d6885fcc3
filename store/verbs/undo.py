"""Undo and redo: the inverse of a person's last change, as a new event.

It is a checked change like any other: for those who may make it, with bytes vouched for and the live pointer swapped.
"""

from __future__ import annotations

from ..engine.index import Index
from ..engine.repository import Repository
from ..errors import ConflictError
from ..knowledge import ledger, undoing
from ..nouns.event import Event, EventKind
from ..nouns.reports import ProgressCallback, Undone
from . import inverses, look, moving, policy, unmove
from .unmove import Mode


def undo(
    repository: Repository,
    mode: Mode,
    *,
    dry_run: bool,
    progress: ProgressCallback | None,
    expect: int | None = None,
    blindly: bool = False,
) -> Undone:
    """Take back a person's last change, or his last undo; see ``Store.undo``. A dry run may be made ``blindly``: without bytes."""
    if not dry_run:
        repository.check_writable()
    for _ in range(moving.TRIES):
        event = _target(repository, mode)
        if expect not in (None, event.seq):
            raise ConflictError(
                f"what would be taken back is now event {event.seq}, {ledger.about(event)}: {ledger.told(event)}",
                hint="Look again, then decide.",
            )
        what = f"{ledger.about(event)}: {ledger.told(event)}"
        with repository.reading() as index:
            effect = _effect(repository, index, event)
        if dry_run:
            _foretell(repository, event, mode, progress, blindly=blindly)
            return Undone(event.seq, what, effect, dry_run=True)
        ready = (
            unmove.prepare(repository, event, mode, progress) if event.kind is EventKind.TRANSITION else None
        )
        with repository.writing() as index:
            if _target(repository, mode).seq != event.seq:
                continue
            notices: tuple[str, ...] = ()
            if ready is None:
                written = _write(repository, index, event, mode)
            elif (done := unmove.write(repository, index, event, mode, ready)) is not None:
                written, notices = done
            else:
                continue
            return Undone(event.seq, what, effect, dry_run=False, written=written, notices=notices)
    raise moving.keeps_changing("what would be taken back")


def _foretell(
    repository: Repository, event: Event, mode: Mode, progress: ProgressCallback | None, *, blindly: bool
) -> None:
    """Fail as taking it back would."""
    if event.kind is EventKind.TRANSITION:
        unmove.foretell(repository, event, mode, progress, blindly=blindly)
    elif event.kind in (EventKind.DELETE, EventKind.RESTORE):
        policy.check_now(repository, "delete")


def _target(repository: Repository, mode: Mode) -> Event:
    """Return the event to take back.

    Raises:
        ConflictError: there is none, or someone changed the same thing since.
    """
    person = policy.me()
    find = undoing.last_change if mode == "undo" else undoing.last_undo
    found = find(repository.recent(), person)
    if found is None:
        what = f"{person} has changed nothing here that can be undone"
        hint = "mvtui history shows what happened."
        if mode == "redo":
            what = f"there is nothing to redo: the last change of {person} was no undo"
        elif said := undoing.last_verdict(repository.recent(), person):
            what += f"; what was said of {ledger.about(said)} is withdrawn instead"
            hint = f"mvtui withdraw {ledger.about(said)} --to {said.data.get('stage')}"
        raise ConflictError(what, hint=hint)
    if found.event.kind in undoing.STANDING:
        raise ConflictError(
            f"event {found.event.seq} ({ledger.told(found.event)}) can't be undone: keys have been served by it since",
            hint=_INSTEAD[str(found.event.data.get("step"))].format(found.event.data.get("test")),
        )
    if since := undoing.touched_since(found):
        raise ConflictError(
            f"event {found.event.seq} can't be taken back: {since.actor.user} changed the same thing since "
            f"(event {since.seq}, {ledger.about(since)}: {ledger.told(since)})",
            hint="Make the change that is wanted now by its own command.",
        )
    return found.event


_INSTEAD = {
    "start": 'End the test: mvtui ab stop {} --reason "…"',
    "ramp": "Set the shares that are wanted: mvtui ab ramp {} ARM=SHARE… brings the same keys back.",
    "stop": "Start another test under another name: mvtui ab start. To move a version back: mvtui promote, mvtui rollback.",
}


def _effect(repository: Repository, index: Index, event: Event) -> str:
    if event.kind is EventKind.TRANSITION:
        return unmove.effect(index, event)
    return inverses.of(repository, index, event).effect


def _write(repository: Repository, index: Index, event: Event, mode: Mode) -> int:
    inverse = inverses.of(repository, index, event)
    if inverse.kind in (EventKind.DELETE, EventKind.RESTORE):
        policy.check(policy.settle(repository, index).policy, "delete")
    if inverse.kind is EventKind.RESTORE:
        _bring_back(repository, index, event)
    names = {"undoes" if mode == "undo" else "redoes": event.seq}
    # A deletion always has a reason; that of one taken up again is the first one's.
    reason = _first_reason(repository, event) if inverse.kind is EventKind.DELETE else ""
    return repository.append(inverse.kind, inverse.data | names, reason).seq


def _first_reason(repository: Repository, event: Event) -> str:
    number = event.data.get("undoes") or event.data.get("redoes")
    return next((e.reason for e in repository.recent() if e.seq == number), "") or "deleted again"


def _bring_back(repository: Repository, index: Index, event: Event) -> None:
    """Make sure that a deleted version's objects are there again: gc may have put them in trash."""
    document = inverses.document_of(index, event)
    if document.get("external"):
        repository.ensure_object(document["id"])
        return
    manifest = look.manifest(repository, document["id"])
    if not moving.all_there(repository, document, manifest):
        raise ConflictError(
            f"files of {ledger.about(event)} are gone",
            hint="Register them again: that makes a version of its own.",
        )
