"""Where in a template something is wrong."""

from __future__ import annotations

from ...errors import BadTemplateError


def bad(text: str, at: int, problem: str, file: str, hint: str) -> BadTemplateError:
    """Return the error for the character number ``at`` of a template, counted from 0."""
    line = text.count("\n", 0, at) + 1
    column = at - (text.rfind("\n", 0, at) + 1) + 1
    return BadTemplateError(problem, line=line, column=column, file=file, hint=hint)


def start_of(text: str, line: int) -> int:
    """Return where a line begins; the text's end for one behind the last."""
    at = 0
    for _ in range(line - 1):
        found = text.find("\n", at)
        if found < 0:
            return len(text)
        at = found + 1
    return at
