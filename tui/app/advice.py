"""The lines below a query that is typed: what is wrong and where, or what it could go on with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..text import fit, paragraph, visible, width
from .facts import Line

if TYPE_CHECKING:
    from ...store import Completion
    from ...store.errors import QueryError

_INDENT = 12
_HINT_LINES = 2
_GAP = "  "
_TEACHING = (
    "words, stage:production, metric.f1>0.9, param.lr<=1e-4, tag:owner=ann, since:7d, -not, sort:-metric.f1"
)


_QUERY_SIGNS = frozenset(":<>=~")
_NAMES_ONLY = "a query finds versions: esc, then / in the Versions pane"


def lines(
    query: str,
    problem: QueryError | None,
    completions: Sequence[Completion],
    start: int | None,
    columns: int,
    ascii_only: bool,
    *,
    reason: str = "",
) -> list[Line]:
    """Return one line, of a mistake up to three.

    ``start`` is the column of the screen at which the query begins, None if that can't be seen. ``reason`` says why
    nothing was found.
    """
    if problem is not None and not problem.incomplete:
        return _mistake(query, problem, start, columns, ascii_only)
    if reason and not completions:
        return _told(reason, columns, ascii_only)
    return [_going_on(query, problem, completions, columns, ascii_only)]


def for_names(query: str, columns: int) -> Line | None:
    """Return the line for words that no model's name has; None for what looks like nothing but words."""
    if _QUERY_SIGNS.isdisjoint(query):
        return None
    indent = " " * _INDENT
    return [(indent, ""), (fit(_NAMES_ONLY, max(columns - _INDENT, 0)), "warning")]


def _going_on(
    query: str,
    problem: QueryError | None,
    completions: Sequence[Completion],
    columns: int,
    ascii_only: bool,
) -> Line:
    indent = " " * _INDENT
    room = columns - _INDENT
    if not query.strip():
        return [(indent, ""), (fit(_TEACHING, room, ascii_only=ascii_only), "muted")]
    if completions:
        return [(indent, ""), *_candidates(completions, room, ascii_only)]
    if problem is not None and problem.hint:
        return [(indent, ""), (fit(problem.hint, room, ascii_only=ascii_only), "muted")]
    return []


def _mistake(
    query: str, problem: QueryError, start: int | None, columns: int, ascii_only: bool
) -> list[Line]:
    """Point at the mistake and say what was perhaps meant; what else helps stands below where there is no room."""
    similar = f": did you mean {problem.candidates[0]}?" if problem.candidates else ""
    told = problem.problem + similar
    before = visible(query[: problem.column - 1], columns * 2, ascii_only=ascii_only)
    at = columns if start is None else start + width(before)
    marks = "^" * min(problem.length, max(columns - at, 1))
    after = columns - at - len(marks) - 1
    both = f"{told if similar else told + '.'} {problem.hint}"
    if at < columns and width(both) <= after:
        return [_pointed(at, marks, fit(both, after, ascii_only=ascii_only))]
    hint = _told(problem.hint, columns, ascii_only)
    if at >= columns:
        return [[(fit(f" {told}", columns, ascii_only=ascii_only), "warning")], *hint]
    if width(told) <= after or after >= at - 1:
        return [_pointed(at, marks, fit(told, max(after, 0), ascii_only=ascii_only)), *hint]
    return [
        [(fit(f" {told}", at - 1, ascii_only=ascii_only), "warning"), (f" {marks}", "warning")],
        *hint,
    ]


def _pointed(at: int, marks: str, told: str) -> Line:
    return [(" " * at, ""), (f"{marks} {told}", "warning")]


def _told(text: str, columns: int, ascii_only: bool) -> list[Line]:
    """Return what is to be said on as few lines as it takes."""
    indent = " " * (_INDENT if columns > 4 * _INDENT else 1)
    texts = paragraph(text, columns - len(indent), _HINT_LINES, ascii_only=ascii_only)
    return [[(indent, ""), (line, "warning")] for line in texts]


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
