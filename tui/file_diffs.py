"""How a file differs between two versions, in the words of both faces.

Pure functions; nothing here imports Textual or Rich. What comes out may hold text from files: who shows it makes it safe.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from .words import plural, signs

if TYPE_CHECKING:
    from ..store import FileDiff, ValueChange

CHANGED = "~"
"""Stands for a value that is another one: the sign of ``differences`` is drawn in its stead."""


def tally(found: FileDiff, *, ascii_only: bool = False) -> str:
    """Count what differs: ``1 value added · 2 changed``, ``+4 -1 lines``; else say what there is to know."""
    if found.note and (found.form == "bytes" or found.same):
        return found.note
    if found.form == "lines":
        return (
            f"+{found.added:,} -{found.removed:,} {'line' if found.added + found.removed == 1 else 'lines'}"
        )
    counts = ((found.changed, "changed"), (found.added, "added"), (found.removed, "removed"))
    told = [f"{count:,} {word}" for count, word in counts if count]
    dot = f" {signs(ascii_only).dot} "
    return (
        f"{plural(found.changed + found.added + found.removed, 'value')}: {dot.join(told)}"
        if told
        else "the same"
    )


def changes(found: FileDiff, *, around: bool = True, ascii_only: bool = False) -> Iterator[tuple[str, str]]:
    """Yield what differs as (sign, text): ``+`` added, ``-`` removed, ``~`` changed, a blank the same, ``@`` left out.

    Without ``around`` lines that are the same are left out.
    """
    arrow = "->" if ascii_only else "→"
    for change in found.values:
        yield _sign(change), _value(change, arrow)
    for line in found.lines:
        if around or line.sign in "+-":
            yield line.sign, line.text


def _sign(change: ValueChange) -> str:
    return {"added": "+", "removed": "-"}.get(change.outcome, CHANGED)


def _value(change: ValueChange, arrow: str) -> str:
    told = [text for text in (change.before, change.after) if text is not None]
    return f"{change.key}: {f' {arrow} '.join(told)}" if change.key else f" {arrow} ".join(told)
