"""The same data, named by their path or by the file of DVC that tracks them, are one dataset."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from mvtui.store import EventKind, Progress, Store, errors
from mvtui.store.knowledge.datasets import check_dvc

from tests.conftest import MakeFile
from tests.store.knowledge.datasets import worlds

FILE = "data/lf.csv"
DIRECTORY = "data/reviews"


@pytest.fixture(params=worlds.VERSIONS)
def root(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return worlds.copy(request.param, tmp_path)


@pytest.fixture
def models(make_file: MakeFile) -> tuple[Path, Path]:
    return make_file(b"one", "a.pt"), make_file(b"two", "b.pt")


def told(store: Store, model: Path, **datasets: str | Path) -> str:
    (line,) = store.register(model.stem, model, datasets=datasets).datasets
    return line.partition(": ")[2]


@pytest.mark.parametrize("first", [".dvc", ""])
@pytest.mark.parametrize("path", [FILE, DIRECTORY])
def test_the_path_and_the_file_of_dvc_are_one_dataset(
    path: str, first: str, root: Path, store: Store, models: tuple[Path, Path]
) -> None:
    name = Path(path).stem
    second = "" if first else ".dvc"
    told(store, models[0], train=f"{root}/{path}{first}")
    assert told(store, models[1], train=f"{root}/{path}{second}").startswith(f"{name}@1.0.0")
    assert [v.ref for v in store.versions() if v.kind == "dataset"] == [f"{name}@1.0.0"]
    impact = store.impact(name)
    assert {node.name for node in impact.tainted} == {"a@1.0.0", "b@1.0.0"}
    source = store.get(name).source
    assert source is not None
    assert (source.type, source.location) == ("dvc", str(root / path))


def test_a_generic_name_is_given_once(root: Path, store: Store, models: tuple[Path, Path]) -> None:
    for suffix in ("", ".dvc"):
        (root / f"{FILE}{suffix}").rename(root / f"data/train.csv{suffix}")
    file = root / "data/train.csv.dvc"
    file.write_text(file.read_text().replace("lf.csv", "train.csv"))
    told(store, models[0], train=file)
    assert told(store, models[1], train=root / "data/train.csv").startswith("a-train@1.0.0")


def test_what_a_pipeline_made(root: Path, store: Store, models: tuple[Path, Path]) -> None:
    told(store, models[0], train=f"{root}/dvc.lock:pipe/prepared")
    assert (
        told(store, models[1], train=root / "pipe/prepared") == "prepared@1.0.0, what DVC recorded, unchanged"
    )


@pytest.mark.parametrize("path", [FILE, DIRECTORY])
def test_changed_data_are_a_dataset_by_their_own_bytes(
    path: str, root: Path, store: Store, models: tuple[Path, Path]
) -> None:
    told(store, models[0], train=f"{root}/{path}.dvc")
    target = root / path if path == FILE else root / path / "a.txt"
    target.write_bytes(b"other")
    name = Path(path).stem
    assert told(store, models[1], train=root / path) == (
        f"{name}@2.0.0, new, by the bytes it has now: they are not what {root}/{path}.dvc recorded"
    )
    source = store.get(f"{name}@2.0.0").source
    assert source is not None
    assert (source.type, source.file) == ("path", f"{root}/{path}.dvc")
    assert [node.name for node in store.impact(f"{name}@1.0.0").tainted] == ["a@1.0.0"]


def test_what_can_t_be_compared_is_a_dataset_by_its_own_bytes(
    root: Path, store: Store, models: tuple[Path, Path]
) -> None:
    (root / ".dvcignore").write_text("[a-c]*.tmp\n")
    line = told(store, models[0], train=root / DIRECTORY)
    assert line.startswith("reviews@1.0.0, new, by the bytes it has now: whether they are what ")
    (root / f"{FILE}.dvc").write_text("outs: [")
    line = told(store, models[1], train=root / FILE)
    assert line.startswith(f"lf@1.0.0, new, by the bytes it has now: {root}/{FILE}.dvc, line 1")


def test_data_that_nothing_tracks_are_not_hashed_as_dvc_does(
    store: Store, models: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(check_dvc, "judge_bytes", lambda *_: pytest.fail("hashed for DVC"))
    (tmp_path / "plain.csv").write_bytes(b"a")
    assert told(store, models[0], train=tmp_path / "plain.csv") == "plain@1.0.0, new"


def test_a_cancelled_comparison_registers_nothing(
    root: Path, store: Store, models: tuple[Path, Path]
) -> None:
    def cancel(progress: Progress) -> None:
        assert progress.action == "hashing"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.register("a", models[0], datasets={"train": root / FILE}, progress=cancel)
    assert not store.versions()


def test_bad_names_are_told_before_data_are_compared(
    root: Path, store: Store, models: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    store.register("other", models[1])
    monkeypatch.setattr(check_dvc, "judge_bytes", lambda *_: pytest.fail("hashed"))
    with pytest.raises(errors.ConflictError):
        store.register("a", models[0], datasets={"train": root / FILE, "eval:other": root / DIRECTORY})


# -- bytes that are stored ------------------------------------------------------------------------


@pytest.mark.parametrize("path", [FILE, DIRECTORY])
def test_stored_bytes_are_a_dataset_of_their_own_that_comes_from_what_dvc_recorded(
    path: str, root: Path, store: Store, models: tuple[Path, Path]
) -> None:
    name = Path(path).stem
    (line,) = store.register("a", models[0], datasets={"train": root / path}, store_data=True).datasets
    assert line == (f"train: {name}@2.0.0, new, derived from {name}@1.0.0, new, what DVC recorded, unchanged")
    recorded, kept = store.get(f"{name}@1.0.0"), store.get(f"{name}@2.0.0")
    assert (recorded.external, kept.external) == (True, False)
    assert [(e.type, e.to, e.later) for e in kept.edges] == [("derived-from", recorded.id, True)]
    told(store, models[1], train=f"{root}/{path}.dvc")
    assert {node.name for node in store.impact(recorded.ref).tainted} == {kept.ref, "a@1.0.0", "b@1.0.0"}
    events = len(list(store.events()))
    store.register("a", models[0], datasets={"train": root / path}, store_data=True)
    assert len(list(store.events())) == events
    shutil.rmtree(root)
    assert store.path(kept.ref).exists()


def test_changed_bytes_that_are_stored_come_from_nothing(
    root: Path, store: Store, models: tuple[Path, Path]
) -> None:
    (root / FILE).write_bytes(b"other")
    store.register("a", models[0], datasets={"train": root / FILE}, store_data=True)
    (dataset,) = [v for v in store.versions() if v.kind == "dataset"]
    assert not dataset.edges
    assert not dataset.external


# -- names ----------------------------------------------------------------------------------------


def test_a_name_that_is_not_given_is_told(root: Path, store: Store, models: tuple[Path, Path]) -> None:
    told(store, models[0], train=root / FILE)
    for source in (root / FILE, f"{root}/{FILE}.dvc", "lf@1.0.0"):
        line = told(store, models[1], **{"eval:mine": source})
        assert "not named mine: this content is lf already" in line
    assert "not named" not in told(store, models[1], **{"eval:lf": root / FILE})


def test_a_name_that_stored_bytes_get_is_not_missed(
    root: Path, store: Store, models: tuple[Path, Path]
) -> None:
    told(store, models[0], train=root / FILE)
    done = store.register("b", models[1], datasets={"eval:mine": root / FILE}, store_data=True)
    assert done.datasets == ("eval: mine@1.0.0, new, derived from lf@1.0.0, what DVC recorded, unchanged",)


def test_of_two_names_of_one_content_the_one_that_is_asked_for_is_told(
    store: Store, models: tuple[Path, Path], tmp_path: Path
) -> None:
    (tmp_path / "plain.csv").write_bytes(b"a")
    for name in ("first", "second"):
        store.register(name, tmp_path / "plain.csv", kind="dataset")
    for name in ("first", "second"):
        assert told(store, models[0], **{f"eval:{name}": tmp_path / "plain.csv"}) == f"{name}@1.0.0"


# -- the way back ---------------------------------------------------------------------------------


@pytest.mark.parametrize("dirty", [False, True])
def test_the_commit_whose_code_used_the_data_leads_back_to_them(
    dirty: bool, root: Path, store: Store, models: tuple[Path, Path]
) -> None:
    told(store, models[0], train=root / FILE)
    code = {"commit": "0123abc" + "0" * 33, "dirty": dirty}
    with store._repository.writing():
        store._repository.append(EventKind.ADD, {"model": "a", "version": "1.0.0", "code": code})
    worlds.fill_cache(root)
    file = root / f"{FILE}.dvc"
    file.write_text(file.read_text().replace("md5: ", "md5: 0").replace("8f41d", "8f41"))
    (root / FILE).write_bytes(b"other")
    (state,) = store.data("a")
    way = (
        f"restore {file} from git as it was, then" if dirty else f"git checkout {code['commit']} -- {file} &&"
    )
    assert state.why[-1] == f"the recorded bytes are in DVC's cache: {way} dvc checkout {file}"
