"""Zip archives that may lie: the directory at their end, and the first bytes of a member.

Format: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, with Zip64. ``zipfile`` is not used: it makes an
object of every entry before anyone can count them, and unpacks whatever it is told to. Members are never unpacked whole
here: a bomb is as small as what is asked for.
"""

from __future__ import annotations

import struct
import zlib
from typing import Any, NamedTuple

from ...errors import UnsafePathError
from ...nouns.manifest import check_path
from .limits import Cursor, Source, shown, spans_apart

MAGIC = b"PK\x03\x04"
MAX_ENTRIES = 300_000
"""Most members."""
MAX_DIRECTORY = 64 << 20
"""Longest directory, in bytes."""

_STORED, _DEFLATED = 0, 8
_END = struct.Struct("<4s4H2LH")
_LOCATOR = struct.Struct("<4sLQL")
_END64 = struct.Struct("<4sQ2H2L4Q")
ENTRY = struct.Struct("<4s6H3L5H2L")
"""An entry of a directory, without its name and what follows that."""
_LOCAL = struct.Struct("<4s5H3L2H")
_EXTRA = struct.Struct("<2H")
_MAX_COMMENT = 65_535
_ZIP64 = 1
_UTF8 = 0x800
_ENCRYPTED = 0x1
_FULL16, _FULL32 = 0xFFFF, 0xFFFF_FFFF
_END_MAGIC = b"PK\x05\x06"
_CHUNK = 2048
"""What is read at a time: members lie far apart, and little of each is wanted."""


class Member(NamedTuple):
    """A member: its name, its bytes packed and unpacked, how it is packed, and where its local header begins."""

    name: str
    packed: int
    size: int
    method: int
    header: int

    @property
    def stored(self) -> bool:
        """Whether its bytes lie in the archive as they are."""
        return self.method == _STORED


class Directory(NamedTuple):
    """What is said of an archive's directory: how many entries, how many bytes, where it begins; ``end`` is where it must end."""

    entries: int
    size: int
    start: int
    end: int


class Archive(Cursor):
    """An archive. ``members`` are there at once, in the directory's order.

    Raises:
        BadFileError: it is no valid archive: its directory is damaged, or lies; members overlap, have the same name, or
            names that would leave the directory they were unpacked into.
    """

    def __init__(self, source: Source, format: str) -> None:  # noqa: A002
        super().__init__(source, format, chunk=_CHUNK)
        self.members = self._members()

    def _members(self) -> list[Member]:
        directory = self._directory()
        count, size, start = directory.entries, directory.size, directory.start
        if count > MAX_ENTRIES:
            raise self.bad(
                f"its directory claims {count:,} members, and {MAX_ENTRIES:,} are the most that is read"
            )
        if size > MAX_DIRECTORY:
            raise self.bad(
                f"its directory has {size:,} bytes, and {MAX_DIRECTORY:,} are the most that is read"
            )
        if start + size > self.end:
            raise self.bad("its directory is said to lie behind the end of the file")
        if start + size != directory.end:  # some would read one directory, and some another
            raise self.bad("its directory does not end where it is said to")
        if count * ENTRY.size > size:
            raise self.bad(f"its directory claims {count:,} members in {size:,} bytes")
        self.at, whole, self.end = start, self.end, start + size
        members = [self._member(start) for _ in range(count)]
        if self.left:
            raise self.bad("its directory holds more members than it claims")
        self.end = whole
        names = {member.name for member in members}
        if len(names) != len(members):
            seen: set[str] = set()
            twice = next(m.name for m in members if m.name in seen or seen.add(m.name))  # type: ignore[func-returns-value]
            raise self.bad(f"the member {shown(twice)} is there twice")
        spans = [(m.header, m.header + _LOCAL.size + m.packed, m.name) for m in members]
        spans_apart(spans, self)
        return members

    def _directory(self) -> Directory:
        """Return where the directory is said to be."""
        place, (_, disk, _, _, count, size, start, _) = self._end_record()
        if (large := self._directory64(place)) is not None:
            narrow = (
                (count, _FULL16, large.entries),
                (size, _FULL32, large.size),
                (start, _FULL32, large.start),
            )
            if any(said not in (full, wide) for said, full, wide in narrow):
                raise self.bad("its two directories are said to be in two places")
            return large
        if disk not in (0, _FULL16):
            raise self.bad("it is one part of several")
        return Directory(count, size, start, place)

    def _end_record(self) -> tuple[int, tuple[Any, ...]]:
        """Return where the record at the archive's end is, and what it says."""
        tail_size = min(_END.size + _MAX_COMMENT, self.end)
        self.at = self.end - tail_size
        tail = self.take(tail_size, "its directory")
        found = tail.rfind(_END_MAGIC, 0, max(len(tail) - _END.size + len(_END_MAGIC), 0))
        if found < 0:
            raise self.bad("it has no directory at its end: it may be cut off")
        return self.end - tail_size + found, _END.unpack_from(tail, found)

    def _directory64(self, end: int) -> Directory | None:
        """Return where the large directory is said to be; None without one. If there is one, it is what counts."""
        self.at = end - _LOCATOR.size
        if self.at < 0:
            return None
        magic, _, place, _ = _LOCATOR.unpack(self.take(_LOCATOR.size, "its directory"))
        if magic != b"PK\x06\x07":
            return None
        if place + _END64.size != end - _LOCATOR.size:
            raise self.bad("its directory is not where it is said to be")
        self.at = place
        fields = _END64.unpack(self.take(_END64.size, "its directory"))
        if fields[0] != b"PK\x06\x06":
            raise self.bad("its directory is not where it is said to be")
        return Directory(fields[7], fields[8], fields[9], place)

    def _member(self, directory: int) -> Member:
        what = "its directory"
        fields = ENTRY.unpack(self.take(ENTRY.size, what))
        magic, flags, method = fields[0], fields[3], fields[4]
        packed, size, name_size, extra_size, comment_size, header = (
            fields[8],
            fields[9],
            fields[10],
            fields[11],
            fields[12],
            fields[16],
        )
        if magic != b"PK\x01\x02":
            raise self.bad("its directory is damaged")
        name = self.take(name_size, what).decode("utf-8" if flags & _UTF8 else "cp437", errors="replace")
        extra = self.take(extra_size, what)
        self.skip(comment_size, what)
        size, packed, header = self._wide(extra, (size, packed, header), name)
        member = Member(name, packed, size, method, header)
        self._check(member, directory, encrypted=bool(flags & _ENCRYPTED))
        return member

    def _check(self, member: Member, directory: int, *, encrypted: bool) -> None:
        """Refuse a member that is not what it claims, or that can't be what a model file needs."""
        name = member.name
        if encrypted:
            raise self.bad(f"the member {shown(name)} is encrypted")
        if member.stored and member.packed != member.size:
            raise self.bad(
                f"the member {shown(name)} claims {member.size:,} bytes, and has {member.packed:,}"
            )
        if member.header + _LOCAL.size + member.packed > directory:
            raise self.bad(f"the member {shown(name)} is said to lie behind the members")
        try:
            check_path(name.removesuffix("/"))
        except UnsafePathError:
            raise self.bad(f"the member {shown(name)} would leave its directory") from None
        if "\\" in name:
            raise self.bad(f"the member {shown(name)} has no name of this system")

    def _wide(self, extra: bytes, narrow: tuple[int, int, int], name: str) -> tuple[int, ...]:
        """Return size, packed size and place, in 64 bits where 32 don't hold them."""
        if _FULL32 not in narrow:
            return narrow
        at = 0
        while at + _EXTRA.size <= len(extra):
            kind, size = _EXTRA.unpack_from(extra, at)
            at += _EXTRA.size
            if kind == _ZIP64:
                wide = iter(struct.unpack_from(f"<{min(size, len(extra) - at) // 8}Q", extra, at))
                found = tuple(next(wide, -1) if each == _FULL32 else each for each in narrow)
                if -1 in found:
                    break
                return found
            at += size
        raise self.bad(f"the sizes of the member {shown(name)} are missing")

    def place(self, member: Member) -> int:
        """Return where a member's packed bytes begin."""
        what = f"the member {shown(member.name)}"
        self.at = member.header
        fields = _LOCAL.unpack(self.take(_LOCAL.size, what))
        if fields[0] != MAGIC:
            raise self.bad(f"{what} is not where it is said to be")
        self.skip(fields[9] + fields[10], what)
        self.checked(member.packed, what)
        return self.at

    def start(self, member: Member, most: int) -> bytes:
        """Return the first bytes of a member, unpacked, ``most`` of them at most."""
        what = f"the member {shown(member.name)}"
        self.place(member)
        if member.method == _STORED:
            return self.take(min(member.size, most), what)
        if member.method != _DEFLATED:
            raise self.bad(f"{what} is packed in a way not known here ({member.method})")
        unpack = zlib.decompressobj(-zlib.MAX_WBITS)
        most = min(member.size, most)
        left, found = member.packed, b""
        try:
            while left and len(found) < most and not unpack.eof:
                piece = self.take(min(left, self.chunk), what)
                left -= len(piece)
                found += unpack.decompress(piece, most - len(found))
        except zlib.error:
            raise self.bad(f"{what} is damaged") from None
        return found
