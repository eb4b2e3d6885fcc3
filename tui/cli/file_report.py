"""What ``mvtui diff`` prints of files that are text: the values or lines that differ."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from itertools import islice
from typing import TYPE_CHECKING

from .. import differences, file_diffs
from ..text import paragraph
from ..words import plural
from . import table
from .grid import INDENT
from .output import ascii_only, data, is_tty, paint, safe, sign_set

if TYPE_CHECKING:
    from ...store import Comparison, FileDiff, Store

MOST_FILES, MOST_CHANGES = 6, 8
"""Files, and changes of each, that are shown where the whole was not asked for."""

_LONGEST = 2000
_LINES = 8
"""Lines that a long one takes on a terminal."""
_STYLES = {"-": "red", "+": "green", file_diffs.CHANGED: "yellow"}


def of(store: Store, comparison: Comparison, *, whole: bool) -> dict[str, FileDiff]:
    """Return how the text files that differ between two versions do so; of more than two versions nothing.

    Raises:
        VerificationError: stored bytes are damaged.
    """
    if len(comparison.versions) != 2 or comparison.base.external or comparison.others[0].external:
        return {}
    rows = comparison.section("files").rows
    # What affects nothing is a descriptor of mvtui's own: the parameters, or the members, say the same.
    changed = [row.name for row in rows if row.cells[1].outcome == "changed" and row.affects is not None]
    found: dict[str, FileDiff] = {}
    for path in changed:
        if len(found) >= MOST_FILES and not whole:
            break
        diff = store.diff_file(comparison.base.ref, comparison.others[0].ref, path)
        if diff.form != "bytes" or whole:
            found[path] = diff
    return found


def write(found: Mapping[str, FileDiff], *, whole: bool) -> None:
    """Write them as data."""
    for diff in found.values():
        told = file_diffs.tally(diff, ascii_only=ascii_only())
        data(f"{INDENT}{paint(safe(diff.path, 200), 'bold')}  {paint(safe(told, 200), 'dim')}")
        changes = file_diffs.changes(diff, around=whole, ascii_only=ascii_only())
        shown = list(changes if whole else islice(changes, MOST_CHANGES))
        for sign, text in shown:
            _write(sign, text)
        left = diff.left
        if not whole:
            left += diff.added + diff.removed + diff.changed - diff.left - len(shown)
        if left:
            hint = "" if whole else ": --files shows them"
            data(f"{INDENT * 2}{paint(plural(left, 'more change') + hint, 'dim')}")


def _write(sign: str, text: str) -> None:
    """Write a change; on a terminal over as many lines as it takes, up to a few."""
    if sign == "@":
        data(f"{INDENT * 2}{paint(sign_set().ellipsis, 'dim')}")
        return
    drawn = (
        differences.outcome_sign("changed", ascii_only=ascii_only()) if sign == file_diffs.CHANGED else sign
    )
    lines = [safe(text.replace("\t", "    "), _LONGEST)]
    if is_tty(sys.stdout):
        room = max(table.terminal_width() - len(INDENT) * 2 - 3, 10)
        indent = " " * min(len(text) - len(text.lstrip(" ")), room // 2)
        lines = paragraph(text.lstrip(" "), room - len(indent), _LINES, ascii_only=ascii_only()) or [""]
        lines = [indent + line for line in lines]
    for at, line in enumerate(lines):
        shown = f"{' ' if at else drawn} {line}".rstrip()
        data(f"{INDENT * 2}{paint(shown, _STYLES[sign]) if sign in _STYLES else shown}".rstrip())
