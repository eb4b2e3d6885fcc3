"""Whatever stands in a file of DVC, it is read or refused by name; no other exception comes out."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import yaml
from hypothesis import given
from hypothesis import strategies as st
from mvtui.store import errors
from mvtui.store.knowledge.datasets.stated import Stated

from . import worlds

REAL = [
    (worlds.FIXTURES / name).read_bytes()
    for name in ("dvc2/data/reviews.dvc", "dvc3/imported.dvc", "dvc3/fetched.csv.dvc", "dvc3/dvc.lock")
]
KEYS = (
    "outs",
    "deps",
    "wdir",
    "md5",
    "path",
    "size",
    "nfiles",
    "hash",
    "files",
    "relpath",
    "repo",
    "url",
    "stages",
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(["0" * 32, "0" * 32 + ".dir", "md5", "s3://b/x", "https://[", "..", "/", "\0", "${x}"]),
    st.dates(),
)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from((*KEYS, "", 3, None)), inner, max_size=5)
    ),
    max_leaves=20,
)


def outcome(path: Path) -> Stated | errors.MvtuiError:
    try:
        return worlds.stated(path)
    except errors.MvtuiError as error:
        return error


def survives(content: bytes, name: str) -> None:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / name
        path.write_bytes(content)
        found = outcome(path)
        if isinstance(found, errors.MvtuiError):
            assert str(path) in found.message
        else:
            assert os.fspath(path) == found.source.file
            assert found.identity
            worlds.look(found.source)


@given(tree=TREES, name=st.sampled_from(["x.dvc", "dvc.lock"]))
def test_any_tree(tree: object, name: str) -> None:
    survives(yaml.safe_dump(tree, allow_unicode=True).encode("utf-8", "surrogatepass"), name)


@given(
    whole=st.sampled_from(REAL),
    cut=st.integers(0, 400),
    put=st.one_of(
        st.binary(max_size=8), st.sampled_from([b": ", b"\n- ", b"&a ", b"*a", b"!!x ", b"\t", b"\xff"])
    ),
    name=st.sampled_from(["x.dvc", "dvc.lock"]),
    length=st.integers(0, 8),
)
def test_a_damaged_file(whole: bytes, cut: int, put: bytes, name: str, length: int) -> None:
    survives(whole[:cut] + put + whole[cut + length :], name)


@given(whole=st.sampled_from(REAL), cut=st.integers(0, 400), name=st.sampled_from(["x.dvc", "dvc.lock"]))
def test_a_cut_off_file(whole: bytes, cut: int, name: str) -> None:
    survives(whole[:cut], name)
