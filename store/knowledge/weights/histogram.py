"""How the numbers of a tensor are spread, in two passes over its bytes, in bounded memory.

The first pass finds where they lie, the second counts them in steps. Means and variances of blocks are put together as in
Chan, Golub, LeVeque, "Updating Formulae and a Pairwise Algorithm for Computing Sample Variances" (1979), which loses nothing when
the mean is far from zero. A few threads share the work, since NumPy counts without holding the interpreter.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple, TypeVar

import msgspec

from ...nouns.histogram import Histogram
from ...nouns.inspection import Tensor
from . import elements
from .measure import filled

_BLOCK = 64 << 10
"""Numbers that are looked at a time; as F64 they stay in the processor's cache."""
_PIECE = 2 << 20
"""Numbers that a thread is given."""
_THREADS = 4

_FAR = 5.0
"""Interquartile ranges from the quartiles within which steps are made where a few numbers lie much farther off."""
_FEW = 0.002
"""Share of all numbers that may be left out on either side, about."""
_SAMPLED = 64 << 10
"""Numbers by which quartiles are told, about: as many of each block, evenly spaced, so that the same bytes give the same."""

Found = TypeVar("Found")


class Moments(NamedTuple):
    """What some numbers are like; ``squares`` is the sum of the squared distances from the mean of the finite ones."""

    numbers: int = 0
    nan: int = 0
    inf: int = 0
    zeros: int = 0
    least: float = math.inf
    most: float = -math.inf
    mean: float = 0.0
    squares: float = 0.0

    @property
    def finite(self) -> int:
        """How many are finite."""
        return self.numbers - self.nan - self.inf

    def joined(self, other: Moments) -> Moments:
        """Return what both come to together."""
        if not self.finite or not other.finite:
            one = self if self.finite else other
            mean, squares = one.mean, one.squares
        else:
            both, apart = self.finite + other.finite, other.mean - self.mean
            mean = self.mean + apart * (other.finite / both)
            squares = self.squares + other.squares + apart * apart * (self.finite * other.finite / both)
        return Moments(
            self.numbers + other.numbers,
            self.nan + other.nan,
            self.inf + other.inf,
            self.zeros + other.zeros,
            min(self.least, other.least),
            max(self.most, other.most),
            mean,
            squares,
        )


def histogram(fd: int, tensor: Tensor, bins: int, advance: Callable[[int], None]) -> Histogram:
    """Return how the numbers of a tensor in an open file are spread; its type is readable.

    ``advance`` is told of the bytes read, of both passes, from the calling thread; what it raises ends the work.
    """
    seen = Moments()
    sample: list[float] = []
    each = max(_SAMPLED * _BLOCK * elements.width(tensor.dtype) // max(tensor.nbytes, 1), 1)
    for found in _worked(fd, tensor, lambda numbers: _moments(numbers, each), advance):
        if found is None:
            return Histogram(tensor, unread="its file ends before it does")
        seen = seen.joined(found[0])
        sample += found[1]
    told = _told(tensor, seen)
    low, high, steps = _steps(seen, sample, bins, whole=not elements.is_float(tensor.dtype))
    if not steps:
        advance(tensor.nbytes)
        return told
    counts = [0] * steps
    below = above = 0
    for part in _worked(fd, tensor, lambda numbers: _counted(numbers, low, high, steps), advance):
        if part is None:
            return Histogram(tensor, unread="its file ends before it does")
        counts = [one + two for one, two in zip(counts, part[0], strict=True)]
        below, above = below + part[1], above + part[2]
    return msgspec.structs.replace(told, low=low, high=high, counts=tuple(counts), below=below, above=above)


def _told(tensor: Tensor, seen: Moments) -> Histogram:
    if not seen.finite:
        return Histogram(tensor, seen.numbers, seen.nan, seen.inf)
    std = math.sqrt(seen.squares / seen.finite) if math.isfinite(seen.squares) else None
    mean = seen.mean if math.isfinite(seen.mean) else None
    return Histogram(tensor, seen.numbers, seen.nan, seen.inf, seen.zeros, seen.least, seen.most, mean, std)


def _steps(seen: Moments, sample: Sequence[float], bins: int, *, whole: bool) -> tuple[float, float, int]:
    """Return where steps begin and end, and how many there are: none where no numbers are finite."""
    low, high = seen.least, seen.most
    if not seen.finite or not math.isfinite(high - low):
        return 0.0, 0.0, 0
    if low == high:
        return low, high, 1
    if whole:
        width = math.ceil((high - low + 1) / bins)
        steps = math.ceil((high - low + 1) / width)
        return low - 0.5, low - 0.5 + steps * width, steps
    near = _near(sorted(sample))
    near = max(low, near[0]), min(high, near[1])
    if 0 < near[1] - near[0] < (high - low) / 2:
        low, high = near
    step = (high - low) / bins
    return (low, high, bins) if low + step > low and step > 0 else (low, high, 1)


def _near(sample: Sequence[float]) -> tuple[float, float]:
    """Return between what nearly all of a sorted sample lies; few numbers of it are left out, however they are spread."""
    count = len(sample)
    lower, upper = sample[count // 4], sample[3 * count // 4]
    spread = _FAR * (upper - lower)
    least, most = sample[int(count * _FEW)], sample[count - 1 - int(count * _FEW)]
    room = (most - least) / 10
    return min(lower - spread, least - room), max(upper + spread, most + room)


def _worked(
    fd: int, tensor: Tensor, work: Callable[[Any], Found], advance: Callable[[int], None]
) -> Iterator[Found | None]:
    """Yield what ``work`` makes of each block of numbers, in order; None where the file ends before."""
    wide = elements.width(tensor.dtype)
    count = tensor.nbytes // wide
    starts = range(0, count, _PIECE)

    def piece(start: int) -> list[Found | None]:
        made: list[Found | None] = []
        for at in range(start, min(start + _PIECE, count), _BLOCK):
            block = memoryview(bytearray(min(_BLOCK, count - at) * wide))
            if not filled(fd, block, (tensor.offset or 0) + at * wide):
                return [None]
            made.append(work(elements.decode(block, tensor.dtype, big_endian=tensor.big_endian)))
        return made

    threads = min(_THREADS, os.cpu_count() or 1, max(len(starts), 1))
    pool = ThreadPoolExecutor(threads, thread_name_prefix="mvtui-histogram") if threads > 1 else None
    try:
        for start, found in zip(starts, pool.map(piece, starts) if pool else map(piece, starts), strict=True):
            yield from found
            advance((min(start + _PIECE, count) - start) * wide)
    finally:
        if pool:
            pool.shutdown(cancel_futures=True)


def _moments(numbers: Any, many: int) -> tuple[Moments, list[float]]:
    """Return what some numbers are like, and about ``many`` of them that are finite."""
    import numpy as np

    with np.errstate(all="ignore"):
        finite = np.isfinite(numbers) if numbers.dtype.kind == "f" else None
        sound = numbers if finite is None or finite.all() else numbers[finite]
        nan = int(np.isnan(numbers).sum()) if sound.size < numbers.size else 0
        inf = numbers.size - sound.size - nan
        if not sound.size:
            return Moments(numbers.size, nan, inf), []
        as_floats = sound.astype("f8")
        mean = float(as_floats.mean())
        as_floats -= mean
        zeros = int(sound.size - np.count_nonzero(sound))
        squares = float(np.dot(as_floats, as_floats))
        least, most = float(sound.min()), float(sound.max())
        told = Moments(numbers.size, nan, inf, zeros, least, most, mean, squares)
        return told, sound[:: max(sound.size // many, 1)].tolist()


def _counted(numbers: Any, low: float, high: float, steps: int) -> tuple[list[int], int, int]:
    import numpy as np

    with np.errstate(all="ignore"):
        wide = numbers.astype("f8")
        below = int((wide < low).sum()) - int(np.isneginf(wide).sum())
        above = int((wide > high).sum()) - int(np.isposinf(wide).sum())
        if low == high:
            return [int((wide == low).sum())], below, above
        inside = wide[(wide >= low) & (wide <= high)]
        return [int(count) for count in np.histogram(inside, steps, (low, high))[0]], below, above
