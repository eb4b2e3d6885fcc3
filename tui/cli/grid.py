"""A grid of styled cells: drawn by rich on a terminal, where it must fit, and as plain aligned text in a pipe.

Unlike ``table``, which streams many rows of a list and cuts what does not fit, a grid is read cell by cell: a
long cell folds.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import IO, TYPE_CHECKING, NamedTuple

from ..text import width
from .output import data, is_tty, paint, wants_colour
from .table import GAP, terminal_width

if TYPE_CHECKING:
    from rich.table import Table

INDENT = "  "
LEAST = 9
"""Cells that a folding column keeps: enough for a sign and a word."""


class Piece(NamedTuple):
    """Safe text of one cell and its styles, names that ``output.paint`` knows."""

    text: str
    styles: tuple[str, ...] = ()


class Grid(NamedTuple):
    """Rows of as many pieces each, indented by ``depth`` steps.

    ``folding`` are the columns that give way, by folding, when room is short.
    """

    rows: Sequence[Sequence[Piece]]
    folding: frozenset[int] = frozenset()
    depth: int = 1

    def natural_width(self) -> int:
        """Return the cells a line takes when nothing folds."""
        return self._line(self.widths())

    def least_width(self) -> int:
        """Return the cells a line takes when everything has folded that can."""
        return self._line(
            [min(wide, LEAST) if at in self.folding else wide for at, wide in enumerate(self.widths())]
        )

    def _line(self, widths: Sequence[int]) -> int:
        shown = [wide for wide in widths if wide]
        return self.depth * len(INDENT) + sum(shown) + len(GAP) * max(len(shown) - 1, 0)

    def widths(self) -> list[int]:
        """Return the cells that each column takes when nothing folds."""
        return [max(width(piece.text) for piece in column) for column in zip(*self.rows, strict=True)]

    def without_blank_columns(self) -> Grid:
        """Return the grid without the columns that hold nothing."""
        kept = [
            at
            for at, column in enumerate(zip(*self.rows, strict=True))
            if any(piece.text.strip() for piece in column)
        ]
        rows = [[row[at] for at in kept] for row in self.rows]
        return Grid(rows, frozenset(new for new, old in enumerate(kept) if old in self.folding), self.depth)

    def lines(self, stream: IO[str] | None = None) -> list[str]:
        """Return the grid as lines, as wide as they come; painted for ``stream``, plain without one."""
        widths = self.widths()
        return [
            (
                self.depth * INDENT
                + GAP.join(_padded(piece, wide, stream) for piece, wide in zip(row, widths, strict=True))
            ).rstrip()
            for row in self.rows
        ]


def _padded(piece: Piece, wide: int, stream: IO[str] | None) -> str:
    shown = paint(piece.text, *piece.styles, stream=stream) if stream is not None else piece.text
    return shown + " " * (wide - width(piece.text))


def write(grid: Grid) -> None:
    """Write a grid as data."""
    grid = grid.without_blank_columns()
    if not grid.rows or not grid.rows[0]:
        return
    if not is_tty(sys.stdout):
        data("\n".join(grid.lines()))
        return
    from rich.console import Console
    from rich.padding import Padding

    sys.stdout.flush()
    console = Console(
        file=sys.stdout,
        width=terminal_width(),
        color_system="standard" if wants_colour(sys.stdout) else None,
        force_terminal=True,
        legacy_windows=False,
        highlight=False,
        markup=False,
        emoji=False,
    )
    console.print(Padding(_table(grid), (0, 0, 0, (grid.depth - 1) * len(INDENT)), expand=False))


def _table(grid: Grid) -> Table:
    from rich.table import Table
    from rich.text import Text

    # The gap stands before each column, so before the first one, too: that is one step of the indentation.
    table = Table(box=None, show_header=False, padding=(0, 0, 0, len(GAP)))
    for at, wide in enumerate(grid.widths()):
        folds = at in grid.folding
        table.add_column(overflow="fold", no_wrap=not folds, min_width=min(wide, LEAST) if folds else None)
    for row in grid.rows:
        # Text, never str: a str would be read as markup, and names come from anywhere.
        table.add_row(*(Text(piece.text, style=" ".join(piece.styles)) for piece in row))
    return table
