"""The keys that work here, made from the registry of actions."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.screen import ModalScreen

from ...text import fit, paragraph, width
from ...words import signs
from ..facts import Line
from ..guarded import Guarded
from ..keys.registry import Hint, Registry, Situation
from ..widgets.overview import Overview

_CLOSING = frozenset({"escape", "q", "question_mark", "f1", "enter", "ctrl+c"})

_WIDEST = 96
_FRAME = 6
"""Columns of frame, padding and margins."""

_KEYS = 20
_LINES = 4


class Help(Guarded, ModalScreen[None]):
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
        view = self.query_one(Overview)
        self._fill()
        view.focus()

    def on_resize(self, _event: events.Resize) -> None:
        """Fill it for the new size."""
        self._fill()

    def _fill(self) -> None:
        sections = self._registry.help(self._situation)
        width, height = self.app.size
        lines = help_lines(sections, min(width * 96 // 100, _WIDEST) - _FRAME)
        view = self.query_one(Overview)
        view.styles.height = min(len(lines) + 3, height - 2)
        view.show(lambda columns: help_lines(sections, columns), from_top=False)

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
        if action and action.id == "app.help" and not self._closed:
            self._closed = True
            self.dismiss()
        view = self.query_one(Overview)
        moves = {"move.down": 1, "move.up": -1, "move.top": -(10**6), "move.bottom": 10**6}
        pages = {"move.half_down": 0.5, "move.half_up": -0.5, "move.page_down": 1.0, "move.page_up": -1.0}
        if action and action.id in moves:
            view.step(moves[action.id])
        elif action and action.id in pages:
            view.step(int(view.page * pages[action.id]))


def help_lines(sections: dict[str, list[Hint]], columns: int) -> list[Line]:
    """Return the help as lines; what doesn't fit on one goes on below."""
    widest = max((width(hint.action.shown_keys) for hints in sections.values() for hint in hints), default=0)
    keys = min(widest, _KEYS) + 2
    lines: list[Line] = []
    for title, hints in sections.items():
        lines += [[], [(title, "title")]]
        for hint in hints:
            told = _told(hint, max(columns - keys, 2))
            shown = fit(hint.action.shown_keys, keys - 2) + "  "
            lines.append([(shown, "muted" if hint.obstacle else "key"), *told[0]])
            lines += [[(" " * keys, ""), *line] for line in told[1:]]
    return lines


def _told(hint: Hint, room: int) -> list[Line]:
    """Return what an action does, and what stands in its way."""
    style = "muted" if hint.obstacle else ""
    lines: list[Line] = [[(text, style)] for text in paragraph(hint.action.description, room, _LINES)] or [[]]
    if hint.obstacle:
        why = f"({hint.obstacle})"
        if sum(width(text) for text, _ in lines[-1]) + 1 + width(why) <= room:
            lines[-1].append((f" {why}", "warning"))
        else:
            lines += [[(text, "warning")] for text in paragraph(why, room, _LINES)]
    return lines
