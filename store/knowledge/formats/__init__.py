"""Readers of model files: what is inside, from headers alone.

A reader is one module here and its name in ``READERS``. It has

* ``NAME``, the format's name; ``FILES``, names of files that claim to be of the format (lower case, ``*`` stands for any text);
* ``sniff(head, size)``: whether the content, by its first ``HEAD`` bytes and its size, is of the format. False is no claim
  that it is not: what has no mark of its own is known by its name;
* ``read(source)``: an ``InspectedFile``, or a ``BadFileError``. It reads within ``limits``, opens nothing, runs nothing from the
  file, and needs no library of tensors.

What several files are together is said by ``together``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from importlib import import_module
from typing import Protocol, cast

import msgspec

from ...errors import BadFileError
from ...nouns.inspection import UNKNOWN_FORMAT, InspectedFile
from . import unknown
from .limits import Source as Source

READERS: tuple[str, ...] = (
    "safetensors",
    "gguf",
    "npy",
    "npz",
    "pytorch",
    "pickle_file",
    "onnx",
    "weights_index",
    "adapter_config",
    "tokenizer",
    "config",
    "card",
)
"""Modules, in the order they are asked: the surest marks first."""

WEIGHTS: tuple[str, ...] = tuple(
    name for name in READERS if name not in ("adapter_config", "tokenizer", "config", "card")
)
"""Those that tell of tensors."""

HEAD = 4096
"""How many bytes at the beginning of a file readers are shown to know it by."""


class Reader(Protocol):
    """What the module of a reader has."""

    NAME: str
    FILES: tuple[str, ...]

    def sniff(self, head: bytes, size: int) -> bool:
        """Whether the content is of this format."""

    def read(self, source: Source) -> InspectedFile:
        """Return what is inside."""


def readers(names: Sequence[str] = READERS) -> Iterator[Reader]:
    """Yield the readers, loaded as they are needed."""
    for name in names:
        yield cast("Reader", import_module(f".{name}", __name__))


def claims(name: str) -> bool:
    """Whether a file's name is that of a format known here."""
    return any(_named(reader, name) for reader in readers())


def read(source: Source) -> InspectedFile:
    """Return what is inside a file, by the reader that knows its content, else by the one that knows its name.

    A file that none knows is of the format ``unknown``, with what its first bytes suggest. Whatever the format, it is told what
    pickled data in it would run. If that is not safe, and the file is not valid besides, then ``problem`` says the latter.

    Raises:
        BadFileError: it is not a valid file of the format that its content or name claims. ``file`` is its path.
        OSError: the disk refused.
    """
    from .pickled.search import search

    pickles = search(source)
    try:
        return msgspec.structs.replace(_read(source), pickles=pickles)
    except BadFileError as error:
        if pickles is not None and (pickles.unsafe or pickles.unknown):
            return InspectedFile(
                source.path, source.size, error.format, problem=invalid(error), pickles=pickles
            )
        raise BadFileError(
            error.problem, format=error.format, file=source.path, hint=error.hint, pickles=pickles
        ) from None


def read_unjudged(source: Source, names: Sequence[str] = READERS) -> InspectedFile:
    """Return what is inside a file by one of some readers; what pickled data in it would run is not looked for.

    Raises:
        BadFileError, OSError: as ``read``.
    """
    return _read(source, names)


def invalid(error: BadFileError) -> str:
    """Return what is wrong with a file that is one of several: its path stands elsewhere."""
    return f"not a valid {error.format} file: {error.problem}"


def _read(source: Source, names: Sequence[str] = READERS) -> InspectedFile:
    source.file.seek(0)
    head = source.file.read(HEAD)
    for reader in readers(names):
        if reader.sniff(head, source.size):
            return _noted(reader.read(source), reader, source.path)
    for reader in readers(names):
        if _named(reader, source.path):
            if head.startswith(unknown.LFS_POINTER):
                raise BadFileError(
                    "it is a Git LFS pointer, not the file itself", format=reader.NAME, hint="git lfs pull"
                )
            return reader.read(source)
    return InspectedFile(source.path, source.size, UNKNOWN_FORMAT, suggests=unknown.suggests(head))


def _named(reader: Reader, path: str) -> bool:
    name = path.rpartition("/")[2].lower()
    return any(fnmatchcase(name, pattern) for pattern in reader.FILES)


def _noted(found: InspectedFile, reader: Reader, path: str) -> InspectedFile:
    """Add a note when the name claims another format than the content is of."""
    other = next((each for each in readers() if _named(each, path)), None)
    if other is None or other is reader or _named(reader, path):
        return found
    note = f"by its name it is a {other.NAME} file, by its content {reader.NAME}"
    return msgspec.structs.replace(found, notes=(*found.notes, note))
