"""Tar archives that may lie: their members, one after the other. PyTorch before 0.1.10 saved in them, NeMo does.

Format: https://www.gnu.org/software/tar/manual/html_node/Standard.html. ``tarfile`` is not used: it reads headers without
limits.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ..limits import Source

BLOCK = 512
MAX_MEMBERS = 100_000
_CHECKSUM = slice(148, 156)
_SIZE = slice(124, 136)
_WITHOUT_DATA = (b"1", b"2", b"3", b"4", b"5", b"6")
_EXTENDED = (b"x", b"g", b"X")
_MAX_EXTENDED = 64 << 10
_BINARY = 0x80
_SPACES = 8 * ord(" ")


class Member(NamedTuple):
    """A regular file in an archive: name, where its bytes begin, how many."""

    name: str
    at: int
    size: int


def is_tar(head: bytes) -> bool:
    """Whether data begin with the header of a member: one whose checksum is right."""
    if len(head) < BLOCK or not head[0]:
        return False
    said = _number(head[_CHECKSUM])
    others = head[:148] + head[156:BLOCK]
    return said in (sum(others) + _SPACES, sum(each - 256 * (each > 127) for each in others) + _SPACES)


def members(source: Source) -> Iterator[Member]:
    """Yield all that may be a regular file in an archive, as far as it can be followed.

    Raises:
        ValueError: it can't be followed to its end. The text says why.
    """
    at = 0
    for _ in range(MAX_MEMBERS):
        source.file.seek(at)
        header = source.file.read(BLOCK)
        if not header.strip(b"\0"):
            return
        if not is_tar(header):
            raise ValueError(f"the header at byte {at:,} is damaged")
        size = _number(header[_SIZE])
        if size is None or at + BLOCK + size > source.size:
            raise ValueError(f"the member at byte {at:,} is longer than the archive")
        kind, raw = header[156:157], header[:100].partition(b"\0")[0]
        if kind == b"S" or (kind in _EXTENDED and _says_size(source, at + BLOCK, size)):
            raise ValueError("a member in it says its length in a way that is not followed here")
        if kind in _WITHOUT_DATA or (kind == b"\0" and raw.endswith(b"/")):
            size = 0
        else:  # also of kinds that nobody knows: tarfile takes them for regular files
            yield Member(raw.decode("utf-8", "replace"), at + BLOCK, size)
        at += BLOCK + (size + BLOCK - 1) // BLOCK * BLOCK
    raise ValueError(f"it has more than {MAX_MEMBERS:,} members")


def _says_size(source: Source, at: int, size: int) -> bool:
    """Whether an extended header may change the length of what follows it."""
    source.file.seek(at)
    if size > _MAX_EXTENDED:
        return True
    said = source.file.read(size)
    return b" size=" in said or b" GNU.sparse" in said


def _number(field: bytes) -> int | None:
    if field[0] & _BINARY:
        return int.from_bytes(field[1:], "big") | (field[0] & 0x7F) << (8 * (len(field) - 1))
    digits = field.partition(b"\0")[0].strip()  # what follows a NUL nobody reads
    try:
        return int(digits, 8) if digits else 0
    except ValueError:
        return None
