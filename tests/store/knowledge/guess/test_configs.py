"""Configurations in JSON that name a base."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from mvtui.store.knowledge import sources
from mvtui.store.knowledge.formats.config import MAX_SIZE
from mvtui.store.knowledge.guess import guess
from mvtui.store.nouns.lineage import Link

from .conftest import Guess


def test_an_adapter_names_its_base_and_revision(guessed: Guess) -> None:
    config = {
        "peft_type": "LORA",
        "base_model_name_or_path": "meta-llama/Llama-3.1-8B",
        "revision": "0e9e39f",
    }
    found = guessed(
        {"adapter_config.json": json.dumps(config), "adapter_model.safetensors": "w"}, kind="adapter"
    )
    assert found.links == (
        Link("adapter-of", "hf:meta-llama/Llama-3.1-8B@0e9e39f", guess="adapter_config.json"),
    )
    assert found.unread == ()


def test_an_adapters_base_on_the_disk_is_kept_as_a_name(guessed: Guess) -> None:
    config = '{"base_model_name_or_path": "/data/base-7b", "revision": null}'
    assert guessed({"adapter_config.json": config}).links[0].to == "name:/data/base-7b"


@pytest.mark.parametrize("base", ['""', '"."', '"./"', "null", "7", '["a"]', '"\\ud800"'])
def test_an_adapter_without_a_base_names_none(guessed: Guess, base: str) -> None:
    assert guessed({"adapter_config.json": f'{{"base_model_name_or_path": {base}}}'}).links == ()


def test_the_configuration_beside_an_adapters_is_its_bases(guessed: Guess) -> None:
    files: dict[str, str | bytes] = {
        "adapter_config.json": '{"base_model_name_or_path": "org/base"}',
        "config.json": '{"_name_or_path": "org/what-the-base-came-from"}',
    }
    assert [link.to for link in guessed(files).links] == ["hf:org/base"]


def test_a_model_names_what_it_was_loaded_from(guessed: Guess) -> None:
    found = guessed(
        {"config.json": '{"_name_or_path": "nreimers/MiniLM-L6-H384-uncased", "hidden_size": 384}'}
    )
    assert found.links == (
        Link("fine-tuned-from", "hf:nreimers/MiniLM-L6-H384-uncased", guess="config.json"),
    )


def test_a_quantized_model_names_what_was_quantized(guessed: Guess) -> None:
    config = '{"_name_or_path": "org/base", "quantization_config": {"quant_method": "gptq", "bits": 4}}'
    assert guessed({"config.json": config}).links[0].type == "quantized-from"


@pytest.mark.parametrize("path", ["", ".", "./out", "/data/ckpt", "out/checkpoint-500", "checkpoint-9"])
def test_a_local_path_is_no_parent(guessed: Guess, path: str) -> None:
    found = guessed({"config.json": json.dumps({"_name_or_path": path})})
    assert (found.links, found.unread) == ((), ())


def test_a_model_is_not_its_own_parent(guessed: Guess) -> None:
    config = '{"_name_or_path": "org/Sentiment"}'
    assert guessed({"config.json": config}, model="sentiment").links == ()
    assert len(guessed({"config.json": config}, model="other").links) == 1


def test_only_the_configuration_nearest_to_the_root_speaks_for_the_whole(guessed: Guess) -> None:
    files: dict[str, str | bytes] = {
        "model_index.json": '{"_class_name": "StableDiffusionPipeline", "_name_or_path": "org/sd"}',
        "text_encoder/config.json": '{"_name_or_path": "openai/clip-vit-large-patch14"}',
    }
    assert [(link.to, link.guess) for link in guessed(files).links] == [("hf:org/sd", "model_index.json")]
    files = {"0_Transformer/config.json": '{"_name_or_path": "org/base"}'}
    found = guessed(files, model="x")
    assert ("hf:org/base", "0_Transformer/config.json") not in [(k.to, k.guess) for k in found.links]


def test_a_lone_directory_speaks_for_the_whole(guessed: Guess) -> None:
    files: dict[str, str | bytes] = {
        "0_Transformer/config.json": '{"_name_or_path": "org/base"}',
        "1_Pooling/config.json": '{"word_embedding_dimension": 384}',
    }
    assert [link.guess for link in guessed(files).links] == ["0_Transformer/config.json"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "line 1, column 1"),
        (b"{", "line 1"),
        (b"[1]", "not a JSON object"),
        (b'"roberta-base"', "not a JSON object"),
        (b'{"_name_or_path": "a", "_name_or_path": "b"}', "'_name_or_path' is there twice"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (b'{"a": ' + b"9" * 5000 + b"}", "digits"),
        (b"\xff\xfe{}", "not UTF-8 at byte 0"),
        (b'{"_name_or_path": "caf\xe9"}', "not UTF-8"),
        (b" " * (MAX_SIZE + 1), "larger than 4,096 KiB"),
    ],
)
@pytest.mark.parametrize("name", ["config.json", "adapter_config.json"])
def test_a_configuration_that_cannot_be_read_is_named(
    guessed: Guess, name: str, content: bytes, says: str
) -> None:
    found = guessed({name: content, "model.bin": b"w"})
    assert found.links == ()
    assert len(found.unread) == 1
    assert found.unread[0].startswith(f"{name}: ")
    assert says in found.unread[0]


def test_a_byte_order_mark_is_no_obstacle(guessed: Guess) -> None:
    assert len(guessed({"config.json": b'\xef\xbb\xbf{"_name_or_path": "org/base"}'}).links) == 1


def test_numbers_that_json_does_not_know_are_no_obstacle(guessed: Guess) -> None:
    assert (
        len(guessed({"config.json": '{"eps": NaN, "max": Infinity, "_name_or_path": "org/base"}'}).links) == 1
    )


@pytest.mark.parametrize("becomes", ["gone", "fifo", "directory"])
def test_a_file_that_changed_its_nature_is_not_waited_for(tmp_path: Path, becomes: str) -> None:
    path = tmp_path / "version" / "config.json"
    path.parent.mkdir()
    path.write_text('{"_name_or_path": "org/base"}')
    files = sources.collect([path.parent], follow=False, store=tmp_path)
    path.unlink()
    if becomes == "fifo":
        os.mkfifo(path)
    elif becomes == "directory":
        path.mkdir()
    found = guess(files)
    assert found.links == ()
    assert len(found.unread) == 1
