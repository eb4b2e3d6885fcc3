"""Promoting: a version goes on to a stage, through its gates; also back, and out of service.

Prepare unlocked, commit locked: bytes are hashed and the live tree is built first; under the lock everything is looked
at again, and decided anew if it moved.
"""

from __future__ import annotations

from typing import NamedTuple

from ..engine import abtests, actor
from ..engine.documents import TESTS, Document, ref_of
from ..engine.index import Index
from ..engine.repository import Repository
from ..errors import ConflictError, GateError
from ..nouns import names
from ..nouns.gate import Contained, GateResult, Verified
from ..nouns.health import Health
from ..nouns.manifest import Manifest
from ..nouns.reports import Moved, ProgressCallback
from ..nouns.stage import ARCHIVED, GATED, PRODUCTION, Stage, word
from ..nouns.transition import Bytes, Move, Transition
from . import gates, look, moving, policy, resolve, retiring, signers
from .moving import Step
from .stranded import stranded


def promote(
    repository: Repository,
    ref: str,
    to: str | None,
    reason: str,
    *,
    override: bool = False,
    expect: str | None = None,
    dry_run: bool = False,
    progress: ProgressCallback | None = None,
    decides: Decides | None = None,
) -> Moved:
    """Move a version to a stage; see ``Store.promote``. With ``decides`` an A/B test ends by it."""
    if dry_run:
        reason = names.check_reason(reason)
        return _Promotion(repository, ref, to, reason, override, expect, progress, decides).foretell()
    reason = moving.needs_reason(reason, "moving a version")
    repository.check_writable()
    return _Promotion(repository, ref, to, reason, override, expect, progress, decides).run()


class Decides(NamedTuple):
    """The A/B test that a promotion decides: its name, the arm that won, and the numbers of the versions that lost."""

    test: str
    winner: str
    losers: tuple[str, ...]


class _Ready(NamedTuple):
    """What was made ready without the lock, and for what: it is of use only if that is still so."""

    identity: str
    target: Stage | None
    manifest: Manifest | None
    bytes: Bytes
    seen: gates.Seen


class _Plan(NamedTuple):
    """What is to go from where to where."""

    document: Document
    source: Stage | None
    target: Stage | None


class _Promotion:
    def __init__(
        self,
        repository: Repository,
        ref: str,
        to: str | None,
        reason: str,
        override: bool,
        expect: str | None,
        progress: ProgressCallback | None,
        decides: Decides | None,
    ) -> None:
        self.repository, self.ref, self.to, self.reason = repository, ref, to, reason
        self.override, self.expect, self.progress = override, expect, progress
        self.decides = decides

    def run(self) -> Moved:
        for _ in range(moving.TRIES):
            ready = self._prepare(live=True)
            with self.repository.writing() as index:
                if (done := self._commit(index, ready)) is not None:
                    return done
        raise moving.keeps_changing(self.ref)

    def foretell(self) -> Moved:
        """Decide as ``run`` does, and change nothing."""
        ready = self._prepare(live=False)
        with self.repository.reading() as index:
            plan = document, source, target = self._plan(index)
            governs = policy.in_force(self.repository, index)
            step = self._decide(index, plan, governs, self._door(index, plan, governs), ready)
            stays = moving.in_production(index, document["model"])
            told = [
                f"the A/B test {name} would end: this takes an arm's version away"
                for name in moving.stopped(index, document["model"], step)
            ]
            told += stranded(index, document["model"], step.moves)
            told += retiring.warnings(self.repository, index, document) if target in GATED else []
        if target == PRODUCTION:
            production: str | None = document["version"]
        else:
            production = stays["version"] if stays is not None and stays is not document else None
        transition = Transition(
            seq=0,
            at=actor.now(),
            actor=actor.current(),
            model=document["model"],
            version=document["version"],
            id=document["id"],
            source=source,
            target=target,
            how="promote",
            reason=self.reason,
            displaced=step.displaced,
            production=production,
            gates=step.gates,
            overridden=step.overridden,
            bytes=step.bytes,
        )
        notices = (*([governs.notice] if governs.notice else ()), *told)
        return Moved(transition, look.as_version(document), notices)

    def _plan(self, index: Index) -> _Plan:
        document = resolve.resolve(index, self.ref)
        source: Stage | None = document.get("stage")
        target = gates.next_stage(document, self.to)
        self._check_tests(index, document, target)
        if self.expect is not None and state(document) != self.expect:
            raise ConflictError(
                f"{ref_of(document)} has changed since you looked: it is in {word(source)}",
                hint="Look again, then decide.",
            )
        return _Plan(document, source, target)

    def _check_tests(self, index: Index, document: Document, target: Stage | None) -> None:
        """Refuse what an A/B test that runs, or the one that this decides, does not allow.

        Raises:
            ConflictError: an arm would be archived, or the test that this decides has ended.
        """
        for test, arm in abtests.arms_of(index.tables, document["model"]):
            is_challenger = arm["version"] == document["version"] and arm["name"] != test["control"]
            if target == ARCHIVED and is_challenger:
                raise ConflictError(
                    f"{ref_of(document)} is arm {arm['name']} of the A/B test {test['name']}, which runs",
                    hint=f'End the test first: mvtui ab stop {test["name"]} --reason "…"',
                )
        if self.decides is not None and not (index.tables[TESTS].get(self.decides.test) or {}).get("running"):
            raise ConflictError(
                f"the A/B test {self.decides.test} has ended meanwhile",
                hint=f"mvtui ab show {self.decides.test} says how.",
            )

    def _door(self, index: Index, plan: _Plan, governs: policy.InForce) -> gates.Door | None:
        """Return what guards the way; None where nothing does."""
        if plan.target is None or not moving.is_up(plan.source, plan.target):
            return None
        if not governs.policy.guarding(plan.document["model"], plan.target, kind=plan.document["kind"]):
            return None
        keys = signers.in_force(self.repository, index, governs.policy)
        return gates.door(self.repository, index, plan.document, plan.target, governs, keys)

    def _prepare(self, *, live: bool) -> _Ready:
        with self.repository.reading() as index:
            plan = document, source, target = self._plan(index)
            # "The next stage" is the one that was next when it was asked for, and stays that.
            self.to = word(target)
            governs = policy.in_force(self.repository, index)
            policy.check_move(governs.policy, source, target)
            door = self._door(index, plan, governs)
        if target not in GATED:
            return _Ready(document["id"], target, None, "", gates.Seen())
        if target != PRODUCTION and document.get("external"):
            return _Ready(document["id"], target, None, "", _out_of_sight(door))
        manifest = moving.stored_manifest(self.repository, document)
        seen = gates.Seen()
        if door is not None and not self._stopped_anyway(door):
            seen = gates.look_at(self.repository, door, self.progress)
        checked = moving.make_ready(
            self.repository,
            document,
            manifest,
            self.progress,
            rehash=False,
            live=live and target == PRODUCTION,
        )
        how: Bytes = checked if seen.checked is None else "hashed"
        return _Ready(document["id"], target, manifest, how, seen)

    def _stopped_anyway(self, door: gates.Door) -> bool:
        """Whether another gate stops it, so that nobody need wait for gigabytes to be read."""
        return not self.override and door.stops_anyway()

    def _commit(self, index: Index, ready: _Ready) -> Moved | None:
        repository = self.repository
        plan = document, source, target = self._plan(index)
        if (document["id"], target) != (ready.identity, ready.target):
            return None
        governs = policy.settle(repository, index)
        policy.check_move(governs.policy, source, target)
        door = self._door(index, plan, governs)
        if door is not None:
            gates.note_keys(repository, index, door)
            if door.lacks(ready.seen) and not self._stopped_anyway(door):
                return None
        step = self._decide(index, plan, governs, door, ready)
        if ready.manifest is not None and not moving.all_there(
            repository, document, ready.manifest, live=target == PRODUCTION
        ):
            return None
        transition, notices = moving.write(repository, step)
        version = look.as_version(index.version(document["model"], document["version"]) or document)
        told = [governs.notice] if governs.notice else []
        notices += retiring.warnings(repository, index, document) if target in GATED else []
        return Moved(transition, version, (*told, *notices))

    def _decide(
        self,
        index: Index,
        plan: _Plan,
        governs: policy.InForce,
        door: gates.Door | None,
        ready: _Ready,
    ) -> Step:
        """Return what is to be written.

        Raises:
            GateError: a gate stops it, and nobody overrules it.
            NotAllowedError: overruling gates is not for this person.
        """
        document, source, target = plan
        results = door.judge(ready.seen) if door is not None else ()
        overridden = bool(blocking := moving.failed(results))
        if blocking:
            if not self.override:
                raise _stopped(document, target, results)
            policy.check(governs.policy, "override")
        displaced = moving.in_production(index, document["model"]) if target == PRODUCTION else None
        moves = [Move(document["version"], target, rolled_back=_still_marked(document, target))]
        if displaced is not None:
            moves.append(Move(displaced["version"], ARCHIVED))
        ends = {}
        if self.decides is not None:
            ends = {"test": self.decides.test, "winner": self.decides.winner}
            moved = {move.version for move in moves}
            moves += [Move(number, ARCHIVED) for number in self.decides.losers if number not in moved]
        return Step(
            document,
            source,
            target,
            "promote",
            self.reason,
            tuple(moves),
            displaced=displaced["version"] if displaced is not None else None,
            gates=results,
            rules=door.digest if door is not None else "",
            overridden=overridden,
            bytes=ready.bytes,
            ends=ends,
        )


def _out_of_sight(door: gates.Door | None) -> gates.Seen:
    """Return what looking at bytes comes to that stayed where they were."""
    why = "its bytes are not in the store"
    return gates.Seen(why if door is not None and door.must_hash() else None, Health((), problems=(why,)))


def _still_marked(document: Document, target: Stage | None) -> bool:
    """Whether a version stays marked as rolled back from: until it is in Production again."""
    return bool(document.get("rolled_back")) and target != PRODUCTION


def state(document: Document) -> str:
    """Return what changes whenever a version's standing does; see ``Store.standing``."""
    return f"{document['id'][:16]}:{document.get('stage') or ''}:{document.get('staged_seq', 0)}"


def _stopped(document: Document, target: Stage | None, results: tuple[GateResult, ...]) -> GateError:
    # Where another gate stops it the bytes are not read: that they were not is not why.
    blocking = moving.failed(results)
    unread = (Verified().label, Contained("finite-weights").label)
    why = [r for r in blocking if r.gate not in unread or r.outcome != "unknown"] or blocking
    first = next((result for result in why if result.outcome == "fail"), why[0])
    more = f", and {len(blocking) - 1} more" if len(blocking) > 1 else ""
    verb = "fails" if first.outcome == "fail" else "can't be told"
    name = ref_of(document)
    hint = f"mvtui gates {name} --to {word(target)} shows each gate."
    if all("approved" in result.values for result in why):  # nothing but approvals is lacking
        hint = f"Ask for approval: mvtui request {name} --to {word(target)}"
    return GateError(
        f"{name} may not enter {word(target)}: {first.gate} {verb} ({first.sentence}){more}",
        hint=hint,
        results=results,
    )
