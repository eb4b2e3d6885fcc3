"""Bytes as numbers: every value of the narrow types, and what is no number here."""

from __future__ import annotations

import math
import struct

import pytest
from mvtui.store.knowledge.weights import elements, measure

np = pytest.importorskip("numpy")

ALL_16 = np.arange(1 << 16, dtype="<u2").tobytes()
ALL_8 = bytes(range(256))


def test_bf16_is_the_upper_half_of_f32() -> None:
    found = elements.decode(ALL_16, "BF16")
    whole = np.frombuffer(b"".join(b"\0\0" + ALL_16[at : at + 2] for at in range(0, 1 << 17, 2)), "<f4")
    assert np.array_equal(found.view("u4"), whole.view("u4"))


def test_f16_is_as_numpy_has_it() -> None:
    found = elements.decode(ALL_16, "F16")
    assert np.array_equal(found, np.frombuffer(ALL_16, "<f2").astype("f4"), equal_nan=True)


@pytest.mark.parametrize(
    ("dtype", "values"),
    [
        # From the tables of https://arxiv.org/abs/2209.05433 and the ONNX documentation.
        (
            "F8_E4M3",
            {0x00: 0, 0x01: 2**-9, 0x07: 0.875 * 2**-6, 0x08: 2**-6, 0x38: 1, 0x7E: 448, 0xFE: -448},
        ),
        (
            "F8_E5M2",
            {0x01: 2**-16, 0x04: 2**-14, 0x3C: 1, 0x7B: 57344, 0x7C: math.inf, 0xFC: -math.inf},
        ),
        ("F8_E4M3FNUZ", {0x00: 0, 0x01: 2**-10, 0x08: 2**-7, 0x40: 1, 0x7F: 240, 0xFF: -240}),
        ("F8_E5M2FNUZ", {0x00: 0, 0x01: 2**-17, 0x40: 1, 0x7F: 57344, 0xFF: -57344}),
        ("F8_E8M0", {0x00: 2**-127, 0x7F: 1, 0xFE: 2**127}),
    ],
)
def test_types_of_8_bits(dtype: str, values: dict[int, float]) -> None:
    found = elements.decode(ALL_8, dtype)
    assert {at: float(found[at]) for at in values} == values


@pytest.mark.parametrize(
    ("dtype", "nan", "inf"),
    [
        ("F8_E4M3", {0x7F, 0xFF}, set()),
        ("F8_E5M2", {0x7D, 0x7E, 0x7F, 0xFD, 0xFE, 0xFF}, {0x7C, 0xFC}),
        ("F8_E4M3FNUZ", {0x80}, set()),
        ("F8_E5M2FNUZ", {0x80}, set()),
        ("F8_E8M0", {0xFF}, set()),
    ],
)
def test_what_is_not_finite_among_8_bits(dtype: str, nan: set[int], inf: set[int]) -> None:
    found = elements.decode(ALL_8, dtype)
    assert set(np.flatnonzero(np.isnan(found))) == nan
    assert set(np.flatnonzero(np.isinf(found))) == inf


@pytest.mark.parametrize("dtype", ["F16", "F8_E4M3", "F8_E5M2", "BF16", "F8_E4M3FNUZ"])
def test_the_short_way_to_sizes_is_right_for_every_value_on_its_own(dtype: str) -> None:
    wide = elements.width(dtype)
    data = ALL_16 if wide == 2 else ALL_8
    numbers = elements.decode(data, dtype)
    for at in range(0, len(data) // wide, 1 if wide == 1 else 7):
        found = elements.sizes(data[at * wide : (at + 1) * wide], dtype)
        if not np.isfinite(numbers[at]):
            assert found is None or not np.isfinite(found[0])
        else:
            assert abs(found[0]) == abs(numbers[at])


@pytest.mark.parametrize("dtype", [*elements.FLOATS, *elements.INTEGERS, "BF16"])
def test_big_endian_numbers_are_the_same(dtype: str) -> None:
    wide = elements.width(dtype)
    data = bytes(range(1, 2 * wide + 1))
    swapped = b"".join(data[at : at + wide][::-1] for at in range(0, len(data), wide))
    little = elements.decode(data, dtype)
    assert np.array_equal(little, elements.decode(swapped, dtype, big_endian=True))
    assert measure.counted(data, dtype) == measure.counted(swapped, dtype, big_endian=True)


def test_numbers_are_read_as_little_endian() -> None:
    assert list(elements.decode(struct.pack("<2f", 1.5, -2.0), "F32")) == [1.5, -2.0]
    assert list(elements.decode(struct.pack("<2q", 2**40, -1), "I64")) == [2**40, -1]
    assert list(elements.decode(b"\x80\x7f", "I8")) == [-128, 127]


@pytest.mark.parametrize(
    ("dtype", "why"),
    [
        ("Q4_K", "blocks of Q4_K are not decoded here"),
        ("F4", "elements of F4 are parts of bytes, which are not decoded here"),
        ("STRING", "STRING is no type of numbers known here"),
    ],
)
def test_what_can_not_be_read_says_why(dtype: str, why: str) -> None:
    assert elements.unreadable(dtype) == why
