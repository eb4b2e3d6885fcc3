"""Hashing a version's bytes again: it begins at once, and can be stopped."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import events

from ... import words
from ..changing.changes import Change
from ..changing.deliveries import Verify
from ..changing.prospects import Request
from ..facts import Line
from .dialog import Dialog

if TYPE_CHECKING:
    from ....store import Version
    from ..screens.main import MainScreen
    from ..widgets.field import Field


class VerifyDialog(Dialog):
    """Says whether a version's bytes are what was registered; stays only if they are not."""

    verb = "verify again"
    has_line = False

    def __init__(self, main: MainScreen, version: Version) -> None:
        super().__init__(main)
        self.version = version
        self.prospect = version

    @property
    def heading(self) -> str:
        """Which version."""
        return f"Verify {self.version.ref}"

    def make_field(self) -> Field | None:
        """There is nothing to type."""
        return None

    def request(self) -> Request | None:
        """What is hashed is known already."""
        return None

    async def on_mount(self) -> None:
        """Begin."""
        self.start(self.change(""))

    def lacks(self, typed: str) -> str:
        """No reason is asked for: nothing of the version changes."""
        del typed
        return ""

    def change(self, typed: str) -> Change:
        """Hash it."""
        del typed
        return Verify(self.version.ref)

    def command(self) -> str:
        """The same on the command line."""
        return f"mvtui verify {shlex.quote(self.version.ref)}"

    async def other_key(self, event: events.Key) -> bool:
        """Leave as from a list."""
        if event.key == "q":
            self.leave()
        return event.is_printable

    def body(self, columns: int) -> Sequence[Line]:
        """What is hashed, and when it was last."""
        del columns
        version = self.version
        files = words.plural(version.file_count, "file")
        last = "never verified before"
        if version.verified:
            last = f"last verified {words.ago(version.verified, self.main.look.now)}"
        return [
            [(f"{files}, {words.size(version.size)}: each is hashed and compared with its digest", "")],
            [(last, "muted")],
        ]
