"""What a terminal shows, cell by cell, and the fewest bytes that change it into what it should show.

A frame is read into rows of cells; lines that only moved are moved by the terminal; the cells that differ
are then written, with as few changes of style and jumps of the cursor as it takes.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from typing import TypeAlias

from rich.cells import get_character_cell_size

Cell: TypeAlias = tuple[str, str]
"""What one cell shows: the character with its marks ('' for the right half of a wide one), and its style
as the parameters of the SGR sequence that sets it from nothing."""

Row: TypeAlias = list[Cell | None]
"""A line of the terminal; None for a cell of which it isn't known what it shows."""

Shift: TypeAlias = tuple[int, int, int]
"""The first and last row of a band, and by how many rows what it shows goes up (down if negative)."""

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
_NEAR = 4
"""Up to this many unchanged cells are written again rather than jumped over: a jump costs as much."""

_FEW_ROWS = 4
"""Fewer changed rows are never looked through for lines that moved."""

_WORTH_CELLS = 60
"""Cells that moving lines must spare: it costs thirty bytes itself, and the eye follows it."""


class Screenful:
    """What a terminal of ``width`` by ``height`` cells shows, and how to change it."""

    def __init__(self, width: int, height: int) -> None:
        self.size = (width, height)
        self.forget()

    def forget(self) -> None:
        """Take every cell, the cursor's place and the colours as unknown."""
        width, height = self.size
        self._rows: list[Row] = [[None] * width for _ in range(height)]
        self._x = self._y = -1
        self._style: str | None = None

    def update(self, frame: str) -> str:
        """Take in a frame; return what to send to the terminal, empty when nothing changed."""
        self._out: list[str] = []
        wanted, parked = self._read(frame)
        if shift := find_shift(self._rows, wanted):
            self._shift(shift, wanted)
        for y, row in sorted(wanted.items()):
            if row != self._rows[y]:
                self._draw(y, row)
        # Textual ends a frame by parking the cursor: at home when nothing is being typed (and the cursor
        # is hidden, so where it is does not matter), else where input methods should open.
        if parked and parked != (0, 0) and parked != (self._x, self._y):
            self._move(*parked)
        return "".join(self._out)

    def _read(self, frame: str) -> tuple[dict[int, Row], tuple[int, int] | None]:
        """Return the rows a frame writes to as they should be, and where it parks the cursor."""
        width, height = self.size
        wanted: dict[int, Row] = {}
        x = y = 0
        style = ""
        parked = None
        for match in _TOKENS.finditer(frame):
            kind = match.lastindex
            if kind == 4:
                parked = None
                if 0 <= y < height:
                    row = wanted.get(y)
                    if row is None:
                        row = wanted[y] = self._rows[y].copy()
                    for shown, cells in _cells(match.group(4)):
                        if x + cells <= width:
                            _set(row, x, shown, cells, style)
                        x += cells
            elif kind == 2:
                parameters = match.group(1)
                if match.group(2) == "m":
                    style = _joined(style, parameters)
                else:
                    line, _, column = parameters.partition(";")
                    x, y = int(column or 1) - 1, int(line or 1) - 1
                    parked = (x, y) if x < width and y < height else None
            elif kind == 3:
                x, y = 0, y + 1
        return wanted, parked

    def _shift(self, shift: Shift, wanted: dict[int, Row]) -> None:
        """Let the terminal move lines that only moved. What comes in is drawn like any cell that is not known."""
        top, bottom, lines = shift
        for y in range(top, bottom + 1):
            wanted.setdefault(y, self._rows[y].copy())
        # Deleting and inserting lines within margins: what also the Linux console and screen can do.
        verb = f"\x1b[{lines}M" if lines > 0 else f"\x1b[{-lines}L"
        self._out.append(f"\x1b[{top + 1};{bottom + 1}r\x1b[{top + 1}H{verb}\x1b[r")
        self._x = self._y = -1
        band = self._rows[top : bottom + 1]
        new: list[Row] = [[None] * self.size[0] for _ in range(abs(lines))]
        self._rows[top : bottom + 1] = band[lines:] + new if lines > 0 else new + band[:lines]

    def _draw(self, y: int, row: Row) -> None:
        have, last = self._rows[y], self.size[0] - 1
        for x, cell in enumerate(row):
            if cell and cell[0] and cell != have[x]:
                after = row[x + 1] if x < last else None
                self._put(x, y, cell[0], 2 if after and not after[0] else 1, cell[1])

    def _put(self, x: int, y: int, shown: str, cells: int, style: str) -> None:
        if (x, y) != (self._x, self._y):
            self._go(x, y, style)
        if self._style != style:
            self._out.append(_transition(self._style, style))
            self._style = style
        self._out.append(shown)
        _set(self._rows[y], x, shown, cells, style)
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


def find_shift(rows: list[Row], wanted: dict[int, Row]) -> Shift | None:
    """Return the band of whole rows that moved up or down, when letting the terminal move it saves cells."""
    changed = [y for y, row in wanted.items() if row != rows[y]]
    if len(changed) < _FEW_ROWS:
        return None
    places: dict[tuple[Cell | None, ...], int] = {}
    for y, row in enumerate(rows):
        places.setdefault(tuple(row), y)
    votes = Counter(places[key] - y for y in changed if (key := tuple(wanted[y])) in places)
    if not votes:
        return None
    lines = votes.most_common(1)[0][0]
    first, last = _longest_run(rows, wanted, lines)
    top, bottom = min(first, first + lines), max(last, last + lines)
    band = range(top, bottom + 1)
    if any(None in rows[y] or None in wanted.get(y, ()) for y in band):
        return None  # what isn't known can't be drawn again
    cells = sum(a != b for y in band if y in wanted for a, b in zip(rows[y], wanted[y], strict=True)) - abs(
        lines
    ) * len(rows[0])
    return (top, bottom, lines) if cells >= _WORTH_CELLS else None


def _longest_run(rows: list[Row], wanted: dict[int, Row], lines: int) -> tuple[int, int]:
    """Return the first and last of the most rows in succession that are what stood ``lines`` below."""
    best = (0, -1)
    start = 0
    for y in range(len(rows) + 1):
        source = y + lines
        if y < len(rows) and 0 <= source < len(rows) and wanted.get(y, rows[y]) == rows[source]:
            if y - start > best[1] - best[0]:
                best = (start, y)
        else:
            start = y + 1
    return best


def _set(row: Row, x: int, shown: str, cells: int, style: str) -> None:
    """Write into a row as a terminal does, which blanks the other half of a wide character half overwritten."""
    before = row[x]
    if before and not before[0] and x:
        row[x - 1] = None
    end = x + cells
    after = row[end] if end < len(row) else None
    if after and not after[0]:
        row[end] = None
    row[x] = (shown, style)
    if cells == 2:
        row[x + 1] = ("", style)


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
