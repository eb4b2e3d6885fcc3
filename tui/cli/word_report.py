"""What ``mvtui diff --words`` prints: the text where it changed, with ``[-what was removed-]`` and ``{+what was added+}`` in it, as git has it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from ..text import width
from ..words import signs
from . import output, table
from .grid import INDENT

if TYPE_CHECKING:
    from ...store import Comparison, Store, WordDiff

_STYLES = {"-": ("red",), "+": ("green",)}
_LONGEST = 20_000
"""Cells of one piece that are written."""


class _Piece(NamedTuple):
    sign: str
    text: str


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
        told = (
            diff.note
            or f"+{diff.added:,} -{diff.removed:,} {'word' if diff.added + diff.removed == 1 else 'words'}"
        )
        output.data(f"\n{output.paint(output.safe(diff.path, 200), 'bold')}  {output.paint(told, 'dim')}")
        for line in _lines(diff):
            _write(line)
        if diff.left:
            output.data(f"{INDENT}{output.paint(f'{diff.left:,} more', 'dim')}")


def _lines(diff: WordDiff) -> Iterator[list[_Piece]]:
    """Yield the lines that stretches make up; one that is left out is a piece with the sign ``@``."""
    line: list[_Piece] = []
    for stretch in diff.stretches:
        if stretch.sign == "@":
            if line:
                yield line
                line = []
            yield [_Piece("@", "")]
            continue
        first, *more = stretch.text.split("\n")
        if first:
            line.append(_Piece(stretch.sign, first))
        for at, text in enumerate(more):
            # An empty line that came or went has no letter to show it by.
            if stretch.sign in "+-" and not (first if at == 0 else more[at - 1]):
                line.append(_Piece(stretch.sign, signs(output.ascii_only()).dash))
            yield line
            line = [_Piece(stretch.sign, text)] if text else []
    if line:
        yield line


def _write(line: Sequence[_Piece]) -> None:
    if line and line[0].sign == "@":
        output.data(f"{INDENT}{output.paint(output.sign_set().ellipsis, 'dim')}")
        return
    room = max(table.terminal_width() - len(INDENT), 20) if output.is_tty(sys.stdout) else None
    for shown in _folded([_marked(piece) for piece in line], room):
        output.data(f"{INDENT}{shown}".rstrip())


def _marked(piece: _Piece) -> _Piece:
    text = output.safe(piece.text.replace("\t", "    "), _LONGEST)
    marks = {"-": ("[-", "-]"), "+": ("{+", "+}")}.get(piece.sign, ("", ""))
    return _Piece(piece.sign, text.join(marks))


def _folded(pieces: Sequence[_Piece], room: int | None) -> Iterator[str]:
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
