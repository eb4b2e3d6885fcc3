"""From a tree of values to flat names and scalars."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from ...errors import BadInputError
from ...nouns.manifest import Scalar
from ...nouns.metric import from_stored, to_stored
from ..value_names import check_name, encodable
from .numbers import as_number, describe, unwrap
from .reading import MAX_VALUES, twice

MAX_DEPTH = 64
_INT64 = 2**63


def flatten(tree: Mapping[Any, Any], what: Literal["metric", "param"], where: str) -> dict[str, Scalar]:
    """Return a tree of metrics or parameters as flat names → scalars; ``where`` begins every complaint.

    Numbers of array libraries (anything with ``item()``, such as a NumPy or torch scalar) count as numbers.

    Raises:
        BadInputError: a metric that is no number, a parameter that can't be kept, a name that comes out
            twice, or too many of them.
    """
    if not isinstance(tree, Mapping):
        raise BadInputError(f"{where} is {describe(tree)} where names and values are expected")
    budget = _Budget(where)
    if what == "metric":
        return {path: _metric(value, f"{where}: {path!r}") for path, value in _leaves(tree, budget)}
    return {path: _param(value, f"{where}: {path!r}", budget) for path, value in _leaves(tree, budget)}


def split_numbers(tree: Mapping[Any, Any], where: str) -> tuple[dict[str, float], tuple[str, ...]]:
    """Return the numbers of a tree as flat names → floats, and the names of what is no number.

    The words that mvtui's own JSON has for numbers that are not finite (``"NaN"``) count as numbers.

    Raises:
        BadInputError: a name that can't be kept or comes out twice, or too many of them.
    """
    numbers: dict[str, float] = {}
    skipped: list[str] = []
    for path, value in _leaves(tree, _Budget(where)):
        number = _from_word(value) if isinstance(value, str) else as_number(value)
        if number is None:
            skipped.append(path)
        else:
            numbers[path] = number
    return numbers, tuple(skipped)


class _Budget:
    """Counts values, so that a few lines of YAML aliases can't become millions of them."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.left = MAX_VALUES

    def spend(self, depth: int) -> None:
        self.left -= 1
        if depth > MAX_DEPTH:
            problem = "is nested too deeply"
        elif self.left < 0:
            problem = f"holds more than {MAX_VALUES:,} values"
        else:
            return
        raise BadInputError(f"{self.where} {problem}", hint="Keep the few values that describe the version.")


def _leaves(tree: Mapping[Any, Any], budget: _Budget) -> Iterator[tuple[str, Any]]:
    seen: set[str] = set()
    for path, value in _walk(tree, "", budget, 0):
        if path in seen:
            raise twice(budget.where, path)
        seen.add(path)
        yield path, value


def _walk(tree: Mapping[Any, Any], above: str, budget: _Budget, depth: int) -> Iterator[tuple[str, Any]]:
    for key, value in tree.items():
        budget.spend(depth)
        text = _key_text(key)
        path = check_name(above + text if text else "", budget.where)
        if isinstance(value, Mapping):
            yield from _walk(value, path + "/", budget, depth + 1)
        else:
            yield path, value


def _key_text(key: object) -> str:
    if isinstance(key, bool) or key is None:
        return json.dumps(key)
    return key.isoformat() if hasattr(key, "isoformat") else str(key)


def _metric(value: Any, where: str) -> float:
    number = as_number(unwrap(value, where))
    if number is None:
        raise BadInputError(
            f"{where} is {describe(value)}; a metric is a number",
            hint="Keep numbers in the metrics; text and lists belong in the parameters.",
        )
    return number


def _from_word(text: str) -> float | None:
    try:
        return from_stored(text)
    except ValueError:
        return None


def _param(value: Any, where: str, budget: _Budget) -> Scalar:
    value = unwrap(value, where)
    if isinstance(value, list | tuple):
        return json.dumps(_plain(value, where, budget, 0), ensure_ascii=False)
    return _plain_scalar(value, where)


def _plain(value: Any, where: str, budget: _Budget, depth: int) -> Any:
    budget.spend(depth)
    if isinstance(value, Mapping):
        return {_key_text(key): _plain(item, where, budget, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, where, budget, depth + 1) for item in value]
    return _plain_scalar(value, where)


def _plain_scalar(value: Any, where: str) -> Scalar:
    if isinstance(value, str):
        return encodable(str(value), where)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        if -_INT64 <= value < _INT64:
            return int(value)
        raise BadInputError(f"{where} has more than 64 bits", hint="Write it as text, in quotes.")
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else to_stored(float(value))
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    raise BadInputError(f"{where} is {describe(value)}, which can't be kept", hint="Write it as text.")
