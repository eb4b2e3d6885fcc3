"""Model files built by their specifications, byte by byte, and ways to read them that count what is read."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mvtui.store.knowledge import formats
from mvtui.store.nouns.inspection import InspectedFile


class Counted(io.BytesIO):
    """A file that counts the bytes read from it."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.taken = 0

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        self.taken += len(data)
        return data


class Vast:
    """A file of any size that begins, and perhaps ends, as told; between are zeros, or ``pattern`` again and again."""

    def __init__(self, size: int, *, head: bytes = b"", tail: bytes = b"", pattern: bytes = b"\0") -> None:
        self.size, self.head, self.tail, self.pattern = size, head, tail, pattern
        self.at = self.taken = 0

    def seek(self, offset: int, whence: int = 0, /) -> int:
        self.at = offset + (0, self.at, self.size)[whence]
        return self.at

    def read(self, size: int = -1, /) -> bytes:
        left = max(self.size - self.at, 0)
        size = left if size < 0 else min(size, left)
        self.taken += size
        start, self.at = self.at, self.at + size
        data = self.head[start : start + size]
        middle = min(self.at, self.size - len(self.tail)) - start - len(data)
        if middle > 0:
            first = (start + len(data) - len(self.head)) % len(self.pattern)
            times = (first + middle) // len(self.pattern) + 1
            data += (self.pattern * times)[first : first + middle]
        return data + self.tail[max(start - (self.size - len(self.tail)), 0) :][: size - len(data)]


def read(data: bytes, name: str) -> InspectedFile:
    """Return what the readers say of a file of this content and name."""
    return formats.read(formats.Source(io.BytesIO(data), len(data), name))


def safetensors(
    tensors: Mapping[str, tuple[str, Sequence[int], int]], metadata: Mapping[str, str] | None = None
) -> bytes:
    """Return a file of tensors: name → dtype, shape, number of bytes. Their bytes are zeros."""
    header: dict[str, Any] = {} if metadata is None else {"__metadata__": dict(metadata)}
    at = 0
    for name, (dtype, shape, size) in tensors.items():
        header[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [at, at + size]}
        at += size
    return safetensors_of(json.dumps(header).encode(), bytes(at))


def safetensors_of(header: bytes, data: bytes = b"") -> bytes:
    """Return a file with this header."""
    return struct.pack("<Q", len(header)) + header + data


def entry(name: str, dtype: str = "F32", shape: object = (2,), offsets: object = (0, 8)) -> str:
    """Return an entry of a header of safetensors."""
    shape = list(shape) if isinstance(shape, tuple) else shape
    offsets = list(offsets) if isinstance(offsets, tuple) else offsets
    return f"{json.dumps(name)}:" + json.dumps({"dtype": dtype, "shape": shape, "data_offsets": offsets})


# GGUF

U8, I8, U16, I16, U32, I32, F32, BOOL, STRING, ARRAY, U64, I64, F64 = range(13)
_FORMS = {
    U8: "<B",
    I8: "<b",
    U16: "<H",
    I16: "<h",
    U32: "<I",
    I32: "<i",
    F32: "<f",
    BOOL: "<?",
    U64: "<Q",
    I64: "<q",
    F64: "<d",
}


def text(value: str | bytes) -> bytes:
    """Return a string of GGUF."""
    data = value.encode() if isinstance(value, str) else value
    return struct.pack("<Q", len(data)) + data


def pair(key: str, kind: int, value: Any) -> bytes:
    """Return an entry of GGUF's metadata; the value of an array is (element type, values), bytes are taken as they are."""
    return text(key) + struct.pack("<I", kind) + _value(kind, value)


def _value(kind: int, value: Any) -> bytes:
    if isinstance(value, bytes) and kind != STRING:
        return value
    if kind == STRING:
        return text(value)
    if kind == ARRAY:
        element, values = value
        return struct.pack("<IQ", element, len(values)) + b"".join(_value(element, each) for each in values)
    return struct.pack(_FORMS[kind], value)


def described(name: str | bytes, dimensions: Sequence[int], kind: int, offset: int) -> bytes:
    """Return the description of a tensor in GGUF: dimensions with the fastest first."""
    rank = len(dimensions)
    return text(name) + struct.pack(f"<I{rank}QIQ", rank, *dimensions, kind, offset)


def gguf(
    pairs: Iterable[bytes] = (),
    tensors: Iterable[bytes] = (),
    data: int = 0,
    *,
    version: int = 3,
    counts: tuple[int | None, int | None] = (None, None),
    alignment: int = 32,
) -> bytes:
    """Return a file of GGUF with ``data`` bytes behind its header; ``counts`` are lies about tensors and entries."""
    pairs, tensors = list(pairs), list(tensors)
    many = len(tensors) if counts[0] is None else counts[0]
    entries = len(pairs) if counts[1] is None else counts[1]
    head = b"GGUF" + struct.pack("<IQQ", version, many, entries) + b"".join(pairs) + b"".join(tensors)
    return head + bytes(-len(head) % alignment + data)


# ONNX


def varint(value: int) -> bytes:
    """Return a number of protocol buffers."""
    value &= 2**64 - 1
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def field(number: int, value: int | str | bytes) -> bytes:
    """Return a field of protocol buffers: a number, a text, or a message."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def tensor_proto(
    name: str,
    shape: Sequence[int],
    kind: int = 1,
    *,
    raw: bytes | None = None,
    more: bytes = b"",
) -> bytes:
    """Return a ``TensorProto``."""
    dims = b"".join(field(1, size) for size in shape)
    data = b"" if raw is None else field(9, raw)
    return dims + field(2, kind) + field(8, name) + data + more


def external(location: str, **more: object) -> bytes:
    """Return what makes a tensor's data external."""
    said = {"location": location, **{key: str(value) for key, value in more.items()}}
    return b"".join(field(13, field(1, key) + field(2, value)) for key, value in said.items()) + field(14, 1)


def port(name: str, kind: int, shape: Sequence[int | str | None] | None) -> bytes:
    """Return a ``ValueInfoProto`` of a tensor."""
    dims = b""
    for size in shape or ():
        dims += field(1, b"" if size is None else field(1, size) if isinstance(size, int) else field(2, size))
    inside = field(1, kind) + (b"" if shape is None else field(2, dims))
    return field(1, name) + field(2, field(1, inside))


def node(operator: str, output: str = "", name: str = "", attributes: Iterable[bytes] = ()) -> bytes:
    """Return a ``NodeProto``."""
    head = (field(2, output) if output else b"") + (field(3, name) if name else b"") + field(4, operator)
    return head + b"".join(field(5, attribute) for attribute in attributes)


def graph(
    nodes: Iterable[bytes] = (),
    weights: Iterable[bytes] = (),
    inputs: Iterable[bytes] = (),
    outputs: Iterable[bytes] = (),
    name: str = "main",
) -> bytes:
    """Return a ``GraphProto``."""
    parts = [
        (1, list(nodes)),
        (2, [name.encode()]),
        (5, list(weights)),
        (11, list(inputs)),
        (12, list(outputs)),
    ]
    return b"".join(field(number, each) for number, several in parts for each in several)


def onnx(inside: bytes, *, version: int = 8, opset: int = 17, more: bytes = b"") -> bytes:
    """Return a ``ModelProto`` around a graph."""
    opsets = field(8, field(2, opset)) if opset else b""
    return field(1, version) + field(2, "made") + field(7, inside) + opsets + more


# NumPy


def npy(
    descr: str = "'<f4'", shape: str = "(2, 3)", data: int = 24, *, fortran: str = "False", version: int = 1
) -> bytes:
    """Return an array file; ``descr``, ``shape`` and ``fortran`` are Python literals."""
    header = f"{{'descr': {descr}, 'fortran_order': {fortran}, 'shape': {shape}, }}"
    return npy_of(header.encode(), data, version=version)


def npy_of(header: bytes, data: int = 0, *, version: int = 1, minor: int = 0) -> bytes:
    """Return an array file with this header."""
    length = struct.pack("<H" if version == 1 else "<I", len(header) + 1)
    return b"\x93NUMPY" + bytes([version, minor]) + length + header + b"\n" + bytes(data)


def npz(members: Mapping[str, bytes], *, packed: bool = False) -> bytes:
    """Return an archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, archive.compression)
    return out.getvalue()
