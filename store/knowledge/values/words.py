"""``k=v`` words: metrics, parameters and tags as they are typed on a command line."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable
from typing import Literal

from ...errors import BadInputError
from ...nouns.manifest import Scalar
from .numbers import parse_number

_INT = re.compile(r"[-+]?(?:0|[1-9]\d*)", re.ASCII)
_WORDS: dict[str, Scalar] = {"true": True, "false": False, "null": None, "none": None}
_INT64 = 2**63
_EXAMPLES: dict[str, str] = {"metric": "accuracy=0.93", "param": "lr=1e-4", "tag": "owner=alice"}


def parse_pairs(words: Iterable[str], what: Literal["metric", "param", "tag"]) -> dict[str, Scalar]:
    """Read ``k=v`` words.

    A metric's value is a number, ``nan``, ``inf`` or ``-inf``; a tag's is text as it stands. A parameter's
    is read as an integer, a number, ``true``/``false``, ``null``/``none``, else text; double quotes keep it
    text (``seed='"7"'``).

    Raises:
        BadInputError: no ``=``, no name, a name given twice, or a metric that is no number.
    """
    values: dict[str, Scalar] = {}
    for word in words:
        key, equals, text = word.partition("=")
        if not equals or not key:
            raise BadInputError(
                f"{word!r} is not a {what}: it has no {'name' if equals else 'value'}",
                hint=f"Write name=value, such as {_EXAMPLES[what]}.",
            )
        if key in values:
            raise BadInputError(f"the {what} {key!r} is given twice", hint="Leave one of the two out.")
        values[key] = _READERS[what](key, text)
    return values


def _metric(key: str, text: str) -> Scalar:
    value = parse_number(text)
    if value is None:
        raise BadInputError(
            f"the metric {key!r} is {text!r}, which is not a number",
            hint=f"Write a number, such as {key}=0.93; text belongs in --param or --tag.",
        )
    return value


def _param(_key: str, text: str) -> Scalar:
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    if _INT.fullmatch(text):
        return int(text) if len(text) < 21 and -_INT64 <= int(text) < _INT64 else text
    number = parse_number(text)
    if number is not None and math.isfinite(number) and not text.lstrip("+-").isdigit():
        return number
    if len(text) >= 2 and text[0] == text[-1] == '"':
        try:
            return str(json.loads(text))
        except ValueError:
            return text
    return text


def _tag(_key: str, text: str) -> Scalar:
    return text


_READERS: dict[str, Callable[[str, str], Scalar]] = {"metric": _metric, "param": _param, "tag": _tag}
