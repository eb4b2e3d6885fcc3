"""What is told of an error that nobody foresaw: what happened, and where the log is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.screen import ModalScreen

from ...text import paragraph
from ..asking.messages import Mishap
from ..facts import Line
from ..guarded import Guarded
from ..widgets.overview import Overview

if TYPE_CHECKING:
    from .main import MainScreen

_CLOSING = frozenset({"escape", "enter", "ctrl+c"})
_WIDEST = 96
_FRAME = 6
"""Columns of frame, padding and margins."""

_LINES = 6


class MishapScreen(Guarded, ModalScreen[None]):
    """Stands over whatever is open, until it is taken away."""

    def __init__(self, main: MainScreen, mishap: Mishap) -> None:
        super().__init__(classes="-ascii" if main.ascii_only else None)
        self._main = main
        self._mishap = mishap
        self._ascii_only = main.ascii_only
        self._closed = False

    def compose(self) -> ComposeResult:
        """Make the one widget: lines."""
        view = Overview(id="mishap")
        view.border_title = Content("mvtui met a bug of its own")
        view.border_subtitle = Content("esc closes")
        yield view

    def on_mount(self) -> None:
        """Fill it."""
        self._fill()
        self.query_one(Overview).focus()

    def on_resize(self, _event: events.Resize) -> None:
        """Fill it for the new size."""
        self._fill()

    def _fill(self) -> None:
        width, height = self.app.size
        view = self.query_one(Overview)
        lines = self._lines(min(width * 96 // 100, _WIDEST) - _FRAME)
        view.styles.height = min(len(lines) + 2, height - 2)
        view.show(self._lines, from_top=True)

    def _lines(self, columns: int) -> Sequence[Line]:
        def told(text: str, style: str) -> list[Line]:
            return [[(line, style)] for line in paragraph(text, columns, _LINES, ascii_only=self._ascii_only)]

        log = self._mishap.log
        where = f"The log is {log}" if log else "No log could be written: is the disk full?"
        return [
            [],
            *told(self._mishap.told, "warning"),
            *told(f"while {self._mishap.doing}", "muted"),
            [],
            *told(where, ""),
            [],
            *told(
                "What is in the store is not touched by it, and mvtui goes on. Please report it with the log.",
                "muted",
            ),
            [],
        ]

    async def on_key(self, event: events.Key) -> None:
        """Close with the keys that are expected to; what else is typed is for the dialog beneath, and not lost."""
        event.stop()
        event.prevent_default()
        if event.key in _CLOSING:
            if not self._closed:  # a second key may be on its way already
                self._closed = True
                self.dismiss()
        elif self._main.dialog:
            await self._main.dialog.take(event)

    async def on_paste(self, event: events.Paste) -> None:
        """Give what is pasted to the dialog beneath."""
        event.stop()
        if self._main.dialog:
            await self._main.dialog.take(event)
