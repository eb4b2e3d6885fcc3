"""Reading a source from one end to the other, as an unpickler does, within what may be read and done in all."""

from __future__ import annotations

import string

from ..limits import MAX_READ, Source

MAX_STEPS = 4_000_000
"""Most opcodes that are looked at in one file: a few seconds. What a large training keeps has a tenth of that."""
MAX_UNPACKED = 64 << 20
"""Most bytes that are unpacked from the compressed parts of one file."""
MAX_KEPT = 4096
"""Longest text or number that is kept, in bytes; what is longer is stepped over."""

_OF_NAMES = string.ascii_letters.encode() + string.digits.encode() + b"_+-. \t\v\f\r"
"""What numbers, with what may stand around them, and names that are imported consist of."""
_FIRST, _LARGEST = 1024, 64 << 10


class Ended(Exception):  # noqa: N818 — never leaves this package
    """The data end in the middle of something; ``rest`` is what there was of a line, if that is not too long."""

    def __init__(self, rest: bytes = b"") -> None:
        super().__init__()
        self.rest = rest


class Exhausted(Exception):  # noqa: N818 — never leaves this package
    """As much as may be was read or done. The text says what."""


class Budget:
    """What may still be done with one file: opcodes, bytes read, bytes unpacked."""

    __slots__ = ("read", "steps", "unpacked")

    def __init__(self, *, steps: int | None = None, read: int = MAX_READ) -> None:
        self.steps = MAX_STEPS if steps is None else steps
        self.read, self.unpacked = read, MAX_UNPACKED


class Stream:
    """Walks through a source. What it steps over is not read.

    Raises:
        Ended: the source has no more.
        Exhausted: the budget has no more.
    """

    __slots__ = ("_begin", "_chunk", "_pos", "_window", "budget", "source")

    def __init__(self, source: Source, budget: Budget, at: int = 0) -> None:
        self.source, self.budget = source, budget
        self._window, self._pos, self._begin = b"", 0, at
        self._chunk = _FIRST

    @property
    def at(self) -> int:
        """Where it stands, in bytes from the source's beginning."""
        return self._begin + self._pos

    @property
    def left(self) -> int:
        """How many bytes lie ahead."""
        return self.source.size - self._begin - self._pos

    def byte(self) -> int:
        """Return the next byte."""
        pos = self._pos
        if pos >= len(self._window):
            self._fill(1)
            pos = 0
        self._pos = pos + 1
        return self._window[pos]

    def take(self, size: int) -> bytes:
        """Return the next bytes: for what is small."""
        pos = self._pos
        if pos + size > len(self._window):
            self._fill(size)
            pos = 0
        self._pos = pos + size
        return self._window[pos : pos + size]

    def skip(self, size: int) -> None:
        """Step over bytes."""
        if size > self.left:
            raise Ended
        if self._pos + size <= len(self._window):
            self._pos += size
        else:
            self._begin, self._window, self._pos = self.at + size, b"", 0
            self._chunk = _FIRST

    def number(self, size: int) -> int:
        """Return a number without sign, its lowest byte first."""
        return int.from_bytes(self.take(size), "little")

    def line(self, *, long: bool = True) -> bytes | None:
        """Return what stands before the next newline; None when that is more than is kept. Either way it goes on behind it.

        Where no ``long`` one makes sense, one that is not kept is taken for the end, but for what may be a number or a name: spaces
        and zeros before it may be many, and names may lead through the same modules over and over.
        """
        kept: bytes | None = b""
        while True:
            end = self._window.find(b"\n", self._pos)
            part = self._window[self._pos : end if end >= 0 else None]
            kept = None if kept is None or len(kept) + len(part) > MAX_KEPT else kept + part
            if kept is None and not long and part.translate(None, _OF_NAMES):
                raise Ended
            if end >= 0:
                self._pos = end + 1
                return kept
            self._pos = len(self._window)
            if not self.left:
                raise Ended(kept or b"")
            self._fill(1)

    def _fill(self, needed: int) -> None:
        at = self.at
        if needed > self.source.size - at:
            raise Ended
        wanted = min(max(needed, self._chunk), self.source.size - at)
        self._chunk = min(self._chunk * 2, _LARGEST)
        self.budget.read -= wanted
        if self.budget.read < 0:
            raise Exhausted("it takes reading too many bytes")
        self.source.file.seek(at)
        self._window, self._begin, self._pos = self.source.file.read(wanted), at, 0
        if len(self._window) < needed:  # it was cut off while it was read
            raise Ended
