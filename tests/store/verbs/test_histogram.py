"""How the numbers of one tensor are spread, through the public verbs, held against NumPy's own answers."""

from __future__ import annotations

import json
import math
import struct
from typing import Any

import pytest
from mvtui.store import Histogram, Progress, Store, histogram
from mvtui.store.errors import NotFoundError, UsageError
from mvtui.store.knowledge.weights import elements

from tests.conftest import MakeFile
from tests.store.knowledge.weights.written import safetensors

np = pytest.importorskip("numpy")


def counted(
    make_file: MakeFile, data: bytes, dtype: str = "F32", shape: list[int] | None = None, **told: Any
) -> Histogram:
    wide = elements.width(dtype)
    path = make_file(
        safetensors({"other": ("U8", [8], b"\1" * 8), "w": (dtype, shape or [len(data) // wide], data)}),
        "m.safetensors",
    )
    found = histogram(path, "w", **told)
    json.dumps(found.as_dict(), allow_nan=False)
    return found


def test_a_large_tensor_comes_to_what_numpy_says(make_file: MakeFile) -> None:
    numbers = np.random.default_rng(7).normal(5.0, 2.0, 300_001).astype("<f4")
    found = counted(make_file, numbers.tobytes(), bins=25)
    exact = numbers.astype("f8")
    assert found.count == 300_001
    assert (found.least, found.most) == (exact.min(), exact.max())
    assert found.mean == pytest.approx(exact.mean(), rel=1e-9)
    assert found.std == pytest.approx(exact.std(), rel=1e-9)
    assert found.counts == tuple(np.histogram(exact, 25)[0])
    assert (found.below, found.above, found.zeros) == (0, 0, 0)
    assert found.edges == pytest.approx(np.histogram(exact, 25)[1])


def test_what_is_not_finite_is_counted_and_left_out(make_file: MakeFile) -> None:
    data = struct.pack("<6f", 1, math.nan, math.inf, -math.inf, 0, -3)
    found = counted(make_file, data, bins=4)
    assert (found.count, found.nan, found.inf, found.zeros) == (6, 1, 2, 1)
    assert (found.least, found.most) == (-3, 1)
    assert found.mean == pytest.approx(-2 / 3)
    assert (found.counts, found.below, found.above) == ((1, 0, 0, 2), 0, 0)


def test_one_number_far_off_does_not_hide_the_others(make_file: MakeFile) -> None:
    numbers = np.random.default_rng(7).normal(0.0, 1.0, 100_000).astype("<f4")
    numbers[5] = 1e9
    found = counted(make_file, numbers.tobytes())
    assert found.most == 1e9
    assert found.above == 1
    assert found.high < 20
    assert sum(found.counts) + found.below + found.above == 100_000
    assert sum(count > 0 for count in found.counts) > 20


def test_what_many_numbers_have_is_never_left_out(make_file: MakeFile) -> None:
    # Nine of ten are nearly one number, and the others are what matters.
    numbers = np.full(100_000, -10.0, "<f4")
    numbers += np.random.default_rng(7).normal(0.0, 0.01, 100_000).astype("f4")
    numbers[::10] = np.linspace(-9, -2, 10_000)
    found = counted(make_file, numbers.tobytes())
    assert found.below + found.above < 1000
    assert found.high > -2.1


@pytest.mark.parametrize(
    ("dtype", "data", "least", "most", "counts"),
    [
        ("BF16", bytes.fromhex("803f 0040 0040 8040"), 1.0, 4.0, (1, 2, 0, 1)),
        ("F16", struct.pack("<4e", 1, 2, 2, 4), 1.0, 4.0, (1, 2, 0, 1)),
        ("F8_E4M3", b"\x38\x40\x40\x48", 1.0, 4.0, (1, 2, 0, 1)),
        ("F64", struct.pack("<4d", 1, 2, 2, 4), 1.0, 4.0, (1, 2, 0, 1)),
        ("I8", struct.pack("<4b", -1, 0, 0, 2), -1, 2, (1, 2, 0, 1)),
        ("U16", struct.pack("<4H", 1, 2, 2, 4), 1, 4, (1, 2, 0, 1)),
        ("I64", struct.pack("<4q", 10, 20, 20, 40), 10, 40, (1, 2, 0, 1)),
        ("BOOL", b"\0\1\1\1", 0, 1, (1, 3)),
    ],
)
def test_every_type_of_numbers(
    make_file: MakeFile, dtype: str, data: bytes, least: float, most: float, counts: tuple[int, ...]
) -> None:
    found = counted(make_file, data, dtype, bins=4)
    assert (found.least, found.most, found.counts) == (least, most, counts)


@pytest.mark.parametrize(
    ("data", "counts", "mean"),
    [
        (b"", (), None),
        (struct.pack("<3d", 2.5, 2.5, 2.5), (3,), 2.5),
        (struct.pack("<2d", math.nan, math.inf), (), None),
        (struct.pack("<2d", 1.7e308, -1.7e308), (), 0.0),
        (struct.pack("<2d", 1.0, 1.0 + 2**-52), (2,), 1.0),
    ],
)
def test_tensors_without_steps(
    make_file: MakeFile, data: bytes, counts: tuple[int, ...], mean: float | None
) -> None:
    found = counted(make_file, data, "F64")
    assert (found.counts, found.mean) == (counts, mean)


def test_types_that_are_not_decoded_say_so(make_file: MakeFile) -> None:
    path = make_file(safetensors({"w": ("F4", [4], b"\0\0")}), "m.safetensors")
    assert "parts of bytes" in histogram(path, "w").unread


def test_without_numpy_it_says_how_to_get_it(make_file: MakeFile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(elements, "has_numpy", lambda: False)
    found = counted(make_file, b"\0" * 8)
    assert "pip install 'mvtui[tensors]'" in found.unread
    assert found.as_dict() == {"tensor": found.tensor.as_dict(), "unread": found.unread}


def test_a_version_s_tensor_by_name_by_place_and_by_itself(store: Store, make_file: MakeFile) -> None:
    data = safetensors({"a.weight": ("F32", [2], struct.pack("<2f", 1, 3))})
    make_file(data, "m/unet/model.safetensors")
    path = make_file(data.replace(b"a.weight", b"b.weight"), "m/vae/model.safetensors").parents[1]
    store.register("m", path)
    tensor = store.inspect("m").tensors[0]
    for wanted in ("a.weight", "unet/a.weight", tensor):
        found = store.histogram("m", wanted)
        assert (found.tensor, found.mean) == (tensor, 2)
    with pytest.raises(NotFoundError) as raised:
        store.histogram("m", "weight")
    assert raised.value.candidates == ("a.weight", "b.weight")
    for bins in (0, 10_001):
        with pytest.raises(UsageError):
            store.histogram("m", "a.weight", bins=bins)


def test_progress_rises_to_the_end_and_can_stop_it(make_file: MakeFile) -> None:
    told: list[Progress] = []
    data = b"\0\0\0\0\0\0\x80\x3f" * (3 << 19)
    counted(make_file, data, progress=told.append)
    done = [each.done for each in told]
    assert done == sorted(done)
    assert (done[-1], told[-1].total, {each.action for each in told}) == (
        2 * len(data),
        2 * len(data),
        {"counting"},
    )
    assert len(done) > 3

    def stop(progress: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        counted(make_file, data, progress=stop)
