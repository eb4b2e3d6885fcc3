"""Checkpoints: made of a journal whose chain holds, and held against a journal later."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from msgspec.structs import replace

from ..engine import actor
from ..engine.chain import Chain
from ..engine.repository import Repository
from ..errors import ConflictError, JournalDamagedError
from ..knowledge import signing
from ..nouns.audit import AuditProblem
from ..nouns.checkpoint import NAMESPACE, Checkpoint
from ..nouns.event import Event


def make(repository: Repository, *, sign: bool, key: str | None, after: Sequence[Checkpoint]) -> Checkpoint:
    """Return a checkpoint of the journal as it is now; see ``Store.checkpoint``."""
    key_path = signing.find_key(key) if sign or key else ""
    chain = Chain(repository, {earlier.seq for earlier in after})
    try:
        repairs = [event for event in chain.events() if event.kind == "repair"]
        problems = chain.problems()
        if problems:
            raise JournalDamagedError(
                f"the journal can't be vouched for: {problems[0].sentence}",
                hint="mvtui audit verify names each place.",
            )
        for earlier in after:
            if problem := compare(earlier, repository.store_id, chain, repairs):
                raise ConflictError(
                    f"the earlier checkpoint does not fit this journal: {problem.sentence}",
                    hint="Keep it: it may be the only evidence. mvtui audit verify --checkpoint FILE tells more.",
                )
    finally:
        chain.close()
    who = actor.current()
    made = Checkpoint(
        repository.store_id,
        chain.seq,
        chain.hash,
        datetime.now(UTC).replace(microsecond=0),
        who.user,
        who.uid,
        who.host,
        who.tool,
    )
    return replace(made, signature=signing.sign(made.text(), key_path, NAMESPACE)) if key_path else made


def compare(
    checkpoint: Checkpoint, store: str, chain: Chain, repairs: Sequence[Event]
) -> AuditProblem | None:
    """Say what is not as it was when a checkpoint was made; None when all is. The chain was walked to its end."""
    seq = checkpoint.seq
    said = f"the checkpoint of {checkpoint.at:%Y-%m-%d %H:%M} UTC"

    def problem(sentence: str) -> AuditProblem:
        return AuditProblem("checkpoint", f"{said} {sentence}", seq)

    if checkpoint.store != store:
        return problem(f"is of another store ({checkpoint.store[:12]}… instead of {store[:12]}…)")
    if seq > chain.seq:
        gone = f"event {seq}" if seq == chain.seq + 1 else f"events {chain.seq + 1} to {seq}"
        return problem(f"saw {gone}: cut off since, the journal ends with event {chain.seq}")
    place = chain.found.get(seq)
    if place is None:
        return problem(f"saw event {seq}, which can't be read any more")
    if place.hash != checkpoint.hash:
        return problem(f"saw another event {seq}: history was rewritten since, there or before")
    for repair in repairs:
        if repair.seq > seq and any(gap.get("offset", 0) < place.end for gap in repair.data.get("gaps", ())):
            return problem(
                f"saw lines whole that were damaged since, and quarantined by {repair.actor.user} (event {repair.seq})"
            )
    return None


class Signer(NamedTuple):
    """Whose a checkpoint is, as far as its signature proves it; a ``problem`` in words when it proves nobody."""

    name: str
    problem: str = ""


def signer(checkpoint: Checkpoint, keys: Iterable[bytes]) -> Signer:
    """Say who signed a checkpoint; ``keys`` are files of allowed signers, one of which must know the key."""
    problem = "there are no allowed_signers to check it with"
    for content in keys:
        found = signing.check(
            checkpoint.text(),
            checkpoint.signature,
            content,
            NAMESPACE,
            likely=checkpoint.user,
            at=checkpoint.at,
        )
        if not found.problem:
            return Signer(found.person)
        problem = found.problem
    return Signer("", problem)
