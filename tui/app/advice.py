"""The line below a query that is typed: what is wrong and where, or what it could go on with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..text import fit, visible, width
from .facts import Line

if TYPE_CHECKING:
    from ...store import Completion
    from ...store.errors import QueryError

_INDENT = 12
_GAP = "  "
_TEACHING = (
    "words, stage:production, metric.f1>0.9, param.lr<=1e-4, tag:owner=ann, since:7d, -not, sort:-metric.f1"
)


def line(
    query: str,
    problem: QueryError | None,
    completions: Sequence[Completion],
    start: int | None,
    columns: int,
    ascii_only: bool,
) -> Line:
    """Return the line. ``start`` is the column of the screen at which the query begins, None if that can't be seen."""
    if problem is not None and not problem.incomplete:
        return _mistake(query, problem, start, columns, ascii_only)
    indent = " " * _INDENT
    room = columns - _INDENT
    if not query.strip():
        return [(indent, ""), (fit(_TEACHING, room, ascii_only=ascii_only), "muted")]
    if completions:
        return [(indent, ""), *_candidates(completions, room, ascii_only)]
    if problem is not None and problem.hint:
        return [(indent, ""), (fit(problem.hint, room, ascii_only=ascii_only), "muted")]
    return []


def _mistake(query: str, problem: QueryError, start: int | None, columns: int, ascii_only: bool) -> Line:
    """Point at the mistake; what it is stands beside the sign where there is more room."""
    similar = f": did you mean {problem.candidates[0]}?" if problem.candidates else "."
    told = f"{problem.problem}{similar} {problem.hint}"
    before = visible(query[: problem.column - 1], columns * 2, ascii_only=ascii_only)
    at = columns if start is None else start + width(before)
    if at >= columns:
        return [(fit(f" {told}", columns, ascii_only=ascii_only), "warning")]
    marks = "^" * min(problem.length, max(columns - at, 1))
    after = columns - at - len(marks) - 1
    if after >= at - 1:
        return [(" " * at, ""), (f"{marks} {fit(told, max(after, 0), ascii_only=ascii_only)}", "warning")]
    return [(fit(f" {told}", at - 1, ascii_only=ascii_only), "warning"), (f" {marks}", "warning")]


def _candidates(completions: Sequence[Completion], room: int, ascii_only: bool) -> Line:
    """List as many completions as fit, the suggested one first, and explain that one if it is the only one."""
    shown = [visible(completion.text, 40, ascii_only=ascii_only) for completion in completions[:40]]
    pieces: Line = [(shown[0], "accent")]
    used = width(shown[0])
    for text in shown[1:]:
        if used + len(_GAP) + width(text) > room:
            break
        pieces.append((f"{_GAP}{text}", "muted"))
        used += len(_GAP) + width(text)
    told = f"{_GAP}{completions[0].help}"
    if len(completions) == 1 and used + len(told) <= room:
        pieces.append((told, "muted"))
    return pieces
