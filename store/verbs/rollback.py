"""Rolling back: Production goes back, in one event, to the last version that held it and was not rolled back from itself."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from ..engine import abtests
from ..engine.documents import Document, ref_of
from ..engine.index import Index
from ..engine.repository import Repository
from ..errors import ConflictError, MvtuiError, VerificationError
from ..nouns import names
from ..nouns.gate import GateResult
from ..nouns.manifest import Manifest
from ..nouns.reports import Moved, ProgressCallback, RollbackPlan
from ..nouns.stage import ARCHIVED, PRODUCTION, Stage
from ..nouns.transition import Bytes, Move
from . import checked, checkout, gates, look, moving, policy, resolve, signers, standing
from .moving import Step


class _Way(NamedTuple):
    """From what to what, and who was passed over on the way back."""

    current: Document | None
    target: Document
    passed_over: tuple[str, ...]


def plan(repository: Repository, model: str, to: str | None) -> RollbackPlan:
    """Say where a rollback would lead; see ``Store.rollback_plan``."""
    with repository.reading() as index:
        way = _way(index, model, to)
        line = index.model(model) or {}
        number = way.target["version"]
        left = standing.taken_over(line, number)
        return RollbackPlan(
            model,
            look.as_version(way.current) if way.current is not None else None,
            look.as_version(way.target),
            datetime.fromisoformat(standing.held_at(line, number)[-1]),
            datetime.fromisoformat(left) if left is not None else None,
            way.passed_over,
            tuple(_ended(index, model, way)),
        )


def _ended(index: Index, model: str, way: _Way) -> dict[str, None]:
    """Return the A/B tests that end when Production's version leaves: it is control, or else an arm that is archived."""
    leaving = way.current["version"] if way.current is not None else None
    arms = abtests.arms_of(index.tables, model)
    return {test["name"]: None for test, arm in arms if arm["version"] == leaving}


def _way(index: Index, model: str, to: str | None) -> _Way:
    line = resolve.model(index, names.check_model(model))
    current = moving.in_production(index, model)
    leaving = current["version"] if current is not None else None
    if to is not None:
        return _Way(current, _named(index, line, leaving, to), ())
    passed: list[str] = []
    for each in standing.past(index, line, leaving):
        if not each.unfit:
            return _Way(current, each.document, tuple(passed))
        passed.append(each.unfit)
    where = f"{model} has {leaving or 'nothing'} in production"
    if passed:
        what = f"and no usable version before it: {'; '.join(passed)}"
        hint = f"Name one that may have it all the same: mvtui rollback {model} --to REF"
    else:
        what = "and no other version ever was there" if leaving else "and never had"
        hint = f"Promote another version: mvtui ls {model}"
    raise ConflictError(f"{where}, {what}", hint=hint)


def _named(index: Index, line: Document, leaving: str | None, to: str) -> Document:
    name = line["name"]
    document = resolve.resolve(index, to if "@" in to or to.startswith("id:") else f"{name}@{to}")
    if document["model"] != name:
        raise ConflictError(f"{ref_of(document)} is no version of {name}", hint=f"See them: mvtui ls {name}")
    if document["version"] == leaving:
        raise ConflictError(
            f"{ref_of(document)} is in production already", hint=f"mvtui history {name} says since when."
        )
    if not standing.held_at(line, document["version"]):
        raise ConflictError(
            f"{ref_of(document)} never was in production, so there is no going back to it",
            hint=f'Promote it, through the gates: mvtui promote {ref_of(document)} --to production --reason "…"',
        )
    return document


def rollback(
    repository: Repository,
    model: str,
    to: str | None,
    reason: str,
    *,
    verify_later: bool = False,
    expect: str | None = None,
    progress: ProgressCallback | None = None,
) -> Moved:
    """Let Production go back; see ``Store.rollback``."""
    reason = moving.needs_reason(reason, "rolling back")
    repository.check_writable()
    began: _Way | None = None
    for _ in range(moving.TRIES):
        with repository.reading() as index:
            way = _way(index, model, to)
            began = began or way
            _check_expected(way, began, expect)
            governs = policy.in_force_for_return(repository, index)
            policy.check(governs.policy, "rollback")
            # Gates are asked here, too, so that signatures need not be checked under the lock.
            _gates_say(repository, index, way.target, governs)
        manifest = moving.stored_manifest(repository, way.target)
        how = _made_ready(repository, way.target, manifest, verify_later, progress)
        with repository.writing() as index:
            _check_expected(_way(index, model, to), began, expect)
            done = _commit(repository, index, model, to, reason, way, manifest, how)
        if done is not None:
            return _verified_after(repository, way.target, manifest, done, progress) if verify_later else done
    raise moving.keeps_changing(f"what {model} has in production")


def _check_expected(way: _Way, began: _Way, expect: str | None) -> None:
    """Refuse to leave another version than the one that was there at first: two who roll back do not go two back.

    Raises:
        ConflictError: it is another, or the swap is not the one expected.
    """
    current, first = (each.current["version"] if each.current is not None else "" for each in (way, began))
    if current != first or (expect is not None and f"{current}>{way.target['version']}" != expect):
        raise ConflictError(
            f"production has changed since you looked: it has {current or 'nothing'}, "
            f"and would go back to {way.target['version']}",
            hint="Look again, then decide.",
        )


def _made_ready(
    repository: Repository,
    target: Document,
    manifest: Manifest,
    verify_later: bool,
    progress: ProgressCallback | None,
) -> Bytes:
    if not verify_later:
        return moving.make_ready(repository, target, manifest, progress, rehash=False, live=True)
    moving.prepare_live(repository, target, manifest)
    return "later"


def _commit(
    repository: Repository,
    index: Index,
    model: str,
    to: str | None,
    reason: str,
    seen: _Way,
    manifest: Manifest,
    how: Bytes,
) -> Moved | None:
    way = _way(index, model, to)
    if way.target["id"] != seen.target["id"]:
        return None
    governs = policy.settle(repository, index, returning=True)
    policy.check(governs.policy, "rollback")
    if not moving.all_there(repository, way.target, manifest):
        raise VerificationError(
            f"files of {ref_of(way.target)} are missing",
            hint=f"mvtui verify {ref_of(way.target)} names them; or go back further: --to REF",
        )
    if not repository.live.is_built(way.target):
        return None
    source: Stage | None = way.target.get("stage")
    results, rules, notice = _gates_say(repository, index, way.target, governs)
    moves = [Move(way.target["version"], PRODUCTION)]
    if way.current is not None:
        moves.append(Move(way.current["version"], ARCHIVED, rolled_back=True))
    transition, notices = moving.write(
        repository,
        Step(
            way.target,
            source,
            PRODUCTION,
            "rollback",
            reason,
            tuple(moves),
            displaced=way.current["version"] if way.current is not None else None,
            gates=results,
            rules=rules,
            bytes=how,
        ),
    )
    version = look.as_version(index.version(model, way.target["version"]) or way.target)
    told = [each for each in (governs.notice, notice) if each]
    return Moved(transition, version, (*told, *notices))


def _gates_say(
    repository: Repository, index: Index, target: Document, governs: policy.InForce
) -> tuple[tuple[GateResult, ...], str, str]:
    """Return what the gates answer and the digest of what they ask; or a sentence when that can't be told.

    They don't block a rollback, so nor does what keeps them from answering: a list of signers that can't be read.
    """
    if not governs.policy.guarding(target["model"], PRODUCTION, kind=target["kind"]):
        return (), "", ""
    try:
        keys = signers.in_force(repository, index, governs.policy)
        door = gates.door(repository, index, target, PRODUCTION, governs, keys)
        return door.judge(), door.digest, ""
    except MvtuiError as error:
        return (), "", f"what the gates say could not be recorded: {error.message}"


def _verified_after(
    repository: Repository,
    target: Document,
    manifest: Manifest,
    done: Moved,
    progress: ProgressCallback | None,
) -> Moved:
    """Hash the bytes that were swapped in unseen, and journal what that came to."""
    from msgspec.structs import replace

    try:
        checkout.vouch(repository, manifest, progress, rehash=True)
        problem = ""
    except VerificationError as error:
        problem = error.message
    checked.record(repository, target, problem)
    return replace(done, verified=not problem, problem=problem)
