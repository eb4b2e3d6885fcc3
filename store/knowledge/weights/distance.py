"""How far two tensors are apart, in one pass over both, in bounded memory."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

from ...nouns.inspection import Tensor
from ...nouns.tensor_diff import Distance
from . import elements
from .measure import filled

_BLOCK = 64 << 10
"""Numbers that are compared at a time; as F64 they stay in the processor's cache."""
_PIECE = 4 << 20
"""Numbers that a thread is given."""
_THREADS = 4


class Place(NamedTuple):
    """A tensor and the open file that it lies in."""

    fd: int
    tensor: Tensor


class _Sums(NamedTuple):
    apart: float = 0.0
    before: float = 0.0
    after: float = 0.0
    product: float = 0.0
    largest: float = 0.0
    skipped: int = 0


def distance(before: Place, after: Place, advance: Callable[[int], None]) -> Distance | None:
    """Return how far two tensors of one shape are apart, their types readable; None where a file ends too early.

    Sums are in F64. ``advance`` is told of the bytes read of both, from the calling thread; what it raises ends the work.
    """
    wide = elements.width(before.tensor.dtype), elements.width(after.tensor.dtype)
    count = before.tensor.nbytes // wide[0]
    if count != after.tensor.nbytes // wide[1]:
        return None
    starts = range(0, count, _PIECE)

    def work(start: int) -> _Sums | None:
        return _piece(before, after, start, min(start + _PIECE, count))

    total = _Sums()
    threads = min(_THREADS, os.cpu_count() or 1, max(len(starts), 1))
    pool = ThreadPoolExecutor(threads, thread_name_prefix="mvtui-compare") if threads > 1 else None
    try:
        for start, found in zip(starts, pool.map(work, starts) if pool else map(work, starts), strict=True):
            if found is None:
                return None
            total = _joined(total, found)
            advance((min(start + _PIECE, count) - start) * sum(wide))
    finally:
        if pool:
            pool.shutdown(cancel_futures=True)
    return _told(total)


def _piece(before: Place, after: Place, start: int, end: int) -> _Sums | None:
    total = _Sums()
    for at in range(start, end, _BLOCK):
        many = min(_BLOCK, end - at)
        one, other = _numbers(before, at, many), _numbers(after, at, many)
        if one is None or other is None:
            return None
        total = _joined(total, _compared(one, other))
    return total


def _numbers(place: Place, at: int, many: int) -> Any:
    tensor = place.tensor
    wide = elements.width(tensor.dtype)
    block = memoryview(bytearray(many * wide))
    if not filled(place.fd, block, (tensor.offset or 0) + at * wide):
        return None
    return elements.decode(block, tensor.dtype, big_endian=tensor.big_endian).astype("f8")


def _compared(one: Any, other: Any) -> _Sums:
    import numpy as np

    with np.errstate(all="ignore"):
        apart = other - one
        skipped = 0
        # A number that is not finite makes a difference that isn't; so may finite ones at the end of F64's range.
        if not math.isfinite(float(np.dot(apart, apart))):
            finite = np.isfinite(one) & np.isfinite(other)
            skipped = int(finite.size - finite.sum())
            one, other, apart = one[finite], other[finite], apart[finite]
        return _Sums(
            float(np.dot(apart, apart)),
            float(np.dot(one, one)),
            float(np.dot(other, other)),
            float(np.dot(one, other)),
            float(np.abs(apart).max()) if apart.size else 0.0,
            skipped,
        )


def _joined(one: _Sums, other: _Sums) -> _Sums:
    return _Sums(
        one.apart + other.apart,
        one.before + other.before,
        one.after + other.after,
        one.product + other.product,
        max(one.largest, other.largest),
        one.skipped + other.skipped,
    )


def _told(sums: _Sums) -> Distance:
    length = math.sqrt(sums.before)
    both = length * math.sqrt(sums.after)
    cosine = min(max(sums.product / both, -1.0), 1.0) if both and math.isfinite(both) else None
    l2 = math.sqrt(sums.apart)
    return Distance(l2, l2 / length if length else None, sums.largest, cosine, sums.skipped)
