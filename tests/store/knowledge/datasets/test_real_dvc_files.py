"""Files that the real DVC wrote, versions 2 and 3, with the data they describe: all read, all found unchanged."""

from __future__ import annotations

from pathlib import Path

import pytest
from mvtui.store import errors
from mvtui.store.knowledge.datasets import dvc_file

from . import worlds

LF_MD5 = "e79084e9d67c16dc6614bf7ea8c8f41d"
SINGLE = sorted(
    path.relative_to(worlds.FIXTURES).as_posix()
    for path in worlds.FIXTURES.rglob("*.dvc")
    if path.is_file() and not path.name.startswith("later")
)
LOCKED = [
    f"{v}/dvc.lock:{p}"
    for v in worlds.VERSIONS
    for p in ("prepared", "vocab.txt", "model.txt", "../data/lf.csv")
]


def test_there_are_files_of_both_versions() -> None:
    assert len(SINGLE) == 25
    for version in worlds.VERSIONS:
        written_by = (worlds.FIXTURES / version / "WRITTEN-BY").read_text()
        assert written_by.startswith(f"dvc {version[-1]}.")


@pytest.mark.parametrize("name", SINGLE + LOCKED)
def test_data_dvc_has_just_recorded_are_unchanged(name: str) -> None:
    found = worlds.stated(worlds.FIXTURES / name)
    answer = worlds.look(found.source)
    assert (answer.state, answer.why) == ("unchanged", ())
    assert (answer.role, answer.ref, answer.source) == ("train", "data@1.0.0", found.source)


@pytest.mark.parametrize("version", worlds.VERSIONS)
def test_everything_recorded_of_a_file_is_taken_over(version: str) -> None:
    root = worlds.FIXTURES / version
    found = worlds.stated(root / "data/reviews.dvc")
    source = found.source
    assert source.type == "dvc"
    assert source.location == str(root / "data/reviews")
    assert source.file == str(root / "data/reviews.dvc")
    assert source.path == "reviews"
    assert source.digest.startswith("md5:")
    assert source.digest.endswith(".dir")
    assert (source.size, source.nfiles) == (387, 7)
    assert found.name == "reviews"


def test_the_identity_tells_the_hashes_of_the_versions_apart() -> None:
    old = worlds.stated(worlds.FIXTURES / "dvc2/data/lf.csv.dvc")
    new = worlds.stated(worlds.FIXTURES / "dvc3/data/lf.csv.dvc")
    assert old.identity == {"md5": LF_MD5, "hash": "md5-dos2unix"}
    assert new.identity == {"md5": LF_MD5}
    assert (old.source.hash, new.source.hash) == ("md5-dos2unix", "md5")


@pytest.mark.parametrize("version", worlds.VERSIONS)
def test_an_import_names_its_repository_and_the_commit_it_was_locked_to(version: str) -> None:
    for name in ("imported.dvc", "imported.csv.dvc"):
        source = worlds.stated(worlds.FIXTURES / version / name).source
        assert source.repo == "/tmp/mvtui-dvc-fixtures/source"
        assert len(source.rev) == 40


@pytest.mark.parametrize("version", worlds.VERSIONS)
def test_an_imported_url_is_named_and_known_by_the_md5_of_what_came(version: str) -> None:
    found = worlds.stated(worlds.FIXTURES / version / "fetched.csv.dvc")
    assert found.source.repo == "http://127.0.0.1:18765/rows.csv"
    assert set(found.identity) <= {"md5", "hash"}


@pytest.mark.parametrize("version", worlds.VERSIONS)
def test_data_dvc_has_never_seen_are_refused(version: str) -> None:
    with pytest.raises(errors.BadInputError, match=r"does not say which bytes later\.csv has") as caught:
        worlds.stated(worlds.FIXTURES / version / "later.csv.dvc")
    assert "dvc commit" in caught.value.hint


def test_a_working_directory_of_a_dvc_file_is_followed() -> None:
    source = worlds.stated(worlds.FIXTURES / "dvc2/elsewhere/moved.dvc").source
    assert source.location == str(worlds.FIXTURES / "dvc2/data/moved.csv")


@pytest.mark.parametrize("version", worlds.VERSIONS)
def test_paths_of_a_stage_lie_in_its_working_directory(version: str) -> None:
    root = worlds.FIXTURES / version
    written = worlds.stated(f"{root}/dvc.lock:prepared")
    beside = worlds.stated(f"{root}/dvc.lock:pipe/prepared")
    assert written.source.location == str(root / "pipe/prepared")
    assert written.identity == beside.identity


def test_a_lock_with_several_outputs_asks_which() -> None:
    lock = worlds.FIXTURES / "dvc3/dvc.lock"
    with pytest.raises(errors.BadInputError) as caught:
        worlds.stated(lock)
    assert caught.value.candidates == tuple(
        f"{lock}:{path}" for path in ("prepared", "vocab.txt", "model.txt")
    )
    assert "prepared, vocab.txt, model.txt" in caught.value.hint


def test_a_path_inside_a_tracked_directory_is_no_output() -> None:
    with pytest.raises(errors.BadInputError, match="lies inside prepared, which DVC tracks as a whole"):
        worlds.stated(f"{worlds.FIXTURES}/dvc3/dvc.lock:pipe/prepared/train")


def test_a_path_the_lock_does_not_name() -> None:
    with pytest.raises(errors.NotFoundError, match=r"does not name nothing\.csv") as caught:
        worlds.stated(f"{worlds.FIXTURES}/dvc3/dvc.lock:nothing.csv")
    assert "vocab.txt" in caught.value.hint


def test_parameters_in_the_lock_don_t_hinder() -> None:
    outputs = dvc_file.read(str(worlds.FIXTURES / "dvc3/dvc.lock"))
    assert [(o.path, o.stage, o.dependency) for o in outputs if o.stage == "train"] == [
        ("model.txt", "train", False),
        ("pipe/prepared", "train", True),
        ("pipe/vocab.txt", "train", True),
    ]


def test_a_relative_path_is_kept_as_an_absolute_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(worlds.FIXTURES / "dvc3/data")
    source = worlds.stated("lf.csv.dvc").source
    assert source.file == str(worlds.FIXTURES / "dvc3/data/lf.csv.dvc")
    assert Path(source.location).is_absolute()
