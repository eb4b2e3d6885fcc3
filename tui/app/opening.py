"""Opening the store while Textual is being loaded: both take about as long, and wait for the disk."""

from __future__ import annotations

from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...store import Store


class Opening:
    """Opens a store in a thread from the moment it is made; of a large one only what is seen first.

    ``glance`` gives that part, or None. Calling it gives the whole store, or raises what opening raised; each
    later call tries again.
    """

    def __init__(self, path: str | None, *, read_only: bool) -> None:
        self._path = path
        self._read_only = read_only
        self._part: Store | None = None
        self._result: Store | Exception | None = None
        self._thread = Thread(target=self._first, name="mvtui-open", daemon=True)
        self._thread.start()

    def glance(self) -> Store | None:
        """Return the part of a large store that is seen first; None when it is small, or can't be opened."""
        self._thread.join()
        return self._part

    def __call__(self) -> Store:
        """Return the open store.

        Raises:
            MvtuiError: as ``open_store``.
        """
        self._thread.join()
        result, self._result = self._result, None
        if isinstance(result, Exception):
            raise result
        return result or self._open()

    def _first(self) -> None:
        from ...store import glance

        try:
            self._part = glance(self._path)
            if self._part is None:
                self._result = self._open()
            else:
                # What the first frame needs is imported and read before Textual asks for it.
                self._part.summary()
        except Exception as error:  # noqa: BLE001 - raised again in the thread that asks
            self._result = error

    def _open(self) -> Store:
        from ...store import open_store

        return open_store(self._path, read_only=self._read_only)
