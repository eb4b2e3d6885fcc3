"""Where a version comes from and what came from it: two trees, the version between them.

Above it each node stands over what was made from it, below it under what it was made from. In a narrow pane a node
takes two lines: its name, and how it is tied. Every node is a place for the cursor, and so is what is folded.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Literal, NamedTuple

from ... import lineage, words
from ...text import visible, width
from ..tables.columns import Look
from .lines import Line, Stops, length, shortened

if TYPE_CHECKING:
    from ....store import Node, TreeRow
    from ..asking.asked import Ancestry

_ONE_LINE = 72
"""From this many columns on a node takes one line."""

_NAME_ROOM = 18
"""Cells that guides leave to names; deeper levels are numbered."""

_LEAST = 4
"""Cells without which a part is left out."""

_STYLES = {
    "green": "production",
    "cyan": "accent",
    "bold": "strong",
    "dim": "muted",
    "red": "bad",
    "yellow": "warning",
}
"""The command line's names of colours → ours."""


_LEAD = " "
"""Stands between the sign of the cursor and what it stands before."""


class Place(NamedTuple):
    """A row of one of the trees, where the cursor can be. The version itself belongs to neither."""

    side: Literal["up", "down", ""]
    row: TreeRow


def _name_of(place: Place) -> tuple[Hashable, Hashable]:
    key = place.row.node.key if place.row.node else ""
    return (place.side, place.row.under, key), (place.side, place.row.under)


def ancestry(found: Ancestry, look: Look, columns: int) -> Stops:
    """Return both trees, ``columns`` cells wide, a ``Place`` for each row; ``focus`` is the version's own line."""
    lines = Stops(_name_of)
    above, below = found.up[:-1], found.down[1:]
    if above:
        _add(lines, above, look, columns, upward=True)
    else:
        lines.add([_joined([[("nothing is known of what it came from", "muted")]], look, columns)])
    lines.focus = len(lines)
    root = found.down[0].node
    if root is not None:
        here: Line = [(_name(root, look, columns - len(_LEAD))[0], "title")]
        lines.stops.append(len(lines))
        lines.things.append(Place("", found.down[0]))
        parts = [here, *_facts(root, look)]
        mark: Line = [("selected", "accent")]
        whole = len(_LEAD) + sum(length(part) + 2 for part in parts) + length(mark) <= columns
        lines.add([_joined([*parts, mark] if whole else parts, look, columns)])
    if below:
        _add(lines, below, look, columns, upward=False)
    else:
        lines.add([_joined([[("nothing was made from it", "muted")]], look, columns)])
    if found.cut:
        lines.add([[], _joined([[("there is more than could be looked at", "warning")]], look, columns)])
    return lines


def _add(lines: Stops, rows: tuple[TreeRow, ...], look: Look, columns: int, *, upward: bool) -> None:
    """Add the lines of rows, which are made when they are looked at."""
    whole = columns >= _ONE_LINE
    entries = [(row, part) for row in rows for part in range(1 if whole or row.node is None else 2)]
    start = len(lines)
    lines.stops += [start + at for at, (_, part) in enumerate(entries) if part == 0]
    lines.things += [Place("up" if upward else "down", row) for row in rows]

    def make(at: int) -> Line:
        row, part = entries[at]
        if row.node is None:
            more = (
                f"{'...' if look.ascii_only else words.signs(look.ascii_only).ellipsis} and {row.more:,} more"
            )
            return _joined([[(_guides(row, look, columns, upward=upward) + more, "muted")]], look, columns)
        guides = _guides(row, look, columns, upward=upward)
        room = columns - len(_LEAD) - len(guides)
        first: list[Line] = [[(guides, "muted"), _name(row.node, look, room)], *_facts(row.node, look)]
        tied = [[(lineage.edge(row.links, ascii_only=look.ascii_only), "muted")], *_caveats(row, look)]
        if whole:
            return _joined([*first, *tied], look, columns)
        if part == 0:
            return _joined(first, look, columns)
        tied[0].insert(0, (_guides(row, look, columns, upward=upward, below=True), "muted"))
        return _joined(tied, look, columns)

    lines.add_block(len(entries), make)


def _name(node: Node, look: Look, room: int) -> tuple[str, str]:
    """Return what a node is called, in its style; of what is too long the end, which tells versions apart, stays."""
    called = shortened(lineage.name(node, ascii_only=look.ascii_only), room, look)
    return called, _style(lineage.style(node))


def _facts(node: Node, look: Look) -> list[Line]:
    return [[(text, _style(styles))] for text, styles in lineage.facts(node, ascii_only=look.ascii_only)]


def _caveats(row: TreeRow, look: Look) -> list[Line]:
    if row.loops:
        return [[("leads back to itself", "bad")]]
    if row.again:
        return [[("see above", "muted")]]
    return [
        [(text, _style(styles))] for text, styles in lineage.caveats(row.links, ascii_only=look.ascii_only)
    ]


def _style(styles: tuple[str, ...]) -> str:
    return _STYLES.get(styles[0], "") if styles else ""


def _guides(row: TreeRow, look: Look, columns: int, *, upward: bool, below: bool = False) -> str:
    """Return the lines before a name, or, ``below`` it, before how it is tied."""
    signs = words.signs(look.ascii_only)
    level = len(row.lines) + 1
    deep = 3 * level > columns - _NAME_ROOM
    lead = f"{level:,} " if deep else "".join(f"{signs.bar}  " if line else "   " for line in row.lines)
    if below:
        lead = " " * len(lead) if deep else lead
        return lead + (f"{signs.bar}  " if upward or not row.last else "   ")
    return lead + (signs.branch if not row.last else signs.peak if upward else signs.corner)


def _joined(parts: list[Line], look: Look, columns: int) -> Line:
    """Return parts two cells apart as a line that is cut where the pane ends."""
    line: Line = [(_LEAD, "")]
    left = columns - len(_LEAD)
    for number, part in enumerate(parts):
        if number and left < _LEAST + 2:
            break
        if number:
            line.append(("  ", ""))
            left -= 2
        for text, style in part:
            shown = visible(text, max(left, 0), ascii_only=look.ascii_only)
            line.append((shown, style))
            left -= width(shown)
    return line
