"""Drawing a lineage as a tree."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from mvtui.store.knowledge.lineage import DEEPEST, tree_rows, walk
from mvtui.store.nouns.lineage import EDGE_TYPES
from mvtui.store.nouns.tree import Direction, TreeRow

from .graphs import DERIVED, MEASURED, TRAINED, TUNED, Graph, graph


def drawn(known: Graph, root: str, direction: Direction, **limits: Any) -> str:
    return "\n".join(_line(row, direction) for row in tree_rows(walk(root, *known), direction, **limits))


def _line(row: TreeRow, direction: Direction) -> str:
    if row.is_root:
        assert row.node is not None
        return row.node.key
    guides = "".join("| " if passes else "  " for passes in row.lines)
    corner = ("/" if direction == "up" else "\\") if row.last else "+"
    if row.node is None:
        return f"{guides}{corner} {row.more} more"
    marks = " again" * row.again + " loops" * row.loops
    return f"{guides}{corner} {'+'.join(link.type for link in row.links)} {row.node.key}{marks}"


FAMILY = graph(
    [
        ("tuned", TUNED, "base"),
        ("tuned", TRAINED, "reviews"),
        ("tuned", MEASURED, "reviews"),
        ("base", TRAINED, "crawl"),
        ("crawl", DERIVED, "web"),
        ("reviews", DERIVED, "crawl"),
        ("small", "quantized-from", "tuned"),
        ("student", "distilled-from", "tuned"),
        ("student", "distilled-from", "small"),
    ]
)


def test_what_it_came_from_stands_above_it() -> None:
    assert drawn(FAMILY, "tuned", "up") == (
        "    / derived-from web\n"
        "  / trained-on crawl\n"
        "/ fine-tuned-from base\n"
        "| / derived-from crawl again\n"
        "+ trained-on+evaluated-on reviews\n"
        "tuned"
    )


def test_what_came_from_it_stands_below_it() -> None:
    assert drawn(FAMILY, "tuned", "down") == (
        "tuned\n+ quantized-from small\n| \\ distilled-from student\n\\ distilled-from student again"
    )


def test_a_node_alone() -> None:
    assert drawn(FAMILY, "nothing", "up") == drawn(FAMILY, "nothing", "down") == "nothing"


def test_a_cycle_is_marked_and_not_followed() -> None:
    ring = graph([("a", TUNED, "b"), ("b", TUNED, "c"), ("c", TUNED, "a"), ("self", TUNED, "self")])
    assert drawn(ring, "a", "down") == (
        "a\n\\ fine-tuned-from c\n  \\ fine-tuned-from b\n    \\ fine-tuned-from a loops"
    )
    assert drawn(ring, "a", "up") == (
        "    / fine-tuned-from a loops\n  / fine-tuned-from c\n/ fine-tuned-from b\na"
    )
    assert drawn(ring, "self", "down") == "self\n\\ fine-tuned-from self loops"


def test_what_is_left_out_is_counted() -> None:
    wide = graph(
        [(f"v{i}", TRAINED, "data") for i in range(10_000)] + [("v1", TUNED, "v0"), ("x", TUNED, "v1")]
    )
    assert drawn(wide, "data", "down", fanout=2) == (
        "data\n+ trained-on v0\n| \\ fine-tuned-from v1\n|   \\ fine-tuned-from x\n"
        "+ trained-on v1 again\n\\ 9998 more"
    )
    assert drawn(wide, "x", "up", depth=1) == "  / 2 more\n/ fine-tuned-from v1\nx"
    assert drawn(FAMILY, "tuned", "up", fanout=1) == (
        "/ 1 more\n|   / derived-from web\n| / trained-on crawl\n+ fine-tuned-from base\ntuned"
    )
    assert drawn(FAMILY, "tuned", "up", depth=0) == "/ 2 more\ntuned"


def test_what_is_left_out_can_be_unfolded_node_by_node() -> None:
    assert drawn(FAMILY, "tuned", "up", fanout=1, unfolded={"tuned"}) == drawn(FAMILY, "tuned", "up")
    assert drawn(FAMILY, "tuned", "up", depth=0, unfolded={"web"}) == "/ 2 more\ntuned", (
        "it is not drawn itself"
    )
    assert drawn(FAMILY, "tuned", "up", depth=0, unfolded={"tuned"}) == (
        "  / 1 more\n/ fine-tuned-from base\n| / 1 more\n+ trained-on+evaluated-on reviews\ntuned"
    )
    chain = graph((f"v{i + 1}", TUNED, f"v{i}") for i in range(300))
    deeper = tree_rows(walk("v0", *chain), "down", depth=6, unfolded={"v6"})
    assert [row.node.key if row.node else "more" for row in deeper] == [*(f"v{i}" for i in range(13)), "more"]
    rows = tree_rows(walk("v0", *chain), "down", unfolded={f"v{i}" for i in range(300)})
    assert len(rows) == DEEPEST + 2, "no terminal is as wide, unfolded or not"


def test_no_two_rows_are_the_same_node_under_the_same_one() -> None:
    for direction in ("up", "down"):
        for root in ("tuned", "web", "base"):
            rows = tree_rows(walk(root, *FAMILY), direction, fanout=1)
            places = [(row.under, row.node.key if row.node else "") for row in rows]
            assert len(set(places)) == len(places)
            assert [row.under == "" for row in rows] == [row.is_root for row in rows]


def test_a_chain_of_a_hundred_thousand_is_cut_off_where_no_terminal_goes() -> None:
    chain = graph((f"v{i + 1}", TUNED, f"v{i}") for i in range(99_999))
    rows = tree_rows(walk("v0", *chain), "down")
    assert len(rows) == DEEPEST + 2
    assert rows[-1].more == 1
    assert len(tree_rows(walk("v0", *chain), "down", depth=10**9)) == len(rows)


_keys = st.sampled_from("abcdef")


@given(
    edges=st.lists(st.tuples(_keys, st.sampled_from(sorted(EDGE_TYPES)), _keys), max_size=25),
    root=_keys,
    direction=st.sampled_from(["up", "down"]),
)
def test_any_graph_is_drawn_once_and_whole(
    edges: list[tuple[str, str, str]], root: str, direction: Direction
) -> None:
    found = walk(root, *graph(edges), up=direction == "up", down=direction == "down")
    rows = tree_rows(found, direction)
    whole = [row.node.key for row in rows if row.node and not row.again and not row.loops]
    assert sorted(whole) == sorted(found.nodes)
    assert sum(len(row.links) for row in rows) == len(found.arcs)
    for at, row in enumerate(rows):
        if row.again:  # what it refers to stands above it, in either direction
            assert row.node is not None
            assert any(r.node == row.node and not r.again and not r.loops for r in rows[:at])
