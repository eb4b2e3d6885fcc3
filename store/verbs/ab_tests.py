"""Changing A/B tests: start, other shares, end. The winner's promotion is in ``ab_winner``.

As with every change: looked at and made ready without the lock, decided again under it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from ..engine import abtests, digest, pointers
from ..engine.documents import TESTS, Document, ref_of
from ..engine.index import Index
from ..engine.repository import Repository
from ..errors import BadInputError, ConflictError, GateError, UsageError
from ..nouns import buckets
from ..nouns.ab_report import ABChange
from ..nouns.ab_test import MOST_ARMS, MOST_METRICS, ABMetric, check_metric, check_name
from ..nouns.event import EventKind
from ..nouns.gate import GateResult
from ..nouns.manifest import Manifest
from ..nouns.reports import ProgressCallback
from ..nouns.stage import ARCHIVED, GATED, Stage, parse
from . import ab_look, ab_outcomes, gates, moving, policy, resolve, signers


class ArmAsked(NamedTuple):
    """An arm as it is asked for: its name, the reference of its version, and its buckets."""

    name: str
    ref: str
    share: int


class _Plan(NamedTuple):
    """What is to be tested: each arm's version, and the arm that is control."""

    documents: dict[str, Document]
    control: str
    model: str


def start(
    repository: Repository,
    name: str,
    arms: Sequence[ArmAsked],
    metrics: Sequence[ABMetric],
    stage: str,
    reason: str,
    *,
    override: bool,
    progress: ProgressCallback | None,
) -> ABChange:
    """Start a test; see ``Store.ab_start``."""
    reason = moving.needs_reason(reason, "starting an A/B test")
    where = _check_asked(name, arms, metrics, stage)
    shares = {arm.name: arm.share for arm in arms}
    repository.check_writable()
    for _ in range(moving.TRIES):
        with repository.reading() as index:
            plan = _plan(repository, index, name, arms, where)
            governs = policy.in_force(repository, index)
            policy.check_move(governs.policy, None, where)
            doors = _doors(repository, index, plan, where, governs)
        seen = {arm: gates.look_at(repository, door, progress) for arm, door in doors.items()}
        manifests = {arm: moving.stored_manifest(repository, each) for arm, each in plan.documents.items()}
        for arm, document in plan.documents.items():
            moving.make_ready(repository, document, manifests[arm], progress, rehash=False, live=True)
        with repository.writing() as index:
            again = _plan(repository, index, name, arms, where)
            if _ids(again) != _ids(plan):
                continue
            governs = policy.settle(repository, index)
            policy.check_move(governs.policy, None, where)
            if not _is_ready(repository, again, manifests):
                continue
            results = _judged(repository, index, again, where, governs, seen, override=override)
            if results is None:
                continue
            data = {
                "model": again.model,
                "test": name,
                "step": "start",
                "id": _identity(name, again),
                "stage": where,
                "control": again.control,
                "arms": [
                    {"name": arm, "version": each["version"], "id": each["id"]}
                    for arm, each in again.documents.items()
                ],
                "metrics": msgspec.to_builtins(list(metrics)),
                "buckets": buckets.first(shares),
            }
            if results:
                data["gates"] = [result.as_dict() for result in results]
            event = repository.append(EventKind.AB_TEST, data, reason)
            told = pointers.follow(repository, again.model)
            notices = ([governs.notice] if governs.notice else []) + told
            return ABChange(ab_look.as_info(index.tables[TESTS][name]), event.seq, notices=tuple(notices))
    raise moving.keeps_changing(f"what the A/B test {name} is about")


def _identity(name: str, plan: _Plan) -> str:
    """Return the id of a test, 16 hex digits: of its own, so that no two tests share out their keys alike.

    By what is tested, not by chance: the same test elsewhere gives each key the same arm.
    """
    said = [name, plan.model, [[arm, each["id"]] for arm, each in plan.documents.items()]]
    return digest.of_bytes(msgspec.json.encode(said))[:16]


def _check_asked(name: str, arms: Sequence[ArmAsked], metrics: Sequence[ABMetric], stage: str) -> Stage:
    """Refuse what can't be a test, whatever the store holds; return the stage."""
    check_name(name, "an A/B test")
    for arm in arms:
        check_name(arm.name, "an arm")
    if len(arms) < 2:
        raise UsageError(
            f"an A/B test has two arms or more, not {len(arms)}",
            hint="Give each: --arm a=chat@1.0.0:90 --arm b=chat@1.1.0:10",
        )
    if len(arms) > MOST_ARMS or len(metrics) > MOST_METRICS:
        raise BadInputError(
            f"that is too much: {MOST_ARMS} arms and {MOST_METRICS} metrics are the most",
            hint="Leave some out.",
        )
    for what, given in (("arm", [a.name for a in arms]), ("metric", [m.name for m in metrics])):
        if twice := next((each for each in given if given.count(each) > 1), None):
            raise BadInputError(
                f"two {what}s are called {twice}", hint=f"Give each {what} a name of its own."
            )
    for metric in metrics:
        check_metric(metric.name)
    if any(arm.share < 1 for arm in arms):
        raise BadInputError(
            "an arm without a share", hint="Give it at least 0.01; mvtui ab ramp can set it to 0 later."
        )
    buckets.check({arm.name: arm.share for arm in arms})
    found = parse(stage)
    if found not in GATED:
        raise BadInputError(f"no version serves in {stage}", hint=f"Name a stage: {', '.join(GATED)}")
    return found


def _plan(repository: Repository, index: Index, name: str, arms: Sequence[ArmAsked], stage: Stage) -> _Plan:
    if name in index.tables[TESTS] or os.path.exists(ab_look.directory(repository, name)):
        raise ConflictError(
            f"there was an A/B test {name} before: a name is used once", hint="Choose another name."
        )
    documents = {arm.name: resolve.resolve(index, arm.ref) for arm in arms}
    models = dict.fromkeys(each["model"] for each in documents.values())
    if len(models) > 1:
        raise BadInputError(
            f"the arms are versions of different models: {', '.join(models)}",
            hint="A test compares versions of one model; several that change together are a bundle.",
        )
    (model,) = models
    if other := abtests.running(index.tables, model):
        raise ConflictError(
            f"{model} is in the A/B test {other[0]['name']} already, and its keys can't be shared out twice",
            hint=f'End that first: mvtui ab stop {other[0]["name"]} --reason "…"; or give it more arms in a new one.',
        )
    for arm, each in documents.items():
        if each.get("stage") == ARCHIVED:
            raise ConflictError(
                f"{ref_of(each)}, arm {arm}, is archived",
                hint=f'Bring it back first: mvtui promote {ref_of(each)} --to staging --reason "…"',
            )
    control = next((arm for arm, each in documents.items() if each.get("stage") == stage), None)
    if control is None:
        there = index.in_stage(model, stage)
        what = f"{model}@{there[-1]}" if there else "nothing"
        raise ConflictError(
            f"no arm is in {stage}, which has {what}: there is no control",
            hint=f"Make what is in {stage} an arm."
            if there
            else f'Put a version there first: mvtui promote REF --to {stage} --reason "…"',
        )
    return _Plan(documents, control, model)


def _ids(plan: _Plan) -> list[tuple[str, str]]:
    return [(plan.control, plan.model), *((arm, each["id"]) for arm, each in plan.documents.items())]


def _challengers(plan: _Plan, stage: Stage) -> dict[str, Document]:
    """Return the arms that serve beside a stage without having been let into it, or further."""
    return {
        arm: each
        for arm, each in plan.documents.items()
        if arm != plan.control and moving.is_up(each.get("stage"), stage)
    }


def _doors(
    repository: Repository, index: Index, plan: _Plan, stage: Stage, governs: policy.InForce
) -> dict[str, gates.Door]:
    """Return what guards the stage, asked about each arm that was not let into it: it serves the same people."""
    if not governs.policy.guarding(plan.model, stage):
        return {}
    keys = signers.in_force(repository, index, governs.policy)
    return {
        arm: gates.door(repository, index, each, stage, governs, keys)
        for arm, each in _challengers(plan, stage).items()
    }


def _judged(
    repository: Repository,
    index: Index,
    plan: _Plan,
    stage: Stage,
    governs: policy.InForce,
    seen: Mapping[str, gates.Seen],
    *,
    override: bool,
) -> tuple[GateResult, ...] | None:
    """Return what the gates answer; None when one wants bytes looked at that were not.

    Raises:
        GateError: a gate stops an arm, and nobody overrules it.
        NotAllowedError: overruling gates is not for this person.
    """
    found: list[GateResult] = []
    for arm, door in _doors(repository, index, plan, stage, governs).items():
        gates.note_keys(repository, index, door)
        if arm not in seen or door.lacks(seen[arm]):
            return None
        results = door.judge(seen[arm])
        if blocking := moving.failed(results):
            if not override:
                name = ref_of(door.document)
                raise GateError(
                    f"{name} may not serve beside {stage} as arm {arm}: {blocking[0].gate} stops it "
                    f"({blocking[0].sentence})",
                    hint=f"mvtui gates {name} --to {stage} shows each gate.",
                    results=results,
                )
            policy.check(governs.policy, "override")
        found += results
    return tuple(found)


def _is_ready(repository: Repository, plan: _Plan, manifests: Mapping[str, Manifest]) -> bool:
    return all(
        moving.all_there(repository, each, manifests[arm], live=True) for arm, each in plan.documents.items()
    )


# -- while it runs ------------------------------------------------------------------------------


def running(index: Index, name: str) -> Document:
    """Return the document of a test that runs.

    Raises:
        NotFoundError: there is none of that name.
        ConflictError: it has ended.
    """
    document = ab_look.document_of(index, name)
    if not document["running"]:
        ended = document["ended"]
        raise ConflictError(
            f"the A/B test {name} ended {ended['at'][:16].replace('T', ' ')} UTC",
            hint=f"mvtui ab show {name} says how, and what it showed.",
        )
    return document


def ramp(repository: Repository, name: str, shares: Mapping[str, int], reason: str) -> ABChange:
    """Change the shares of a test; see ``Store.ab_ramp``."""
    reason = moving.needs_reason(reason, "changing shares")
    repository.check_writable()
    found = ab_outcomes.closed(repository, name)
    with repository.writing() as index:
        document = running(index, name)
        spec = abtests.spec_of(document)
        policy.check_move(policy.settle(repository, index).policy, None, spec.stage)
        for arm in shares:
            spec.arm(arm)
        wanted = {arm.name: shares.get(arm.name, arm.share) for arm in spec.arms}
        if missing := [arm for arm in wanted if arm not in shares and len(shares) < len(wanted)]:
            wanted = _rest(wanted, missing)
        buckets.check(wanted)
        owned = {arm.name: arm.buckets for arm in spec.arms}
        fresh = buckets.moved(owned, wanted)
        if fresh == owned:
            raise ConflictError(f"the A/B test {name} has these shares already", hint=f"mvtui ab show {name}")
        moved = sum(max(0, wanted[arm.name] - arm.share) for arm in spec.arms)
        ab_outcomes.journal(repository, index, name, found)
        data: dict[str, Any] = {"model": spec.model, "test": name, "step": "ramp", "buckets": fresh}
        event = repository.append(EventKind.AB_TEST, data, reason)
        told = pointers.follow(repository, spec.model)
        test = ab_look.as_info(index.tables[TESTS][name])
        return ABChange(test, event.seq, moved * 100 / buckets.BUCKETS, notices=tuple(told))


def _rest(wanted: dict[str, int], missing: Sequence[str]) -> dict[str, int]:
    """Give the one arm that was not named what is left; of several, nobody knows which."""
    if len(missing) == 1:
        left = buckets.BUCKETS - sum(share for arm, share in wanted.items() if arm not in missing)
        return wanted | {missing[0]: max(0, left)}
    return wanted


def stop(repository: Repository, name: str, reason: str) -> ABChange:
    """End a test without a winner; see ``Store.ab_stop``."""
    reason = moving.needs_reason(reason, "ending an A/B test")
    repository.check_writable()
    with repository.reading() as index:
        running(index, name)
    found = ab_outcomes.closed(repository, name)
    report = ab_look.report(repository, name)
    with repository.writing() as index:
        document = running(index, name)
        policy.check_move(policy.settle(repository, index).policy, None, document["stage"])
        ab_outcomes.journal(repository, index, name, found)
        data = {
            "model": document["model"],
            "test": name,
            "step": "stop",
            "ending": "stopped",
            "verdict": report.sentence,
        }
        event = repository.append(EventKind.AB_TEST, data, reason)
        told = pointers.follow(repository, document["model"])
        return ABChange(ab_look.as_info(index.tables[TESTS][name]), event.seq, notices=tuple(told))
