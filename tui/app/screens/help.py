"""The keys that work here, made from the registry of actions."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.screen import ModalScreen

from ...text import width
from ...words import signs
from ..actions import Hint, Registry, Situation
from ..facts import Line
from ..widgets.overview import Overview

_CLOSING = frozenset({"escape", "q", "question_mark", "f1", "enter", "ctrl+c"})


class Help(ModalScreen[None]):
    """Every action of the pane, by section; what can't act now is dimmed and says why."""

    def __init__(self, registry: Registry, situation: Situation, *, ascii_only: bool) -> None:
        super().__init__(classes="-ascii" if ascii_only else None)
        self._ascii_only = ascii_only
        self._closed = False
        self._registry = registry
        self._situation = situation

    def compose(self) -> ComposeResult:
        """Make the one widget: lines that scroll."""
        view = Overview(id="help")
        view.more_text = signs(self._ascii_only).more + " more"
        view.border_title = Content(f"Keys in {self._situation.pane}")
        view.border_subtitle = Content("esc closes")
        yield view

    def on_mount(self) -> None:
        """Fill it."""
        lines = help_lines(self._registry.help(self._situation))
        view = self.query_one(Overview)
        view.styles.height = min(len(lines) + 3, self.app.size.height - 2)
        view.show(lambda _columns: lines, from_top=True)
        view.focus()

    def on_key(self, event: events.Key) -> None:
        """Scroll with the keys that move, close with the others that are expected to."""
        event.stop()
        event.prevent_default()
        if event.key in _CLOSING:
            if not self._closed:  # a second key may be on its way already
                self._closed = True
                self.dismiss()
            return
        action = self._registry.for_key(event.key, self._situation.pane)
        view = self.query_one(Overview)
        moves = {"move.down": 1, "move.up": -1, "move.top": -(10**6), "move.bottom": 10**6}
        pages = {"move.half_down": 0.5, "move.half_up": -0.5, "move.page_down": 1.0, "move.page_up": -1.0}
        if action and action.id in moves:
            view.step(moves[action.id])
        elif action and action.id in pages:
            view.step(int(view.page * pages[action.id]))


def help_lines(sections: dict[str, list[Hint]]) -> list[Line]:
    """Return the help as lines."""
    keys = max((width(hint.action.shown_keys) for hints in sections.values() for hint in hints), default=0)
    lines: list[Line] = []
    for title, hints in sections.items():
        lines += [[], [(title, "title")]]
        for hint in hints:
            line: Line = [(hint.action.shown_keys.ljust(keys + 2), "muted" if hint.obstacle else "key")]
            line.append((hint.action.description, "muted" if hint.obstacle else ""))
            if hint.obstacle:
                line.append((f" ({hint.obstacle})", "warning"))
            lines.append(line)
    return lines
