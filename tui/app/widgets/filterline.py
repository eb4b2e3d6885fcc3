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
from ..keys.pane import Pane
from ..memory import QUERIES
from .lineview import Bar

if TYPE_CHECKING:
    from textual.timer import Timer
    from textual.widgets import Input

    from ....store import Completion
    from ....store.errors import QueryError
    from ..facts import Line
    from ..memory import Memory
    from .field import Field
    from .ghost import Ghost

STEPS = {"down": 1, "up": -1, "pagedown": 10, "pageup": -10, "ctrl+n": 1, "ctrl+p": -1}
"""Keys that move in the list while a filter is typed, and by how many lines; the arrows go to earlier queries, too."""

_PATIENCE_SECONDS = 0.5
"""How long tab waits for the store to say what the text could go on with."""

_KEYS, _KEPT = "enter keeps, esc clears", "esc clears"
_NARROW, _WIDE = 22, 46
"""Columns for how many lines are let through, without and with what the keys do."""


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

    class Ready(Message):
        """What tab waited for has come, or won't: keys can go on."""

    def __init__(self, memory: Memory, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._memory = memory
        self._earlier: list[str] = []
        self._at = 0
        """Which of the earlier queries is shown; past the last one for what was typed."""
        self._draft = ""
        self._below = 0
        """How many lines down the list the keys went since something was typed."""
        self._pane = Pane.VERSIONS
        self._input: Field | None = None
        self._ghost: Ghost | None = None
        self._line = Widget(id="filter-line")
        self._prompt = Bar(id="filter-prompt")
        self._count = Bar(id="filter-count")
        self._advice = Bar(id="filter-advice")
        self._typing = False
        self._waiting: Timer | None = None
        self._wrong = False
        self._told = (0, 0)
        self._has_keys = True
        """Whether the pane that it filters has the keys, so that esc clears it."""

    @property
    def typing(self) -> bool:
        """Whether the keys are for the text field."""
        return self._typing

    @property
    def typed(self) -> str:
        """What was typed."""
        return self._input.value if self._input else ""

    @property
    def waiting(self) -> bool:
        """Whether tab waits for what it could complete: keys that come now must wait, too."""
        return self._waiting is not None

    async def open(self, pane: Pane, query: str) -> None:
        """Take the keys, to filter ``pane``."""
        self._pane = pane
        self._typing = self._has_keys = True
        self._earlier = self._memory.recall(QUERIES) if pane is Pane.VERSIONS else []
        self._at, self._below = len(self._earlier), 0
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

    async def _make_field(self, query: str) -> Field:
        from .field import Field
        from .ghost import Ghost

        self._ghost = Ghost()
        field = Field(query, id="filter-input")
        self._input = field
        await self.mount(self._line, self._advice)
        await self._line.mount(self._prompt, field, self._count)
        return field

    def leave(self, pane: Pane) -> None:
        """Hide, if it is this pane's filter that is seen."""
        if pane is self._pane:
            self._stop_typing()
            self._empty()

    def _stop_typing(self) -> None:
        self._typing = self._advice.display = False

    def _empty(self) -> None:
        self.display = False
        if self._input:
            # Before what it held last is told: a message of that may still be on its way.
            with self.prevent(self._input.Changed):
                self._input.value = ""

    def tell(self, found: int, total: int) -> None:
        """Say how many lines are let through."""
        self._told = (found, total)
        self._show_count()

    def follow(self, pane: Pane) -> None:
        """Say what esc does here only while it does: while ``pane``, which has the keys, is the one that is filtered."""
        if self._has_keys is not (pane is self._pane):
            self._has_keys = not self._has_keys
            self._show_count()

    def _show_count(self) -> None:
        found, total = self._told
        told, style = f"{count(found)} of {count(total)}", "muted"
        if self._wrong:
            told, style = "not a query", "warning"
        advising = bool(self._advice.display)
        # What the keys do stands below then: a query needs the room.
        self._count.styles.width = _NARROW if advising else _WIDE
        keys = _KEYS if self._typing else _KEPT if self._has_keys else ""
        self._count.show(([], [(f"{told} " if advising or not keys else f"{told}   {keys} ", style)]))

    def advise(
        self,
        query: str,
        problem: QueryError | None = None,
        completions: Sequence[Completion] = (),
        reason: str = "",
    ) -> None:
        """Say what is wrong with the query, if it is still the one in the field, or how it could go on.

        ``reason`` says why it finds nothing.
        """
        field, ghost = self._input, self._ghost
        if field is None or ghost is None or field.value != query:
            return
        self._wrong = problem is not None and not problem.incomplete
        ghost.offer(query, completions)
        if self._waiting:
            self._accept()
            self._go_on()
        start = field.region.x if len(query) < field.size.width else None
        ascii_only = self.screen.has_class("-ascii")
        columns = self.app.size.width  # this widget's own is not known before it is first laid out
        said = advice.lines(query, problem, completions, start, columns, ascii_only, reason=reason)
        self._say(said)

    def advise_names(self, query: str, *, found: bool) -> None:
        """Say where queries work when one is typed for the names of models, and finds none."""
        said = None if found else advice.for_names(query, self.app.size.width)
        self._advice.display = said is not None
        self._say([said or []])

    def _say(self, said: Sequence[Line]) -> None:
        self._advice.styles.height = max(len(said), 1)
        keys: Line = [(f"{_KEYS} ", "muted")]
        self._advice.show(*((line, keys if line is said[-1] else []) for line in said))

    async def feed(self, event: events.Key | events.Paste) -> None:
        """Do what a key means while typing, or put in what was pasted.

        Everything comes here in the order in which it was typed.
        """
        field = self._input
        if field is None:
            return
        self._at, self._below = len(self._earlier), 0
        if isinstance(event, events.Paste):
            await field.feed(event)
        elif event.key == "escape":
            self._stop_typing()
            self._empty()
        elif event.key == "enter":
            self._stop_typing()
            self.display = bool(field.value)
            self._show_count()
            if self._pane is Pane.VERSIONS and not self._wrong:
                self._memory.note(QUERIES, field.value)
        elif event.key == "tab":
            self._complete()
        else:
            await field.feed(event)

    def walks(self, key: str) -> bool:
        """Show the query typed before this one, or after it; False when the key moves in the list instead.

        Both lie in one line: above what is typed are the queries of before, below it is the list.
        """
        if key == "up" and not self._below and self._earlier:
            if self._at == len(self._earlier):
                self._draft = self.typed
            self._show_earlier(max(self._at - 1, 0))
            return True
        if key == "down" and self._at < len(self._earlier):
            self._show_earlier(self._at + 1)
            return True
        self._below = max(self._below + STEPS[key], 0)
        return False

    def _show_earlier(self, at: int) -> None:
        self._at = at
        if (field := self._input) is not None:
            field.value = self._earlier[at] if at < len(self._earlier) else self._draft
            field.cursor_position = len(field.value)

    def _complete(self) -> None:
        """Go on as is suggested, now or when the store has said how; do nothing where nothing is suggested."""
        field, ghost = self._input, self._ghost
        if field is None or ghost is None or self._pane is not Pane.VERSIONS:
            return
        if ghost.knows(field.value):
            self._accept()
        else:
            self._waiting = self.set_timer(_PATIENCE_SECONDS, self._go_on)

    def _go_on(self) -> None:
        if self._waiting:
            self._waiting.stop()
            self._waiting = None
            self.post_message(self.Ready())

    def _accept(self) -> None:
        field, ghost = self._input, self._ghost
        if field and ghost and (whole := ghost.offered(field.value)):
            field.value = whole
            field.cursor_position = len(whole)

    def on_descendant_blur(self) -> None:
        """Stop when the keys were taken away, as by a click into a pane."""
        # Asked now: the field may have been opened again since. A terminal that is left focuses nothing at all.
        if self.screen.focused not in (None, self._input):
            self._stop_typing()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Filter as it is typed."""
        event.stop()
        # By what it holds now: the filter may have been cleared since, or opened for another pane.
        self.post_message(self.Changed(self._pane, event.input.value))
