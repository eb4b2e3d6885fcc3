"""Reading files that may lie: every length is checked against the bytes there are before anything is read or kept.

The limits are well above what published models need, and low enough that the worst file costs seconds and a few
hundred megabytes: the largest models have about a hundred thousand tensors.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import Protocol

from ...errors import BadFileError

MAX_TENSORS = 300_000
"""Most tensors in one file."""
MAX_HEADER = 25_000_000
"""Longest header that is read whole, in bytes."""
MAX_NAME = 65_535
"""Longest name of a tensor or key, in bytes."""
MAX_RANK = 64
"""Most dimensions of a tensor, as in NumPy."""
MAX_ELEMENTS = 2**63 - 1
"""Most elements of a tensor, and most bytes."""
MAX_READ = 128 << 20
"""Most bytes that are read of one file, however large it is."""

_CHUNK = 8192


class Readable(Protocol):
    """What readers need of an open file."""

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Go to a place."""

    def read(self, size: int = -1, /) -> bytes:
        """Return so many bytes, less only at the end."""


class Source:
    """An open file to look into: its path inside the version (for names, nothing is opened by it) and its size in bytes."""

    __slots__ = ("file", "path", "size")

    def __init__(self, file: Readable, size: int, path: str) -> None:
        self.file, self.size, self.path = file, size, path


class Cursor:
    """Walks through a file. ``at`` is where it stands, ``end`` where what it may read ends, in bytes.

    Everything it raises is a ``BadFileError`` of ``format``.
    """

    def __init__(self, source: Source, format: str, *, chunk: int = _CHUNK) -> None:  # noqa: A002
        self.file, self.format, self.chunk = source.file, format, chunk
        self.at, self.end = 0, source.size
        self._unread = MAX_READ
        self._window = b""
        self._start = 0

    @property
    def left(self) -> int:
        """How many bytes lie ahead."""
        return self.end - self.at

    def bad(self, problem: str) -> BadFileError:
        """Return the error that says what is wrong."""
        return BadFileError(problem, format=self.format)

    def take(self, size: int, what: str = "its header") -> bytes:
        """Return the next bytes, those of ``what``."""
        if size > self.end - self.at:
            raise self.bad(f"it ends in the middle of {what}")
        begin = self.at - self._start
        if begin < 0 or begin + size > len(self._window):
            self._fill(size, what)
            begin = 0
        self.at += size
        return self._window[begin : begin + size]

    def _fill(self, size: int, what: str) -> None:
        if self.at < 0:
            raise self.bad(f"{what} is said to lie before its beginning")
        wanted = min(max(size, self.chunk), self.end - self.at)
        self._unread -= wanted
        if self._unread < 0:
            raise self.bad(f"its header is spread over more than {MAX_READ:,} bytes")
        self.file.seek(self.at)
        self._window = self.file.read(wanted)
        self._start = self.at
        if len(self._window) < size:  # it was cut off while it was read
            raise self.bad(f"it ends in the middle of {what}")

    def skip(self, size: int, what: str = "its header") -> None:
        """Step over bytes without reading them."""
        self.at += self.checked(size, what)

    def number(self, form: struct.Struct, what: str = "its header") -> int:
        """Return one number."""
        value: int = form.unpack(self.take(form.size, what))[0]
        return value

    def checked(self, size: int, what: str) -> int:
        """Return ``size`` if as many bytes are left."""
        if size > self.end - self.at:
            raise self.bad(f"it claims {what} of {size:,} bytes, and has {self.left:,} left")
        return size


def elements(shape: Iterable[int], cursor: Cursor, name: str) -> int:
    """Return how many elements a shape has."""
    count = 1
    empty = False
    for size in shape:
        empty |= size == 0
        count *= size or 1
        if count > MAX_ELEMENTS:
            raise cursor.bad(f"the shape of {shown(name)} is impossibly large")
    return 0 if empty else count


def spans_apart(spans: list[tuple[int, int, str]], cursor: Cursor) -> None:
    """Make sure that no two of some (start, end, name) share a byte. Empty ones share none."""
    reached, last = 0, ""
    for start, end, name in sorted(span for span in spans if span[0] < span[1]):
        if start < reached:
            raise cursor.bad(f"{shown(name)} and {shown(last)} overlap")
        reached, last = end, name


def shown(name: str) -> str:
    """Return a name from a file as messages have it: quoted, and not too long."""
    return repr(name if len(name) <= 80 else name[:77] + "...")


def utf8(data: bytes, cursor: Cursor, what: str) -> str:
    """Return bytes as text."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise cursor.bad(f"{what} is not UTF-8") from None
