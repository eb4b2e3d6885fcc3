"""Counting: against NumPy on arrays of all kinds, in blocks and pieces of any size."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mvtui.store.knowledge.weights import elements, measure, peers
from mvtui.store.nouns.health import TensorHealth
from mvtui.store.nouns.inspection import Tensor

np = pytest.importorskip("numpy")


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks and pieces so small that every tensor is several."""
    monkeypatch.setattr(measure, "_BLOCK", 64)
    monkeypatch.setattr(measure, "_PIECE", 256)


def measured(
    path: Path, arrays: Sequence[tuple[str, bytes]], *, cut: int = 0
) -> tuple[list[TensorHealth], list[int]]:
    """What tensors of these types and bytes, in one file behind each other, come to, and what progress was told."""
    tensors, data = [], b""
    for n, (dtype, content) in enumerate(arrays):
        count = len(content) // elements.width(dtype)
        tensors.append(Tensor(f"t{n}", dtype, (count,), len(content), len(data), "f"))
        data += content
    path.write_bytes(data[: len(data) - cut])
    told: list[int] = []
    fd = os.open(path, os.O_RDONLY)
    try:
        return list(measure.measure(fd, tensors, told.append)), told
    finally:
        os.close(fd)


def test_sound_numbers(tmp_path: Path, small: None) -> None:
    numbers = np.random.default_rng(1).standard_normal(1000).astype("<f4")
    (found,), told = measured(tmp_path / "f", [("F32", numbers.tobytes())])
    assert found.rms == pytest.approx(math.sqrt(float((numbers.astype("f8") ** 2).mean())), rel=1e-5)
    assert (found.nan, found.inf, found.first, found.value, found.troubles) == (0, 0, None, None, ())
    assert sum(told) == 4000


@pytest.mark.parametrize("at", [0, 1, 15, 16, 17, 63, 64, 65, 998, 999])
@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_the_first_that_is_not_finite_is_found_wherever_it_is(
    tmp_path: Path, small: None, at: int, bad: float
) -> None:
    numbers = np.ones(1000, "<f4")
    numbers[at] = numbers[999] = bad
    (found,), _ = measured(tmp_path / "f", [("F32", numbers.tobytes())])
    count = 1 if at == 999 else 2
    assert (found.first, found.nan, found.inf) == (at, *((count, 0) if bad != bad else (0, count)))
    assert found.rms == 1.0
    assert found.value is None


@pytest.mark.parametrize(
    ("dtype", "nan", "inf"),
    [
        ("BF16", [0x7F81, 0xFFFF, 0x7FC0], [0x7F80, 0xFF80]),
        ("F16", [0x7C01, 0xFFFF, 0x7E00], [0x7C00, 0xFC00]),
        ("F8_E4M3", [0x7F, 0xFF], []),
        ("F8_E5M2", [0x7D, 0xFF], [0x7C, 0xFC]),
        ("F8_E4M3FNUZ", [0x80], []),
    ],
)
def test_patterns_of_narrow_types(
    tmp_path: Path, small: None, dtype: str, nan: list[int], inf: list[int]
) -> None:
    form = "<u2" if elements.width(dtype) == 2 else "u1"
    for bad in nan + inf:
        numbers = np.full(300, 0x31, form)
        numbers[200] = bad
        (found,), _ = measured(tmp_path / "f", [(dtype, numbers.tobytes())])
        assert (found.nan, found.inf, found.first) == (int(bad in nan), int(bad in inf), 200)


def test_parts_of_complex_numbers_are_counted_and_places_are_elements(tmp_path: Path, small: None) -> None:
    numbers = np.ones(100, "<c8")
    numbers[70] = complex(math.nan, math.inf)
    tensor = Tensor("z", "C64", (100,), 800, 0, "f")
    (tmp_path / "f").write_bytes(numbers.tobytes())
    with open(tmp_path / "f", "rb") as file:
        (found,) = measure.measure(file.fileno(), [tensor], lambda _: None)
    assert (found.nan, found.inf, found.first) == (1, 1, 70)


@pytest.mark.parametrize(
    ("dtype", "content", "value", "trouble"),
    [
        ("F32", bytes(4000), 0.0, ("zero",)),
        ("F32", np.array([0.0, -0.0] * 500, "<f4").tobytes(), 0.0, ("zero",)),
        ("F32", np.full(1000, 1e-30, "<f4").tobytes(), pytest.approx(1e-30), ("constant",)),
        ("F64", np.full(1000, 1e300, "<f8").tobytes(), 1e300, ("constant",)),
        ("BF16", bytes.fromhex("803f") * 1000, 1.0, ("constant",)),
        ("I64", np.full(1000, -7, "<i8").tobytes(), -7.0, ("constant",)),
        ("I8", bytes(100), 0.0, ("zero",)),
        ("BOOL", bytes(100), None, ()),
        ("F32", np.array([0.0] * 999 + [1e-38], "<f4").tobytes(), None, ()),
        ("F32", np.array([1.0] * 999 + [2.0], "<f4").tobytes(), None, ()),
        ("F32", np.array([1.0] * 128 + [2.0] * 128, "<f4").tobytes(), None, ()),
        ("F32", np.array([1.0, 2.0, 1.0], "<f4").tobytes(), None, ()),
        ("F32", bytes(4), None, ()),
        ("F32", b"", None, ()),
    ],
)
def test_tensors_of_one_value(
    tmp_path: Path, small: None, dtype: str, content: bytes, value: float | None, trouble: tuple[str, ...]
) -> None:
    (found,), _ = measured(tmp_path / "f", [(dtype, content)])
    assert found.value == value
    assert found.troubles == trouble


@pytest.mark.parametrize("size", [1e-42, 1e-30, 1e-12, 1.0, 1e18, 3e38])
def test_sizes_beyond_what_squares_of_f32_hold(tmp_path: Path, size: float) -> None:
    numbers = np.full(1000, size, "<f4")
    (found,), _ = measured(tmp_path / "f", [("F32", numbers.tobytes())])
    assert found.rms == pytest.approx(float(numbers[0]), rel=1e-4)


def test_many_tensors_come_in_order_empty_ones_too(tmp_path: Path, small: None) -> None:
    arrays = [("F32", np.full(n % 5 * 20, n, "<f4").tobytes()) for n in range(200)]
    found, told = measured(tmp_path / "f", arrays)
    assert [each.tensor.name for each in found] == [f"t{n}" for n in range(200)]
    assert [each.rms for each in found] == [float(n) if n % 5 else None for n in range(200)]
    assert sum(told) == sum(len(content) for _, content in arrays)


def test_a_file_that_is_cut_is_told_of_the_tensors_it_hits(tmp_path: Path, small: None) -> None:
    found, _ = measured(tmp_path / "f", [("F32", bytes(1000)), ("F32", bytes(1000))], cut=4)
    assert [each.unread for each in found] == ["", "its file ends before it does"]


def test_what_progress_raises_ends_the_work(tmp_path: Path, small: None) -> None:
    tensor = Tensor("t", "F32", (100_000,), 400_000, 0, "f")
    (tmp_path / "f").write_bytes(bytes(400_000))

    def stop(_: int) -> None:
        raise KeyboardInterrupt

    with open(tmp_path / "f", "rb") as file, pytest.raises(KeyboardInterrupt):
        list(measure.measure(file.fileno(), [tensor], stop))


@given(st.lists(st.floats(width=32), max_size=60), st.integers(1, 59))
def test_halves_join_to_the_whole(numbers: list[float], at: int) -> None:
    data = np.array(numbers, "<f4").tobytes()
    at = min(at, len(numbers)) * 4
    halves = measure.joined(measure.counted(data[:at], "F32"), measure.counted(data[at:], "F32"))
    whole = measure.counted(data, "F32")
    assert halves[:4] == whole[:4]
    assert halves.same == whole.same
    assert halves.squares == pytest.approx(whole.squares, rel=1e-4)
    array = np.array(numbers, "f8")
    assert whole.nan == np.isnan(array).sum()
    assert whole.inf == np.isinf(array).sum()


# Peers


def layers(sizes: Sequence[float], name: str = "layer.{}.dense.weight") -> Iterator[TensorHealth]:
    for n, size in enumerate(sizes):
        yield TensorHealth(Tensor(name.format(n), "F32", (2,), 8, 0, "f"), rms=size)


@pytest.mark.parametrize(
    ("sizes", "far"),
    [
        ([0.02] * 11 + [0.5], [11]),
        ([0.02] * 11 + [0.0005], [11]),
        ([0.02, 0.021, 0.5, 0.019, 30.0, 0.02, 0.022], [2, 4]),
        ([0.02] * 11 + [0.15], []),  # not ten times
        ([0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 12.0], []),  # all differ as much
        ([0.02, 0.02, 5.0], []),  # too few to say what is usual
    ],
)
def test_what_stands_out_among_its_peers(sizes: list[float], far: list[int]) -> None:
    found = peers.with_usual(list(layers(sizes)))
    assert [n for n, each in enumerate(found) if each.troubles] == far
    for n in far:
        assert found[n].troubles == ("extreme",)
        assert found[n].usual == pytest.approx(sorted(sizes)[len(sizes) // 2])


def test_only_whole_numbers_in_names_make_peers() -> None:
    others = layers([0.02, 0.02, 0.02, 0.02, 9.0], "block{}x.weight")
    assert not any(each.troubles for each in peers.with_usual(list(others)))
    mixed = [*layers([0.02] * 8), *layers([9.0], "layer.{}.norm.weight")]
    assert not any(each.troubles for each in peers.with_usual(mixed))
