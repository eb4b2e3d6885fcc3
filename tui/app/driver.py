"""A terminal driver that sends only the cells that changed, and nothing it does not know.

Textual rewrites dirty regions whole, with style and reset for each segment; over SSH that is most of the
bytes. This driver keeps what the terminal shows, cell by cell, and writes the difference. It is also the
second wall against escapes in outside text: only the sequences listed here get through.

Frames (text, colours, cursor moves) are diffed; modes and queries that Textual sends by themselves pass as
they are. Anything that makes what the terminal shows uncertain (another size, entering the alternate
screen, ``invalidate``) forgets all cells, so that the next frame is sent whole.
"""

from __future__ import annotations

import re
import sys
from functools import lru_cache
from typing import IO, Any, TypeAlias, cast

from rich.cells import get_character_cell_size
from textual.drivers.linux_driver import LinuxDriver

Cell: TypeAlias = tuple[str, str]
"""What one cell shows: the character with its marks ('' for the right half of a wide one), and its style
as the parameters of the SGR sequence that sets it from nothing."""

_TOKENS = re.compile(
    r"\x1b\[([0-9;]*)([mH])"  # 1, 2: colour, or cursor to row;column
    r"|(\r?\n)"  # 3
    r"|([^\x00-\x1f\x7f-\x9f]+)"  # 4: text
    # The rest is dropped whole: strings (OSC, DCS…) with what they carry, CSI, other escapes, controls.
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"
    r"|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"
    r"|\x1b[ -/]*[0-~]?"
    r"|[\x00-\x1f\x7f-\x9f]"
)
_CONTROLS = re.compile(
    r"(?:\x1b\[\?[0-9;]+(?:[hl]|\$p)"  # modes: set, reset, ask
    r"|\x1b\[[<>][0-9;]*u"  # the kitty keyboard protocol
    r"|\x1b\]52;c;[A-Za-z0-9+/=]*(?:\x07|\x1b\\)"  # the clipboard, from App.copy_to_clipboard only
    r"|\x07)+"
)
_SYNC_START = "\x1b[?2026h"
_SYNC_END = "\x1b[?2026l"
_NEAR = 4
"""Up to this many unchanged cells are written again rather than jumped over: a jump costs as much."""


class _Survivor:
    """The terminal's stream, which may vanish: writes to it then go nowhere instead of ending a thread."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self.gone = False

    def write(self, text: str) -> None:
        try:
            if not self.gone:
                self._stream.write(text)
        except (OSError, ValueError):
            self.gone = True

    def flush(self) -> None:
        try:
            if not self.gone:
                self._stream.flush()
        except (OSError, ValueError):
            self.gone = True

    def fileno(self) -> int:
        return self._stream.fileno()

    def isatty(self) -> bool:
        return True


class DiffDriver(LinuxDriver):
    """Sends the difference between what the terminal shows and what it should show."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if sys.__stderr__ is not None:  # where LinuxDriver draws
            self._file = cast(Any, _Survivor(sys.__stderr__))
        self._screen = Screenful(1, 1)
        self._sync_pending = False

    def invalidate(self) -> None:
        """Forget what the terminal shows: the next frame is sent whole."""
        self._screen.forget()

    def write(self, data: str) -> None:
        """Send ``data``: controls as they are, frames as a difference, unknown escapes not at all."""
        if data == _SYNC_START:
            self._sync_pending = True  # sent only if something follows
        elif data == _SYNC_END:
            if not self._sync_pending:
                super().write(data)
            self._sync_pending = False
        elif _CONTROLS.fullmatch(data):
            if "1049" in data:
                self._screen.forget()
            super().write(data)
        else:
            width, height = self._app.size
            if (width, height) != self._screen.size:
                self._screen = Screenful(width, height)
            if changed := self._screen.update(data):
                if self._sync_pending:
                    self._sync_pending = False
                    changed = _SYNC_START + changed
                super().write(changed)

    def stop_application_mode(self) -> None:
        """Leave the screen; colours are reset first, since they stay set between frames."""
        super().write("\x1b[m")
        self._screen.forget()
        super().stop_application_mode()


class Screenful:
    """What a terminal of ``width`` by ``height`` cells shows, and how to change it."""

    def __init__(self, width: int, height: int) -> None:
        self.size = (width, height)
        self.forget()

    def forget(self) -> None:
        """Take every cell, the cursor's place and the colours as unknown."""
        width, height = self.size
        self._rows: list[list[Cell | None]] = [[None] * width for _ in range(height)]
        self._x = self._y = -1
        self._style: str | None = None

    def update(self, frame: str) -> str:
        """Take in a frame; return what to send to the terminal, empty when nothing changed."""
        width, height = self.size
        self._out: list[str] = []
        x = y = 0
        style = ""
        moved_last = False
        for match in _TOKENS.finditer(frame):
            kind = match.lastindex
            if kind == 4:
                moved_last = False
                if 0 <= y < height:
                    x = self._text(x, y, match.group(4), style)
            elif kind == 2:
                parameters = match.group(1)
                if match.group(2) == "m":
                    style = _joined(style, parameters)
                else:
                    row, _, column = parameters.partition(";")
                    x, y = int(column or 1) - 1, int(row or 1) - 1
                    moved_last = True
            elif kind == 3:
                x, y = 0, y + 1
        # Textual ends a frame by parking the cursor: at home when nothing is being typed (and the cursor
        # is hidden, so where it is does not matter), else where input methods should open.
        if moved_last and (x or y) and (x, y) != (self._x, self._y) and x < width and y < height:
            self._move(x, y)
        return "".join(self._out)

    def _text(self, x: int, y: int, text: str, style: str) -> int:
        width = self.size[0]
        row = self._rows[y]
        for shown, cells in _cells(text):
            if x + cells > width:
                return x + cells
            if row[x] != (shown, style):
                self._put(x, y, shown, cells, style)
            x += cells
        return x

    def _put(self, x: int, y: int, shown: str, cells: int, style: str) -> None:
        row = self._rows[y]
        if (x, y) != (self._x, self._y):
            self._go(x, y, style)
        if self._style != style:
            self._out.append(_transition(self._style, style))
            self._style = style
        self._out.append(shown)
        before = row[x]
        if before and not before[0] and x:
            row[x - 1] = None  # half of a wide character is gone: terminals blank the other half
        row[x] = (shown, style)
        if cells == 2:
            row[x + 1] = ("", style)
        if shown.isascii() or "─" <= shown <= "◿":
            self._x, self._y = x + cells, y
        else:
            # Terminals differ about how wide this is: place what follows, whatever they think.
            self._x = self._y = -1

    def _go(self, x: int, y: int, style: str) -> None:
        gap = x - self._x
        if y == self._y and gap > 0:
            between = self._rows[y][self._x : x]
            if (
                gap <= _NEAR
                and self._style == style
                and all(c and c[1] == style and c[0].isascii() and c[0] for c in between)
            ):
                self._out.append("".join(c[0] for c in between if c))
            else:
                self._out.append(f"\x1b[{gap}C" if gap > 1 else "\x1b[C")
        else:
            self._move(x, y)

    def _move(self, x: int, y: int) -> None:
        self._out.append(f"\x1b[{y + 1};{x + 1}H" if x else f"\x1b[{y + 1}H")
        self._x, self._y = x, y


def _cells(text: str) -> list[tuple[str, int]]:
    """Split text into what goes in each cell: a character with the marks on it, and its width."""
    if text.isascii():
        return [(char, 1) for char in text]
    out: list[tuple[str, int]] = []
    for char in text:
        cells = 1 if char.isascii() else get_character_cell_size(char)
        if cells:
            out.append((char, cells))
        elif out:
            out[-1] = (out[-1][0] + char, out[-1][1])
    return out


def _joined(style: str, parameters: str) -> str:
    if parameters in ("", "0"):
        return ""
    return f"{style};{parameters}" if style else parameters


@lru_cache(4096)
def _parts(style: str) -> tuple[str, str, frozenset[str]]:
    """Split SGR parameters into foreground, background and the rest."""
    foreground = background = ""
    rest = set()
    codes = iter(style.split(";")) if style else iter(())
    for code in codes:
        value = int(code or 0)
        if value in (38, 48):
            mode = next(codes, "5")
            colour = [next(codes, "0") for _ in range(3 if mode == "2" else 1)]
            whole = ";".join([code, mode, *colour])
        else:
            whole = code
        if 30 <= value <= 39 or 90 <= value <= 97:
            foreground = whole
        elif 40 <= value <= 49 or 100 <= value <= 107:
            background = whole
        else:
            rest.add(whole)
    return foreground, background, frozenset(rest)


@lru_cache(4096)
def _transition(old: str | None, new: str) -> str:
    """Return the shortest sequence from one style to another; from an unknown one, by a reset."""
    if not new:
        return "\x1b[m"
    if old is None:
        return f"\x1b[0;{new}m"
    (old_fore, old_back, old_rest), (fore, back, rest) = _parts(old), _parts(new)
    if not old_rest <= rest:
        return f"\x1b[0;{new}m"
    codes = sorted(rest - old_rest)
    if fore != old_fore:
        codes.append(fore or "39")
    if back != old_back:
        codes.append(back or "49")
    return f"\x1b[{';'.join(codes)}m"
