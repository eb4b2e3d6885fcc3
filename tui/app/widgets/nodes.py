"""Lines between which a cursor moves from thing to thing, such as the nodes of a lineage."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Any

from textual import events
from textual.message import Message
from textual.strip import Strip

from ..facts import Line
from ..facts.lines import Stops
from .overview import Maker, Overview


class NodeView(Overview):
    """Lines with a cursor, where they have places for one; else they scroll."""

    class Chosen(Message):
        """A node was clicked twice."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._cursor = 0
        self._unplaced = self._from_top = False
        self.cursor_sign = "▸"
        self.always_marked = True
        """Whether the cursor's line stands out also while other panes have the keys."""

    @property
    def shown(self) -> Sequence[Line]:
        """The lines that are shown."""
        return self._lines

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
        if (stops := self._stops) and from_top:
            self._cursor = stops.home
        if self.size.height:
            self._unplaced = False
            if stops:
                self._bring_into_sight(stops)
        else:  # only when it is drawn there is a height to place it in
            self._unplaced, self._from_top = True, from_top or (self._unplaced and self._from_top)

    def _make_lines(self) -> None:
        before = self._stops
        super()._make_lines()
        if stops := self._stops:
            self._cursor = stops.follow(before, self._cursor) if before else stops.home

    def step(self, lines: int) -> None:
        """Move the cursor by as many things; past the last one the lines scroll as far as there are some."""
        stops = self._stops
        if stops is None or self._scrolls(stops, lines) or not self._move_to(self._cursor + lines):
            super().step(lines)

    def go_to_next(self, steps: int, wanted: Callable[[Any], bool]) -> None:
        """Move the cursor to the next thing that is wanted, or the one before (``steps`` -1), if there is one."""
        if stops := self._stops:
            place = self._cursor + steps
            while 0 <= place < len(stops.things) and not wanted(stops.things[place]):
                place += steps
            if 0 <= place < len(stops.things):
                self._move_to(place)

    def go_to(self, wanted: Callable[[Any], bool]) -> None:
        """Move the cursor to the first thing that is wanted, if there is one."""
        if stops := self._stops:
            place = next((at for at, thing in enumerate(stops.things) if wanted(thing)), -1)
            if place >= 0:
                self._move_to(place)

    def _scrolls(self, stops: Stops, lines: int) -> bool:
        """Say whether a step only scrolls: a thing of more lines than there is room for is gone through first."""
        if abs(lines) != 1 or not self.size.height:
            return False
        first, after = stops.stops[self._cursor], self._end(stops)
        if after - first < max(self.size.height, 2):
            return False
        return after > self._top + self.size.height - 1 if lines > 0 else first < self._top

    def _end(self, stops: Stops) -> int:
        return stops.stops[self._cursor + 1] if self._cursor + 1 < len(stops.stops) else len(stops)

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
        after = self._end(stops)
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
        if self._unplaced:
            self._unplaced = False
            if self._from_top:
                self._top = self._first_top
            if stops := self._stops:
                self._bring_into_sight(stops)
        strip = super().render_line(y)
        stops, columns = self._stops, self.size.width
        number = self._top + y
        if stops is None or number != stops.stops[self._cursor]:
            return strip
        if not (self.always_marked or self.has_focus):
            return strip
        if y == self.size.height - 1 and number < len(stops) - 1:
            return strip  # it says that there is more
        line = [(self.cursor_sign if self.always_marked else " ", ""), *stops[number]]
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
