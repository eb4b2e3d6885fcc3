"""The demo store as pictures show it: as bob on box7 sees it, at a fixed moment; what he does is of him, at that moment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from msgspec.structs import replace
from mvtui.store import Capture, Store, Summary, open_store
from mvtui.tui.demo.scene import BOB, HOST

MOMENT = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
"""When the pictures are taken, and the demo's story ends."""

MACHINE: dict[str, dict[str, Any]] = {
    "python": {"version": "3.11.9"},
    "system": {"hostname": "box7", "cpus": 16, "memory": 64 * 10**9, "release": "Debian GNU/Linux 12"},
    "gpu": {"source": "none"},
}
"""Where they are said to be taken."""


class Posed:
    """The demo's store, in another place and on another machine; what is done to it, bob does."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._store, name)
        return self._as_bob(found) if callable(found) else found

    def _as_bob(self, verb: Callable[..., Any]) -> Callable[..., Any]:
        def played(*args: Any, **kwargs: Any) -> Any:
            with self._store.playing(BOB, MOMENT, host=HOST):
                return verb(*args, **kwargs)

        return played

    def capture(self, ref: str) -> Capture | None:
        found = self._store.capture(ref)
        return found and replace(found, parts=MACHINE)

    def summary(self, *, measure: bool = False) -> Summary:
        found = self._as_bob(self._store.summary)(measure=measure)
        return replace(found, path="/home/alice/run7/.mvtui")


def posed(path: Path) -> Callable[[], Any]:
    """Return what opens the demo store at ``path`` as it is shown in pictures."""

    return lambda: Posed(open_store(path))
