"""The last line: what the keys do here, or a message, which may take a few."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.message import Message
from textual.strip import Strip

from ...text import paragraph, visible, width
from ..facts import Line
from ..keys.registry import Hint
from .lineview import LineView

_GAP = 3
_KEPT = 2
"""The hints that stay beside a message: help and quit."""

_LINES = 3
"""As many lines a message takes at most."""


class Footer(LineView):
    """Hints from the registry; a message takes their place for a while."""

    class Clicked(Message):
        """A hint was clicked: the same as its key."""

        def __init__(self, action_id: str) -> None:
            super().__init__()
            self.action_id = action_id

    def __init__(self, *, ascii_only: bool, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._ascii = ascii_only
        self._hints: Sequence[Hint] = ()
        self._notice = ""
        self._notice_style = ""
        self._spans: list[tuple[int, int, str]] = []
        self._texts: list[str] = []
        self._height = 1

    @property
    def notice(self) -> str:
        """The message shown, or nothing."""
        return self._notice

    def show_hints(self, hints: Sequence[Hint]) -> None:
        """Show what the keys do; the most important first."""
        if list(hints) != list(self._hints):
            self._hints = hints
            self.refresh()

    def show_notice(self, text: str, style: str = "") -> None:
        """Show a message (any text) until the next one, or nothing."""
        if (text, style) != (self._notice, self._notice_style):
            self._notice, self._notice_style = text, style
            self._grow(self.size.width)
            self.refresh()

    def on_resize(self, event: events.Resize) -> None:
        """Give a message the lines that it takes now."""
        self._grow(event.size.width)

    def _grow(self, columns: int) -> None:
        """Be as high as the message is: what it says last is often what to do."""
        self._texts = paragraph(self._notice, columns - 2, _LINES, ascii_only=self._ascii)
        height = max(len(self._texts), 1)
        if self._height != height:
            self._height = height
            self.styles.height = height

    def render_line(self, y: int) -> Strip:
        """Draw the line."""
        columns = self.size.width
        if y and y < len(self._texts):
            return self.strip([(" " + self._texts[y], self._notice_style)], columns)
        if y:
            return self.strip([], columns)
        self._spans = []
        if not self._notice:
            return self.strip(self._line(self._fitting(columns - 1), 1), columns)
        kept = list(self._hints[:_KEPT])
        room = columns - 1 - _GAP - _width(kept)
        notice = visible((self._texts or [""])[0], columns - 2, ascii_only=self._ascii)
        line: Line = [(" " + notice, self._notice_style)]
        used = width(notice) + 1
        if width(notice) <= room - 1 and len(self._texts) < 2:
            blank = columns - used - _width(kept) - 1
            line += [(" " * blank, ""), *self._line(kept, used + blank, lead=False)]
        return self.strip(line, columns)

    def _fitting(self, columns: int) -> list[Hint]:
        """Return as many hints as fit, in the order of reading: help and quit last."""
        chosen: list[Hint] = []
        for hint in self._hints:
            if _width([*chosen, hint]) > columns:
                break
            chosen.append(hint)
        return chosen[_KEPT:] + chosen[:_KEPT]

    def _line(self, hints: Sequence[Hint], start: int, *, lead: bool = True) -> Line:
        line: Line = [(" ", "")] if lead else []
        x = start
        for number, hint in enumerate(hints):
            if number:
                line.append((" " * _GAP, ""))
                x += _GAP
            dimmed = bool(hint.obstacle)
            line += [(hint.key, "muted" if dimmed else "key"), (f" {hint.action.name}", "muted")]
            end = x + len(hint.key) + 1 + len(hint.action.name)
            self._spans.append((x, end, hint.action.id))
            x = end
        return line

    def on_click(self, event: events.Click) -> None:
        """Do what the hint under the mouse says."""
        for start, end, action_id in self._spans:
            if start <= event.x < end:
                self.post_message(self.Clicked(action_id))


def _width(hints: Sequence[Hint]) -> int:
    texts = sum(len(h.key) + 1 + len(h.action.name) for h in hints)
    return texts + _GAP * max(0, len(hints) - 1)
