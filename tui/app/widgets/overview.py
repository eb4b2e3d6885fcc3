"""The overview: everything known about the selected version, scrolled by lines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from textual.strip import Strip

from ..facts import Line
from .lineview import Scroller

Maker: TypeAlias = Callable[[int], Sequence[Line]]
"""Makes the lines for a width in cells; called again when the width changes."""


class Overview(Scroller):
    """Lines that scroll. What they say is decided by ``facts``."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._make: Maker = lambda _columns: ()
        self._made_for = -1
        self._lines: Sequence[Line] = ()
        self._top = 0

    more_text = "↓ more"
    """What the last line says while there is more below."""

    @property
    def columns(self) -> int:
        """How many cells a line has."""
        return max(20, self.size.width - 2)

    @property
    def top(self) -> int:
        """The first line that is seen."""
        return self._top

    def show(self, make: Maker, *, from_top: bool) -> None:
        """Show other lines, from the first or from where we are."""
        self._make = make
        self._make_lines()
        self._top = self._first_top if from_top else min(self._top, self._last_top)
        self.refresh()

    @property
    def _first_top(self) -> int:
        """The top of all, unless the line to be in sight is further down: then that stands in the middle."""
        focus = getattr(self._lines, "focus", 0)
        height = self.size.height
        return 0 if focus < height - 1 else min(focus - height // 2, self._last_top)

    @property
    def _last_top(self) -> int:
        return max(0, len(self._lines) - self.size.height)

    def step(self, lines: int) -> None:
        """Scroll."""
        top = max(0, min(self._top + lines, self._last_top))
        if top != self._top:
            self._top = top
            self.refresh()

    def _make_lines(self) -> None:
        self._made_for = self.columns
        self._lines = self._make(self.columns)
        self._top = min(self._top, self._last_top)

    def render_line(self, y: int) -> Strip:
        """Draw one line, a cell in from the edge."""
        # Asked here and not on a resize: a pane that was hidden gets its width without one.
        if self._made_for != self.columns:
            self._make_lines()
        columns = self.size.width
        number = self._top + y
        if y == self.size.height - 1 and number < len(self._lines) - 1:
            return self._more(columns)
        if number >= len(self._lines) or not self._lines[number]:
            return self.strip([], columns)
        return self.strip([(" ", ""), *self._lines[number]], columns)

    def _more(self, columns: int) -> Strip:
        return self.strip([(" " + self.more_text, "muted")], columns)
