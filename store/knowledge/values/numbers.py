"""What counts as a number, in text and in what parsers return, and how to tell of what is none."""

from __future__ import annotations

import json
import math
import re
from typing import Any

from ...errors import BadInputError

_NUMBER = re.compile(
    r"[-+]?(?:(?:\d+\.\d*|\.\d+|\d+)(?:e[-+]?\d+)?|nan|inf(?:inity)?)", re.ASCII | re.IGNORECASE
)


def parse_number(text: str) -> float | None:
    """Return the number that a text is, ``nan``, ``inf`` and ``infinity`` in any case included; else None.

    Stricter than ``float``: no ``_``, no white space, ASCII digits only. A number beyond a float's range is
    infinite, as everywhere in IEEE 754.
    """
    return float(text) if _NUMBER.fullmatch(text) else None


def as_number(value: object) -> float | None:
    """Return an integer or a float as a float; None for anything else, truth values included."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def unwrap(value: Any, where: str) -> Any:
    """Return a scalar of an array library (NumPy, torch: anything with ``item()``) as Python's own.

    Raises:
        BadInputError: it is an array of several values.
    """
    if isinstance(value, str | int | float | list | tuple) or not callable(getattr(value, "item", None)):
        return value
    try:
        return value.item()
    except (RuntimeError, TypeError, ValueError) as error:
        raise BadInputError(f"{where} is an array of many values", hint="Reduce it to one number.") from error


def describe(value: object) -> str:
    """Return what a value is, for a complaint about it: ``the text 'high'``, ``a list``."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return f"the word {json.dumps(value)}"
    if isinstance(value, str):
        return f"the text {value if len(value) <= 40 else value[:40] + '…'!r}"
    names = {list: "a list", dict: "a mapping", int: "a number", float: "a number", bytes: "binary data"}
    name = type(value).__name__
    return names.get(type(value), f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}")
