"""What the numbers in a file's tensors are like, in one pass over their bytes, in bounded memory.

Numbers are read by their place, and never mapped: a file that is cut while it is being read must not kill Python. A few threads
share the work, since NumPy counts without holding the interpreter.
"""

from __future__ import annotations

import math
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, NamedTuple

from ...nouns.health import TensorHealth
from ...nouns.inspection import Tensor
from . import elements

_BLOCK = 4 << 20
"""Bytes of numbers that are counted at a time: with so many, threads work at once. With what fits the processor's cache each step is
so short that they queue for the interpreter (two threads then took as long as one)."""
_PIECE = 8 << 20
"""Bytes of work that a thread is given; several small tensors are one."""
_THREADS = 4
_MOST_SPANS = 512
"""Most tensors in one piece."""

Advance = Callable[[int], None]


class Part(NamedTuple):
    """Some numbers of a tensor, counted.

    ``first`` is the place of the first that is not finite, -1 without one; ``squares`` is the sum over the finite ones;
    ``same`` is what all are equal to, if they are.
    """

    numbers: int
    nan: int = 0
    inf: int = 0
    first: int = -1
    squares: float = 0.0
    same: float | None = None


class _Span(NamedTuple):
    """Some bytes of a tensor, the one at ``place``: from ``start`` on, counted from its own beginning."""

    place: int
    start: int
    size: int


def measure(fd: int, tensors: Sequence[Tensor], advance: Advance) -> Iterator[TensorHealth]:
    """Yield what each tensor is like, in order; all lie in the open file, and their types are readable.

    ``advance`` is told of the bytes done, from the calling thread; what it raises ends the work.
    """
    done: dict[int, list[Part | None]] = {}
    at = 0

    def finished() -> Iterator[TensorHealth]:
        nonlocal at
        yield _told(tensors[at], done.pop(at, []))
        at += 1

    for spans, parts in _worked(fd, tensors):
        for span, part in zip(spans, parts, strict=True):
            while at < span.place:
                yield from finished()
            done.setdefault(span.place, []).append(part)
        advance(sum(span.size for span in spans))
    while at < len(tensors):
        yield from finished()


def _worked(fd: int, tensors: Sequence[Tensor]) -> Iterator[tuple[list[_Span], list[Part | None]]]:
    """Yield pieces and what they came to, in order, a few of them under way."""
    threads = min(_THREADS, os.cpu_count() or 1)
    waiting: deque[tuple[list[_Span], Future[list[Part | None]]]] = deque()
    pool = ThreadPoolExecutor(threads, thread_name_prefix="mvtui-measure")
    try:
        for spans in _pieces(tensors):
            waiting.append((spans, pool.submit(_piece, fd, tensors, spans)))
            if len(waiting) > 2 * threads:
                first, future = waiting.popleft()
                yield first, future.result()
        while waiting:
            first, future = waiting.popleft()
            yield first, future.result()
    finally:
        pool.shutdown(cancel_futures=True)


def _pieces(tensors: Iterable[Tensor]) -> Iterator[list[_Span]]:
    """Yield the work, cut into pieces of about the same size."""
    piece: list[_Span] = []
    size = 0
    for index, tensor in enumerate(tensors):
        start = 0
        while start < tensor.nbytes:
            count = min(tensor.nbytes - start, _PIECE)
            if piece and (size + count > _PIECE or len(piece) >= _MOST_SPANS):
                yield piece
                piece, size = [], 0
            piece.append(_Span(index, start, count))
            size += count
            start += count
    if piece:
        yield piece


def _piece(fd: int, tensors: Sequence[Tensor], spans: Sequence[_Span]) -> list[Part | None]:
    """Return what spans came to; None for one whose bytes are not there."""
    buffer = memoryview(bytearray(min(_BLOCK, max(span.size for span in spans))))
    return [_span(fd, tensors[span.place], span, buffer) for span in spans]


def _span(fd: int, tensor: Tensor, span: _Span, buffer: memoryview) -> Part | None:
    total = Part(0)
    wide = elements.width(tensor.dtype)
    begin = (tensor.offset or 0) + span.start
    for at in range(0, span.size, len(buffer)):
        block = buffer[: min(len(buffer), span.size - at)]
        if not filled(fd, block, begin + at):
            return None
        total = joined(total, counted(block, tensor.dtype, big_endian=tensor.big_endian))
    return total._replace(first=total.first + span.start // wide) if total.first >= 0 else total


def filled(fd: int, block: memoryview, offset: int) -> bool:
    """Fill a block from the file; False where that ends before."""
    got = 0
    while got < len(block):
        count = os.preadv(fd, [block[got:]], offset + got)
        if not count:
            return False
        got += count
    return True


def counted(data: Any, dtype: str, *, big_endian: bool = False) -> Part:
    """Count the numbers in some bytes."""
    import numpy as np

    wide = elements.width(dtype)
    count = len(data) // wide
    if not count:
        return Part(0)
    same = _same(np.frombuffer(data, f"u{wide}"), dtype, big_endian=big_endian)
    if not elements.is_float(dtype):
        return Part(count, same=same)
    with np.errstate(all="ignore"):
        squares = elements.squares(data, dtype, big_endian=big_endian)
        if squares is not None and _LEAST < squares < _MOST:
            return Part(count, squares=squares, same=same)  # the only pass that sound weights need
        numbers = elements.decode(data, dtype, big_endian=big_endian)
        finite = np.isfinite(numbers)
        sound = numbers[finite].astype("f8")
        if sound.size < count:
            nan = int(np.isnan(numbers).sum())
            part = Part(count, nan, count - sound.size - nan, int(finite.argmin()))
        else:
            part = Part(count, same=same if sound.any() else 0.0)
        return part._replace(squares=float(np.dot(sound, sound)))


_LEAST, _MOST = 1e-20, 1e30
"""Between these a sum of squares in F32 has lost nothing that counts; NaN and infinity are not between them."""


def _same(bits: Any, dtype: str, *, big_endian: bool) -> float | None:
    """Return the value that all numbers have, given as their bits; None if they differ."""
    first = bits[:1]
    if (bits[-1:] != first)[0] or (bits[bits.size // 2] != first)[0] or (bits != first).any():
        return None
    return float(elements.decode(first.tobytes(), dtype, big_endian=big_endian)[0])


def joined(one: Part, other: Part) -> Part:
    """Return what two stretches of a tensor come to together, the first one first."""
    if not one.numbers or not other.numbers:
        return one if one.numbers else other
    first = one.first
    if first < 0 and other.first >= 0:
        first = one.numbers + other.first
    return Part(
        one.numbers + other.numbers,
        one.nan + other.nan,
        one.inf + other.inf,
        first,
        one.squares + other.squares,
        one.same if one.same == other.same else None,
    )


def _told(tensor: Tensor, parts: Sequence[Part | None]) -> TensorHealth:
    there = [part for part in parts if part is not None]
    if len(there) < len(parts):
        return TensorHealth(tensor, unread="its file ends before it does")
    if not there:
        return TensorHealth(tensor)
    nan, inf = sum(part.nan for part in there), sum(part.inf for part in there)
    finite = sum(part.numbers for part in there) - nan - inf
    first = next((part.first for part in there if part.first >= 0), None)
    if first is not None and tensor.dtype in _COMPLEX:
        first //= 2
    rms = value = None
    if finite and elements.is_float(tensor.dtype):
        rms = math.sqrt(math.fsum(part.squares for part in there) / finite)
    if tensor.parameters > 1 and tensor.dtype != "BOOL" and first is None:
        value = there[0].same if all(part.same == there[0].same for part in there) else None
    return TensorHealth(tensor, nan, inf, first, rms, value)


_COMPLEX = ("C32", "C64", "C128")
