"""JSON that may lie: bounded in size, number of values and depth before and while it is parsed; no key twice."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

from ...errors import BadFileError

MAX_VALUES = 4_000_000
"""Most values that are parsed; the largest headers have about a million."""
MAX_KEYS = 1_500_000
"""Most keys of all objects together: they take the most memory."""

Pairs = list[tuple[str, Any]]


def parse(data: bytes, format: str, *, make: Callable[[Pairs], Any] | None = None) -> Any:  # noqa: A002
    """Return the value that JSON in UTF-8 holds, a byte order mark taken off.

    ``make`` makes something of each object's keys and values, innermost first; by default a dict without repeated keys.

    Raises:
        BadFileError: it is not JSON, repeats a key, is nested too deeply, or holds too many values.
    """
    # Each value and key brings a sign of its own; those within texts are counted, too, which does no harm.
    if data.count(b",") + data.count(b"[") + data.count(b"{") > MAX_VALUES:
        raise BadFileError(f"its JSON holds more than {MAX_VALUES:,} values", format=format)
    if data.count(b":") > MAX_KEYS:
        raise BadFileError(f"its JSON holds more than {MAX_KEYS:,} keys", format=format)

    def once(pairs: Pairs) -> dict[str, Any]:
        return distinct(pairs, format)

    try:
        return json.loads(data.decode("utf-8-sig"), object_pairs_hook=make or once)
    except UnicodeDecodeError as error:
        problem = f"it is not UTF-8 at byte {error.start:,}"
    except json.JSONDecodeError as error:
        problem = f"line {error.lineno}, column {error.colno}: {error.msg[:1].lower()}{error.msg[1:]}"
    except RecursionError:
        problem = "its JSON is nested too deeply"
    except ValueError:
        problem = "its JSON holds a number of thousands of digits"
    raise BadFileError(problem, format=format)


def distinct(pairs: Pairs, format: str) -> dict[str, Any]:  # noqa: A002
    """Return keys and values as a dict.

    Raises:
        BadFileError: a key is there twice.
    """
    found = dict(pairs)
    if len(found) != len(pairs):
        counts = Counter(key for key, _ in pairs)
        twice = next(key for key in counts if counts[key] > 1)
        raise BadFileError(f"the key {twice[:60]!r} is there twice", format=format)
    return found


def parse_object(data: bytes, format: str) -> dict[str, Any]:  # noqa: A002
    """Return the object that JSON holds.

    Raises:
        BadFileError: as ``parse``, or it is something else than an object.
    """
    value = parse(data, format)
    if not isinstance(value, dict):
        raise BadFileError("it is not a JSON object", format=format)
    return value


def whole(value: object) -> int | None:
    """Return a whole number that is not negative and fits 63 bits; None for anything else, True and False included."""
    return value if type(value) is int and 0 <= value < 2**63 else None
