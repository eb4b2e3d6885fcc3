"""Plain pickles and joblib's, which have the bytes of arrays between the opcodes; compressed ones too.

What they hold is told as far as following the first pickle goes: arrays of NumPy, tensors of PyTorch, plain values.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

from ...errors import BadFileError
from ...nouns.inspection import Architecture, InspectedFile
from .limits import Cursor, Source
from .part import part
from .pickled.contents import Contents, class_name, data_of, said
from .pickled.harmless import WRAPPER
from .pickled.judge import Judge
from .pickled.machine import Machine
from .pickled.reading import follow
from .pickled.search import begins_as_pickle
from .pickled.stream import Budget, Stream
from .pickled.torch_tensors import UNREADABLE, Place
from .pickled.unpacked import packing_of, unpack
from .pytorch_old import OldFile

NAME = "pickle"
JOBLIB = "joblib"
FILES = ("*.pkl", "*.pickle", "*.joblib", "*.pkl.gz", "*.pkl.bz2", "*.pkl.xz")

_START = 4096


def sniff(head: bytes, size: int) -> bool:
    """Whether a file begins as pickles of protocol 2 and later do, or is one from its first byte to its last."""
    if begins_as_pickle(head):
        return True
    if size > len(head):
        return False
    machine = Machine(Stream(Source(BytesIO(head), size, ""), Budget()), Judge(wary=True)).run()
    return machine.ended and not machine.problem and machine.stream.at == size and size > 2


def read(source: Source) -> InspectedFile:
    """Return what the first pickle of a file holds.

    Raises:
        BadFileError: it is not a valid file of this format.
    """
    cursor = Cursor(source, NAME)
    if not source.size:
        raise cursor.bad("it is empty")
    notes: list[str] = []
    inside, whole = _unpacked(source, cursor, notes)
    try:
        machine = follow(inside, cursor, joblib=True)
    except BadFileError:
        if whole:
            raise
        raise cursor.bad(f"its first {inside.size:,} bytes, unpacked, are no pickle") from None
    if machine.cut:
        notes.append(f"{machine.cut}: what it holds is not listed")
    elif machine.stream.left:
        notes.append(f"{machine.stream.left:,} bytes follow its first pickle, and are not listed")
    base = 0 if inside is source else None
    contents = Contents(cursor, source.path)
    contents.add(machine.value, _Storages(inside, base).place, base=base)
    name = class_name(machine.value)
    is_joblib = WRAPPER in machine.judge.imports or source.path.lower().endswith(".joblib")
    return InspectedFile(
        source.path,
        source.size,
        JOBLIB if is_joblib else NAME,
        tensors=tuple(contents.tensors),
        metadata=said(machine.value),
        architecture=Architecture(classes=(name,), said_by=source.path) if name else None,
        notes=(*notes, *contents.notes),
    )


def _unpacked(source: Source, cursor: Cursor, notes: list[str]) -> tuple[Source, bool]:
    """Return what the pickle is to be read from, and whether it is all there."""
    source.file.seek(0)
    packing = packing_of(source.file.read(_START))
    if packing is None:
        return source, True
    budget = Budget()
    found = unpack(source, packing, budget.unpacked, budget)
    if found is None:
        raise cursor.bad(f"it is compressed ({packing.name}), and can't be unpacked here")
    notes.append(f"it is compressed ({packing.name})")
    return Source(BytesIO(found.data), len(found.data), source.path), found.whole


class _Storages:
    """Finds the storages of tensors that were pickled as any other object: each is a file of PyTorch's older form in itself."""

    def __init__(self, source: Source, base: int | None) -> None:
        self._source, self._base = source, base
        self._found: dict[int, Place | None] = {}

    def place(self, storage: Any) -> Place | None:
        """Return where a storage is."""
        data = data_of(storage)
        if data is None:
            return None
        if data.at is None:  # written as text, for Python 2
            return self._read(Source(BytesIO(data.start), data.size, ""), None) if data.size else UNREADABLE
        if data.at not in self._found:
            inside = part(self._source, data.at, data.size, self._source.path)
            self._found[data.at] = self._read(inside, None if self._base is None else self._base + data.at)
        return self._found[data.at]

    def _read(self, source: Source, base: int | None) -> Place | None:
        file = OldFile(source, Cursor(source, NAME))
        found = file.place(file.value)
        if found is None or found.begin is None:
            return found
        return found._replace(begin=None if base is None else base + found.begin)
