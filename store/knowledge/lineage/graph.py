"""The graph of lineage: everything around a node, and whether a new edge would close a cycle."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import TypeAlias

from ...nouns.lineage import EDGE_TYPES, Arc, Lineage, Link, Node

EdgesOf: TypeAlias = Callable[[str], Sequence[Link]]
"""The edges from a node to what it came from, in the order they were stated; none for what is not in the store."""
ChildrenOf: TypeAlias = Callable[[str], Sequence[str]]
"""The nodes that have an edge to this one, in the order to show them."""
Describe: TypeAlias = Callable[[str], Node]
"""What to say of a key; every key has an answer."""

MADE_BY = "made-by"
"""The edge from a version to the commit whose code made it: nobody states it, it is captured."""
MADE_OF = frozenset(EDGE_TYPES) - {"evaluated-on", "replaces"} | {MADE_BY}
"""The edges that carry something over: what is wrong at one end is wrong at the other."""

LIMIT = 100_000
"""Most nodes of one walk."""


def walk(
    root: str,
    edges_of: EdgesOf,
    children_of: ChildrenOf,
    describe: Describe,
    *,
    up: bool = True,
    down: bool = True,
    depth: int | None = None,
    limit: int = LIMIT,
) -> Lineage:
    """Return what ``root`` came from (``up``) and what came from it (``down``), at most ``depth`` edges away.

    Nearest first, so that a limit cuts what is farthest; ``Lineage.cut`` says that it did, or that the depth
    left something out.
    """
    found = _Walk(root, describe, limit)
    if up:
        found.spread(depth, lambda key: [(Arc(key, link.to, link), link.to) for link in edges_of(key)])
    if down:
        found.spread(
            depth,
            lambda key: [
                (Arc(child, key, link), child)
                for child in children_of(key)
                for link in edges_of(child)
                if link.to == key
            ],
        )
    return Lineage(root, found.nodes, tuple(found.arcs), found.cut)


class _Walk:
    def __init__(self, root: str, describe: Describe, limit: int) -> None:
        self.root, self.describe, self.limit = root, describe, limit
        self.nodes = {root: describe(root)}
        self.arcs: dict[Arc, None] = {}
        self.cut = False

    def spread(self, depth: int | None, arcs_at: Callable[[str], list[tuple[Arc, str]]]) -> None:
        """Add what is reached from the root, level by level; ``arcs_at`` gives arcs and the keys they lead to."""
        seen = {self.root}
        level = [self.root]
        while level and depth != 0:
            depth = None if depth is None else depth - 1
            reached = []
            for arc, key in (found for at in level for found in arcs_at(at)):
                if self.add(arc, key) and key not in seen:
                    seen.add(key)
                    reached.append(key)
            level = reached
        self.cut = self.cut or any(arcs_at(key) for key in level)

    def add(self, arc: Arc, key: str) -> bool:
        """Take an arc and the node at its far end, if there is room for it."""
        if key not in self.nodes:
            if len(self.nodes) >= self.limit:
                self.cut = True
                return False
            self.nodes[key] = self.describe(key)
        self.arcs[arc] = None
        return True


def closing_path(child: str, parent: str, type_: str, edges_of: EdgesOf) -> tuple[Arc, ...]:
    """Return the way by which ``parent`` already came from ``child``; empty when a new edge closes no cycle.

    Nothing is made of itself, and nothing replaces itself, at any distance; but data made with a model may well
    serve to measure it, so edges of different sorts close no cycle with each other.
    """
    sort = MADE_OF if type_ in MADE_OF else {type_}
    via: dict[str, Arc] = {}
    waiting = deque([parent])
    while waiting:
        key = waiting.popleft()
        for link in edges_of(key):
            if link.type not in sort or link.to in via or link.to == parent:
                continue
            via[link.to] = Arc(key, link.to, link)
            if link.to == child:
                return _back(via, child, parent)
            waiting.append(link.to)
    return ()


def _back(via: dict[str, Arc], end: str, start: str) -> tuple[Arc, ...]:
    steps = [via[end]]
    while steps[-1].child != start:
        steps.append(via[steps[-1].child])
    return tuple(reversed(steps))
