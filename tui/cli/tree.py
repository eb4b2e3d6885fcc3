"""Lines made of pieces, and nodes as JSON: what ``lineage``, ``impact`` and ``show`` share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..text import fit, width
from .output import ascii_only, data, paint

if TYPE_CHECKING:
    from ...store import Node, Store, Version
    from ..lineage import Piece

_GAP = "  "
_MEMBER = "composed-of"
_SHOWN = 12
"""Edges that ``show`` prints; a model card may name many data sets."""


def line(pieces: Sequence[Piece], room: int | None) -> str:
    """Return the pieces as one painted line, cut off at ``room`` cells; None for as wide as it comes.

    Guides, which end in a space, stand right before what follows them; other pieces two cells apart.
    """
    parts: list[str] = []
    before = ""
    used = 0
    for text, styles in pieces:
        gap = "" if not parts or before.endswith(" ") else _GAP
        left = None if room is None else room - used - len(gap)
        if left is not None and left < 2:
            break
        wide = len(text) if text.isascii() else width(text)
        cut = left is not None and wide > left
        shown = fit(text, left, ascii_only=ascii_only()) if cut and left is not None else text
        parts.append(gap + paint(shown, *styles))
        if cut:
            break
        used += len(gap) + wide
        before = text
    return "".join(parts)


def node_fields(node: Node) -> dict[str, Any]:
    """Return a node as JSON types."""
    return {
        "key": node.key,
        "node": node.kind,
        "name": node.name,
        "also": list(node.also),
        "stage": node.stage,
        "kind": node.model_kind or None,
        "size": node.size if node.kind == "version" else None,
        "deleted": node.deleted,
    }


def write_parents(store: Store, version: Version) -> None:
    """Print what a version came from as a section of ``show``; nothing when nothing is known."""
    from . import table

    if not version.edges and version.code is None:
        return
    rows = [[f"  {how}", name, more] for how, name, more in parents(store, version)]
    if not rows:
        return
    data("\n" + paint("lineage", "bold"))
    columns = [table.Column(""), table.Column(""), table.Column("", elastic=True, style=("dim",))]
    table.write(columns, rows[:_SHOWN], header=False)
    if len(rows) > _SHOWN:
        data(paint(f"  and {len(rows) - _SHOWN:,} more: mvtui lineage {version.ref} --up", "dim"))


def parents(store: Store, version: Version) -> list[list[str]]:
    """Return what a version came from in cells: the type of edge, the name, and what else is to say."""
    from ..lineage import caveats, edge, facts, name

    plain = ascii_only()
    found = store.lineage(version.ref, down=False, depth=1)
    rows = []
    for arc in found.arcs:
        if arc.link.type == _MEMBER:  # told by the section of members
            continue
        node = found.nodes[arc.parent]
        said = [*facts(node, ascii_only=plain), *caveats([arc.link], ascii_only=plain)]
        how = edge([arc.link], ascii_only=plain)
        rows.append([how, name(node, ascii_only=plain), ", ".join(text for text, _ in said)])
    return rows
