"""A framework's values as a version can hold them: plain numbers, plain parameters, no secrets."""

from __future__ import annotations

import enum
import math
import os
import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Protocol, runtime_checkable

_SECRET = re.compile(
    r"(?:.*[_.-])?(?:token|secrets?|passw(?:or)?d|passphrase|credentials?|auth|api_?key|access_?key)",
    re.ASCII | re.IGNORECASE,
)
"""Names of parameters whose values never leave the training script."""

MAX_TEXT = 1000
"""Longest text of a parameter, in characters; what is longer is no setting."""


@runtime_checkable
class _Scalar(Protocol):
    def item(self) -> object: ...


def numbers(values: Mapping[str, object]) -> dict[str, float]:
    """Return those values that are one number each: Python's, NumPy's, or a tensor of one element."""
    found = {name: number(value) for name, value in values.items()}
    return {name: value for name, value in found.items() if value is not None}


def number(value: object) -> float | None:
    """Return a value as a float; None when it isn't one number. NaN and infinities are numbers."""
    if isinstance(value, _Scalar):
        try:
            value = value.item()
        except (RuntimeError, TypeError, ValueError):  # an array of many values
            return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value)
    except OverflowError:  # an integer beyond what a float holds
        return None


def parameters(values: Mapping[str, object]) -> dict[str, object]:
    """Return settings as parameters: what can't be kept becomes its name or is left out, and secrets are.

    Enumerations become their value, paths text, other objects (a loss function, a callable) their class or name.
    """
    return {
        name: _plain(value)
        for name, value in ((str(key), value) for key, value in values.items())
        if name and value is not None and not _SECRET.fullmatch(name)
    }


def _plain(value: object) -> object:
    if isinstance(value, enum.Enum):
        value = value.value
    if isinstance(value, Mapping):
        return parameters(value)
    if isinstance(value, AbstractSet):
        return sorted(map(str, value))
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, str | bytes | os.PathLike):
        return _text(value)
    if value is None or isinstance(value, bool):
        return value
    single = number(value)
    if single is not None:
        return _number(value, single)
    name = getattr(value, "__qualname__", None) or type(value).__qualname__
    return str(name)


def _number(value: object, single: float) -> object:
    whole = value.item() if isinstance(value, _Scalar) else value
    if isinstance(whole, int):
        return whole if -(2**63) <= whole < 2**63 else str(whole)
    return single if math.isfinite(single) else str(single)  # a parameter is JSON, which has no NaN


def _text(value: str | bytes | os.PathLike[str]) -> str:
    text = os.fsdecode(value)
    text = text.encode("utf-8", "replace").decode("utf-8")
    return text if len(text) <= MAX_TEXT else text[:MAX_TEXT] + "…"
