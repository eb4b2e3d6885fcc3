"""The way from something to what came from it: found when first asked for, and right ever after."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from mvtui import init_store, open_store
from mvtui.store import Store, errors

MakeFile = Callable[..., Path]


def origins(store: Store) -> dict[str, list[str]]:
    with store._repository.reading() as index:
        found = {origin: index.from_origin(origin) for origin in sorted(index.origins())}
    return {
        origin: [f"{d['model']}@{d['version']}" for d in sorted(documents, key=lambda d: d["seq"])]
        for origin, documents in found.items()
    }


def test_every_change_of_edges_is_followed(store: Store, make_file: MakeFile) -> None:
    assert origins(store) == {}
    data = store.register("data", make_file(b"d"), kind="dataset").version
    one = store.register("m", make_file(b"1"), parents=["hf:base", "data"]).version
    assert origins(store) == {"hf:base": ["m@1.0.0"], data.id: ["m@1.0.0"]}
    store.register("m", make_file(b"2"), parents=["m@1.0.0", "hf:base"])
    assert origins(store) == {"hf:base": ["m@1.0.0", "m@1.1.0"], data.id: ["m@1.0.0"], one.id: ["m@1.1.0"]}
    store.link("m@1.1.0", "trained-on", "data")
    store.link("m@1.1.0", "trained-on", "name:more")
    assert origins(store)[data.id] == ["m@1.0.0", "m@1.1.0"]
    store.unlink("m@1.1.0", "trained-on", "name:more")
    assert "name:more" not in origins(store)
    store.delete("m@1.0.0", "bad")
    assert origins(store)[data.id] == ["m@1.0.0", "m@1.1.0"]


def test_it_is_the_same_after_opening_again_rebuilding_and_repair(
    store: Store, make_file: MakeFile, no_sync: None
) -> None:
    store.register("data", make_file(b"d"), kind="dataset")
    pick = random.Random(3)
    origins(store)
    for number in range(60):
        parents = pick.sample([f"hf:m{i}" for i in range(5)] + ["data"], pick.randint(0, 3))
        store.register("m", make_file(b"%d" % number), parents=parents)
        version = f"m@{pick.choice(store.versions('m')).version}"
        try:
            change = pick.choice([store.link, store.unlink])
            change(version, "replaces", f"name:{pick.randint(0, 3)}")
        except errors.NotFoundError:
            pass
    expected = origins(store)
    assert len(expected) > 8
    with open_store(store.root) as fresh:
        assert origins(fresh) == expected
    store._repository.rebuild()
    assert origins(store) == expected
    store.repair()
    assert origins(store) == expected


def test_what_another_process_writes_is_followed(tmp_path: Path, make_file: MakeFile) -> None:
    with init_store(tmp_path / "shared") as here, open_store(tmp_path / "shared") as there:
        here.register("m", make_file(b"1"), parents=["hf:base"])
        assert origins(there) == {"hf:base": ["m@1.0.0"]}
        here.link("m", "trained-on", "hf:datasets/squad")
        assert origins(there)["hf:datasets/squad"] == ["m@1.0.0"]


@pytest.mark.parametrize("dirty", [True, False])
def test_the_commit_of_the_code_is_an_origin(store: Store, make_file: MakeFile, dirty: bool) -> None:
    from mvtui.store.nouns.event import EventKind

    store.register("m", make_file(b"1"))
    assert origins(store) == {}
    with store._repository.writing():
        code = {"commit": "a" * 40, "dirty": dirty}
        store._repository.append(EventKind.ADD, {"model": "m", "version": "1.0.0", "code": code})
    assert origins(store) == {"git:" + "a" * 40: ["m@1.0.0"]}
