"""Configurations of models and adapters, in the words that different libraries write."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from mvtui.store.errors import BadFileError
from mvtui.store.knowledge.formats.config import MAX_SIZE
from mvtui.store.nouns.inspection import Architecture, Cut, Quantisation

from . import made


def architecture(config: dict[str, Any]) -> Architecture | None:
    return made.read(json.dumps(config).encode(), "config.json").architecture


BERT = {
    "architectures": ["BertModel"],
    "model_type": "bert",
    "hidden_size": 384,
    "intermediate_size": 1536,
    "max_position_embeddings": 512,
    "num_attention_heads": 12,
    "num_hidden_layers": 6,
    "vocab_size": 30522,
    "torch_dtype": "float32",
}


def said(family: str, **more: int) -> Architecture:
    return msgspec.structs.replace(Architecture(family, said_by="config.json"), **more)


def test_what_a_configuration_says() -> None:
    found = made.read(json.dumps(BERT).encode(), "config.json")
    assert found.format == "model config"
    assert found.architecture == Architecture(
        "bert", ("BertModel",), 6, 384, 1536, 12, None, 30522, 512, None, None, "float32", "config.json"
    )
    assert found.metadata == BERT


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        (
            {"model_type": "gpt2", "n_layer": 12, "n_embd": 768, "n_head": 12, "n_positions": 1024, "n_inner": None},
            said("gpt2", layers=12, hidden_size=768, heads=12, context=1024),
        ),
        (
            {"model_type": "t5", "num_layers": 6, "d_model": 512, "d_ff": 2048, "num_heads": 8},
            said("t5", layers=6, hidden_size=512, feed_forward=2048, heads=8),
        ),
        (
            {"model_type": "distilbert", "dim": 768, "hidden_dim": 3072, "n_layers": 6, "n_heads": 12},
            said("distilbert", layers=6, hidden_size=768, feed_forward=3072, heads=12),
        ),
        (
            {"model_type": "mixtral", "num_local_experts": 8, "num_experts_per_tok": 2, "num_key_value_heads": 8},
            said("mixtral", kv_heads=8, experts=8, experts_used=2),
        ),
        (
            {"model_type": "x", "num_attention_heads": 8, "num_key_value_heads": 8},
            said("x", heads=8),
        ),
        (
            {"model_type": "llava", "text_config": {"hidden_size": 4096, "vocab_size": 32000}, "vision_config": {"hidden_size": 1}},
            said("llava", hidden_size=4096, vocabulary=32000),
        ),
        ({"word_embedding_dimension": 384}, None),
        ({"model_type": 5, "vocab_size": "many", "hidden_size": -1, "num_hidden_layers": True}, None),
        ({"model_type": "x", "architectures": "Y", "vocab_size": 2**70}, said("x")),
    ],
)  # fmt: skip
def test_names_of_other_families(config: dict[str, Any], expected: Architecture | None) -> None:
    assert architecture(config) == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"quant_method": "gptq", "bits": 4, "group_size": 128}, Quantisation("gptq", "", 4, 128)),
        ({"quant_method": "awq", "bits": 4, "q_group_size": 64, "version": "gemm"}, Quantisation("awq", "gemm", 4, 64)),
        (
            {"quant_method": "bitsandbytes", "load_in_4bit": True, "bnb_4bit_quant_type": "nf4"},
            Quantisation("bitsandbytes", "nf4", 4),
        ),
        (
            {"quant_method": "bitsandbytes", "load_in_8bit": True, "bnb_4bit_quant_type": "fp4"},
            Quantisation("bitsandbytes", "", 8),
        ),
        ({"quant_method": "fp8", "fmt": "e4m3"}, Quantisation("fp8", "e4m3")),
        ({}, Quantisation("quantised")),
        ("gptq", None),
    ],
)  # fmt: skip
def test_quantisation(said: Any, expected: Quantisation | None) -> None:
    found = made.read(json.dumps(BERT | {"quantization_config": said}).encode(), "config.json")
    assert found.quantisation == expected


def test_long_values_are_cut_and_odd_ones_kept() -> None:
    names = {str(n): f"class {n}" for n in range(1000)}
    config = BERT | {
        "id2label": names,
        "list": list(range(100)),
        "text": "x" * 5000,
        "deep": [[[[[[[[[1]]]]]]]]],
    }
    text = json.dumps(config)[:-1] + ', "nan": NaN, "broken": "\\ud800"}'
    found = made.read(text.encode(), "config.json").metadata
    assert found["id2label"] == Cut("object", 1000)
    assert found["list"] == Cut("list", 100, [0, 1, 2])
    assert found["text"] == Cut("text", 5000, "x" * 4096)
    assert found["broken"] == "?"
    assert found["nan"] != found["nan"]


def test_an_adapter() -> None:
    said = {"peft_type": "LORA", "r": 8, "base_model_name_or_path": "org/base", "target_modules": ["q", "v"]}
    for name in ("adapter_config.json", "other.json"):
        found = made.read(json.dumps(said).encode(), name)
        assert found.format == "adapter config"
        assert found.architecture == Architecture("LORA adapter", said_by=name)
        assert found.notes == ("it is of rank 8", "it adapts q, v", "its base is org/base")
        assert found.metadata == said


@pytest.mark.parametrize("name", ["config.json", "adapter_config.json"])
@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "line 1, column 1"),
        (b"[]", "not a JSON object"),
        (b'{"a": 1,', "line 1, column"),
        (b'{"model_type": "a", "model_type": "b"}', "'model_type' is there twice"),
        (b'{"a": "\xff"}', "not UTF-8 at byte 7"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (b" " * (MAX_SIZE + 1), "larger than 4,096 KiB"),
        (b'{"a": 1' + b"0" * 5000 + b"}", "thousands of digits"),
    ],
)
def test_what_is_wrong_is_told(name: str, data: bytes, says: str) -> None:
    with pytest.raises(BadFileError) as caught:
        made.read(data, name)
    assert says in caught.value.message


def test_a_file_cut_off_at_any_byte_is_refused() -> None:
    data = json.dumps(BERT).encode()
    for end in range(len(data)):
        with pytest.raises(BadFileError):
            made.read(data[:end], "config.json")
