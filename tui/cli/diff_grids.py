"""The rows of a section as grids: one pair of versions with all that is known of a row, several side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .. import differences as words
from ..words import direction_sign
from . import output
from .grid import Grid, Piece

if TYPE_CHECKING:
    from ...store import DiffRow, DiffSection, Outcome

OUTCOME_STYLES: dict[Outcome, tuple[str, ...]] = {
    "better": ("green",),
    "worse": ("red",),
    "changed": ("yellow",),
    "added": ("cyan",),
    "removed": ("cyan",),
    "renamed": ("cyan",),
    "same": ("dim",),
    "unknown": ("dim",),
}
_LIMIT = 200
"""Most cells of a name or value: what is longer is text, and shown below the rows."""


def grids(
    section: DiffSection, rows: Sequence[DiffRow], labels: Sequence[str], room: int | None
) -> list[Grid]:
    """Return rows as a grid, or as several below each other when not all versions fit side by side into ``room``.

    ``labels`` head the columns of the versions. ``room`` is None for as wide as it comes.
    """
    if not rows:
        return []
    columns = _Columns(section, rows, labels)
    if len(labels) == 2:
        pairs = (columns.pair(delta=delta, percent=percent) for delta, percent in _LESS_AND_LESS)
        fitting = (one for one in pairs if room is None or one.least_width() <= room)
        return [next(fitting, columns.pair(delta=False, percent=False))]
    others = range(1, len(labels))
    for parts in range(1, len(others)):
        at_once = -(-len(others) // parts)  # as many in each, or one less in the last
        found = [columns.several(others[at : at + at_once]) for at in range(0, len(others), at_once)]
        if room is None or all(one.natural_width() <= room for one in found):
            return found
    return [columns.several([at]) for at in others]


_LESS_AND_LESS = ((True, True), (True, False), (False, False))
"""Whether a pair's delta and percent are shown: what goes when room is short, even with all that folds folded."""


class _Columns:
    """The columns that rows can be shown in; each begins with its heading."""

    def __init__(self, section: DiffSection, rows: Sequence[DiffRow], labels: Sequence[str]) -> None:
        self.rows, self.labels, self.ascii_only = rows, labels, output.ascii_only()
        self.has_numbers = any(words.is_number(cell.value) for row in rows for cell in row.cells)
        # Of metrics as many decimals as show them; other values stand as they are written.
        self.places = [words.row_places(row) if section.name == "metrics" else None for row in rows]

    def pair(self, *, delta: bool, percent: bool) -> Grid:
        """Return name, value, value, delta, percent, sign and word."""
        columns = [self.names(), self.ways(), self.values(0), self.values(1)]
        if delta:
            columns.append(self.judged(1, self.deltas(1)))
        if percent:
            columns.append(
                self.judged(1, words.by_point(words.percent_text(row.cells[1]) for row in self.rows))
            )
        verdicts = [words.verdict_text(row.cells[1], ascii_only=self.ascii_only) for row in self.rows]
        folding = {0, len(columns)} | {at + 2 for at in (0, 1) if not self.is_numeric(at)}
        return _grid([*columns, self.judged(1, verdicts)], folding)

    def several(self, chosen: Sequence[int]) -> Grid:
        """Return name, the base's value, and for each of the others value, sign and delta."""
        columns, folding = [self.names(), self.ways(), self.values(0)], {0}
        for at in chosen:
            if not self.is_numeric(at):
                folding.add(len(columns))
            columns += [self.values(at), self.judged(at, self.marks(at))]
        return _grid(columns, folding)

    def names(self) -> list[Piece]:
        """Return the names of the rows."""
        named = (Piece(output.safe(row.name, _LIMIT) or '""', _shade(row)) for row in self.rows)
        return [Piece(""), *named]

    def ways(self) -> list[Piece]:
        """Return the sign of the way in which each metric is better: beside the name, where it does not fold."""
        signs = (direction_sign(row.direction, ascii_only=self.ascii_only) for row in self.rows)
        return [Piece(""), *(Piece(sign, _shade(row)) for sign, row in zip(signs, self.rows, strict=True))]

    def values(self, at: int) -> list[Piece]:
        """Return a version's values under its label, which stands over numbers' last digits."""
        cells = [row.cells[at] for row in self.rows]
        texts = [
            words.value_text(cell.value, row.unit, place, ascii_only=self.ascii_only)
            for cell, row, place in zip(cells, self.rows, self.places, strict=True)
        ]
        lined = words.aligned([cell.value for cell in cells], texts)
        label = self.labels[at]
        # Numbers are as wide as each other by now, and ASCII but for a dash.
        wide = max(map(len, (label, *lined))) if self.is_numeric(at) else 0
        shown = (
            Piece(output.safe(f"{text:>{wide}}", _LIMIT if row.differs else words.LONG), _shade(row))
            for row, text in zip(self.rows, lined, strict=True)
        )
        return [Piece(f"{label:>{wide}}", ("dim",)), *shown]

    def is_numeric(self, at: int) -> bool:
        """Say whether a version has nothing but numbers in these rows, or nothing where another has numbers."""
        values = [row.cells[at].value for row in self.rows]
        return self.has_numbers and all(words.is_missing(value) or words.is_number(value) for value in values)

    def deltas(self, at: int) -> list[str]:
        """Return by how much each row differs, lined up on the decimal point."""
        return words.by_point(
            [
                words.delta_text(row.cells[at], row.unit, place)
                for row, place in zip(self.rows, self.places, strict=True)
            ]
        )

    def marks(self, at: int) -> list[str]:
        """Return sign and delta of each row; nothing where neither this version nor the base has anything."""
        marks = []
        for row, place in zip(self.rows, self.places, strict=True):
            cell = row.cells[at]
            nothing = words.is_missing(row.cells[0].value) and words.is_missing(cell.value)
            sign = "" if nothing else words.outcome_sign(cell.outcome, ascii_only=self.ascii_only)
            marks.append(f"{sign} {words.delta_text(cell, row.unit, place)}".rstrip())
        return marks

    def judged(self, at: int, texts: Sequence[str]) -> list[Piece]:
        """Return texts in the colour of what became of each row."""
        told = (
            Piece(output.safe(text, _LIMIT), OUTCOME_STYLES[row.cells[at].outcome])
            for row, text in zip(self.rows, texts, strict=True)
        )
        return [Piece(""), *told]


def _grid(columns: Sequence[Sequence[Piece]], folding: set[int]) -> Grid:
    return Grid(list(zip(*columns, strict=True)), frozenset(folding)).without_blank_columns()


def _shade(row: DiffRow) -> tuple[str, ...]:
    return () if row.differs else ("dim",)
