"""The thread that makes changes: one at a time, in the order in which they were asked for.

Apart from the worker that answers the screen, so that lists and views stay alive while gigabytes are hashed or copied.
It shares the worker's store, which is safe between threads, and is a daemon as that one is.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from threading import Condition, Thread
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from ....store import Store
    from ..asking.messages import ChangeFailed, ChangeMade
    from .errand import Errand

Done: TypeAlias = "Callable[[ChangeMade | ChangeFailed], None]"
"""Takes what came of a change, in the thread that made it."""

_LEAVING_SECONDS = 1.0
"""How long the end of the program waits for a change that was stopped to remove what it had begun."""


class Errands:
    """Makes changes. Safe between threads; its own is started for the first of them."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[Store, Errand, Done]] = deque()
        self._now: Errand | None = None
        self._wake = Condition()
        self._stopped = False
        self._thread: Thread | None = None

    def take(self, store: Store, errand: Errand, done: Done) -> None:
        """Make a change when those before it are made; ``done`` takes what came of it."""
        with self._wake:
            self._waiting.append((store, errand, done))
            if self._thread is None:
                self._thread = Thread(target=self._run, name="mvtui-errands", daemon=True)
                self._thread.start()
            self._wake.notify()

    def stop(self) -> None:
        """Stop the one under way at its next report, and make none after it. Waits a moment for that, and no longer.

        One that is being written by then is made whole if that takes no time; else the store is as after any crash.
        """
        with self._wake:
            self._stopped = True
            for _, errand, _ in self._waiting:
                errand.stop()
            if self._now is not None:
                self._now.stop()
            self._wake.notify()
        if self._thread is not None:
            self._thread.join(_LEAVING_SECONDS)

    def _run(self) -> None:
        while True:
            with self._wake:
                while not (self._waiting or self._stopped):
                    self._wake.wait()
                if not self._waiting:
                    return
                store, self._now, done = self._waiting.popleft()
                errand = self._now
            try:
                done(errand.run(store))
            finally:
                with self._wake:
                    self._now = None
