"""Bytes as numbers: every value of the narrow types, and what is no number here."""

from __future__ import annotations

import math
import struct
import threading

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
@pytest.mark.filterwarnings("ignore:.*encountered in dot")
def test_the_short_way_to_squares_is_right_for_every_value_wherever_it_stands(dtype: str) -> None:
    wide = elements.width(dtype)
    data = ALL_16 if wide == 2 else ALL_8
    numbers = elements.decode(data, dtype)
    one = next(at for at, number in enumerate(numbers) if number == 1) * wide
    for at in range(0, len(data) // wide, 1 if wide == 1 else 7):
        this = data[at * wide : (at + 1) * wide]
        for before, after in ((0, 0), (1, 0), (0, 1), (2, 0), (3, 4)):
            ones = data[one : one + wide]
            found = elements.squares(ones * before + this + ones * after, dtype)
            if not np.isfinite(numbers[at]):
                assert found is None or not np.isfinite(found)
            else:
                expected = float(numbers[at]) ** 2 + before + after
                most = float(np.finfo("f4").max)  # beyond, it is infinite, and looked at the long way
                assert found == pytest.approx(expected if expected < most else np.inf, rel=1e-6, abs=1e-37)


@pytest.mark.parametrize("dtype", ["F16", "F8_E4M3", "F8_E5M2", "BF16", "F32"])
def test_squares_of_more_numbers_than_are_spread_out_at_a_time(
    dtype: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(elements, "_ROOM", 16)
    monkeypatch.setattr(elements, "_rooms", threading.local())
    wide = elements.width(dtype)
    two = (
        next(
            bits for bits in range(256**wide) if elements.decode(bits.to_bytes(wide, "little"), dtype)[0] == 2
        )
        if wide < 4
        else 0x40000000
    )
    for count in (1, 15, 16, 17, 33, 64, 65):
        assert elements.squares(two.to_bytes(wide, "little") * count, dtype) == 4 * count


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
