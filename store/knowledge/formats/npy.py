"""NumPy's ``.npy``: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html, versions 1 to 3.

Magic, version, length of the header; the header, a Python literal of a dict: ``descr`` (the element type),
``fortran_order``, ``shape``; the array's bytes. An array of Python objects is a pickle instead, which ``pickled`` looks into.
"""

from __future__ import annotations

import re
import struct
from typing import Any, NamedTuple

from ...nouns.inspection import InspectedFile, Tensor
from . import dtypes, kept
from .limits import MAX_RANK, Cursor, Source, elements
from .literal import LiteralProblem, literal

NAME = "NumPy"
FILES = ("*.npy",)
MAGIC = b"\x93NUMPY"

MAX_HEADER = 256 << 10
"""Longest header that is read, in bytes. NumPy itself wants to be asked to read more than 10,000."""

_LENGTHS = {1: struct.Struct("<H"), 2: struct.Struct("<L"), 3: struct.Struct("<L")}
_PLAIN = re.compile(r"[<>=|]?([biufcmMOSUVa])(\d{0,9})(\[[\w/]{1,20}\])?", re.ASCII)
_DEEPEST = 8
_UNICODE_BYTES = 4


class Header(NamedTuple):
    """What a header says; ``nbytes`` is None for an array of objects, ``swapped`` says that numbers are big-endian."""

    dtype: str
    shape: tuple[int, ...]
    nbytes: int | None
    swapped: bool
    fortran: bool


def sniff(head: bytes, size: int) -> bool:  # noqa: ARG001 - as every reader
    """Whether a file begins with the magic of this format."""
    return head.startswith(MAGIC)


def read(source: Source) -> InspectedFile:
    """Return the one array of a file, called by the file's name.

    Raises:
        BadFileError: it is not a valid file of this format.
    """
    cursor = Cursor(source, NAME)
    header = read_header(cursor)
    notes = []
    nbytes = cursor.left if header.nbytes is None else cursor.checked(header.nbytes, "an array")
    if cursor.left > nbytes:
        notes.append(f"{cursor.left - nbytes:,} bytes follow the array")
    if header.swapped:
        notes.append("its numbers are big-endian")
    name = kept.printable(source.path.rpartition("/")[2].removesuffix(".npy"))
    tensor = Tensor(name, header.dtype, header.shape, nbytes, cursor.at, source.path, header.swapped)
    return InspectedFile(
        source.path,
        source.size,
        NAME,
        tensors=(tensor,),
        metadata={"fortran_order": header.fortran},
        notes=tuple(notes),
    )


def header_size(start: bytes) -> int:
    """Return how many bytes the header that begins so has, its magic included; less than ``MAX_HEADER`` and a few more."""
    form = _LENGTHS.get(start[len(MAGIC)] if len(start) > len(MAGIC) else 0, _LENGTHS[2])
    at = len(MAGIC) + 2
    length = form.unpack_from(start, at)[0] if len(start) >= at + form.size else 0
    return at + form.size + min(length, MAX_HEADER)


def read_header(cursor: Cursor) -> Header:
    """Read a header; the array's bytes begin where the cursor then stands.

    Raises:
        BadFileError: it is damaged.
    """
    if cursor.left < len(MAGIC) or cursor.take(len(MAGIC)) != MAGIC:
        raise cursor.bad("it does not begin like an array of NumPy")
    major, minor = cursor.take(2)
    if major not in _LENGTHS or minor:
        raise cursor.bad(f"version {major}.{minor} of its format is not known here")
    length = cursor.checked(cursor.number(_LENGTHS[major]), "a header")
    if length > MAX_HEADER:
        raise cursor.bad(f"its header has {length:,} bytes, and {MAX_HEADER:,} are the most that is read")
    try:
        text = cursor.take(length).decode("utf-8" if major == 3 else "latin-1")
        said = literal(text)
    except UnicodeDecodeError:
        raise cursor.bad("its header is not UTF-8") from None
    except LiteralProblem as error:
        raise cursor.bad(f"its header: {error}") from None
    if not isinstance(said, dict) or set(said) != {"descr", "fortran_order", "shape"}:
        raise cursor.bad("its header has not just descr, fortran_order and shape")
    shape, fortran = said["shape"], said["fortran_order"]
    if (
        not isinstance(shape, tuple)
        or len(shape) > MAX_RANK
        or any(type(size) is not int or size < 0 for size in shape)
        or not isinstance(fortran, bool)
    ):
        raise cursor.bad("its header has no shape, or no order")
    dtype, width, swapped = _described(said["descr"], cursor, 0)
    count = elements(shape, cursor, "the array")
    return Header(dtype, shape, None if width is None else count * width, swapped, fortran)


def _described(descr: Any, cursor: Cursor, depth: int) -> tuple[str, int | None, bool]:
    """Return type, bytes of an element (None if one is a Python object), and whether numbers are big-endian."""
    if isinstance(descr, str) and (plain := _PLAIN.fullmatch(descr)):
        kind, width = plain[1], int(plain[2] or 0)
        if kind == "O":
            return "OBJECT", None, False
        if not plain[2]:
            raise cursor.bad("its descr does not say how large an element is")
        swapped = descr[0] == ">" and width > 1 and kind not in "SVa"
        return (
            dtypes.NUMPY.get(kind + plain[2], descr.lstrip("<>=|")),
            width * (_UNICODE_BYTES if kind == "U" else 1),
            swapped,
        )
    if isinstance(descr, list) and depth < _DEEPEST:
        return _record(descr, cursor, depth)
    raise cursor.bad("its descr is not the type of an array")


def _record(fields: list[Any], cursor: Cursor, depth: int) -> tuple[str, int | None, bool]:
    """Return the same of a type made of named fields."""
    total: int | None = 0
    swapped = False
    for field in fields:
        if not isinstance(field, tuple) or not 2 <= len(field) <= 3:
            raise cursor.bad("a field of its descr is not a name and a type")
        _, width, big = _described(field[1], cursor, depth + 1)
        shape = field[2] if len(field) == 3 else ()
        if not isinstance(shape, tuple) or any(type(size) is not int or size < 0 for size in shape):
            raise cursor.bad("a field of its descr has no shape")
        swapped |= big
        many = elements(shape, cursor, "a field of its descr")
        total = None if total is None or width is None else total + many * width
    return f"RECORD of {len(fields)}", total, swapped
