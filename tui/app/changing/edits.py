"""Changes to what is said of a version: its note, its tags, its aliases, and that it is deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....store.errors import ConflictError
from .changes import UNDO, Change, Made

if TYPE_CHECKING:
    from ....store import ProgressCallback, Store


class Annotate(Change, frozen=True):
    """Replace a version's note, which was ``before`` when that was decided; an empty one takes it away."""

    ref: str
    note: str
    before: str

    def make(self, store: Store, progress: ProgressCallback) -> Made:  # noqa: ARG002 - as every change
        """Make it. Raises ConflictError when the note is another by now."""
        store.poll()
        if store.get(self.ref).note != self.before:
            raise ConflictError(f"the note of {self.ref} has changed since you looked")
        store.note(self.ref, self.note)
        return Made(f"{self.ref}: note {'saved' if self.note else 'taken away'}; {UNDO}")


class Tag(Change, frozen=True):
    """Set and remove tags of a version."""

    ref: str
    add: dict[str, str]
    remove: tuple[str, ...]

    def make(self, store: Store, progress: ProgressCallback) -> Made:  # noqa: ARG002
        """Make it."""
        store.tag(self.ref, self.add, remove=self.remove)
        done = [f"{key}={value}" for key, value in self.add.items()]
        return Made(f"{self.ref}: {', '.join([*done, *(f'{key} removed' for key in self.remove)])}; {UNDO}")


class Alias(Change, frozen=True):
    """Let an alias mean a version, or nothing any more (``remove``); it meant ``before`` when that was decided."""

    ref: str
    name: str
    before: str
    remove: bool = False

    def make(self, store: Store, progress: ProgressCallback) -> Made:  # noqa: ARG002
        """Make it. Raises ConflictError when it means another version by now."""
        store.poll()
        version = store.get(self.ref)
        now = next((m.aliases.get(self.name, "") for m in store.models() if m.name == version.model), "")
        if now != self.before:
            means = f"it is {now}" if now else "there is none"
            raise ConflictError(f"the alias {self.name} has changed since you looked: {means}")
        if self.remove:
            store.unalias(version.model, self.name)
            return Made(f"{version.model}@{self.name} is no more; {UNDO}")
        store.alias(self.ref, self.name)
        left = f", it was {now}" if now else ""
        return Made(f"{version.model}@{self.name} is {version.version} now{left}; {UNDO}")


class Delete(Change, frozen=True):
    """Mark a version deleted."""

    ref: str
    reason: str

    def make(self, store: Store, progress: ProgressCallback) -> Made:  # noqa: ARG002
        """Make it."""
        store.delete(self.ref, self.reason)
        return Made(f"{self.ref} is deleted; {UNDO}")
