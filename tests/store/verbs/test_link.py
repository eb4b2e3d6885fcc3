"""Edges stated, or taken back, after registering."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from mvtui.store import EDGE_TYPES, Link, Store, errors

MakeFile = Callable[..., Path]


@pytest.fixture
def line(store: Store, make_file: MakeFile) -> Store:
    """Three versions, each fine-tuned from the one before, and a data set."""
    store.register("data", make_file(b"d"), kind="dataset")
    store.register("m", make_file(b"0"))
    for number in (1, 2):
        store.register("m", make_file(b"%d" % number), parents=[f"m@1.{number - 1}.0"])
    return store


def events(store: Store) -> int:
    return sum(1 for _ in store.events())


@pytest.mark.parametrize("type_", sorted(EDGE_TYPES.keys() - {"composed-of"}))
def test_an_edge_of_each_type(line: Store, type_: str) -> None:
    before = line.get("m@1.1.0")
    role = {"trained-on": "train", "evaluated-on": "eval"}.get(type_, "")
    after = line.link("m@1.1.0", type_, "hf:org/other")
    assert after.edges == (*before.edges, Link(type_, "hf:org/other", role=role, later=True))
    assert after.id == before.id
    assert line.unlink("m@1.1.0", type_, "hf:org/other").edges == before.edges


def test_what_is_so_already_is_not_written_again(line: Store) -> None:
    line.link("m@1.0.0", "trained-on", "data")
    count = events(line)
    line.link("m@1.0.0", "trained-on", f"id:{line.get('data').id[:8]}")
    line.link("m@1.1.0", "fine-tuned-from", "m@1.0.0")
    line.change_links("m@1.0.0")
    assert events(line) == count


def test_several_edges_are_one_event_or_nothing(line: Store) -> None:
    count = events(line)
    with pytest.raises(errors.NotFoundError):
        line.change_links("m@1.0.0", add=[("trained-on", "data"), ("replaces", "nothing@1.0.0")])
    with pytest.raises(errors.BadInputError):
        line.change_links("m@1.0.0", add=[("trained-on", "data"), ("knows", "data")])
    assert events(line) == count
    assert line.get("m@1.0.0").edges == ()
    version = line.change_links("m@1.0.0", add=[("trained-on", "data"), ("replaces", "name:old")])
    assert (len(version.edges), events(line)) == (2, count + 1)
    version = line.change_links(
        "m@1.0.0", add=[("replaces", "name:older")], remove=[("replaces", "name:old")]
    )
    assert [edge.to for edge in version.edges] == [line.get("data").id, "name:older"]


def test_a_guess_can_be_confirmed_or_rejected(store: Store, make_file: MakeFile) -> None:
    path = make_file(b"---\nbase_model: [org/a, org/b]\n---\n", "model/README.md").parent
    store.register("m", path)
    version = store.link("m", "merged-from", "hf:org/a")
    assert version.edges == (
        Link("merged-from", "hf:org/b", guess="README.md"),
        Link("merged-from", "hf:org/a", later=True),
    )
    assert store.unlink("m", "merged-from", "hf:org/b").edges == (
        Link("merged-from", "hf:org/a", later=True),
    )
    rejected = list(store.events())[-1]
    assert (rejected.kind, rejected.data["remove"]) == ("link", [{"type": "merged-from", "to": "hf:org/b"}])


@pytest.mark.parametrize("exact", ["hf:org/a@" + "0" * 40, "hf:Org/A@v2"])
def test_a_revision_takes_the_place_of_the_guess_without(
    store: Store, make_file: MakeFile, exact: str
) -> None:
    path = make_file(b"---\nbase_model: [org/a, org/b]\n---\n", "model/README.md").parent
    store.register("m", path)
    count = events(store)
    version = store.link("m", "merged-from", exact)
    assert version.edges == (
        Link("merged-from", "hf:org/b", guess="README.md"),
        Link("merged-from", exact, later=True),
    )
    assert events(store) == count + 1
    assert store.link("m", "merged-from", exact).edges == version.edges
    assert events(store) == count + 1


def test_a_revision_takes_the_place_of_what_was_stated_later_and_of_nothing_else(
    store: Store, make_file: MakeFile
) -> None:
    store.register("m", make_file(), parents=["hf:org/a"])
    for type_, to in [
        ("distilled-from", "hf:org/a"),
        ("trained-on", "hf:datasets/a"),
        ("derived-from", "hf:org/a@v1"),
    ]:
        store.link("m", type_, to)
    add = [(type_, "hf:org/a@v2") for type_ in ("fine-tuned-from", "distilled-from", "derived-from")]
    found = store.change_links("m", add=[*add, ("trained-on", "hf:a@v2")]).edges
    assert {(link.type, link.to) for link in found} == {
        ("fine-tuned-from", "hf:org/a"),
        ("derived-from", "hf:org/a@v1"),
        ("trained-on", "hf:a@v2"),
        *add,
    }


@pytest.mark.parametrize(
    ("child", "type_", "parent", "says"),
    [
        ("m@1.0.0", "fine-tuned-from", "m@1.0.0", "itself"),
        ("m@1.0.0", "replaces", "m@1.0.0", "itself"),
        ("m@1.0.0", "distilled-from", "m@1.1.0", "m@1.1.0 is fine-tuned-from m@1.0.0"),
        (
            "m@1.0.0",
            "trained-on",
            "m@1.2.0",
            "m@1.2.0 is fine-tuned-from m@1.1.0, which is fine-tuned-from m@1.0.0",
        ),
    ],
)
def test_a_cycle_is_refused_with_the_way_it_would_take(
    line: Store, child: str, type_: str, parent: str, says: str
) -> None:
    count = events(line)
    with pytest.raises(errors.ConflictError) as caught:
        line.link(child, type_, parent)
    assert says in caught.value.message
    assert caught.value.hint
    assert events(line) == count


def test_a_long_way_is_told_in_short(store: Store, make_file: MakeFile, no_sync: None) -> None:
    store.register("m", make_file(b"0"), version="0.0.0")
    for number in range(1, 40):
        store.register(
            "m", make_file(b"%d" % number), version=f"0.0.{number}", parents=[f"m@0.0.{number - 1}"]
        )
    with pytest.raises(errors.ConflictError) as caught:
        store.link("m@0.0.0", "derived-from", "m@0.0.39")
    assert len(caught.value.message) < 400
    assert "steps more" in caught.value.message
    assert caught.value.message.endswith("m@0.0.0")


def test_two_edges_of_one_change_close_no_cycle_either(store: Store, make_file: MakeFile) -> None:
    store.register("a", make_file(b"a"))
    store.register("b", make_file(b"b"), parents=["a"])
    with pytest.raises(errors.ConflictError, match="cycle"):
        store.change_links("a", add=[("replaces", "b"), ("trained-on", "b")])
    assert store.link("a", "replaces", "b").edges  # to replace is not to be made of


def test_the_same_content_under_another_name_is_oneself(store: Store, make_file: MakeFile) -> None:
    path = make_file(b"same")
    store.register("a", path)
    store.register("b", path)
    with pytest.raises(errors.ConflictError, match="itself"):
        store.link("a", "derived-from", "b")


def test_what_was_stated_at_registering_stays(line: Store) -> None:
    with pytest.raises(errors.ConflictError, match="part of what it is"):
        line.unlink("m@1.1.0", "fine-tuned-from", "m@1.0.0")


@pytest.mark.parametrize(
    ("type_", "to", "error", "says"),
    [
        ("trained-on", "data", errors.NotFoundError, "has no edge trained-on to data"),
        ("replaces", "m@1.0.0", errors.NotFoundError, "fine-tuned-from=m@1.0.0"),
        ("fine-tuned-from", "nothing", errors.NotFoundError, "no edge"),
        ("fine-tuned-from", "hf:x", errors.NotFoundError, "no edge"),
        ("likes", "m@1.0.0", errors.BadInputError, "not a type of edge"),
        ("fine-tuned-from", "m@", errors.BadInputError, "names no version"),
    ],
)
def test_an_edge_that_is_not_there(
    line: Store, type_: str, to: str, error: type[errors.MvtuiError], says: str
) -> None:
    with pytest.raises(error) as caught:
        line.unlink("m@1.1.0", type_, to)
    assert says in caught.value.message + caught.value.hint


def test_an_edge_to_what_was_deleted_can_go_but_not_come(line: Store) -> None:
    line.link("m@1.2.0", "trained-on", "data")
    line.delete("data@1.0.0", "copyright")
    with pytest.raises(errors.NotFoundError, match="was deleted"):
        line.link("m@1.1.0", "trained-on", "data@1.0.0")
    assert len(line.unlink("m@1.2.0", "trained-on", "data@1.0.0").edges) == 1


@pytest.mark.parametrize("to", ["", "hf:", "name:", "name: x", "ftp://x", "hf:\n", "data@\x00", "\ud800"])
def test_what_is_neither_a_reference_nor_a_name(line: Store, to: str) -> None:
    with pytest.raises(errors.MvtuiError) as caught:
        line.link("m@1.0.0", "trained-on", to)
    assert isinstance(caught.value, errors.BadInputError | errors.NotFoundError)


def test_many_edges_of_long_names(line: Store) -> None:
    edges = [("derived-from", f"name:{'x' * 900}{number}") for number in range(50)]
    line.change_links("m@1.0.0", add=edges)
    assert [edge.to for edge in line.get("m@1.0.0").edges] == [to for _, to in edges]
