"""Templates with ``{name}``, as f-strings and ``str.format`` write them.

The grammar is that of https://docs.python.org/3/library/string.html#format-string-syntax, narrowed to what a prompt
needs: a field is a plain name, with a conversion and a format if it likes (``{price:.2f}``, ``{day:%Y-%m-%d}``). No
attributes, no items, no fields inside fields: those would read what the caller did not mean to give.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from ...errors import BadInputError
from ...nouns.prompt import Variables
from .limits import MAX_OUTPUT, too_long
from .places import bad

_FIELD = re.compile(r"(?P<name>[^!:]*)(?:!(?P<conversion>[^:]*))?(?::(?P<format>.*))?", re.DOTALL)
_FORMAT = re.compile(
    r"(?:.?[<>=^])?[+\- ]?z?#?0?\d{0,3}[,_]?(?:\.\d{1,3})?[a-zA-Z%]?|(?:%[A-Za-z%]|[-/:., ])+", re.ASCII
)
_CONVERSIONS: dict[str, Callable[[object], str]] = {"s": str, "r": repr, "a": ascii}
_LITERAL = "For a brace that is meant as one write {{ or }}; for text without variables say --template text."


class _Field(NamedTuple):
    name: str
    conversion: str
    format: str


class BracesTemplate:
    """A parsed template. ``variables`` are its fields, all of them required.

    Raises:
        BadTemplateError: a brace that stands alone, or a field that is more than a name.
    """

    def __init__(self, text: str, file: str = "") -> None:
        self._pieces = list(_pieces(text, file))
        names = {piece.name for piece in self._pieces if isinstance(piece, _Field)}
        self.variables = Variables(tuple(sorted(names)))

    def render(self, values: Mapping[str, object]) -> str:
        """Return the text with its fields filled in.

        Raises:
            BadInputError: a value has no such format, or the text comes out too long.
        """
        parts: list[str] = []
        length = 0
        for piece in self._pieces:
            parts.append(piece if isinstance(piece, str) else _filled(piece, values[piece.name]))
            length += len(parts[-1])
            if length > MAX_OUTPUT:
                raise too_long()
        return "".join(parts)


def _filled(field: _Field, value: object) -> str:
    if field.conversion:
        value = _CONVERSIONS[field.conversion](value)
    try:
        return format(value, field.format)
    except (TypeError, ValueError) as error:
        raise BadInputError(
            f"the variable {field.name!r} can't be written as {field.format!r}: {error}",
            hint="Give a value of another type, or change the template.",
        ) from error


def _pieces(text: str, file: str) -> Iterator[str | _Field]:
    at = 0
    while at < len(text):
        brace = _BRACE.search(text, at)
        if brace is None:
            yield text[at:]
            return
        if brace.start() > at:
            yield text[at : brace.start()]
        start = brace.start()
        if text[start : start + 2] in ("{{", "}}"):
            yield text[start]
            at = start + 2
            continue
        if text[start] == "}":
            raise bad(text, start, "a '}' that closes nothing", file, _LITERAL)
        end = _BRACE.search(text, start + 1)
        if end is None:
            raise bad(text, start, "a '{' that is never closed", file, _LITERAL)
        if text[end.start()] == "{":
            raise bad(text, end.start(), "a '{' inside another", file, _LITERAL)
        yield _field(text, start, text[start + 1 : end.start()], file)
        at = end.start() + 1


_BRACE = re.compile(r"[{}]")


def _field(text: str, start: int, content: str, file: str) -> _Field:
    match = _FIELD.fullmatch(content)
    assert match is not None, "the pattern fits any text"
    name, conversion, form = match["name"], match["conversion"], match["format"] or ""
    if not (name.isidentifier() and name.isascii()):
        raise bad(text, start, f"{{{content[:40]}}} is no variable: {_no_name(name)}", file, _LITERAL)
    if conversion is not None and conversion not in _CONVERSIONS:
        raise bad(text, start, f"!{conversion[:20]} is no conversion", file, "Write !s, !r or !a.")
    if not _FORMAT.fullmatch(form):
        raise bad(
            text,
            start,
            f"{form[:40]!r} is no format of a prompt's",
            file,
            "Such as .2f, >10, or %Y-%m-%d.",
        )
    return _Field(name, conversion or "", form)


def _no_name(name: str) -> str:
    if not name:
        return "it has no name"
    if name.isdigit():
        return "a number names nothing"
    if re.match(r"\w+\s*[.\[]", name):
        return "it reads a part of a value; give that part as a variable of its own"
    return "a name is letters, digits and '_'"
