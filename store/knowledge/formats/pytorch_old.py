"""PyTorch's form before 1.6, as ``torch.save`` still writes it where it is asked to.

Five pickles follow each other: a magic number, a version, what is known of the system, the object, the keys of its
storages. Then come the storages in that order, each as the number of its elements (i64) and these.
"""

from __future__ import annotations

import struct
from typing import Any

from ...nouns.inspection import Architecture, InspectedFile
from . import dtypes
from .limits import MAX_TENSORS, Cursor, Source, shown
from .pickled.contents import Contents, class_name, said
from .pickled.machine import Machine
from .pickled.reading import follow
from .pickled.torch_tensors import Place, storage_type
from .pickled.values import Pairs, Stored

MARK_WITHIN = 40
_MARK = b"l\xfc\x9cF\xf9 j\xa8P\x19"
"""The magic number, as every protocol since 2 writes it."""
_MAGIC = 0x1950A86A20F9469CFC6C
_VERSION = 1001
_PICKLES = 5
_COUNT = struct.Struct("<q")


def sniff(head: bytes, size: int) -> bool:  # noqa: ARG001 - as every reader
    """Whether a file begins with the pickled magic number."""
    return _MARK in head[:MARK_WITHIN]


def read(source: Source, format: str) -> InspectedFile:  # noqa: A002
    """Return the tensors of a file, and what it says of itself.

    Raises:
        BadFileError: it is not a valid file of this format.
    """
    cursor = Cursor(source, format)
    old = OldFile(source, cursor)
    contents = Contents(cursor, source.path, big_endian=old.big_endian)
    contents.add(old.value, old.place)
    name = class_name(old.value)
    return InspectedFile(
        source.path,
        source.size,
        format,
        tensors=tuple(contents.tensors),
        metadata=said(old.value),
        architecture=Architecture(classes=(name,), said_by=source.path) if name else None,
        notes=(*old.notes, *contents.notes),
    )


class OldFile:
    """A file of this form: ``value`` is what it would load, ``place`` finds its storages.

    Raises:
        BadFileError: it is none, or its storages are not there.
    """

    def __init__(self, source: Source, cursor: Cursor) -> None:
        self._cursor = cursor
        self.notes: list[str] = []
        machines: list[Machine] = []
        at = 0
        for _ in range(_PICKLES):
            machines.append(follow(source, cursor, at))
            if machines[-1].cut:
                raise cursor.bad(machines[-1].cut)
            at = machines[-1].stream.at
        magic, version, system, found, keys = machines
        if magic.value != _MAGIC or version.value != _VERSION:
            raise cursor.bad("it does not begin with the version of this format")
        self.big_endian = isinstance(system.value, Pairs) and system.value.get("little_endian") is False
        if self.big_endian:
            self.notes.append("its numbers are big-endian")
        self.value = found.value
        self._places = self._storages(at, keys.value, found.stored)

    def _storages(self, at: int, keys: Any, stored: list[Stored]) -> dict[str, Place]:
        types = {}
        for each in stored:
            if isinstance(each.key, tuple) and len(each.key) > 2 and isinstance(each.key[2], str):
                types[each.key[2]] = storage_type(each)
        if not isinstance(keys, list) or len(keys) > MAX_TENSORS:
            raise self._cursor.bad("it has no list of its storages")
        found: dict[str, Place] = {}
        self._cursor.at = at
        for key in keys:
            dtype = types.get(key) if isinstance(key, str) else None
            if dtype is None:
                raise self._cursor.bad("it has a storage of a type that is not said")
            name = f"the storage {shown(key)}"
            count = self._cursor.number(_COUNT, name)
            if count < 0:
                raise self._cursor.bad(f"{name} has less than nothing")
            size = (count * dtypes.BITS[dtype] + 7) // 8
            begin = self._cursor.at
            self._cursor.skip(size, name)
            found[key] = Place(dtype, begin, size)
        if self._cursor.left:
            self.notes.append(f"{self._cursor.left:,} bytes follow its storages")
        return found

    def place(self, storage: Any) -> Place | None:
        """Return where a storage is; a part of another one where it is said to be that."""
        key = storage.key if isinstance(storage, Stored) and isinstance(storage.key, tuple) else ()
        root = self._places.get(key[2]) if len(key) > 2 and isinstance(key[2], str) else None
        if root is None or len(key) < 6 or key[5] is None:
            return root
        match key[5]:
            case (_, int() as begin, int() as count) if begin >= 0 and count >= 0:
                bits = dtypes.BITS[root.dtype or "U8"]
                if (begin + count) * bits <= root.size * 8 and root.begin is not None:
                    return Place(root.dtype, root.begin + begin * bits // 8, count * bits // 8)
        return None
