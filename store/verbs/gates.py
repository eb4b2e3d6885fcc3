"""Gates: what guards a stage, asked about a version. Looking only; ``promote`` acts on the answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from msgspec.structs import replace

from ..engine import actor
from ..engine.documents import Document, ref_of
from ..engine.index import Index
from ..engine.repository import Repository
from ..errors import ConflictError, VerificationError
from ..knowledge import directions, gates
from ..knowledge.gates import people
from ..knowledge.gates.facts import Facts
from ..nouns.approval import Approval
from ..nouns.bundle import troubles
from ..nouns.gate import Approvals, Gate, GateResult
from ..nouns.health import SOUND, Health
from ..nouns.lineage import is_outside_name
from ..nouns.metric import Direction
from ..nouns.reports import GateReport, ProgressCallback
from ..nouns.stage import PRODUCTION, Stage, following, parse, word
from ..nouns.version import Version
from . import checkout, look, members, moving, pickled, policy, resolve, signers, standing, voices
from .policy import InForce
from .signers import Signers


class Seen(NamedTuple):
    """What looking at a version's bytes just now came to; see ``Facts``. None for what was not done."""

    checked: str | None = None
    weights: Health | None = None


class Door(NamedTuple):
    """A stage and all that decides whether a version may enter it now."""

    document: Document
    stage: Stage
    guarding: tuple[Gate, ...]
    digest: str
    facts: Facts
    keys: Signers

    def judge(self, seen: Seen = Seen()) -> tuple[GateResult, ...]:  # noqa: B008 - it can't change
        """Ask the gates, with what looking at the bytes just now came to."""
        return gates.judge(self.guarding, replace(self.facts, checked=seen.checked, weights=seen.weights))

    def must_hash(self) -> bool:
        """Whether a gate wants the bytes hashed now."""
        return gates.must_hash(self.guarding, self.facts)

    def must_measure(self) -> bool:
        """Whether a gate wants all numbers in the files read now."""
        return gates.must_measure(self.guarding, self.facts)

    def lacks(self, seen: Seen) -> bool:
        """Whether a gate wants something looked at that was not."""
        return (self.must_hash() and seen.checked is None) or (self.must_measure() and seen.weights is None)

    def stops_anyway(self) -> bool:
        """Whether a gate stops the version whatever looking at its bytes will come to, so that nobody need wait for that."""
        return bool(moving.failed(self.judge(FINE)))


FINE = Seen("", SOUND)
"""As if looking at the bytes had come to nothing amiss."""


def door(
    repository: Repository, index: Index, document: Document, stage: Stage, in_force: InForce, keys: Signers
) -> Door:
    """Gather what the gates of a stage look at. Signatures not seen in the last minute are checked: a program each."""
    model = document["model"]
    guarding = in_force.policy.guarding(model, stage, kind=document["kind"])
    digest = policy.rules_digest(in_force.policy, model, stage)
    version = look.as_version(document)
    production = moving.in_production(index, model)
    other = production if production is not None and production is not document else None
    back = standing.way_back(index, index.model(model) or {}, document["version"])

    def direction(name: str) -> Direction | None:
        return directions.direction(name, in_force.policy.higher, in_force.policy.lower)

    names = {edge.to: _called(index, edge.to) for edge in version.edges} if guarding else {}
    bases = _bases(index, version) if gates.asks_for_base(guarding) else ()
    facts = Facts(
        version=version,
        stage=stage,
        now=actor.now(),
        direction=direction,
        member=policy.is_meant,
        production=look.as_version(other) if other is not None else None,
        since=version.staged,
        verified=version.verified,
        target=back["version"] if back is not None else None,
        pickles=pickled.verdict(repository, document) if gates.asks_for_pickles(guarding) else None,
        digest=digest,
        voices=voices.heard(repository, document, keys) if gates.approvals_asked(guarding) else (),
        shared=in_force.policy.access.shared,
        called=lambda end: names.get(end, end),
        bases=tuple(look.as_version(base) for base in bases),
        entering=frozenset(ref_of(base) for base in bases if _is_asked_into(base, stage)),
    )
    return Door(document, stage, guarding, digest, facts, keys)


def _bases(index: Index, version: Version) -> tuple[Document, ...]:
    """Return the versions that an adapter is of: what it is bound to by digest, under each of its names."""
    ids = [edge.to for edge in version.edges if edge.type == "adapter-of" and not edge.outside]
    return tuple(base for each in ids for base in index.with_id(each) if not base.get("deleted"))


def _is_asked_into(document: Document, stage: Stage) -> bool:
    said = [each for each in voices.approvals(document) if each.stage == stage]
    return any(each.verdict == "request" for each in said)


def _called(index: Index, end: str) -> str:
    """Return what the other end of an edge is called: the reference of a version that has this content."""
    best = min(index.with_id(end), key=look.in_use, default=None)
    if best is not None:
        return ref_of(best)
    return end if is_outside_name(end) else f"id:{end[:12]}"


def note_keys(repository: Repository, index: Index, door: Door) -> None:
    """Journal whose keys count, if signatures were weighed at a door by keys not used before. Only in ``writing()``."""
    if any(voice.signature != "none" for voice in door.facts.voices):
        signers.journal(repository, index, door.keys.content, door.keys.digest)


def next_stage(document: Document, to: str | None) -> Stage | None:
    """Return the stage that is meant: the one named, else the one after that it is in.

    Raises:
        BadInputError: there is no such stage.
        ConflictError: it is there already, or no stage comes after its own.
    """
    source: Stage | None = document.get("stage")
    name = ref_of(document)
    target = parse(to) if to is not None else following(source)
    if to is None and target is None:
        where = "is in production" if source == PRODUCTION else "is archived"
        raise ConflictError(f"{name} {where}: no stage comes next", hint="Name one: --to STAGE")
    if target == source:
        raise ConflictError(
            f"{name} is in {target} already" if target else f"{name} is in no stage",
            hint=f"See how it came there: mvtui history {name}",
        )
    return target


def report(
    repository: Repository,
    ref: str,
    to: str | None,
    *,
    verify: bool,
    progress: ProgressCallback | None,
) -> GateReport:
    """Ask the gates of a stage about a version; see ``Store.gates``."""
    with repository.reading() as index:
        document = resolve.resolve(index, ref)
        source: Stage | None = document.get("stage")
        target = _asked(document, to)
        governs = policy.in_force(repository, index)
        keys = signers.in_force(repository, index, governs.policy)
        found = door(repository, index, document, target, governs, keys)
        amiss = [*look.as_version(document).mismatch, *troubles(members.states(index, document))]
    seen = look_at(repository, found, progress) if verify else Seen()
    unhashed = found.lacks(seen)
    results = found.judge(seen)
    rules = gates.approvals_asked(found.guarding)
    notices = [*(notice for notice in (governs.notice, keys.notice) if notice), *amiss]
    if source == target:
        notices.append(f"{ref_of(document)} is in {target} already")
    elif not moving.is_up(source, target):
        notices.append(f"nothing is asked of a version that moves from {word(source)} to {target}")
    return GateReport(
        look.as_version(document),
        source,
        target,
        results,
        found.digest,
        people.weigh_all(rules, found.facts),
        people.askable(rules, found.facts),
        tuple(notices),
        unhashed,
        any(rule.signed for rule in rules),
        policy.may(governs.policy, "override"),
        governs.policy.access.override or (),
        *_unheard(rules, found),
    )


def _unheard(rules: Sequence[Approvals], door: Door) -> tuple[str, bool]:
    """Return why an approval that whoever asks gave now would not count, and whether a signature would change that."""
    if not rules:
        return "", False
    who, version = actor.current(), door.facts.version
    given = Approval(
        version.model,
        version.version,
        version.id,
        door.stage,
        "approve",
        who.user,
        who.uid,
        who.host,
        door.facts.now,
        0,
        door.digest,
    )
    why = people.why_not_yet(rules, door.facts, given, signed=False)
    return why, bool(why) and not people.why_not_yet(rules, door.facts, given, signed=True)


def _asked(document: Document, to: str | None) -> Stage:
    target = parse(to) if to is not None else following(document.get("stage"))
    if target is None:
        if to is not None:
            raise ConflictError(
                "no gate keeps a version from leaving its stages", hint="Name a stage: --to STAGE"
            )
        return PRODUCTION  # where it is, or was meant to be
    return target


def look_at(repository: Repository, door: Door, progress: ProgressCallback | None) -> Seen:
    """Look at a version's bytes as far as the gates want it. Never under the lock: it takes as long as reading all of them."""
    from . import health

    document = door.document
    checked = hashed(repository, document, progress) if door.must_hash() else None
    weights = health.judged(repository, ref_of(document), progress) if door.must_measure() else None
    return Seen(checked, weights)


def hashed(repository: Repository, document: Document, progress: ProgressCallback | None) -> str:
    """Hash a version's bytes; return what is wrong with them, or an empty text."""
    try:
        checkout.vouch(repository, moving.stored_manifest(repository, document), progress, rehash=True)
    except VerificationError as error:
        return error.message
    return ""
