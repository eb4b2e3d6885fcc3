"""What a person, or a script with ``--json``, is told when something fails."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from ...store.errors import GateError, MvtuiError, QueryError, StorageError
from ..text import width
from .output import paint, safe

if TYPE_CHECKING:
    from ...store import GateResult

_AROUND = 60
"""Characters of a query that are shown on either side of a mistake."""

UNEXPECTED = 1
USAGE = 2


@dataclass(frozen=True, slots=True)
class Failure:
    """An error in words. ``code`` is the exit code, ``kind`` the name of the error's class.

    ``gates`` are the answers of the gates that were asked, if one of them is what failed.
    """

    code: int
    kind: str
    message: str
    hint: str = ""
    candidates: tuple[str, ...] = ()
    details: tuple[str, ...] = ()
    gates: tuple[GateResult, ...] = ()

    def write(self, as_json: bool) -> None:
        """Write it to stderr."""
        sys.stderr.write((self._json() if as_json else self._text()) + "\n")

    def _json(self) -> str:
        import json

        body = {
            "code": self.code,
            "kind": self.kind,
            "message": self.message,
            "hint": self.hint,
            "candidates": list(self.candidates),
        }
        if self.details:
            body["details"] = list(self.details)
        if self.gates:
            body["gates"] = [result.as_dict() for result in self.gates]
        return json.dumps({"error": body})

    def _text(self) -> str:
        lines = [
            *self._answers(),
            f"{paint('error:', 'bold', 'red', stream=sys.stderr)} {safe(self.message, 2000)}",
        ]
        lines += [f"  {safe(detail, 2000)}" for detail in self.details]
        if self.candidates:
            shown = ", ".join(safe(c, 200) for c in self.candidates[:8])
            more = f" and {len(self.candidates) - 8} more" if len(self.candidates) > 8 else ""
            question = "it could be:" if self.kind == "AmbiguousError" else "did you mean:"
            lines.append(f"{paint(question, 'bold', stream=sys.stderr)} {shown}{more}")
        if self.hint and not (self.candidates and self.hint.startswith("Did you mean")):
            lines.append(f"{paint('hint:', 'bold', stream=sys.stderr)} {safe(self.hint, 2000)}")
        return "\n".join(lines)

    def _answers(self) -> list[str]:
        if not self.gates:
            return []
        from . import answers

        return list(answers.lines(self.gates, sys.stderr))


def of_store(error: MvtuiError) -> Failure:
    """Describe an error that the store raised on purpose."""
    details = _pointed_at(error) if isinstance(error, QueryError) else tuple(getattr(error, "bad", ()))
    return Failure(
        error.exit_code,
        type(error).__name__,
        error.message,
        error.hint,
        error.candidates,
        details,
        error.results if isinstance(error, GateError) else (),
    )


def _pointed_at(error: QueryError) -> tuple[str, ...]:
    """Return the query, or the stretch of it around the mistake, and a line that points at the place."""
    start = max(error.column - 1 - _AROUND, 0)
    before = safe(error.query[start : error.column - 1], 2 * _AROUND)
    wrong = error.query[error.column - 1 : error.column - 1 + min(error.length, _AROUND)]
    after = error.query[error.column - 1 + len(wrong) :][:_AROUND]
    marks = "^" * max(width(safe(wrong, _AROUND)), 1)
    return (before + safe(wrong + after, 2 * _AROUND), " " * width(before) + marks)


def of_click(error: click.ClickException) -> Failure:
    """Describe wrong words on the command line."""
    candidates = getattr(error, "candidates", None) or getattr(error, "possibilities", None) or ()
    ctx = getattr(error, "ctx", None)
    where = ctx.command_path if ctx is not None else "mvtui"
    if isinstance(error, click.NoSuchOption):
        message = f"{where} has no option {error.option_name}"
    else:
        message = error.format_message().rstrip(".")
        message = message[:1].lower() + message[1:]
    return Failure(USAGE, "UsageError", message, f"{where} --help", tuple(candidates))


def of_system(error: OSError) -> Failure:
    """Describe what the operating system refused outside the store, such as output to a full disk."""
    where = f": {os.fsdecode(error.filename)}" if isinstance(error.filename, str | bytes) else ""
    return Failure(
        StorageError.exit_code,
        "StorageError",
        f"the system says: {error.strerror or error}{where}",
        "MVTUI_DEBUG=1 shows where it happened",
    )


def of_bug(error: BaseException, words: Sequence[str]) -> Failure:
    """Describe what nobody foresaw; its traceback goes to the log, with the command line that met it."""
    import shlex

    from ...store import redact_words
    from .. import crashlog

    where = crashlog.note(error, shlex.join(["mvtui", *redact_words(words)[0]]))
    return Failure(
        UNEXPECTED,
        "UnexpectedError",
        f"mvtui met a bug of its own: {crashlog.told(error)}",
        f"Please report it, with {where}" if where else "MVTUI_DEBUG=1 shows where it happened",
    )
