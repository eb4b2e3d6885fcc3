"""What ``mvtui inspect --histogram`` prints: what a tensor's numbers are like, and how many lie in each step."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from .. import inspection as words
from ..words import size
from . import table
from .output import ascii_only, data, is_tty, paint, safe

if TYPE_CHECKING:
    from ...store import Histogram

STEPS = 24
_BAR = 40
_AROUND = 34
"""Columns that numbers take beside the bars."""


def write(name: str, found: Histogram) -> None:
    """Write it as data."""
    tensor, plain = found.tensor, ascii_only()
    form = f"{safe(tensor.dtype, 40)} {words.shape(tensor.shape, ascii_only=plain)}, {size(tensor.nbytes)}"
    data(f"{paint(safe(tensor.name, 200), 'bold')}  {form}  {paint(safe(name, 200), 'dim')}")
    if found.unread:
        data(f"  {paint(f'not looked at: {safe(found.unread, 300)}', 'yellow')}")
        return
    numbers = (("least", found.least), ("most", found.most), ("mean", found.mean), ("std", found.std))
    data(
        "  "
        + "   ".join(f"{paint(label, 'dim')} {value:.6g}" for label, value in numbers if value is not None)
    )
    counts = (("zero", found.zeros, ""), ("NaN", found.nan, "red"), ("infinite", found.inf, "red"))
    data(
        "  "
        + "   ".join(
            f"{paint(label, 'dim')} {_count(count, found.count, style)}" for label, count, style in counts
        )
    )
    _steps(found, plain)


def _count(count: int, of: int, style: str) -> str:
    return paint(f"{count:,} ({words.percent(count, of)})", style) if count else "0"


def _steps(found: Histogram, plain: bool) -> None:
    if not found.counts:
        return
    edges = words.steps(found, 4)
    lead, most = max(5, *map(len, edges)), max(found.counts)
    room = max(min(_BAR, table.terminal_width() - _AROUND), 8) if is_tty(sys.stdout) else _BAR
    data("")
    if found.below:
        data(f"  {'below':>{lead}}  {found.below:,}")
    for edge, count in zip(edges, found.counts, strict=False):
        drawn = words.bar(count / most if most else 0, room, ascii_only=plain)
        told = f" {count:,}  {paint(words.percent(count, found.count), 'dim')}" if count else ""
        data(f"  {edge:>{lead}}  {paint(drawn, 'cyan')}{told}".rstrip())
    if edges[-1]:
        data(f"  {edges[-1]:>{lead}}")
    if found.above:
        data(f"  {'above':>{lead}}  {found.above:,}")
