"""Progress of long verbs on stderr: bytes, rate and time left, on a terminal, after a second."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from .output import is_tty, safe

if TYPE_CHECKING:
    from ...store import Progress, ProgressCallback

PATIENCE = 1.0
"""Seconds before anything is drawn: short work stays quiet."""
REDRAW = 0.1
"""Seconds between two drawings, at least: a slow line carries little."""


class Meter:
    """Draws what the verb reports. Nothing is imported or drawn in the first second."""

    def __init__(self) -> None:
        self._start = time.monotonic()
        self._drawn = 0.0
        self._bar: Any = None
        self._task: Any = None

    def __call__(self, progress: Progress) -> None:
        """Take a report from the verb."""
        now = time.monotonic()
        if now - self._start < PATIENCE or (now - self._drawn < REDRAW and progress.done < progress.total):
            return
        self._drawn = now
        what = f"{progress.action} {safe(progress.item, 30)}"
        if self._bar is None:
            self._bar = self._make()
            self._task = self._bar.add_task("", total=progress.total, what=what)
            # Drawn late: the time that has passed counts, too.
            self._bar.tasks[0].start_time = self._bar.get_time() - (now - self._start)
            self._bar.start()
        self._bar.update(self._task, completed=progress.done, total=progress.total, what=what, refresh=True)

    def close(self) -> None:
        """Take the bar off the screen."""
        if self._bar is not None:
            self._bar.stop()

    @staticmethod
    def _make() -> Any:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            DownloadColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
            TransferSpeedColumn,
        )
        from rich.table import Column

        return Progress(
            TextColumn("{task.fields[what]}", markup=False, table_column=Column(no_wrap=True, ratio=1)),
            BarColumn(bar_width=16),
            DownloadColumn(),
            TransferSpeedColumn(),
            TimeRemainingColumn(compact=True),
            console=Console(stderr=True),
            auto_refresh=False,
            transient=True,
            expand=True,
        )


@contextmanager
def meter() -> Iterator[ProgressCallback | None]:
    """Give the callback to pass to a verb; None when stderr is no terminal."""
    if not is_tty(sys.stderr):
        yield None
        return
    shown = Meter()
    try:
        yield shown
    finally:
        shown.close()
