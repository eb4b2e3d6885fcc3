"""Data at a path, and in the cache of Hugging Face."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from mvtui.store.knowledge.datasets.check import Recorded, check
from mvtui.store.nouns.dataset import DataSource, DataState
from mvtui.store.nouns.manifest import FileEntry

from . import worlds

COMMIT = "0123456789abcdef0123456789abcdef01234567"
OTHER = COMMIT[::-1]


# -- paths ----------------------------------------------------------------------------------------


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "reviews"
    for name in ("a.txt", "sub/b.txt", "sub/empty"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"" if name.endswith("empty") else name.encode())
    return root


def recorded(path: Path) -> Recorded:
    files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
    base = path.parent if path.is_file() else path
    entries = [
        FileEntry(p.relative_to(base).as_posix(), p.stat().st_size, worlds.blake3_of(str(p))) for p in files
    ]
    return Recorded("train", "reviews@1.0.0", DataSource("path", str(path)), tuple(entries))


def look(what: Recorded) -> DataState:
    return check(what, worlds.blake3_of)


def test_an_unchanged_tree_and_an_unchanged_file(tree: Path) -> None:
    assert look(recorded(tree)).state == "unchanged"
    assert look(recorded(tree / "a.txt")).state == "unchanged"


def test_every_sort_of_difference_is_named(tree: Path) -> None:
    before = recorded(tree)
    (tree / "a.txt").write_bytes(b"A.txt")  # the same size
    (tree / "sub/b.txt").write_bytes(b"longer than before")
    (tree / "sub/empty").unlink()
    (tree / "new").write_bytes(b"")
    answer = look(before)
    assert answer.state == "changed"
    assert answer.why == ("changed: a.txt", "changed: sub/b.txt", "added: new", "removed: sub/empty")


def test_many_differences_are_counted(tree: Path) -> None:
    before = recorded(tree)
    for number in range(25):
        (tree / f"new{number:02}").write_bytes(b"")
    why = look(before).why
    assert len(why) == 11
    assert why[-1] == "added: 15 more"


def test_what_is_gone_is_missing(tree: Path, tmp_path: Path) -> None:
    before, file = recorded(tree), recorded(tree / "a.txt")
    tree.rename(tmp_path / "moved")
    assert look(before).state == look(file).state == "missing"
    tree.mkdir()
    assert look(before).state == "missing"


def test_a_link_to_nothing_is_a_change(tree: Path) -> None:
    before = recorded(tree)
    (tree / "a.txt").unlink()
    (tree / "a.txt").symlink_to("nowhere")
    answer = look(before)
    assert answer.state == "changed"
    assert "symlink to nothing" in answer.why[0]


def test_what_can_t_be_read_is_unknown(tree: Path) -> None:
    def refuse(path: str, advance: object) -> str:
        raise OSError(5, "Input/output error", path)

    answer = check(recorded(tree), refuse)
    assert answer.state == "unknown"
    assert answer.why == (f"{tree}/a.txt: Input/output error",)


def test_what_was_never_recorded_is_unknown() -> None:
    assert look(Recorded("train", "x@1.0.0", None)).state == "unknown"


# -- the cache of Hugging Face --------------------------------------------------------------------


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The cache's directory of org/data at COMMIT: a git file, and one of large file storage in a directory."""
    for name in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    directory = tmp_path / "hf/hub/datasets--org--data"
    small, large = b"small\n", b"large" * 1000
    blobs = {
        hashlib.sha1(b"blob 6\0" + small, usedforsecurity=False).hexdigest(): ("README.md", small),
        hashlib.sha256(large).hexdigest(): ("data/train.parquet", large),
    }
    (directory / "blobs").mkdir(parents=True)
    for blob, (name, content) in blobs.items():
        (directory / "blobs" / blob).write_bytes(content)
        link = directory / "snapshots" / COMMIT / name
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(directory / "blobs" / blob)
    (directory / "refs").mkdir()
    (directory / "refs/main").write_text(COMMIT)
    return directory


def hf(revision: str = COMMIT) -> Recorded:
    return Recorded("train", "data@1.0.0", worlds.stated(f"hf:org/data@{revision}").source)


def test_a_pinned_snapshot_whose_bytes_are_right(cache: Path) -> None:
    answer = look(hf())
    assert answer.state == "unchanged"
    assert "2 files of it are here" in answer.why[0]


def test_where_the_branch_is_by_now_is_told(cache: Path) -> None:
    (cache / "refs/main").write_text(OTHER)
    answer = look(hf())
    assert answer.state == "unchanged"
    assert answer.why[-1] == f"main is at {OTHER} by now"


@pytest.mark.parametrize("length", [40, 64])
def test_flipped_bytes_are_a_change(length: int, cache: Path) -> None:
    (blob,) = (p for p in (cache / "blobs").iterdir() if len(p.name) == length)
    blob.write_bytes(blob.read_bytes()[:-1] + b"!")
    answer = look(hf())
    assert answer.state == "changed"
    assert answer.why[0].startswith("changed: ")


def test_a_blob_that_is_gone_is_missing(cache: Path) -> None:
    next((cache / "blobs").iterdir()).unlink()
    assert look(hf()).state == "missing"


def test_files_without_a_name_that_tells_are_unknown(cache: Path) -> None:
    (cache / "snapshots" / COMMIT / "copied.txt").write_bytes(b"no link")
    assert look(hf()).state == "unknown"


def test_what_is_not_in_the_cache_is_unknown(cache: Path) -> None:
    answer = look(hf(OTHER))
    assert answer.state == "unknown"
    assert "the cache of this machine does not have it" in answer.why[0]
    assert f"main is at {COMMIT} by now" in answer.why[1]


def test_a_branch_can_t_be_told(cache: Path) -> None:
    answer = look(hf("main"))
    assert answer.state == "unknown"
    assert f"last saw it at {COMMIT}" in answer.why[0]
    assert "never seen it" in look(hf("other")).why[0]


def test_the_cache_is_found_as_hugging_face_does(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HOME", str(tmp_path / "elsewhere"))
    assert look(hf()).state == "unknown"
    monkeypatch.setenv("HF_HUB_CACHE", str(cache.parent))
    assert look(hf()).state == "unchanged"
