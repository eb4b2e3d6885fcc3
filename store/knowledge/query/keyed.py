"""Conditions on what a version holds by name: metrics, parameters, tags."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any, TypeAlias

from ...nouns.manifest import scalar_text
from ...nouns.metric import StoredValue, from_stored
from . import quantities
from .fields import COMPARE
from .pattern import Pattern, any_of
from .text import Document
from .tree import Condition, Value

Test: TypeAlias = Callable[[Document], bool]

_NAN = math.nan
_NUMBERS = frozenset({int, float})
_ANY = Pattern(("", ""), exact=True)
_EMPTY: Mapping[str, Any] = {}


def test(condition: Condition) -> Test:
    """Return the function that tells whether a document fits."""
    table, key = f"{condition.field}s", condition.key
    fits = _VALUES[condition.field](condition) if condition.values else _present
    if key is None or key.plain is None:
        matches = cache((key or _ANY).fits)
        return lambda d: any(fits(value) for name, value in d.get(table, _EMPTY).items() if matches(name))
    name = key.plain
    if condition.field == "param" and (compare := COMPARE.get(condition.operator)):
        return _compared_param(name, compare, condition.values[0])
    return lambda d: name in (held := d.get(table, _EMPTY)) and fits(held[name])


def metric_column(documents: Iterable[Document], name: str) -> list[float]:
    """Return a metric of each version, NaN where there is none: to compare a hundred thousand again and again."""
    stored = [document.get("metrics", _EMPTY).get(name, _NAN) for document in documents]
    return [value if value.__class__ is not str else measured(value) for value in stored]


def _compared_param(name: str, compare: Callable[[Any, Any], bool], bound: Value) -> Test:
    """The comparison without a call for each value."""

    def fits(document: Document) -> bool:
        value = document.get("params", _EMPTY).get(name, _NAN)
        return value.__class__ in _NUMBERS and compare(value, bound)

    return fits


def _present(_value: object) -> bool:
    return True


def _tag_value(condition: Condition) -> Callable[[Any], bool]:
    fits, wanted = any_of(condition.values), condition.operator != "!="
    return lambda value: fits(value) is wanted


def measured(stored: StoredValue) -> float:
    """Return a metric's value; NaN for a word that no mvtui known to this one writes."""
    try:
        return from_stored(stored)
    except ValueError:
        return math.nan


def _metric_value(condition: Condition) -> Callable[[Any], bool]:
    if compare := COMPARE.get(condition.operator):
        bound = condition.values[0]
        return lambda value: compare(value if value.__class__ is not str else measured(value), bound)
    values = [value for value in condition.values if isinstance(value, float)]
    if any(isinstance(value, Pattern) for value in condition.values):
        return _present
    asks_nan = any(map(math.isnan, values))
    wanted = condition.operator != "!="

    def fits(stored: Any) -> bool:
        value = measured(stored)
        if math.isnan(value):
            return asks_nan and wanted
        return (value in values) is wanted

    return fits


def _param_value(condition: Condition) -> Callable[[Any], bool]:
    if compare := COMPARE.get(condition.operator):
        bound = condition.values[0]
        return lambda value: value.__class__ in _NUMBERS and compare(value, bound)
    patterns = [value for value in condition.values if isinstance(value, Pattern)]
    numbers = {number for p in patterns if (number := _number(p.plain)) is not None}
    fits, wanted = any_of(patterns), condition.operator != "!="

    def equal(value: Any) -> bool:
        if value.__class__ in _NUMBERS and value in numbers:
            return wanted
        return fits(scalar_text(value)) is wanted

    return equal


def _number(text: str | None) -> float | None:
    try:
        return quantities.number(text or "")
    except ValueError:
        return None


_VALUES: dict[str, Callable[[Condition], Callable[[Any], bool]]] = {
    "tag": _tag_value,
    "metric": _metric_value,
    "param": _param_value,
}
