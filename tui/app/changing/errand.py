"""A change on its way to the store: made once, in the worker's thread, and stopped when a person says so."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event
from time import monotonic
from typing import TYPE_CHECKING

from ....store.errors import BusyError, ConflictError, GateError, MvtuiError
from ..asking.messages import ChangeFailed, ChangeMade, ChangeProgressed, FromStore
from .prospects import said

if TYPE_CHECKING:
    from ....store import Progress, Store
    from .changes import Change

_TOLD_SECONDS = 0.1
"""How often the screen is told how far hashing is: a slow line carries little."""


class _Stopped(Exception):  # noqa: N818 - no error: it is what was asked for
    """Raised out of the verb when it is to stop."""


class Errand:
    """One change. ``post`` must be safe to call from the worker's thread."""

    def __init__(self, change: Change, post: Callable[[FromStore], object]) -> None:
        self._change = change
        self._post = post
        self._stop = Event()
        self._told = monotonic()

    @property
    def stopping(self) -> bool:
        """Whether it was told to stop."""
        return self._stop.is_set()

    def stop(self) -> None:
        """Stop it at the next report of its progress; once it is being written it can't be stopped any more."""
        self._stop.set()

    def run(self, store: Store) -> ChangeMade | ChangeFailed:
        """Make the change; return what came of it, whatever that is."""
        try:
            if self._stop.is_set():
                raise _Stopped
            return ChangeMade(self._change.make(store, self._progress), self)
        except _Stopped:
            return ChangeFailed(self._change.stopped, self, stopped=True)
        except MvtuiError as error:
            moved = isinstance(error, BusyError | ConflictError | GateError)
            return ChangeFailed(said(error), self, moved=moved)
        except Exception as error:  # noqa: BLE001 - the dialog must say it, whatever it is
            bug = None if isinstance(error, OSError) else error
            return ChangeFailed(f"{type(error).__name__}: {error}", self, bug=bug)

    def lost(self, reason: str) -> ChangeFailed:
        """Return what to say when there was no store to make it in."""
        return ChangeFailed(reason, self)

    def _progress(self, progress: Progress) -> None:
        if self._stop.is_set():
            raise _Stopped
        now = monotonic()
        if now - self._told >= _TOLD_SECONDS:
            self._told = now
            self._post(ChangeProgressed(progress.done, progress.total, progress.action, self))
