"""Lines of outside text in colours, broken where the pane ends: made when they are looked at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ...text import visible, width
from ..tables.columns import Look
from .lines import Line, Lines

if TYPE_CHECKING:
    from ..asking.inside import Raw

_MOST = 20_000
"""Characters of a line that are shown."""

_TAB = "    "


def wrapped(raw: Sequence[Raw], look: Look, columns: int, *, hang: int = 2) -> Lines:
    """Return lines of outside text, safe; what is longer than a line goes on below, ``hang`` cells further in."""
    lines = Lines()
    entries: list[tuple[int, int]] = []
    parts: dict[int, list[Line]] = {}
    for number, pieces in enumerate(raw):
        if _short(pieces, columns):
            entries.append((number, 0))
            continue
        parts[number] = _broken(_safe(pieces, look), columns, hang)
        entries += [(number, at) for at in range(len(parts[number]))]

    def make(at: int) -> Line:
        number, part = entries[at]
        return parts[number][part] if number in parts else _safe(raw[number], look)

    lines.add_block(len(entries), make)
    return lines


def _short(pieces: Raw, columns: int) -> bool:
    """Whether a line surely fits: letters that take a cell each, and few of them."""
    return sum(len(text) for text, _ in pieces) <= columns and all(
        text.isascii() and "\t" not in text and text.isprintable() for text, _ in pieces
    )


def _safe(pieces: Raw, look: Look) -> Line:
    made: Line = []
    left = _MOST
    for text, style in pieces:
        shown = visible(text[:left].replace("\t", _TAB), _MOST, ascii_only=look.ascii_only)
        left -= len(text)
        made.append((shown, style))
        if left <= 0:
            break
    return made


def _broken(line: Line, columns: int, hang: int) -> list[Line]:
    """Return a line as several, broken at blanks where there are some."""
    text = "".join(part for part, _ in line)
    indent = min(len(text) - len(text.lstrip(" ")) + hang, columns // 2)
    styles = [style for part, style in line for _ in part]
    found: list[Line] = []
    start = 0
    while start < len(text) or not found:
        room = columns - (indent if found else 0)
        end = _end(text, start, room)
        made: Line = [(" " * indent, "")] if found else []
        for at in range(start, end):
            if made and (at > start or not found) and made[-1][1] == styles[at]:
                made[-1] = (made[-1][0] + text[at], styles[at])
            else:
                made.append((text[at], styles[at]))
        found.append(made)
        start = end
        while start < len(text) and text[start] == " " and end < len(text):
            start += 1
    return found


def _end(text: str, start: int, room: int) -> int:
    """Return where a line of ``room`` cells that begins at ``start`` ends."""
    used, at, blank = 0, start, -1
    while at < len(text):
        used += 1 if text[at].isascii() else width(text[at])
        if used > room:
            break
        if text[at] == " " and at > start:
            blank = at
        at += 1
    if at == len(text):
        return at
    if text[at] == " ":
        return at
    return blank if blank > start + room // 3 else max(at, start + 1)
