"""Several files as one model: shards and their index, the same weights in several forms, what is left out."""

from __future__ import annotations

import json
from typing import Any

import pytest
from mvtui.store.errors import BadFileError
from mvtui.store.knowledge import formats
from mvtui.store.knowledge.formats import together, weights_index
from mvtui.store.nouns.inspection import Architecture, InspectedFile, Inspection, Quantisation

from . import made, seeds
from .made import external, graph, onnx, safetensors, tensor_proto


def combined(files: dict[str, bytes]) -> Inspection:
    return together.combine([made.read(data, path) for path, data in files.items()])


def shard(*names: str) -> bytes:
    return safetensors({name: ("F32", [2], 8) for name in names})


def index(weight_map: dict[str, str], total: object = None) -> bytes:
    said: dict[str, Any] = {"weight_map": weight_map}
    return json.dumps(said | ({"metadata": {"total_size": total}} if total is not None else {})).encode()


WHOLE = {
    "model-1.safetensors": shard("a", "b"),
    "model-2.safetensors": shard("c"),
    "model.safetensors.index.json": index(
        {"a": "model-1.safetensors", "b": "model-1.safetensors", "c": "model-2.safetensors"}, 24
    ),
}


def test_shards_and_their_index_are_whole() -> None:
    found = combined(WHOLE)
    assert (found.format, [t.name for t in found.tensors]) == ("safetensors", ["a", "b", "c"])
    assert (found.problems, found.notes) == ((), ())
    below = combined({f"deep/er/{path}": data for path, data in WHOLE.items()})
    assert (len(below.tensors), below.problems, below.notes) == (3, (), ())


def test_what_an_index_and_its_shards_disagree_about_is_told() -> None:
    name = "model.safetensors.index.json"
    without = {path: data for path, data in WHOLE.items() if path != "model-2.safetensors"}
    assert combined(without).problems == (f"model-2.safetensors: missing, and {name} says it holds 1 tensor",)
    other = WHOLE | {"model-2.safetensors": shard("x", "y", "z")}
    assert combined(other).problems == (
        f"model-2.safetensors: {name} says it holds 'c', and it does not",
        f"model-2.safetensors: {name} does not list 'x' and 2 more",
    )
    size = WHOLE | {
        name: index({"a": "model-1.safetensors", "b": "model-1.safetensors", "c": "model-2.safetensors"}, 99)
    }
    assert combined(size).problems == ()
    assert combined(size).notes == (f"{name}: it says that the tensors have 99 bytes, and they have 24",)


def test_a_shard_that_is_damaged_is_told_once() -> None:
    bad = InspectedFile(
        "model-2.safetensors", 5, "safetensors", problem="not a valid safetensors file: it is cut off"
    )
    files = [made.read(data, path) for path, data in WHOLE.items() if path != "model-2.safetensors"]
    assert together.combine([*files, bad]).problems == (
        "model-2.safetensors: not a valid safetensors file: it is cut off",
    )


def test_an_index_of_another_form_that_was_not_downloaded_is_no_problem() -> None:
    found = combined(
        {"model.safetensors": shard("a"), "pytorch_model.bin.index.json": index({"a": "pytorch_model-1.bin"})}
    )
    assert found.problems == ()
    assert found.notes == ("pytorch_model.bin.index.json: none of the 1 files it names is here",)


@pytest.mark.parametrize(
    "path", ["../secret", "/etc/passwd", "a/../../b", "", ".", "a\0b", "..\\b", "a\\b", "\ud800", "a//b"]
)
def test_an_index_that_leaves_its_directory_is_refused(path: str) -> None:
    with pytest.raises(BadFileError, match=r"not a valid weights index file: it names"):
        made.read(index({"a": path}), "model.safetensors.index.json")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"{}", "weight_map is not an object"),
        (b'{"weight_map": []}', "weight_map is not an object"),
        (b'{"weight_map": {"a": 5}}', "weight_map is not an object of file names"),
        (b'{"weight_map": {"a": "b", "a": "c"}}', "'a' is there twice"),
        (b'{"weight_map": {"a": "b"}', "line 1"),
        (
            index({str(n): f"{n}.safetensors" for n in range(weights_index.MAX_SHARDS + 1)}),
            "names 4,097 files",
        ),
    ],
)
def test_what_is_wrong_with_an_index_is_told(data: bytes, says: str) -> None:
    with pytest.raises(BadFileError) as caught:
        made.read(data, "model.safetensors.index.json")
    assert says in caught.value.message


def test_an_index_of_millions_of_tensors_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights_index, "MAX_TENSORS", 1000)
    with pytest.raises(BadFileError, match="lists 1,001 tensors"):
        made.read(index({str(n): "a" for n in range(1001)}), "x.index.json")
    file = made.Vast(1 << 40, head=b'{"weight_map": {')
    with pytest.raises(BadFileError, match="are the most that is read"):
        formats.read(formats.Source(file, file.size, "x.index.json"))
    assert file.taken < 32_768


def test_the_same_weights_in_several_forms_are_counted_once() -> None:
    found = combined(
        {
            "onnx/model.onnx": onnx(graph(weights=[tensor_proto("a", [9], raw=bytes(36))])),
            "model.safetensors": shard("a"),
            "stats.npz": made.npz({"mean.npy": made.npy()}),
        }
    )
    assert (found.format, [t.file for t in found.tensors]) == ("safetensors", ["model.safetensors"])
    assert found.notes == ("counted are the safetensors files; not counted: onnx/model.onnx, stats.npz",)


def test_variants_and_merged_files_beside_shards_are_counted_once() -> None:
    variants = combined({"model.fp16.safetensors": shard("a", "b"), "model.safetensors": shard("a", "b")})
    assert len(variants.tensors) == 2
    assert variants.notes == (
        "model.safetensors: 2 of its tensors are in a file before it, too, and are counted once",
    )
    merged = combined(WHOLE | {"consolidated.safetensors": shard("layers.0")})
    assert len(merged.tensors) == 3
    assert merged.notes == ("consolidated.safetensors is not in the index beside it, and is not counted",)


def test_parts_in_several_directories_are_all_counted() -> None:
    found = combined({"unet/a.safetensors": shard("w"), "vae/b.safetensors": shard("w")})
    assert len(found.tensors) == 2
    assert found.notes == ()


def test_states_of_a_training_are_no_weights() -> None:
    found = combined({"optimizer.safetensors": shard("exp_avg"), "model.safetensors": shard("a")})
    assert [t.name for t in found.tensors] == ["a"]
    assert found.notes == ("counted are the safetensors files; not counted: optimizer.safetensors",)
    assert [t.name for t in combined({"optimizer.safetensors": shard("exp_avg")}).tensors] == ["exp_avg"]


def test_more_tensors_than_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(together, "MAX_TENSORS", 3)
    found = combined({"a.safetensors": shard("a", "b"), "b.safetensors": shard("c", "d", "e")})
    assert len(found.tensors) == 3
    assert found.notes == ("2 tensors are left out: 3 are the most that are kept",)


def test_external_data_are_known_and_missed() -> None:
    model = onnx(graph(weights=[tensor_proto("a", [4], more=external("m.data", offset=16, length=16))]))
    assert combined({"x/m.onnx": model}).problems == (
        "x/m.onnx: 1 tensors lie in x/m.data, which is not here",
    )
    short = combined({"x/m.onnx": model, "x/m.data": bytes(20)})
    assert short.problems == ("x/m.data: it has 20 bytes, and the tensors of x/m.onnx end at 32",)
    whole = combined({"x/m.onnx": model, "x/m.data": bytes(32)})
    assert whole.problems == ()
    assert [file.format for file in whole.files] == ["ONNX", "external data"]


def config(**more: Any) -> bytes:
    return json.dumps({"model_type": "bert", **more}).encode()


def test_the_nearest_configuration_speaks_for_the_whole() -> None:
    found = combined(
        {
            "text_encoder/config.json": config(hidden_size=5),
            "config.json": config(hidden_size=7, quantization_config={"quant_method": "awq"}),
            "1_Pooling/config.json": b'{"word_embedding_dimension": 5}',
            "model.gguf": seeds.GGUF,
        }
    )
    assert found.architecture == Architecture("bert", hidden_size=7, said_by="config.json")
    assert found.quantisation == Quantisation("GGUF", "Q4_K_M")
    assert found.tokenizer is not None
    assert found.tokenizer.type == "BPE"
    alone = combined({"model.gguf": seeds.GGUF})
    assert alone.architecture is not None
    assert alone.architecture.family == "llama"


def test_an_adapter_speaks_before_its_base() -> None:
    found = combined(
        {
            "config.json": config(),
            "adapter_config.json": b'{"peft_type": "LORA"}',
            "a.safetensors": shard("a"),
        }
    )
    assert found.architecture == Architecture("LORA adapter", said_by="adapter_config.json")


def test_a_tokenizer_with_more_tokens_than_the_model_is_noted() -> None:
    files = {"config.json": config(vocab_size=1), "tokenizer.json": seeds.TOKENIZER}
    assert combined(files).notes == ("the tokenizer knows 3 tokens, and the model 1",)
    assert combined(files | {"config.json": config(vocab_size=3)}).notes == ()


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"config.json": config()}, "model config"),
        ({"a.index.json": index({"a": "b"})}, "weights index"),
        ({"a.txt": b"text"}, "unknown"),
        ({"config.json": config(), "a.txt": b"text"}, ""),
        ({}, ""),
    ],
)
def test_the_format_of_files_without_weights(files: dict[str, bytes], expected: str) -> None:
    assert combined(files).format == expected


def test_notes_without_end_are_cut() -> None:
    files = [InspectedFile(f"{n}", 1, "unknown", problem="bad") for n in range(1000)]
    found = together.combine(files)
    assert len(found.problems) == together.MAX_SAID
    assert found.problems[-1] == "and 801 more"
