"""``tokenizer.json``: how many tokens it knows, and of what sort it is."""

from __future__ import annotations

import json
import tracemalloc
from typing import Any

import pytest
from mvtui.store.errors import BadFileError
from mvtui.store.knowledge import formats
from mvtui.store.knowledge.formats import tokenizer
from mvtui.store.nouns.inspection import Tokenizer

from . import made

VOCAB = {"[PAD]": 0, "[UNK]": 1, "hello": 2, "##s": 3}


def content(model: dict[str, Any], **more: Any) -> bytes:
    added = [{"id": 0, "content": "[PAD]", "special": True}, {"id": 4, "content": "<new>", "special": False}]
    whole = {"version": "1.0", "truncation": None, "padding": None, "added_tokens": added, "model": model}
    return json.dumps(whole | more).encode()


SMALL = content({"type": "WordPiece", "vocab": VOCAB})


def refused(data: bytes, says: str) -> None:
    with pytest.raises(BadFileError) as caught:
        made.read(data, "tokenizer.json")
    assert says in caught.value.message
    assert caught.value.message.startswith("tokenizer.json: not a valid tokenizer file: ")


def test_a_tokenizer() -> None:
    found = made.read(SMALL, "tokenizer.json")
    assert found.tokenizer == Tokenizer("WordPiece", 5, 2, ("[PAD]",))


def test_the_steps_around_the_model_are_named() -> None:
    steps = {"normalizer": {"type": "NFC"}, "decoder": {"type": "ByteLevel", "x": [1]}, "pre_tokenizer": None}
    data = content({"vocab": VOCAB}, truncation={"max_length": 128, "stride": 0}, **steps)
    assert made.read(data, "tokenizer.json").metadata == {
        "normalizer": "NFC",
        "decoder": "ByteLevel",
        "truncation": 128,
    }


@pytest.mark.parametrize(
    ("model", "type_"),
    [
        ({"type": "BPE", "vocab": VOCAB, "merges": ["a b"]}, "BPE"),
        ({"vocab": VOCAB, "merges": [["a", "b"]]}, "BPE"),
        ({"vocab": [[token, -1.5] for token in VOCAB]}, "Unigram"),
        ({"vocab": VOCAB}, "WordPiece"),
    ],
)
def test_kinds_of_models(model: dict[str, Any], type_: str) -> None:
    assert made.read(content(model), "tokenizer.json").tokenizer == Tokenizer(type_, 5, 2, ("[PAD]",))


def test_the_content_is_known_whatever_the_name() -> None:
    assert made.read(SMALL, "tok.json").format == "tokenizer"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "truncated"),
        (b"[]", "Expected `object`"),
        (b"{}", "missing required field `model`"),
        (b'{"model": {}}', "missing required field `vocab`"),
        (content({"vocab": 5}), "Expected `object`"),
        (content({"vocab": {"a": "b"}}), "Expected `int`"),
        (content({"vocab": [["a"]]}), "Expected `array` of length 2"),
        (content({"vocab": ["a", "b"]}), "Expected `array`"),
        (content({"vocab": {}}, added_tokens=[{"id": 5}]), "missing required field `content`"),
        (b'{"model":' + b'{"a":' * 200_000, "nested too deeply"),
        (b'{"x":' + b"[" * 200_000, "nested too deeply"),
        (b'{"model": {"vocab": {"\xff": 1}}}', "UTF-8"),
        (b"version https://git-lfs.github.com/spec/v1\n", "Git LFS pointer"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told(data: bytes, says: str) -> None:
    refused(data, says)


def test_a_file_cut_off_at_any_byte_is_refused() -> None:
    for end in range(len(SMALL)):
        with pytest.raises(BadFileError):
            made.read(SMALL[:end], "tokenizer.json")


def test_a_file_that_is_too_large_is_not_read() -> None:
    file = made.Vast(tokenizer.MAX_SIZE + 1, head=b'{"version": "1.0",')
    with pytest.raises(BadFileError, match="are the most that is read"):
        formats.read(formats.Source(file, file.size, "tokenizer.json"))
    assert file.taken < 32_768


@pytest.mark.parametrize("what", ["brackets", "tokens"])
def test_bombs_are_refused_before_they_are_parsed(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokenizer, "MAX_VALUES", 30_000)
    if what == "brackets":
        data = b'{"model": {"vocab": [' + b"[]," * 400_000 + b"[]]}}"
    else:
        data = content({"vocab": {f"{n}": n for n in range(40_000)}})
    tracemalloc.start()
    try:
        refused(data, "holds more than 30,000 values")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 3 * len(data) + 100_000
