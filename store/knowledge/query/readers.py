"""How each type of field reads a value."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeAlias

from . import quantities
from .fields import NONE, YES, Field
from .pattern import Pattern
from .quantities import NoSuchDateError, Span
from .tree import Value
from .words import Part

_HALF = re.compile(r"[-+.\d:Tte]*", re.ASCII)
"""What a number, a date or a duration may look like while it is typed."""

_VERSION = re.compile(r"v?(\d+)(?:\.(\d+)(?:\.(\d+)(-[0-9A-Za-z.-]+)?)?)?", re.ASCII)
_HEX = re.compile(r"[0-9a-f]{1,64}", re.ASCII)
NOTHING = Pattern(("",))
"""What ``stage:none`` asks for: no text."""

_EQUAL = frozenset({"=", "!="})


class UnreadableError(Exception):
    """A value is not of its field's type: it is no ``what``. ``half`` says that it may become one by typing on."""

    def __init__(self, what: str, hint: str, *, half: bool = False, candidates: Sequence[str] = ()) -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint
        self.half = half
        self.candidates = tuple(candidates)


Reader: TypeAlias = Callable[[Part, Field, str, datetime], Value]


def _pattern(part: Part, _field: Field, _operator: str, _now: datetime) -> Value:
    return part.pattern


def _text(part: Part, _field: Field, _operator: str, _now: datetime) -> Value:
    return part.text


def _word(part: Part, field: Field, _operator: str, _now: datetime) -> Value:
    pattern = part.pattern
    word = pattern.plain
    if word is not None and word not in field.words:
        raise _not_among(word, field)
    return NOTHING if word == NONE else pattern


def _flag(part: Part, field: Field, _operator: str, _now: datetime) -> Value:
    word = part.text.lower()
    if word not in field.words:
        raise _not_among(word, field)
    return word == YES


def _not_among(word: str, field: Field) -> UnreadableError:
    from difflib import get_close_matches

    return UnreadableError(
        field.name if field.takes == "word" else "yes or no",
        f"Known: {', '.join(field.words)}.",
        half=any(known.startswith(word) for known in field.words),
        candidates=get_close_matches(word[:100], field.words, n=1, cutoff=0.5),
    )


def _id(part: Part, _field: Field, _operator: str, _now: datetime) -> Value:
    text = part.text.lower()
    if not _HEX.fullmatch(text):
        raise UnreadableError("hash ID", "Write its first hex digits, such as id:9f8a12e.")
    return text


def _version(part: Part, _field: Field, operator: str, _now: datetime) -> Value:
    match = _VERSION.fullmatch(part.text)
    if operator in _EQUAL and (match is None or match[3] is None):
        if match is None and part.pattern.plain is not None:
            raise _no_version(part)
        pieces = part.pattern.pieces
        first = pieces[0].removeprefix("v")
        # The beginning of a number stands for all that begin so: 1.4 for 1.4.0 and 1.4.1, not for 1.40.0.
        return Pattern((f"{first}.", "")) if len(pieces) == 1 else Pattern((first, *pieces[1:]))
    if match is None:
        raise _no_version(part)
    return f"{match[1]}.{match[2] or 0}.{match[3] or 0}{match[4] or ''}"


def _no_version(part: Part) -> UnreadableError:
    return UnreadableError(
        "version number",
        "Write 1.4.0, its beginning such as 1.4, or 1.*.",
        half=re.fullmatch(r"v?[\d.]*-?", part.text, re.ASCII) is not None,
    )


def _moment(part: Part, _field: Field, _operator: str, now: datetime) -> Value:
    return _quantity("date", part, lambda text: quantities.moment(text, now))


def _age(part: Part, _field: Field, _operator: str, now: datetime) -> Value:
    return _quantity("duration", part, lambda text: quantities.ago(quantities.duration(text), now))


def _size(part: Part, _field: Field, _operator: str, _now: datetime) -> Value:
    return _quantity("size", part, quantities.size)


def _count(part: Part, _field: Field, _operator: str, _now: datetime) -> Value:
    return _quantity("whole number", part, quantities.count)


def _number(part: Part, _field: Field, operator: str, _now: datetime) -> Value:
    if operator == "=" and part.pattern.anything:
        return part.pattern
    return _quantity("number", part, quantities.number)


def _scalar(part: Part, field: Field, operator: str, now: datetime) -> Value:
    return part.pattern if operator in _EQUAL else _number(part, field, operator, now)


def _quantity(what: str, part: Part, read: Callable[[str], float | Span]) -> Value:
    try:
        return read(part.text)
    except ValueError as error:
        hint = str(error)
        half = not isinstance(error, NoSuchDateError) and what != "whole number"
        raise UnreadableError(
            what, f"{hint[:1].upper()}{hint[1:]}.", half=half and _HALF.fullmatch(part.text) is not None
        ) from None


READERS: dict[str, Reader] = {
    "pattern": _pattern,
    "part": _pattern,
    "word": _word,
    "flag": _flag,
    "id": _id,
    "git": _pattern,
    "edge": _text,
    "version": _version,
    "moment": _moment,
    "age": _age,
    "size": _size,
    "count": _count,
    "number": _number,
    "scalar": _scalar,
}
"""What a field takes → how it is read."""
