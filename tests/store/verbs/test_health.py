"""Whether weights are sound, through the public verbs: files, directories, versions, and the gate."""

from __future__ import annotations

import io
import json
import os
import struct
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mvtui.store import Health, Progress, Store, health
from mvtui.store.errors import BadFileError, GateError, NotFoundError, VerificationError
from mvtui.store.knowledge.weights import elements

from tests.conftest import MakeFile
from tests.store.knowledge.formats import made, seeds
from tests.store.knowledge.weights.written import safetensors

np = pytest.importorskip("numpy")

NAN32, INF32 = struct.pack("<f", float("nan")), struct.pack("<f", float("inf"))
SOUND_BYTES = safetensors(
    {
        "embed": ("F32", [4], struct.pack("<4f", 1, 2, 3, 4)),
        "head": ("BF16", [2], bytes.fromhex("803f0040")),
        "none": ("F32", [0, 4], b""),
        "ids": ("I64", [2], struct.pack("<2q", 0, 1)),
    }
)
BAD_BYTES = safetensors(
    {
        "embed": ("F32", [4], struct.pack("<4f", 1, 2, 3, 4)),
        "layer.0.weight": ("F32", [4], struct.pack("<f", 1) + INF32 + NAN32 + NAN32),
        "layer.1.weight": ("F8_E4M3", [3], b"\x38\x01\x7f"),
    }
)
GATE = '[[gate]]\nstage = "production"\nrequire = ["finite-weights"]\n'


def told(found: Health) -> dict[str, tuple[int, int, int | None]]:
    return {each.tensor.name: (each.nan, each.inf, each.first) for each in found.found}


def test_sound_weights(make_file: MakeFile) -> None:
    found = health(make_file(SOUND_BYTES, "m.safetensors"))
    assert (found.verdict, found.found, found.unread) == ("finite", (), ())
    assert found.sentence == "all 4 tensors are finite"
    assert found.bytes == 16 + 4 + 16
    assert [each.tensor.name for each in found.tensors] == ["embed", "head", "none", "ids"]


def test_what_is_not_finite_is_told_with_its_place(make_file: MakeFile) -> None:
    found = health(make_file(BAD_BYTES, "m.safetensors"))
    assert found.verdict == "not finite"
    assert told(found) == {"layer.0.weight": (2, 1, 1), "layer.1.weight": (1, 0, 2)}
    assert found.sentence == "3 NaN and 1 infinite in layer.0.weight (first at 1) and 1 more"
    json.dumps(found.as_dict(tensors=True), allow_nan=False)


def test_one_bad_shard_of_several(make_file: MakeFile) -> None:
    make_file(SOUND_BYTES, "model-1.safetensors")
    make_file(BAD_BYTES.replace(b"embed", b"extra"), "model-2.safetensors")
    names = {"embed": 1, "head": 1, "none": 1, "ids": 1, "extra": 2, "layer.0.weight": 2, "layer.1.weight": 2}
    weight_map = {name: f"model-{shard}.safetensors" for name, shard in names.items()}
    index = make_file(json.dumps({"weight_map": weight_map}).encode(), "model.safetensors.index.json")
    for path in (index, index.parent):
        found = health(path)
        assert len(found.tensors) == 7
        assert set(told(found)) == {"layer.0.weight", "layer.1.weight"}
    (index.parent / "model-2.safetensors").unlink()
    found = health(index)
    assert found.verdict == "partly"
    assert "model-2.safetensors: missing" in found.sentence


@pytest.mark.parametrize("order", ["<", ">"])
def test_arrays_of_numpy_in_both_orders(make_file: MakeFile, order: str) -> None:
    for name, save in (("a.npy", np.save), ("b.npz", np.savez)):
        file = io.BytesIO()
        save(file, np.array([1, 2, np.nan, 4], order + "f4"))
        (each,) = health(make_file(file.getvalue(), name)).tensors
        assert (each.nan, each.inf, each.first) == (1, 0, 2)
        assert each.rms == pytest.approx((21 / 3) ** 0.5)


def test_compressed_arrays_are_not_looked_at_and_said_to_be(make_file: MakeFile) -> None:
    file = io.BytesIO()
    np.savez_compressed(file, a=np.ones(4, "f4"))
    found = health(make_file(file.getvalue(), "m.npz"))
    assert found.verdict == "unknown"
    assert "compressed" in found.sentence


def test_quantised_blocks_are_not_looked_at(make_file: MakeFile) -> None:
    tensors = [made.described("blk.0.w", [32], 2, 0), made.described("norm", [4], 0, 32)]
    found = health(make_file(made.gguf((), tensors, 48), "m.gguf"))
    assert found.verdict == "partly"
    assert (
        found.sentence == "1 of 2 tensors can't be looked at (blk.0.w: blocks of Q4_0 are not decoded here)"
    )


def test_without_numpy_nothing_is_looked_at(make_file: MakeFile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(elements, "has_numpy", lambda: False)
    found = health(make_file(BAD_BYTES, "m.safetensors"))
    assert (found.verdict, found.bytes) == ("unknown", 0)
    assert "NumPy is not installed (pip install 'mvtui[tensors]')" in found.sentence
    assert len(found.notes) == 1


def test_numpy_is_imported_only_to_count(make_file: MakeFile) -> None:
    code = (
        "import sys, mvtui.store as s\n"
        "s.inspect(sys.argv[1]); print('numpy' in sys.modules)\n"
        "s.health(sys.argv[2]); print('numpy' in sys.modules)\n"
    )
    paths = (make_file(SOUND_BYTES, "m.safetensors"), make_file(b"text", "a.txt"))
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, paths)],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )
    assert done.stdout.split() == ["False", "False"]


def test_files_without_tensors(make_file: MakeFile) -> None:
    found = health(make_file(b"text", "a.txt"))
    assert (found.verdict, found.sentence) == ("unknown", "no tensors were found in its files")


def test_weights_of_onnx_beside_the_model(make_file: MakeFile) -> None:
    path = make_file(seeds.ONNX, "model.onnx")
    assert health(path).verdict == "partly"
    external = [each for each in health(path).tensors if each.tensor.file != "model.onnx"]
    assert {each.unread for each in external} == {"its file is not here"}
    size = max((each.tensor.offset or 0) + each.tensor.nbytes for each in external)
    data = make_file(NAN32 * (size // 4), "model.onnx_data")
    found = health(path)
    assert any(each.nan for each in found.tensors if each.tensor.file == data.name)


def test_tensors_that_share_too_many_bytes_keep_nobody_busy(make_file: MakeFile) -> None:
    """GGUF lets tensors overlap only by lying; whatever a reader lets through, what is read is bounded."""
    from mvtui.store.nouns.inspection import InspectedFile, Inspection, Tensor
    from mvtui.store.verbs.health import look_at

    path = make_file(bytes(400), "m.bin")
    tensors = tuple(Tensor(f"t{n}", "F32", (100,), 400, 0, "m.bin") for n in range(1000))
    found = look_at(Inspection("x", (InspectedFile("m.bin", 400, "x"),), tensors), {"m.bin": str(path)}, None)
    assert found.bytes == 800
    assert found.verdict == "partly"


def test_progress_ends_at_the_total_and_what_it_raises_comes_out(make_file: MakeFile) -> None:
    seen: list[Progress] = []
    path = make_file(BAD_BYTES, "m.safetensors")
    health(path, progress=seen.append)
    assert {each.action for each in seen} == {"measuring"}
    assert (seen[-1].done, seen[-1].total) == (35, 35)

    def cancel(_: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        health(path, progress=cancel)


def test_what_is_not_valid_or_not_there(make_file: MakeFile) -> None:
    with pytest.raises(BadFileError):
        health(make_file(BAD_BYTES[:-1], "m.safetensors"))
    with pytest.raises(NotFoundError):
        health(make_file(b"x", "x").parent / "nothing")


def test_other_forms_of_the_weights_are_looked_at_too(make_file: MakeFile) -> None:
    """Nobody knows which of them will be loaded."""
    make_file(SOUND_BYTES, "model.safetensors")
    file = io.BytesIO()
    np.save(file, np.array([1, np.inf], "f4"))
    folder = make_file(file.getvalue(), "copy.npy").parent
    found = health(folder)
    assert (found.verdict, told(found)) == ("not finite", {"copy": (0, 1, 1)})
    np.savez_compressed(folder / "copy.npz", w=np.ones(3))
    (folder / "copy.npy").unlink()
    found = health(folder)
    assert found.verdict == "finite"
    assert found.notes == ("not looked at, and not among the weights: w of copy.npz",)


@given(st.sampled_from(sorted(seeds.SEEDS)), st.data())
def test_whatever_a_file_holds_nothing_but_the_one_error_comes_out(
    tmp_path: Path, name: str, data: st.DataObject
) -> None:
    content = bytearray(seeds.SEEDS[name])
    for _ in range(data.draw(st.integers(0, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path / name
    path.write_bytes(content[: data.draw(st.integers(1, len(content)))])
    try:
        found = health(path)
    except BadFileError:
        return
    json.dumps(found.as_dict(tensors=True), allow_nan=False)
    assert found.bytes <= 2 * len(content)


# Versions


def test_a_version(store: Store, make_file: MakeFile) -> None:
    make_file(b"{}", "config.json")
    store.register("m", make_file(BAD_BYTES, "model.safetensors").parent)
    found = store.health("m")
    assert told(found) == {"layer.0.weight": (2, 1, 1), "layer.1.weight": (1, 0, 2)}
    entry = next(file for file in store.show("m").files if file.path == "model.safetensors")
    Path(store.root, "objects", entry.digest[:2], entry.digest[2:]).unlink()
    with pytest.raises(VerificationError):
        store.health("m")


# The gate


@pytest.fixture
def guarded(store: Store, make_file: MakeFile) -> Store:
    """A store whose production takes only finite weights: m@1.0.0 is sound, m@2.0.0 is not."""
    store.register("m", make_file(SOUND_BYTES, "m.safetensors"))
    store.register("m", make_file(BAD_BYTES, "m.safetensors"))
    (store.root / "config.toml").write_text(GATE)
    return store


def test_the_gate_lets_sound_weights_in(guarded: Store) -> None:
    report = guarded.gates("m@1.0.0", "production")
    assert report.open
    moved = guarded.promote("m@1.0.0", "production", reason="go")
    (gate,) = moved.transition.gates
    assert (gate.gate, gate.outcome, gate.sentence) == ("finite-weights", "pass", "all 4 tensors are finite")


def test_the_gate_keeps_others_out_and_says_where(guarded: Store) -> None:
    with pytest.raises(GateError, match="finite-weights fails") as caught:
        guarded.promote("m@2.0.0", "production", reason="go")
    (gate,) = caught.value.results
    assert gate.outcome == "fail"
    assert gate.values["tensor"] == "layer.0.weight"
    assert guarded.transitions() == ()


def test_the_gate_asks_nothing_of_what_has_no_weights(guarded: Store, make_file: MakeFile) -> None:
    guarded.register("p", make_file(b"Hello", "p.md"), kind="prompt")
    report = guarded.gates("p@1.0.0", "production", verify=False)
    (gate,) = report.results
    assert (gate.outcome, gate.sentence) == ("pass", "a prompt has no weights")
    assert not report.unhashed
    guarded.promote("p@1.0.0", "production", reason="go")


def test_the_gate_can_not_tell_without_looking(guarded: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    report = guarded.gates("m@1.0.0", "production", verify=False)
    assert (report.results[0].outcome, report.unhashed) == ("unknown", True)
    monkeypatch.setattr(elements, "has_numpy", lambda: False)
    report = guarded.gates("m@1.0.0", "production")
    assert (report.results[0].outcome, report.unhashed) == ("unknown", False)
    with pytest.raises(GateError, match=r"can't be told.*NumPy is not installed"):
        guarded.promote("m@1.0.0", "production", reason="go")


def test_a_file_that_can_not_be_read_is_no_reason_to_raise(guarded: Store, make_file: MakeFile) -> None:
    guarded.register("m", make_file(BAD_BYTES[:-1], "m.safetensors"))
    (gate,) = guarded.gates("m", "production").results
    assert gate.outcome == "unknown"
    assert "not a valid safetensors file" in gate.sentence


def test_gigabytes_are_not_read_when_another_gate_stops_it(
    guarded: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    (guarded.root / "config.toml").write_text(GATE + '[[gate]]\nstage = "production"\napprovals = 2\n')
    monkeypatch.setattr("mvtui.store.verbs.health.look_at", lambda *_: pytest.fail("looked"))
    with pytest.raises(GateError, match="approvals fails") as caught:
        guarded.promote("m@1.0.0", "production", reason="go")
    assert "mvtui request" in caught.value.hint


def test_numbers_are_never_read_under_the_lock(guarded: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    from mvtui.store.verbs import health as verb

    real = verb.look_at

    def look(*args: object) -> Health:
        assert not guarded._repository.lock._depth
        return real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(verb, "look_at", look)
    guarded.promote("m@1.0.0", "production", reason="go")


def test_a_gate_that_comes_while_promoting_is_asked(store: Store, make_file: MakeFile) -> None:
    """What was looked at before is decided anew under the lock."""
    from mvtui.store.verbs import moving

    store.register("m", make_file(BAD_BYTES, "m.safetensors"))
    real = moving.make_ready

    def meanwhile(*args: object, **more: object) -> object:
        (store.root / "config.toml").write_text(GATE)
        return real(*args, **more)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(moving, "make_ready", meanwhile)
        with pytest.raises(GateError, match="finite-weights fails"):
            store.promote("m", "production", reason="go")


def test_the_way_back_through_the_gate_is_looked_at(guarded: Store) -> None:
    guarded.promote("m@1.0.0", "production", reason="go")
    guarded.promote("m@1.0.0", "archived", reason="out")
    guarded.undo()
    assert guarded.get("m@1.0.0").stage == "production"
    (gate,) = guarded.transitions("m")[0].gates
    assert gate.outcome == "pass"


def test_bytes_that_stayed_where_they_were_fail_at_once(store: Store, make_file: MakeFile) -> None:
    data = make_file(b"a,b", "data/train.csv")
    store.register("m", make_file(), datasets={"train": str(data)})
    name = next(model.name for model in store.models() if model.name != "m")
    (store.root / "config.toml").write_text(
        '[[gate]]\nstage = "staging"\nrequire = ["finite-weights"]\n[[gate]]\nstage = "staging"\nverified = "now"\n'
    )
    with pytest.raises(GateError, match="its bytes are not in the store"):
        store.promote(name, "staging", reason="go")
