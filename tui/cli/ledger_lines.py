"""Lines of the ledger on stdout: columns that line up as they come, folded where a terminal is narrow, one line in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

from .. import ledger
from ..text import width
from . import output, table

if TYPE_CHECKING:
    from ...store import LedgerEntry
    from ..ledger import Piece

_BATCH = 100
"""So many lines are looked at before the first is written: the rest streams."""
_WIDEST = (9, 16, 24, 32)
"""Cells that a column keeps free at most; a longer text pushes its own line to the right."""
_LEAST = 30
"""Cells that the story should have; where there are fewer it goes on below the number."""
_GAP = 2


class LedgerLines:
    """Writes entries; columns only grow, so that what comes later lines up with what stands above."""

    def __init__(self) -> None:
        self._widths = [4, 16, 0, 0]

    def write(self, entries: Iterable[LedgerEntry]) -> bool:
        """Write all entries, as they come; say whether there were any."""
        left, any_ = iter(entries), False
        while batch := list(islice(left, _BATCH)):
            any_ = True
            output.data("\n".join(self.lines(batch)))
        return any_

    def lines(self, batch: list[LedgerEntry]) -> Iterator[str]:
        """Yield the lines of some entries."""
        plain = output.ascii_only()
        room = table.terminal_width() if output.is_tty(sys.stdout) else None
        heads = [self._head(entry, plain) for entry in batch]
        for head in heads:
            for at, cell in enumerate(head):
                self._widths[at] = max(self._widths[at], min(width(cell), _WIDEST[at]))
        for entry, head in zip(batch, heads, strict=True):
            yield from self._folded(head, list(ledger.story(entry, ascii_only=plain)), room)

    @staticmethod
    def _head(entry: LedgerEntry, plain: bool) -> tuple[str, str, str, str]:
        return (
            ledger.number(entry),
            ledger.when(entry),
            ledger.who(entry, ascii_only=plain),
            ledger.subject(entry, ascii_only=plain),
        )

    def _folded(self, head: tuple[str, ...], story: list[Piece], room: int | None) -> Iterator[str]:
        number, when, who, subject = head
        blank = [" " * max(wide - width(cell), 0) for wide, cell in zip(self._widths, head, strict=True)]
        gap = " " * _GAP
        first = gap.join(
            [
                blank[0] + output.paint(number, "yellow"),
                output.paint(when, "dim") + blank[1],
                who + blank[2],
                output.paint(subject, "bold") + blank[3],
            ]
        )
        used = sum(width(cell) + len(pad) for cell, pad in zip(head, blank, strict=True)) + 3 * _GAP
        if room is None:
            yield gap.join([first, *(output.paint(text, *styles) for text, styles in story)])
            return
        indent = used + _GAP if room - used - _GAP >= _LEAST else self._widths[0] + _GAP
        lines = list(_fold(story, room - indent))
        if indent > used:
            yield f"{first}{gap}{lines.pop(0)}"
        else:
            yield first.rstrip()
        yield from (" " * indent + line for line in lines)


def _fold(story: list[Piece], room: int) -> Iterator[str]:
    """Yield painted lines of ``room`` cells at most: pieces two cells apart, broken between words, words where they must be."""
    room = max(room, 8)
    parts: list[str] = []
    used = 0
    for text, styles in story:
        gap = _GAP if parts else 0
        for word in _words(text, room):
            if parts and used + gap + width(word) > room:
                yield "".join(parts)
                parts, used, gap = [], 0, 0
            parts.append(" " * gap + output.paint(word, *styles))
            used += gap + width(word)
            gap = 1
    yield "".join(parts)


def _words(text: str, room: int) -> Iterator[str]:
    """Yield the words of a text, and pieces of those that are wider than ``room``, which is wider than any letter."""
    for word in text.split(" "):
        rest = word
        while width(rest) > room:
            head = rest[:room]
            while width(head) > room:
                head = head[:-1]
            yield head
            rest = rest[len(head) :]
        yield rest
