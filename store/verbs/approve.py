"""Saying yes or no to a version entering a stage, asking others to, taking it back; and what waits for whom."""

from __future__ import annotations

import os
from datetime import datetime
from typing import Any

from ..engine import actor
from ..engine.documents import VERSIONS, Document, ref_of
from ..engine.index import Index
from ..engine.repository import Repository
from ..errors import ConflictError
from ..knowledge import gates as judging
from ..knowledge import signing
from ..knowledge.gates import people
from ..nouns import names
from ..nouns.approval import NAMESPACE, Approval, Verdict, signed_text
from ..nouns.event import EventKind
from ..nouns.reports import Voiced, Waiting
from ..nouns.stage import GATED, Stage, following, parse
from . import gates, look, moving, policy, resolve, signers, voices

_DOING: dict[Verdict, str] = {
    "request": "asking for approval",
    "approve": "approving",
    "reject": "rejecting",
    "withdraw": "withdrawing",
}


def say(
    repository: Repository,
    ref: str,
    to: str | None,
    verdict: Verdict,
    reason: str,
    *,
    key: str | None = None,
    sign: bool = False,
) -> Voiced:
    """Record a verdict; see ``Store.approve``."""
    reason = (
        moving.needs_reason(reason, _DOING[verdict]) if verdict == "reject" else names.check_reason(reason)
    )
    repository.check_writable()
    key_path = signing.find_key(key) if sign or key else ""
    for _ in range(moving.TRIES):
        with repository.reading() as index:
            document, stage = _about(index, ref, to)
            _refuse_empty(document, stage, verdict, signs=bool(key_path))
            governs = policy.in_force(repository, index)
            signers.in_force(repository, index, governs.policy)  # if that can't be read, nothing is written
            digest = policy.rules_digest(governs.policy, document["model"], stage)
        nonce = os.urandom(16).hex() if key_path else ""
        bound = (
            document["model"],
            document["version"],
            document["id"],
            stage,
            verdict,
            digest,
            reason,
            nonce,
        )
        text = signed_text(repository.store_id, *bound)
        signature = signing.sign(text, key_path, NAMESPACE) if key_path else ""
        with repository.writing() as index:
            now, _ = _about(index, ref, to)
            governs = policy.settle(repository, index)
            if (now["id"], policy.rules_digest(governs.policy, now["model"], stage)) != (
                document["id"],
                digest,
            ):
                continue  # what it would be bound to has moved
            _refuse_empty(now, stage, verdict, signs=bool(key_path))
            data: dict[str, Any] = {
                "model": now["model"],
                "version": now["version"],
                "id": now["id"],
                "stage": stage,
                "verdict": verdict,
                "gates": digest,
            }
            signed = {"signature": signature, "nonce": nonce} if signature else {}
            if signature:  # whose keys count comes first: so the journal says by what it was judged
                signers.settle(repository, index, governs.policy)
            event = repository.append(EventKind.APPROVAL, data | signed, reason)
        with repository.reading() as index:  # checking signatures takes a while: not under the lock
            fresh = index.version(now["model"], now["version"]) or now
            governs = policy.in_force(repository, index)
            keys = signers.in_force(repository, index, governs.policy)
            return _worth(gates.door(repository, index, fresh, stage, governs, keys), keys, event.seq)
    raise moving.keeps_changing(ref)


def _about(index: Index, ref: str, to: str | None) -> tuple[Document, Stage]:
    """Return the version and stage that a verdict is about: the one named, else the next one."""
    document = resolve.resolve(index, ref)
    stage = parse(to) if to is not None else following(document.get("stage"))
    if stage not in GATED:
        what = f"nobody's approval is asked for {stage or 'leaving a stage'}" if to else "no stage comes next"
        raise ConflictError(f"{ref_of(document)}: {what}", hint=f"Name a stage: --to {', '.join(GATED)}")
    return document, stage


def _refuse_empty(document: Document, stage: Stage, verdict: Verdict, *, signs: bool) -> None:
    """Refuse what would say nothing: taking back what was never said, asking for a stage that it is in."""
    if verdict == "withdraw":
        mine = [a for a in voices.approvals(document) if a.by == policy.me() and a.stage == stage]
        said = [a for a in mine if a.verdict != "request"]
        if not said or said[-1].verdict == "withdraw":
            raise ConflictError(
                f"{policy.me()} has said nothing of {ref_of(document)} entering {stage} that could be withdrawn",
                hint=f"See who did: mvtui gates {ref_of(document)} --to {stage}",
            )
        if said[-1].signature and not signs:
            raise ConflictError(
                f"what {policy.me()} said of {ref_of(document)} entering {stage} was signed, and is taken back the same way",
                hint="Sign it: --sign. Without that key, object: mvtui reject",
            )
    elif document.get("stage") == stage:
        raise ConflictError(
            f"{ref_of(document)} is in {stage} already", hint="Name another stage: --to STAGE"
        )


def _worth(door: gates.Door, keys: signers.Signers, seq: int) -> Voiced:
    approval = next(approval for approval in voices.approvals(door.document) if approval.seq == seq)
    rules = judging.approvals_asked(door.guarding)
    if approval.verdict == "withdraw":
        return Voiced(approval, counts=True)
    if not rules:
        return Voiced(approval, counts=False, why=f"no gate of {door.stage} asks for approvals")
    if approval.verdict == "request":
        return Voiced(approval, counts=True)
    found = next((s for s in people.weigh_all(rules, door.facts) if s.approval.seq == seq), None)
    if found is None:
        return Voiced(approval, counts=False, why="it is not signed, so what was signed before stands")
    why = f"{found.why}; {keys.notice}" if approval.signature and keys.notice else found.why
    return Voiced(approval, counts=found.counts, why="" if found.counts else why)


def inbox(repository: Repository, person: str | None) -> tuple[Waiting, ...]:
    """Return what waits for a person's approval; see ``Store.inbox``."""
    who = person or actor.current().user
    found = []
    with repository.reading() as index:
        asked = [d for d in index.tables[VERSIONS].values() if d.get("approvals") and not d.get("deleted")]
        if not asked:
            return ()
        governs = policy.in_force(repository, index)
        keys = signers.in_force(repository, index, governs.policy)
        for document in asked:
            for request in _open_requests(document):
                door = gates.door(repository, index, document, request.stage, governs, keys)
                rules = judging.approvals_asked(door.guarding)
                if any(people.waits_for(rule, door.facts, who, since=request.seq) for rule in rules):
                    found.append(Waiting(look.as_version(document), request.stage, request, door.judge()))
    return tuple(sorted(found, key=lambda waiting: waiting.request.at))


def _open_requests(document: Document) -> list[Approval]:
    """Return the requests that still want something: the last for each stage, unless it was entered since."""
    latest = {a.stage: a for a in voices.approvals(document) if a.verdict == "request"}
    staged = document.get("staged")
    entered = datetime.fromisoformat(staged) if staged else None
    return [
        request
        for request in latest.values()
        if document.get("stage") != request.stage and not (entered and _went_past(document, request, entered))
    ]


def _went_past(document: Document, request: Approval, entered: datetime) -> bool:
    stage = document.get("stage")
    past = stage == "archived" or (stage in GATED and GATED.index(stage) > GATED.index(request.stage))
    return past and entered > request.at
