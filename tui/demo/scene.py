"""Where the demo's story plays: who is in it, and what each step of it finds."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from ...store import Store

ALICE, BOB, CAROL, DAVE = "alice", "bob", "carol", "dave"

HOST = "box7"
"""Where they all work."""


class Step(Protocol):
    """Something that happened: ``hours`` is how long before the story's end."""

    @property
    def hours(self) -> float:
        """How long before the story's end it begins."""

    def do(self, scene: Scene) -> str:
        """Let it happen; return what to tell of it, or nothing."""


@dataclass(frozen=True, slots=True)
class Scene:
    """The store in which it happens, when the story ends, and a directory for files that are registered."""

    store: Store
    now: datetime
    scratch: Path

    def at(self, hours: float) -> datetime:
        """Return the time so many hours before the story ends."""
        return self.now - timedelta(hours=hours)

    def playing(self, by: str, hours: float) -> AbstractContextManager[None]:
        """Let what is done be of that person, so many hours before the story ends."""
        return self.store.playing(by, self.at(hours), host=HOST)

    def written(self, files: Mapping[str, bytes]) -> Path:
        """Write files and return what to register: one as that file, several as the directory they are in."""
        directory = next(place for n in count() if not (place := self.scratch / str(n)).exists())
        directory.mkdir(parents=True)
        for name, content in files.items():
            (directory / name).write_bytes(content)
        return directory / next(iter(files)) if len(files) == 1 else directory


def days(days: float, hours: float = 0) -> float:
    """Return days and hours as hours."""
    return days * 24 + hours
