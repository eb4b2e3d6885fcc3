"""What ``mvtui diff --words`` prints: the text where it changed, with ``[-what was removed-]`` and ``{+what was added+}`` in it, as git has it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from .. import word_lines
from ..text import width
from ..word_lines import Words
from . import output, table
from .grid import INDENT

if TYPE_CHECKING:
    from ...store import Comparison, Store, WordDiff

_STYLES = {"-": ("red",), "+": ("green",), "@": ("dim",)}
_LONGEST = 20_000
"""Cells of one piece that are written."""


def of(store: Store, comparison: Comparison) -> list[WordDiff]:
    """Return how the text files that differ between two versions do so.

    Raises:
        VerificationError: stored bytes are damaged.
    """
    base, other = comparison.base.ref, comparison.others[0].ref
    outcomes = ("changed", "added", "removed")
    changed = [row.name for row in comparison.section("files").rows if row.cells[1].outcome in outcomes]
    return [store.diff_words(base, other, path) for path in changed]


def write(comparison: Comparison, found: Sequence[WordDiff]) -> None:
    """Write them as data."""
    base, other = comparison.base.ref, comparison.others[0].ref
    output.data(output.paint(f"{other} against {base}", "bold"))
    if not found:
        output.talk("no text differs")
    for diff in found:
        told = output.paint(word_lines.tally(diff), "dim")
        output.data(f"\n{output.paint(output.safe(diff.path, 200), 'bold')}  {told}")
        for line in word_lines.lines(diff, ascii_only=output.ascii_only()):
            _write(line)


def _write(line: Sequence[Words]) -> None:
    room = max(table.terminal_width() - len(INDENT), 20) if output.is_tty(sys.stdout) else None
    for shown in _folded([_safe(piece) for piece in line], room):
        output.data(f"{INDENT}{shown}".rstrip())


def _safe(piece: Words) -> Words:
    return Words(piece.sign, output.safe(piece.marked.replace("\t", "    "), _LONGEST))


def _folded(pieces: Sequence[Words], room: int | None) -> Iterator[str]:
    """Yield one line, or as many as it takes for what is wider than ``room``, broken between words."""
    shown, used = "", 0
    for piece in pieces:
        held = ""
        for word in _words(piece.text):
            if room is None or not used or used + width(word) <= room:
                held, used = held + word, used + width(word)
                continue
            yield shown + output.paint(held, *_STYLES.get(piece.sign, ()))
            shown, held = "", word.lstrip(" ")
            used = width(held)
        shown += output.paint(held, *_STYLES.get(piece.sign, ()))
    yield shown


def _words(text: str) -> Iterator[str]:
    """Yield words, each with the blanks before it."""
    at = 0
    while at < len(text):
        start = at
        while at < len(text) and text[at] == " ":
            at += 1
        while at < len(text) and text[at] != " ":
            at += 1
        yield text[start:at]
