"""The smallest pieces of a query: words, quotes, the head of a condition. See the package for the grammar."""

from __future__ import annotations

import re

import msgspec

from .pattern import Pattern, fold

_QUOTED = r'"(?:[^"\\]|\\.)*"'
_NAME = rf'(?:{_QUOTED}|\[[^\]\s"]*\]|[^\s"=<>!:,\[]|!(?!=))+'

WORD = re.compile(rf'(?:{_QUOTED}|[^\s"])+', re.DOTALL)
WORD_IN_GROUP = re.compile(rf'(?:{_QUOTED}|[^\s")])+', re.DOTALL)
# No other name has a hyphen: what looks like one is text, such as "bert-base:v2".
_FIELD = r"((?i:rolled-back)|[A-Za-z]+)"
HEAD = re.compile(rf"{_FIELD}(?:\.({_NAME}))?(!=|<=|>=|[:=<>])", re.DOTALL)
KEY = re.compile(rf"({_NAME})(!=|<=|>=|[:=<>])", re.DOTALL)
DOTTED = re.compile(r"([A-Za-z]+)\.")
OPERATOR = re.compile(r"!=|<=|>=|[=<>]")

_SPECIAL = re.compile(r'[\s",()*\\]|^[-<>=!]')
_NAME_WHOLE = re.compile(_NAME)
_PIECE = re.compile(rf'{_QUOTED}|[^",*]+|[,*]|"', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


class Part(msgspec.Struct, frozen=True):
    """One of a value's parts between commas: its raw text, and where it stands in the query (from 0)."""

    raw: str
    at: int

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.at + len(self.raw)

    @property
    def text(self) -> str:
        """What it says, without quotes."""
        return unquoted(self.raw)

    @property
    def pattern(self) -> Pattern:
        """What it says, with a gap at each ``*`` outside quotes; for values, whose case does not matter."""
        return Pattern(tuple(fold(piece) for piece in self._pieces))

    @property
    def name(self) -> Pattern:
        """The same for names of metrics, parameters and tags, whose case does matter."""
        return Pattern(tuple(self._pieces), exact=True)

    @property
    def _pieces(self) -> list[str]:
        pieces = [""]
        for found in _PIECE.findall(self.raw):
            if found == "*":
                pieces.append("")
            else:
                pieces[-1] += unquoted(found)
        return pieces


def unquoted(raw: str) -> str:
    """Return text without its quotes, and what is escaped in them as it is."""
    if '"' not in raw:
        return raw
    return "".join(
        _ESCAPED.sub(r"\1", piece[1:-1]) if len(piece) > 1 and piece[0] == '"' else piece
        for piece in _PIECE.findall(raw)
    )


def quoted(text: str) -> str:
    """Return a value as it can be written in a query: in quotes if it needs them."""
    return text if text and not _SPECIAL.search(text) else _in_quotes(text)


def _in_quotes(text: str) -> str:
    return '"' + re.sub(r'(["\\])', r"\\\1", text) + '"'


def quoted_name(name: str) -> str:
    """Return the name of a metric, parameter or tag as it can be written in a query."""
    return name if _NAME_WHOLE.fullmatch(name) and not _SPECIAL.search(name) else _in_quotes(name)


def parts(raw: str, at: int) -> list[Part]:
    """Split a value at the commas outside quotes; ``at`` is where it stands in the query."""
    found = [Part("", at)]
    for piece in _PIECE.findall(raw):
        last = found[-1]
        if piece == ",":
            found.append(Part("", last.end + 1))
        else:
            found[-1] = Part(last.raw + piece, last.at)
    return found
