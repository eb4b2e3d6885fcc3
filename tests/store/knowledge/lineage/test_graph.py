"""Walking a lineage, and whether an edge would close a cycle."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mvtui.store.knowledge.lineage import closing_path, walk
from mvtui.store.nouns.lineage import EDGE_TYPES

from .graphs import DERIVED, MEASURED, TRAINED, TUNED, graph

FAMILY = graph(
    [
        ("tuned", TUNED, "base"),
        ("tuned", TRAINED, "reviews"),
        ("base", TRAINED, "crawl"),
        ("reviews", DERIVED, "crawl"),
        ("small", "quantized-from", "tuned"),
        ("student", "distilled-from", "tuned"),
        ("student", TRAINED, "reviews"),
    ]
)


def test_everything_above_and_below() -> None:
    found = walk("tuned", *FAMILY)
    assert set(found.nodes) == {"tuned", "base", "reviews", "crawl", "small", "student"}
    assert [(arc.child, arc.parent) for arc in found.arcs] == [
        ("tuned", "base"),
        ("tuned", "reviews"),
        ("base", "crawl"),
        ("reviews", "crawl"),
        ("small", "tuned"),
        ("student", "tuned"),
    ]
    assert not found.cut
    assert [arc.parent for arc in found.parents("tuned")] == ["base", "reviews"]
    assert [arc.child for arc in found.children("tuned")] == ["small", "student"]


def test_one_direction() -> None:
    assert set(walk("tuned", *FAMILY, down=False).nodes) == {"tuned", "base", "reviews", "crawl"}
    assert set(walk("tuned", *FAMILY, up=False).nodes) == {"tuned", "small", "student"}
    assert set(walk("tuned", *FAMILY, up=False, down=False).nodes) == {"tuned"}


@pytest.mark.parametrize(
    ("depth", "reached", "cut"), [(0, 1, True), (1, 5, True), (2, 6, False), (9, 6, False)]
)
def test_no_farther_than_asked(depth: int, reached: int, cut: bool) -> None:
    found = walk("tuned", *FAMILY, depth=depth)
    assert (len(found.nodes), found.cut) == (reached, cut)


def test_a_limit_leaves_out_what_is_farthest() -> None:
    chain = graph((f"v{i}", TUNED, f"v{i + 1}") for i in range(50))
    found = walk("v0", *chain, limit=10)
    assert list(found.nodes) == [f"v{i}" for i in range(10)]
    assert len(found.arcs) == 9
    assert found.cut


def test_what_nothing_is_known_of_stands_alone() -> None:
    found = walk("hf:roberta-base", *FAMILY)
    assert (list(found.nodes), found.arcs, found.cut) == (["hf:roberta-base"], (), False)


def test_a_hundred_thousand_in_a_chain() -> None:
    chain = graph((f"v{i}", TUNED, f"v{i + 1}") for i in range(99_999))
    assert len(walk("v0", *chain).nodes) == 100_000
    assert len(closing_path("v99999", "v0", TUNED, chain.edges_of)) == 99_999


def test_an_edge_that_is_stated_twice_is_one_arc() -> None:
    assert len(walk("a", *graph([("a", TUNED, "b"), ("a", TUNED, "b"), ("a", "replaces", "b")])).arcs) == 2


@pytest.mark.parametrize(
    ("child", "parent", "type_", "through"),
    [
        ("crawl", "student", TRAINED, ["student", "reviews", "crawl"]),
        ("base", "tuned", "derived-from", ["tuned", "base"]),
        ("tuned", "base", TUNED, None),
        ("small", "student", TUNED, None),
        ("new", "student", TUNED, None),
        ("student", "new", TUNED, None),
    ],
)
def test_the_way_an_edge_would_close(child: str, parent: str, type_: str, through: list[str] | None) -> None:
    path = closing_path(child, parent, type_, FAMILY.edges_of)
    if through is None:
        assert path == ()
        return
    assert [path[0].child, *(arc.parent for arc in path)] == through
    assert all(before.parent == after.child for before, after in pairwise(path))


def test_data_made_with_a_model_may_measure_it() -> None:
    made = graph([("benchmark", DERIVED, "model"), ("next", "replaces", "model")])
    assert closing_path("model", "benchmark", MEASURED, made.edges_of) == ()
    assert closing_path("model", "benchmark", TRAINED, made.edges_of) != ()
    assert closing_path("model", "next", "replaces", made.edges_of) != ()
    assert closing_path("model", "next", TUNED, made.edges_of) == ()


_keys = st.sampled_from("abcdef")
_edges = st.lists(st.tuples(_keys, st.sampled_from(sorted(EDGE_TYPES)), _keys), max_size=25)


@given(edges=_edges, root=_keys)
def test_any_graph_is_walked_to_its_end(edges: list[tuple[str, str, str]], root: str) -> None:
    known = graph(edges)
    found = walk(root, *known)
    above = _reached(root, {(child, parent) for child, _, parent in edges})
    below = _reached(root, {(parent, child) for child, _, parent in edges})
    assert set(found.nodes) == above | below
    assert not found.cut
    assert len(set(found.arcs)) == len(found.arcs)
    assert {(arc.child, arc.parent, arc.link.type) for arc in found.arcs} == {
        (child, parent, type_) for child, type_, parent in edges if child in above or parent in below
    }


@given(edges=_edges, child=_keys, parent=_keys)
def test_a_path_is_found_if_there_is_one(edges: list[tuple[str, str, str]], child: str, parent: str) -> None:
    made = [edge for edge in edges if edge[1] not in {MEASURED, "replaces"}]
    path = closing_path(child, parent, TUNED, graph(edges).edges_of)
    there = child != parent and child in _reached(parent, {(one, other) for one, _, other in made})
    assert bool(path) == there


def _reached(start: str, steps: set[tuple[str, str]]) -> set[str]:
    reached = {start}
    while more := {end for begin, end in steps if begin in reached} - reached:
        reached |= more
    return reached
