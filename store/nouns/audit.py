"""What an audit answers: what of the journal can be proven, and what not."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, TypeAlias

import msgspec

from .checkpoint import Checkpoint
from .version import rfc3339

ProblemKind: TypeAlias = Literal["chain", "checkpoint", "signature", "object", "record", "live", "outcomes"]
"""``chain``: a line is damaged, changed, missing or in doubt. ``checkpoint``: history is not what it was then.
``signature``: it proves nobody. ``object``: what an event names is missing or damaged. ``record``: an event contradicts
what was in force. ``live``: what is served is not what the journal says.
``outcomes``: a closed segment of an A/B test is missing or changed."""


class AuditProblem(msgspec.Struct, frozen=True):
    """Something that does not hold, in a sentence.

    ``seq`` is the event it is about, 0 for none; ``line`` (from 1) and ``offset`` (in bytes) are the place in the journal
    file, 0 and -1 where there is none.
    """

    kind: ProblemKind
    sentence: str
    seq: int = 0
    line: int = 0
    offset: int = -1

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON types."""
        return {
            "kind": self.kind,
            "sentence": self.sentence,
            "seq": self.seq or None,
            "line": self.line or None,
            "offset": self.offset if self.offset >= 0 else None,
        }


class CheckedCheckpoint(msgspec.Struct, frozen=True):
    """A checkpoint held against the journal: whether it ``fits``, and who signed it (``signer``), as far as that is proven."""

    checkpoint: Checkpoint
    fits: bool
    signer: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON types."""
        return self.checkpoint.as_dict() | {"fits": self.fits, "signer": self.signer or None}


class AuditReport(msgspec.Struct, frozen=True):
    """What an audit found: the first bad line first among ``problems``; ``notices`` are no failures, but worth a look.

    The journal of ``store`` ends with event ``seq``, whose line has ``hash``; ``events`` of it can be read, made between
    ``first`` and ``last``. ``signatures`` were checked with the keys in force at their events, ``policies`` are the states of
    the policy and of the signers that were ever in force, ``repairs`` the events that name a quarantined stretch.
    """

    store: str
    events: int
    seq: int
    hash: str
    first: datetime | None
    last: datetime | None
    signatures: int
    policies: int
    repairs: tuple[int, ...] = ()
    problems: tuple[AuditProblem, ...] = ()
    notices: tuple[str, ...] = ()
    checkpoints: tuple[CheckedCheckpoint, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether everything holds."""
        return not self.problems

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON types."""
        return {
            "ok": self.ok,
            "store": self.store,
            "events": self.events,
            "seq": self.seq,
            "hash": self.hash,
            "first": rfc3339(self.first) if self.first else None,
            "last": rfc3339(self.last) if self.last else None,
            "signatures": self.signatures,
            "policies": self.policies,
            "repairs": list(self.repairs),
            "problems": [problem.as_dict() for problem in self.problems],
            "notices": list(self.notices),
            "checkpoints": [checked.as_dict() for checked in self.checkpoints],
        }
