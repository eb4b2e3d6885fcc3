"""Text that hangs beside a lead, folded where the terminal is narrow; in a pipe it is one line, as long as it comes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from ..text import paragraph
from . import output, table

LEAST = 24
"""Cells that hanging text needs beside its lead; where there are fewer it stands below."""

_LINES = 8
_MOST = 4000
_BELOW = 6


def room(stream: IO[str]) -> int | None:
    """Return the cells of a line of a stream; None for as wide as it comes."""
    return table.terminal_width() if output.is_tty(stream) else None


def hang(lead: str, wide: int, text: str, cells: int | None, most: int = _LINES) -> Iterator[str]:
    """Yield the lines of ``lead``, painted and ``wide`` cells wide, with ``text`` from outside beside or below it.

    Of text that takes more than ``most`` lines the end is left out.
    """
    if cells is None:
        yield f"{lead}  {output.safe(text, _MOST)}".rstrip()
        return
    beside = cells - wide - 2 >= LEAST
    indent = wide + 2 if beside else _BELOW
    texts = paragraph(text, max(cells - indent, 8), most, ascii_only=output.ascii_only())
    yield f"{lead}  {texts.pop(0)}" if beside and texts else lead.rstrip()
    yield from (" " * indent + line for line in texts)
