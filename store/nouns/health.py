"""Whether the weights of a model are sound: what reading every number of its tensors came to."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import msgspec

from .inspection import Tensor
from .metric import to_stored
from .tensor_diff import all_tensors

Finiteness: TypeAlias = Literal["finite", "not finite", "partly", "unknown"]
"""``partly``: what could be looked at is finite, and not all could. ``unknown``: nothing could be looked at."""

Trouble: TypeAlias = Literal["nan", "inf", "zero", "constant", "extreme"]


class TensorHealth(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """What the numbers of one tensor are like.

    ``nan`` and ``inf`` count elements (of complex numbers: their parts); ``first`` is the place of the first of them,
    counted from 0 in the order of the file. ``rms`` is the root of the mean of the squares of the finite ones, None where there are
    none and for whole numbers. ``value`` is what several elements that are all equal have in common. ``usual`` is the median ``rms``
    of its peers where its own is far from that. ``unread`` says why its numbers were not looked at: then nothing else is there.
    """

    tensor: Tensor
    nan: int = 0
    inf: int = 0
    first: int | None = None
    rms: float | None = None
    value: float | None = None
    usual: float | None = None
    unread: str = ""

    @property
    def troubles(self) -> tuple[Trouble, ...]:
        """What is worth a look, the worst first. Zeros and constants may be meant: new biases are zeros."""
        found: list[Trouble] = []
        if self.nan:
            found.append("nan")
        if self.inf:
            found.append("inf")
        if self.value is not None:
            found.append("constant" if self.value else "zero")
        if self.usual is not None:
            found.append("extreme")
        return tuple(found)

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON types, what is not finite as words."""
        row: dict[str, Any] = {
            "name": self.tensor.name,
            "file": self.tensor.file,
            "dtype": self.tensor.dtype,
            "shape": list(self.tensor.shape),
        }
        if self.unread:
            return row | {"unread": self.unread}
        numbers = {"rms": self.rms, "usual_rms": self.usual, "value": self.value}
        row |= {"troubles": list(self.troubles), "nan": self.nan, "inf": self.inf, "first": self.first}
        return row | {name: None if value is None else to_stored(value) for name, value in numbers.items()}


class Health(msgspec.Struct, frozen=True):
    """What the tensors of a model are like, in the order of the inspection; behind them those of files that it doesn't count.

    ``bytes`` is how many bytes of numbers were read. ``problems`` say what is not whole (a file that can't be read, a missing shard),
    so that there may be weights which nobody saw.
    """

    tensors: tuple[TensorHealth, ...]
    bytes: int = 0
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def verdict(self) -> Finiteness:
        """Whether all numbers are finite, as far as they could be looked at."""
        if any(each.nan or each.inf for each in self.tensors):
            return "not finite"
        read = len(self.tensors) - len(self.unread)
        if not read:
            return "unknown"
        return "partly" if self.unread or self.problems else "finite"

    @property
    def found(self) -> tuple[TensorHealth, ...]:
        """The tensors worth a look."""
        return tuple(each for each in self.tensors if each.troubles)

    @property
    def unread(self) -> tuple[TensorHealth, ...]:
        """The tensors whose numbers were not looked at."""
        return tuple(each for each in self.tensors if each.unread)

    @property
    def sentence(self) -> str:
        """It in one sentence."""
        bad = [each for each in self.tensors if each.nan or each.inf]
        if bad:
            nan, inf = sum(each.nan for each in bad), sum(each.inf for each in bad)
            what = " and ".join(
                f"{count:,} {word}" for count, word in ((nan, "NaN"), (inf, "infinite")) if count
            )
            more = f" and {len(bad) - 1:,} more" if len(bad) > 1 else ""
            return f"{what} in {bad[0].tensor.name[:80]} (first at {bad[0].first:,}){more}"
        if not self.tensors:
            return self.problems[0] if self.problems else "no tensors were found in its files"
        if unread := self.unread:
            told = f"{unread[0].tensor.name[:80]}: {unread[0].unread}"
            return f"{len(unread):,} of {len(self.tensors):,} tensors can't be looked at ({told})"
        if self.problems:
            return self.problems[0]
        many = len(self.tensors)
        return f"{all_tensors(many)} {'is' if many == 1 else 'are'} finite"

    def as_dict(self, *, tensors: bool = False) -> dict[str, Any]:
        """Return it as JSON types; tensors without anything to tell are there only when asked for."""
        row: dict[str, Any] = {
            "verdict": self.verdict,
            "sentence": self.sentence,
            "tensor_count": len(self.tensors),
            "bytes": self.bytes,
            "found": [each.as_dict() for each in self.found],
            "unread": [each.as_dict() for each in self.unread],
            "problems": list(self.problems),
            "notes": list(self.notes),
        }
        return row | {"tensors": [each.as_dict() for each in self.tensors]} if tensors else row


SOUND = Health((TensorHealth(Tensor("", "F32", (), 4, None, "")),))
"""What a model without anything amiss comes to."""
