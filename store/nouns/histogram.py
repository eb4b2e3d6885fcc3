"""How the numbers of one tensor are spread: what reading all of them came to."""

from __future__ import annotations

from typing import Any

import msgspec

from .inspection import Tensor
from .metric import to_stored


class Histogram(msgspec.Struct, frozen=True):
    """Counts of a tensor's numbers in equal steps, and what they are like together.

    ``count`` is how many numbers there are (of complex ones: their parts), ``nan`` and ``inf`` how many are not finite,
    ``zeros`` how many are exactly zero. ``least``, ``most``, ``mean`` and ``std`` (of all, not of a sample) are those of the finite
    ones, None where there are none; ``std`` also where it is beyond F64. ``counts`` are numbers in equal steps from ``low`` to ``high``;
    ``below`` and ``above`` count the finite ones outside, which is so only where a few lie so far off that one step would hold all
    others. Of whole numbers no step is smaller than 1. ``unread`` says why its numbers were not looked at: then nothing else
    is there.
    """

    tensor: Tensor
    count: int = 0
    nan: int = 0
    inf: int = 0
    zeros: int = 0
    least: float | None = None
    most: float | None = None
    mean: float | None = None
    std: float | None = None
    low: float = 0.0
    high: float = 0.0
    counts: tuple[int, ...] = ()
    below: int = 0
    above: int = 0
    unread: str = ""

    @property
    def edges(self) -> tuple[float, ...]:
        """Where the steps begin and end: one more than there are steps."""
        many = len(self.counts)
        step = (self.high - self.low) / many if many else 0.0
        return tuple(self.low + at * step for at in range(many)) + ((self.high,) if many else ())

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON types, what is not finite as words."""
        row: dict[str, Any] = {"tensor": self.tensor.as_dict()}
        if self.unread:
            return row | {"unread": self.unread}
        fields = msgspec.structs.asdict(self)
        del fields["tensor"], fields["unread"]
        fields["counts"] = list(self.counts)
        return row | {name: to_stored(v) if isinstance(v, float) else v for name, v in fields.items()}
