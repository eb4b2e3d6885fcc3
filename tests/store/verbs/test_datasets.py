"""Datasets through the public face: tied when registering, kept or left where they are, and looked after."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from mvtui import open_store
from mvtui.store import DataState, EventKind, Progress, Store, Version, errors
from mvtui.store.engine import digest

from tests.conftest import MakeFile
from tests.store.knowledge.datasets import worlds

COMMIT = "0123456789abcdef0123456789abcdef01234567"
SHA = "0123456789abcdef" * 4


@pytest.fixture
def model(make_file: MakeFile) -> Path:
    return make_file(b"weights", "model.pt")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A directory of data: reviews/{a.txt,sub/b.txt}."""
    root = tmp_path / "data/reviews"
    (root / "sub").mkdir(parents=True)
    (root / "a.txt").write_bytes(b"a" * 100_000)
    (root / "sub/b.txt").write_bytes(b"b")
    return root


def tied(store: Store, model: Path, **datasets: str | Path) -> Version:
    return store.register("sentiment", model, datasets=datasets).version


def only(states: tuple[DataState, ...]) -> DataState:
    (state,) = states
    return state


# -- tying ----------------------------------------------------------------------------------------


def test_a_path_becomes_a_version_whose_bytes_stay_where_they_are(
    store: Store, model: Path, data: Path
) -> None:
    version = tied(store, model, train=data)
    dataset = store.get("reviews@1.0.0")
    assert [(e.type, e.to, e.role) for e in version.edges] == [("trained-on", dataset.id, "train")]
    assert (dataset.kind, dataset.external, dataset.size, dataset.file_count) == ("dataset", True, 100_001, 2)
    assert dataset.source is not None
    assert (dataset.source.type, dataset.source.location) == ("path", str(data))
    assert (dataset.source.digest, dataset.source.nfiles) == (f"blake3:{dataset.id}", 2)
    assert [f.path for f in store.show("reviews").files] == ["a.txt", "sub/b.txt"]


def test_a_file_of_dvc_is_taken_at_its_word_and_the_data_aren_t_needed(
    store: Store, model: Path, tmp_path: Path
) -> None:
    root = worlds.copy("dvc3", tmp_path)
    shutil.rmtree(root / "data/reviews")
    version = tied(store, model, train=root / "data/reviews.dvc")
    dataset = store.get(f"id:{version.edges[0].to}")
    assert (dataset.ref, dataset.external, dataset.size, dataset.file_count) == (
        "reviews@1.0.0",
        True,
        387,
        7,
    )
    assert dataset.params == {"md5": "171ecb51d32eb699e9aa22eb6896b125.dir"}
    assert only(store.data("sentiment")).state == "missing"


def test_roles_that_measure_are_edges_of_their_own_type(store: Store, model: Path, data: Path) -> None:
    version = tied(
        store, model, train=data, Eval=data, test="hf:org/x@" + COMMIT, calibration=f"s3://b/c#sha256={SHA}"
    )
    assert [(e.type, e.role) for e in version.edges] == [
        ("trained-on", "train"),
        ("evaluated-on", "Eval"),
        ("evaluated-on", "test"),
        ("trained-on", "calibration"),
    ]


def test_datasets_are_part_of_what_a_version_is(store: Store, model: Path, data: Path) -> None:
    bare = store.register("sentiment", model).version
    first = tied(store, model, train=data)
    assert tied(store, model, train=data).id == first.id != bare.id
    assert tied(store, model, eval=data).id not in {first.id, bare.id}
    assert first.version == "1.1.0"  # made differently: minor


def test_content_that_is_known_is_the_same_dataset(
    store: Store, model: Path, data: Path, tmp_path: Path
) -> None:
    tied(store, model, train=data)
    copy = shutil.copytree(data, tmp_path / "elsewhere/other-name")
    again = store.register("sentiment", model, datasets={"train:mine": copy})
    assert not again.created
    assert [v.ref for v in store.versions()] == ["sentiment@1.0.0", "reviews@1.0.0"]
    assert store.get("reviews").source.location == str(copy)  # type: ignore[union-attr]
    assert store.register("reviews", data, kind="dataset").version.ref == "reviews@1.0.0"


def test_changed_data_are_the_next_version_of_the_dataset(store: Store, model: Path, data: Path) -> None:
    tied(store, model, train=data)
    (data / "sub/b.txt").write_bytes(b"B")
    version = tied(store, model, train=data)
    assert version.edges[0].to == store.get("reviews@1.0.1").id


def test_references_of_datasets(
    store: Store, model: Path, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    dataset = store.register("reviews", data, kind="dataset").version
    for source in ("reviews", "reviews@1.0.0", "reviews@latest", f"id:{dataset.short_id}"):
        assert tied(store, model, train=source).edges[0].to == dataset.id
    store.register("other", model)
    with pytest.raises(errors.BadInputError, match="is of the kind weights"):
        tied(store, model, train="other")
    with pytest.raises(errors.NotFoundError, match="there is no file review, and no dataset") as caught:
        tied(store, model, train="review")
    assert caught.value.candidates == ("reviews",)


def test_names(store: Store, model: Path, data: Path) -> None:
    generic = data.rename(data.parent / "train")
    version = store.register("sentiment", model, datasets={"a": generic, "b:mine": generic / "sub"}).version
    assert [store.get(f"id:{e.to}").model for e in version.edges] == ["sentiment-train", "mine"]


def test_a_name_that_a_model_has_is_not_taken(store: Store, model: Path, data: Path) -> None:
    store.register("reviews", model)
    tied(store, model, train=data)
    assert store.get("reviews-data").kind == "dataset"
    for name in ("reviews", "sentiment"):
        with pytest.raises(errors.ConflictError, match=f"{name} can't be a dataset"):
            store.register("sentiment", model, datasets={f"x:{name}": data / "sub"})


def test_a_bad_name_is_told_before_any_dataset_is_registered(store: Store, model: Path, data: Path) -> None:
    store.register("other", model)
    with pytest.raises(errors.ConflictError):
        store.register("sentiment", model, datasets={"a": data, "b:other": data / "sub"})
    assert [v.ref for v in store.versions()] == ["other@1.0.0"]


def test_a_dataset_made_from_another(store: Store, data: Path) -> None:
    version = store.register("small", data / "sub", kind="dataset", datasets={"source": data}).version
    assert [(e.type, e.role) for e in version.edges] == [("derived-from", "source")]


def test_each_of_several_versions_has_the_datasets(store: Store, data: Path, make_file: MakeFile) -> None:
    paths = [make_file(bytes([n]), f"{n}.pt") for n in range(3)]
    done = store.register_each("sentiment", paths, datasets={"train": data})
    assert {one.version.edges[0].to for one in done} == {store.get("reviews").id}


def test_directories_behind_symlinks_count_only_when_they_are_to_be_followed(
    store: Store, model: Path, data: Path, tmp_path: Path
) -> None:
    (tmp_path / "more").mkdir()
    (tmp_path / "more/c.txt").write_bytes(b"c")
    (data / "linked").symlink_to(tmp_path / "more")
    with pytest.raises(errors.UnsupportedFileError, match="symlink to a directory"):
        tied(store, model, train=data)
    store.register("sentiment", model, datasets={"train": data}, follow=True)
    assert store.get("reviews").file_count == 3
    assert only(store.data("sentiment")).state == "unchanged"


def test_large_data_are_read_once(
    store: Store, model: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mvtui.store.engine.statcache._RACY_NS", 0)
    tied(store, model, train=data)
    read: list[int] = []
    hash_fd = digest.of_fd

    def watch(fd: int, advance: digest.Advance | None = None) -> tuple[str, int]:
        read.append(os.fstat(fd).st_size)
        return hash_fd(fd, advance)

    monkeypatch.setattr(digest, "of_fd", watch)
    tied(store, model, train=data)
    assert only(store.data("sentiment")).state == "unchanged"
    assert 100_000 not in read
    (data / "a.txt").write_bytes(b"A" * 100_000)
    assert only(store.data("sentiment")).state == "changed"
    assert 100_000 in read


def test_what_came_of_each_is_told(store: Store, model: Path, data: Path) -> None:
    done = store.register("sentiment", model, datasets={"train": data, "eval": "hf:org/imdb"})
    assert done.datasets == ("train: reviews@1.0.0, new", "eval: imdb@1.0.0, new, not pinned: main can move")
    again = store.register("sentiment", model, datasets={"train": data})
    assert again.datasets == ("train: reviews@1.0.0",)


# -- nothing half-registered ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "bad",
    ["nowhere/x.csv", "hf:", "https://h/x", "id:zz", "x.dvc", "a\0b", f"s3://b/x#sha256={SHA}0"],
)
def test_one_bad_source_and_nothing_is_registered(bad: str, store: Store, model: Path, data: Path) -> None:
    with pytest.raises(errors.MvtuiError) as caught:
        store.register("sentiment", model, datasets={"train": data, "eval": bad})
    assert caught.value.hint
    assert not store.versions()


def test_a_dvc_file_that_can_t_be_read_and_nothing_is_registered(
    store: Store, model: Path, data: Path, tmp_path: Path
) -> None:
    (tmp_path / "bad.dvc").write_bytes(b"outs:\n- md5: [\n")
    with pytest.raises(errors.BadInputError, match=r"bad\.dvc, line 3"):
        store.register("sentiment", model, datasets={"train": data, "eval": tmp_path / "bad.dvc"})
    assert [e.kind for e in store.events()] == [EventKind.INIT]


def test_bad_paths_of_the_model_are_told_before_data_are_hashed(store: Store, data: Path) -> None:
    with pytest.raises(errors.NotFoundError):
        store.register("sentiment", "nowhere.pt", datasets={"train": data})
    assert not store.versions()


def test_a_cancelled_hashing_registers_nothing(store: Store, model: Path, data: Path) -> None:
    def cancel(progress: Progress) -> None:
        assert progress.action == "hashing"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.register("sentiment", model, datasets={"train": data}, progress=cancel)
    assert not store.versions()


def test_sockets_and_loops_are_refused(store: Store, model: Path, data: Path) -> None:
    os.mkfifo(data / "pipe")
    with pytest.raises(errors.UnsupportedFileError, match="FIFO"):
        tied(store, model, train=data)
    (data / "pipe").unlink()
    (data / "loop").symlink_to(data)
    with pytest.raises(errors.UnsupportedFileError):
        tied(store, model, train=data)
    with pytest.raises(errors.UnsupportedFileError):
        store.register("sentiment", model, datasets={"train": data}, follow=True)


@pytest.mark.parametrize("datasets", [["train=a"], {"train": 3}, {"": "x"}, {"train": ""}])
def test_what_is_no_mapping_of_datasets(datasets: object, store: Store, model: Path) -> None:
    with pytest.raises(errors.BadInputError):
        store.register("sentiment", model, datasets=datasets)  # type: ignore[arg-type]


# -- bytes in the store, and not ------------------------------------------------------------------


def test_bytes_are_stored_on_request_and_later_too(
    store: Store, model: Path, data: Path, tmp_path: Path
) -> None:
    tied(store, model, train=data)
    done = store.register("sentiment", model, datasets={"train": data}, store_data=True)
    assert done.datasets == ("train: reviews@1.0.0, added its bytes",)
    assert not store.get("reviews").external
    assert (store.path("reviews") / "sub/b.txt").read_bytes() == b"b"
    assert (store.checkout("reviews", tmp_path / "out") / "sub/b.txt").read_bytes() == b"b"
    tied(store, model, train=data)  # tying it again without does not take the bytes away
    assert not store.get("reviews").external


def test_registering_the_data_themselves_stores_them_too(store: Store, model: Path, data: Path) -> None:
    tied(store, model, train=data)
    assert "its bytes" in store.register("reviews", data, kind="dataset").added
    assert store.verify("reviews").objects == 3


def test_nothing_to_store_is_said(store: Store, model: Path) -> None:
    with pytest.raises(errors.BadInputError, match="no bytes to store"):
        store.register("sentiment", model, datasets={"train": f"hf:x@{COMMIT}"}, store_data=True)


@pytest.mark.parametrize("source", ["path", "dvc", "url", "hf"])
def test_bytes_that_are_not_in_the_store_can_t_be_read_from_it(
    source: str, store: Store, model: Path, data: Path, tmp_path: Path
) -> None:
    sources: dict[str, str | Path] = {
        "path": data,
        "dvc": worlds.FIXTURES / "dvc2/data/lf.csv.dvc",
        "url": f"https://h/x.tgz#sha256={SHA}",
        "hf": f"hf:org/x@{COMMIT}",
    }
    dataset = store.get(f"id:{tied(store, model, train=sources[source]).edges[0].to}")
    assert dataset.external
    with pytest.raises(errors.NotFoundError, match="are not in the store; they were at") as caught:
        store.path(dataset.ref)
    assert f"mvtui data {dataset.ref}" in caught.value.hint
    with pytest.raises(errors.NotFoundError, match="are not in the store; they were at"):
        store.checkout(dataset.ref, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_verify_does_not_miss_bytes_that_were_never_stored(store: Store, model: Path, data: Path) -> None:
    tied(store, model, train=data)
    assert store.verify().ok
    assert store.verify("reviews").ok
    assert store.verify("reviews").objects == 1  # the manifest


def test_verify_misses_bytes_that_were_stored_afterwards(store: Store, model: Path, data: Path) -> None:
    tied(store, model, train=data)
    store.register("sentiment", model, datasets={"train": data}, store_data=True)
    digest = store.show("reviews").files[1].digest
    path = store.root / "objects" / digest[:2] / digest[2:]
    path.unlink()
    assert {bad.problem for bad in store.verify().bad} == {"missing"}


def test_gc_keeps_the_manifest_of_external_data_and_not_their_bytes(
    store: Store, model: Path, data: Path
) -> None:
    stored = store.register("copy", data, kind="dataset").version
    store.delete(stored.ref, reason="too large")
    tied(store, model, train=data)
    gone = store.gc(dry_run=False)
    digests = {f.digest for f in store.show("reviews").files}
    assert {item.name for item in gone.items if item.what == "object"} == digests
    assert store.verify().ok
    assert only(store.data("sentiment")).state == "unchanged"


def test_gc_keeps_the_bytes_once_they_are_stored(store: Store, model: Path, data: Path) -> None:
    tied(store, model, train=data)
    store.register("sentiment", model, datasets={"train": data}, store_data=True)
    assert not store.gc(dry_run=False).items
    digest = store.show("reviews").files[0].digest
    assert store.why(digest) == ("a.txt of reviews@1.0.0",)


def test_a_rebuilt_index_knows_the_same(store: Store, model: Path, data: Path) -> None:
    tied(store, model, train=data, eval=worlds.FIXTURES / "dvc3/data/lf.csv.dvc")
    before = [v.as_row() for v in store.versions()]
    store.close()
    for name in ("index.json", "head.json"):
        (store.root / name).unlink(missing_ok=True)
    with open_store(store.root) as again:
        assert [v.as_row() for v in again.versions()] == before


# -- data -----------------------------------------------------------------------------------------


def test_data_of_a_version_and_of_a_dataset(store: Store, model: Path, data: Path) -> None:
    tied(store, model, train=data, eval=worlds.FIXTURES / "dvc3/data/lf.csv.dvc")
    assert [(s.role, s.ref, s.state) for s in store.data("sentiment")] == [
        ("train", "reviews@1.0.0", "unchanged"),
        ("eval", "lf@1.0.0", "unchanged"),
    ]
    (data / "a.txt").write_bytes(b"A" * 100_000)
    (data / "new").write_bytes(b"")
    state = only(store.data("reviews"))
    assert (state.role, state.state, state.why) == ("", "changed", ("changed: a.txt", "added: new"))


def test_data_of_a_stored_dataset_are_those_at_the_path_it_came_from(store: Store, data: Path) -> None:
    store.register("reviews", data, kind="dataset")
    assert only(store.data("reviews")).state == "unchanged"
    shutil.rmtree(data)
    assert only(store.data("reviews")).state == "missing"


def test_data_that_were_moved_into_the_store_can_t_be_told(store: Store, data: Path) -> None:
    store.register("reviews", data, kind="dataset", move=True)
    assert only(store.data("reviews")).state == "unknown"


def test_a_version_without_datasets_has_no_data(store: Store, model: Path) -> None:
    store.register("sentiment", model)
    assert store.data("sentiment") == ()


def test_a_deleted_dataset_is_still_looked_after(store: Store, model: Path, data: Path) -> None:
    tied(store, model, train=data)
    store.delete("reviews@1.0.0", reason="no longer wanted")
    assert only(store.data("sentiment")).state == "unchanged"


def test_of_several_versions_of_one_content_one_that_stands_is_named(
    store: Store, model: Path, data: Path
) -> None:
    store.register("first", data, kind="dataset")
    second = store.register("second", data, kind="dataset").version
    tied(store, model, train=data)
    store.delete(second.ref, reason="twice")
    assert only(store.data("sentiment")).ref == "first@1.0.0"


def test_parents_are_no_data(store: Store, model: Path, data: Path) -> None:
    store.register("sentiment", model, datasets={"train": data}, parents=["hf:roberta-base"])
    assert [state.role for state in store.data("sentiment")] == ["train"]


def test_data_outside_the_store_are_unknown(store: Store, model: Path) -> None:
    store.register("sentiment", model, edges=[("trained-on", "name:somebody's data")])
    state = only(store.data("sentiment"))
    assert (state.role, state.ref, state.state) == ("train", "name:somebody's data", "unknown")


def test_data_changes_nothing_and_works_where_nothing_may_be_written(
    store: Store, model: Path, data: Path
) -> None:
    tied(store, model, train=data)
    events = len(list(store.events()))
    store.close()
    with open_store(store.root, read_only=True) as reader:
        assert only(reader.data("sentiment")).state == "unchanged"
        assert len(list(reader.events())) == events


def test_hostile_names_stay_data(store: Store, model: Path, tmp_path: Path) -> None:
    root = tmp_path / "data" / "\x1b]0;pwned\x07 [red]x[/] \u202e"
    root.mkdir(parents=True)
    (root / "a\nb\x1b[2J.txt").write_bytes(b"x")
    tied(store, model, train=root)
    (root / "a\nb\x1b[2J.txt").write_bytes(b"y")
    assert only(store.data("sentiment")).why == ("changed: a\nb\x1b[2J.txt",)


def test_places_whose_names_are_not_utf_8(
    store: Store, model: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = os.fsdecode(os.fsencode(data.parent) + b"/caf\xe9")
    os.mkdir(odd)
    shutil.copytree(data, f"{odd}/reviews")
    shutil.copy(worlds.FIXTURES / "dvc3/data/lf.csv.dvc", odd)
    monkeypatch.chdir(odd)
    for source in ("reviews", "lf.csv.dvc"):
        with pytest.raises(errors.BadInputError, match="not UTF-8"):
            tied(store, model, train=source)
    dataset = store.register("reviews", "reviews", kind="dataset").version
    assert dataset.source is None
    assert only(store.data("reviews")).state == "unknown"


# -- many at once ---------------------------------------------------------------------------------


def test_eight_processes_at_once_make_one_dataset(store: Store, data: Path, make_file: MakeFile) -> None:
    script = (
        "import sys; from mvtui import open_store\n"
        "with open_store(sys.argv[1]) as store:\n"
        "    print(store.register(sys.argv[2], sys.argv[3], datasets={'train': sys.argv[4]}, capture=False).version.edges[0].to)\n"
    )
    running = [
        subprocess.Popen(
            [sys.executable, "-c", script, store.root, f"m{n}", make_file(bytes([n]), f"{n}.pt"), data],
            stdout=subprocess.PIPE,
            text=True,
        )
        for n in range(8)
    ]
    said = [process.communicate(timeout=120)[0].strip() for process in running]
    assert [process.returncode for process in running] == [0] * 8
    assert set(said) == {store.get("reviews@1.0.0").id}
    assert [v.ref for v in store.versions("reviews")] == ["reviews@1.0.0"]
    assert len(store.versions()) == 9


def test_a_version_that_cant_be_brings_no_dataset_into_the_store(
    store: Store, model: Path, data: Path, tmp_path: Path
) -> None:
    store.register("m", model)
    other = tmp_path / "other.bin"
    other.write_bytes(model.read_bytes() + b"more")
    for words in ({"model": "m", "version": "1.0.0"}, {"model": "M"}):
        with pytest.raises(errors.ConflictError):
            store.register(paths=other, datasets={"train": data}, **words)  # type: ignore[arg-type]
    assert [one.name for one in store.models()] == ["m"]
    assert len(list(store.root.glob("objects/*/*"))) == 2, "no byte was copied either"
