"""NumPy's types and arrays among a machine's values."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from .. import dtypes
from ..limits import MAX_ELEMENTS, MAX_RANK
from .stream import Stream
from .values import Array, Data, Made, Pairs, is_made_by

DTYPE = "numpy.dtype"
_UNICODE_BYTES = 4
_DEEPEST = 8
_FLAGS, _HAS_OBJECTS = 7, 1
"""Where a type's state has its flags, and the bit among them that says that Python objects are in it: NumPy believes it."""
_OF_A_WRAPPER = frozenset(
    {"subclass", "shape", "order", "dtype", "allow_mmap", "numpy_array_alignment_bytes"}
)
"""What joblib says of an array. An object's other attributes may stand in for the methods that read it."""


class NotAnArray(Exception):  # noqa: N818 — never leaves this package
    """Something is not described as an array is. The text says what."""


class Type(NamedTuple):
    """An element type: its name here, the bytes of an element, and whether Python objects are in it."""

    name: str
    width: int
    swapped: bool = False
    objects: bool = False


def type_of(value: Any, depth: int = 0) -> Type:
    """Return the type that a ``numpy.dtype`` among the values is.

    Raises:
        NotAnArray: it is none, or of a kind not known here.
    """
    if not is_made_by(value, DTYPE) or not isinstance(value.args, tuple) or not value.args:
        raise NotAnArray("it has no type of NumPy")
    code = value.args[0]
    state = _state_of(value)
    if not isinstance(code, str) or not code.lstrip("<>=|") or depth > _DEEPEST:
        raise NotAnArray("its type has no name")
    order = code[0] if code[0] in "<>=|" else ""
    code = code.lstrip("<>=|")
    if len(state) > 1 and isinstance(state[1], str):
        order = state[1]
    letter, digits = code[0], code[1:]
    flagged = bool(state[_FLAGS] & _HAS_OBJECTS) if state else letter == "O"
    if flagged != (letter == "O") and letter != "V":
        raise NotAnArray("its type says two things of what it holds")
    if letter == "O":
        return Type("OBJECT", 8, objects=True)
    if not digits.isascii() or not digits.isdigit() or len(digits) > 9 or letter not in "biufcmMSUVa":
        raise NotAnArray("its type is not known here")
    width = int(digits) * (_UNICODE_BYTES if letter == "U" else 1)
    if letter in "SUVa" and state and state[5] != width:
        raise NotAnArray("its type says two lengths of itself")
    if letter == "V" and state and isinstance(state[4], Pairs):
        found = _record(state[4], width, depth)
    elif letter == "V" and state and isinstance(state[2], tuple):
        found = _subarray(state[2], width, depth)
    else:
        swapped = order == ">" and width > 1 and letter not in "SVa"
        return Type(dtypes.NUMPY.get(code, code), width, swapped, flagged)
    if found.objects != flagged:  # NumPy believes what is said of the whole
        raise NotAnArray("its type says two things of what it holds")
    return found


def _state_of(value: Made) -> tuple[Any, ...]:
    """Return the state that a type of NumPy was given; () if it was given none.

    Raises:
        NotAnArray: it is not as NumPy writes it since version 1.1, or can't be told.
    """
    state = value.state
    if state is None:
        return ()
    if not isinstance(state, tuple) or len(state) not in (8, 9) or type(state[_FLAGS]) is not int:
        raise NotAnArray("its type has a state that is not known here")
    return state


def _record(fields: Pairs, width: int, depth: int) -> Type:
    """Return a type of named fields."""
    swapped = objects = False
    for _, field in fields.items:
        if not isinstance(field, tuple) or not field:
            raise NotAnArray("its type has a field of no type")
        inside = type_of(field[0], depth + 1)
        objects |= inside.objects
        swapped |= inside.swapped
    return Type(f"RECORD of {len(fields.items)}", width, swapped, objects)


def _subarray(described: tuple[Any, ...], width: int, depth: int) -> Type:
    inside = type_of(described[0], depth + 1) if described else None
    if inside is None:
        raise NotAnArray("its type is an array of no type")
    return Type(f"RECORD of {inside.name}", width, inside.swapped, inside.objects)


def shape_of(value: Any) -> tuple[int, ...]:
    """Return a shape.

    Raises:
        NotAnArray: it is none.
    """
    sizes = tuple(value) if isinstance(value, (tuple, list)) else (value,)
    if len(sizes) > MAX_RANK or any(type(size) is not int or size < 0 for size in sizes):
        raise NotAnArray("its shape is none")
    if math.prod(size or 1 for size in sizes) > MAX_ELEMENTS:
        raise NotAnArray("its shape is impossibly large")
    return sizes


def read_array(stream: Stream, state: Any) -> Array | None:
    """Return the array whose bytes lie where the stream stands, which steps over them; None when it is of Python objects.

    ``state`` is that of joblib's ``NumpyArrayWrapper``.

    Raises:
        NotAnArray: it does not say so much that the end of the bytes is known.
        Ended: they end too early.
    """
    if not isinstance(state, Pairs):
        raise NotAnArray("it has no description")
    if any(type(key) is not str or key not in _OF_A_WRAPPER for key, _ in state.items):
        raise NotAnArray("its description has more than joblib writes")
    dtype, shape = type_of(state.get("dtype")), shape_of(state.get("shape"))
    if dtype.objects:
        if state.get("allow_mmap") not in (
            None,
            False,
        ):  # what it maps it takes for pointers, and goes on behind them
            raise NotAnArray("its objects may be mapped, which joblib never allows")
        return None
    if state.get("numpy_array_alignment_bytes") is not None:
        stream.skip(stream.byte())
    size = math.prod(shape) * dtype.width
    data = Data(size, stream.at)
    stream.skip(size)
    return Array(dtype, shape, state.get("order") == "F", data)


def array_of(value: Any) -> Array | None:
    """Return the array that a value is, as NumPy pickles them; None when it is none, or its elements are Python objects."""
    try:
        return _array_of(value)
    except NotAnArray:
        return None


def _array_of(value: Any) -> Array | None:
    if isinstance(value, Array):
        return value
    if is_made_by(value, *_RECONSTRUCT):
        state = value.state
        if not isinstance(state, tuple) or len(state) < 4:
            return None
        shape, dtype, fortran, data = state[-4:]
    elif is_made_by(value, *_FROM_BUFFER):
        if not isinstance(value.args, tuple) or len(value.args) != 4:
            return None
        data, dtype, shape, order = value.args
        fortran = order == "F"
    else:
        return None
    kind, sizes = type_of(dtype), shape_of(shape)
    size = math.prod(sizes) * kind.width
    if is_made_by(data, "_codecs.encode"):  # as text, for Python 2
        data = Data(size, None)
    if kind.objects or not isinstance(data, Data) or data.size != size:
        return None
    return Array(kind, sizes, bool(fortran), data)


_RECONSTRUCT = ("numpy.core.multiarray._reconstruct", "numpy._core.multiarray._reconstruct")
_FROM_BUFFER = ("numpy.core.numeric._frombuffer", "numpy._core.numeric._frombuffer")


def is_array(value: Any) -> bool:
    """Whether a value is an array of NumPy, whatever its elements are."""
    return isinstance(value, Array) or is_made_by(value, *_RECONSTRUCT, *_FROM_BUFFER)
