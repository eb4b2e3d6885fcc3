"""The metadata of GGUF files, built by the specification: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md."""

from __future__ import annotations

import os
import struct
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mvtui.store.knowledge import sources
from mvtui.store.knowledge.formats.gguf_header import MAX_STRINGS
from mvtui.store.knowledge.guess import gguf, guess
from mvtui.store.knowledge.guess.files import UnreadableError
from mvtui.store.nouns.lineage import Link

from .conftest import Guess

WRITTEN_BY_THE_GGUF_PACKAGE = Path(__file__).with_name("hermes-2-pro.gguf")

U32, STRING, ARRAY, U64 = 4, 8, 9, 10


def text(value: str | bytes) -> bytes:
    data = value.encode() if isinstance(value, str) else value
    return struct.pack("<Q", len(data)) + data


def entry(key: str, kind: int, value: bytes) -> bytes:
    return text(key) + struct.pack("<I", kind) + value


def said(key: str, value: Any) -> bytes:
    """Return an entry: a text, a number, or a list of texts."""
    if isinstance(value, int):
        return entry(key, U32, struct.pack("<I", value))
    if isinstance(value, list):
        return entry(key, ARRAY, struct.pack("<IQ", STRING, len(value)) + b"".join(map(text, value)))
    return entry(key, STRING, text(value))


def header(*entries: bytes, version: int = 3, count: int | None = None) -> bytes:
    return (
        b"GGUF"
        + struct.pack("<IQQ", version, 0, len(entries) if count is None else count)
        + b"".join(entries)
    )


def general(**values: Any) -> bytes:
    return header(*(said("general." + key.replace("__", "."), value) for key, value in values.items()))


def edges(links: tuple[Link, ...]) -> list[tuple[str, str]]:
    return [(link.type, link.to) for link in links]


def test_a_file_written_by_the_reference_implementation(guessed: Guess) -> None:
    found = guessed({"m.gguf": WRITTEN_BY_THE_GGUF_PACKAGE.read_bytes()})
    assert found.links == (
        Link("quantized-from", "hf:meta-llama/Meta-Llama-3-8B", guess="m.gguf"),
        Link("trained-on", "hf:datasets/teknium/OpenHermes-2.5", role="train", guess="m.gguf"),
    )
    assert found.unread == ()


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (
            {
                "base_model__count": 1,
                "base_model__0__name": "Llama 3 8B",
                "base_model__0__organization": "Meta",
            },
            [("quantized-from", "name:Meta/Llama 3 8B")],
        ),
        (
            {"base_model__count": 1, "base_model__0__name": "Llama", "base_model__0__version": "v3"},
            [("quantized-from", "name:Llama@v3")],
        ),
        (
            {
                "base_model__count": 1,
                "base_model__0__url": "https://example.org/paper",
                "base_model__0__repo_url": "https://huggingface.co/org/base",
            },
            [("quantized-from", "hf:org/base")],
        ),
        (
            {
                "base_model__count": 1,
                "base_model__0__repo_url": "https://github.com/org/base",
                "base_model__0__url": "https://huggingface.co/org/base",
            },
            [("quantized-from", "hf:org/base")],
        ),
        (
            {"base_model__count": 1, "base_model__0__repo_url": "https://github.com/org/base"},
            [("quantized-from", "https://github.com/org/base")],
        ),
        (
            {"base_model__count": 2, "base_model__0__name": "a", "base_model__1__name": "b"},
            [("merged-from", "name:a"), ("merged-from", "name:b")],
        ),
        (
            {
                "source__repo_url": "https://huggingface.co/org/tuned",
                "base_model__count": 1,
                "base_model__0__repo_url": "https://huggingface.co/org/base",
            },
            [("quantized-from", "hf:org/tuned"), ("fine-tuned-from", "hf:org/base")],
        ),
        (
            {"type": "adapter", "base_model__count": 1, "base_model__0__name": "a"},
            [("adapter-of", "name:a")],
        ),
        ({"base_model__count": 0, "base_model__0__name": "a"}, []),
        ({"base_model__0__name": "a"}, []),
        ({"base_model__count": 1}, []),
        ({"base_model__count": "1", "base_model__0__name": "a"}, []),
        ({"base_model__count": 1, "base_model__0__name": 7}, []),
        ({"base_model__count": 1, "base_model__0__name": "  "}, []),
        ({"base_model__count": 1, "base_model__0__name": "x" * 5000}, []),
        (
            {"datasets": ["squad", "generator", "org/x"]},
            [("trained-on", f"hf:datasets/{n}") for n in ("squad", "org/x")],
        ),
        ({"datasets": "squad"}, [("trained-on", "hf:datasets/squad")]),
        ({"datasets": 3}, []),
        ({}, []),
    ],
)
def test_parents_and_data_sets(
    guessed: Guess, values: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    found = guessed({"m.gguf": general(**values)})
    assert edges(found.links) == expected
    assert found.unread == ()


def test_version_2_is_read_and_a_vocabulary_stepped_over(guessed: Guess) -> None:
    vocabulary = ["token " + "x" * (i % 40) for i in range(60_000)] + ["y" * 3_000_000, "z"]
    content = header(
        said("tokenizer.ggml.tokens", vocabulary),
        entry("tokenizer.ggml.scores", ARRAY, struct.pack("<IQ", 6, 60_000) + bytes(4 * 60_000)),
        entry("llama.flag", 7, b"\x01"),
        entry("llama.big", U64, bytes(8)),
        said("general.base_model.count", 1),
        said("general.base_model.0.name", "base"),
        version=2,
    )
    assert len(content) > 4 << 20
    assert edges(guessed({"m.gguf": content + b"tensors"}).links) == [("quantized-from", "name:base")]


def test_parents_beyond_the_limit_are_left_out(guessed: Guess) -> None:
    values = {f"base_model__{i}__name": f"m{i}" for i in range(100)} | {"base_model__count": 2**32 - 1}
    assert len(guessed({"m.gguf": general(**values)}).links) == gguf.MAX_PARENTS


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "does not begin like"),
        (b"GGU", "does not begin like"),
        (b"GGML" + bytes(100), "does not begin like"),
        (header(version=1), "version 1 is not known"),
        (header(version=4), "version 4 is not known"),
        (b"GGUF" + struct.pack(">IQQ", 3, 0, 0), "big-endian"),
        (header(count=2**64 - 1), "claims 18,446,744,073,709,551,615 metadata entries"),
        (header(count=1), "ends in the middle"),
        (header(struct.pack("<Q", 2**63) + b"key"), "claims a key of"),
        (header(entry("general.name", STRING, struct.pack("<Q", 2**64 - 1))), "claims a text of"),
        (header(entry("a", ARRAY, struct.pack("<IQ", U32, 2**62))), "claims an array of"),
        (header(entry("a", ARRAY, struct.pack("<IQ", STRING, 2**61) + text("x"))), "claims an array of"),
        (
            header(entry("a", ARRAY, struct.pack("<IQ", STRING, 2) + text("x" * 9) + bytes(5))),
            "ends in the middle",
        ),
        (header(entry("a", ARRAY, struct.pack("<IQQ", STRING, 1, 2**40))), "claims a text of"),
        (
            header(entry("a", ARRAY, struct.pack("<IQ", ARRAY, 1) + struct.pack("<IQ", U32, 0))),
            "array of arrays",
        ),
        (header(entry("a", ARRAY, struct.pack("<IQ", 99, 1))), "unknown type 99"),
        (header(entry("a", 13, b"")), "unknown type 13"),
        (header(said("general.type", "a"), said("general.type", "b")), "'general.type' is there twice"),
    ],
)
def test_what_is_wrong_with_a_header_is_told(guessed: Guess, content: bytes, says: str) -> None:
    found = guessed({"m.gguf": content})
    assert found.links == ()
    assert len(found.unread) == 1
    assert says in found.unread[0]


def test_more_texts_than_any_vocabulary_has_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "version" / "m.gguf"
    path.parent.mkdir()
    count = MAX_STRINGS + 1
    path.write_bytes(header(entry("a", ARRAY, struct.pack("<IQ", STRING, count))))
    os.truncate(path, path.stat().st_size + 8 * count)  # as many empty texts, sparse
    found = guess(sources.collect([path.parent], follow=False, store=tmp_path))
    assert found.links == ()
    assert "texts" in found.unread[0]


def test_a_file_cut_off_at_any_byte_says_so_and_nothing_else(tmp_path: Path) -> None:
    whole = WRITTEN_BY_THE_GGUF_PACKAGE.read_bytes()
    path = tmp_path / "m.gguf"
    path.write_bytes(whole)
    complete = gguf.model(str(path), "m.gguf")
    cut_short = 0
    for end in range(len(whole)):
        path.write_bytes(whole[:end])
        try:
            found = gguf.model(str(path), "m.gguf")
        except UnreadableError:
            cut_short += 1
        else:
            assert found == complete
    assert 800 < cut_short < len(whole)  # the metadata is most of the file; tensors are not looked at


@given(at=st.integers(0, 1439), becomes=st.integers(0, 255))
def test_any_flipped_byte_breaks_nothing(
    tmp_path_factory: pytest.TempPathFactory, at: int, becomes: int
) -> None:
    data = bytearray(WRITTEN_BY_THE_GGUF_PACKAGE.read_bytes())
    data[at] = becomes
    root = tmp_path_factory.mktemp("flipped")
    (root / "m.gguf").write_bytes(data)
    found = guess(sources.collect([root], follow=False, store=root.parent))
    for link in found.links:
        link.to.encode()
    assert len(found.unread) <= 1
