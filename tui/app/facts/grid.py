"""Rows of a comparison: a name, a value for each version, and what became of it, in columns that line up.

Numbers stand with their points below each other. Texts too long for a column stand below their row, whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from ... import differences, words
from ...text import fit, paragraph, visible, width
from ..tables import deltas
from ..tables.columns import Look
from .lines import LABEL, Line, Pairs
from .points import Points

if TYPE_CHECKING:
    from ....store import DiffCell, DiffRow, Outcome

_SAMPLE = 300
"""As many rows decide how wide the columns are: a run may have thousands of metrics."""

_NAMES = 12
"""Cells that names get at least, where they need them."""

_NAME_MOST = 32
"""Cells of a name beside which there may be room for differences: longer ones have lines of their own."""

_HEAD = 9
"""Cells that a version's number gets at least, where it needs them, of which the end is told."""

_VERDICT = 10
"""Cells for what became of it: a sign and a word, or a sign and how much."""

_TEXT_LINES = 12
_SAFE = 2000


def fitting(rows: Sequence[DiffRow], labels: Sequence[str], look: Look, columns: int) -> int:
    """Return of how many versions the values of metrics fit beside each other, whole; at least two."""
    count = len(labels)
    if count < 3:
        return count
    places = range(count)
    texts = [
        [
            differences.value_text(row.cells[at].value, row.unit, differences.row_places(row))
            for row in rows[:_SAMPLE]
        ]
        for at in places
    ]
    numbers = (visible(label.rpartition(" ")[2], 16, ascii_only=look.ascii_only) for label in labels)
    heads = [min(width(number), _HEAD) for number in numbers]
    widest = max((5, *heads, *(Points(texts[at]).width for at in places)))
    names = min(max((width(row.name) for row in rows[:_SAMPLE]), default=_NAMES), _NAMES)
    return max(2, min(count, (columns - names - 2 + 2) // (widest + 3)))


class Grid:
    """The rows of a section; each line is made when it is looked at.

    ``metric`` rows are numbers, which are shown beside each other whatever their length. ``like`` are rows of this and
    other grids, with which its columns are to line up.
    """

    def __init__(
        self,
        title: str,
        named: Mapping[str, DiffRow],
        labels: Sequence[str],
        look: Look,
        columns: int,
        *,
        metric: bool,
        like: Sequence[DiffRow] = (),
    ) -> None:
        rows = list(named.values())
        self._rows, self._look, self._columns, self._metric = rows, look, columns, metric
        self._labels = [visible(label, 16, ascii_only=look.ascii_only) for label in labels]
        count = len(labels)
        looked_at = (like or rows)[:_SAMPLE]
        sample = [self._texts(row) for row in looked_at]
        # With two versions what became of it has a column of its own, with more a sign behind each value.
        self._sign = 2 if count > 2 else 0
        room = (columns - _NAMES - 2 * metric - _VERDICT * (count == 2)) // count - 1 - self._sign
        self._points = [Points(texts[at] for texts in sample) for at in range(count)]
        texts = (text for texts in sample for text in texts if width(text) <= room)
        numbers = (points.width for points in self._points if metric)
        widest = max((5, *map(width, texts), *numbers))
        # A long version number is cut before what became of it is.
        widest = max(widest, min(max(map(width, self._labels)), room))
        self._width = widest if metric else min(widest, max(room, 5))
        self._tall = {} if metric else self._made_tall(rows)
        heights = [1 + len(self._tall.get(at, ())) for at in range(len(rows))]
        # Metrics have a sign of which way is better behind their names.
        self._way = 2 if metric else 0
        self._delta = (
            self._room_for_deltas(looked_at, max(width(title), *map(width, named), 0)) if metric else 0
        )
        if self._delta:
            self._sign += 1 + self._delta
        values = self._way + count * (self._width + 1) + (count - 1) * self._sign
        self._pairs = Pairs(
            list(named),
            columns,
            values + _VERDICT * (count == 2),
            look,
            heights,
            least=width(title),
        )
        self._verdict_room = columns - self._pairs.width - values - 1
        self._short = False
        self._told_widths = self._widths(looked_at) if count == 2 else []
        heads = "".join(
            " " + fit(self._heading_of(label), self._width, "right") + " " * (self._sign if at else 0)
            for at, label in enumerate(self._labels)
        )
        self.heading: Line = [(fit(title, self._pairs.width) + " " * self._way + heads, "heading")]

    def _room_for_deltas(self, rows: Sequence[DiffRow], names: int) -> int:
        """Return how wide the differences of several versions to the base are; 0 where they have no room."""
        count = len(self._labels)
        if count < 3 or names > _NAME_MOST:
            return 0
        widest = max(
            (width(self._difference(row, cell)) for row in rows for cell in row.cells[1:]), default=0
        )
        wanted = names + self._way + count * (self._width + 1) + (count - 1) * (self._sign + 1 + widest)
        return widest if wanted <= self._columns else 0

    def _difference(self, row: DiffRow, cell: DiffCell) -> str:
        return differences.delta_text(cell, row.unit, differences.row_places(row))

    def _signed(self, row: DiffRow, cell: DiffCell) -> str:
        """Return what became of one of several versions: its sign, and how much where there is room."""
        sign = differences.outcome_sign(cell.outcome, ascii_only=self._look.ascii_only)
        return f"{sign} {self._difference(row, cell):>{self._delta}}" if self._delta else sign

    def _heading_of(self, label: str) -> str:
        """Return a version's number, safe already; of a long one the end, which tells it from its like.

        The sign of its stage is the first to go.
        """
        for shown in (label, label.rpartition(" ")[2]):
            if width(shown) <= self._width:
                return shown
        return words.signs(self._look.ascii_only).ellipsis + label[1 - self._width :]

    def __len__(self) -> int:
        return len(self._pairs)

    def starts(self) -> list[tuple[int, int]]:
        """Return the first line of each row, and the row's number."""
        return self._pairs.starts()

    def line(self, at: int) -> Line:
        """Return a line."""
        return self._pairs.line(at, self._value, lambda number: "" if self._rows[number].differs else "muted")

    def _value(self, number: int, line: int) -> Line:
        """Return what stands behind a name: the values, and below them the texts that no column holds."""
        if line:
            return self._tall[number][line - 1]
        row = self._rows[number]
        style = "" if row.differs else "muted"
        made: Line = []
        if self._way:
            way = words.direction_sign(row.direction, ascii_only=self._look.ascii_only)
            made.append((f" {way}", style))
        for at, (cell, text) in enumerate(zip(row.cells, self._texts(row), strict=False)):
            tall = number in self._tall
            shown = "" if tall else self._lined_up(at, cell, text)
            made.append((" " + fit(shown, self._width, "right"), style))
            if self._sign and at and not tall:  # below, the signs stand beside the texts
                made.append((f" {self._signed(row, cell)}",
                             deltas.style(cell.outcome)))  # fmt: skip
        if not self._sign:
            cell = row.cells[1]
            style = deltas.style(cell.outcome) if cell.outcome in ("better", "worse") else style
            verdict = visible(self._verdict(row), self._verdict_room, ascii_only=self._look.ascii_only)
            made.append((" " + verdict, style))
        return made

    def _lined_up(self, at: int, cell: DiffCell, text: str) -> str:
        return (
            self._points[at].lined_up(text) if self._metric and isinstance(cell.value, int | float) else text
        )

    def _texts(self, row: DiffRow) -> list[str]:
        return [visible(text, _SAFE, ascii_only=self._look.ascii_only) for text in self._raw(row)]

    def _raw(self, row: DiffRow) -> list[str]:
        """Return the values as text that is not safe to show yet."""
        places = differences.row_places(row) if self._metric else None
        cells = row.cells[: len(self._labels)]
        return [
            differences.value_text(cell.value, row.unit, places, ascii_only=self._look.ascii_only)
            for cell in cells
        ]

    # -- what became of it ------------------------------------------------------------------------

    def _told(self, row: DiffRow, cell: DiffCell) -> tuple[str, str, str, str]:
        """Return what became of a row: the sign, the words, the difference, and that in percent."""
        ascii_only = self._look.ascii_only
        sign = differences.outcome_sign(cell.outcome, ascii_only=ascii_only)
        if cell.outcome == "same":
            return sign, sign, "", ""
        delta = differences.delta_text(cell, row.unit, differences.row_places(row) if self._metric else None)
        percent = differences.percent_text(cell) if self._metric else ""
        return sign, differences.verdict_text(cell, ascii_only=ascii_only), delta, percent

    def _verdict(self, row: DiffRow) -> str:
        told = self._told(row, row.cells[1])
        if not self._told_widths:
            return told[0]
        words, *numbers = self._told_widths
        if self._short:
            return f"{told[0]} {'  '.join(f'{text:>{wide}}' for text, wide in zip(told[2:], numbers, strict=False))}"
        shown = fit(told[1], words, ascii_only=self._look.ascii_only)
        return shown + "".join(
            f"  {text:>{wide}}" for text, wide in zip(told[2:], numbers, strict=False) if wide
        )

    def _widths(self, rows: Sequence[DiffRow]) -> list[int]:
        """Return the widths of as many columns of what became of rows as there is room for; none for the sign alone.

        Where a metric's difference and percentage have no room beside the word, its sign alone stands before them.
        """
        told = [self._told(row, row.cells[1]) for row in rows]
        word, delta, percent = (
            max((width(text) for text in texts), default=0) for texts in list(zip(*told, strict=True))[1:]
        )
        room = self._verdict_room
        ways = [(word, delta, percent), (1, delta, percent), (word, delta), (1, delta)]
        for way in ways if delta else []:
            self._short = way[0] == 1
            if (self._metric or not self._short) and sum(way) + 2 * (len(way) - 1) - self._short <= room:
                return list(way)
        self._short = False
        # A remark behind the word may be cut, the word itself not.
        return [min(word, room)] if room >= _VERDICT - 1 else []

    # -- texts too long for a column ----------------------------------------------------------------

    def _made_tall(self, rows: Sequence[DiffRow]) -> dict[int, list[Line]]:
        found = {}
        for at, row in enumerate(rows):
            if any(width(text) > self._width for text in self._texts(row)):
                found[at] = self._texts_below(row)
        return found

    def _texts_below(self, row: DiffRow) -> list[Line]:
        before, after = row.cells[0].value, row.cells[1].value
        if (
            len(row.cells) == 2
            and isinstance(before, str)
            and isinstance(after, str)
            and "\n" in before + after
        ):
            return [
                [(visible(f"  {sign or ' '} {text}", self._columns, ascii_only=self._look.ascii_only),
                  {"-": "worse", "+": "better"}.get(sign, "muted"))]
                for sign, text in differences.changed_lines(before, after)
            ]  # fmt: skip
        texts = self._raw(row)
        if not row.differs:
            return self._below("", "same" if self._sign else "", texts[0])
        lines: list[Line] = []
        for at, (label, cell, text) in enumerate(zip(self._labels, row.cells, texts, strict=False)):
            lines += self._below(label, cell.outcome if self._sign and at else "", text)
        return lines

    def _below(self, label: str, outcome: Outcome | Literal[""], text: str) -> list[Line]:
        """Return a text under its row, after the version it is of and, of several, what became of it there."""
        lead = min(max(map(width, self._labels)), LABEL) if label else 2
        ascii_only = self._look.ascii_only
        sign = differences.outcome_sign(outcome, ascii_only=ascii_only) if outcome else ""
        room = self._columns - lead - 4 - self._sign
        texts = paragraph(text, room, _TEXT_LINES, ascii_only=ascii_only) or [""]
        style = deltas.style(outcome) if outcome else "muted"
        return [
            [
                (f"  {fit('' if at else label, lead)} ", "muted"),
                (("" if at else sign).ljust(self._sign), style),
                (" " + part, ""),
            ]
            for at, part in enumerate(texts)
        ]
