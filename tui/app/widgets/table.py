"""A table of any length: only the rows that are seen are ever made.

Rows come from a sequence, the order from a list of places in it (so filtering and sorting move numbers,
not rows). A move repaints two lines; the page follows the cursor, which is always on it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from textual import events
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip

from ...text import visible, width
from ...words import Signs, signs
from ..columns import GAP, Column, Look, choose
from ..facts import Line
from .lineview import Scroller

_CACHED = 500
_MARGIN = 2
"""Cells before the first column: where the signs of cursor and mark stand."""


class VirtualTable(Scroller):
    """A list with columns, a cursor and no scrollbar."""

    class Moved(Message):
        """The cursor is on another row, or on the same row of other data."""

        def __init__(self, table: VirtualTable) -> None:
            super().__init__()
            self.table = table

        @property
        def control(self) -> VirtualTable:
            """The table, for ``@on`` selectors."""
            return self.table

        def can_replace(self, message: Message) -> bool:
            """Only the last place matters."""
            return isinstance(message, VirtualTable.Moved) and message.table is self.table

    class Chosen(Moved):
        """A row was clicked twice."""

    def __init__(self, look: Look, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.look = look
        self.rows: Sequence[Any] = ()
        self.order: Sequence[int] = range(0)
        self.empty_text = ""
        self.is_marked: Callable[[Any], bool] = lambda _row: False
        """Says of a row whether it has a mark, which is shown before it."""
        self._columns: Sequence[Column] = ()
        self._shown_columns: list[Column] = []
        self._cursor = 0
        self._top = 0
        self._strips: dict[int, Strip] = {}
        self._told = ""
        self._total = 0
        self._to_end = False
        self._laid_out_for = Size(-1, -1)

    # -- what is shown ---------------------------------------------------------------------------

    def show(
        self,
        rows: Sequence[Any],
        columns: Sequence[Column],
        order: Sequence[int],
        cursor: int,
        *,
        hold: bool = False,
        total: int = 0,
    ) -> None:
        """Show other data with the cursor at place ``cursor`` of ``order``.

        ``hold`` keeps the cursor's row where it is on the screen, unless the list is seen from its top.
        ``total`` is how many rows there will be, when the last ones are still to come.
        """
        height = self._cursor - self._top
        self._total = max(total, len(order))
        if self._to_end and hold and self._total == len(order):
            cursor, self._to_end = self._total - 1, False
        self.rows, self.order, self._columns = rows, order, columns
        self._cursor = self._clamped(cursor)
        if not hold:
            self._top = 0
        elif self._top:
            self._top = self._cursor - height
        self._lay_out()
        self.refresh()

    def redraw_rows(self) -> None:
        """Draw every row again, since marks have changed."""
        self._strips.clear()
        self.refresh()

    def set_look(self, look: Look) -> None:
        """Show ages of another moment."""
        self.look = look
        self._lay_out()
        self.refresh()

    @property
    def cursor(self) -> int:
        """The place of the cursor in ``order``."""
        return self._cursor

    @property
    def selected(self) -> Any | None:
        """The row under the cursor; None in an empty table."""
        return self.rows[self.order[self._cursor]] if len(self.order) else None

    @property
    def page(self) -> int:
        """How many rows are seen at once; the headings take a line."""
        return max(1, self.size.height - 1)

    @property
    def top(self) -> int:
        """The place of the first row that is seen."""
        return self._top

    # -- moving ----------------------------------------------------------------------------------

    def step(self, lines: int) -> None:
        """Move the cursor."""
        self.move_to(self._cursor + lines)

    def to_bottom(self) -> None:
        """Go to the last row; once it is there if it is still to come."""
        super().to_bottom()
        self._to_end = self._total > len(self.order)

    def move_to(self, place: int) -> None:
        """Put the cursor at a place, or as near as there is one."""
        self._to_end = False
        before, self._cursor = self._cursor, self._clamped(place)
        if before == self._cursor:
            return
        self._tell_where()
        if self._follow():
            self.refresh()
        else:
            # Row lines are below the headings; those say where we are, so they change as well.
            lines = (0, before - self._top + 1, self._cursor - self._top + 1)
            self.refresh(*(self.row_region(y) for y in lines if 0 <= y <= self.page))
        self.post_message(self.Moved(self))

    def _clamped(self, place: int) -> int:
        return max(0, min(place, len(self.order) - 1))

    def _follow(self) -> bool:
        """Bring the cursor onto the page; say whether the page moved."""
        last_top = max(0, len(self.order) - self.page)
        top = min(max(self._top, self._cursor - self.page + 1), self._cursor, last_top)
        moved, self._top = top != self._top, max(0, top)
        return moved

    # -- drawing ---------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self._laid_out_for = self.size
        self._shown_columns = choose(self._columns, self.size.width - _MARGIN - 1)
        self._strips.clear()
        self._follow()
        self._tell_where()

    def on_resize(self, _event: events.Resize) -> None:
        """Choose columns again; the cursor stays on its row."""
        if self._laid_out_for != self.size:
            self._lay_out()
            self.refresh()

    def notify_style_update(self) -> None:
        """Draw again in other colours."""
        self._strips.clear()
        super().notify_style_update()

    def render_line(self, y: int) -> Strip:
        """Draw the headings or a row."""
        if self._laid_out_for != self.size:
            # The first frame is drawn before the resize is told; without this there would be a second one.
            self._lay_out()
        columns = self.size.width
        if y == 0:
            return self._headings(columns)
        place = self._top + y - 1
        if place >= len(self.order):
            if y == 2 and not len(self.order):
                shown = visible(self.empty_text, columns - _MARGIN, ascii_only=self.look.ascii_only)
                return self.strip([(" " * _MARGIN + shown, "muted")], columns)
            return self.strip([], columns)
        if place == self._cursor:
            line = self._line(place, self._signs.cursor)
            return self.strip(line, columns, "cursor" if self.has_focus else "cursor-idle")
        strip = self._strips.get(place)
        if strip is None:
            if len(self._strips) > _CACHED:
                self._strips.clear()
            strip = self._strips[place] = self.strip(self._line(place, " "), columns)
        return strip

    @property
    def _signs(self) -> Signs:
        return signs(self.look.ascii_only)

    def _line(self, place: int, sign: str) -> Line:
        row = self.rows[self.order[place]]
        line: Line = [(sign, ""), (self._signs.mark, "accent") if self.is_marked(row) else (" ", "")]
        for number, column in enumerate(self._shown_columns):
            if number:
                line.append((" " * GAP, ""))
            line.append(column.show(row, self.look))
        return line

    @property
    def _where(self) -> str:
        """Say where in a long list we are: there is no scrollbar to tell."""
        return f"{self._cursor + 1:,} of {self._total:,}" if self._total > self.page else ""

    @property
    def _framed(self) -> bool:
        return self.styles.border_bottom[0] not in ("", "none")

    def _tell_where(self) -> None:
        # In the frame where there is one, else beside the headings, if those leave room.
        # Before the first layout no page is known; what is longer than the window is long on any.
        known = self.size.height or self._total > self.app.size.height
        where = self._where if self._framed and known else ""
        if where != self._told:
            self._told = where
            self.border_subtitle = Content(where) if where else None

    def _headings(self, columns: int) -> Strip:
        titles = (" " * GAP).join(column.heading(self.look) for column in self._shown_columns)
        text = (" " * _MARGIN + titles).rstrip()
        blank = columns - width(text) - len(self._where) - 1
        if blank > 1 and not self._framed:
            text += " " * blank + self._where
        return self.strip([(text, "heading")], columns)

    # -- mouse -----------------------------------------------------------------------------------

    def on_click(self, event: events.Click) -> None:
        """Select the row that was clicked; a second click opens it."""
        offset = event.get_content_offset(self)
        if offset is None or offset.y < 1:
            return
        place = self._top + offset.y - 1
        if place < len(self.order):
            self.move_to(place)
            if event.chain == 2:
                self.post_message(self.Chosen(self))
