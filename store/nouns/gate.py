"""Gates: what a version must show before it may enter a stage. Declared in config.toml; none of them runs code.

A gate is one rule for one stage, of some models or all. Asked about a version it answers pass, fail or can't tell,
with a sentence and the values it saw; can't tell blocks as failing does.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any, Literal, TypeAlias

import msgspec

from .manifest import Scalar
from .metric import key
from .stage import Stage

GateOutcome: TypeAlias = Literal["pass", "fail", "unknown"]
"""``unknown``: it can't be told, so the version stays where it is."""

Record: TypeAlias = Literal["dataset", "clean-git", "parent"]
Content: TypeAlias = Literal["safe-pickle", "finite-weights"]
RECORDS: tuple[Record, ...] = ("dataset", "clean-git", "parent")
CONTENTS: tuple[Content, ...] = ("safe-pickle", "finite-weights")
ROLLBACK_TARGET = "rollback-target"
BASE_IN_STAGE = "base-in-stage"
REQUIRABLE: tuple[str, ...] = (*RECORDS, ROLLBACK_TARGET, *CONTENTS)
"""What ``require`` may list."""


class MetricBound(msgspec.Struct, frozen=True, tag="metric", omit_defaults=True):
    """A metric's latest value on the dataset and slice named must lie between ``min`` and ``max``, both included."""

    metric: str
    dataset: str = ""
    slice: str = ""
    min: float | None = None
    max: float | None = None

    @property
    def label(self) -> str:
        """What the gate is called in a list."""
        return key(self.metric, self.dataset, self.slice)

    @property
    def asks(self) -> str:
        """What it asks, in words."""
        bounds = (("at least", self.min), ("at most", self.max))
        return " and ".join(f"{word} {limit:g}" for word, limit in bounds if limit is not None)


class NoWorse(msgspec.Struct, frozen=True, tag="no-worse", omit_defaults=True):
    """A metric may be worse than production's by ``tolerance`` at most: in its own unit, or a share of production's."""

    metric: str
    tolerance: float
    relative: bool = False
    dataset: str = ""
    slice: str = ""

    @property
    def label(self) -> str:
        """What the gate is called in a list."""
        return f"{key(self.metric, self.dataset, self.slice)} vs production"

    @property
    def asks(self) -> str:
        """What it asks, in words."""
        if not self.tolerance:
            return "no worse"
        much = f"{100 * self.tolerance:g} %" if self.relative else f"{self.tolerance:g}"
        return f"at most {much} worse"


class Named(msgspec.Struct, frozen=True, tag="named", omit_defaults=True):
    """A metric or parameter of that name must be there, whatever its value."""

    what: Literal["metric", "param"]
    name: str

    @property
    def label(self) -> str:
        """What the gate is called in a list."""
        return f"{self.what} {self.name}"

    @property
    def asks(self) -> str:
        """What it asks, in words."""
        return "must be on record"


class Recorded(msgspec.Struct, frozen=True, tag="recorded", omit_defaults=True):
    """What made the version must be on record: a dataset, a commit with nothing uncommitted, a parent."""

    what: Record

    @property
    def label(self) -> str:
        """What the gate is called in a list."""
        return self.what

    @property
    def asks(self) -> str:
        """What it asks, in words."""
        return _RECORDS[self.what]


class Verified(msgspec.Struct, frozen=True, tag="verified", omit_defaults=True):
    """Its bytes must have been hashed in the last ``seconds``; 0 means now."""

    seconds: int = 0

    @property
    def label(self) -> str:
        """What the gate is called in a list."""
        return "bytes verified"

    @property
    def asks(self) -> str:
        """What it asks, in words."""
        return f"hashed in the last {_span(self.seconds)}" if self.seconds else "hashed when it is promoted"


class Contained(msgspec.Struct, frozen=True, tag="contained", omit_defaults=True):
    """What its files hold must be harmless: no unsafe or unknown pickle; only finite weights."""

    what: Content

    @property
    def label(self) -> str:
        """What the gate is called in a list."""
        return self.what

    @property
    def asks(self) -> str:
        """What it asks, in words."""
        return _CONTENTS[self.what]


class Waited(msgspec.Struct, frozen=True, tag="waited", omit_defaults=True):
    """It must have been in the stage it comes from for ``seconds``."""

    seconds: int

    @property
    def label(self) -> str:
        """What the gate is called in a list."""
        return "time in stage"

    @property
    def asks(self) -> str:
        """What it asks, in words."""
        return f"{_span(self.seconds)} in the stage before"


class RollbackTarget(msgspec.Struct, frozen=True, tag="rollback-target"):
    """There must be a version that Production could go back to."""

    @property
    def label(self) -> str:
        """What the gate is called in a list."""
        return ROLLBACK_TARGET

    @property
    def asks(self) -> str:
        """What it asks, in words."""
        return "a version that production could go back to"


class BaseInStage(msgspec.Struct, frozen=True, tag="base-in-stage"):
    """An adapter's base must be in the stage that it enters, or past it, or be asked into it.

    Asked of every adapter unless config.toml switches it off; it is not part of what approvals are bound to.
    """

    @property
    def label(self) -> str:
        """What the gate is called in a list."""
        return BASE_IN_STAGE

    @property
    def asks(self) -> str:
        """What it asks, in words."""
        return "an adapter's base is there already, or is asked in"


class Approvals(msgspec.Struct, frozen=True, tag="approvals", omit_defaults=True):
    """So many people must approve: of those listed (``@name`` is a Unix group; nobody listed means anyone).

    With ``four_eyes`` the version's author is none of them. With ``signed`` only approvals signed with an SSH key of
    the store's ``allowed_signers`` count.
    """

    count: int
    by: tuple[str, ...] = ()
    four_eyes: bool = True
    signed: bool = False

    @property
    def label(self) -> str:
        """What the gate is called in a list."""
        return "approvals"

    @property
    def asks(self) -> str:
        """What it asks, in words."""
        told = [f"{self.count} by {', '.join(self.by) or 'anyone'}"]
        told += ["not its author"] * self.four_eyes + ["signed"] * self.signed
        return "; ".join(told)


_RECORDS: dict[Record, str] = {
    "dataset": "what it was trained on must be on record",
    "clean-git": "a commit, with nothing uncommitted",
    "parent": "what it came from must be on record",
}
_CONTENTS: dict[Content, str] = {
    "safe-pickle": "no unsafe and no unknown pickle",
    "finite-weights": "no NaN and no infinity among the weights",
}
_UNITS = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))


def _span(seconds: int) -> str:
    """Write a span of time in the largest unit that it is a whole number of."""
    unit, name = next((unit, name) for unit, name in _UNITS if seconds % unit == 0)
    return f"{seconds // unit:,} {name}"


Rule: TypeAlias = (
    MetricBound
    | NoWorse
    | Named
    | Recorded
    | Verified
    | Contained
    | Waited
    | RollbackTarget
    | BaseInStage
    | Approvals
)


class Gate(msgspec.Struct, frozen=True, omit_defaults=True):
    """One rule that guards one stage. ``models`` are names, or patterns with ``*`` and ``?``; empty means all."""

    stage: Stage
    rule: Rule
    models: tuple[str, ...] = ()

    def guards(self, model: str, stage: str | None) -> bool:
        """Whether it is asked before a version of ``model`` enters ``stage``."""
        return stage == self.stage and (
            not self.models or any(fnmatchcase(model, pattern) for pattern in self.models)
        )


class GateResult(msgspec.Struct, frozen=True):
    """What one gate answered: its label, the outcome, a sentence, and the values it saw by name.

    A value that is NaN or infinite is a word, as everywhere in JSON (``nouns.metric.to_stored``).
    """

    gate: str
    outcome: GateOutcome
    sentence: str
    values: dict[str, Scalar] = msgspec.field(default_factory=dict)

    @property
    def passed(self) -> bool:
        """Whether it lets the version in."""
        return self.outcome == "pass"

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON types."""
        return msgspec.structs.asdict(self)
