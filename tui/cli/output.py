"""Where words go: data to stdout, talk to stderr, and nothing raw that came from outside.

Only text that ``visible`` has made safe, or that mvtui wrote itself, may be passed to ``data`` and ``talk``.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from functools import cache
from typing import IO, Any

from ..text import visible
from ..words import Signs, signs, wants_ascii

_SGR = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}


def data(text: str) -> None:
    """Write one line, or lines, of data."""
    sys.stdout.write(text + "\n")


def talk(text: str) -> None:
    """Write one line for the person: to stderr, so that pipes carry data only."""
    sys.stdout.flush()
    sys.stderr.write(text + "\n")


def warn(text: str, hint: str) -> None:
    """Write a warning and what to do about it; ``text`` may come from outside."""
    talk(f"{paint('warning:', 'bold', 'yellow', stream=sys.stderr)} {safe(text, 2000)}")
    talk(f"{paint('hint:', 'bold', stream=sys.stderr)} {safe(hint, 2000)}")


def result(text: str) -> None:
    """Write what a change came to, for scripts: only when stdout is no terminal, where ``talk`` has said it."""
    if not is_tty(sys.stdout):
        data(text)


def result_path(path: str | os.PathLike[str]) -> None:
    """Write a path that a change came to, like ``result``."""
    if not is_tty(sys.stdout):
        data_path(path)


def data_path(path: str | os.PathLike[str]) -> None:
    """Write a path byte for byte, so that scripts can open it whatever its name holds."""
    if is_tty(sys.stdout):
        data(safe(os.fspath(path), 4096))
        return
    sys.stdout.flush()
    sys.stdout.buffer.write(os.fsencode(path) + b"\n")


def print_json(value: Any) -> None:
    """Write JSON in ASCII: a list with one element a line, so that a long one streams and diffs well."""
    import json

    if isinstance(value, dict):
        data(json.dumps(value, indent=2))
        return
    first = True
    for item in value:
        sys.stdout.write("[\n" if first else ",\n")
        sys.stdout.write(json.dumps(item))
        first = False
    data("[]" if first else "\n]")


def safe(text: str, limit: int = 512) -> str:
    """Return outside text fit for a line of the terminal."""
    return visible(text, limit, ascii_only=ascii_only())


def safe_lines(text: str) -> list[str]:
    """Return outside text fit for the terminal, its own line breaks kept."""
    return [safe(line, 100_000) for line in text.replace("\r\n", "\n").split("\n")]


def is_tty(stream: IO[str]) -> bool:
    """Say whether a stream is a terminal; a closed one is not."""
    try:
        return stream.isatty()
    except ValueError:
        return False


def ascii_only() -> bool:
    """Say whether what we print must be ASCII: stdout, or the terminal by its locale, can't hold more."""
    if "utf" not in (getattr(sys.stdout, "encoding", None) or "").lower():
        return True
    return is_tty(sys.stdout) and _locale_is_ascii()


@cache
def _locale_is_ascii() -> bool:
    return wants_ascii()


def sign_set() -> Signs:
    """Return the signs that stdout can hold."""
    return signs(ascii_only())


def paint(text: str, *styles: str, stream: IO[str] | None = None) -> str:
    """Return ``text`` with colour when the stream (default: stdout) is a terminal that wants it."""
    if not text or not styles or not wants_colour(stream or sys.stdout):
        return text
    codes = ";".join(_SGR[style] for style in styles)
    return f"\x1b[{codes}m{text}\x1b[0m"


def wants_colour(stream: IO[str]) -> bool:
    """Say whether colour fits: a terminal, not ``TERM=dumb``, and no ``NO_COLOR``."""
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb" and is_tty(stream)


def sentences(lines: Iterable[str]) -> None:
    """Write each line of data, made safe."""
    for line in lines:
        data(safe(line, 4096))
