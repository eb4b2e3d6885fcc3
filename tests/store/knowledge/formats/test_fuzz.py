"""Whatever a file holds, a reader answers or raises its one error; and what it answers is sound.

``MVTUI_FUZZ=20000`` tries so many damaged files of each format, in another order each time.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import random
import struct
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mvtui.store.errors import BadFileError
from mvtui.store.knowledge import formats
from mvtui.store.knowledge.formats.together import combine
from mvtui.store.nouns.inspection import InspectedFile
from mvtui.tui import inspection as words
from mvtui.tui.module_tree import module_lines

from . import made
from .seeds import SEEDS

ROUNDS = int(os.environ.get("MVTUI_FUZZ", "150"))
NAMES = sorted(SEEDS)
_TELLING = [0, 1, 7, 8, 127, 128, 255, 2**15, 2**16 - 1, 2**31, 2**32 - 1, 2**53, 2**63 - 1, 2**63, 2**64 - 1]
_TOKENS = [
    b"{",
    b"}",
    b"[",
    b"]",
    b'"',
    b",",
    b":",
    b"\\ud800",
    b"-1",
    b"1e999",
    b"null",
    b"\0",
    b"\xff",
    b"../",
    b"/",
]


def damaged(random_: random.Random, data: bytes) -> bytes:
    """Return a file with one to a few things changed in it."""
    out = bytearray(data)
    for _ in range(random_.choice([1, 1, 2, 5])):
        at = random_.randrange(len(out) + 1)
        match random_.randrange(8):
            case 0:
                out[at : at + 1] = random_.randbytes(1)
            case 1:
                del out[at : at + random_.choice([1, 2, 8, 64])]
            case 2:
                out[at:at] = random_.choice(_TOKENS)
            case 3:
                width = random_.choice(["<B", "<H", "<I", "<Q"])
                size = struct.calcsize(width)
                out[at : at + size] = struct.pack(width, random_.choice(_TELLING) % 256**size)
            case 4:
                out[at:at] = out[at : at + random_.choice([1, 8, 40, 200])]
            case 5:
                del out[at:]
            case 6:
                start = random_.randrange(len(out) + 1)
                out[at : at + 16] = out[start : start + 16]
            case _:
                out[at:at] = made.varint(random_.choice(_TELLING))
    return bytes(out)


def check(data: bytes, name: str) -> InspectedFile | None:
    """Look into a file; whatever is found must be sound, and fit to be shown and written as JSON."""
    try:
        found = made.read(data, name)
    except BadFileError as error:
        refusal = error
    else:
        check_sound(found, name, len(data))
        return found
    assert refusal.problem
    assert refusal.hint
    assert len(refusal.message) < 1000
    refusal.message.encode()
    return None


def check_sound(found: InspectedFile, name: str, size: int) -> None:
    whole = combine([found])
    json.dumps(whole.as_dict(tensors=True), allow_nan=False).encode()
    for tensor in whole.tensors:
        tensor.name.encode()
        assert tensor.nbytes >= 0
        assert all(each >= 0 for each in tensor.shape)
        if tensor.offset is not None and tensor.file == name:
            assert tensor.offset >= 0
            assert tensor.offset + tensor.nbytes <= size
    module_lines(whole.tensors)
    for value in found.metadata.values():
        words.value(value).encode()
    if whole.architecture:
        words.architecture(whole.architecture)
    if whole.tokenizer:
        words.tokenizer(whole.tokenizer)


def test_the_seeds_are_valid_and_of_all_formats() -> None:
    formats_seen = set()
    for name, data in SEEDS.items():
        found = check(data, name)
        assert found is not None
        formats_seen.add(found.format)
    assert formats_seen == {reader.NAME for reader in formats.readers()} | {"TorchScript", "joblib"}


@pytest.mark.parametrize("name", NAMES)
def test_damaged_files(name: str) -> None:
    random_ = random.Random(name if ROUNDS == 150 else None)
    outcomes = {check(damaged(random_, SEEDS[name]), name) is None for _ in range(ROUNDS)}
    assert outcomes == {True, False} or name == "README.md"


@pytest.mark.parametrize("name", NAMES)
def test_files_under_the_name_of_another_format(name: str) -> None:
    for data in SEEDS.values():
        check(data, name)
        check(data[: len(data) // 2], name)
        check(data[1:], name)


@pytest.mark.parametrize("name", NAMES)
def test_every_prefix_of_every_file(name: str) -> None:
    for end in range(len(SEEDS[name])):
        check(SEEDS[name][:end], name)


@given(st.sampled_from(NAMES), st.binary(max_size=200))
def test_any_bytes_under_any_name(name: str, data: bytes) -> None:
    check(data, name)


@given(st.sampled_from(NAMES), st.binary(max_size=100), st.integers(0, 60))
def test_any_bytes_behind_a_valid_beginning(name: str, data: bytes, kept: int) -> None:
    check(SEEDS[name][:kept] + data, name)


anything = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def mostly(*good: Any) -> st.SearchStrategy[Any]:
    return st.one_of(*(st.just(each) for each in good), anything)


@given(
    st.dictionaries(
        st.sampled_from(["a", "b.c", "__metadata__", "", "\ud800", "a/b"]) | st.text(max_size=5),
        st.fixed_dictionaries(
            {},
            optional={
                "dtype": mostly("F32", "BF16", "F4", "X"),
                "shape": mostly([], [2], [0], [2**32, 2**31], [-1]),
                "data_offsets": mostly([0, 8], [8, 16], [0, 0], [8, 0], [0, 2**63]),
                "more": anything,
            },
        )
        | anything,
        max_size=4,
    )
)
def test_any_header_of_safetensors(header: dict[str, Any]) -> None:
    check(made.safetensors_of(json.dumps(header).encode(), bytes(16)), "model.safetensors")


_KEYS = {
    "config.json": ["model_type", "architectures", "hidden_size", "vocab_size", "text_config", "quantization_config"],
    "adapter_config.json": ["peft_type", "r", "base_model_name_or_path"],
    "model.safetensors.index.json": ["metadata", "weight_map", "total_size"],
    "tokenizer.json": ["model", "vocab", "added_tokens", "truncation", "normalizer", "type", "merges"],
}  # fmt: skip


@pytest.mark.parametrize("name", _KEYS)
@given(data=st.data())
def test_any_json_under_the_names_of_json_formats(name: str, data: st.DataObject) -> None:
    keys = st.sampled_from(_KEYS[name])
    inner = st.dictionaries(keys, anything, max_size=4) | anything
    check(json.dumps(data.draw(st.dictionaries(keys, inner, max_size=5))).encode(), name)


def test_files_that_shrink_while_they_are_read() -> None:
    """The size was true when the file was opened."""
    for name, data in SEEDS.items():
        for end in range(0, len(data), 7):
            with contextlib.suppress(BadFileError):
                formats.read(formats.Source(io.BytesIO(data[:end]), len(data), name))


def test_everything_that_is_found_can_be_sent_elsewhere() -> None:
    for name, data in SEEDS.items():
        found = made.read(data, name)
        assert msgspec.to_builtins(found)
