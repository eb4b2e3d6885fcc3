"""The ``general.*`` metadata of a GGUF file: what it says it was made from.

Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md, versions 2 and 3, little endian. Only the
header is read, each length checked against the bytes left; nothing after the metadata is looked at.
"""

from __future__ import annotations

import re
import struct
from typing import BinaryIO

from ...nouns.lineage import Link
from . import names
from .files import UnreadableError, opened

MAX_ENTRIES = 65_536
"""Most metadata entries that are read."""
MAX_KEY = 65_535
"""Longest key, in bytes, by the format."""
MAX_STRINGS = 2_000_000
"""Most texts in arrays that are stepped over: their lengths must be read one by one. The largest vocabularies
have, with their merges, about a third of it."""
MAX_VALUE = 4096
"""Longest text that is kept, in bytes. Longer ones (a chat template) are stepped over."""
MAX_PARENTS = 64

_SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
_INTEGERS = {0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 10: "<Q", 11: "<q"}
_STRING, _ARRAY = 8, 9
_WANTED = re.compile(
    r"general\.(?:type|datasets|source\.(?:url|repo_url)|(?:base_model|dataset)\.(?:count|\d{1,5}\.\w+))",
    re.ASCII,
)
_CHUNK = 1 << 20

Values = dict[str, object]


def model(location: str, said: str) -> list[Link]:
    """Return the parents and data sets that a GGUF file names.

    With ``general.source.*`` that is what was quantized, and ``base_model`` is what *it* was made from; without,
    converters write what was quantized into ``base_model``.

    Raises:
        UnreadableError: it is not a GGUF file of a version known here, or is damaged.
    """
    with opened(location) as file:
        values = _Reader(file).metadata()
    return [
        *_parents(values, said),
        *(Link("trained-on", name, role="train", guess=said) for name in _datasets(values)),
    ]


def _parents(values: Values, said: str) -> list[Link]:
    is_adapter = values.get("general.type") == "adapter"
    source = _address(values, "general.source.")
    bases = [name for at in _numbers(values, "base_model") if (name := _described(values, "base_model", at))]
    links = []
    if source:
        links.append(Link("quantized-from", source, guess=said))
    if is_adapter:
        relation = "adapter-of"
    elif len(bases) > 1:
        relation = "merged-from"
    else:
        relation = "fine-tuned-from" if source else "quantized-from"
    return links + [Link(relation, name, guess=said) for name in bases]


def _datasets(values: Values) -> list[str]:
    listed = values.get("general.datasets")
    found = [_described(values, "dataset", at) for at in _numbers(values, "dataset")]
    found += [names.dataset(entry) for entry in (listed if isinstance(listed, list) else [listed])]
    return [name for name in found if name]


def _numbers(values: Values, what: str) -> range:
    count = values.get(f"general.{what}.count")
    return range(min(count, MAX_PARENTS)) if isinstance(count, int) and count > 0 else range(0)


def _described(values: Values, what: str, at: int) -> str:
    """Name a parent by its address on the Hub, else by its other address, else by organization and name."""
    prefix = f"general.{what}.{at}."
    if address := _address(values, prefix, data=what == "dataset"):
        return address
    told = [values.get(prefix + field) for field in ("organization", "name")]
    name = "/".join(part.strip() for part in told if isinstance(part, str) and part.strip())
    version = values.get(prefix + "version")
    if name and isinstance(version, str) and version.strip():
        name = f"{name}@{version.strip()}"
    return names.free(name)


def _address(values: Values, prefix: str, *, data: bool = False) -> str:
    """Return where something lies: an address on the Hub before any other, as homepages are often papers."""
    found = []
    for field in ("repo_url", "url"):
        text = values.get(prefix + field)
        if isinstance(text, str) and "://" in text:
            found.append(names.dataset(text) if data else names.model(text))
    return next((name for name in found if name.startswith("hf:")), next(filter(None, found), ""))


class _Reader:
    """Walks the header. ``left`` is how many bytes of the file lie ahead."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        file.seek(0, 2)
        self.left = file.tell()
        file.seek(0)
        self.strings = MAX_STRINGS

    def metadata(self) -> Values:
        """Return the entries that matter."""
        if self.left < 4 or self.take(4) != b"GGUF":
            raise UnreadableError("it does not begin like a GGUF file")
        version = self.number("<I")
        if version not in (2, 3):
            big = int.from_bytes(version.to_bytes(4, "little"), "big") in (2, 3)
            raise UnreadableError("it is big-endian" if big else f"GGUF version {version} is not known here")
        self.number("<Q")  # tensors
        entries = self.number("<Q")
        if entries > MAX_ENTRIES:
            raise UnreadableError(f"it claims {entries:,} metadata entries")
        values: Values = {}
        for _ in range(entries):
            key = self.take(self.length(MAX_KEY, "a key")).decode("ascii", errors="replace")
            if key in values:
                raise UnreadableError(f"the key {key!r} is there twice")
            self.entry(key, values)
        return values

    def entry(self, key: str, values: Values) -> None:
        """Read one value if its key is wanted, else step over it."""
        kind = self.number("<I")
        wanted = _WANTED.fullmatch(key) is not None
        if kind == _STRING:
            size = self.length(self.left, "a text")
            if wanted and size <= MAX_VALUE:
                values[key] = self.text(size)
            else:
                self.skip(size)
        elif kind == _ARRAY:
            self.array(key, values, wanted)
        elif kind not in _SIZES:
            raise UnreadableError(f"{key[:60]!r} has the unknown type {kind}")
        elif wanted and kind in _INTEGERS:
            values[key] = self.number(_INTEGERS[kind])
        else:
            self.skip(_SIZES[kind])

    def array(self, key: str, values: Values, wanted: bool) -> None:
        """Read an array of texts if its key is wanted, else step over any array of plain values."""
        kind, count = self.number("<I"), self.number("<Q")
        if kind in _SIZES:
            self.skip(self.checked(count * _SIZES[kind], "an array"))
        elif kind != _STRING:
            problem = (
                "is an array of arrays" if kind == _ARRAY else f"has elements of the unknown type {kind}"
            )
            raise UnreadableError(f"{key[:60]!r} {problem}")
        elif wanted and count <= MAX_PARENTS:
            values[key] = [self.text(self.length(MAX_VALUE, "a text")) for _ in range(count)]
        else:
            self.skip_strings(self.checked(count * 8, "an array") // 8)

    def skip_strings(self, count: int) -> None:
        """Step over strings, whose lengths stand before each: in large pieces, since vocabularies are long."""
        self.strings -= count
        if self.strings < 0:
            raise UnreadableError(f"its arrays hold more than {MAX_STRINGS:,} texts")
        length = struct.Struct("<Q").unpack_from
        while count:
            piece = self.file.read(min(_CHUNK, self.left))
            at, end = 0, len(piece)
            while count and at + 8 <= end:
                at += 8 + length(piece, at)[0]
                count -= 1
            self.left -= end
            if count and end < 8:
                raise UnreadableError("it ends in the middle of an array")
            self.move(at - end)

    def move(self, by: int) -> None:
        """Go on from another place, back or ahead."""
        self.left -= self.checked(by, "a text")
        self.file.seek(by, 1)

    def text(self, size: int) -> str:
        """Return a text; what is not UTF-8 in it is no reason to lose the rest of the file."""
        return self.take(size).decode("utf-8", errors="replace")

    def number(self, form: str) -> int:
        """Return one number."""
        size = struct.calcsize(form)
        value: int = struct.unpack(form, self.take(size))[0]
        return value

    def length(self, limit: int, what: str) -> int:
        """Return the length of what follows, if it can be."""
        size = self.checked(self.number("<Q"), what)
        if size > limit:
            raise UnreadableError(f"it claims {what} of {size:,} bytes")
        return size

    def checked(self, size: int, what: str) -> int:
        """Return ``size`` if as many bytes are left."""
        if size > self.left:
            raise UnreadableError(f"it claims {what} of {size:,} bytes, and has {self.left:,} left")
        return size

    def take(self, size: int) -> bytes:
        """Return the next bytes."""
        data = self.file.read(size) if size <= self.left else b""
        if len(data) != size:
            raise UnreadableError("it ends in the middle of its header")
        self.left -= size
        return data

    def skip(self, size: int) -> None:
        """Step over bytes that are known to be there."""
        self.move(size)
