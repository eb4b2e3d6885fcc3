"""The text of a prompt in pieces: its variables, and what a template language says, apart from what the model reads.

Pure functions; nothing here imports Textual or Rich. What comes out is outside text: who shows it makes it safe.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, TypeAlias

from .syntax import HEADING, KEY, NOTE, WORD

if TYPE_CHECKING:
    from ..store import Message, Prompt

Raw: TypeAlias = "Sequence[tuple[str, str]]"

_FIELDS = {
    "format": re.compile(r"(?P<plain>\{\{|\}\})|(?P<key>\{[^{}]*\})"),
    "jinja": re.compile(
        r"(?P<key>\{\{.*?\}\})|(?P<word>\{%.*?%\})|(?P<note>\{#.*?#\})",
        re.DOTALL,
    ),
}
_STYLES = {"key": KEY, "word": WORD, "note": NOTE, "plain": ""}


def lines(prompt: Prompt) -> Iterator[Raw]:
    """Yield the lines of a prompt; of a chat each message below its role."""
    if prompt.messages is None:
        yield from _coloured(prompt.source, prompt.language)
        return
    for at, message in enumerate(prompt.messages):
        if at:
            yield [("", "")]
        yield [(str(message["role"]), HEADING)]
        for text in _texts(message):
            yield from _coloured(text, prompt.language)


def _texts(message: Message) -> Iterator[str]:
    """Yield the texts of a message, and what other parts it has."""
    content = message["content"]
    for part in content if isinstance(content, list) else [content]:
        if isinstance(part, str):
            yield part
        elif isinstance(part, dict):
            yield (
                str(part["text"])
                if isinstance(part.get("text"), str)
                else f"({part.get('type', 'another part')})"
            )


def _coloured(text: str, language: str) -> Iterator[Raw]:
    line: list[tuple[str, str]] = []
    for piece, style in _pieces(text.replace("\r\n", "\n").removesuffix("\n"), language):
        first, *more = piece.split("\n")
        line.append((first, style))
        for rest in more:
            yield line
            line = [(rest, style)]
    yield line


def _pieces(text: str, language: str) -> Iterator[tuple[str, str]]:
    pattern = _FIELDS.get(language)
    at = 0
    for found in pattern.finditer(text) if pattern else ():
        yield text[at : found.start()], ""
        yield found.group(), _STYLES[found.lastgroup or "plain"]
        at = found.end()
    yield text[at:], ""
