"""Auditing: the whole journal from its first byte, what its events prove of each other, and checkpoints kept elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from ..engine import pointers
from ..engine.chain import Chain
from ..engine.repository import Repository
from ..nouns.audit import AuditProblem, AuditReport, CheckedCheckpoint
from ..nouns.checkpoint import Checkpoint
from ..nouns.reports import Progress, ProgressCallback
from . import ab_outcomes, checkpoints, policy, signers
from .evidence import Evidence

_STEP = 1 << 18  # bytes between two reports of progress
_PATIENCE = 0.5  # seconds that whoever is just swapping a pointer is given


def audit(
    repository: Repository,
    compared: Sequence[Checkpoint],
    trusted: bytes | None,
    progress: ProgressCallback | None,
) -> AuditReport:
    """Prove what can be proven; see ``Store.audit``."""
    chain = Chain(repository, {checkpoint.seq for checkpoint in compared})
    evidence = Evidence(repository)
    keys = {checkpoint.seq: b"" for checkpoint in compared}
    try:
        size, told = chain.size, 0
        for event in chain.events():
            evidence.take(event, after_gap=chain.gap)
            if event.seq in keys:
                keys[event.seq] = evidence.signers.content
            if progress and chain.offset - told >= _STEP:
                told = chain.offset
                progress(Progress("verifying", "the journal", min(told, size), size))
        evidence.finish()
        broken = chain.problems()
        unfinished = chain.unfinished()
        if progress:
            progress(Progress("verifying", "the journal", size, size))
        found, checked = _compare(repository, compared, trusted, chain, evidence, keys, broken)
    finally:
        chain.close()
    live, lost = (
        _live(repository) if not broken else ([], [])
    )  # one that lacks events doesn't say where they led
    segments = [AuditProblem("outcomes", sentence, seq) for seq, sentence in ab_outcomes.problems(repository)]
    rest = sorted([*evidence.problems, *live, *segments], key=lambda problem: problem.seq)
    return AuditReport(
        store=repository.store_id,
        events=chain.count,
        seq=chain.seq,
        hash=chain.hash,
        first=chain.first,
        last=chain.last,
        signatures=evidence.signatures,
        policies=evidence.policies,
        repairs=tuple(event.seq for event in evidence.repairs),
        problems=(*broken, *found, *rest),
        notices=(*evidence.notices, *lost, *_notices(chain, unfinished, checked)),
        checkpoints=tuple(checked),
    )


def _compare(
    repository: Repository,
    compared: Sequence[Checkpoint],
    trusted: bytes | None,
    chain: Chain,
    evidence: Evidence,
    keys: dict[int, bytes],
    broken: Sequence[AuditProblem],
) -> tuple[list[AuditProblem], list[CheckedCheckpoint]]:
    problems: list[AuditProblem] = []
    checked: list[CheckedCheckpoint] = []
    for checkpoint in compared:
        problem = checkpoints.compare(checkpoint, repository.store_id, chain, evidence.repairs)
        if problem is not None:
            problems.append(problem)
        name = ""
        if checkpoint.signature:
            known = _then_and_now(repository, keys[checkpoint.seq]) if trusted is None else [trusted]
            name, why = checkpoints.signer(checkpoint, known)
            if why:
                said = f"the signature of the checkpoint of {checkpoint.at:%Y-%m-%d %H:%M} UTC proves nobody: {why}"
                problems.append(AuditProblem("signature", said, checkpoint.seq))
        place = chain.found.get(checkpoint.seq)
        whole = place is not None and not any(0 <= each.offset < place.end for each in broken)
        checked.append(CheckedCheckpoint(checkpoint, problem is None and whole, name))
    return problems, checked


def _then_and_now(repository: Repository, then: bytes) -> Iterator[bytes]:
    """Yield the allowed signers that a checkpoint may have been signed under, the likelier first."""
    if then:
        yield then
    with repository.reading() as index:
        now = signers.in_force(repository, index, policy.in_force(repository, index).policy).content
    if now and now != then:
        yield now


def _notices(chain: Chain, unfinished: int, checked: Sequence[CheckedCheckpoint]) -> list[str]:
    found = []
    if unfinished:
        found.append(
            f"the last {unfinished:,} bytes are a write that never finished: it was never acknowledged"
        )
    if chain.set_back:
        first = chain.set_back[0]
        more = f", and {len(chain.set_back) - 1} more" if len(chain.set_back) > 1 else ""
        found.append(f"event {first} is dated before event {first - 1}{more}: a clock was set back")
    if any(not each.checkpoint.signature for each in checked):
        found.append("a checkpoint without a signature proves as much as the place where it was kept")
    return found


def _live(repository: Repository) -> tuple[list[AuditProblem], list[str]]:
    """Return the pointers that don't lead where the journal says, and a sentence for each of which it says nothing any more.

    Whoever is swapping one just now is waited for.
    """

    def unsettled() -> set[str]:
        with repository.reading():
            return set(pointers.unsettled(repository))

    wrong = unsettled()
    if wrong:
        time.sleep(_PATIENCE)
        wrong &= unsettled()
    found, lost = [], []
    for model in sorted(wrong):
        pointer = repository.live.pointer(model)
        if not pointers.is_told(repository.index, model):
            lost.append(
                f"what the journal said of {pointer} was lost in a damaged stretch: it stays as it is"
            )
            continue
        document = pointers.wanted(repository.index, model)
        if repository.live.is_settled(model, document):  # so it is its A/B tests
            home = repository.arms.directory(model, "")
            sentence = f"{home} does not hold the A/B tests that the journal says: mvtui verify mends it"
            found.append(AuditProblem("live", sentence))
            continue
        where = document["version"] if document is not None else "nothing"
        sentence = f"{pointer} does not lead where the journal says, to {where}: mvtui verify mends it"
        found.append(AuditProblem("live", sentence, document["staged_seq"] if document is not None else 0))
    return found, lost
