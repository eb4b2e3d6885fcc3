"""What templates may do with values, so that nothing comes out huge: filters, and operations."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from ...errors import BadInputError
from .limits import MAX_OUTPUT, too_long

HARMLESS = tuple(
    "abs capitalize count d default dictsort first float groupby int items last length list lower map max"
    " min reject rejectattr reverse select selectattr sort string title trim truncate unique upper wordcount"
    " wordwrap".split()
)
"""Filters of jinja2 whose result is not much larger than what they are given, and that no argument makes slow."""

_MOST_BITS = 4096
_MOST_WIDTH = 1000
_MOST_DIGITS = 100


def check_operation(operator: str, left: Any, right: Any) -> None:
    """Refuse an operation before it makes a huge text, list or number.

    Raises:
        BadInputError: it would; or it is the formatting of text by ``%``, whose widths nothing bounds.
    """
    if operator == "%" and isinstance(left, str | bytes):
        raise BadInputError(
            "a template of a prompt can't format text with '%'",
            hint="Write the value with {{ … }} beside it.",
        )
    if operator == "+" and _is_sized(left) and _is_sized(right):
        _check_length(len(left) + len(right))
    elif operator == "*":
        for sized, times in ((left, right), (right, left)):
            if _is_sized(sized) and isinstance(times, int):
                _check_length(len(sized) * max(times, 0))
        _check_bits(_bits(left) + _bits(right))
    elif operator == "**":
        _check_bits(_bits(left) * abs(right) if isinstance(right, int) else 0)


def _is_sized(value: Any) -> bool:
    return isinstance(value, str | bytes | list | tuple)


def _bits(value: Any) -> int:
    return value.bit_length() if isinstance(value, int) else 0


def _check_bits(bits: int) -> None:
    if bits > _MOST_BITS:
        raise BadInputError(
            "a number in the template becomes too large",
            hint="Work it out before, and give it as a variable.",
        )


def _check_length(length: int) -> None:
    if length > MAX_OUTPUT:
        raise too_long()


def _bounded_width(value: int, most: int) -> int:
    if not -most <= value <= most:
        raise BadInputError(f"a template asks for {value} where {most} is the most", hint="Write less.")
    return value


def joined(parts: Iterable[Any]) -> str:
    """Return the texts of some values as one: the operator ``~``."""
    return _join(parts)


def _join(value: Iterable[Any], d: str = "", attribute: Any = None) -> str:
    items = [_attribute(item, attribute) for item in value] if attribute is not None else value
    texts: list[str] = []
    length = 0
    for item in items:
        texts.append(str(item))
        length += len(texts[-1]) + len(d)
        _check_length(length)
    return str(d).join(texts)


def _attribute(item: Any, name: Any) -> Any:
    if isinstance(item, Mapping) or isinstance(name, int):
        return item[name]
    raise BadInputError(
        f"join(attribute={name!r}) reads keys of mappings only",
        hint="Give mappings, or join what map() gives.",
    )


def _replace(value: Any, old: str, new: str, count: int | None = None) -> str:
    text, old, new = str(value), str(old), str(new)
    found = text.count(old) if count is None else min(text.count(old), count)
    _check_length(len(text) + found * (len(new) - len(old)))
    return text.replace(old, new, -1 if count is None else count)


def _indent(value: Any, width: int | str = 4, first: bool = False, blank: bool = False) -> str:
    text = str(value)
    by = width if isinstance(width, str) else " " * _bounded_width(width, _MOST_WIDTH)
    lines = text.split("\n")
    _check_length(len(text) + len(lines) * len(by))
    found = [
        line if (n == 0 and not first) or not (line or blank) else by + line for n, line in enumerate(lines)
    ]
    return "\n".join(found)


def _round(value: float, precision: int = 0, method: str = "common") -> float:
    _bounded_width(precision, _MOST_DIGITS)
    if method == "common":
        return round(float(value), precision)
    import math

    by = {"ceil": math.ceil, "floor": math.floor}.get(method)
    if by is None:
        raise BadInputError(f"{method!r} is no way to round", hint="Write common, ceil or floor.")
    return float(by(value * 10**precision) / 10**precision)


def _tojson(value: Any, indent: int | None = None, ensure_ascii: bool = False) -> str:
    """Return JSON as it is: jinja2's own is written for HTML, and escapes what a prompt means."""
    if indent is not None:
        _bounded_width(indent, 16)
    return json.dumps(value, indent=indent, ensure_ascii=ensure_ascii)


BOUNDED = {
    "join": _join,
    "replace": _replace,
    "indent": _indent,
    "round": _round,
    "tojson": _tojson,
}
"""Filters in a form of our own: jinja2's can be made to fill the memory, or write for HTML."""
