"""What of a version can be copied: a list, each with a letter that copies it at once."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from textual import events

from ... import words
from ...text import visible
from ..changing.deliveries import FindPath
from ..changing.prospects import Copies, Request, ToCopy
from ..facts import Line
from ..screens import clipboard
from .dialog import Dialog
from .parts import STEPS

if TYPE_CHECKING:
    from ....store import Version
    from ..screens.main import MainScreen
    from ..widgets.field import Field

_LABEL = 12


class Item(NamedTuple):
    """One thing to copy; without a ``value`` it is found first, or ``missing`` says why there is none."""

    key: str
    label: str
    shown: str
    value: str = ""
    missing: str = ""


class CopyDialog(Dialog):
    """Copies something of a version. ``y`` once more copies its reference."""

    verb = "copy"
    has_line = False

    def __init__(self, main: MainScreen, version: Version) -> None:
        super().__init__(main)
        self.version = version
        self._chosen = 0

    @property
    def heading(self) -> str:
        """Which version."""
        return f"Copy of {self.version.ref}"

    def make_field(self) -> Field | None:
        """There is nothing to type."""
        return None

    def request(self) -> Request:
        """Ask for the digests of its files."""
        return ToCopy(self.version.ref)

    def essence(self, prospect: Copies) -> object:
        """Nothing is changed: nothing must be asked again."""
        del prospect
        return ()

    @property
    def items(self) -> list[Item]:
        """What can be copied."""
        version, found = self.version, self.prospect
        folder = f"{version.model}-{version.version}"
        command = shlex.join(["mvtui", "checkout", version.ref, folder])
        digests: tuple[str, ...] = found.digests if found else ()
        none = found.problem if found else "it is still being read"
        if len(digests) > 1:
            none = f"it has {words.plural(len(digests), 'file')}: mvtui show {version.ref} lists them"
        return [
            Item("r", "reference", version.ref, version.ref),
            Item("i", "ID", version.id, version.id),
            Item("d", "digest", digests[0], digests[0])
            if len(digests) == 1
            else Item("d", "digest", none, missing=none),
            Item("p", "path", "inside the store, to read from: checked first"),
            Item("c", "command", command, command),
        ]

    def choose(self, step: int) -> bool:
        """Go to another line."""
        self._chosen = max(0, min(self._chosen + step, len(self.items) - 1))
        self.say("")
        return False

    def other_hints(self) -> Sequence[tuple[str, str]]:
        """Any of the letters."""
        return (("y", "reference"), ("p", "path"))

    async def other_key(self, event: events.Key) -> bool:
        """Copy what the letter stands for; move as in lists."""
        if step := STEPS.get(event.key):
            self.choose(step)
        elif event.key == "q":
            self.leave()
        else:
            wanted = {"y": "r", "Y": "i"}.get(event.key, event.key)
            for at, item in enumerate(self.items):
                if item.key == wanted:
                    self._chosen = at
                    self._copy(item)
        return True

    async def enter(self) -> None:
        """Copy what is under the cursor."""
        self._copy(self.items[self._chosen])

    def _copy(self, item: Item) -> None:
        if item.missing:
            self.say(f"there is no one digest: {item.missing}", "warning")
        elif item.value:
            self.close()
            clipboard.copy(self.main, item.value)
        else:
            self.start(FindPath(self.version.ref))

    def body(self, columns: int) -> Sequence[Line]:
        """A line each."""
        lines: list[Line] = []
        for at, item in enumerate(self.items):
            here = at == self._chosen
            shown = visible(item.shown, columns - _LABEL - 4, ascii_only=self.main.ascii_only)
            lines.append(
                [
                    (f"{self.main.signs.cursor if here else ' '} ", "accent"),
                    (f"{item.key} ", "key"),
                    (item.label.ljust(_LABEL), "title" if here else ""),
                    (shown, "" if item.value else "muted"),
                ]
            )
        return lines
