"""safetensors, by its specification: what is read, what is refused, and how little of a file is touched."""

from __future__ import annotations

import json
import struct
import tracemalloc

import pytest
from mvtui.store.errors import BadFileError
from mvtui.store.knowledge import formats
from mvtui.store.knowledge.formats import json_text, limits
from mvtui.store.nouns.inspection import Architecture, Cut, Tensor

from . import made
from .made import entry, safetensors, safetensors_of

SMALL = safetensors(
    {"a.weight": ("F32", [2, 3], 24), "b": ("BF16", [], 2), "c": ("I64", [0, 5], 0)}, {"format": "pt"}
)


def refused(data: bytes, says: str) -> None:
    with pytest.raises(BadFileError) as caught:
        made.read(data, "model.safetensors")
    error = caught.value
    assert says in error.message
    assert error.message.startswith("model.safetensors: not a valid safetensors file: ")
    assert (error.format, error.file, error.exit_code) == ("safetensors", "model.safetensors", 4)
    assert error.hint


def test_tensors_with_their_places_and_metadata() -> None:
    found = made.read(SMALL, "model.safetensors")
    start = 8 + struct.unpack("<Q", SMALL[:8])[0]
    assert found.format == "safetensors"
    assert found.tensors == (
        Tensor("a.weight", "F32", (2, 3), 24, start, "model.safetensors"),
        Tensor("b", "BF16", (), 2, start + 24, "model.safetensors"),
        Tensor("c", "I64", (0, 5), 0, start + 26, "model.safetensors"),
    )
    assert found.metadata == {"format": "pt"}
    assert (found.notes, found.problem) == ((), "")


def test_the_content_is_known_whatever_the_name() -> None:
    assert made.read(SMALL, "weights.bin").format == "safetensors"
    noted = made.read(SMALL, "model.gguf")
    assert noted.format == "safetensors"
    assert noted.notes == ("by its name it is a GGUF file, by its content safetensors",)


def test_an_empty_file_of_the_format_is_valid() -> None:
    assert made.read(safetensors({}), "m.safetensors").tensors == ()


@pytest.mark.parametrize(
    ("dtype", "shape", "size"),
    [
        ("F4", [3, 2], 3),
        ("F6_E2M3", [4], 3),
        ("F8_E4M3", [5], 5),
        ("C64", [1], 8),
        ("BOOL", [7], 7),
        ("F64", [2], 16),
    ],
)
def test_types_of_all_widths(dtype: str, shape: list[int], size: int) -> None:
    (tensor,) = made.read(safetensors({"t": (dtype, shape, size)}), "m.safetensors").tensors
    assert (tensor.dtype, tensor.nbytes) == (dtype, size)


def test_a_type_of_the_future_is_shown_with_its_stated_size() -> None:
    found = made.read(safetensors({"t": ("F3_E1M1", [64], 24)}), "m.safetensors")
    assert found.tensors[0].nbytes == 24
    assert "F3_E1M1" in found.notes[0]


def test_what_modelspec_says_is_the_architecture_and_long_metadata_are_cut() -> None:
    data = safetensors({}, {"modelspec.architecture": "sdxl/lora", "ss_tag_frequency": "x" * 9000})
    found = made.read(data, "m.safetensors")
    assert found.architecture == Architecture(family="sdxl/lora", said_by="m.safetensors")
    assert found.metadata["ss_tag_frequency"] == Cut("text", 9000, "x" * 4096)


HEADERS = {
    "no JSON": (b"{not json}", "line 1, column 2"),
    "no object": (b"[1, 2, 3, 4, 5]", "not a JSON object"),
    "not UTF-8": (b'{"\xff": 1}', "not UTF-8 at byte 2"),
    "name twice": (f"{{{entry('a')},{entry('a')}}}".encode(), "the key 'a' is there twice"),
    "name twice, spelt in two ways": (
        f'{{{entry("a")},{entry("a")}}}'.replace('"a"', '"\\u0061"', 1).encode(),
        "the key 'a' is there twice",
    ),
    "a field twice": (b'{"a":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}}', "'dtype' is there twice"),
    "a field too many": (b'{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"x":1}}', "not just dtype"),
    "a field too few": (b'{"a":{"dtype":"F32","shape":[2]}}', "not just dtype"),
    "no entry": (b'{"a": 5}', "not just dtype"),
    "half a surrogate pair": (b'{"\\ud800":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}', "is no text"),
    "metadata of numbers": (f'{{"__metadata__":{{"a":1}},{entry("a")}}}'.encode(), "not an object of texts"),
    "metadata of nothing": (f'{{"__metadata__":null,{entry("a")}}}'.encode(), "not an object of texts"),
    "type of no name": (f"{{{entry('a', dtype='float 32')}}}".encode(), "not the name of a type"),
    "negative size": (f"{{{entry('a', shape=(-2,))}}}".encode(), "not a list of sizes"),
    "size that is true": (f"{{{entry('a', shape=(True, 2))}}}".encode(), "not a list of sizes"),
    "size with a point": (f"{{{entry('a', shape=(2.0,))}}}".encode(), "not a list of sizes"),
    "shape of text": (f"{{{entry('a', shape='2')}}}".encode(), "not a list of sizes"),
    "too many dimensions": (f"{{{entry('a', shape=(1,) * 65)}}}".encode(), "not a list of sizes"),
    "shape beyond all memory": (f"{{{entry('a', shape=(2**40, 2**40))}}}".encode(), "impossibly large"),
    "size beyond 63 bits": (f"{{{entry('a', shape=(2**63,))}}}".encode(), "not a list of sizes"),
    "a number of thousands of digits": (b'{"a": 1' + b"0" * 5000 + b"}", "thousands of digits"),
    "negative offset": (f"{{{entry('a', offsets=(-8, 0))}}}".encode(), "not two numbers"),
    "three offsets": (f"{{{entry('a', offsets=(0, 8, 8))}}}".encode(), "not two numbers"),
    "offsets backwards": (f"{{{entry('a', offsets=(8, 0))}}}".encode(), "lies at 8 to 0"),
    "offset behind the end": (f"{{{entry('a', offsets=(8, 16))}}}".encode(), "and the data have 8 bytes"),
    "bytes that don't fit the shape": (f"{{{entry('a', shape=(3,))}}}".encode(), "not what F32 [3] takes"),
    "bytes before the first": (f"{{{entry('a', shape=(1,), offsets=(4, 8))}}}".encode(), "4 bytes before 'a' belong to no tensor"),
    "bytes behind the last": (f"{{{entry('a', shape=(1,), offsets=(0, 4))}}}".encode(), "its last 4 bytes belong to no tensor"),
    "overlap": (
        f"{{{entry('a')},{entry('b', shape=(1,), offsets=(4, 8))}}}".encode(),
        "'b' and 'a' overlap",
    ),
    "the same bytes twice": (f"{{{entry('a')},{entry('b')}}}".encode(), "overlap"),
    "nested deeply": (b'{"a":' * 200_000 + b"1" + b"}" * 200_000, "nested too deeply"),
    "lists nested deeply": (b'{"a":' + b"[" * 200_000, "nested too deeply"),
}  # fmt: skip


@pytest.mark.parametrize("what", HEADERS)
def test_what_is_wrong_with_a_header_is_told(what: str) -> None:
    header, says = HEADERS[what]
    refused(safetensors_of(header, bytes(8)), says)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "ends in the middle of the length of its header"),
        (b"\0" * 7, "ends in the middle of the length of its header"),
        (b"\xff" * 9, "claims a header of 18,446,744,073,709,551,615 bytes, and has 1 left"),
        (struct.pack("<Q", 9) + b"{}", "claims a header of 9 bytes, and has 2 left"),
        (bytes(8), "line 1, column 1"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n", "a Git LFS pointer"),
    ],
)
def test_what_is_wrong_with_a_file_is_told(data: bytes, says: str) -> None:
    refused(data, says)


def test_a_file_cut_off_at_any_byte_is_refused() -> None:
    for end in range(len(SMALL)):
        with pytest.raises(BadFileError):
            made.read(SMALL[:end], "model.safetensors")


def test_seventy_gigabytes_take_as_little_as_seventy_kilobytes() -> None:
    size = 70 << 30
    header = json.dumps({"w": {"dtype": "U8", "shape": [size], "data_offsets": [0, size]}}).encode()
    head = safetensors_of(header)
    file = made.Vast(len(head) + size, head=head)
    (tensor,) = formats.read(formats.Source(file, file.size, "big.safetensors")).tensors
    assert tensor.nbytes == size
    assert file.taken < 32_768


def test_a_header_that_is_too_long_is_not_read() -> None:
    head = struct.pack("<Q", limits.MAX_HEADER + 1) + b"{"
    file = made.Vast(1 << 40, head=head)
    with pytest.raises(BadFileError, match=r"25,000,001 bytes, and 25,000,000 are the most"):
        formats.read(formats.Source(file, file.size, "bomb.safetensors"))
    assert file.taken < 32_768


def bomb(what: str, size: int) -> bytes:
    """Return a header of about ``size`` bytes that takes as much memory as it can."""
    if what == "brackets":
        return b'{"a":[' + b"[]," * (size // 3) + b"[]]}"
    if what == "objects":
        return b'{"a":[' + b"{}," * (size // 3) + b"{}]}"
    if what == "numbers":
        return b'{"a":[' + b"99999," * (size // 6) + b"0]}"
    if what == "keys":
        return b"{" + b",".join(b'"%x":0' % n for n in range(size // 12)) + b"}"
    if what == "one text":
        return b'{"a":"' + "\N{GRINNING FACE}".encode() + b"x" * size + b'"}'
    small = (entry(f"{n:x}", shape=(0,), offsets=(0, 0)).replace(" ", "") for n in range(size // 75))
    return f"{{{','.join(small)}}}".encode()


BOMBS = {
    "brackets": "values",
    "objects": "values",
    "numbers": "values",
    "keys": "keys",
    "one text": "not just dtype",
    "tensors": "tensors, and",
}
"""What it is made of → what is too much of it."""


def peak_of(what: str, size: int) -> int:
    data = safetensors_of(bomb(what, size))
    tracemalloc.start()
    try:
        with pytest.raises(BadFileError, match=BOMBS[what]):
            made.read(data, "bomb.safetensors")
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("what", BOMBS)
def test_a_header_that_is_a_bomb_costs_a_bounded_amount_of_memory(
    what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = 50  # a fiftieth of all limits, a fiftieth of the time
    monkeypatch.setattr(json_text, "MAX_VALUES", json_text.MAX_VALUES // part)
    monkeypatch.setattr(json_text, "MAX_KEYS", json_text.MAX_KEYS // part)
    monkeypatch.setattr("mvtui.store.knowledge.formats.safetensors.MAX_TENSORS", limits.MAX_TENSORS // part)
    assert peak_of(what, limits.MAX_HEADER // part - 1000) < (400 << 20) // part


@pytest.mark.slow
@pytest.mark.parametrize("what", BOMBS)
def test_the_largest_bombs_cost_what_the_small_ones_promise(what: str) -> None:
    assert peak_of(what, limits.MAX_HEADER - 50_000) < 400 << 20
