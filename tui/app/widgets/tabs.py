"""The strip that names the panes when only one of them is seen: a click goes to one, as its number does."""

from __future__ import annotations

from textual import events
from textual.message import Message
from textual.strip import Strip

from ...text import width
from ..keys.pane import Pane
from .lineview import LineView

_SHORT = 3
"""Letters of a name where there is no room for whole ones."""


class Tabs(LineView):
    """All panes in a line, the one that is seen in brackets. Where they don't fit the names of the others are cut."""

    class Clicked(Message):
        """A pane's name was clicked."""

        def __init__(self, pane: Pane) -> None:
            super().__init__()
            self.pane = pane

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._active = Pane.VERSIONS

    def show(self, active: Pane) -> None:
        """Say which pane is seen."""
        if active is not self._active:
            self._active = active
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw the line."""
        if y:
            return self.strip([], self.size.width)
        labels = self._labels()
        return self.strip(
            [(text, "accent" if pane is self._active else "muted") for pane, text in labels], self.size.width
        )

    def _labels(self) -> list[tuple[Pane, str]]:
        """Return what stands for each pane: as much of the names as fits, and at least the numbers."""
        found: list[tuple[Pane, str]] = []
        for letters, behind in ((None, " "), (None, ""), (_SHORT, " "), (_SHORT, ""), (0, "")):
            found = [(pane, self._label(pane, letters, behind)) for pane in Pane]
            if sum(width(text) for _, text in found) <= self.size.width:
                break
        return found

    def _label(self, pane: Pane, letters: int | None, behind: str) -> str:
        """Return a name after a blank; with one ``behind`` it stands where it does in brackets, whoever has these."""
        if pane is self._active:
            return f"{' ' * (not behind)}[{pane.number} {pane}]"
        return f" {pane.number} {pane.value[:letters]}".rstrip() + behind

    def on_click(self, event: events.Click) -> None:
        """Tell whose name is under the mouse."""
        end = 0
        for pane, text in self._labels():
            end += width(text)
            if event.x < end:
                self.post_message(self.Clicked(pane))
                return
