"""Transitions: how a version went from one stage to another, who moved it, why, and what the gates said."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, TypeAlias

import msgspec

from .event import Actor
from .gate import GateResult
from .stage import Stage
from .version import rfc3339

How: TypeAlias = Literal["promote", "rollback", "undo", "redo"]
Bytes: TypeAlias = Literal["hashed", "vouched", "later", ""]
"""How the version's bytes were checked: hashed, vouched for by the stat cache, to be hashed after, or not at all."""


class Move(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one version's standing is after a transition.

    ``since`` is when it entered the stage (RFC 3339) and ``since_seq`` with which event; empty for the event itself.
    ``rolled_back`` says that Production went back from it, and that it was not promoted anew since.
    """

    version: str
    stage: Stage | None = None
    since: str = ""
    since_seq: int = 0
    rolled_back: bool = False


class Transition(msgspec.Struct, frozen=True):
    """One change of stages, as the journal has it.

    ``source`` and ``target`` are the stages that ``version`` went from and to (``from`` and ``to`` in JSON; None for
    no stage). ``displaced`` is the version that had to leave Production for it, ``production`` what is in Production
    after it; both are numbers, or None. ``gates`` are the answers of all gates that guarded the stage, ``overridden`` says that one of
    them did not pass and was overruled. ``undoes`` is the number of the event that an undo takes back, ``redoes`` that of
    the undo which a redo takes back; 0 otherwise.
    """

    seq: int
    at: datetime
    actor: Actor
    model: str
    version: str
    id: str
    source: Stage | None
    target: Stage | None
    how: How
    reason: str
    displaced: str | None = None
    production: str | None = None
    gates: tuple[GateResult, ...] = ()
    overridden: bool = False
    bytes: Bytes = ""
    undoes: int = 0
    redoes: int = 0

    @property
    def ref(self) -> str:
        """The version's reference."""
        return f"{self.model}@{self.version}"

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON types."""
        return {
            "seq": self.seq,
            "at": rfc3339(self.at),
            "actor": msgspec.structs.asdict(self.actor),
            "model": self.model,
            "version": self.version,
            "id": self.id,
            "from": self.source,
            "to": self.target,
            "how": self.how,
            "reason": self.reason,
            "displaced": self.displaced,
            "production": self.production,
            "gates": [gate.as_dict() for gate in self.gates],
            "overridden": self.overridden,
            "bytes": self.bytes or None,
            "undoes": self.undoes or None,
            "redoes": self.redoes or None,
        }
