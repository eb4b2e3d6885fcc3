"""Looking inside files, directories and versions, through the public verbs."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from mvtui.store import Progress, Store, inspect
from mvtui.store.errors import (
    BadFileError,
    BadInputError,
    MvtuiError,
    NotFoundError,
    UnsupportedFileError,
    VerificationError,
)
from mvtui.store.knowledge.formats import walk

from tests.store.knowledge.formats import made, seeds
from tests.store.knowledge.formats.test_together import WHOLE

MakeFile = Callable[..., Path]


@pytest.fixture
def model(make_file: MakeFile) -> Path:
    """A directory with a model in it."""
    for name, data in {
        "model.safetensors": seeds.SAFETENSORS,
        "config.json": seeds.CONFIG,
        "tokenizer.json": seeds.TOKENIZER,
        "README.md": seeds.CARD,
        "notes.txt": b"some text",
    }.items():
        path = make_file(data, name)
    return path.parent


def test_a_file(make_file: MakeFile) -> None:
    path = make_file(seeds.SAFETENSORS, "model.safetensors")
    for way in (path, str(path), os.path.relpath(path)):
        found = inspect(way)
        assert (found.format, len(found.tensors), found.files[0].path) == (
            "safetensors",
            3,
            "model.safetensors",
        )
        assert found.metadata["format"] == "pt"


def test_a_directory_is_one_model(model: Path) -> None:
    found = inspect(model)
    assert found.format == "safetensors"
    assert found.architecture is not None
    assert found.architecture.family == "llama"
    assert found.tokenizer is not None
    assert [file.path for file in found.files] == [
        "README.md",
        "config.json",
        "model.safetensors",
        "notes.txt",
        "tokenizer.json",
    ]
    assert found.problems == ()


def test_an_unknown_file_says_so_with_its_digest(make_file: MakeFile) -> None:
    from blake3 import blake3

    seen: list[Progress] = []
    path = make_file(b"\x89HDF\r\n\x1a\n" + bytes(100_000), "weights.h5")
    (file,) = inspect(path, progress=seen.append).files
    assert (file.format, file.suggests) == ("unknown", "HDF5, as Keras and others write it")
    assert file.digest == blake3(path.read_bytes()).hexdigest()
    assert {report.action for report in seen} == {"hashing"}
    (inside,) = inspect(path.parent).files
    assert inside.digest == file.digest


def test_hashing_can_be_cancelled(make_file: MakeFile) -> None:
    def cancel(_: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        inspect(make_file(b"text", "x.txt"), progress=cancel)


def test_known_files_are_not_hashed(make_file: MakeFile) -> None:
    def refuse(_: Progress) -> None:
        raise AssertionError("hashed")

    inspect(make_file(seeds.GGUF, "m.gguf"), progress=refuse)


def test_what_is_not_valid_is_an_error_alone_and_a_problem_among_others(model: Path) -> None:
    (model / "model.safetensors").write_bytes(seeds.SAFETENSORS[:-1])
    with pytest.raises(BadFileError) as caught:
        inspect(model / "model.safetensors")
    assert caught.value.file == "model.safetensors"
    found = inspect(model)
    assert found.problems == (f"model.safetensors: not a valid safetensors file: {caught.value.problem}",)
    assert found.tokenizer is not None


def test_shards_are_found_through_their_index(make_file: MakeFile) -> None:
    for name, data in WHOLE.items():
        path = make_file(data, name)
    folder = path.parent
    make_file(b"elsewhere", "not-a-shard.bin")
    found = inspect(folder / "model.safetensors.index.json")
    assert [tensor.name for tensor in found.tensors] == ["a", "b", "c"]
    assert len(found.files) == 3
    (folder / "model-2.safetensors").unlink()
    assert "model-2.safetensors: missing" in inspect(folder / "model.safetensors.index.json").problems[0]
    (folder / "model-2.safetensors").write_bytes(b"cut off")
    assert "not a valid safetensors file" in inspect(folder / "model.safetensors.index.json").problems[0]


def test_shards_are_not_sought_outside_the_directory(make_file: MakeFile, tmp_path: Path) -> None:
    secret = tmp_path / "outside"
    secret.mkdir()
    (secret / "a.safetensors").write_bytes(seeds.SAFETENSORS)
    path = make_file(b'{"weight_map": {"a": "link/a.safetensors"}}', "model.safetensors.index.json")
    (path.parent / "link").symlink_to(secret)
    found = inspect(path)
    assert found.tensors == ()
    assert found.problems == (
        "link/a.safetensors: missing, and model.safetensors.index.json says it holds 1 tensor",
    )
    path.write_bytes(b'{"weight_map": {"a": "../../outside/a.safetensors"}}')
    with pytest.raises(BadFileError, match="would leave its directory"):
        inspect(path)


def test_the_hub_s_cache_is_made_of_symlinks_to_files(make_file: MakeFile) -> None:
    blob = make_file(seeds.SAFETENSORS, "blobs/0f")
    snapshot = blob.parent.parent / "snapshots" / "main"
    snapshot.mkdir(parents=True)
    (snapshot / "model.safetensors").symlink_to("../../blobs/0f")
    assert len(inspect(snapshot).tensors) == 3
    assert len(inspect(snapshot / "model.safetensors").tensors) == 3
    (snapshot / "x.index.json").write_bytes(b'{"weight_map": {"q": "model.safetensors"}}')
    assert len(inspect(snapshot / "x.index.json").tensors) == 3


def test_external_data_are_measured_and_not_opened(make_file: MakeFile) -> None:
    path = make_file(seeds.ONNX, "model.onnx")
    assert "model.onnx_data, which is not here" in inspect(path).problems[0]
    data = make_file(bytes(16), "model.onnx_data")
    data.chmod(0)
    found = inspect(path)
    assert found.problems == ()
    assert [(file.path, file.format) for file in found.files] == [
        ("model.onnx", "ONNX"),
        ("model.onnx_data", "external data"),
    ]


def test_what_a_directory_hides_is_not_gone_into(model: Path, tmp_path: Path) -> None:
    for folder in (".git", ".cache"):
        (model / folder).mkdir()
        (model / folder / "copy.safetensors").write_bytes(seeds.SAFETENSORS)
    (model / "link").symlink_to(model)
    (model / "dangling").symlink_to("nowhere")
    os.mkfifo(model / "pipe")
    found = inspect(model)
    assert len(found.files) == 5
    assert found.notes == (
        "hidden directories are not looked into: 2",
        "links to directories are not followed: 1",
    )


def test_of_too_many_files_those_with_telling_names_come_first(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(20):
        (model / f"a{n}.jpg").write_bytes(b"\xff\xd8\xff")
    monkeypatch.setattr(walk, "MAX_FILES", 4)
    found = inspect(model)
    assert {file.path for file in found.files} == {
        "README.md",
        "config.json",
        "model.safetensors",
        "tokenizer.json",
    }
    assert found.notes == ("only 4 of 25 files are looked into",)
    monkeypatch.setattr(walk, "MAX_ENTRIES", 10)
    assert "only the first 10 entries are looked at" in inspect(model).notes


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (lambda path: None, NotFoundError),
        (os.mkfifo, UnsupportedFileError),
        (lambda path: path.symlink_to(path), UnsupportedFileError),
        (lambda path: path.symlink_to("nowhere"), NotFoundError),
    ],
)
def test_what_is_no_file(tmp_path: Path, make: Callable[[Path], None], error: type[MvtuiError]) -> None:
    path = tmp_path / "model.safetensors"
    make(path)
    with pytest.raises(error) as caught:
        inspect(path)
    assert caught.value.hint


@pytest.mark.parametrize("path", ["a\0b", ""])
def test_what_is_no_path(path: str) -> None:
    with pytest.raises(BadInputError):
        inspect(path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_among_others_is_told(model: Path) -> None:
    (model / "tokenizer.json").chmod(0)
    found = inspect(model)
    assert len(found.problems) == 1
    assert found.problems[0].startswith("tokenizer.json: not read:")


# Versions


def test_a_version(store: Store, model: Path) -> None:
    version = store.register("m", model).version
    found = store.inspect(version.ref)
    files = {file.path: file.digest for file in store.show(version.ref).files}
    assert {file.path: file.digest for file in found.files} == files
    assert len(found.tensors) == 3
    assert found.as_dict(tensors=True) | {"files": None} == inspect(model).as_dict(tensors=True) | {
        "files": None
    }


def test_a_version_of_one_file(store: Store, make_file: MakeFile) -> None:
    store.register("m", make_file(seeds.GGUF, "m.gguf"))
    assert store.inspect("m").format == "GGUF"
    store.register("bad", make_file(b"GGUF", "bad.gguf"))
    with pytest.raises(BadFileError, match=r"^bad.gguf: not a valid GGUF file"):
        store.inspect("bad")


def test_inspecting_writes_nothing(store: Store, model: Path) -> None:
    store.register("m", model)
    before = {path: path.stat().st_mtime_ns for path in Path(store.root).rglob("*")}
    store.inspect("m")
    assert {path: path.stat().st_mtime_ns for path in Path(store.root).rglob("*")} == before


def test_damage_is_told_as_damage(store: Store, model: Path) -> None:
    store.register("m", model)
    entry = next(file for file in store.show("m").files if file.path == "model.safetensors")
    place = Path(store.root, "objects", entry.digest[:2], entry.digest[2:])
    place.chmod(0o644)
    place.write_bytes(b"short")
    with pytest.raises(VerificationError, match=r"is damaged: it has 5 of"):
        store.inspect("m")
    place.unlink()
    with pytest.raises(VerificationError, match=r"is missing") as caught:
        store.inspect("m")
    assert caught.value.bad


def test_data_that_stayed_where_they_were_can_not_be_looked_into(store: Store, make_file: MakeFile) -> None:
    data = make_file(b"a,b", "data/train.csv")
    store.register("m", make_file(), datasets={"train": str(data)})
    with pytest.raises(NotFoundError, match="are not in the store"):
        store.inspect(next(model.name for model in store.models() if model.name != "m"))


def test_unknown_references_are_told(store: Store) -> None:
    with pytest.raises(NotFoundError):
        store.inspect("nobody")


def test_no_library_of_tensors_is_loaded() -> None:
    """Also when they are installed; and a tensor's bytes are never asked for."""
    code = (
        "import sys, tempfile, pathlib\n"
        "from mvtui.store import inspect\n"
        "from tests.store.knowledge.formats.seeds import SEEDS\n"
        "place = pathlib.Path(tempfile.mkdtemp())\n"
        "[(place / name).write_bytes(data) for name, data in SEEDS.items()]\n"
        "assert inspect(place).tensors\n"
        "print(*(m for m in ('numpy', 'torch', 'onnx', 'gguf', 'safetensors', 'rich') if m in sys.modules))\n"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    assert done.stdout.split() == []


def test_every_seed_by_name_and_in_one_directory(make_file: MakeFile) -> None:
    for name, data in seeds.SEEDS.items():
        path = make_file(data, name)
        if not name.endswith(".index.json"):
            assert inspect(path).files[0].size == len(data)
    assert made.read(seeds.GGUF, "x").format in {file.format for file in inspect(path.parent).files}
