"""A text compared word by word, as lines of both faces: ``[-what was removed-]`` and ``{+what was added+}``, as git has it.

Pure functions; nothing here imports Textual or Rich. What comes out is outside text: who shows it makes it safe.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from .words import plural, signs

if TYPE_CHECKING:
    from ..store import WordDiff

_MARKS = {"-": ("[-", "-]"), "+": ("{+", "+}")}


class Words(NamedTuple):
    """A piece of a line: its sign (``-``, ``+``, a blank, ``@`` for lines that are left out) and its text."""

    sign: str
    text: str

    @property
    def marked(self) -> str:
        """The text with marks around it: that it came or went is never colour alone."""
        first, last = _MARKS.get(self.sign, ("", ""))
        return f"{first}{self.text}{last}"


def tally(diff: WordDiff) -> str:
    """Count what differs: ``+3 -1 words``; or say what else there is to know."""
    return (
        diff.note
        or f"+{diff.added:,} -{diff.removed:,} {'word' if diff.added + diff.removed == 1 else 'words'}"
    )


def lines(diff: WordDiff, *, ascii_only: bool = False) -> Iterator[list[Words]]:
    """Yield the lines that stretches make up; what is left out is one piece alone."""
    line: list[Words] = []
    for stretch in diff.stretches:
        if stretch.sign == "@":
            if line:
                yield line
                line = []
            yield [Words("@", signs(ascii_only).ellipsis)]
            continue
        parts = stretch.text.split("\n")
        for at, part in enumerate(parts):
            if part:
                line.append(Words(stretch.sign, part))
            if at == len(parts) - 1:
                break
            if not part and not line and stretch.sign in "+-":
                line.append(Words(stretch.sign, ""))  # an empty line that came or went: shown by its marks
            yield line
            line = []
    if line:
        yield line
    if diff.left:
        yield [Words("@", plural(diff.left, "more piece"))]
