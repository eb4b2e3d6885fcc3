"""How the tensors of two models differ: by name, shape and type, by their bytes, and by their numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal, TypeAlias

import msgspec

from .inspection import Tensor
from .metric import to_stored
from .modules import common_module, parent_module

TensorOutcome: TypeAlias = Literal["added", "removed", "reshaped", "retyped", "changed", "unknown"]
"""``unknown``: bytes of it can't be found in its file, so nobody can tell."""

OUTCOMES: tuple[TensorOutcome, ...] = ("added", "removed", "reshaped", "retyped", "changed", "unknown")


class Distance(msgspec.Struct, frozen=True, gc=False):
    """How far two tensors of one shape are apart, as vectors.

    ``l2`` is the length of the difference, ``relative`` that in parts of the base's length (None where the base is all
    zero), ``largest`` the largest absolute difference of an element, ``cosine`` that of the angle between them (None where one
    is all zero). Elements that are not finite on either side are left out, and counted in ``skipped``.
    """

    l2: float
    relative: float | None
    largest: float
    cosine: float | None
    skipped: int = 0


class TensorChange(msgspec.Struct, frozen=True, gc=False):
    """A tensor that is not the same in both. ``path`` is where it is in the tree of modules.

    ``distance`` is there for changed and retyped ones whose numbers could be compared; else ``unmeasured`` says why not.
    """

    path: str
    outcome: TensorOutcome
    before: Tensor | None = None
    after: Tensor | None = None
    distance: Distance | None = None
    unmeasured: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON types, what is not finite as words."""
        row: dict[str, Any] = {"path": self.path, "outcome": self.outcome}
        for side, tensor in (("before", self.before), ("after", self.after)):
            row[side] = None if tensor is None else {"dtype": tensor.dtype, "shape": list(tensor.shape)}
        if self.distance is not None:
            fields = msgspec.structs.asdict(self.distance)
            row |= {name: to_stored(v) if isinstance(v, float) else v for name, v in fields.items()}
        elif self.unmeasured:
            row["unmeasured"] = self.unmeasured
        return row


def all_tensors(count: int) -> str:
    """Return how a sentence begins that holds for each of ``count`` tensors: ``the one tensor``, ``both tensors``, ``all 26 tensors``."""
    return {1: "the one tensor", 2: "both tensors"}.get(count, f"all {count:,} tensors")


class TensorDiff(msgspec.Struct, frozen=True):
    """How the tensors of ``after`` differ from those of ``before``; both are references.

    ``changes`` are in the order of the newer model, what was removed last. ``identical`` is how many tensors have the same bytes,
    type and shape. ``total`` counts all tensors of both, each path once. ``module`` is the module that all changes lie in, empty
    when that is the whole model. ``problems`` say what is not whole on either side. ``unread`` is how many tensors of one form
    were not compared, since reading their ``unread_bytes`` was not asked for: neither identical nor among the changes.
    """

    before: str
    after: str
    changes: tuple[TensorChange, ...]
    identical: int
    total: int
    module: str = ""
    notes: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    unread: int = 0
    unread_bytes: int = 0

    def count(self, outcome: TensorOutcome) -> int:
        """Return how many tensors came to that."""
        return sum(each.outcome == outcome for each in self.changes)

    @property
    def sentence(self) -> str:
        """It in one sentence: ``38 of 291 tensors changed, all in encoder.layer.11``."""
        if not self.total:
            return "neither has tensors"
        if self.unread:
            return self._unread_sentence
        if not self.changes:
            return f"{all_tensors(self.total)} {'is' if self.total == 1 else 'are'} identical"
        counts = [(self.count(outcome), outcome) for outcome in OUTCOMES]
        told = [f"{count:,} {outcome}" for count, outcome in counts if count]
        where = f", all in {self.module}" if self.module else ""
        if len(told) == 1:
            many = f"{len(self.changes):,} of {self.total:,} tensors"
            if len(self.changes) == self.total and not where:
                many = all_tensors(self.total)
            return f"{many} {told[0].split()[1]}{where}"
        return f"{len(self.changes):,} of {self.total:,} tensors differ ({', '.join(told)}){where}"

    @property
    def _unread_sentence(self) -> str:
        """What is known as long as some were not compared."""
        others, differing = self.total - self.unread, len(self.changes)
        if not others:
            were = "was" if self.total == 1 else "were"
            return f"{all_tensors(self.total)} {were} not compared yet"
        unread = f"{self.unread:,} of {self.total:,} tensors not compared yet"
        if differing and differing < others:
            return f"{unread}; {differing:,} of the other {others:,} differ{'s' if differing == 1 else ''}"
        rest = "the other one" if others == 1 else "both others" if others == 2 else f"the other {others:,}"
        if not differing:
            return f"{unread}; {rest} {'is' if others == 1 else 'are'} identical"
        return f"{unread}; {rest} differ{'s' if others == 1 else ''}"

    @property
    def modules(self) -> dict[str, list[TensorChange]]:
        """The changes by the module that they lie in, in their order."""
        found: dict[str, list[TensorChange]] = {}
        for change in self.changes:
            found.setdefault(parent_module(change.path), []).append(change)
        return found

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON types."""
        return {
            "before": self.before,
            "after": self.after,
            "sentence": self.sentence,
            "total": self.total,
            "identical": self.identical,
            "unread": self.unread,
            "counts": {outcome: self.count(outcome) for outcome in OUTCOMES},
            "module": self.module,
            "modules": {
                module: [change.as_dict() for change in changes] for module, changes in self.modules.items()
            },
            "notes": list(self.notes),
            "problems": list(self.problems),
        }


def module_of_all(changes: Sequence[TensorChange], every: Iterable[str]) -> str:
    """Return the module that all changes lie in; empty when the whole model lies in it."""
    if not changes:
        return ""
    module = common_module(change.path for change in changes)
    return module if module != common_module(every) else ""
