"""Lines between which a cursor moves from thing to thing, such as the nodes of a lineage."""

from __future__ import annotations

from bisect import bisect_right
from typing import Any

from textual import events
from textual.message import Message
from textual.strip import Strip

from ..facts.lines import Stops
from .overview import Maker, Overview


class NodeView(Overview):
    """Lines with a cursor, where they have places for one; else they scroll."""

    class Chosen(Message):
        """A node was clicked twice."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._cursor = 0
        self._unplaced = False
        self.cursor_sign = "▸"

    @property
    def _stops(self) -> Stops | None:
        return self._lines if isinstance(self._lines, Stops) and self._lines.stops else None

    @property
    def place(self) -> Any | None:
        """What the cursor is on; None where there is nothing to be on."""
        stops = self._stops
        return stops.things[self._cursor] if stops else None

    @property
    def page(self) -> int:
        """How many things are seen at once, about."""
        stops = self._stops
        if stops is None:
            return super().page
        return max(1, self.size.height * len(stops.stops) // len(stops))

    def show(self, make: Maker, *, from_top: bool) -> None:
        """Show other lines. The cursor stays on its thing, or goes to the one to be in sight (``from_top``)."""
        super().show(make, from_top=from_top)
        self._unplaced = not self.size.height and (from_top or self._unplaced)
        if stops := self._stops:
            if from_top:
                self._cursor = stops.home
            self._bring_into_sight(stops)

    def _make_lines(self) -> None:
        before = self._stops
        super()._make_lines()
        if stops := self._stops:
            self._cursor = stops.follow(before, self._cursor) if before else stops.home

    def step(self, lines: int) -> None:
        """Move the cursor by as many things; past the last one the lines scroll as far as there are some."""
        stops = self._stops
        if stops is None or not self._move_to(self._cursor + lines):
            super().step(lines)

    def _move_to(self, place: int) -> bool:
        stops = self._stops
        if stops is None:
            return False
        before, self._cursor = self._cursor, max(0, min(place, len(stops.stops) - 1))
        if before == self._cursor:
            return False
        if self._bring_into_sight(stops):
            self.refresh()
        else:
            rows = (stops.stops[each] - self._top for each in (before, self._cursor))
            self.refresh(*(self.row_region(y) for y in rows if 0 <= y < self.size.height))
        return True

    def _bring_into_sight(self, stops: Stops) -> bool:
        """Scroll until all lines of the thing under the cursor are seen; say whether that took anything."""
        first = stops.stops[self._cursor]
        after = stops.stops[self._cursor + 1] if self._cursor + 1 < len(stops.stops) else len(stops)
        before, height = self._top, self.size.height
        if self._cursor == 0 and after <= height - 1:
            self._top = 0  # what stands above the first thing can't be gone to
        elif first < self._top:
            self._top = first
        elif after > self._top + height - 1:  # the last line says that there is more
            self._top = min(after - height + 1, first, self._last_top)
        self._top = max(0, self._top)
        return self._top != before

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        if self._unplaced:  # only now there is a height to place it in
            self._unplaced, self._top = False, self._first_top
        strip = super().render_line(y)
        stops, columns = self._stops, self.size.width
        number = self._top + y
        if stops is None or number != stops.stops[self._cursor]:
            return strip
        if y == self.size.height - 1 and number < len(stops) - 1:
            return strip  # it says that there is more
        line = [(self.cursor_sign, ""), *stops[number]]
        return self.strip(line, columns, "cursor" if self.has_focus else "cursor-idle")

    def on_click(self, event: events.Click) -> None:
        """Go to the node that was clicked; a second click enters it."""
        offset, stops = event.get_content_offset(self), self._stops
        if offset is None or stops is None or self._top + offset.y >= len(stops):
            return
        place = bisect_right(stops.stops, self._top + offset.y) - 1
        if place >= 0:
            self._move_to(place)
            if event.chain == 2:
                self.post_message(self.Chosen())
