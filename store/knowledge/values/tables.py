"""Tables of metrics: CSV and TSV, one row a step, as loggers write them.

Read as RFC 4180 has it, with what is common besides: a byte order mark, ``;`` between cells (then ``,`` is the
decimal mark), blanks around cells, empty cells where a step measured something else (Lightning's ``CSVLogger``
puts training and validation on rows of their own), ``NA`` for nothing (Keras), an index without a name (pandas).
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterator, Sequence

from ...errors import BadInputError
from ..series import check_points, in_order
from ..value_names import check_name
from .found import MetricsFile
from .numbers import parse_number
from .reading import MAX_VALUES, repeated, twice

STEPS = ("step", "global_step", "trainer/global_step", "_step", "iteration", "iter", "epoch")
"""Columns that say how far the run was; the first of these that is there is what the others are plotted against."""

_NOTHING = {"", "na", "n/a", "none", "null"}
_HINT = "The first row names the columns; each further row has one cell for each of them."


def looks_like_one(text: str) -> bool:
    """Say whether a text of unknown form is a table: its first line is names with a sign between them."""
    first = _first_line(text).lstrip()
    return any(sign in first for sign in ",;\t") and ":" not in first and first[0] not in "{[#%&*!|>"


def read(text: str, name: str, *, tabs: bool, series: bool) -> MetricsFile:
    """Return the last value of each column, and its series over the step column (else the number of the row).

    A column with one value has no series.

    Raises:
        BadInputError: no header, a column's name twice, a row of another length, a row without its step, or
            too many points; the message names the line.
    """
    sign = "\t" if tabs else _sign(text)
    rows = _rows(text, name, sign)
    header = _header(next(rows, (1, []))[1], name)
    axis = next((header.index(step) for step in STEPS if step in header), None)
    columns = [_Column(title) for title in header]
    kept = [i for i, title in enumerate(header) if title and i != axis]
    for number, (line, cells) in enumerate(rows, 1):
        if len(cells) != len(header):
            raise BadInputError(
                f"{name}, line {line}: {len(cells):,} cells, but {len(header):,} columns", hint=_HINT
            )
        step = float(number) if axis is None else _step(cells[axis], f"{name}, line {line}", header[axis])
        for i in kept:
            columns[i].take(step, cells[i].replace(",", ".") if sign == ";" else cells[i], series)
        if series:
            check_points(sum(len(columns[i].points) for i in kept), name)
    if not any(columns[i].cells for i in kept):
        raise BadInputError(f"{name} has a header, but no row with values", hint=_HINT)
    numbers = [columns[i] for i in kept if columns[i].points]
    curves = [c for c in numbers if c.title not in STEPS and len(c.points) > 1] if series else []
    return MetricsFile(
        {column.title: column.points[-1][1] for column in numbers},
        {column.title: in_order(column.points) for column in curves},
        tuple(columns[i].title for i in kept if not columns[i].points),
    )


class _Column:
    """One column as it is read: its points, none of them once a cell was no number."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.cells = 0
        self.text = False
        self.points: list[tuple[float, float]] = []

    def take(self, step: float, cell: str, series: bool) -> None:
        if self.text or cell.lower() in _NOTHING:
            return
        self.cells += 1
        value = parse_number(cell)
        if value is None:
            self.text = True
            self.points.clear()
        elif series or not self.points:
            self.points.append((step, value))
        else:
            self.points[0] = (step, value)


def _rows(text: str, name: str, sign: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each row that is not blank with the number of its (last) line."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=sign, strict=True)
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if cells and cells != [""]:
                yield reader.line_num, cells
    except csv.Error as error:
        raise BadInputError(f"{name}, line {reader.line_num}: {error}", hint=_HINT) from None


def _sign(text: str) -> str:
    """Return what stands between cells: the sign that the first line has most of, outside quotes."""
    return max(",;\t", key=re.sub(r'"[^"]*"', "", _first_line(text)).count)


def _first_line(text: str) -> str:
    found = re.search(r"[^\r\n]+", text)
    return found[0] if found else ""


def _header(cells: Sequence[str], name: str) -> list[str]:
    if len(cells) > MAX_VALUES:
        raise BadInputError(f"{name} has more than {MAX_VALUES:,} columns", hint=_HINT)
    titles = [cell and check_name(cell, name) for cell in cells]
    named = [title for title in titles if title]
    if not named:
        raise BadInputError(f"{name} is empty", hint=_HINT)
    if all(parse_number(title) is not None for title in named):
        raise BadInputError(f"{name}, line 1: numbers where names of columns are expected", hint=_HINT)
    if len(set(named)) != len(named):
        raise twice(name, repeated(named))
    return titles


def _step(cell: str, where: str, title: str) -> float:
    step = parse_number(cell)
    if step is None or not math.isfinite(step):
        raise BadInputError(
            f"{where}: the {title} is {cell[:40]!r}, not a number", hint="Each row needs its step."
        )
    return step
