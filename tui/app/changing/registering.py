"""Registering files from the screen."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from ... import words
from .changes import Change, Made

if TYPE_CHECKING:
    from ....store import Bump, Kind, ProgressCallback, Store


class Register(Change, frozen=True, kw_only=True):
    """Store files as a version of a model; what is empty the store decides."""

    model: str
    path: str
    kind: str = ""
    version: str = ""
    bump: str = ""
    parent: str = ""
    note: str = ""
    tags: Mapping[str, str] = {}

    @property
    def stopped(self) -> str:
        """What was stored by then is removed."""
        return f"stopped: nothing was registered, {self.path} stays as it is"

    def make(self, store: Store, progress: ProgressCallback) -> Made:
        """Make it."""
        done = store.register(
            self.model,
            os.path.expanduser(self.path),
            kind=cast("Kind | None", self.kind or None),
            version=self.version or None,
            bump=cast("Bump | None", self.bump or None),
            parents=[self.parent] if self.parent else (),
            note=self.note,
            tags=self.tags,
            progress=progress,
        )
        version = done.version
        if done.created:
            files = f"{words.plural(version.file_count, 'file')}, {words.size(version.size)}"
            raised = f", {done.bump}" if done.bump else ""
            told = f"{version.ref} is registered: {files}{raised}; D deletes it"
        else:
            added = f"; added {', '.join(done.added)}" if done.added else "; nothing was new"
            told = f"it is {version.ref} already{added}"
        weak = (f"weak record: {'; '.join(done.notices)}",) if done.notices else ()
        return Made(told, (*done.unread, *weak), version=version)
