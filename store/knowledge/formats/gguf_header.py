"""The header of a GGUF file, walked: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md, versions 2 and 3.

Magic, version, number of tensors and of metadata entries; the entries (key, type, value); a description of each tensor
(name, dimensions, type, offset). Little endian only. Vocabularies, often most of the header, are stepped over.
"""

from __future__ import annotations

import struct
from typing import Any, NamedTuple

from ...nouns.inspection import Cut
from . import kept
from .limits import MAX_NAME, MAX_TENSORS, Cursor, Source, shown, utf8

NAME = "GGUF"
MAGIC = b"GGUF"

MAX_ENTRIES = 65_536
"""Most metadata entries that are read."""
MAX_STRINGS = 2_000_000
"""Most texts in arrays that are stepped over: their lengths must be read one by one. The largest vocabularies
have, with their merges, about a third of it."""
MAX_NUMBERS = 256
"""Longest array of numbers that is kept: one for each layer."""
MAX_KEPT = 4 << 20
"""Most bytes of values that are kept in all; what comes then is only counted."""
MAX_DIMENSIONS = 4
"""``GGML_MAX_DIMS``."""

_NUMBERS = {
    0: ("U8", "<B"),
    1: ("I8", "<b"),
    2: ("U16", "<H"),
    3: ("I16", "<h"),
    4: ("U32", "<I"),
    5: ("I32", "<i"),
    6: ("F32", "<f"),
    7: ("BOOL", "<?"),
    10: ("U64", "<Q"),
    11: ("I64", "<q"),
    12: ("F64", "<d"),
}
_FORMS = {kind: struct.Struct(form) for kind, (_, form) in _NUMBERS.items()}
_STRING, _ARRAY = 8, 9
_U32, _U64 = struct.Struct("<I"), struct.Struct("<Q")
_INFO = struct.Struct("<IQ")
_CHUNK = 64 << 10


class Described(NamedTuple):
    """A tensor as the header has it: dimensions with the fastest first, the number of its type, an offset into the data."""

    name: str
    dimensions: tuple[int, ...]
    type: int
    offset: int


class Header(Cursor):
    """Walks a header: first ``metadata``, then ``tensors``. ``version`` and ``count``, of tensors, are there after the first."""

    def __init__(self, source: Source) -> None:
        super().__init__(source, NAME)
        self.strings = MAX_STRINGS
        self.room = MAX_KEPT
        self.version = self.count = 0

    def metadata(self) -> dict[str, Any]:
        """Return the entries, long values cut.

        Raises:
            BadFileError: it is not a file of a version known here, or is damaged.
        """
        if self.left < len(MAGIC) or self.take(len(MAGIC)) != MAGIC:
            raise self.bad("it does not begin like a GGUF file")
        self.version = self.number(_U32)
        if self.version not in (2, 3):
            big = int.from_bytes(self.version.to_bytes(4, "little"), "big") in (2, 3)
            raise self.bad("it is big-endian" if big else f"GGUF version {self.version} is not known here")
        self.count = self.number(_U64)
        entries = self.number(_U64)
        if entries > MAX_ENTRIES:
            raise self.bad(f"it claims {entries:,} metadata entries")
        values: dict[str, Any] = {}
        for _ in range(entries):
            key = self.take(self.length(MAX_NAME, "a key"), "a key").decode("ascii", errors="replace")
            if key in values:
                raise self.bad(f"the key {key[:60]!r} is there twice")
            values[key] = self._value(key)
        return values

    def _value(self, key: str) -> Any:
        kind = self.number(_U32)
        if kind == _STRING:
            return self._text()
        if kind == _ARRAY:
            return self._array(key)
        if kind not in _FORMS:
            raise self.bad(f"{key[:60]!r} has the unknown type {kind}")
        return self._plain(kind)

    def _plain(self, kind: int) -> bool | int | float:
        form = _FORMS[kind]
        value: bool | int | float = form.unpack(self.take(form.size))[0]
        return value

    def _text(self) -> str | Cut:
        size = self.length(self.left, "a text")
        start = self.take(min(size, kept.MAX_TEXT, max(self.room, 0)))
        self.room -= len(start)
        self.skip(size - len(start))
        return kept.text(start, size) if len(start) in (size, kept.MAX_TEXT) else Cut("text", size)

    def _array(self, key: str) -> Any:
        kind, count = self.number(_U32), self.number(_U64)
        if kind in _FORMS:
            size = _FORMS[kind].size
            self.checked(count * size, "an array")
            if count > MAX_NUMBERS or self.room <= 0:
                self.skip(count * size)
                return Cut(_NUMBERS[kind][0], count)
            self.room -= count * size
            return [self._plain(kind) for _ in range(count)]
        if kind != _STRING:
            problem = (
                "is an array of arrays" if kind == _ARRAY else f"has elements of the unknown type {kind}"
            )
            raise self.bad(f"{key[:60]!r} {problem}")
        self.checked(count * _U64.size, "an array")
        if count <= kept.MAX_LIST and self.room > 0:
            return [self._text() for _ in range(count)]
        self._skip_strings(count)
        return Cut("STRING", count)

    def _skip_strings(self, count: int) -> None:
        """Step over strings, whose lengths stand before each: in large pieces, since vocabularies are long."""
        self.strings -= count
        if self.strings < 0:
            raise self.bad(f"its arrays hold more than {MAX_STRINGS:,} texts")
        length = _U64.unpack_from
        while count:
            piece = self.take(min(_CHUNK, self.left), "an array")
            at, end = 0, len(piece)
            while count and at + 8 <= end:
                at += 8 + length(piece, at)[0]
                count -= 1
            if count and end < 8:
                raise self.bad("it ends in the middle of an array")
            self.at -= end  # back to where the piece began, and to behind the last text that begins in it
            self.skip(at, "a text")

    def tensors(self) -> list[Described]:
        """Return what the header says of each tensor; ``at`` then is where it ends.

        Raises:
            BadFileError: it is damaged, or repeats a name.
        """
        if self.count > MAX_TENSORS:
            raise self.bad(f"it claims {self.count:,} tensors, and {MAX_TENSORS:,} are the most that is read")
        found: dict[str, Described] = {}
        for _ in range(self.count):
            what = "the description of a tensor"
            name = utf8(self.take(self.length(MAX_NAME, "a name"), what), self, "the name of a tensor")
            if name in found:
                raise self.bad(f"the tensor {shown(name)} is there twice")
            rank = self.number(_U32, what)
            if rank > MAX_DIMENSIONS:
                raise self.bad(f"{shown(name)} is said to have {rank:,} dimensions")
            dimensions = tuple(self.number(_U64, what) for _ in range(rank))
            found[name] = Described(name, dimensions, *_INFO.unpack(self.take(_INFO.size, what)))
        return list(found.values())

    def length(self, limit: int, what: str) -> int:
        """Return the length of what follows, if it can be."""
        size = self.checked(self.number(_U64), what)
        if size > limit:
            raise self.bad(f"it claims {what} of {size:,} bytes")
        return size
