"""Deleting a version: what would be missed, why, and two buttons of which Cancel has the focus."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import events

from ... import words
from ...text import paragraph
from ..changing.changes import Change
from ..changing.edits import Delete
from ..changing.prospects import Deletion, Request, ToDelete
from ..facts import Line
from ..keys.registry import Hint
from .dialog import Dialog
from .parts import MOVES, buttons, hint

if TYPE_CHECKING:
    from ....store import Version
    from ..screens.main import MainScreen

_MOST_NAMED = 5


class DeleteDialog(Dialog):
    """Deletes a version. Enter after the reason only goes on to the buttons."""

    verb = "delete"

    def __init__(self, main: MainScreen, version: Version) -> None:
        super().__init__(main)
        self.version = version
        self._on_buttons = False
        self._on_cancel = True

    @property
    def heading(self) -> str:
        """Which version."""
        return f"Delete {self.version.ref}"

    def request(self) -> Request:
        """Ask what would be missed."""
        return ToDelete(self.version.ref)

    def essence(self, prospect: Deletion) -> object:
        """A decision rests on what it is, what was made from it, and what holds it."""
        found = prospect.version
        return found.id, found.stage, found.aliases, found.deleted, prospect.made, prospect.problem

    def obstacle(self) -> str:
        """Say what needs it."""
        found: Deletion = self.prospect
        return found.problem

    def change(self, typed: str) -> Change:
        """Delete it."""
        return Delete(self.version.ref, typed)

    def command(self) -> str:
        """The same on the command line."""
        return f"mvtui delete {shlex.quote(self.version.ref)} --reason WHY"

    def body(self, columns: int) -> Sequence[Line]:
        """What goes, and what was made from it."""
        found: Deletion = self.prospect
        ascii_only, version = self.main.ascii_only, found.version
        files = words.plural(version.file_count, "file")
        what = f"{files}, {words.size(version.size)}, registered {words.ago(version.registered, self.main.look.now)}"
        lines: list[Line] = [
            [(text, "")]
            for text in paragraph(f"{what} by {version.author}", columns, 2, ascii_only=ascii_only)
        ]
        rest = (
            "Its number is never used again. Its bytes stay until gc takes them; until then u brings it back."
        )
        lines += [[(text, "muted")] for text in paragraph(rest, columns, 3, ascii_only=ascii_only)]
        if found.made:
            names = ", ".join(found.made[:_MOST_NAMED])
            more = f" and {len(found.made) - _MOST_NAMED:,} more" if len(found.made) > _MOST_NAMED else ""
            told = f"{self.main.signs.bad} made from it: {names}{more}"
            lines += [[], *([(t, "warning")] for t in paragraph(told, columns, 3, ascii_only=ascii_only))]
        return lines

    def _told(self, columns: int) -> list[Line]:
        lines = super()._told(columns)
        if self._on_buttons and not self._errand:
            row = buttons(self.verb, on_cancel=self._on_cancel, ready=not self.obstacle())
            lines[1:1] = [[(" ", ""), *row], []]
        return lines

    def hints(self) -> list[Hint]:
        """Keys of the field, or of the buttons."""
        if not self._on_buttons:
            cancel = hint("escape", "cancel")
            return [cancel, hint("enter", "go on", dimmed=bool(self._why_not_enter()))]
        return [hint("n", "cancel"), hint("y", self.verb), hint("tab", "the other button")]

    async def other_key(self, event: events.Key) -> bool:
        """Move between the buttons, or answer by a letter; nothing else is typed while they are shown."""
        if not self._on_buttons:
            return False
        if event.key in MOVES:
            self._on_cancel = not self._on_cancel
            self.show()
        elif event.key in ("n", "q"):
            self.leave()
        elif event.key == "y":
            self._on_cancel = False
            await self.enter()
        elif event.key == "backspace":
            self._on_buttons = False
            self.show()
        return True

    async def enter(self) -> None:
        """Go on to the buttons; press the one that has the focus."""
        if self._on_buttons:
            if self._on_cancel:
                self.leave()
            else:
                await super().enter()
        elif why := self._why_not_enter() or self.lacks(self.typed):
            self.say(why, "warning")
        else:
            self._on_buttons, self._on_cancel = True, True
            self.say("")
