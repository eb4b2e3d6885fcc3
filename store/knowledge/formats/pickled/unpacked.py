"""What is compressed as a whole, as joblib and pandas do it: its first bytes, unpacked."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Any, NamedTuple

from ..limits import Source
from .stream import Budget

_CHUNK = 64 << 10
_ZLIB_HEADER = 31
"""A header of zlib, as a number of two bytes, is a multiple of it."""
_MOST_MEMORY = 256 << 20


class Packing(NamedTuple):
    """A way to compress: its name, and what makes an unpacker, if Python has one."""

    name: str
    make: Callable[[], Any] | None


def packing_of(head: bytes) -> Packing | None:
    """Return how data that begin so are compressed; None if they don't look as if they were."""
    if head.startswith(b"\x1f\x8b\x08"):
        return Packing("gzip", lambda: zlib.decompressobj(16 + zlib.MAX_WBITS))
    if head[:1] == b"\x78" and len(head) > 1 and not int.from_bytes(head[:2], "big") % _ZLIB_HEADER:
        return Packing("zlib", zlib.decompressobj)
    if head.startswith(b"BZh"):
        return Packing("bzip2", _bzip2)
    if head.startswith((b"\xfd7zXZ\x00", b"\x5d\x00\x00")):
        return Packing("xz", _xz)
    if head.startswith(b"\x04\x22\x4d\x18"):
        return Packing("LZ4", None)
    if head.startswith(b"\x28\xb5\x2f\xfd"):
        return Packing("Zstandard", None)
    if head.startswith(b"ZF0x"):
        return Packing("zlib in the manner of joblib before 0.10", None)
    return None


def _bzip2() -> Any:
    import bz2

    return bz2.BZ2Decompressor()


def _xz() -> Any:
    import lzma

    return lzma.LZMADecompressor(memlimit=_MOST_MEMORY)


_FOLLOWED = ("gzip", "bzip2", "xz")
"""Where what was compressed piece by piece may be put together as it is."""
_MAGIC, _MOST_FOLLOWING = 6, 1000


class Unpacked(NamedTuple):
    """The first bytes of what was compressed; ``whole`` says that these are all."""

    data: bytes
    whole: bool


def unpack(source: Source, packing: Packing, most: int, budget: Budget) -> Unpacked | None:
    """Return what a source unpacks to, ``most`` bytes of it at most; None when that can't be done here."""
    if packing.make is None:
        return None
    reader = _Reader(source, budget)
    room = min(most, budget.unpacked)
    found = bytearray()
    whole = False
    try:
        for _ in range(_MOST_FOLLOWING):
            ended = _unpack_one(reader, packing.make(), found, room)
            if not ended or len(found) >= room:
                break
            if packing.name not in _FOLLOWED or not reader.begins_again(packing):
                whole = True
                break
    except (zlib.error, OSError, EOFError, ValueError, MemoryError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise  # the disk, not bzip2
    except Exception as error:
        if type(error).__name__ != "LZMAError":
            raise
    budget.unpacked -= len(found)
    return Unpacked(bytes(found), whole)


class _Reader:
    """Reads a source piece by piece; ``piece`` is what was read and not yet unpacked."""

    def __init__(self, source: Source, budget: Budget) -> None:
        self._source, self._budget, self._at = source, budget, 0
        self.piece = b""

    def more(self) -> bool:
        """Read more; return whether there was any."""
        self._source.file.seek(self._at)
        read = self._source.file.read(max(0, min(_CHUNK, self._source.size - self._at, self._budget.read)))
        self._at += len(read)
        self._budget.read -= len(read)
        self.piece += read
        return bool(read)

    def begins_again(self, packing: Packing) -> bool:
        """Whether what is left begins as what was just unpacked did, perhaps behind zeros."""
        self.piece = self.piece.lstrip(b"\0")
        while len(self.piece) < _MAGIC and self.more():
            self.piece = self.piece.lstrip(b"\0")
        again = packing_of(self.piece)
        return again is not None and again.name == packing.name


def _unpack_one(reader: _Reader, unpacker: Any, found: bytearray, room: int) -> bool:
    """Unpack to the end of what was compressed at once, or until there is no more room; return whether that is its end."""
    while len(found) < room and not unpacker.eof:
        if not reader.piece and getattr(unpacker, "needs_input", True) and not reader.more():
            break
        piece, reader.piece = reader.piece, b""
        found += unpacker.decompress(piece, room - len(found))
        reader.piece = getattr(unpacker, "unconsumed_tail", b"")  # zlib hands back what it had no room for
    if unpacker.eof:
        reader.piece = unpacker.unused_data
    return bool(unpacker.eof)
