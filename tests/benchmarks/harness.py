"""Interleaved runs, medians, and the table they end in.

Machines are noisy and drift, so a figure is never compared with one from another run: ours and the peer's take
turns, and the ratio is that of the medians. The spread of the pairwise ratios is printed beside it.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

Case = Callable[[], float]
"""Does the work once; returns seconds (or another quantity, for rows that don't measure time)."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. ``ratio`` is ours / peer's; ``bound`` what DESIGN allows."""

    what: str
    ours: str
    peer: str
    ratio: str
    bound: str
    holds: bool


def timed(work: Callable[[], object]) -> Case:
    """Return a case that takes the wall time of ``work``, in seconds."""

    def run() -> float:
        start = time.perf_counter()
        work()
        return time.perf_counter() - start

    return run


def process(*words: str) -> Case:
    """Return a case that runs a whole process to its end, its output read and dropped."""

    def run() -> None:
        done = subprocess.run(words, capture_output=True, check=False, stdin=subprocess.DEVNULL)
        if done.returncode:
            raise SystemExit(f"{' '.join(words)} ended with {done.returncode}: {done.stderr.decode()[-400:]}")

    return timed(run)


def against(
    what: str, ours: Case, peer_name: str, peer: Case, *, bound: float, runs: int = 9, warmup: int = 1
) -> Row:
    """Run both in turn and compare medians; ``bound`` is the largest ratio that holds."""
    for _ in range(warmup):
        ours(), peer()
    mine, theirs = [], []
    for _ in range(runs):
        mine.append(ours())
        theirs.append(peer())
    pairs = [a / b for a, b in zip(mine, theirs, strict=True)]
    a, b = statistics.median(mine), statistics.median(theirs)
    return Row(
        what,
        seconds(a),
        f"{peer_name} {seconds(b)}",
        f"{a / b:.2f} ({min(pairs):.2f}-{max(pairs):.2f})",
        f"<= {bound:g} x",
        a / b <= bound,
    )


def absolute(
    what: str, ours: Case, *, bound: float, runs: int = 9, unit: Callable[[float], str] | None = None
) -> Row:
    """Take the median of runs against a fixed bound, in the unit the case returns."""
    show = unit or seconds
    taken = [ours() for _ in range(runs)]
    middle = statistics.median(taken)
    spread = f"({show(min(taken))}-{show(max(taken))})"
    return Row(what, show(middle), spread, "", f"<= {show(bound)}", middle <= bound)


def seconds(value: float) -> str:
    """Write a duration: ms below a second."""
    return f"{value * 1e3:.1f} ms" if value < 1 else f"{value:.2f} s"


def size(value: float) -> str:
    """Write a number of bytes."""
    return f"{value:,.0f} B" if value < 10_000 else f"{value / 1e6:,.1f} MB"


def print_rows(rows: list[Row]) -> None:
    """Print the rows as aligned text: one line each, the verdict first."""
    widths = [max(len(getattr(row, name)) for row in rows) for name in ("what", "ours", "peer", "ratio")]
    for row in rows:
        cells = (row.what, row.ours, row.peer, row.ratio)
        line = "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
        print(f"{'holds' if row.holds else 'MISSES':6}  {line}  {row.bound}")
    sys.stdout.flush()
