"""Pickles written opcode by opcode, and files of PyTorch around them, as the formats describe them."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

ALIGNMENT = 64
PROTO = b"\x80\x02"
STOP = b"."
MAGIC = b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19."
VERSION = b"\x80\x02M\xe9\x03."
SYSTEM = (
    b"\x80\x02}q\x00(X\x10\x00\x00\x00protocol_versionq\x01M\xe9\x03X\x0d\x00\x00\x00little_endianq\x02\x88u."
)


def put(value: Any) -> bytes:
    """Return the opcodes that put a plain value on the stack."""
    match value:
        case None:
            return b"N"
        case bool():
            return b"\x88" if value else b"\x89"
        case int():
            return b"J" + struct.pack("<i", value) if -(2**31) <= value < 2**31 else f"I{value}\n".encode()
        case float():
            return b"G" + struct.pack(">d", value)
        case str():
            data = value.encode()
            return b"X" + struct.pack("<I", len(data)) + data
        case bytes():
            return b"B" + struct.pack("<I", len(value)) + value
        case Code():
            return value.code
        case tuple():
            return b"(" + b"".join(map(put, value)) + b"t"
        case list():
            return b"](" + b"".join(map(put, value)) + b"e"
        case dict():
            return b"}(" + b"".join(put(key) + put(each) for key, each in value.items()) + b"u"
    raise TypeError(value)


class Code:
    """Opcodes that put something on the stack."""

    def __init__(self, code: bytes) -> None:
        self.code = code


def name(module: str, inside: str) -> Code:
    """A global."""
    return Code(f"c{module}\n{inside}\n".encode())


def call(module: str, inside: str, *args: Any) -> Code:
    """What a call returns."""
    return Code(name(module, inside).code + put(args) + b"R")


def new(module: str, inside: str, state: Any = None) -> Code:
    """An object that was not initialised, with a state."""
    made = name(module, inside).code + b")\x81"
    return Code(made if state is None else made + put(state) + b"b")


def ordered(items: Mapping[str, Any]) -> Code:
    """An OrderedDict, as PyTorch writes its states."""
    filled = b"(" + b"".join(put(key) + put(each) for key, each in items.items()) + b"u"
    return Code(call("collections", "OrderedDict").code + filled)


def pickled(value: Any) -> bytes:
    """Return a pickle of protocol 2."""
    return PROTO + put(value) + STOP


def storage(
    kind: str, key: str, count: int, *, old: bool = False, location: str = "cpu", view: Any = None
) -> Code:
    """A storage of PyTorch, by its persistent ID."""
    module, _, inside = kind.rpartition(".")
    parts = ("storage", name(module or "torch", inside), key, location, count)
    return Code(put((*parts, view) if old else parts) + b"Q")


def tensor(
    stored: Code, shape: Sequence[int], *, offset: int = 0, stride: Sequence[int] | None = None
) -> Code:
    """A tensor of PyTorch."""
    steps = contiguous(shape) if stride is None else stride
    return call(
        "torch._utils",
        "_rebuild_tensor_v2",
        stored,
        offset,
        tuple(shape),
        tuple(steps),
        False,
        call("collections", "OrderedDict"),
    )


def contiguous(shape: Sequence[int]) -> list[int]:
    """Return the strides of a tensor whose elements lie in a row."""
    steps, step = [], 1
    for size in reversed(shape):
        steps.append(step)
        step *= size
    return steps[::-1]


def archive(members: Mapping[str, bytes], *, root: str = "model", packed: Sequence[str] = ()) -> bytes:
    """Return a zip as PyTorch writes it: members aligned, with data descriptors, a 64-bit directory."""
    out, directory = bytearray(), bytearray()
    for inside, data in members.items():
        path = f"{root}/{inside}".encode() if root else inside.encode()
        method = 8 if inside in packed else 0
        kept = _deflated(data) if method else data
        begin = len(out)
        pad = -(begin + 30 + len(path) + 4) % ALIGNMENT
        extra = struct.pack("<2sH", b"FB", pad) + b"Z" * pad
        out += struct.pack(
            "<4s5H3L2H", b"PK\x03\x04", 0, 0x0808, method, 0, 0, 0, 0, 0, len(path), len(extra)
        )
        out += path + extra + kept
        sums = (zlib.crc32(data), len(kept), len(data))
        out += struct.pack("<4s3L", b"PK\x07\x08", *sums)
        directory += struct.pack(
            "<4s6H3L5H2L", b"PK\x01\x02", 0, 0, 0x0808, method, 0, 0, *sums, len(path), 0, 0, 0, 0, 0, begin
        )
        directory += path
    begin, count = len(out), len(members)
    out += directory
    end = len(out)
    out += struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 30, 45, 0, 0, count, count, len(directory), begin)
    out += struct.pack("<4sLQL", b"PK\x06\x07", 0, end, 1)
    out += struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, len(directory), begin, 0)
    return bytes(out)


def _deflated(data: bytes) -> bytes:
    pack = zlib.compressobj(9, zlib.DEFLATED, -15)
    return pack.compress(data) + pack.flush()


def torch_zip(
    value: Any,
    storages: Mapping[str, bytes] | None = None,
    more: Mapping[str, bytes] | None = None,
    **how: Any,
) -> bytes:
    """Return what ``torch.save`` writes of a value."""
    members = {"data.pkl": pickled(value), "byteorder": b"little"}
    members |= {f"data/{key}": data for key, data in (storages or {}).items()}
    return archive(members | {"version": b"3\n"} | dict(more or {}), **how)


def torch_old(value: Any, storages: Mapping[str, tuple[int, bytes]] | None = None) -> bytes:
    """Return the same in the older form; each storage is its number of elements and its bytes."""
    stored = storages or {}
    data = b"".join(struct.pack("<q", count) + each for count, each in stored.values())
    return MAGIC + VERSION + SYSTEM + pickled(value) + pickled(list(stored)) + data


def script_zip(value: Any, storages: Mapping[str, bytes] | None = None, constants: Any = ()) -> bytes:
    """Return what ``torch.jit.save`` writes."""
    code = b"class Net(Module):\n  pass\n"
    more = {"code/__torch__.py": code, "constants.pkl": pickled(constants)}
    return torch_zip(value, storages, more, packed=["code/__torch__.py"])


LINEAR = {
    "weight": tensor(storage("FloatStorage", "0", 6), [2, 3]),
    "bias": tensor(storage("HalfStorage", "1", 4), [2], offset=1),
}
LINEAR_DATA = {"0": bytes(24), "1": bytes(8)}
