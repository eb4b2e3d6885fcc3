"""One value against another: the same or not, by how much, and whether that is better."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

from ...nouns.comparison import MISSING, DiffCell, DiffRow, Outcome, Value
from ...nouns.metric import Direction
from ..directions import improved

Column: TypeAlias = Mapping[str, DiffCell] | None
"""One version's values by the name of their row; None when they are not known at all."""

_UNKNOWN = DiffCell(outcome="unknown")
_ABSENT = DiffCell()


def rows(
    columns: Sequence[Column], make: Callable[[str, tuple[DiffCell, ...]], DiffRow]
) -> tuple[DiffRow, ...]:
    """Line up columns by name and compare each with the first; ``make`` turns cells into a row.

    Names keep the order of the base, then of the others. What can't be compared with anything is left out.
    """
    base = columns[0]
    if base is None or all(column is None for column in columns[1:]):
        return ()
    names = dict.fromkeys(name for column in columns if column is not None for name in column)
    found = []
    for name in names:
        before = base.get(name, _ABSENT)
        others = (
            _UNKNOWN if column is None else compared(before, column.get(name, _ABSENT))
            for column in columns[1:]
        )
        found.append(make(name, (before, *others)))
    return tuple(found)


def compared(before: DiffCell, after: DiffCell) -> DiffCell:
    """Return a cell with what became of it since ``before``; no judgement of what is better."""
    outcome: Outcome = "changed"
    if is_same(before, after):
        outcome = "same"
    elif before.value is MISSING:
        outcome = "added"
    elif after.value is MISSING:
        outcome = "removed"
    delta = difference(before.value, after.value)
    percent = None if delta is None else relative(delta, before.value)
    return DiffCell(after.value, after.digest, outcome, delta, percent, after.note)


def judged(row: DiffRow, direction: Direction | None) -> DiffRow:
    """Return a metric's row with what changed called better or worse, as far as that can be said."""
    before = row.cells[0]
    told = (_judged(before, cell, direction) for cell in row.cells[1:])
    return DiffRow(row.name, (before, *told), direction=direction)


def _judged(before: DiffCell, after: DiffCell, direction: Direction | None) -> DiffCell:
    if after.outcome != "changed" or not is_number(before.value) or not is_number(after.value):
        return after
    outcome: Outcome = improved(direction, _number(before.value), _number(after.value)) or "changed"
    return DiffCell(after.value, after.digest, outcome, after.delta, after.percent, after.note)


def is_same(a: DiffCell, b: DiffCell) -> bool:
    """Say whether two cells hold the same: by digest where both have one, else by type and value."""
    if a.digest and b.digest:
        return a.digest == b.digest
    if isinstance(a.value, float) and isinstance(b.value, float) and math.isnan(a.value):
        return math.isnan(b.value)
    # A configuration's 1, 1.0 and true are three things, although Python finds them equal.
    return type(a.value) is type(b.value) and a.value == b.value


def difference(before: Value, after: Value) -> float | None:
    """Return after − before for two numbers; None for anything else, and with a NaN on either side."""
    if not is_number(before) or not is_number(after):
        return None
    try:
        delta = _number(after) - _number(before)
    except OverflowError:  # an integer that no float can hold, beside a float
        return None
    return None if math.isnan(delta) else delta


def relative(delta: float, before: Value) -> float | None:
    """Return a delta in percent of the absolute value before; None where that is no finite number."""
    try:
        percent = delta / abs(_number(before)) * 100
    except (ZeroDivisionError, OverflowError):
        return None
    return percent if math.isfinite(percent) else None


def is_number(value: Value) -> bool:
    """Say whether a value is a number; true and false are not."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def plain(values: Mapping[str, Value] | Iterable[tuple[str, Value]]) -> dict[str, DiffCell]:
    """Return values as a column."""
    return {name: DiffCell(value) for name, value in dict(values).items()}


def _number(value: Value) -> float:
    assert isinstance(value, int | float)
    return value
