"""Reading many numbers: it begins at once, shows how far it is, and can be stopped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import events

from ...text import paragraph
from ..changing.changes import Change
from ..changing.prospects import Request
from ..facts import Line
from .dialog import Dialog

if TYPE_CHECKING:
    from ..screens.main import MainScreen
    from ..widgets.field import Field


class StudyDialog(Dialog):
    """Stays while numbers are read, and if they can't be."""

    verb = "try again"
    has_line = False

    def __init__(self, main: MainScreen, study: Change, heading: str, told: str, command: str) -> None:
        super().__init__(main)
        self.study, self.told, self._heading, self._command = study, told, heading, command
        self.prospect = study

    @property
    def heading(self) -> str:
        """What is read."""
        return self._heading

    def make_field(self) -> Field | None:
        """There is nothing to type."""
        return None

    def request(self) -> Request | None:
        """What is read is known already."""
        return None

    async def on_mount(self) -> None:
        """Begin."""
        self.start(self.study)

    def lacks(self, typed: str) -> str:
        """No reason is asked for: nothing changes."""
        del typed
        return ""

    def change(self, typed: str) -> Change:
        """Read it again."""
        del typed
        return self.study

    def command(self) -> str:
        """The same on the command line."""
        return self._command

    async def other_key(self, event: events.Key) -> bool:
        """Leave as from a list."""
        if event.key == "q":
            self.leave()
        return event.is_printable

    def body(self, columns: int) -> Sequence[Line]:
        """How much is read, and for what."""
        texts = paragraph(self.told, columns, 3, ascii_only=self.main.ascii_only)
        return [[(text, "")] for text in texts]
