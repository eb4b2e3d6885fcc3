"""What something reaches."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mvtui.store.knowledge.lineage import MADE_BY, impact
from mvtui.store.nouns.lineage import EDGE_TYPES

from .graphs import DERIVED, MEASURED, TRAINED, TUNED, graph


def keys(nodes: object) -> list[str]:
    return [node.key for node in nodes]  # type: ignore[attr-defined]


@pytest.mark.parametrize("type_", sorted({*EDGE_TYPES, MADE_BY} - {MEASURED, "replaces"}))
def test_what_is_made_of_something_is_tainted_by_it(type_: str) -> None:
    assert keys(impact(["bad"], *graph([("model", type_, "bad")])).tainted) == ["model"]


def test_what_was_only_measured_on_it_is_doubtful() -> None:
    found = impact(
        ["bad"],
        *graph(
            [
                ("clean", DERIVED, "bad"),
                ("model", MEASURED, "clean"),
                ("both", MEASURED, "bad"),
                ("both", TRAINED, "bad"),
                ("after", TUNED, "model"),
                ("successor", "replaces", "bad"),
            ]
        ),
    )
    assert keys(found.tainted) == ["clean", "both"]
    assert keys(found.doubtful) == ["model"]
    assert [arc.link.type for arc in found.path("model")] == [MEASURED, DERIVED]


def test_production_comes_first_and_the_deleted_last() -> None:
    stages = {"p": "production", "v": "validation", "s": "staging", "x": "archived", "gone": "production"}
    edges = [(key, TRAINED, "bad") for key in ("n", "x", "gone", "s", "v", "p")]
    found = impact(["bad"], *graph(edges, stages=stages, deleted=["gone"]))
    assert keys(found.tainted) == ["p", "v", "s", "n", "x", "gone"]
    assert keys(found.production) == ["p"]


def test_the_way_back_is_the_shortest() -> None:
    found = impact(
        ["d"], *graph([("a", TRAINED, "d"), ("b", TUNED, "a"), ("c", TUNED, "b"), ("c", TRAINED, "d")])
    )
    assert [arc.parent for arc in found.path("c")] == ["d"]
    assert [arc.parent for arc in found.path("b")] == ["a", "d"]
    assert found.path("d") == ()
    with pytest.raises(KeyError):
        found.path("elsewhere")


def test_every_revision_of_a_name() -> None:
    edges = [("a", TUNED, "hf:x@1"), ("b", TUNED, "hf:x@2"), ("c", TUNED, "a")]
    found = impact(["hf:x@1", "hf:x@2", "hf:x@1"], *graph(edges))
    assert keys(found.subjects) == ["hf:x@1", "hf:x@2"]
    assert keys(found.tainted) == ["a", "b", "c"]


def test_a_hundred_thousand_in_a_chain() -> None:
    found = impact(["v0"], *graph((f"v{i + 1}", TUNED, f"v{i}") for i in range(99_999)))
    assert len(found.tainted) == 99_999
    assert len(found.path("v99999")) == 99_999
    assert not found.cut


def test_a_limit_is_told() -> None:
    found = impact(["d"], *graph((f"v{i}", TRAINED, "d") for i in range(50)), limit=10)
    assert (len(found.tainted), found.cut) == (9, True)


_keys = st.sampled_from("abcdef")


@given(edges=st.lists(st.tuples(_keys, st.sampled_from(sorted(EDGE_TYPES)), _keys), max_size=25), root=_keys)
def test_any_graph(edges: list[tuple[str, str, str]], root: str) -> None:
    found = impact([root], *graph(edges))
    reached = {root}
    made = {(parent, child) for child, type_, parent in edges if type_ not in {MEASURED, "replaces"}}
    while more := {child for parent, child in made if parent in reached} - reached:
        reached |= more
    measured = {child for child, type_, parent in edges if type_ == MEASURED and parent in reached}
    assert set(keys(found.tainted)) == reached - {root}
    assert set(keys(found.doubtful)) == measured - reached
    for node in (*found.tainted, *found.doubtful):
        path = found.path(node.key)
        assert path[0].child == node.key
        assert path[-1].parent == root
