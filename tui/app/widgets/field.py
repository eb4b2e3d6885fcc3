"""A line of text that is typed, fed key by key: what is typed goes through one queue, and keeps its order."""

from __future__ import annotations

from textual import events
from textual.binding import BindingsMap
from textual.widgets import Input

from ...text import visible
from ..guarded import Guarded

_PASTED_MAX = 2000


class Field(Guarded, Input):
    """Textual's text field without a blinking cursor, each blink of which would send a kilobyte.

    Nothing is left to its own way of finding out what a key does, which takes longer for some keys than for others.
    """

    def __init__(self, value: str = "", *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(value, id=id, classes="field", compact=True, select_on_focus=False)
        self.cursor_blink = False
        self._editing = BindingsMap(Input.BINDINGS)

    async def feed(self, event: events.Key | events.Paste) -> None:
        """Do what a key means while typing, or put in what was pasted: of several lines the first, made safe.

        The field draws what it holds as it is: an escape sequence in it would reach the terminal.
        """
        if isinstance(event, events.Paste):
            self.insert_text_at_cursor(visible("".join(event.text.splitlines()[:1]), _PASTED_MAX))
        elif event.is_printable and event.character:
            self.insert_text_at_cursor(event.character)
        else:
            for binding in self._editing.key_to_bindings.get(event.key, ()):
                if binding.action != "submit":
                    await self.run_action(binding.action)
