"""Can this terminal show the full screen? If not, say so, with the command-line form that works anywhere.

Textual itself starts on anything: without a terminal it sprays escapes into files and pipes.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping, MutableMapping
from typing import NamedTuple, Protocol

MIN_COLUMNS = 60
MIN_ROWS = 16

EXIT_CODE = 2
"""The words were right but this is not the place for them: the code of a usage error."""

_PLAIN_TERMINALS = frozenset({"dumb", "unknown", "emacs"})
_INSTEAD = "On the command line: mvtui ls, mvtui show MODEL@VERSION, mvtui --help."


class Stream(Protocol):
    """The part of a standard stream that is looked at."""

    def isatty(self) -> bool:
        """Say whether it is a terminal."""


class Problem(NamedTuple):
    """Why the full screen can't start: ``message`` is a sentence, ``hint`` what to do instead."""

    message: str
    hint: str
    exit_code: int = EXIT_CODE


def check(
    environ: Mapping[str, str] | None = None,
    streams: Mapping[str, Stream | None] | None = None,
    size: tuple[int, int] | None = None,
) -> Problem | None:
    """Return what stands in the way of the full screen, or None when nothing does.

    Arguments default to this process's environment, standard streams and terminal size (columns, rows).
    """
    environ = os.environ if environ is None else environ
    if streams is None:
        streams = {"input": sys.__stdin__, "output": sys.__stdout__, "error output": sys.__stderr__}
    for name, stream in streams.items():
        if stream is None or not _is_terminal(stream):
            return Problem(f"the full screen needs a terminal, and standard {name} is not one", _INSTEAD)
    term = environ.get("TERM", "")
    if not term or term in _PLAIN_TERMINALS:
        shown = f"TERM={term}" if term else "TERM is not set"
        return Problem(f"this terminal can't show the full screen ({shown})", _INSTEAD)
    columns, rows = size or shutil.get_terminal_size()
    if too_small(columns, rows):
        return Problem(small_message(columns, rows), f"Make the window larger. {_INSTEAD}")
    return None


def correct(environ: MutableMapping[str, str]) -> None:
    """Forget what the terminal around GNU screen says of its colours: screen passes the word on, and garbles the colours."""
    if environ.get("STY") and not environ.get("TMUX"):
        environ.pop("COLORTERM", None)


def too_small(columns: int, rows: int) -> bool:
    """Say whether nothing useful fits into this many columns and rows."""
    return columns < MIN_COLUMNS or rows < MIN_ROWS


def small_message(columns: int, rows: int) -> str:
    """Return the sentence for a window that is too small."""
    return f"the window is too small: {columns}x{rows}; mvtui needs {MIN_COLUMNS}x{MIN_ROWS}"


def _is_terminal(stream: Stream) -> bool:
    try:
        return stream.isatty()
    except ValueError:  # closed
        return False
