"""Opening the store while Textual is being loaded: both take about as long, and wait for the disk."""

from __future__ import annotations

from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...store import Store


class Opening:
    """Opens a store in a thread from the moment it is made.

    Calling it gives the store, or raises what opening raised; each later call tries again.
    """

    def __init__(self, path: str | None, *, read_only: bool) -> None:
        self._path = path
        self._read_only = read_only
        self._result: Store | Exception | None = None
        self._thread: Thread | None = Thread(target=self._first, name="mvtui-open", daemon=True)
        self._thread.start()

    def __call__(self) -> Store:
        """Return the open store.

        Raises:
            MvtuiError: as ``open_store``.
        """
        if self._thread is None:
            return self._open()
        self._thread.join()
        self._thread = None
        if isinstance(self._result, Exception):
            raise self._result
        assert self._result is not None
        return self._result

    def _first(self) -> None:
        try:
            self._result = self._open()
        except Exception as error:  # noqa: BLE001 - raised again in the thread that asks
            self._result = error

    def _open(self) -> Store:
        from ...store import open_store

        return open_store(self._path, read_only=self._read_only)
