"""safetensors: https://github.com/huggingface/safetensors#format.

A file is the length of the header (u64, little endian), the header (a JSON object: tensor → ``dtype``, ``shape``,
``data_offsets`` from the end of the header; ``__metadata__`` → texts), and the tensors' bytes without gaps up to the end.
"""

from __future__ import annotations

import re
import struct
from typing import Any, NamedTuple

from ...nouns.inspection import Architecture, InspectedFile, Tensor
from . import dtypes, kept
from .json_text import Pairs, distinct, parse, whole
from .limits import MAX_HEADER, MAX_RANK, MAX_TENSORS, Cursor, Source, elements, shown

NAME = "safetensors"
FILES = ("*.safetensors",)

_LENGTH = struct.Struct("<Q")
_METADATA = "__metadata__"
_FIELDS = ["data_offsets", "dtype", "shape"]
_DTYPE = re.compile(r"[A-Z][A-Z0-9_]{0,15}", re.ASCII)


class _Entry(NamedTuple):
    dtype: Any
    shape: Any
    offsets: Any


def sniff(head: bytes, size: int) -> bool:
    """Whether a file begins as one of this format: a length that fits, and a JSON object."""
    return len(head) > 9 and head[8:9] == b"{" and _LENGTH.unpack_from(head)[0] + 8 <= size


def read(source: Source) -> InspectedFile:
    """Return the tensors of a file and its metadata.

    Raises:
        BadFileError: it is not a valid file of this format.
    """
    cursor = Cursor(source, NAME)
    length = cursor.checked(cursor.number(_LENGTH, "the length of its header"), "a header")
    if length > MAX_HEADER:
        raise cursor.bad(
            f"its header is said to have {length:,} bytes, and {MAX_HEADER:,} are the most that is read"
        )
    header = _header(cursor.take(length))
    metadata = _metadata(header.pop(_METADATA, {}), cursor)
    if len(header) > MAX_TENSORS:
        raise cursor.bad(f"it lists {len(header):,} tensors, and {MAX_TENSORS:,} are the most that is read")
    tensors = [_tensor(name, entry, cursor, source.path) for name, entry in header.items()]
    tensors.sort(key=lambda tensor: (tensor.offset or 0, tensor.nbytes, tensor.name))
    _check_layout(tensors, cursor)
    unknown = sorted({tensor.dtype for tensor in tensors} - dtypes.BITS.keys())
    return InspectedFile(
        source.path,
        source.size,
        NAME,
        tensors=tuple(tensors),
        metadata=metadata,
        architecture=_architecture(metadata, source.path),
        notes=(f"of types that are not known here, sizes are as stated: {', '.join(unknown)}",)
        if unknown
        else (),
    )


def _header(data: bytes) -> dict[str, Any]:
    def make(pairs: Pairs) -> Any:
        # Made small at once: as dicts, the largest header would take several times the memory.
        if len(pairs) == len(_FIELDS) and sorted(key for key, _ in pairs) == _FIELDS:
            fields = dict(pairs)
            return _Entry(fields["dtype"], fields["shape"], fields["data_offsets"])
        return distinct(pairs, NAME)

    found = parse(data, NAME, make=make)
    if not isinstance(found, dict):
        from ...errors import BadFileError

        raise BadFileError("its header is not a JSON object of tensors", format=NAME)
    return found


def _metadata(found: object, cursor: Cursor) -> dict[str, Any]:
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise cursor.bad(f"{_METADATA} is not an object of texts")
    return dict(kept.value(found))


def _tensor(name: str, entry: object, cursor: Cursor, file: str) -> Tensor:
    if not isinstance(entry, _Entry):
        raise cursor.bad(f"the entry of {shown(name)} has not just dtype, shape and data_offsets")
    if kept.printable(name) != name:
        raise cursor.bad(f"the name {shown(name)} is no text")
    dtype, shape, offsets = entry
    if not isinstance(dtype, str) or not _DTYPE.fullmatch(dtype):
        raise cursor.bad(f"the dtype of {shown(name)} is not the name of a type")
    if not isinstance(shape, list) or len(shape) > MAX_RANK or any(whole(size) is None for size in shape):
        raise cursor.bad(f"the shape of {shown(name)} is not a list of sizes")
    if not isinstance(offsets, list) or len(offsets) != 2 or any(whole(at) is None for at in offsets):
        raise cursor.bad(f"the data_offsets of {shown(name)} are not two numbers")
    begin, end = offsets
    if begin > end or end > cursor.left:
        raise cursor.bad(
            f"{shown(name)} lies at {begin:,} to {end:,}, and the data have {cursor.left:,} bytes"
        )
    count = elements(shape, cursor, name)
    bits = dtypes.BITS.get(dtype)
    if bits is not None and count * bits != (end - begin) * 8:
        raise cursor.bad(f"{shown(name)} has {end - begin:,} bytes, which is not what {dtype} {shape} takes")
    return Tensor(name, dtype, tuple(shape), end - begin, cursor.at + begin, file)


def _check_layout(tensors: list[Tensor], cursor: Cursor) -> None:
    """Make sure that tensors, in the order of their places, follow each other without gaps up to the file's end."""
    reached, last = cursor.at, ""
    for tensor in tensors:
        begin = tensor.offset or 0
        if begin < reached:
            raise cursor.bad(f"{shown(tensor.name)} and {shown(last)} overlap")
        if begin > reached:
            raise cursor.bad(f"{begin - reached:,} bytes before {shown(tensor.name)} belong to no tensor")
        reached, last = begin + tensor.nbytes, tensor.name
    if reached != cursor.end:
        raise cursor.bad(f"its last {cursor.end - reached:,} bytes belong to no tensor")


def _architecture(metadata: dict[str, Any], path: str) -> Architecture | None:
    """Return what https://github.com/Stability-AI/ModelSpec has a file say; other metadata are anybody's."""
    family = metadata.get("modelspec.architecture")
    return Architecture(family=family, said_by=path) if isinstance(family, str) and family else None
