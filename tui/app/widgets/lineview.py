"""The base of everything drawn here: lines of styled pieces, without scrollbars.

A stock scrollbar costs 45 bytes a row at each repaint, and a stock ``Static`` takes markup. These widgets
take only text that was made safe (``mvtui.tui.text``) and draw it with the palette's named styles.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from ...text import width
from .. import palette
from ..facts import Line
from ..guarded import Guarded


class LineView(Guarded, Widget):
    """Draws lines of pieces, each with a named style."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id, classes=classes)
        self._style_cache: dict[str, Style] = {}

    def notify_style_update(self) -> None:
        """Forget the styles looked up, since theme or focus changed."""
        self._style_cache.clear()
        super().notify_style_update()

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw what is within ``crop``. What can't be drawn says so: an error told again at each repaint helps nobody."""
        try:
            return super().render_lines(crop)
        except Exception as error:  # noqa: BLE001 - whatever it is
            self.app._handle_exception(error)  # noqa: SLF001 - as Textual does
            said = Strip([Segment("this can't be drawn"[: crop.width].ljust(crop.width))], crop.width)
            return [said, *[Strip.blank(crop.width)] * (crop.height - 1)][: crop.height]

    def named(self, name: str) -> Style:
        """Return a style of the palette in the app's theme."""
        style = self._style_cache.get(name)
        if style is None:
            style = self._style_cache[name] = palette.style(name, self.app.theme_variables)
        return style

    def strip(self, line: Line, columns: int, base: str = "") -> Strip:
        """Return a line as Textual draws it, padded to ``columns``; ``base`` overrides every piece's style."""
        fill = self.named(base)
        if base:
            segments = [Segment("".join(text for text, _ in line), fill)]
        else:
            segments = [Segment(text, self.named(style)) for text, style in _merged(line)]
        used = sum(width(segment.text) for segment in segments)
        return Strip(segments, used).adjust_cell_length(columns, fill)


class Bar(LineView):
    """Lines that don't scroll: a left part, and a right part where there is room."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._content: Sequence[tuple[Line, Line]] = ()

    def show(self, *lines: tuple[Line, Line]) -> None:
        """Show lines, each a left and a right part."""
        if list(lines) != list(self._content):
            self._content = lines
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        columns = self.size.width
        if y >= len(self._content):
            return self.strip([], columns)
        left, right = self._content[y]
        blank = columns - sum(width(text) for text, _ in (*left, *right))
        if blank < 2:
            return self.strip(list(left), columns)
        return self.strip([*left, (" " * blank, ""), *right], columns)


class Scroller(LineView, can_focus=True):
    """Something with a place in it that the movement keys change."""

    BORDER = 1

    def step(self, lines: int) -> None:
        """Go down by ``lines``, up if negative."""
        raise NotImplementedError

    def to_top(self) -> None:
        """Go to the first line."""
        self.step(-(10**9))

    def to_bottom(self) -> None:
        """Go to the last line."""
        self.step(10**9)

    @property
    def page(self) -> int:
        """How many lines are seen at once, at least 1."""
        return max(1, self.size.height)

    def row_region(self, y: int) -> Region:
        """Return the region of one line, for a repaint of just that."""
        return Region(0, y, self.size.width, 1)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Go down, as a wheel does."""
        event.stop()
        self.step(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Go up, as a wheel does."""
        event.stop()
        self.step(-3)


def _merged(line: Line) -> Line:
    """Join neighbours of one style: each segment costs its own colour sequence and reset."""
    out: Line = []
    for text, style in line:
        # Blank text looks the same in any style that only colours letters.
        if out and (out[-1][1] == style or not text.strip()):
            out[-1] = (out[-1][0] + text, out[-1][1])
        else:
            out.append((text, style))
    return out
