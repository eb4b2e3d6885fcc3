"""Bytes of tensors as numbers that NumPy can count with; what types can be read so."""

from __future__ import annotations

import threading
from functools import cache
from importlib.util import find_spec
from typing import Any

from ..formats import dtypes

NO_NUMPY = "NumPy is not installed (pip install 'mvtui[tensors]')"

FLOATS: dict[str, str] = {
    "F64": "f8",
    "F32": "f4",
    "F16": "f2",
    "C128": "f8",  # complex numbers are read as their parts
    "C64": "f4",
    "C32": "f2",
}
INTEGERS: dict[str, str] = {
    "BOOL": "u1",
    "U8": "u1",
    "I8": "i1",
    "U16": "u2",
    "I16": "i2",
    "U32": "u4",
    "I32": "i4",
    "U64": "u8",
    "I64": "i8",
}
_BF16 = "BF16"
_F8 = ("F8_E4M3", "F8_E5M2", "F8_E4M3FNUZ", "F8_E5M2FNUZ", "F8_E8M0")
_QUANTISED = frozenset(name for name, block, _ in dtypes.GGML.values() if block > 1)


def has_numpy() -> bool:
    """Whether numbers can be looked at here; NumPy is not imported to find out."""
    return find_spec("numpy") is not None


def is_float(dtype: str) -> bool:
    """Whether elements of a type may be NaN or infinite, and their size means something."""
    return dtype in FLOATS or dtype == _BF16 or dtype in _F8


def width(dtype: str) -> int:
    """Return the bytes of a number (of complex ones: of a part), of a type that ``unreadable`` says nothing of."""
    form = FLOATS.get(dtype) or INTEGERS.get(dtype)
    return int(form[1]) if form else 2 if dtype == _BF16 else 1


def unreadable(dtype: str) -> str:
    """Say why the numbers of a type can't be looked at; nothing if they can."""
    if is_float(dtype) or dtype in INTEGERS:
        return ""
    if dtype in _QUANTISED:
        return f"blocks of {dtype} are not decoded here"
    if dtypes.BITS.get(dtype, 8) < 8:
        return f"elements of {dtype} are parts of bytes, which are not decoded here"
    return f"{dtype[:40]} is no type of numbers known here"


def decode(data: Any, dtype: str, *, big_endian: bool = False) -> Any:
    """Return bytes as an array of one dimension: F32 or F64 for floats, whole numbers as they are.

    Every value of the narrow floats is one of F32, so nothing is lost.
    """
    import numpy as np

    order = ">" if big_endian else "<"
    if dtype in INTEGERS:
        return np.frombuffer(data, order + INTEGERS[dtype]).astype(INTEGERS[dtype], copy=False)
    if dtype == _BF16:
        wide = np.frombuffer(data, order + "u2").astype("u4")
        wide <<= 16
        return wide.view("f4")
    if dtype in _F8:
        return _table(dtype)[np.frombuffer(data, "u1")]
    form = FLOATS[dtype]
    return np.frombuffer(data, order + form).astype("f4" if form == "f2" else form, copy=False)


_UPPER, _HALF = 0xFFFF0000, 16
_ROOM = 1 << 20
"""Numbers that a thread spreads out at a time. Its memory is kept: asked of the system anew for each block it takes longer than
counting does. Few numbers at a time would stay in the processor's cache, but then threads wait for the interpreter, not for each other."""
_rooms = threading.local()


def _room(form: str) -> Any:
    import numpy as np

    found = getattr(_rooms, form, None)
    if found is None:
        found = np.empty(_ROOM, form)
        setattr(_rooms, form, found)
    return found


def squares(data: Any, dtype: str, *, big_endian: bool = False) -> float | None:
    """Return the sum of the squares of floats, as F32 has it; None if one of a narrow type may not be finite.

    Of others it is NaN or infinite then. The quickest way there is: whether weights are sound is told by this alone.
    """
    import numpy as np

    if big_endian or dtype not in (_BF16, *_SHIFTED):
        numbers = decode(data, dtype, big_endian=big_endian)
        return float(np.dot(numbers, numbers))
    if dtype == _BF16:
        return _of_pairs(data)
    form, not_finite, shift, exponent = _SHIFTED[dtype]
    bits = np.frombuffer(data, f"<{form}")
    total = 0.0
    for at in range(0, bits.size, _ROOM):
        some = bits[at : at + _ROOM]
        plain, wide = _room(form)[: some.size], _room("u4")[: some.size]
        np.bitwise_and(some, (1 << (8 * some.itemsize - 1)) - 1, plain)
        if plain.max() >= not_finite:
            return None
        # NumPy turns narrow floats into F32 one by one. With their exponents shifted by bits they are F32 but for a factor.
        np.copyto(wide, plain)
        np.left_shift(wide, shift, wide)
        floats = wide.view("f4")
        np.multiply(floats, np.float32(2.0**exponent), floats)
        total += float(np.dot(floats, floats))
    return total


def _of_pairs(data: Any) -> float:
    """Return the sum of the squares of BF16: two lie in each 32 bits, and each is the upper half of an F32."""
    import numpy as np

    pairs = np.frombuffer(data, "<u4", len(data) // 4)
    last = decode(data[4 * pairs.size :], _BF16)
    total = float(np.dot(last, last))
    for at in range(0, pairs.size, _ROOM):
        some = pairs[at : at + _ROOM]
        spread = _room("u4")[: some.size]
        floats = spread.view("f4")
        np.bitwise_and(some, _UPPER, spread)
        total += float(np.dot(floats, floats))
        np.left_shift(some, _HALF, spread)
        total += float(np.dot(floats, floats))
    return total


_SHIFTED: dict[str, tuple[str, int, int, int]] = {
    "F16": ("u2", 0x7C00, 13, 112),
    "F8_E5M2": ("u1", 0x7C, 21, 112),
    "F8_E4M3": ("u1", 0x7F, 20, 120),
}
"""Type → form of its bits, the least of them (without the sign) that is not finite, how far they are shifted, power of the factor."""


@cache
def _table(dtype: str) -> Any:
    """Return the 256 values of a type of 8 bits."""
    import numpy as np

    return np.array([_value(dtype, bits) for bits in range(256)], "f4")


def _value(dtype: str, bits: int) -> float:
    """Return a value of a type of 8 bits: https://arxiv.org/abs/2209.05433, the FNUZ forms as in ONNX, E8M0 as OCP MX has it."""
    nan = float("nan")
    if dtype == "F8_E8M0":
        return nan if bits == 0xFF else 2.0 ** (bits - 127)
    mantissa_bits = 3 if "E4M3" in dtype else 2
    unsigned_zero = dtype.endswith("FNUZ")
    bias = (7 if mantissa_bits == 3 else 15) + unsigned_zero
    sign, rest = -1.0 if bits & 0x80 else 1.0, bits & 0x7F
    exponent, mantissa = rest >> mantissa_bits, rest & ((1 << mantissa_bits) - 1)
    if unsigned_zero:
        if bits == 0x80:
            return nan
    elif mantissa_bits == 3:
        if rest == 0x7F:
            return nan
    elif exponent == 0x1F:
        return nan if mantissa else sign * float("inf")
    if exponent == 0:
        return sign * mantissa * 2.0 ** (1 - bias - mantissa_bits)
    return sign * ((1 << mantissa_bits) + mantissa) * 2.0 ** (exponent - bias - mantissa_bits)
