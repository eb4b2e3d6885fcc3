"""du: what versions take, held against what is really on disk, and what really goes when one is deleted."""

from __future__ import annotations

import os
import random
import shutil
from pathlib import Path

import pytest
from mvtui import init_store, open_store
from mvtui.store import EventKind, Series, Store, Usage
from mvtui.store.errors import NotFoundError

from ...conftest import MakeFile


def on_disk(store: Store) -> int:
    return sum(path.stat().st_size for path in (store.root / "objects").glob("*/*"))


def parts(usage: Usage) -> int:
    return (
        usage.files
        + usage.manifests
        + usage.captures
        + usage.series
        + usage.records
        + usage.held
        + (usage.reclaimable or 0)
    )


def frees(usage: Usage) -> dict[str, int]:
    return {each.ref: each.frees for each in usage.versions}


@pytest.fixture
def shared(store: Store, make_file: MakeFile) -> Store:
    """Three versions of 600 B; the file of 500 B is in two of them."""
    for number in range(3):
        make_file(b"s" * 500 if number < 2 else b"o" * 500, "out/large.bin")
        store.register("m", make_file(b"%d" % number * 100, "out/small.bin").parent)
    return store


def test_what_is_shared_is_not_freed_by_one_of_them(shared: Store) -> None:
    usage = shared.du()
    assert (usage.size, usage.files, usage.saved) == (1800, 1300, 500)
    assert [(each.ref, each.size, each.frees, each.shared) for each in usage.versions] == [
        ("m@1.0.2", 600, 600, 0),
        ("m@1.0.0", 600, 100, 500),
        ("m@1.0.1", 600, 100, 500),
    ]
    (model,) = usage.models
    assert (model.versions, model.size, model.frees, model.shared) == (3, 1800, 1300, 0)
    assert usage.stored == on_disk(shared) == parts(usage)
    assert (usage.reclaimable, usage.trash, usage.live) == (0, 0, 0)


def test_models_come_by_what_they_would_free_and_one_may_be_asked_for(
    shared: Store, make_file: MakeFile
) -> None:
    shared.register("big", make_file(b"b" * 9000))
    shared.register("copy", make_file(b"s" * 500))
    usage = shared.du()
    assert [(each.model, each.frees, each.shared) for each in usage.models] == [
        ("big", 9000, 0),
        ("m", 800, 500),
        ("copy", 0, 500),
    ]
    alone = shared.du("m")
    assert [each.model for each in alone.models] == ["m"]
    assert {each.model for each in alone.versions} == {"m"}
    assert (alone.size, alone.stored) == (usage.size, usage.stored)
    with pytest.raises(NotFoundError):
        shared.du("n")


def test_the_same_content_under_two_names_is_freed_by_neither(store: Store, make_file: MakeFile) -> None:
    for model in ("one", "two"):
        store.register(model, make_file(b"x" * 100))
    usage = store.du()
    assert frees(usage) == {"one@1.0.0": 0, "two@1.0.0": 0}
    assert [each.frees for each in usage.models] == [0, 0]
    assert usage.saved == 100


def test_deleted_versions_do_not_count_but_what_only_they_needed_is_told(shared: Store) -> None:
    shared.delete("m@1.0.2", "reason")
    shared.delete("m@1.0.0", "reason")
    usage = shared.du()
    assert frees(usage) == {"m@1.0.1": 600}
    assert (usage.size, usage.files) == (600, 600)
    assert usage.reclaimable == shared.gc().trashed == 700
    shared.gc(dry_run=False)
    usage = shared.du()
    assert (usage.reclaimable, usage.trash) == (0, 700)
    shared.undo()
    assert frees(shared.du()) == {"m@1.0.1": 100, "m@1.0.0": 100}


def test_what_is_kept_beside_the_files_has_its_own_lines(
    store: Store, make_file: MakeFile, tmp_path: Path
) -> None:
    store.register("m", make_file(), series={"loss": Series((1.0, 2.0), (0.5, 0.4))}, capture=["system"])
    store.note("m", "long " * 2000)
    usage = store.du()
    assert min(usage.manifests, usage.captures, usage.series) > 0
    assert usage.records > 10_000
    assert usage.journal > 0
    assert parts(usage) == usage.stored == on_disk(store)


def test_a_file_that_is_an_events_too_is_not_freed(store: Store, make_file: MakeFile) -> None:
    record = store._repository.objects.put_bytes(b"p" * 100)
    store.register("m", make_file(b"p" * 100))
    with store._repository.writing():
        data = {"model": "m", "version": "1.0.0", "capture": record, "objects": [record]}
        store._repository.append(EventKind.ADD, data)
    usage = store.du()
    assert frees(usage) == {"m@1.0.0": 0}
    assert (usage.files, usage.captures, usage.held) == (100, 0, 0)
    assert parts(usage) == usage.stored
    store.delete("m@1.0.0", "reason")
    assert store.gc().trashed == 0


def test_a_dataset_that_stayed_where_it_was_takes_nothing(store: Store, make_file: MakeFile) -> None:
    store.register("m", make_file(), datasets={"train:rows": make_file(b"r" * 500, "rows.csv")})
    usage = store.du("rows")
    assert [(each.size, each.frees) for each in usage.versions] == [(0, 0)]
    assert usage.size == len(b"weights")


def test_copies_for_serving_are_counted(tmp_path: Path, make_file: MakeFile) -> None:
    with init_store(tmp_path / "store"):
        (tmp_path / "store" / "config.toml").write_text("[live]\ncopy = true\n")
    with open_store(tmp_path / "store") as store:
        store.register("m", make_file(b"w" * 5000))
        assert store.du().live == 0
        store.promote("m", "production", reason="x")
        assert 5000 < store.du().live < 6000


def test_a_damaged_store_is_measured_as_far_as_that_goes(shared: Store) -> None:
    identity = shared.get("m@1.0.2").id
    os.unlink(shared.root / "objects" / identity[:2] / identity[2:])
    usage = shared.du()
    assert usage.reclaimable is None
    assert usage.doubt.startswith("the manifest of m@1.0.2 can't be read")
    assert frees(usage)["m@1.0.0"] == 100
    assert parts(usage) == usage.stored
    path = shared.root / "journal" / "events.jsonl"
    data = bytearray(path.read_bytes())
    data[data.index(b'"version":"1.0.1"')] ^= 1
    path.write_bytes(data)
    with open_store(shared.root) as fresh:
        usage = fresh.du()
        assert usage.reclaimable is None
        assert "mvtui repair" in usage.doubt
        assert set(frees(usage)) == {"m@1.0.0", "m@1.0.2"}


@pytest.mark.usefixtures("no_sync")
@pytest.mark.parametrize("seed", range(3))
def test_what_is_told_is_what_deleting_frees(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    pool = [bytes([65 + n]) * (10**n % 997 + n) for n in range(8)]
    with init_store(tmp_path / "store") as store:
        (store.root / "config.toml").write_text('[gc]\ngrace = "0s"\n')
        for _ in range(14):
            source = tmp_path / "source"
            shutil.rmtree(source, ignore_errors=True)
            source.mkdir()
            for at, content in enumerate(chance.choices(pool, k=chance.randrange(1, 4))):
                (source / f"{at}.bin").write_bytes(content)
            ref = store.register(chance.choice("ab"), source).version.ref
            if chance.random() < 0.2:
                store.delete(ref, "at once")
        usage = store.du()
        assert usage.stored == parts(usage) == on_disk(store)
        assert usage.held == 0
        assert usage.reclaimable == store.gc().trashed
        store.gc(dry_run=False)
        for ref, told in frees(usage).items():
            copy = tmp_path / "copy"
            shutil.copytree(store.root, copy, symlinks=True)
            with open_store(copy) as other:
                other.delete(ref, "to see")
                assert other.gc(dry_run=False).trashed == told, ref
                assert other.verify().ok
            shutil.rmtree(copy)
