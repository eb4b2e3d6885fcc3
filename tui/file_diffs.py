"""How a file differs between two versions, in the words of both faces.

Pure functions; nothing here imports Textual or Rich. What comes out may hold text from files: who shows it makes it safe.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile
from typing import TYPE_CHECKING

from .words import plural, signs

if TYPE_CHECKING:
    from ..store import FileDiff, ValueChange

_LEAD = 24
"""Letters that two lines begin with alike and that are shown, where the difference is further on."""

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

    Without ``around`` lines that are the same are left out, and long ones begin a little before what differs in them.
    """
    arrow = "->" if ascii_only else "→"
    for change in found.values:
        yield _sign(change), _value(change, arrow)
    if around:
        yield from ((line.sign, line.text) for line in found.lines)
    else:
        yield from _shortened([(line.sign, line.text) for line in found.lines if line.sign != " "])


def _shortened(lines: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield what was removed and added; of lines that follow each other one by one not what they begin with alike."""
    at = 0
    while at < len(lines):
        old = list(takewhile(lambda line: line[0] == "-", lines[at:]))
        new = list(takewhile(lambda line: line[0] == "+", lines[at + len(old) :]))
        at += max(len(old) + len(new), 1)
        starts = [0] * max(len(old), len(new))
        if len(old) == len(new):
            starts = [_start(one[1], other[1]) for one, other in zip(old, new, strict=True)]
        for changed in (old, new):
            for start, (sign, text) in zip(starts, changed, strict=False):
                yield sign, f"…{text[start:]}" if start else text


def _start(one: str, other: str) -> int:
    """Return from where on two long lines are worth showing: a little before the first letter that differs."""
    pairs = enumerate(zip(one, other, strict=False))
    alike = next((at for at, (left, right) in pairs if left != right), min(len(one), len(other)))
    return alike - _LEAD if alike > 2 * _LEAD else 0


def _sign(change: ValueChange) -> str:
    return {"added": "+", "removed": "-"}.get(change.outcome, CHANGED)


def _value(change: ValueChange, arrow: str) -> str:
    told = [text for text in (change.before, change.after) if text is not None]
    return f"{change.key}: {f' {arrow} '.join(told)}" if change.key else f" {arrow} ".join(told)
