"""Series (a metric over the steps of a run): put in order, and to and from the bytes of an object.

The bytes are canonical JSON, one list a column, so that equal series have one digest and any tool reads them:

    {"format":1,"series":{"loss":{"step":[10,20],"value":[0.9,"NaN"]}}}

Names are sorted; numbers that are not finite are the words ``NaN``, ``Infinity`` and ``-Infinity``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

import msgspec

from ..errors import BadInputError, FormatError, VerificationError
from ..nouns.metric import Series, StoredValue, from_stored, to_stored
from .value_names import check_name

MAX_POINTS = 2_000_000
"""Most points that the series of one object may have together."""

_FORMAT = 1
_HINT = "See which versions it hits: mvtui verify"


class _Columns(msgspec.Struct):
    step: list[float]
    value: list[StoredValue]


class _File(msgspec.Struct):
    format: int
    series: dict[str, _Columns]


def in_order(points: Iterable[tuple[float, float]]) -> Series:
    """Return points (step, value) as a series with rising steps.

    Where a step is there twice the later point counts: a run that went on from a checkpoint repeats steps.
    """
    latest = {step + 0.0: value for step, value in points}  # -0.0 would be written as 0
    steps = sorted(latest)
    return Series(tuple(steps), tuple(latest[step] for step in steps))


def checked(series: object) -> dict[str, Series]:
    """Return the series that a script gave, with steps rising and everything a float.

    Raises:
        BadInputError: not a mapping of names to ``Series``, as many steps as values are missing, a step
            that is not finite, a value that is no number, or more than ``MAX_POINTS`` points.
    """
    if not isinstance(series, Mapping):
        raise BadInputError("series are not a mapping", hint="Write {name: Series(steps, values)}.")
    done = {}
    for name, one in series.items():
        if not isinstance(name, str) or not name or not isinstance(one, Series):
            raise BadInputError(
                f"{name!r} names no series", hint="Write {name: Series(steps, values)}, the name as text."
            )
        check_name(name, "the series")
        steps = _numbers(one.steps, f"the steps of the series {name!r}")
        values = _numbers(one.values, f"the values of the series {name!r}")
        if len(steps) != len(values):
            raise BadInputError(
                f"the series {name!r} has {len(steps):,} steps and {len(values):,} values",
                hint="Give one step for each value.",
            )
        if not all(map(math.isfinite, steps)):
            raise BadInputError(f"a step of the series {name!r} is not finite", hint="Leave it out.")
        done[name] = in_order(zip(steps, values, strict=True))
    check_points(sum(len(one.steps) for one in done.values()), "the series")
    return done


def check_points(count: int, where: str) -> None:
    """Refuse more than ``MAX_POINTS``.

    Raises:
        BadInputError: there are more.
    """
    if count > MAX_POINTS:
        raise BadInputError(
            f"{where} would keep more than {MAX_POINTS:,} points of series",
            hint="Keep every n-th step, or none: --no-series leaves the last values.",
        )


def encode(series: Mapping[str, Series]) -> bytes:
    """Return series as the bytes of an object; equal series give equal bytes."""
    columns = {
        name: _Columns([_short(step) for step in one.steps], [to_stored(value) for value in one.values])
        for name, one in series.items()
    }
    return msgspec.json.encode(_File(_FORMAT, columns), order="sorted")


def decode(data: bytes) -> dict[str, Series]:
    """Return the series that ``encode`` wrote.

    Raises:
        VerificationError: the bytes are not what it writes.
        FormatError: a newer mvtui wrote them.
    """
    try:
        read = msgspec.json.decode(data, type=_File)
        if read.format == _FORMAT:
            return {name: _series(columns) for name, columns in read.series.items()}
    except (ValueError, RecursionError) as error:  # msgspec's errors are ValueErrors
        raise VerificationError(f"the series can't be read: {error}", hint=_HINT) from None
    raise FormatError(
        f"the series are of format {read.format}, which this mvtui doesn't know",
        hint="Update mvtui: pip install --upgrade mvtui",
    )


def merge_series(parts: Iterable[Mapping[str, Series]]) -> dict[str, Series]:
    """Return several readings of a run's series as one, in the order in which they were recorded.

    Series of one name are joined by step: a run that went on elsewhere brings the steps that are missing, and
    where two have the same step the later reading counts.
    """
    merged: dict[str, Series] = {}
    for part in parts:
        for name, series in part.items():
            merged[name] = _joined(merged[name], series) if name in merged else series
    return merged


def _joined(before: Series, after: Series) -> Series:
    pairs = (zip(series.steps, series.values, strict=True) for series in (before, after))
    return in_order(chain.from_iterable(pairs))


def _series(columns: _Columns) -> Series:
    if len(columns.step) != len(columns.value):
        raise ValueError("a series has not as many values as steps")
    return Series(tuple(map(float, columns.step)), tuple(float(from_stored(v)) for v in columns.value))


def _numbers(values: Sequence[Any], where: str) -> list[float]:
    try:
        return [float(value) for value in values]
    except (TypeError, ValueError, OverflowError, RuntimeError):
        raise BadInputError(f"{where} are not all numbers", hint="Give numbers; NaN is one.") from None


def _short(step: float) -> float:
    """Return a whole step as an integer, which is shorter to write and reads back the same."""
    return int(step) if step.is_integer() and abs(step) < 2**53 else step
