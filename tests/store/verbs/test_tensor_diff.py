"""How the tensors of two versions differ, through the public verb."""

from __future__ import annotations

import json
import math
import os
import struct
from pathlib import Path
from typing import Any

import pytest
from mvtui.store import Distance, Progress, Store, Tensor, TensorChange, TensorDiff
from mvtui.store.engine import digest
from mvtui.store.knowledge.weights import distance, elements
from mvtui.store.nouns.modules import common_module, parent_module

from tests.conftest import MakeFile
from tests.store.knowledge.formats import made
from tests.store.knowledge.weights.written import safetensors

np = pytest.importorskip("numpy")

Tensors = dict[str, tuple[str, list[int], bytes]]


def f32(*numbers: float) -> tuple[str, list[int], bytes]:
    return "F32", [len(numbers)], struct.pack(f"<{len(numbers)}f", *numbers)


def compared(store: Store, make_file: MakeFile, before: Tensors, after: Tensors) -> TensorDiff:
    """Register two versions, each a file of these tensors, and compare them."""
    for tensors in (before, after):
        store.register("m", make_file(safetensors(tensors), "m.safetensors"), note=str(len(tensors)))
    found = store.diff_tensors("m@1.0.0", "m@latest")
    json.dumps(found.as_dict(), allow_nan=False)
    return found


def outcomes(found: TensorDiff) -> dict[str, str]:
    return {change.path: change.outcome for change in found.changes}


LAYERS: Tensors = {
    f"encoder.layer.{n}.{part}": f32(n, 1, 2) for n in range(12) for part in ("weight", "bias")
}


def test_what_each_tensor_comes_to(store: Store, make_file: MakeFile) -> None:
    before: Tensors = {
        "same": f32(1, 2),
        "gone": f32(1),
        "shape": f32(1, 2),
        "type": f32(1, 2),
        "numbers": f32(3, 4),
        "empty": ("F32", [0], b""),
    }
    after: Tensors = {
        "new": f32(1),
        "same": f32(1, 2),
        "shape": ("F32", [2, 1], f32(1, 2)[2]),
        "type": ("BF16", [2], bytes.fromhex("803f0040")),
        "numbers": f32(3, 5),
        "empty": ("F32", [0], b""),
    }
    found = compared(store, make_file, before, after)
    assert outcomes(found) == {
        "new": "added",
        "gone": "removed",
        "shape": "reshaped",
        "type": "retyped",
        "numbers": "changed",
    }
    assert (found.identical, found.total) == (2, 7)
    assert found.sentence == ("5 of 7 tensors differ (1 added, 1 removed, 1 reshaped, 1 retyped, 1 changed)")
    by_path = {change.path: change.distance for change in found.changes}
    assert by_path["type"] == Distance(0.0, 0.0, 0.0, by_path["type"].cosine)  # type: ignore[union-attr]
    far = by_path["numbers"]
    assert far is not None
    assert (far.l2, far.relative, far.largest) == (1.0, 0.2, 1.0)
    assert far.cosine == pytest.approx(29 / (5 * math.sqrt(34)))


def test_where_all_changes_lie_is_said(store: Store, make_file: MakeFile) -> None:
    after = LAYERS | {f"encoder.layer.11.{part}": f32(9, 9, 9) for part in ("weight", "bias")}
    found = compared(store, make_file, LAYERS, after)
    assert found.sentence == "2 of 24 tensors changed, all in encoder.layer.11"
    assert list(found.modules) == ["encoder.layer.11"]


def test_a_module_that_is_the_whole_model_is_not_named(store: Store, make_file: MakeFile) -> None:
    found = compared(store, make_file, {"enc.a": f32(1), "enc.b": f32(1)}, {"enc.a": f32(2), "enc.b": f32(2)})
    assert found.sentence == "both tensors changed"


def test_identical_versions(store: Store, make_file: MakeFile) -> None:
    path = make_file(safetensors(LAYERS), "a/m.safetensors")
    store.register("m", path)
    assert store.diff_tensors("m", "m").sentence == "all 24 tensors are identical"
    store.register("n", make_file(b"text", "x.txt"))
    assert store.diff_tensors("n", "n").sentence == "neither has tensors"


@pytest.mark.parametrize("seed", range(3))
def test_numbers_are_those_of_numpy(
    store: Store, make_file: MakeFile, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(distance, "_BLOCK", 7)
    monkeypatch.setattr(distance, "_PIECE", 31)
    random = np.random.default_rng(seed)
    a, b = random.standard_normal((2, 200)).astype("<f4")
    found = compared(store, make_file, {"w": ("F32", [200], a.tobytes())}, {"w": ("F32", [200], b.tobytes())})
    far = found.changes[0].distance
    a, b = a.astype("f8"), b.astype("f8")
    assert far is not None
    assert far.l2 == pytest.approx(np.linalg.norm(b - a))
    assert far.relative == pytest.approx(np.linalg.norm(b - a) / np.linalg.norm(a))
    assert far.largest == pytest.approx(np.abs(b - a).max())
    assert far.cosine == pytest.approx(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


@pytest.mark.parametrize(
    ("dtype", "before", "after", "far"),
    [
        ("I8", b"\x80\x00", b"\x7f\x00", (255.0, 255.0)),
        ("U8", b"\x00\x05", b"\xff\x05", (255.0, 255.0)),
        ("I64", struct.pack("<2q", 1, 2), struct.pack("<2q", 4, 6), (5.0, 4.0)),
        ("BOOL", b"\x00\x01", b"\x01\x01", (1.0, 1.0)),
        ("F16", struct.pack("<2e", 1, 2), struct.pack("<2e", 1, 4), (2.0, 2.0)),
        ("BF16", bytes.fromhex("803f0040"), bytes.fromhex("803f8040"), (2.0, 2.0)),
        ("F8_E4M3", b"\x38\x38", b"\x38\x40", (1.0, 1.0)),
        ("F64", struct.pack("<2d", 1e200, 0), struct.pack("<2d", 1e200, 1), (1.0, 1.0)),
    ],
)
def test_types(
    store: Store, make_file: MakeFile, dtype: str, before: bytes, after: bytes, far: tuple[float, float]
) -> None:
    found = compared(store, make_file, {"w": (dtype, [2], before)}, {"w": (dtype, [2], after)})
    measured = found.changes[0].distance
    assert measured is not None
    assert (measured.l2, measured.largest) == far


def test_what_is_not_finite_is_left_out_and_counted(store: Store, make_file: MakeFile) -> None:
    found = compared(store, make_file, {"w": f32(1, math.nan, 3, 4)}, {"w": f32(2, 2, math.inf, 4)})
    far = found.changes[0].distance
    assert far is not None
    assert (far.l2, far.largest, far.skipped) == (1.0, 1.0, 2)


def test_a_base_of_zeros_has_no_relative_change(store: Store, make_file: MakeFile) -> None:
    far = compared(store, make_file, {"w": f32(0, 0)}, {"w": f32(3, 4)}).changes[0].distance
    assert far == Distance(5.0, None, 4.0, None)


def test_quantised_blocks_are_compared_by_digest(store: Store, make_file: MakeFile) -> None:
    tensors = [made.described("blk.0.w", [32], 2, 0), made.described("blk.1.w", [32], 2, 32)]
    data = made.gguf((), tensors, 64)
    for content in (data, data[:-40] + b"\x01" * 40):
        store.register("m", make_file(content, "m.gguf"))
    (change,) = store.diff_tensors("m@1.0.0", "m@1.0.1").changes
    assert (change.path, change.outcome) == ("blk.1.w", "changed")
    assert change.unmeasured == "blocks of Q4_0 are not decoded here"


def test_without_numpy_there_are_digests_only(
    store: Store, make_file: MakeFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(elements, "has_numpy", lambda: False)
    found = compared(store, make_file, {"w": f32(1), "v": f32(1)}, {"w": f32(2), "v": f32(1)})
    assert outcomes(found) == {"w": "changed"}
    assert found.changes[0].distance is None
    assert found.notes == ("NumPy is not installed (pip install 'mvtui[tensors]'): digests only",)
    monkeypatch.undo()
    assert store.diff_tensors("m@1.0.0", "m@1.0.1").changes[0].distance is not None


def test_compressed_tensors_can_not_be_told_unless_the_file_is_the_same(
    store: Store, make_file: MakeFile
) -> None:
    import io

    for number in (1.0, 2.0):
        file = io.BytesIO()
        np.savez_compressed(file, w=np.full(40, number))
        store.register("m", make_file(file.getvalue(), "m.npz"))
    assert outcomes(store.diff_tensors("m@1.0.0", "m@1.0.1")) == {"w": "unknown"}
    assert store.diff_tensors("m@1.0.0", "m@1.0.0").changes == ()


def test_shards_may_be_cut_otherwise(store: Store, make_file: MakeFile) -> None:
    for split in (1, 2):
        names = list("abc")
        parts = [names[:split], names[split:]]
        for n, part in enumerate(parts):
            path = make_file(
                safetensors({name: f32(1, 2) for name in part}), f"{split}/model-{n}.safetensors"
            )
        where = {name: f"model-{n}.safetensors" for n, part in enumerate(parts) for name in part}
        make_file(json.dumps({"weight_map": where}).encode(), f"{split}/model.safetensors.index.json")
        store.register("m", path.parent)
    assert store.diff_tensors("m@1.0.0", "m@1.0.1").sentence == "all 3 tensors are identical"


# Kept results


def counting(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Count what is hashed and what is compared."""
    done: list[str] = []
    for module, name in ((digest, "of_span"), (distance, "distance")):
        real = getattr(module, name)

        def count(*args: Any, real: Any = real, name: str = name) -> Any:
            done.append(name)
            return real(*args)

        monkeypatch.setattr(module, name, count)
    return done


def test_the_second_time_nothing_is_read(
    store: Store, make_file: MakeFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = counting(monkeypatch)
    first = compared(store, make_file, {"w": f32(1), "v": f32(1)}, {"w": f32(2), "v": f32(1)})
    assert sorted(done) == ["distance", "of_span", "of_span", "of_span", "of_span"]
    done.clear()
    assert store.diff_tensors("m@1.0.0", "m@1.0.1") == first
    assert done == []
    store.diff_tensors("m@1.0.1", "m@1.0.0")  # the other way round: only the numbers
    assert done == ["distance"]


def test_what_is_kept_may_be_damaged_or_gone(
    store: Store, make_file: MakeFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = compared(store, make_file, {"w": f32(1), "v": f32(1)}, {"w": f32(2), "v": f32(1)})
    kept = sorted(Path(store.root, "derived").iterdir())
    assert len(kept) == 3
    done = counting(monkeypatch)
    for damage in (b"", b"x" * 80):
        for path in kept:
            path.write_bytes(damage)
        assert store.diff_tensors("m@1.0.0", "m@1.0.1") == first
        assert len(done) == 5
        done.clear()
    for path in kept:
        path.unlink()
    assert store.diff_tensors("m@1.0.0", "m@1.0.1") == first


def test_a_flipped_bit_in_what_is_kept_is_noticed(store: Store, make_file: MakeFile) -> None:
    first = compared(store, make_file, {"w": f32(1), "v": f32(1)}, {"w": f32(2), "v": f32(1)})
    (path,) = Path(store.root, "derived").glob("diff-*")
    data = path.read_bytes()
    assert b"\xa1w" in data  # a text of one letter: the tensor's path
    path.write_bytes(data.replace(b"\xa1w", b"\xa1x"))
    assert store.diff_tensors("m@1.0.0", "m@1.0.1") == first


def test_nothing_is_kept_in_a_store_that_is_only_read(store: Store, make_file: MakeFile) -> None:
    from mvtui.store import open_store

    for number in (1, 2):
        store.register("m", make_file(safetensors({"w": f32(number)}), "m.safetensors"))
    with open_store(store.root, read_only=True) as reader:
        assert len(reader.diff_tensors("m@1.0.0", "m@1.0.1").changes) == 1
    assert not Path(store.root, "derived").exists()


def test_what_is_kept_disturbs_nobody(store: Store, make_file: MakeFile) -> None:
    compared(store, make_file, {"w": f32(1)}, {"w": f32(2)})
    assert store.verify().ok
    store.gc(dry_run=False)
    assert Path(store.root, "derived").is_dir()


def test_gc_removes_what_was_kept_after_its_grace(store: Store, make_file: MakeFile) -> None:
    compared(store, make_file, {"w": f32(1)}, {"w": f32(2)})
    kept = sorted(Path(store.root, "derived").iterdir())
    os.utime(kept[0], (0, 0))
    for dry_run in (True, False):
        (item,) = store.gc(dry_run=dry_run).items
        assert (item.what, item.name, item.size > 0) == ("derived", kept[0].name, True)
        assert kept[0].exists() is dry_run
    assert all(path.exists() for path in kept[1:])
    assert store.diff_tensors("m@1.0.0", "m@1.0.1").changes


def test_progress_ends_at_the_total_and_what_it_raises_comes_out(store: Store, make_file: MakeFile) -> None:
    for tensors in (
        {"w": f32(1), "v": f32(1), "t": f32(1)},
        {"w": f32(2), "v": f32(1), "t": ("I8", [1], b"\1")},
    ):
        store.register("m", make_file(safetensors(tensors), "m.safetensors"))

    def cancel(_: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.diff_tensors("m@1.0.0", "m@latest", progress=cancel)
    seen: list[Progress] = []
    store.diff_tensors("m@1.0.0", "m@latest", progress=seen.append)
    assert [each.done for each in seen] == sorted(each.done for each in seen)
    assert seen[-2].done == seen[-1].done == seen[-1].total


# Modules


@pytest.mark.parametrize(
    ("paths", "module"),
    [
        ([], ""),
        (["w"], ""),
        (["a.b.w"], "a.b"),
        (["a.layer.1.w", "a.layer.11.w"], "a.layer"),
        (["a.layer.11.x.w", "a.layer.11.w"], "a.layer.11"),
        (["a.w", "b.w"], ""),
        (["a.w", "w"], ""),
        (["unet/down.0.w", "unet/down.1.w"], "unet/down"),
        (["a::b::w", "a::c::w"], "a"),
    ],
)
def test_the_module_that_all_lie_in(paths: list[str], module: str) -> None:
    assert common_module(paths) == module
    assert parent_module("a::b.w") == "a::b"


def test_without_reading_it_tells_what_headers_and_kept_results_say(
    store: Store, make_file: MakeFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    before: Tensors = {"same": f32(1, 2), "gone": f32(1), "shape": f32(1, 2), "numbers": f32(3, 4)}
    after: Tensors = {"new": f32(1), "same": f32(1, 2), "shape": f32(1), "numbers": f32(3, 5)}
    for tensors in (before, after):
        store.register("m", make_file(safetensors(tensors), "m.safetensors"), note=str(len(tensors)))

    def unwanted(*_arguments: object) -> None:
        raise AssertionError("numbers were read")

    with monkeypatch.context() as patched:
        patched.setattr(digest, "of_span", unwanted)
        patched.setattr(distance, "distance", unwanted)
        found = store.diff_tensors("m@1.0.0", "m@2.0.0", read=False)
        assert outcomes(found) == {"new": "added", "gone": "removed", "shape": "reshaped"}
        assert (found.unread, found.unread_bytes, found.identical, found.total) == (2, 32, 0, 5)
        assert found.sentence == "2 of 5 tensors not compared yet; the other 3 differ"
    whole = store.diff_tensors("m@1.0.0", "m@2.0.0")
    with monkeypatch.context() as patched:
        patched.setattr(digest, "of_span", unwanted)
        patched.setattr(distance, "distance", unwanted)
        assert store.diff_tensors("m@1.0.0", "m@2.0.0", read=False) == whole
        # The digests are known, but not how far numbers are apart the other way round.
        back = store.diff_tensors("m@2.0.0", "m@1.0.0", read=False)
        assert outcomes(back)["numbers"] == "changed"
        assert (back.unread, back.identical) == (0, 1)


def test_what_was_not_read_is_not_kept_as_the_whole(store: Store, make_file: MakeFile) -> None:
    for number in (1, 2):
        store.register("m", make_file(safetensors({"a": f32(number)}), "m.safetensors"))
    assert store.diff_tensors("m@1.0.0", "m@1.0.1", read=False).unread == 1
    [change] = store.diff_tensors("m@1.0.0", "m@1.0.1").changes
    assert change.distance is not None


def test_the_same_object_needs_no_reading(store: Store, make_file: MakeFile) -> None:
    folder = make_file(safetensors({"a": f32(1)}), "m/m.safetensors").parent
    store.register("m", folder)
    (folder / "config.json").write_text("{}")
    store.register("m", folder)
    refs = sorted(version.ref for version in store.versions("m"))
    found = store.diff_tensors(*refs, read=False)
    assert (found.unread, found.identical, found.changes) == (0, 1, ())


@pytest.mark.parametrize(
    ("total", "unread", "identical", "said"),
    [
        (1, 1, 0, "the one tensor was not compared yet"),
        (2, 2, 0, "both tensors were not compared yet"),
        (3, 3, 0, "all 3 tensors were not compared yet"),
        (2, 1, 1, "1 of 2 tensors not compared yet; the other one is identical"),
        (2, 1, 0, "1 of 2 tensors not compared yet; the other one differs"),
        (4, 2, 2, "2 of 4 tensors not compared yet; both others are identical"),
        (9, 2, 7, "2 of 9 tensors not compared yet; the other 7 are identical"),
        (9, 2, 6, "2 of 9 tensors not compared yet; 1 of the other 7 differs"),
        (9, 2, 5, "2 of 9 tensors not compared yet; 2 of the other 7 differ"),
        (1, 0, 1, "the one tensor is identical"),
        (2, 0, 2, "both tensors are identical"),
        (1, 0, 0, "the one tensor changed"),
        (3, 0, 0, "all 3 tensors changed"),
    ],
)
def test_what_it_comes_to_is_said_in_a_whole_sentence(
    total: int, unread: int, identical: int, said: str
) -> None:
    tensors = [
        Tensor(str(number), "F32", (1,), 4, 0, "m.safetensors")
        for number in range(total - unread - identical)
    ]
    changes = tuple(TensorChange(each.name, "changed", each, each) for each in tensors)
    assert TensorDiff("a", "b", changes, identical, total, unread=unread).sentence == said
