"""PyTorch's tensors among a machine's values: what element type, shape and place each has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

from .. import dtypes
from ..limits import MAX_RANK, Cursor, elements, shown
from .values import Global, Made, Stored, is_made_by

_STORAGES = {
    "Double": "F64",
    "Float": "F32",
    "Half": "F16",
    "BFloat16": "BF16",
    "Long": "I64",
    "Int": "I32",
    "Short": "I16",
    "Char": "I8",
    "Byte": "U8",
    "Bool": "BOOL",
    "ComplexDouble": "C128",
    "ComplexFloat": "C64",
    "QInt8": "I8",
    "QUInt8": "U8",
    "QInt32": "I32",
    "QUInt4x2": "U4",
    "QUInt2x4": "U2",
    "Untyped": "U8",
}
"""Name of a class of storages, without its end, → type; quantised ones by the whole numbers that they hold."""

DTYPES = {
    "float64": "F64",
    "float32": "F32",
    "float16": "F16",
    "bfloat16": "BF16",
    "float8_e4m3fn": "F8_E4M3",
    "float8_e4m3fnuz": "F8_E4M3FNUZ",
    "float8_e5m2": "F8_E5M2",
    "float8_e5m2fnuz": "F8_E5M2FNUZ",
    "float8_e8m0fnu": "F8_E8M0",
    "float4_e2m1fn_x2": "F4",
    "complex128": "C128",
    "complex64": "C64",
    "complex32": "C32",
    "int64": "I64",
    "int32": "I32",
    "int16": "I16",
    "int8": "I8",
    "uint64": "U64",
    "uint32": "U32",
    "uint16": "U16",
    "uint8": "U8",
    "bool": "BOOL",
}
"""PyTorch's name of an element type → type."""

_TWO_IN_A_BYTE = "F4"
"""``float4_e2m1fn_x2``: an element of PyTorch's is a byte, and holds two of these."""


class Place(NamedTuple):
    """A storage: its type, where its first byte lies (None if it lies nowhere as it is), and how many it has."""

    dtype: str | None
    begin: int | None
    size: int


UNREADABLE = Place(None, None, 0)
"""A storage that is there, but not in a form that can be read."""

Places: TypeAlias = Callable[[Any], Place | None]
"""Finds a storage by what the pickle calls it; None when it is not there."""


class View(NamedTuple):
    """A tensor: ``offset`` is where its elements begin, None where they don't lie there as they are, or not in a row."""

    dtype: str
    shape: tuple[int, ...]
    nbytes: int
    offset: int | None
    in_a_row: bool


_PLAIN = ("torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_qtensor")
_TYPED = "torch._utils._rebuild_tensor_v3"
_PARAMETERS = ("torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state")
_OF_SUBCLASS = "torch._tensor._rebuild_from_type_v2"


def unwrapped(value: Any) -> Any:
    """Return the tensor inside a parameter, or inside what is of a class derived from Tensor; else the value itself."""
    for _ in range(4):
        if is_made_by(value, *_PARAMETERS) and isinstance(value.args, tuple) and value.args:
            value = value.args[0]
        elif is_made_by(value, _OF_SUBCLASS) and isinstance(value.args, tuple) and len(value.args) > 2:
            value = Made(value.args[0], value.args[2])
        else:
            break
    return value


def is_tensor(value: Any) -> bool:
    """Whether a value is a tensor with a storage."""
    return is_made_by(value, *_PLAIN, _TYPED)


def view_of(value: Made, name: str, places: Places, cursor: Cursor) -> View | None:
    """Return type, shape and place of a tensor; None when its storage is not in a form that can be read.

    Raises:
        BadFileError: it is not described as one, or does not lie within its storage.
    """
    args = value.args if isinstance(value.args, tuple) else ()
    if len(args) < 4:
        raise cursor.bad(f"the tensor {shown(name)} has no description")
    storage, begin, shape, stride = args[:4]
    sizes, steps = _sizes(shape, name, cursor), _sizes(stride, name, cursor)
    if len(sizes) != len(steps) or type(begin) is not int or begin < 0:
        raise cursor.bad(f"the shape of the tensor {shown(name)} is none")
    place = places(storage)
    if place is None:
        raise cursor.bad(f"the storage of the tensor {shown(name)} is not there")
    if place is UNREADABLE:
        return None
    dtype = _typed(args[6] if len(args) > 6 else None) if is_made_by(value, _TYPED) else place.dtype
    if dtype is None:
        raise cursor.bad(f"the tensor {shown(name)} has no type that is known here")
    bits = 8 if dtype == _TWO_IN_A_BYTE else dtypes.BITS[dtype]
    count = elements(sizes, cursor, name)
    nbytes = (count * bits + 7) // 8
    last = 0 if not count else 1 + sum((size - 1) * step for size, step in zip(sizes, steps, strict=True))
    if (begin + last) * bits > place.size * 8:
        raise cursor.bad(f"the tensor {shown(name)} reaches over the end of its storage")
    in_a_row = _in_a_row(sizes, steps)
    offset = None
    if place.begin is not None and in_a_row and begin * bits % 8 == 0:
        offset = place.begin + begin * bits // 8
    if dtype == _TWO_IN_A_BYTE and sizes:
        sizes = (*sizes[:-1], sizes[-1] * 2)
    return View(dtype, sizes, nbytes, offset, in_a_row)


def _sizes(value: Any, name: str, cursor: Cursor) -> tuple[int, ...]:
    if is_made_by(value, "torch.Size") and isinstance(value.args, tuple) and len(value.args) == 1:
        value = value.args[0]
    if (
        not isinstance(value, (tuple, list))
        or len(value) > MAX_RANK
        or any(type(each) is not int or each < 0 for each in value)
    ):
        raise cursor.bad(f"the shape of the tensor {shown(name)} is none")
    return tuple(value)


def _in_a_row(sizes: tuple[int, ...], steps: tuple[int, ...]) -> bool:
    """Whether elements lie one after the other, those of the last dimension side by side."""
    wanted = 1
    for size, step in zip(reversed(sizes), reversed(steps), strict=True):
        if size > 1 and step != wanted:
            return 0 in sizes
        wanted *= size
    return True


def storage_type(storage: Any) -> str | None:
    """Return the type of a storage's elements; None when it can't be told."""
    if isinstance(storage, Stored) and isinstance(storage.key, tuple) and len(storage.key) >= 2:
        kind = storage.key[1]
        if (
            isinstance(kind, Global)
            and kind.module.partition(".")[0] == "torch"
            and kind.name.endswith("Storage")
        ):
            return _STORAGES.get(kind.name.removesuffix("Storage"))
    return None


def _typed(value: Any) -> str | None:
    return DTYPES.get(value.name) if isinstance(value, Global) and value.module == "torch" else None
