"""The line a filter is typed into. Its parts are made, and the text field loaded, when it is first asked for.

Below it, while a query for versions is typed, stands what it could go on with, or what is wrong with it and where.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import events
from textual.message import Message
from textual.widget import Widget

from ...words import count
from .. import advice
from ..actions import Pane
from .lineview import Bar

if TYPE_CHECKING:
    from textual.widgets import Input

    from ....store import Completion
    from ....store.errors import QueryError
    from .ghost import Ghost

_STEPS = {"down": 1, "up": -1, "pagedown": 10, "pageup": -10, "ctrl+n": 1, "ctrl+p": -1}
_KEYS = "enter keeps, esc clears"
_NARROW, _WIDE = 22, 46
"""Columns for how many lines are let through, without and with what the keys do."""
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
        self._ghost: Ghost | None = None
        self._line = Widget(id="filter-line")
        self._prompt = Bar(id="filter-prompt")
        self._count = Bar(id="filter-count")
        self._advice = Bar(id="filter-advice")
        self._typing = False
        self._wrong = False

    @property
    def typing(self) -> bool:
        """Whether the keys go into the text field, or are on their way to it."""
        return self._typing

    async def open(self, pane: Pane, query: str) -> None:
        """Take the keys, to filter ``pane``."""
        self._pane = pane
        self._typing = True
        self.display = True
        prompt = f" {pane.value.lower()} /"
        self._prompt.styles.width = len(prompt)
        self._prompt.show(([(prompt, "accent")], []))
        field = self._input or await self._make_field(query)
        field.suggester = self._ghost if pane is Pane.VERSIONS else None
        with self.prevent(field.Changed):
            field.value = query
        field.cursor_position = len(query)
        self._advice.display = pane is Pane.VERSIONS
        self.advise(query)
        self.screen.set_focus(field)

    async def _make_field(self, query: str) -> Input:
        from textual.widgets import Input

        from .ghost import Ghost

        self._ghost = Ghost()
        field = Input(query, id="filter-input", compact=True, select_on_focus=False)
        field.cursor_blink = False  # each blink would send a kilobyte
        self._input = field
        await self.mount(self._line, self._advice)
        await self._line.mount(self._prompt, field, self._count)
        return field

    def leave(self, pane: Pane) -> None:
        """Hide, if it is this pane's filter that is seen."""
        self._stop_typing()
        if pane is self._pane:
            self.display = False

    def _stop_typing(self) -> None:
        self._typing = self._advice.display = False

    def tell(self, found: int, total: int) -> None:
        """Say how many lines are let through."""
        told, style = f"{count(found)} of {count(total)}", "muted"
        if self._wrong:
            told, style = "not a query", "warning"
        advising = bool(self._advice.display)
        # What the keys do stands below then: a query needs the room.
        self._count.styles.width = _NARROW if advising else _WIDE
        self._count.show(([], [(f"{told} " if advising else f"{told}   {_KEYS} ", style)]))

    def advise(
        self,
        query: str,
        problem: QueryError | None = None,
        completions: Sequence[Completion] = (),
    ) -> None:
        """Say what is wrong with the query, if it is still the one in the field, or how it could go on."""
        field, ghost = self._input, self._ghost
        if field is None or ghost is None or field.value != query:
            return
        self._wrong = problem is not None and not problem.incomplete
        ghost.offer(query, completions)
        start = field.region.x if len(query) < field.size.width else None
        ascii_only = self.screen.has_class("-ascii")
        columns = self.app.size.width  # this widget's own is not known before it is first laid out
        said = advice.line(query, problem, completions, start, columns, ascii_only)
        self._advice.show((said, [(f"{_KEYS} ", "muted")]))

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
            self._stop_typing()
            self.display = False
            self.post_message(self.Changed(self._pane, ""))
            self.post_message(self.Left())
        elif event.key == "tab" and self._accept():
            pass
        elif event.key in _TAKEN:
            self._stop_typing()
            self.display = bool(self._input and self._input.value)
            self.post_message(self.Left())
        elif self._input and event.is_printable and event.character:
            self._input.insert_text_at_cursor(event.character)

    def _accept(self) -> bool:
        """Go on as is suggested, if anything is."""
        field = self._input
        ghost = self._ghost if self._pane is Pane.VERSIONS else None
        if field is None or ghost is None or not (whole := ghost.offered(field.value)):
            return False
        field.value = whole
        field.cursor_position = len(whole)
        return True

    def on_descendant_blur(self) -> None:
        """Stop when the keys were taken away, as by a click into a pane."""
        self._stop_typing()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Filter as it is typed."""
        event.stop()
        self.post_message(self.Changed(self._pane, event.value))
