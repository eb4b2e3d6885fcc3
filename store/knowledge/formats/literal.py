"""Python literals as ``repr`` writes them: dicts, lists, tuples, texts, whole numbers, True, False, None.

``ast.literal_eval`` warns that it may crash the interpreter on what is nested deeply; this reads the few forms that file
headers have, and goes as deep as it is told.
"""

from __future__ import annotations

import re
from typing import Any

MAX_DEPTH = 16

_TOKEN = re.compile(
    r"""\s*(?:(?P<sign>[{}\[\]():,])|(?P<number>-?\d{1,19})L?(?![\w.])|(?P<word>True|False|None)\b|u?(?P<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"))""",
    re.ASCII | re.DOTALL,
)
_HEX = "[0-9a-fA-F]"
_ESCAPE = re.compile(rf"\\(?:x({_HEX}{{2}})|u({_HEX}{{4}})|U((?:0010|000{_HEX}){_HEX}{{4}})|(.))", re.DOTALL)
_WORDS = {"True": True, "False": False, "None": None}
_CLOSES = {"{": "}", "[": "]", "(": ")"}


class LiteralProblem(Exception):  # noqa: N818 — becomes a BadFileError in whoever reads a header
    """What is wrong with a literal."""


def literal(text: str) -> Any:
    """Return the value that a literal stands for; white space may follow it.

    Raises:
        LiteralProblem: it is none, repeats a key, or is nested more than ``MAX_DEPTH`` deep.
    """
    reader = _Reader(text)
    value = reader.value(0)
    if text[reader.at :].strip():
        raise LiteralProblem(f"more follows the value, at character {reader.at + 1:,}")
    return value


class _Reader:
    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0

    def token(self) -> tuple[str, str]:
        found = _TOKEN.match(self.text, self.at)
        if found is None or found.lastgroup is None:
            raise LiteralProblem(f"character {self.at + 1:,} begins no value")
        self.at = found.end()
        return found.lastgroup, found[found.lastgroup]

    def peek(self) -> str:
        """Return the sign that follows; empty when something else does."""
        found = _TOKEN.match(self.text, self.at)
        return found["sign"] or "" if found else ""

    def value(self, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise LiteralProblem(f"it is nested more than {MAX_DEPTH} deep")
        kind, text = self.token()
        if kind == "number":
            return int(text)
        if kind == "word":
            return _WORDS[text]
        if kind == "text":
            return _ESCAPE.sub(_unescaped, text[1:-1])
        if text == "{":
            return self.mapping(depth)
        if text in "[(":
            items, commas = self.items(_CLOSES[text], depth)
            if text == "[":
                return items
            return items[0] if len(items) == 1 and not commas else tuple(items)
        raise LiteralProblem(f"{text!r} stands where a value should")

    def items(self, close: str, depth: int) -> tuple[list[Any], int]:
        items: list[Any] = []
        commas = 0
        while self.peek() != close:
            items.append(self.value(depth + 1))
            if self.peek() == ",":
                self.token()
                commas += 1
            elif self.peek() != close:
                raise LiteralProblem(f"a comma is missing at character {self.at + 1:,}")
        self.token()
        return items, commas

    def mapping(self, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while self.peek() != "}":
            key = self.value(depth + 1)
            if not isinstance(key, str) or self.token() != ("sign", ":"):
                raise LiteralProblem(f"a key is missing before character {self.at + 1:,}")
            if key in found:
                raise LiteralProblem(f"the key {key[:60]!r} is there twice")
            found[key] = self.value(depth + 1)
            if self.peek() == ",":
                self.token()
            elif self.peek() != "}":
                raise LiteralProblem(f"a comma is missing at character {self.at + 1:,}")
        self.token()
        return found


def _unescaped(found: re.Match[str]) -> str:
    code = found[1] or found[2] or found[3]
    return chr(int(code, 16)) if code else {"n": "\n", "t": "\t", "r": "\r"}.get(found[4], found[4])
