"""Text in colours: the words of a file in pieces, each with the name of a style.

Pygments finds them for configuration and code, and is loaded when somebody looks at such a file; what it takes too long for stays
plain. Model cards are coloured here: its reader of Markdown would run any other on what stands between fences. What comes out is
still outside text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from importlib import import_module
from time import monotonic
from typing import Any, TypeAlias

Piece: TypeAlias = tuple[str, str]

KEY, STRING, NUMBER, WORD, NOTE, HEADING = (
    "code-key",
    "code-text",
    "code-number",
    "code-word",
    "muted",
    "title",
)
"""Styles: names of values, text, numbers, the language's own words, remarks, headings."""

_SECONDS = 0.4
"""How long colours are looked for."""

_JSON = (".json", ".jsonl")
_LONGEST = 2000
"""Characters of a line from which on a text stays plain: an expression may take the square of them, and can't be stopped."""

_LEXERS = {
    ".json": ("data", "JsonLexer"),
    ".jsonl": ("data", "JsonLexer"),
    ".yaml": ("data", "YamlLexer"),
    ".yml": ("data", "YamlLexer"),
    ".toml": ("configs", "TOMLLexer"),
    ".py": ("python", "PythonLexer"),
    ".jinja": ("templates", "DjangoLexer"),
    ".j2": ("templates", "DjangoLexer"),
}
_MOST_SPREAD = 1 << 20
"""Characters of JSON that are written with a line for each value."""

_FENCE = re.compile(r"\s{0,3}(?:```|~~~)")


def coloured(path: str, text: str) -> list[list[Piece]]:
    """Return the lines of a text in pieces; all plain where no colours are known for a file of that name."""
    text = text.replace("\r\n", "\n")
    suffix = path[path.rfind(".") :].lower() if "." in path else ""
    if suffix in (".md", ".markdown"):
        return [[piece] for piece in _card(text)]
    lexer = _lexer(suffix)
    # That of JSON is no expression.
    if lexer is None or (suffix not in _JSON and max(map(len, text.split("\n"))) > _LONGEST):
        return [[(line, "")] for line in _ended(text)]
    return list(_in_lines(_lexed(lexer, text)))


def spread(path: str, text: str) -> str:
    """Return JSON with a line for each value; nothing where it is none, too long, or would lose something by it."""
    if not path.lower().endswith(".json") or len(text) > _MOST_SPREAD:
        return ""
    try:
        found = json.dumps(json.loads(text, object_pairs_hook=_once), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return ""
    return found if len(found) <= 4 * _MOST_SPREAD else ""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is there twice")
    return found


def _ended(text: str) -> list[str]:
    """Return lines; the end of the last one begins no other."""
    lines = text.split("\n")
    return lines[:-1] if not lines[-1] else lines


def _lexer(suffix: str) -> Any | None:
    if suffix not in _LEXERS:
        return None
    module, name = _LEXERS[suffix]
    try:
        return getattr(import_module(f"pygments.lexers.{module}"), name)(stripnl=False, ensurenl=False)
    except (ImportError, AttributeError):
        return None


def _lexed(lexer: Any, text: str) -> Iterator[Piece]:
    end, done = monotonic() + _SECONDS, 0
    for token, part in lexer.get_tokens(text):
        yield part, _style(str(token))
        done += len(part)
        if monotonic() > end:
            yield text[done:], ""
            return


def _style(token: str) -> str:
    """Return the style of a kind of token: ``Token.Literal.String.Double``."""
    for start, style in _STYLES:
        if token.startswith(start):
            return style
    return ""


_STYLES = (
    ("Token.Name.Tag", KEY),
    ("Token.Name.Attribute", KEY),
    ("Token.Name.Property", KEY),
    ("Token.Literal.String.Doc", NOTE),
    ("Token.Literal.String", STRING),
    ("Token.Literal.Scalar", STRING),
    ("Token.Literal.Number", NUMBER),
    ("Token.Keyword", WORD),
    ("Token.Comment.Preproc", WORD),
    ("Token.Comment", NOTE),
    ("Token.Name.Decorator", WORD),
    ("Token.Name.Function", KEY),
    ("Token.Name.Class", KEY),
    ("Token.Name.Variable", KEY),
)


def _in_lines(pieces: Iterable[Piece]) -> Iterator[list[Piece]]:
    line: list[Piece] = []
    for text, style in pieces:
        first, *more = text.split("\n")
        if first:
            line.append((first, style))
        for part in more:
            yield line
            line = [(part, style)] if part else []
    if line:
        yield line


def _card(text: str) -> Iterator[Piece]:
    """Yield the lines of a model card: its front matter, headings, code and quotes in colours of their own."""
    matter = fenced = False
    for number, line in enumerate(_ended(text)):
        if line.rstrip() == "---" and (matter or number == 0):
            matter = not matter
            yield line, NOTE
        elif matter:
            yield line, KEY
        elif _FENCE.match(line):
            fenced = not fenced
            yield line, NOTE
        elif fenced:
            yield line, STRING
        elif line.startswith("#"):
            yield line, HEADING
        elif line.lstrip().startswith((">", "|")):
            yield line, NOTE
        else:
            yield line, ""
