"""The first sign of life: the alternate screen and a line of text, before Textual is loaded.

Loading Textual takes longer than a keypress feels; this takes a millisecond. Textual then enters the
alternate screen again, which changes nothing, and draws over it. Nothing here imports Textual.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

from ...text import visible

_ENTER = "\x1b[?1049h\x1b[?25l\x1b[H\x1b[2J"
_LEAVE = "\x1b[0m\x1b[?25h\x1b[?1049l"


def show(what: str, *, ascii_only: bool = False) -> None:
    """Enter the alternate screen and say what is being opened; ``what`` may be any text."""
    shown = visible(what, 60, ascii_only=ascii_only)
    _write(f"{_ENTER}\x1b[1;2H\x1b[1mmvtui\x1b[0m  {shown}")


def leave() -> None:
    """Give the terminal back as it was. For when the app did not come to do so itself; twice is harmless."""
    _write(_LEAVE)


def guard() -> Callable[[], None]:
    """Until the returned function is called, a hang-up or termination restores the terminal and ends us."""

    def end(number: int, _frame: FrameType | None) -> None:
        leave()
        # Nothing is open for writing yet; half-imported modules make a clean exit uncertain.
        os._exit(128 + number)

    before: dict[int, Any] = {
        n: signal.signal(n, end) for n in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT)
    }

    def release() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    return release


def _write(text: str) -> None:
    # Standard error, because that is where Textual draws.
    stream = sys.__stderr__
    if stream is None:
        return
    try:
        stream.write(text)
        stream.flush()
    except OSError:  # the terminal has gone; the signal that says so is under way
        pass
