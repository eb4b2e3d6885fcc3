"""How far a long verb is: counts of bytes become reports of progress."""

from __future__ import annotations

from collections.abc import Callable

from ..nouns.reports import Action, Progress, ProgressCallback


class Meter:
    """Turns counts of bytes into reports of progress. Without a callback it does nothing.

    ``stopped`` says that the callback raised: the work is to end, whatever it raised.
    """

    def __init__(self, action: Action, callback: ProgressCallback | None, total: int = 0) -> None:
        self._action = action
        self._callback = callback
        self._done, self._total = 0, total
        self.stopped = False

    def begin(self, total: int) -> None:
        """Say how many bytes there are in all."""
        self._done, self._total = 0, total

    def on(self, item: str) -> Callable[[int], None]:
        """Return what to tell of each number of bytes done in ``item``. What the callback raises stops the work."""

        def advance(count: int) -> None:
            self._done += count
            self._report(item, min(self._done, self._total))

        return advance

    def end(self) -> None:
        """Say that all is done."""
        self._report("", self._total)

    def _report(self, item: str, done: int) -> None:
        if self._callback is None:
            return
        self.stopped = True
        self._callback(Progress(self._action, item, done, self._total))
        self.stopped = False
