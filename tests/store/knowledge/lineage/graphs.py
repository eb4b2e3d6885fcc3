from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from mvtui.store.knowledge.lineage import ChildrenOf, Describe, EdgesOf
from mvtui.store.nouns.lineage import Link, Node

Edge = tuple[str, str, str]


class Graph(NamedTuple):
    """A graph as lineage sees it; passed on with ``*``."""

    edges_of: EdgesOf
    children_of: ChildrenOf
    describe: Describe


def graph(
    edges: Iterable[Edge], *, stages: dict[str, str] | None = None, deleted: Iterable[str] = ()
) -> Graph:
    """Make a graph of (child, type of edge, parent); children come in the order of their first edge."""
    up: dict[str, list[Link]] = {}
    down: dict[str, dict[str, None]] = {}
    for child, type_, parent in edges:
        up.setdefault(child, []).append(Link(type_, parent))
        down.setdefault(parent, {})[child] = None
    gone = set(deleted)

    def describe(key: str) -> Node:
        return Node(key, "version", f"{key}@1.0.0", stage=(stages or {}).get(key), deleted=key in gone)

    return Graph(lambda key: up.get(key, []), lambda key: list(down.get(key, {})), describe)


TUNED, TRAINED, MEASURED, DERIVED = "fine-tuned-from", "trained-on", "evaluated-on", "derived-from"
