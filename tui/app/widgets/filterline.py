"""The line a filter is typed into. Its parts are made, and the text field loaded, when it is first asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events
from textual.message import Message
from textual.widget import Widget

from ...words import count
from ..actions import Pane
from .lineview import Bar

if TYPE_CHECKING:
    from textual.widgets import Input

_STEPS = {"down": 1, "up": -1, "pagedown": 10, "pageup": -10, "ctrl+n": 1, "ctrl+p": -1}
_TAKEN = frozenset({"escape", "enter", "tab", *_STEPS})


class FilterLine(Widget):
    """A prompt, a text field, and how many lines it lets through. Seen while it is used or filters."""

    class Changed(Message):
        """Another query was typed for a pane."""

        def __init__(self, pane: Pane, query: str) -> None:
            super().__init__()
            self.pane = pane
            self.query = query

        def can_replace(self, message: Message) -> bool:
            """Only the last query matters."""
            return isinstance(message, FilterLine.Changed) and message.pane is self.pane

    class Left(Message):
        """The keys go back to the panes; the filter stays, or was cleared."""

    class Stepped(Message):
        """A key that moves in the list was pressed while typing."""

        def __init__(self, lines: int) -> None:
            super().__init__()
            self.lines = lines

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._pane = Pane.VERSIONS
        self._input: Input | None = None
        self._prompt = Bar(id="filter-prompt")
        self._count = Bar(id="filter-count")
        self._typing = False

    @property
    def typing(self) -> bool:
        """Whether the keys go into the text field, or are on their way to it."""
        return self._typing

    async def open(self, pane: Pane, query: str) -> None:
        """Take the keys, to filter ``pane``."""
        from textual.widgets import Input

        self._pane = pane
        self._typing = True
        self.display = True
        prompt = f" {pane.value.lower()} /"
        self._prompt.styles.width = len(prompt)
        self._prompt.show(([(prompt, "accent")], []))
        if self._input is None:
            self._input = Input(query, id="filter-input", compact=True, select_on_focus=False)
            self._input.cursor_blink = False  # each blink would send a kilobyte
            await self.mount(self._prompt, self._input, self._count)
        with self.prevent(Input.Changed):
            self._input.value = query
        self._input.cursor_position = len(query)
        self.screen.set_focus(self._input)

    def leave(self, pane: Pane) -> None:
        """Hide, if it is this pane's filter that is seen."""
        self._typing = False
        if pane is self._pane:
            self.display = False

    def tell(self, found: int, total: int) -> None:
        """Say how many lines are let through."""
        self._count.show(([], [(f"{count(found)} of {count(total)}   enter keeps, esc clears ", "muted")]))

    def on_key(self, event: events.Key) -> None:
        """Take the keys that a text field of one line has no use for."""
        if event.key in _TAKEN:
            event.stop()
            event.prevent_default()
            self.feed(event)

    def feed(self, event: events.Key) -> None:
        """Do what a key means while typing."""
        if event.key in _STEPS:
            self.post_message(self.Stepped(_STEPS[event.key]))
        elif event.key == "escape":
            self._typing = self.display = False
            self.post_message(self.Changed(self._pane, ""))
            self.post_message(self.Left())
        elif event.key in _TAKEN:
            self._typing = False
            self.display = bool(self._input and self._input.value)
            self.post_message(self.Left())
        elif self._input and event.is_printable and event.character:
            self._input.insert_text_at_cursor(event.character)

    def on_descendant_blur(self) -> None:
        """Stop when the keys were taken away, as by a click into a pane."""
        self._typing = False

    def on_input_changed(self, event: Input.Changed) -> None:
        """Filter as it is typed."""
        event.stop()
        self.post_message(self.Changed(self._pane, event.value))
