"""Lineage and impact of what is in a store, by reference and by name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mvtui.store import Impact, Lineage, Link, Store, errors
from mvtui.store.nouns.event import EventKind

MakeFile = Callable[..., Path]


def arcs(found: Lineage) -> list[str]:
    nodes = found.nodes
    return [f"{nodes[a.child].name} {a.link.type} {nodes[a.parent].name}" for a in found.arcs]


def names(nodes: Any) -> list[str]:
    return [node.name for node in nodes]


def made_by(store: Store, model: str, version: str, commit: str, *, dirty: bool = False) -> None:
    """Note which code made a version, as a capture would."""
    with store._repository.writing():
        code = {"commit": commit, "branch": "main", "dirty": dirty}
        store._repository.append(EventKind.ADD, {"model": model, "version": version, "code": code})


@pytest.fixture
def family(store: Store, make_file: MakeFile) -> Store:
    """crawl → reviews → sentiment → small; sentiment was measured on test, and tuned from two outside bases."""
    store.register("crawl", make_file(b"c"), kind="dataset")
    store.register("reviews", make_file(b"r"), kind="dataset", parents=["crawl"])
    store.register("test", make_file(b"t"), kind="dataset", parents=["crawl"])
    store.register(
        "sentiment",
        make_file(b"s"),
        parents=["hf:roberta-base@v1", "reviews"],
        edges=[("evaluated-on", "test")],
    )
    store.register("small", make_file(b"q"), edges=[("quantized-from", "sentiment")])
    store.register(
        "judged", make_file(b"j"), parents=["hf:roberta-base@v2"], edges=[("evaluated-on", "test")]
    )
    return store


def test_both_directions(family: Store) -> None:
    found = family.lineage("sentiment@1.0.0")
    assert arcs(found) == [
        "sentiment@1.0.0 fine-tuned-from hf:roberta-base@v1",
        "sentiment@1.0.0 trained-on reviews@1.0.0",
        "sentiment@1.0.0 evaluated-on test@1.0.0",
        "reviews@1.0.0 derived-from crawl@1.0.0",
        "test@1.0.0 derived-from crawl@1.0.0",
        "small@1.0.0 quantized-from sentiment@1.0.0",
    ]
    assert arcs(family.lineage("sentiment", up=False)) == ["small@1.0.0 quantized-from sentiment@1.0.0"]
    assert len(family.lineage("sentiment", down=False, depth=1).arcs) == 3
    assert family.lineage("sentiment", down=False, depth=1).cut


def test_a_node_says_what_it_is(family: Store) -> None:
    nodes = {node.name: node for node in family.lineage("sentiment").nodes.values()}
    assert (nodes["crawl@1.0.0"].kind, nodes["crawl@1.0.0"].model_kind, nodes["crawl@1.0.0"].size) == (
        "version",
        "dataset",
        1,
    )
    assert nodes["hf:roberta-base@v1"].kind == "outside"


@pytest.mark.parametrize("depth", [-1, 1.5, "2", True])
def test_a_depth_that_is_none(family: Store, depth: Any) -> None:
    with pytest.raises(errors.BadInputError, match="depth"):
        family.lineage("sentiment", depth=depth)


def test_what_a_data_set_taints(family: Store) -> None:
    found = family.impact("crawl")
    assert set(names(found.tainted)) == {"reviews@1.0.0", "test@1.0.0", "sentiment@1.0.0", "small@1.0.0"}
    assert names(found.doubtful) == ["judged@1.0.0"]
    small = next(node for node in found.tainted if node.name == "small@1.0.0")
    assert [arc.link.type for arc in found.path(small.key)] == [
        "quantized-from",
        "trained-on",
        "derived-from",
    ]


def test_what_is_in_production_comes_first(family: Store) -> None:
    with family._repository.reading() as index:
        document = index.tables["versions"]["small@1.0.0"]
        index.tables["versions"]["small@1.0.0"] = document | {"stage": "production"}  # as promoting will do
    found = family.impact("crawl")
    assert names(found.tainted)[0] == "small@1.0.0"
    assert names(found.production) == ["small@1.0.0"]


def test_of_equal_content_and_of_children_what_is_in_production_comes_first(
    store: Store, make_file: MakeFile
) -> None:
    store.register("data", make_file(b"d"), kind="dataset")
    for number, model in enumerate(["a", "b", "c"]):
        store.register(model, make_file(b"%d" % number), parents=["data"])
    store.register("serving", make_file(b"1"), parents=["data"])  # what b is, too
    with store._repository.reading() as index:
        document = index.tables["versions"]["b@1.0.0"]
        index.tables["versions"]["b@1.0.0"] = document | {"stage": "production"}  # as promoting will do
    found = store.lineage("data")
    assert [found.nodes[arc.child].name for arc in found.arcs] == ["b@1.0.0", "c@1.0.0", "a@1.0.0"]
    node = next(node for node in found.nodes.values() if node.stage == "production")
    assert (node.name, node.also) == ("b@1.0.0", ("serving@1.0.0",))


@pytest.mark.parametrize(
    ("name", "subjects", "tainted"),
    [
        ("hf:roberta-base", ["hf:roberta-base@v1", "hf:roberta-base@v2"], {"sentiment", "small", "judged"}),
        ("hf:RoBERTa-base@v2", ["hf:roberta-base@v2"], {"judged"}),
        ("hf:roberta-base@v1", ["hf:roberta-base@v1"], {"sentiment", "small"}),
    ],
)
def test_a_name_without_a_revision_means_all_of_them(
    family: Store, name: str, subjects: list[str], tainted: set[str]
) -> None:
    found = family.impact(name)
    assert names(found.subjects) == subjects
    assert {node.name.partition("@")[0] for node in found.tainted} == tainted


def test_a_lineage_has_one_root(family: Store) -> None:
    assert arcs(family.lineage("hf:roberta-base@v2")) == ["judged@1.0.0 fine-tuned-from hf:roberta-base@v2"]
    with pytest.raises(errors.AmbiguousError) as caught:
        family.lineage("hf:roberta-base")
    assert caught.value.candidates == ("hf:roberta-base@v1", "hf:roberta-base@v2")


@pytest.mark.parametrize(
    ("name", "candidates"),
    [
        ("hf:roberta-bse", ("hf:roberta-base",)),
        ("hf:zzz/qqq", ()),
        ("git:123", ()),
        ("roberta-base", ("hf:roberta-base@v1", "hf:roberta-base@v2")),
        ("sentimnt", ("sentiment",)),
    ],
)
def test_what_is_not_known_is_told_with_what_is_alike(
    family: Store, name: str, candidates: tuple[str, ...]
) -> None:
    for look in (family.impact, family.lineage):
        with pytest.raises(errors.NotFoundError) as caught:
            look(name)
        assert set(caught.value.candidates) == set(candidates)
        assert caught.value.hint


def test_what_was_deleted_stays_in_the_lineage(family: Store) -> None:
    family.delete("reviews@1.0.0", "copyright")  # edges alone hold nothing
    nodes = {node.name: node for node in family.lineage("small").nodes.values()}
    assert nodes["reviews@1.0.0"].deleted
    assert nodes["crawl@1.0.0"].deleted is False
    found = family.impact("reviews@1.0.0")
    assert found.subjects[0].deleted
    assert names(found.tainted) == ["sentiment@1.0.0", "small@1.0.0"]
    identity = found.subjects[0].key
    assert names(family.impact(f"id:{identity[:12]}").tainted) == names(found.tainted)
    assert arcs(family.lineage("reviews@1.0.0", down=False)) == ["reviews@1.0.0 derived-from crawl@1.0.0"]
    family.delete("sentiment@1.0.0", "so is this")
    assert names(family.impact("crawl").tainted)[-2:] == ["reviews@1.0.0", "sentiment@1.0.0"]


def test_versions_of_the_same_content_are_one_node(family: Store, make_file: MakeFile) -> None:
    twin = family.register("twin", make_file(b"c"), kind="dataset").version
    assert twin.id == family.get("crawl").id
    node = family.lineage("twin").nodes[twin.id]
    assert (node.name, node.also) == ("twin@1.0.0", ("crawl@1.0.0",))
    assert names(family.impact("twin").tainted) == names(family.impact("crawl").tainted)
    family.link("twin", "derived-from", "name:the-web")
    assert "crawl@1.0.0 derived-from name:the-web" in arcs(family.lineage("crawl"))


def test_what_is_stated_of_a_content_under_any_name_is_no_guess(store: Store, make_file: MakeFile) -> None:
    make_file(b"w", "model/weights.bin")
    path = make_file(b'{"_name_or_path": "org/base"}', "model/config.json").parent
    store.register("one", path)
    store.register("other", path)
    store.link("other", "fine-tuned-from", "hf:org/base")
    assert [arc.link for arc in store.lineage("one").arcs] == [
        Link("fine-tuned-from", "hf:org/base", later=True)
    ]


def test_the_commit_of_the_code_is_in_the_lineage(family: Store) -> None:
    made_by(family, "sentiment", "1.0.0", "9f8a12e" + "0" * 33, dirty=True)
    made_by(family, "judged", "1.0.0", "9f8a777" + "0" * 33)
    found = family.lineage("small", down=False)
    commit = found.nodes["git:9f8a12e" + "0" * 33]
    assert commit.kind == "commit"
    assert Link("made-by", commit.key, role="dirty") in [arc.link for arc in found.arcs]
    assert set(names(family.impact("git:9f8a12e").tainted)) == {"sentiment@1.0.0", "small@1.0.0"}
    both = family.impact("git:9F8A")
    assert len(both.subjects) == 2
    assert set(names(both.tainted)) == {"sentiment@1.0.0", "small@1.0.0", "judged@1.0.0"}
    assert len(family.lineage("git:9f8a777").arcs) == 1


def test_a_version_that_the_journal_lost_is_a_node_without_a_name(family: Store) -> None:
    with family._repository.writing():
        lost = {"type": "fine-tuned-from", "to": "5" * 64}
        family._repository.append(EventKind.LINK, {"model": "small", "version": "1.0.0", "add": [lost]})
    node = family.lineage("small").nodes["5" * 64]
    assert (node.kind, node.name) == ("unknown", "id:555555555555")
    family.unlink("small", "fine-tuned-from", "id:5555")
    assert "5" * 64 not in family.lineage("small").nodes


def test_a_journal_with_a_cycle_is_walked_to_its_end(family: Store) -> None:
    small = family.get("small").id
    with family._repository.writing():
        loop = {"type": "trained-on", "to": small, "role": "train"}
        family._repository.append(EventKind.LINK, {"model": "crawl", "version": "1.0.0", "add": [loop]})
    assert len(family.lineage("small").nodes) == 7  # judged too, which came from what now came from small
    found: Impact = family.impact("crawl")
    assert "crawl@1.0.0" not in names(found.tainted)
    with pytest.raises(errors.ConflictError, match="cycle"):
        family.link("crawl", "derived-from", "reviews")


def test_a_data_set_of_the_hub_is_found_by_its_name(store: Store, make_file: MakeFile) -> None:
    store.register("squad", make_file(b"rows"), kind="dataset")
    with store._repository.writing():
        source = {"type": "hf", "location": "rajpurkar/squad", "rev": "v2"}
        data = {"model": "squad", "version": "1.0.0", "source": source}
        store._repository.append(EventKind.ADD, data)
    store.register("m", make_file(b"m"), parents=["squad"])
    store.register("n", make_file(b"n"), edges=[("trained-on", "hf:datasets/rajpurkar/squad")])
    for name in ("hf:rajpurkar/squad", "hf:datasets/rajpurkar/squad"):
        assert {"m@1.0.0"} <= set(names(store.impact(name).tainted))
    assert set(names(store.impact("hf:datasets/rajpurkar/squad").tainted)) == {"m@1.0.0", "n@1.0.0"}
    assert names(store.impact("hf:rajpurkar/squad@v2").tainted) == ["m@1.0.0"]
    with pytest.raises(errors.NotFoundError):
        store.impact("hf:rajpurkar/squad@v1")


def test_a_read_only_store_answers_and_stays_as_it_is(family: Store) -> None:
    from mvtui import open_store

    with open_store(family.root, read_only=True) as reader:
        assert len(reader.lineage("small").nodes) == 6
        assert reader.impact("crawl").tainted
        with pytest.raises(errors.ReadOnlyError):
            reader.link("small", "replaces", "sentiment")


def test_what_was_said_of_a_deleted_version_does_not_follow_its_content(
    store: Store, make_file: MakeFile
) -> None:
    store.register("v", make_file(b"v"))
    store.register("u", make_file(b"u"))
    store.link("u@1.0.0", "derived-from", "v")
    store.delete("u@1.0.0", "a wrong link")
    assert [node.name for node in store.impact("v").tainted] == ["u@1.0.0"], "it stays in the history"
    again = store.register("u", make_file(b"u")).version
    assert not store.lineage(again.ref).arcs
    assert not store.impact("v").tainted
    store.link("v", "derived-from", again.ref)  # closes no cycle
