"""Drawing a lineage as a tree: which row comes where, and what lines lead to it."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import msgspec

from ...nouns.lineage import Lineage, Link, Node
from ...nouns.tree import Direction, TreeRow

DEEPEST = 200
"""Most levels of a tree that are drawn, whatever is asked for: no terminal is as wide."""


def tree_rows(
    lineage: Lineage,
    direction: Direction,
    *,
    depth: int | None = None,
    fanout: int | None = None,
    unfolded: Collection[str] = (),
) -> list[TreeRow]:
    """Return the rows that show what the root came from (``up``) or what came from it (``down``).

    At most ``depth`` levels, and ``fanout`` nodes at each node; rows with ``more`` count what is left out. All that
    hangs from a node whose key is in ``unfolded`` is drawn, and ``depth`` counts anew from there. A node
    that several others lead to is drawn once with all that hangs from it, where it comes first, and marked
    ``again`` wherever else it stands.
    """
    deepest = DEEPEST if depth is None else min(depth, DEEPEST)
    return _Layout(lineage, direction, deepest, fanout, unfolded).rows


class _Spot:
    """A row in the making, while what hangs from it is being drawn."""

    def __init__(self, key: str, row: TreeRow, level: int, deepest: int, inside: tuple[bool, ...]) -> None:
        self.key, self.row, self.level, self.deepest, self.inside = key, row, level, deepest, inside
        self.next: Iterator[tuple[str, TreeRow]] = iter(())


class _Layout:
    def __init__(
        self,
        lineage: Lineage,
        direction: Direction,
        depth: int,
        fanout: int | None,
        unfolded: Collection[str],
    ) -> None:
        self.nodes = lineage.nodes
        self.upward = direction == "up"
        self.depth, self.fanout, self.unfolded = depth, fanout, unfolded
        self.hanging = _hanging(lineage, upward=self.upward)
        self.rows: list[TreeRow] = []
        self.shown: set[str] = set()
        self.open: set[str] = set()
        self.draw(lineage.root)

    def draw(self, root: str) -> None:
        """Go through the tree depth first. Going down a row comes before what hangs from it, going up after."""
        spots = [self.enter(root, TreeRow(self.nodes[root]), 0, self.depth, ())]
        while spots:
            spot = spots[-1]
            entry = next(spot.next, None)
            if entry is None:
                spots.pop()
                self.leave(spot)
                continue
            key, row = entry
            if row.node is None:
                self.rows.append(row)
            elif key in self.open:
                self.rows.append(msgspec.structs.replace(row, loops=True))
            elif key in self.shown:
                self.rows.append(msgspec.structs.replace(row, again=True))
            else:
                inside = (*spot.inside, not row.last)
                spots.append(self.enter(key, row, spot.level + 1, spot.deepest, inside))

    def enter(self, key: str, row: TreeRow, level: int, deepest: int, inside: tuple[bool, ...]) -> _Spot:
        """Begin a node."""
        if key in self.unfolded:
            deepest = min(level + max(self.depth, 1), DEEPEST)
        self.shown.add(key)
        self.open.add(key)
        spot = _Spot(key, row, level, deepest, inside)
        spot.next = self.below(spot)
        if not self.upward:
            self.rows.append(row)
        return spot

    def leave(self, spot: _Spot) -> None:
        """End a node: all that hangs from it is drawn."""
        self.open.remove(spot.key)
        if self.upward:
            self.rows.append(spot.row)

    def below(self, spot: _Spot) -> Iterator[tuple[str, TreeRow]]:
        """Yield the rows that hang from a node, in the order they are printed, and the keys of their nodes."""
        hanging = list(self.hanging.get(spot.key, {}).items())
        room = self.room(spot)
        drawn: list[tuple[str, Node | None, tuple[Link, ...], int]] = [
            (key, self.nodes[key], tuple(links), 0) for key, links in hanging[:room]
        ]
        if left := len(hanging) - len(drawn):
            rest = ("", None, (), left)
            drawn = [rest, *drawn] if self.upward else [*drawn, rest]
        outermost = 0 if self.upward else len(drawn) - 1
        for at, (key, node, links, more) in enumerate(drawn):
            yield key, TreeRow(node, links, spot.inside, last=at == outermost, more=more, under=spot.key)

    def room(self, spot: _Spot) -> int | None:
        """Return how many nodes that hang from one are drawn; None for all."""
        if spot.level >= spot.deepest:
            return 0
        return None if spot.key in self.unfolded else self.fanout


def _hanging(lineage: Lineage, *, upward: bool) -> dict[str, dict[str, list[Link]]]:
    """Return for each node what hangs from it, and by which edges."""
    found: dict[str, dict[str, list[Link]]] = {}
    for arc in lineage.arcs:
        near, far = (arc.child, arc.parent) if upward else (arc.parent, arc.child)
        found.setdefault(near, {}).setdefault(far, []).append(arc.link)
    return found
