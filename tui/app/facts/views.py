"""The lines of each view of a version."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ... import words
from ...text import paragraph
from ..asking.known import Known
from ..keys.pane import Pane
from ..tables.columns import Look
from .lines import Lines
from .overview import overview
from .showing import Showing

if TYPE_CHECKING:
    from ....store import Version
    from ..asking.asked import Content
    from .sections import Sections, Spot

_PROBLEM_LINES = 6


def of_view(
    pane: Pane,
    version: Version,
    content: Content | None,
    look: Look,
    columns: int,
    *,
    problem: str = "",
    showing: Showing | None = None,
) -> Lines:
    """Return what a view shows of a version, ``columns`` cells wide.

    Without ``content`` it is still being read, or can't be because of ``problem``.
    """
    showing = showing or Showing()
    if pane is Pane.OVERVIEW:
        return overview(
            version, content if isinstance(content, Known) else None, look, columns, problem=problem
        )
    if problem:
        texts = paragraph(problem, columns, _PROBLEM_LINES, ascii_only=look.ascii_only)
        return Lines([(text, "warning")] for text in texts)
    if content is None or isinstance(content, Known):
        return Lines([[("reading" + words.signs(look.ascii_only).ellipsis, "muted")]])
    # Not needed for the first frame, and not before somebody looks.
    from ..asking.asked import Ancestry, Measured, Staged, Tested
    from ..asking.inside import DiffPage, FilePage, Inside, TensorPage

    if isinstance(content, Ancestry):
        from .ancestry import ancestry

        return ancestry(content, look, columns)
    if isinstance(content, Staged):
        from .stages import stages

        return stages(content, look, columns, room=showing.room)
    if isinstance(content, Tested):
        from .ab_tests import ab_tests

        return ab_tests(content, version, look, columns)
    if isinstance(content, Inside):
        from .inside import inside

        return _in_sight(inside(content, version, look, columns, showing), showing.at)
    if isinstance(content, FilePage | TensorPage | DiffPage):
        from .pages import page

        return page(content, look, columns, showing)
    assert isinstance(content, Measured)
    from .measured import measured

    return _in_sight(measured(content, version, look, columns, showing=showing), showing.at)


def _in_sight(lines: Sections, at: Spot | None) -> Sections:
    """Let the row that was left for a page of its own be in sight again."""
    place = lines.place_of(at) if at is not None else None
    if place is not None:
        lines.focus = lines.stops[place]
    return lines
