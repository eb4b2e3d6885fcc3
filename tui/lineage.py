"""How lineage reads: the words of a node and of an edge, and a row of the tree in pieces that have a style.

Both faces draw the same rows; nothing here knows which.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from . import words
from .text import visible

if TYPE_CHECKING:
    from ..store import Link, Node, TreeRow

Piece = tuple[str, tuple[str, ...]]
"""A safe text and its styles, by the names of ``tui.cli.output.paint``."""

_NAME = 100
_COMMIT = re.compile(r"((?:^git:|@)[0-9a-f]{7})[0-9a-f]{33}$")
_GUESS = 40
_USUAL_ROLES = {"trained-on": "train", "evaluated-on": "eval"}
STAGE_STYLES = {"production": ("green",), "archived": ("dim",)}


def name(node: Node, *, ascii_only: bool) -> str:
    """Return what a node is called: ``sentiment@1.4.0``, ``hf:roberta-base@e2da8e2``, ``git:9f8a12e``."""
    return visible(_COMMIT.sub(r"\1", node.name), _NAME, ascii_only=ascii_only)


def facts(node: Node, *, ascii_only: bool) -> list[Piece]:
    """Return what else there is to say of a node: stage, kind, the size of data, other names, whether it is gone."""
    found: list[Piece] = []
    if node.deleted:
        found.append(("deleted", ("red",)))
    elif node.stage:
        label = words.stage_label(node.stage, ascii_only=ascii_only)
        found.append((visible(label, 40, ascii_only=ascii_only), STAGE_STYLES.get(node.stage, ())))
    if node.model_kind == "dataset":
        found.append((f"data, {words.size(node.size)}", ("dim",)))
    elif node.model_kind not in {"", "weights"}:
        found.append((visible(node.model_kind, 20, ascii_only=ascii_only), ("dim",)))
    if node.also:
        more = f" and {len(node.also) - 1:,} more" if len(node.also) > 1 else ""
        found.append((visible(f"also {node.also[0]}{more}", _NAME, ascii_only=ascii_only), ("dim",)))
    if node.kind == "unknown":
        found.append(("not in this store any more", ("red",)))
    return found


def edge(links: Sequence[Link], *, whom: str = "", ascii_only: bool) -> str:
    """Return the types of the edges between two nodes, ``whom`` they lead to, and unusual roles.

    ``trained-on``, ``trained-on and evaluated-on it (pretrain, test)``.
    """
    types = " and ".join(dict.fromkeys(link.type for link in links))
    roles = [
        link.role for link in links if link.role != _USUAL_ROLES.get(link.type, "") and link.type != _MADE_BY
    ]
    told = [types, whom, f"({', '.join(roles)})" if roles else ""]
    return visible(" ".join(filter(None, told)), _NAME, ascii_only=ascii_only)


def caveats(links: Sequence[Link], *, ascii_only: bool) -> list[Piece]:
    """Return what to bear in mind of edges: that they are guesses, or that the code was changed."""
    found: list[Piece] = []
    guesses = [link.guess for link in links]
    if all(guesses):
        found.append((visible(f"guessed from {guesses[0]}", _GUESS, ascii_only=ascii_only), ("yellow",)))
    if any(link.type == _MADE_BY and link.role == "dirty" for link in links):
        found.append(("with uncommitted changes", ("yellow",)))
    return found


_MADE_BY = "made-by"


def row(entry: TreeRow, *, upward: bool, ascii_only: bool) -> list[Piece]:
    """Return a row of the tree as pieces; those after the name stand two cells apart, joined by who draws them."""
    guides = _guides(entry, upward=upward, ascii_only=ascii_only)
    if entry.node is None:
        sign = words.signs(ascii_only).ellipsis if not ascii_only else "..."
        return [(f"{guides}{sign} and {entry.more:,} more", ("dim",))]
    called = name(entry.node, ascii_only=ascii_only)
    if entry.is_root:
        return [(called, ("bold",)), *facts(entry.node, ascii_only=ascii_only)]
    how = edge(entry.links, whom="" if upward else "it", ascii_only=ascii_only)
    pieces: list[Piece]
    if upward:
        pieces = [(f"{guides}{how}", ("dim",)), (called, style(entry.node))]
    else:
        pieces = [(guides, ("dim",)), (called, style(entry.node)), (how, ("dim",))]
    if entry.loops:
        return [*pieces, ("leads back to itself", ("red",))]
    if entry.again:
        return [*pieces, ("see above", ("dim",))]
    return [*pieces, *facts(entry.node, ascii_only=ascii_only), *caveats(entry.links, ascii_only=ascii_only)]


def _guides(entry: TreeRow, *, upward: bool, ascii_only: bool) -> str:
    if entry.is_root:
        return ""
    signs = words.signs(ascii_only)
    end = signs.peak if upward else signs.corner
    return "".join(f"{signs.bar}  " if passes else "   " for passes in entry.lines) + (
        end if entry.last else signs.branch
    )


def style(node: Node) -> tuple[str, ...]:
    """Return the styles of a node's name: what lies outside the store, and what is in Production, stand out."""
    return (
        ("cyan",) if node.kind in {"outside", "commit"} else ("bold",) if node.stage == "production" else ()
    )
