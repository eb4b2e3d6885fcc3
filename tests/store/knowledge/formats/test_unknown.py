"""Files that no reader knows: what their first bytes suggest. And what makes a reader."""

from __future__ import annotations

import ast
import random
import sys
from pathlib import Path

import pytest
from mvtui.store.errors import BadFileError
from mvtui.store.knowledge import formats
from mvtui.store.knowledge.formats.unknown import suggests

from . import made


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "nothing: it is empty"),
        (b"\x89HDF\r\n\x1a\n" + bytes(20), "HDF5, as Keras and others write it"),
        (bytes(257) + b"ustar", "a tar archive"),
        (b"\x1c\0\0\0TFL3" + bytes(20), "TensorFlow Lite"),
        (b"version https://git-lfs.github.com/spec/v1\n", "a Git LFS pointer, not the file itself"),
        (b"<!DOCTYPE html><html>", "a web page: perhaps a download gone wrong"),
        (b"  <HTML>", "a web page: perhaps a download gone wrong"),
        (b'{"a": 1}', "JSON"),
        (b"\xef\xbb\xbf[1, 2]", "JSON"),
        (b"[PAD]\n[UNK]\n", "text"),
        ("naïve".encode() * 1000, "text"),
        ("naïve".encode()[:3], "text"),
        (b"a: 1\n", "text"),
        (b"\0" * 4096, "zeros: perhaps a file that was never written"),
        (random.Random(1).randbytes(100), ""),
        (b"text, then \0", ""),
        (b"\x1b[2J text with escapes", ""),
    ],
)
def test_first_bytes_suggest_something(data: bytes, said: str) -> None:
    assert suggests(data[: formats.HEAD]) == said
    found = made.read(data, "file.xyz")
    assert (found.format, found.suggests, found.tensors) == ("unknown", said, ())


def test_every_reader_is_registered_and_has_what_a_reader_has() -> None:
    readers = list(formats.readers())
    assert len({reader.NAME for reader in readers}) == len(readers) == len(formats.READERS)
    for reader in readers:
        assert all(pattern == pattern.lower() for pattern in reader.FILES)
        assert reader.sniff(b"", 0) is False
        assert reader.sniff(b"hello, world" * 300, 10_000) is False


def test_names_are_claims_and_no_proof() -> None:
    assert formats.claims("deep/Model.SafeTensors")
    assert formats.claims("config.json")
    assert not formats.claims("my_config.json")
    assert not formats.claims("safetensors")


def test_what_content_says_wins_over_names() -> None:
    assert made.read(made.npz({"a.npy": made.npy()}), "model.onnx").format == "NumPy archive"


def test_no_reader_needs_a_library_of_tensors_or_one_that_runs_what_it_reads() -> None:
    (folder,) = formats.__path__
    allowed = (sys.stdlib_module_names | {"msgspec", "blake3"}) - {
        "pickle",
        "marshal",
        "shelve",
        "ctypes",
        "runpy",
    }
    for path in Path(folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level:
                names.append(node.module or "")
            assert {name.partition(".")[0] for name in names} <= allowed, path.name


def test_a_git_lfs_pointer_says_what_to_do() -> None:
    with pytest.raises(BadFileError) as caught:
        made.read(b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 5\n", "model.onnx")
    assert caught.value.hint == "git lfs pull"
