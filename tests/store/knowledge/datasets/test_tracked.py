"""What DVC recorded of a path, and whether its bytes still are that."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from mvtui.store import errors
from mvtui.store.knowledge.datasets import tracked
from mvtui.store.knowledge.datasets.dvc_file import Output
from mvtui.store.nouns.reports import Progress

from . import worlds

both = pytest.mark.parametrize("version", worlds.VERSIONS)


def found(path: Path) -> Output:
    output = tracked.find(str(path))
    assert output is not None
    return output


@both
@pytest.mark.parametrize("name", ["lf.csv", "crlf.csv", "blob.bin", "reviews"])
def test_the_file_beside_the_data(version: str, name: str, tmp_path: Path) -> None:
    root = worlds.copy(version, tmp_path)
    output = found(root / "data" / name)
    assert output.source() == worlds.stated(root / f"data/{name}.dvc").source
    assert tracked.differs(output, None) == ""


@both
@pytest.mark.parametrize("path", ["model.txt", "pipe/prepared", "pipe/vocab.txt"])
def test_outputs_of_a_pipeline(version: str, path: str, tmp_path: Path) -> None:
    root = worlds.copy(version, tmp_path)
    output = found(root / path)
    assert (output.file, output.dependency) == (str(root / "dvc.lock"), False)
    assert tracked.differs(output, None) == ""


def test_what_a_stage_made_counts_before_what_one_read(tmp_path: Path) -> None:
    root = worlds.copy("dvc3", tmp_path)
    lock = root / "dvc.lock"
    read = "    - path: pipe/vocab.txt\n      hash: md5\n      md5: 1588bdc7"
    assert lock.read_text().count(read) == 1
    lock.write_text(lock.read_text().replace(read, read[:-8] + "0" * 8))
    output = found(root / "pipe/vocab.txt")
    assert (output.dependency, output.digest[:8]) == (False, "1588bdc7")


def test_what_dvc_does_not_track(tmp_path: Path) -> None:
    root = worlds.copy("dvc3", tmp_path)
    (root / "data/new.csv").write_bytes(b"new")
    for path in (root / "data/new.csv", root / "data/reviews/a.txt", root / "data", root, tmp_path):
        assert tracked.find(str(path)) is None


def test_a_file_beside_that_names_something_else(tmp_path: Path) -> None:
    root = worlds.copy("dvc3", tmp_path)
    file = root / "data/lf.csv.dvc"
    file.write_text(file.read_text().replace("path: lf.csv", "path: other.csv"))
    assert found(root / "data/lf.csv").file == str(root / "dvc.lock"), "a stage reads it"
    (root / "dvc.lock").unlink()
    assert tracked.find(str(root / "data/lf.csv")) is None


def test_stages_that_read_it_differently_say_nothing(tmp_path: Path) -> None:
    root = worlds.copy("dvc3", tmp_path)
    lock = root / "dvc.lock"
    before, _, after = lock.read_text().partition("  train:")
    lock.write_text(
        f"{before}  train:{after}".replace("outs:\n    - path: model.txt", "outs:\n    - path: m.txt")
    )
    assert tracked.find(str(root / "model.txt")) is None
    (root / "data/lf.csv.dvc").unlink()
    assert found(root / "data/lf.csv").dependency
    lock.write_text(
        f"{before}  train:{after}  more:\n    deps:\n    - path: data/lf.csv\n      md5: {'0' * 32}\n"
    )
    assert tracked.find(str(root / "data/lf.csv")) is None


def test_a_lock_outside_a_repository_of_dvc_is_not_looked_for(tmp_path: Path) -> None:
    root = worlds.copy("dvc3", tmp_path)
    (root / ".dvc").rename(root / "no-dvc")
    assert tracked.find(str(root / "model.txt")) is None
    assert found(root / "data/lf.csv").digest, "a file beside says so by itself"


@pytest.mark.parametrize("bad", [b"outs: [", b"\xff\xfe", b"- 1\n", b"outs:\n- path: lf.csv\n  md5: zz\n"])
def test_a_file_that_makes_no_sense(bad: bytes, tmp_path: Path) -> None:
    root = worlds.copy("dvc3", tmp_path)
    (root / "data/lf.csv.dvc").write_bytes(bad)
    with pytest.raises(errors.BadInputError):
        tracked.find(str(root / "data/lf.csv"))


def test_data_that_dvc_never_saw_are_not_tracked_yet(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"a")
    (tmp_path / "a.csv.dvc").write_text("outs:\n- path: a.csv\n")
    assert tracked.find(str(tmp_path / "a.csv")) is None


@both
def test_why_data_are_not_known_to_be_the_same(version: str, tmp_path: Path) -> None:
    root = worlds.copy(version, tmp_path)
    output = found(root / "data/reviews")
    (root / "data/reviews/a.txt").write_bytes(b"other")
    assert tracked.differs(output, None) == f"they are not what {root}/data/reviews.dvc recorded"
    (root / ".dvcignore").write_text("[a-c]*.tmp\n")
    assert "can't be told: " in tracked.differs(output, None)
    output = found(root / "data/lf.csv")
    (root / "data/lf.csv").unlink()
    os.mkfifo(root / "data/lf.csv")
    assert tracked.differs(output, None)


def test_what_progress_raises_stops_it(tmp_path: Path) -> None:
    root = worlds.copy("dvc3", tmp_path)
    seen: list[Progress] = []
    assert tracked.differs(found(root / "data/lf.csv"), seen.append) == ""
    assert [(one.action, one.item, one.done) for one in seen] == [
        ("hashing", "lf.csv", 21),
        ("hashing", "", 21),
    ]
    for stop in (KeyboardInterrupt(), OSError("stop"), errors.BusyError("stop", hint="")):

        def cancel(_progress: Progress, stop: BaseException = stop) -> None:
            raise stop

        with pytest.raises(type(stop)):
            tracked.differs(found(root / "data/lf.csv"), cancel)
