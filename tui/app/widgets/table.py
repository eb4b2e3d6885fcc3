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
from ..facts import Line
from ..tables.columns import Column, Laid, Look, lay_out, titles
from .lineview import Scroller

_CACHED = 500
_MARGIN = 2
"""Cells before the first column: where the signs of cursor and mark stand."""

_MORE = 2
_LEFT, _RIGHT = "<", ">"
"""Signs that there are more columns; the keys that go there, too."""


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

    class TitleClicked(Message):
        """The title of a column was clicked."""

        def __init__(self, table: VirtualTable, column: Column) -> None:
            super().__init__()
            self.table = table
            self.column = column

        @property
        def control(self) -> VirtualTable:
            """The table, for ``@on`` selectors."""
            return self.table

    def __init__(self, look: Look, *, scrolls: bool = False, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.look = look
        self.scrolls = scrolls
        """Whether there are keys for columns that have no room, so that their sign is worth a cell."""
        self.rows: Sequence[Any] = ()
        self.order: Sequence[int] = range(0)
        self.empty_text = ""
        self.is_marked: Callable[[Any], bool] = lambda _row: False
        """Says of a row whether it has a mark, which is shown before it."""
        self._columns: Sequence[Column] = ()
        self._laid = Laid([], 0, 0)
        self._cursor = 0
        self._top = 0
        self._first = 0
        """How many columns are scrolled past."""
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
        self.rows, self.order = rows, order
        self._take_columns(columns)
        self._cursor = self._clamped(cursor)
        if not hold:
            self._top = 0
        elif self._top:
            self._top = self._cursor - height
        self._lay_out()
        self.refresh()

    def show_columns(self, columns: Sequence[Column]) -> None:
        """Show the same rows in other columns."""
        self._take_columns(columns)
        self._lay_out()
        self.refresh()

    def _take_columns(self, columns: Sequence[Column]) -> None:
        if [column.name for column in columns] != [column.name for column in self._columns]:
            self._first = 0
        self._columns = columns

    def scroll_columns(self, steps: int) -> bool:
        """Show columns further to the right, or to the left if negative; False where there are no more."""
        before = self._laid.before
        self._first = max(before + steps, 0)
        self._lay_out()
        self.refresh()
        return self._laid.before != before

    @property
    def seen_columns(self) -> Sequence[Column]:
        """The columns that are seen, from left to right."""
        return self._laid.columns

    def bring_column(self, name: str, within: int) -> None:
        """Scroll until a column is seen in the first ``within`` cells, as far as that can be."""
        if name in (column.name for column in self._columns):
            while not self._sees(name, within) and self.scroll_columns(1):
                pass

    def _sees(self, name: str, within: int) -> bool:
        end = _MARGIN
        for column in self._laid.columns:
            if column.name == name:
                return end + column.width <= within
            end += column.width + column.gap
        return False

    @property
    def hidden(self) -> tuple[int, int]:
        """How many columns are to the left of those that are seen, and how many to the right."""
        return self._laid.before, self._laid.behind

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
        self._laid = self._seen_columns(self.size.width - _MARGIN)
        self._strips.clear()
        self._follow()
        self._tell_where()

    def _seen_columns(self, space: int) -> Laid:
        """Return what fits; where that is not all, the last two cells are left for the sign that there is more."""
        laid = lay_out(self._columns, space, self.look, self._first)
        if self.scrolls and (laid.before or laid.behind):
            laid = lay_out(self._columns, space - _MORE, self.look, self._first)
        return laid

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
        for number, column in enumerate(self._laid.columns):
            if number:
                line.append((" " * self._laid.columns[number - 1].gap, ""))
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
        before, behind = self.hidden if self.scrolls else (0, 0)
        line: Line = [((_LEFT if before else " ") + " ", "key")]
        end = 0
        for at, title in titles(self._laid.columns, self.look):
            line.append((" " * (at - end) + title, "heading"))
            end = at + width(title)
        blank = columns - _MARGIN - end - len(self._where) - 1
        if blank > 1 + bool(behind) and not self._framed:
            line.append((" " * (blank - bool(behind)) + self._where, "heading"))
            end += blank - bool(behind) + len(self._where)
        if behind:
            line.append((" " * (columns - _MARGIN - end - 1) + _RIGHT, "key"))
        return self.strip(line, columns)

    # -- mouse -----------------------------------------------------------------------------------

    def on_click(self, event: events.Click) -> None:
        """Select the row that was clicked; a second click opens it."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        if offset.y < 1:
            self._click_title(offset.x)
            return
        place = self._top + offset.y - 1
        if place < len(self.order):
            self.move_to(place)
            if event.chain == 2:
                self.post_message(self.Chosen(self))

    def on_mouse_scroll_right(self, event: events.MouseScrollRight) -> None:
        """Show columns further to the right, as a wheel that goes sideways does."""
        event.stop()
        self.scroll_columns(1)

    def on_mouse_scroll_left(self, event: events.MouseScrollLeft) -> None:
        """Show columns further to the left."""
        event.stop()
        self.scroll_columns(-1)

    def _click_title(self, x: int) -> None:
        """Go to the columns that a sign stands for, or tell whose title was clicked."""
        before, behind = self.hidden if self.scrolls else (0, 0)
        if x < _MARGIN and before:
            self.scroll_columns(-1)
        elif x == self.size.width - 1 and behind:
            self.scroll_columns(1)
        else:
            places = zip(titles(self._laid.columns, self.look), self._laid.columns, strict=True)
            for (at, title), column in places:
                if at <= x - _MARGIN < at + max(width(title), 1):
                    self.post_message(self.TitleClicked(self, column))
