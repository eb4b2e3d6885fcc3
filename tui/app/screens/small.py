"""Shown in place of everything while the window is too small to show anything useful."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.screen import Screen

from ...preflight import MIN_COLUMNS, MIN_ROWS
from ...text import visible
from ..guarded import Guarded
from ..widgets.lineview import Bar


class TooSmall(Guarded, Screen[None]):
    """One line that says how large the window must be. The screen beneath keeps its place."""

    def compose(self) -> ComposeResult:
        """Make the one widget."""
        yield Bar(id="small")

    def on_mount(self) -> None:
        """Say it."""
        self._say()

    def on_resize(self, _event: events.Resize) -> None:
        """Say it for the new size."""
        self._say()

    def _say(self) -> None:
        width, height = self.app.size
        text = f"too small: {width}x{height}, needs {MIN_COLUMNS}x{MIN_ROWS}"
        self.query_one(Bar).show(
            ([(visible(text, width), "warning")], []), ([(visible("q quits", width), "muted")], [])
        )

    def on_key(self, event: events.Key) -> None:
        """Only leaving makes sense here."""
        event.stop()
        if event.key in ("q", "ctrl+c"):
            self.app.exit()
