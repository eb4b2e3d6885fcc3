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
_LEAST = 16
"""Cells that the story should have on its first line; where there are fewer it begins on the next."""
_NARROW = 60
"""A terminal of fewer columns has what goes on below the time, any other below the name."""
_WHOLE = 24
"""Cells up to which a piece is not broken."""
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
        indent = self._widths[0] + _GAP + (0 if room < _NARROW else self._widths[1] + _GAP)
        beside = room - used - _GAP
        lines = _fold(story, beside if beside >= _LEAST else 0, max(room - indent, _LEAST))
        yield f"{first}{gap}{next(lines)}".rstrip()
        yield from (" " * indent + line for line in lines)


def _fold(story: list[Piece], first: int, rest: int) -> Iterator[str]:
    """Yield painted lines: the first of at most ``first`` cells (none for 0), the others of ``rest``.

    Pieces stand two cells apart. A long one is broken between words, and a word where it must be.
    """
    line: list[tuple[int, str, tuple[str, ...]]] = []
    used, room = 0, first
    for text, styles in story:
        gap, own = _GAP, False
        for word in [text] if width(text) <= min(_WHOLE, rest) else _words(text, rest):
            ahead = gap if line else 0
            if used + ahead + width(word) > room:
                yield _painted(line)
                line, used, room, ahead, own = [], 0, rest, 0, False
            if own:
                before = line.pop()
                line.append((before[0], f"{before[1]} {word}", styles))
            else:
                line.append((ahead, word, styles))
            used += ahead + width(word)
            gap, own = 1, True
    yield _painted(line)


def _painted(line: list[tuple[int, str, tuple[str, ...]]]) -> str:
    return "".join(" " * gap + output.paint(text, *styles) for gap, text, styles in line)


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
