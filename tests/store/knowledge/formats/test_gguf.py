"""GGUF, by its specification. What its metadata say of a model's origin is tested beside ``guess``."""

from __future__ import annotations

import struct
import tracemalloc
from typing import Any

import pytest
from mvtui.store.errors import BadFileError
from mvtui.store.knowledge import formats
from mvtui.store.knowledge.formats import dtypes, gguf_header, limits
from mvtui.store.nouns.inspection import Architecture, Cut, InspectedFile, Quantisation, Tensor, Tokenizer

from . import made
from .made import ARRAY, BOOL, F32, F64, I8, I64, STRING, U8, U32, U64, described, gguf, pair

Q4_K, Q6_K, F32_TYPE = 12, 14, 0

LLAMA = [
    pair("general.architecture", STRING, "llama"),
    pair("general.file_type", U32, 15),
    pair("llama.block_count", U32, 2),
    pair("llama.embedding_length", U32, 256),
    pair("llama.feed_forward_length", ARRAY, (U32, [512, 512])),
    pair("llama.attention.head_count", U32, 8),
    pair("llama.attention.head_count_kv", ARRAY, (U32, [2, 2])),
    pair("llama.context_length", U64, 8192),
    pair("llama.rope.freq_base", F32, 10000.0),
    pair("llama.flag", BOOL, True),
    pair("tokenizer.ggml.model", STRING, "gpt2"),
    pair("tokenizer.ggml.tokens", ARRAY, (STRING, [f"token {n}" for n in range(300)])),
    pair("tokenizer.ggml.scores", ARRAY, (F32, [0.5] * 300)),
]
TENSORS = [
    described("token_embd.weight", [256, 300], Q6_K, 0),
    described("blk.0.attn_q.weight", [256, 256], Q4_K, 63008),
    described("output_norm.weight", [256], F32_TYPE, 99872),
]
SMALL = gguf(LLAMA, TENSORS, 99872 + 1024)


def read(data: bytes) -> InspectedFile:
    return made.read(data, "m.gguf")


def refused(data: bytes, says: str) -> None:
    with pytest.raises(BadFileError) as caught:
        read(data)
    assert says in caught.value.message
    assert caught.value.message.startswith("m.gguf: not a valid GGUF file: ")


def test_a_model() -> None:
    found = read(SMALL)
    start = len(SMALL) - 99872 - 1024
    assert found.tensors == (
        Tensor("token_embd.weight", "Q6_K", (300, 256), 63000, start, "m.gguf"),
        Tensor("blk.0.attn_q.weight", "Q4_K", (256, 256), 36864, start + 63008, "m.gguf"),
        Tensor("output_norm.weight", "F32", (256,), 1024, start + 99872, "m.gguf"),
    )
    assert found.architecture == Architecture(
        family="llama",
        layers=2,
        hidden_size=256,
        feed_forward=512,
        heads=8,
        kv_heads=2,
        vocabulary=300,
        context=8192,
        said_by="m.gguf",
    )
    assert found.quantisation == Quantisation("GGUF", "Q4_K_M")
    assert found.tokenizer == Tokenizer("BPE", 300)
    assert found.metadata["tokenizer.ggml.tokens"] == Cut("STRING", 300)
    assert found.metadata["tokenizer.ggml.scores"] == Cut("F32", 300)
    assert found.metadata["llama.rope.freq_base"] == 10000.0
    assert found.metadata["llama.flag"] is True
    assert found.metadata["GGUF.version"] == 3
    assert found.notes == ()


@pytest.mark.parametrize(
    ("kind", "value"),
    [(U8, 255), (I8, -5), (U32, 7), (I64, -(2**62)), (F64, 0.1), (BOOL, False), (STRING, "é")],
)
def test_values_of_all_kinds_are_kept(kind: int, value: Any) -> None:
    assert read(gguf([pair("k", kind, value)])).metadata["k"] == value
    assert read(gguf([pair("k", ARRAY, (kind, [value] * 3))])).metadata["k"] == [value] * 3


def test_version_2_and_another_alignment() -> None:
    data = gguf(
        [pair("general.alignment", U32, 256)], [described("t", [3], 0, 256)], 268, version=2, alignment=256
    )
    (tensor,) = read(data).tensors
    assert tensor.offset == len(data) - 12
    assert tensor.offset % 256 == 0


def test_layers_that_differ_have_no_one_number() -> None:
    found = read(gguf([*LLAMA[:1], pair("llama.attention.head_count", ARRAY, (U32, [8, 4]))]))
    assert found.architecture is not None
    assert found.architecture.heads is None
    assert found.metadata["llama.attention.head_count"] == [8, 4]


def test_long_texts_keep_their_beginning_and_all_of_them_are_bounded() -> None:
    many = [pair(f"k{n}", STRING, "x" * 4096) for n in range(1200)]
    found = read(gguf([pair("template", STRING, "y" * 5000), *many])).metadata
    assert found["template"] == Cut("text", 5000, "y" * 4096)
    assert found["k0"] == "x" * 4096
    assert found["k1199"] == Cut("text", 4096)
    assert sum(len(value) for value in found.values() if isinstance(value, str)) <= gguf_header.MAX_KEPT


def test_a_quantisation_that_is_not_named_is_the_type_of_most_bytes() -> None:
    assert read(gguf([], TENSORS, 99872 + 1024)).quantisation == Quantisation("GGUF", "Q6_K")
    assert read(gguf([], [described("t", [4], 0, 0)], 16)).quantisation is None


def test_a_part_of_a_split_model_says_so() -> None:
    found = read(gguf([pair("split.no", U8, 1), pair("split.count", U8, 3)]))
    assert found.notes == ("it is part 2 of 3",)


def test_types_of_the_future_reach_to_the_next_tensor() -> None:
    found = read(gguf([], [described("a", [7], 99, 0), described("b", [7], 98, 64)], 100))
    assert [(t.name, t.dtype, t.nbytes) for t in found.tensors] == [
        ("a", "GGML_99", 64),
        ("b", "GGML_98", 36),
    ]
    assert "98, 99" in found.notes[0]


@pytest.mark.parametrize("kind", dtypes.GGML)
def test_every_type_is_measured_in_blocks(kind: int) -> None:
    name, block, size = dtypes.GGML[kind]
    (tensor,) = read(gguf([], [described("t", [2 * block, 3], kind, 0)], 6 * size)).tensors
    assert (tensor.dtype, tensor.shape, tensor.nbytes) == (name, (3, 2 * block), 6 * size)
    refused(gguf([], [described("t", [2 * block, 3], kind, 0)], 6 * size - 1), "ends 1 bytes behind the file")


ONE = described("t", [4], 0, 0)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (gguf(version=1), "GGUF version 1 is not known"),
        (b"GGUF" + struct.pack(">IQQ", 3, 0, 0), "big-endian"),
        (gguf(counts=(10_000_000, None)), "claims 10,000,000 tensors, and 300,000 are the most"),
        (gguf(counts=(2**64 - 1, None)), "claims 18,446,744,073,709,551,615 tensors"),
        (gguf(counts=(None, 10_000_000)), "claims 10,000,000 metadata entries"),
        (gguf([pair("a", U8, 1), pair("a", U8, 1)]), "the key 'a' is there twice"),
        (gguf([], [ONE, ONE], 16), "the tensor 't' is there twice"),
        (gguf([], [described(b"\xff", [4], 0, 0)], 16), "the name of a tensor is not UTF-8"),
        (gguf([], [described("t", [1, 1, 1, 1, 1], 0, 0)], 16), "said to have 5 dimensions"),
        (gguf([], [described("t", [2**40, 2**40], 0, 0)], 16), "impossibly large"),
        (gguf([], [described("t", [2**64 - 1], 0, 0)], 16), "impossibly large"),
        (gguf([], [described("t", [5], 0, 0)], 16), "ends 4 bytes behind the file"),
        (gguf([], [described("t", [1], 0, 2**62)], 16), "behind the file"),
        (gguf([], [described("t", [1], 0, 8)], 16), "lies at 8, which is no multiple of 32"),
        (gguf([], [described("t", [255, 4], 12, 0)], 9999), "no whole blocks of 256 Q4_K"),
        (gguf([], [described("a", [9], 0, 0), described("b", [9], 0, 32)], 99), "'b' and 'a' overlap"),
        (gguf([], [described("a", [9], 0, 0), described("b", [9], 0, 0)], 99), "overlap"),
        (gguf([pair("general.alignment", U32, 0)]), "its alignment 0 is no power of two"),
        (gguf([pair("general.alignment", U32, 48)]), "its alignment 48 is no power of two"),
        (gguf([pair("general.alignment", STRING, "x" * 999)]), "is no power of two"),
        (gguf([pair("general.alignment", U64, 2**40)]), "is no power of two"),
        (gguf([], [struct.pack("<Q", 2**60) + b"t"]), "claims a name of"),
        (gguf([], [described("t" * 65_536, [4], 0, 0)], 16), "claims a name of 65,536 bytes"),
        (gguf([pair("k" * 65_536, U8, 1)]), "claims a key of 65,536 bytes"),
        (gguf([pair("a", ARRAY, struct.pack("<IQ", ARRAY, 1))]), "array of arrays"),
        (gguf([pair("a", ARRAY, struct.pack("<IQ", U8, 2**63))]), "claims an array of"),
        (b"version https://git-lfs.github.com/spec/v1\n", "Git LFS pointer"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told(data: bytes, says: str) -> None:
    refused(data, says)


def test_a_file_cut_off_at_any_byte_is_refused() -> None:
    small = gguf(LLAMA[:2], [described("t", [4], 0, 0)], 16)
    for end in range(len(small)):
        with pytest.raises(BadFileError):
            read(small[:end])


def test_empty_tensors_overlap_nothing() -> None:
    data = gguf([], [described("a", [0], 0, 0), described("b", [4], 0, 0), described("c", [0, 5], 0, 0)], 16)
    assert [tensor.nbytes for tensor in read(data).tensors] == [0, 16, 0]


def test_the_weights_are_not_read() -> None:
    size = 70 << 30
    head = gguf([], [described("w", [size], 24, 0)])
    file = made.Vast(len(head) + size, head=head)
    (tensor,) = formats.read(formats.Source(file, file.size, "m.gguf")).tensors
    assert (tensor.nbytes, tensor.offset) == (size, len(head))
    assert file.taken < 32_768


def test_a_vocabulary_is_stepped_over_without_being_kept() -> None:
    tokens = pair("tokenizer.ggml.tokens", ARRAY, (STRING, ["token"] * 200_000))
    data = gguf([tokens])
    tracemalloc.start()
    try:
        assert read(data).metadata["tokenizer.ggml.tokens"] == Cut("STRING", 200_000)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < len(data) + (2 << 20)  # the file itself is in memory here


def test_texts_spread_over_a_file_without_end_are_given_up() -> None:
    """A terabyte of zeros is 137 billion empty texts; of long ones it takes but a few to keep a reader reading."""
    long = struct.pack("<Q", 1 << 20)
    claimed = 1_000_000
    head = b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + made.text("a")
    head += struct.pack("<IIQ", ARRAY, STRING, claimed)
    for pattern in (long + bytes(1 << 20), long * 4096):
        file = made.Vast(1 << 42, head=head, pattern=pattern)
        with pytest.raises(BadFileError, match=r"spread over more than|claims"):
            formats.read(formats.Source(file, file.size, "m.gguf"))
        assert file.taken <= limits.MAX_READ + (1 << 20)


def test_as_many_tensors_as_are_read_take_bounded_memory() -> None:
    many = 20_000
    data = gguf([], [described(f"{n:x}", [], 24, 32 * n) for n in range(many)], 32 * many)
    tracemalloc.start()
    try:
        assert len(read(data).tensors) == many
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < many * 1500
