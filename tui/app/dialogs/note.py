"""A version's note: one line is typed here, a longer one in ``$EDITOR``."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from textual import events
from textual.app import SuspendNotSupported

from ...text import visible
from .. import longform
from ..changing.changes import Change
from ..changing.edits import Annotate
from ..changing.prospects import Annotated, Request, ToAnnotate
from ..facts import Line
from .dialog import Dialog
from .parts import labelled

if TYPE_CHECKING:
    from ....store import Version
    from ..screens.main import MainScreen

_LONGEST = 2000
"""Characters of a note that is still edited as a line."""


class NoteDialog(Dialog):
    """Replaces a version's note."""

    verb = "save"
    prompt = "Note"

    def __init__(self, main: MainScreen, version: Version) -> None:
        super().__init__(main)
        self.version = version
        self.long: str | None = None
        """What was written in the editor, as long as it is not saved."""
        self.initial = version.note if _is_a_line(version.note) else ""

    @property
    def heading(self) -> str:
        """Which version."""
        return f"Note of {self.version.ref}"

    def request(self) -> Request:
        """Ask what it is now."""
        return ToAnnotate(self.version.ref)

    def essence(self, prospect: Annotated) -> object:
        """A decision rests on the note that is replaced."""
        return prospect.version.id, prospect.version.note

    @property
    def _now(self) -> str:
        return self.prospect.version.note if self.prospect else self.version.note

    def lacks(self, typed: str) -> str:
        """Say what makes it no change, or one that takes more away than is seen."""
        if self.long is not None:
            return ""
        if not typed and not _is_a_line(self._now):
            return "type a line to take the place of all of it, or edit it all with ctrl-e"
        if typed != self._now:
            return ""
        return "that is what it says already" if typed else "type a note"

    def change(self, typed: str) -> Change:
        """Replace it, if it is still what was shown."""
        return Annotate(self.version.ref, typed if self.long is None else self.long, self._now)

    def command(self) -> str:
        """The same on the command line."""
        ref = shlex.quote(self.version.ref)
        if self.long is not None:
            return f"mvtui note {ref} - < FILE"
        if not self.typed and not _is_a_line(self._now):
            return f"mvtui note {ref} TEXT"
        return f"mvtui note {ref} {shlex.quote(self.typed)}"

    def typed_anew(self) -> None:
        """Keep the command line true; what is typed now takes the place of what the editor gave."""
        super().typed_anew()
        self.long = None
        self.show()

    def other_hints(self) -> Iterable[tuple[str, str]]:
        """The key to the editor."""
        yield "ctrl+e", "in the editor"

    async def other_key(self, event: events.Key) -> bool:
        """Open the editor."""
        if event.key != "ctrl+e":
            return False
        if self.prospect is not None:
            self._write_long()
        return True

    def _write_long(self) -> None:
        """Let the note be written in the editor; what was written is saved when it is left, as git does."""
        begun = self.long if self.long is not None else self.typed or self._now
        try:
            with self.app.suspend():
                written = longform.write(begun)
        except SuspendNotSupported:
            self.say("there is no editor to be had on this terminal", "warning")
        except longform.EditorError as error:
            self.say(str(error), "warning")
        else:
            if written == self._now:
                self.say("the note is as it was: nothing to save", "muted")
            else:
                self.long = written
                self.start(self.change(""))

    def body(self, columns: int) -> Sequence[Line]:
        """What it says now, and what the editor gave if that could not be saved yet."""
        ascii_only = self.main.ascii_only
        lines = labelled("now", self._now, columns, 8, ascii_only=ascii_only) or [[("no note yet", "muted")]]
        if self.long is not None:
            written = self.long or "nothing: the note goes away"
            lines += labelled("written", written, columns, 8, ascii_only=ascii_only, style="accent")
        elif not _is_a_line(self._now):
            lines.append(
                [("it is more than a line: a line typed here takes the place of all of it", "muted")]
            )
        return lines


def _is_a_line(note: str) -> bool:
    """Say whether a note can stand in a field: the field draws what it holds as it is."""
    return note == note.strip() and visible(note, _LONGEST) == note
