"""A lineage drawn as a tree: one row a line, for the command line and the screen alike."""

from __future__ import annotations

from typing import Literal

import msgspec

from .lineage import Link, Node

Direction = Literal["up", "down"]


class TreeRow(msgspec.Struct, frozen=True):
    """One row of a tree. Rows stand in the order they are printed.

    Going down the root comes first and each node stands below what it hangs from; going up the root comes
    last and each node stands above it. ``links`` are the edges between the two, several when a version was
    trained and measured on the same data; none at the root. ``lines`` says for each level between the root
    and this row whether a line passes through it, ``last`` that the node's own line ends here (the corner),
    so both are drawn alike in either direction.

    ``again`` marks a node that stands further up already, with all that hangs from it; ``loops`` one that the
    row itself hangs from, so that following it would never end. A row with ``more`` has no node: it stands for
    that many others that hang there. ``under`` is the key of the node it hangs from, empty at the root: together
    with its own node no other row of a tree has the same.
    """

    node: Node | None
    links: tuple[Link, ...] = ()
    lines: tuple[bool, ...] = ()
    last: bool = False
    again: bool = False
    loops: bool = False
    more: int = 0
    under: str = ""

    @property
    def is_root(self) -> bool:
        """Whether the tree grows from here."""
        return self.node is not None and not self.links
