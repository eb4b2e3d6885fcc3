"""The lines above the footer: what of a person's settings can't be, what Production stands on that ends, and to a newcomer the keys that matter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ...text import visible, width
from ..facts import Line
from ..memory import HINTS
from ..widgets.lineview import Bar

if TYPE_CHECKING:
    from .main import MainScreen

_MOST = 6
"""As many problems are named on the screen; mvtui doctor names all."""

_AWAY, _AWAY_SHORT = "  esc takes this away", "  esc hides"
"""How it is taken away: in a few words where what it says needs the room."""

_LONGEST = 400
"""Cells of a warning that any window might show."""

_HINT = "the keys that matter"
_HINT_KEYS = 8
"""After so many keys a newcomer isn't one."""

_MATTER = {
    "stage.promote": "promotes",
    "stage.rollback": "rolls back",
    "list.filter": "filters",
    "app.palette": "finds anything",
    "app.help": "all keys",
}


class Remarks:
    """What stands above the footer, until it is taken away."""

    def __init__(self, screen: MainScreen) -> None:
        self._screen = screen
        self.bar = Bar(id="remarks")
        self.bar.display = False
        self._problems: list[str] = []
        self._warnings: list[str] = []
        self._warned: set[str] = set()
        self._keys_left = 0

    @property
    def seen(self) -> bool:
        """Whether something stands there until it is taken away: the keys that matter go by themselves."""
        return bool(self._problems or self._warnings)

    def warnings(self, told: Sequence[str]) -> None:
        """Warn of what Production stands on; of each thing once, until it is another one."""
        left = [text for text in told if text in self._warnings or text not in self._warned]
        if left != self._warnings:
            self._warnings = left
            self._warned.update(told)
            self.show()

    def problems(self, problems: list[str]) -> None:
        """Name what of the settings can't be."""
        self._problems = list(problems)
        self.show()

    def welcome(self) -> None:
        """Tell the keys that matter, if whoever looks was never told before."""
        if _HINT not in self._screen.memory.recall(HINTS) and not self._problems:
            self._keys_left = _HINT_KEYS
            self.show()

    def pressed(self) -> None:
        """Count a key: a few, and the hint was seen."""
        if self._keys_left:
            self._keys_left -= 1
            if not self._keys_left:
                self._hint_seen()

    def escaped(self) -> None:
        """Take the keys that matter away, which cost no esc of their own: who presses it knows one that does."""
        if self._keys_left:
            self._hint_seen()

    def dismiss(self) -> None:
        """Take it away."""
        self._problems, self._warnings = [], []
        self.show()

    def _hint_seen(self) -> None:
        self._keys_left = 0
        self._screen.memory.note(HINTS, _HINT)
        self.show()

    def show(self) -> None:
        """Draw it for the window as it is."""
        lines = self._lines(self._screen.app.size.width)
        self.bar.styles.height = max(len(lines), 1)
        self.bar.show(*((line, []) for line in lines))
        if self.bar.display is not bool(lines):
            self.bar.display = bool(lines)
            self._screen.call_after_refresh(self._screen.show_all)

    def _lines(self, columns: int) -> list[Line]:
        if self._problems:
            return self._named(columns)
        lines = [self._warning(columns)] if self._warnings else []
        return [*lines, self._hint(columns)] if self._keys_left else lines

    def _warning(self, columns: int) -> Line:
        """Return the first warning, on one line: there may be no more than 24."""
        sign, more = self._screen.signs.overridden, len(self._warnings) - 1
        behind = f"  {more} more: mvtui doctor" if more else ""
        lead, whole = f" {sign} ", visible(self._warnings[0], _LONGEST, ascii_only=self._screen.ascii_only)
        room = columns - width(lead) - width(behind) - 1
        away = _AWAY if width(whole) + width(_AWAY) <= room else _AWAY_SHORT
        text = visible(whole, max(room - width(away), 8), ascii_only=self._screen.ascii_only)
        return [(lead + text, "warning"), (behind, "muted"), (away, "muted")]

    def _named(self, columns: int) -> list[Line]:
        ascii_only, signs = self._screen.ascii_only, self._screen.signs
        every = [(signs.bad, text) for text in self._problems]
        every += [(signs.overridden, text) for text in self._warnings]
        shown = every[:_MOST]
        lines: list[Line] = [
            [(f" {sign} " + visible(text, columns - 4, ascii_only=ascii_only), "warning")]
            for sign, text in shown
        ]
        more = len(every) - len(shown)
        told = f"   {more} more: mvtui doctor names them all; " if more else "   "
        return [*lines, [(told + "esc takes this away", "muted")]]

    def _hint(self, columns: int) -> Line:
        """Return as many of the keys as there is room for."""
        registry = self._screen.registry
        line: Line = [(" New here?", "accent")]
        for action_id, does in _MATTER.items():
            if keys := registry.get(action_id).keys_shown:
                pieces: Line = [("  " + keys[0], "key"), (" " + does, "muted")]
                if sum(width(text) for text, _ in (*line, *pieces)) < columns:
                    line += pieces
        return line
