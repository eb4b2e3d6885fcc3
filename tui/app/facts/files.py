"""A version's files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ... import words
from ...text import fit, paragraph
from ..tables.columns import Look
from .lines import Line, Lines, heading

if TYPE_CHECKING:
    from ....store import FileEntry
    from ..asking.known import Known

_SIZE = 11
_PROBLEM_LINES = 4


def files(known: Known | None, problem: str, look: Look, columns: int) -> Lines:
    """Return the section; it says so while the files are still being read, or why they can't be."""
    lines = Lines()
    if problem:
        lines.add(heading("Files"))
        texts = paragraph(problem, columns, _PROBLEM_LINES, ascii_only=look.ascii_only)
        lines.add([(text, "warning")] for text in texts)
    elif known is None:
        lines.add([*heading("Files"), [("reading" + words.signs(look.ascii_only).ellipsis, "muted")]])
    elif found := known.detail.files:
        lines.add(heading("Files"))
        lines.add_block(len(found), lambda at: _file(found[at], look, columns))
    return lines


def _file(entry: FileEntry, look: Look, columns: int) -> Line:
    name = fit(entry.path, columns - _SIZE, ascii_only=look.ascii_only)
    return [(name, ""), (words.size(entry.size).rjust(_SIZE), "muted")]
