"""The wire format of protocol buffers, walked without a schema: https://protobuf.dev/programming-guides/encoding/.

A message is a row of fields: a number and a wire type in one varint, then a varint, 8 bytes, 4 bytes, or a length and
as many bytes, which may be a message again. Groups, long deprecated, are refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from .limits import Cursor, Source

MAX_FIELDS = 3_000_000
"""Most fields that are looked at in one file."""

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5


class Field(NamedTuple):
    """One field. ``value`` is that of a varint; ``start`` and ``end`` are the place of what else it has in the file."""

    number: int
    wire: int
    value: int
    start: int
    end: int

    @property
    def size(self) -> int:
        """How many bytes it holds."""
        return self.end - self.start


class Messages(Cursor):
    """Walks messages inside a file."""

    def __init__(self, source: Source, format: str) -> None:  # noqa: A002
        super().__init__(source, format)
        self.fields_left = MAX_FIELDS

    def fields(self, start: int, end: int, what: str) -> Iterator[Field]:
        """Yield the fields of the message at ``start``; it may be walked away from in between.

        Raises:
            BadFileError: it is no message, or there are too many fields in the file.
        """
        at = start
        while at < end:
            self.at = at
            self.fields_left -= 1
            if self.fields_left < 0:
                raise self.bad(f"it has more than {MAX_FIELDS:,} fields")
            tag = self.varint(end, what)
            number, wire = tag >> 3, tag & 7
            value = size = 0
            if wire == VARINT:
                value = self.varint(end, what)
            elif wire == BYTES:
                size = self.varint(end, what)
            elif wire in (FIXED64, FIXED32):
                size = 8 if wire == FIXED64 else 4
            else:
                raise self.bad(f"{what} has a field of the unknown wire type {wire}")
            if not 0 < number < 1 << 29:
                raise self.bad(f"{what} has a field of the impossible number {number:,}")
            if size > end - self.at:
                raise self.bad(f"{what} claims a field of {size:,} bytes, and has {end - self.at:,} left")
            begin, at = self.at, self.at + size
            yield Field(number, wire, value, begin, at)

    def varint(self, end: int, what: str) -> int:
        """Return the number that follows, of 64 bits at most."""
        value = shift = 0
        while True:
            if self.at >= end:
                raise self.bad(f"it ends in the middle of {what}")
            byte = self.take(1, what)[0]
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value & 0xFFFF_FFFF_FFFF_FFFF
            shift += 7
            if shift > 63:
                raise self.bad(f"{what} has a number of more than 64 bits")

    def read(self, field: Field, most: int, what: str) -> bytes:
        """Return the bytes of a field, ``most`` of them at most."""
        self.at = field.start
        return self.take(min(field.size, most), what)

    def packed(self, field: Field, most: int, what: str) -> list[int]:
        """Return the numbers of a repeated varint field, packed or one alone; ``most`` are accepted."""
        if field.wire == VARINT:
            return [field.value]
        found: list[int] = []
        self.at = field.start
        while self.at < field.end:
            if len(found) >= most:
                raise self.bad(f"{what} has more than {most:,} numbers")
            found.append(self.varint(field.end, what))
        return found
