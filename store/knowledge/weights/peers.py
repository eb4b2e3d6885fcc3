"""Tensors whose numbers are far larger or smaller than those of their peers: the same tensor of the other layers.

Peers are tensors whose names differ in numbers only (``encoder.layer.3.output.dense.weight``). One stands out when its root
mean square is more than ten times, or less than a tenth of, their median, and also farther from it than is usual among
them: eight times their median distance, on a logarithmic scale, so that one bad layer doesn't hide another.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from statistics import median

import msgspec

from ...nouns.health import TensorHealth
from ...nouns.modules import tensor_path

LEAST = 4
"""Fewest tensors that are peers of each other."""
FACTOR = 10.0
SPREADS = 8.0

_NUMBER = re.compile(r"(?<![^./:])\d+(?![^./:])")


def with_usual(found: Sequence[TensorHealth]) -> tuple[TensorHealth, ...]:
    """Return tensors, ``usual`` said of those that stand out among their peers."""
    groups: dict[str, list[int]] = {}
    for at, each in enumerate(found):
        if each.rms:
            groups.setdefault(_NUMBER.sub("*", tensor_path(each.tensor)), []).append(at)
    told = list(found)
    for places in groups.values():
        if len(places) < LEAST:
            continue
        sizes = [math.log(found[at].rms or 1.0) for at in places]
        middle = median(sizes)
        spread = median(abs(size - middle) for size in sizes)
        far = max(math.log(FACTOR), SPREADS * spread)
        for at, size in zip(places, sizes, strict=True):
            if abs(size - middle) > far:
                told[at] = msgspec.structs.replace(found[at], usual=math.exp(middle))
    return tuple(told)
