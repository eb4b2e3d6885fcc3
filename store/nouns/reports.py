"""What verbs answer: facts a face can print or a script can test."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from .damage import Damage
from .version import Version, rfc3339

if TYPE_CHECKING:
    from .approval import Approval, Standing
    from .gate import GateResult
    from .policy import Policy
    from .stage import Stage
    from .transition import Transition

Action = Literal["storing", "hashing", "verifying", "checking out", "measuring", "comparing", "counting"]


class Progress(msgspec.Struct, frozen=True):
    """How far a long verb is. ``done`` and ``total`` are bytes; ``item`` is the file being worked on.

    ``done`` never falls and ends at ``total``.
    """

    action: Action
    item: str
    done: int
    total: int


ProgressCallback = Callable[[Progress], None]
"""Called often and from the calling thread. To cancel the verb, raise from it: the exception comes
out of the verb, and what was begun is removed."""


class Registered(msgspec.Struct, frozen=True):
    """What ``register`` did.

    ``created`` is False when the content already was this version; ``added`` then names what the
    registration added to it (``metric accuracy=0.93``, ``tag owner=bob``…). ``stored`` is how many new
    bytes the store took, ``left`` the sources that ``move`` had to leave where they are, ``redacted`` the parameters
    whose values looked like secrets and were not kept, ``unread`` a sentence for each file that seems to say where the
    version comes from but can't be read, ``datasets`` one for each dataset it was tied to, ``notices`` one for what could not be captured of its making and
    will be missed.
    """

    version: Version
    created: bool
    added: tuple[str, ...] = ()
    stored: int = 0
    bump: str = ""
    left: tuple[str, ...] = ()
    redacted: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    datasets: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()


class BadObject(msgspec.Struct, frozen=True):
    """A stored object that is missing, unreadable or differs from its name, and the references it hits.

    ``digest`` is the name it should match, ``problem`` a sentence.
    """

    digest: str
    problem: str
    path: str
    hits: tuple[str, ...]


class VerifyReport(msgspec.Struct, frozen=True):
    """What ``verify`` found. ``objects`` and ``bytes`` count what was hashed.

    ``repaired`` are sentences on what it put right, ``notices`` on what is amiss beside bytes and events and stays so.
    """

    objects: int
    bytes: int
    bad: tuple[BadObject, ...]
    damage: tuple[Damage, ...]
    repaired: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether every byte and every event can be trusted."""
        return not self.bad and not self.damage


class GcItem(msgspec.Struct, frozen=True):
    """One thing gc would move or remove.

    ``what`` is ``object``, ``trash``, ``temp``, ``tree`` (files to read of a deleted version), ``live`` (files that were
    served; ``name`` is the version's reference) or ``derived`` (what can be worked out again). ``size`` is in bytes.
    """

    what: Literal["object", "trash", "temp", "tree", "live", "derived"]
    name: str
    size: int


class GcReport(msgspec.Struct, frozen=True):
    """What ``gc`` did, or would do when ``dry_run``.

    ``freed`` counts bytes given back to the disk now, ``trashed`` those moved to trash, which are given back
    after the grace period.
    """

    dry_run: bool
    items: tuple[GcItem, ...]
    kept_objects: int
    trashed: int
    freed: int


class RepairReport(msgspec.Struct, frozen=True):
    """What ``repair`` mended, a sentence each. Empty when nothing was wrong."""

    actions: tuple[str, ...]


class Finding(msgspec.Struct, frozen=True):
    """One line of ``doctor``: ``ok``, ``info``, ``warn`` or ``bad``, what was seen, and what to do."""

    level: Literal["ok", "info", "warn", "bad"]
    topic: str
    message: str
    fix: str = ""


class Summary(msgspec.Struct, frozen=True):
    """The store in a line: counts, bytes as registered (``size``) and, if measured, bytes on disk (``stored``)."""

    path: str
    models: int
    versions: int
    size: int
    stored: int | None
    user: str
    host: str
    writable: bool
    last_registered: datetime | None


class GateReport(msgspec.Struct, frozen=True):
    """What the gates of a stage say of a version: their answers, in the order of config.toml.

    ``rules`` is the digest of what they ask, to which approvals are bound; ``approvals`` are the approvers' latest
    verdicts and what each is worth; ``askable`` are accounts and ``@groups`` whose approval is still lacking (or
    ``anyone``, ``anyone but ann``, who is the author); ``notices`` are sentences a person should read. ``unhashed`` says
    that a gate wants the bytes hashed, or their numbers read, which was not done for this report: ``promote`` does it. ``signed`` says
    that a gate takes only signed approvals. ``overridable`` says that whoever asked may overrule the gates that stop it,
    ``overrulers`` are those who may: accounts and ``@groups``. ``unheard`` says why an approval that whoever asked gave now
    would not count, empty where it would or none is asked for; ``signing_helps`` that it would with a signature of theirs.
    """

    version: Version
    source: Stage | None
    target: Stage
    results: tuple[GateResult, ...]
    rules: str = ""
    approvals: tuple[Standing, ...] = ()
    askable: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    unhashed: bool = False
    signed: bool = False
    overridable: bool = False
    overrulers: tuple[str, ...] = ()
    unheard: str = ""
    signing_helps: bool = False

    @property
    def open(self) -> bool:
        """Whether the version may enter: every gate passes."""
        return all(result.passed for result in self.results)

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON types."""
        return {
            "version": self.version.ref,
            "id": self.version.id,
            "from": self.source,
            "to": self.target,
            "open": self.open,
            "rules": self.rules or None,
            "gates": [result.as_dict() for result in self.results],
            "approvals": [standing.as_dict() for standing in self.approvals],
            "askable": list(self.askable),
            "notices": list(self.notices),
            "unhashed": self.unhashed,
            "signed": self.signed,
            "overridable": self.overridable,
            "overrulers": list(self.overrulers),
            "unheard": self.unheard or None,
            "signing_helps": self.signing_helps,
        }


class Moved(msgspec.Struct, frozen=True):
    """A change of stages that was made, or would be. ``notices`` are sentences a person should read.

    One that only would be made (``promote(dry_run=True)``) is a transition without a number: ``seq`` is 0.

    ``verified`` is False when the bytes were hashed after a swap and found bad; ``problem`` says what is wrong then.
    """

    transition: Transition
    version: Version
    notices: tuple[str, ...] = ()
    verified: bool = True
    problem: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON types."""
        said = {"notices": list(self.notices), "verified": self.verified, "problem": self.problem or None}
        return self.transition.as_dict() | said


class RollbackPlan(msgspec.Struct, frozen=True):
    """Where a rollback of a model would lead: from ``current`` (None: Production is empty) to ``target``.

    ``held`` is when the target was put in Production last, ``left`` when it left, ``passed_over`` says of each later
    holder why it is not the target. ``ends`` are the A/B tests that end with it, since it takes an arm's version away.
    """

    model: str
    current: Version | None
    target: Version
    held: datetime
    left: datetime | None
    passed_over: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON types."""
        return {
            "model": self.model,
            "current": self.current.ref if self.current else None,
            "target": self.target.ref,
            "held": rfc3339(self.held),
            "left": rfc3339(self.left) if self.left else None,
            "passed_over": list(self.passed_over),
            "ends": list(self.ends),
        }


class Governing(msgspec.Struct, frozen=True):
    """The policy that governs: gates, and who may do what; see ``Store.policy``.

    ``digest`` is that of the policy, ``signers`` that of ``allowed_signers``; both are empty without one. ``waiting``
    names what of it was changed by someone and waits to be accepted, ``proposed`` is what config.toml says if it is that.
    ``signers_before`` and ``signers_proposed`` are the text of ``allowed_signers`` that counts and that waits, the latter None
    when none does.
    ``accepted`` is the event that brought the policy into force, 0 when it was not acted on yet.
    """

    policy: Policy
    digest: str
    signers: str
    waiting: tuple[str, ...] = ()
    accepted: int = 0
    by: str = ""
    at: datetime | None = None
    proposed: Policy | None = None
    signers_before: str = ""
    signers_proposed: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON types."""
        return {
            "digest": self.digest or None,
            "signers": self.signers or None,
            "waiting": list(self.waiting),
            "accepted": self.accepted or None,
            "by": self.by or None,
            "at": rfc3339(self.at) if self.at else None,
            **_as_dict(self.policy),
            "proposed": _as_dict(self.proposed) if self.proposed is not None else None,
        }


def _as_dict(policy: Policy) -> dict[str, Any]:
    gates = [
        msgspec.to_builtins(gate) | {"label": gate.rule.label, "asks": gate.rule.asks}
        for gate in policy.gates
    ]
    return {"gates": gates, "access": msgspec.structs.asdict(policy.access)}


class Voiced(msgspec.Struct, frozen=True):
    """An approval, rejection, request or withdrawal that was recorded, and whether it counts; ``why`` says why not."""

    approval: Approval
    counts: bool
    why: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON types."""
        return self.approval.as_dict() | {"counts": self.counts, "why": self.why}


class Waiting(msgspec.Struct, frozen=True):
    """One line of an inbox: a version that someone wants in ``stage`` and that waits for this person's approval."""

    version: Version
    stage: Stage
    request: Approval
    gates: tuple[GateResult, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON types."""
        return {
            "version": self.version.ref,
            "id": self.version.id,
            "stage": self.stage,
            "request": self.request.as_dict(),
            "gates": [result.as_dict() for result in self.gates],
        }


class Undone(msgspec.Struct, frozen=True):
    """What undo or redo did, or would do when ``dry_run``: the event it is about, in words, and what becomes of it.

    ``seq`` is the event's number, ``written`` that of the new event, 0 when nothing was written.
    """

    seq: int
    what: str
    effect: str
    dry_run: bool
    written: int = 0
    notices: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON types."""
        return {
            "event": self.seq,
            "what": self.what,
            "effect": self.effect,
            "dry_run": self.dry_run,
            "written": self.written or None,
            "notices": list(self.notices),
        }


class Held(msgspec.Struct, frozen=True):
    """What a model had in production at a moment: the version's number, and the transition that had put it there."""

    model: str
    version: str
    since: Transition

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON types."""
        return {"model": self.model, "version": self.version, "since": self.since.as_dict()}
