"""One ``TensorProto`` of an ONNX model: what it is and where its data lie, in the file or in another one."""

from __future__ import annotations

import posixpath

import msgspec

from ...errors import UnsafePathError
from ...nouns.inspection import Tensor
from ...nouns.manifest import check_path
from . import dtypes
from .json_text import whole
from .limits import MAX_NAME, MAX_RANK, elements, shown, utf8
from .protobuf import BYTES, VARINT, Field, Messages

_DIMS, _DATA_TYPE, _NAME, _RAW, _STRINGS = 1, 2, 8, 9, 6
_EXTERNAL, _LOCATION = 13, 14
_WIDTHS = {4: 4, 10: 8}
"""Fields that hold packed numbers of a fixed width, in bytes: ``float_data`` and ``double_data``."""
_VARYING = frozenset({5, 7, 11})
"""``int32_data``, ``int64_data``, ``uint64_data``: numbers of varying length."""
_COMPLEX = frozenset({"C64", "C128"})
_MAX_TEXT = 4096


class _Fields(msgspec.Struct):
    """What a ``TensorProto`` says, before it is put together."""

    name: str = ""
    dims: list[int] = []
    data_type: int = 0
    raw: Field | None = None
    fixed: Field | None = None
    width: int = 0
    varying: bool = False
    strings: int = -1
    external: bool = False
    where: dict[str, str] = {}


def read(messages: Messages, field: Field, file: str) -> tuple[Tensor, bool]:
    """Return a tensor, and whether its data are anywhere.

    Raises:
        BadFileError: it is damaged, its data don't fit its shape, or would lie outside the model's directory.
    """
    said = _fields(messages, field)
    shown_name = shown(said.name)
    if len(said.dims) > MAX_RANK or any(size >= 2**63 for size in said.dims):
        raise messages.bad(f"the shape of {shown_name} is not a list of sizes")
    shape = tuple(said.dims)
    count = elements(shape, messages, said.name)
    dtype = dtypes.ONNX.get(said.data_type, f"ONNX_{said.data_type}")
    size = dtypes.nbytes(dtype, count)
    if said.external:
        offset, nbytes, path = _external(messages, said, file, size)
        return Tensor(said.name, dtype, shape, nbytes, offset, path), True
    held = _held(messages, said, dtype, count, size)
    if said.raw is not None:
        offset, nbytes = said.raw.start, said.raw.size
    elif said.fixed is not None:
        offset = said.fixed.start if said.fixed.size == size else None
        nbytes = size or 0
    else:
        offset, nbytes = None, said.strings if said.strings >= 0 else (size or 0)
    return Tensor(said.name, dtype, shape, nbytes if held else 0, offset if held else None, file), held


def _fields(messages: Messages, field: Field) -> _Fields:
    said = _Fields()
    what = "a tensor"
    for part in messages.fields(field.start, field.end, what):
        if part.number == _DIMS:
            said.dims += messages.packed(part, MAX_RANK, "the shape of a tensor")
        elif part.number == _DATA_TYPE and part.wire == VARINT:
            said.data_type = part.value
        elif part.number == _LOCATION and part.wire == VARINT:
            said.external = part.value == 1
        elif part.number == _NAME and part.wire == BYTES:
            said.name = utf8(messages.read(part, MAX_NAME, what), messages, "the name of a tensor")
        elif part.number == _RAW and part.wire == BYTES:
            said.raw = part
        elif part.number == _STRINGS and part.wire == BYTES:
            said.strings = max(said.strings, 0) + part.size
        elif part.number in _WIDTHS and part.wire == BYTES:
            said.fixed, said.width = part, _WIDTHS[part.number]
        elif part.number in _VARYING or part.number in _WIDTHS:
            said.varying = True
        elif part.number == _EXTERNAL and part.wire == BYTES:
            key, value = entry(messages, part)
            said.where[key[:_MAX_TEXT]] = value
    return said


def _held(messages: Messages, said: _Fields, dtype: str, count: int, size: int | None) -> bool:
    """Whether the data are in the file, of the length that the shape asks for where that can be told."""
    if said.raw is not None:
        if size is not None and said.raw.size != size:
            raise messages.bad(
                f"{shown(said.name)} has {said.raw.size:,} bytes, and {dtype} {said.dims} takes {size:,}"
            )
        return True
    if said.fixed is not None:
        numbers = count * (2 if dtype in _COMPLEX else 1)
        if said.fixed.size != numbers * said.width:
            raise messages.bad(
                f"{shown(said.name)} has {said.fixed.size:,} bytes, and {numbers:,} numbers take {numbers * said.width:,}"
            )
        return True
    return said.varying or said.strings >= 0 or not count


def _external(messages: Messages, said: _Fields, file: str, size: int | None) -> tuple[int | None, int, str]:
    """Return where external data begin, how many bytes they have, and the path of their file."""
    location = said.where.get("location", "")
    try:
        if "\\" in location:
            raise UnsafePathError(location)
        path = check_path(posixpath.join(posixpath.dirname(file), check_path(location)))
    except UnsafePathError:
        raise messages.bad(
            f"{shown(said.name)} is said to lie in {shown(location)}, outside the model's directory"
        ) from None
    offset, length = (_number(messages, said, key) for key in ("offset", "length"))
    if length is not None and size is not None and length != size:
        raise messages.bad(f"{shown(said.name)} is said to have {length:,} bytes, and takes {size:,}")
    return offset or 0, (size if size is not None else length) or 0, path


def _number(messages: Messages, said: _Fields, key: str) -> int | None:
    text = said.where.get(key)
    if text is None:
        return None
    found = whole(int(text)) if text.isascii() and text.isdigit() and len(text) < 20 else None
    if found is None:
        raise messages.bad(f"the {key} of {shown(said.name)} is not a number")
    return found


def entry(messages: Messages, field: Field) -> tuple[str, str]:
    """Return key and value of a ``StringStringEntryProto``."""
    found: dict[int, bytes] = {}
    for part in messages.fields(field.start, field.end, "an entry of its metadata"):
        if part.wire == BYTES:
            found[part.number] = messages.read(part, _MAX_TEXT, "an entry of its metadata")
    key, value = (found.get(number, b"").decode(errors="replace") for number in (1, 2))
    return key, value
