"""Copying a version's files out of the store: into which directory."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from textual import events

from ... import words
from ...text import visible
from ..asking.places import Choices, Place
from ..changing.changes import Change
from ..changing.deliveries import CheckOut
from ..changing.prospects import Request
from ..changing.transfers import Destination, ToCheckOut
from ..facts import Line
from .dialog import Dialog
from .parts import labelled
from .picker import Picker, shows

if TYPE_CHECKING:
    from ....store import Version
    from ..screens.main import MainScreen


class CheckOutDialog(Dialog):
    """Copies a version's files into a directory that is new, or empty."""

    verb = "check out"
    prompt = "Into"

    def __init__(self, main: MainScreen, version: Version) -> None:
        super().__init__(main)
        self.version = version
        name = f"{version.model}-{version.version}"
        self.initial = name if shows(name) else ""
        self.picker = Picker()

    @property
    def heading(self) -> str:
        """Which version."""
        return f"Check out {self.version.ref}"

    def request(self) -> Request:
        """Ask what there is at the path."""
        return ToCheckOut(self.version.ref, self.typed if self.field else self.initial)

    def essence(self, prospect: Destination) -> object:
        """A decision rests on the version; what is there is the store's to refuse."""
        return prospect.version.id

    @property
    def _place(self) -> Place | None:
        """What there is at the path, once that is known of what is typed now."""
        found: Destination | None = self.prospect
        return found.place if found and found.place.typed == self.typed else None

    @property
    def _choices(self) -> Choices | None:
        place = self._place
        return place.choices if place else None

    def obstacle(self) -> str:
        """Say what is in the way there."""
        if (place := self._place) is None or place.state in ("nothing", "empty"):
            return ""
        if place.state == "directory":
            return "that directory is not empty: name a new one in it, or another"
        return "that is no directory"

    def lacks(self, typed: str) -> str:
        """Ask for a path."""
        return "" if typed else "type where to copy it to"

    def change(self, typed: str) -> Change:
        """Copy it."""
        return CheckOut(self.version.ref, typed)

    def command(self) -> str:
        """The same on the command line."""
        into = shlex.quote(self.typed) if self.typed else "DEST"
        if into.startswith("'~/"):
            into = "~/" + shlex.quote(self.typed[2:])
        return f"mvtui checkout {shlex.quote(self.version.ref)} {into}"

    def typed_anew(self) -> None:
        """Look what there is at the path typed now."""
        super().typed_anew()
        self.picker.chosen = None
        self.ask()
        self.show()

    def choose(self, step: int) -> bool:
        """Choose a directory."""
        self.picker.move(self._choices, step)
        self.say("")
        return False

    def other_hints(self) -> Iterable[tuple[str, str]]:
        """Keys of the list."""
        yield "tab", "complete"
        yield "up", "choose"

    async def other_key(self, event: events.Key) -> bool:
        """Complete the path."""
        if event.key != "tab":
            return False
        self._type_path(self.picker.completed(self._choices, self.typed))
        return True

    async def enter(self) -> None:
        """Go into the directory that is chosen; without one, do it."""
        if (longer := self.picker.taken(self._choices, self.typed)) is not None:
            self._type_path(longer)
        else:
            await super().enter()

    def _type_path(self, path: str) -> None:
        if self.field and path != self.typed:
            self.field.value = path
            self.field.cursor_position = len(path)
            self.typed_anew()

    def body(self, columns: int) -> Sequence[Line]:
        """What is copied, where to, and what there is."""
        found: Destination = self.prospect
        ascii_only, version = self.main.ascii_only, found.version
        files = words.plural(version.file_count, "file")
        lines: list[Line] = [[(f"{files}, {words.size(version.size)}, each checked on the way", "")]]
        lines += labelled("into", visible(found.place.path, columns * 2), columns, 2, ascii_only=ascii_only)
        lines += [[]] * (3 - len(lines))
        none = "a new directory" if found.place.state == "nothing" else "there is no directory in it"
        listed = self.picker.lines(found.place.choices, columns, none=none, ascii_only=ascii_only)
        return [*lines, [], *listed]
