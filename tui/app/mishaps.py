"""Errors that nobody foresaw, on the screen: each is written to the log and told in a dialog, and the app goes on.

They may come from any thread. The log is written in a thread of its own: the screen's opens no file.
"""

from __future__ import annotations

import traceback
from collections import deque
from collections.abc import Callable
from threading import Lock, Thread
from time import monotonic

from .. import crashlog
from .asking.messages import FromStore, Mishap

_MOST, _SECONDS = 100, 10.0
"""More errors than this in so many seconds come from something that goes round in circles: then the app must end."""


class Mishaps:
    """Tells each error once, however often it is met. Safe between threads; ``post`` must be, too."""

    def __init__(self, post: Callable[[FromStore], object]) -> None:
        self._post = post
        self._lock = Lock()
        self._places: set[str] = set()
        self._times: deque[float] = deque(maxlen=_MOST)
        self.met: list[Exception] = []
        """The errors that were told, the first first."""

    def meet(self, error: Exception, doing: str) -> None:
        """Have an error written down and told, unless it was already: the same kind at the same place is the same."""
        with self._lock:
            self._times.append(monotonic())
            place = _place(error)
            if place in self._places:
                return
            self._places.add(place)
            self.met.append(error)
        Thread(target=self._tell, args=(error, doing), name="mvtui-mishap", daemon=True).start()

    @property
    def too_many(self) -> bool:
        """Whether so many were met lately that it can't go on."""
        with self._lock:
            times = self._times
            return len(times) == _MOST and times[-1] - times[0] < _SECONDS

    def _tell(self, error: Exception, doing: str) -> None:
        self._post(Mishap(crashlog.told(error), doing, crashlog.note(error, f"the full screen, {doing}")))


def _place(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__, limit=-1)
    where = f"{frames[0].filename}:{frames[0].lineno}" if frames else str(error)
    return f"{type(error).__name__} {where}"
