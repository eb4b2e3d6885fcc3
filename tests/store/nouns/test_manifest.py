"""Manifests: canonical bytes, round trips, hostile content."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mvtui.store.errors import FormatError, UnsafePathError
from mvtui.store.nouns.manifest import KINDS, FileEntry, Manifest, check_path

_part = st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1).filter(
    lambda part: part not in {".", ".."}
)
paths = st.lists(_part, min_size=1, max_size=3).map("/".join)
entries = st.builds(
    FileEntry, paths, st.integers(0, 2**53), st.text("0123456789abcdef", min_size=64, max_size=64)
)
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_categories=["Cs"])),
)
params = st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), scalars, max_size=5)


def _lie_side_by_side(files: tuple[FileEntry, ...]) -> bool:
    return not any(b.path.startswith(a.path + "/") for a in files for b in files)


manifests = st.builds(
    Manifest,
    kind=st.sampled_from(KINDS),
    files=st.lists(entries, unique_by=lambda e: e.path, max_size=5)
    .map(lambda es: tuple(sorted(es)))
    .filter(_lie_side_by_side),
    params=params,
)


@given(manifests)
def test_round_trip(manifest: Manifest) -> None:
    again = Manifest.decode(manifest.encode())
    assert again == manifest
    assert again.encode() == manifest.encode()
    assert {k: type(v) for k, v in again.params.items()} == {k: type(v) for k, v in manifest.params.items()}


@given(manifests, st.randoms())
def test_equal_content_gives_equal_bytes_in_whatever_order(manifest: Manifest, chance: random.Random) -> None:
    files, given_params = list(manifest.files), list(manifest.params.items())
    chance.shuffle(files)
    chance.shuffle(given_params)
    other = Manifest(kind=manifest.kind, files=tuple(files), params=dict(given_params))
    assert other.encode() == manifest.encode()


def test_the_bytes_are_what_the_format_says() -> None:
    manifest = Manifest(kind="weights", files=(FileEntry("a.bin", 3, "ab" * 32),), params={"lr": 0.1, "b": 1})
    assert manifest.encode() == (
        b'{"datasets":[],"files":[{"digest":"' + b"ab" * 32 + b'","path":"a.bin","size":3}],'
        b'"format":1,"kind":"weights","params":{"b":1,"lr":0.1},"parents":[]}'
    )


@pytest.mark.parametrize("path", ["", "/", "/etc/passwd", "..", "a/../b", "a//b", "./a", "a/.", "a/", "a\0b"])
def test_unsafe_paths_are_refused(path: str) -> None:
    with pytest.raises(UnsafePathError):
        check_path(path)
    body = Manifest(kind="weights", files=(FileEntry(path, 1, "a" * 64),)).encode()
    with pytest.raises(UnsafePathError):
        Manifest.decode(body)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"\xff\xfe",
        b'{"format":"1"}',
        b"[" * 5000 + b"]" * 5000,
        b'{"format":2,"kind":"weights","files":[],"params":{},"parents":[],"datasets":[]}',
        b'{"format":1,"kind":"sculpture","files":[],"params":{},"parents":[],"datasets":[]}',
        b'{"format":1,"kind":"weights","files":[{"path":"a","size":"big","digest":"x"}],"params":{},"parents":[],"datasets":[]}',
        b'{"format":1,"kind":"weights","files":[],"params":{"a":[1]},"parents":[],"datasets":[]}',
    ],
)
def test_what_is_no_manifest_is_refused(data: bytes) -> None:
    with pytest.raises(FormatError):
        Manifest.decode(data)
