"""The view of stages: the pipeline, where the version stands, what the next stage asks, and what happened."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ... import agents, words
from ...text import fit, paragraph, visible
from ..tables.columns import Look
from .gates import gates, tally
from .lines import LABEL, Line, Lines, fact, facts, heading, length, shortened
from .pipeline import pipeline
from .standing import badge, marks
from .timeline import timeline

if TYPE_CHECKING:
    from ..asking.asked import Staged

_LINES = 4
_PROBLEM_LINES = 10
"""A mistake in config.toml is told with the file's whole path."""


def stages(found: Staged, look: Look, columns: int, *, room: bool = True) -> Lines:
    """Return the view, ``columns`` cells wide; without ``room`` what the next stage asks comes first."""
    version = found.version
    pipes = pipeline(version, found.stages, found.total, look, columns)
    if room:
        lines = Lines(pipes)
        lines.add([[], [(shortened(version.ref, columns, look), "title")]])
        lines.add(_standing(found, look, columns))
        lines.add(_next(found, look, columns))
    else:
        lines = Lines(line for at, line in enumerate(_next(found, look, columns)) if at or line)
        lines.add([[], [(shortened(version.ref, columns, look), "title")]])
        lines.add(_standing(found, look, columns))
        lines.add([[], *pipes])
    lines.add(heading("History", visible(version.model, columns - 9, ascii_only=look.ascii_only)))
    if found.history:
        lines.add(timeline(found.history, version.version, look, columns))
    else:
        lines.add([[("no version was put in a stage yet", "muted")]])
    if found.more:
        lines.add(_told(f"older changes: mvtui history {version.model}", look, columns, "muted"))
    return lines


def _standing(found: Staged, look: Look, columns: int) -> Iterator[Line]:
    version = found.version
    line: Line = [(fit("stage", LABEL), "muted"), *badge(version, look)]
    since = f", since {words.clock(version.staged)}" if version.staged else ""
    yield [*line, (since, "muted")] if since and length(line) + len(since) <= columns else line
    for text, style in marks(version, look):
        yield from _told(text, look, columns, style)
    for told, style in _endings(found, look):
        yield from _told(told, look, columns, style)
    if version.verified:
        yield fact("verified", f"hashed {words.ago(version.verified, look.now)}", look, columns)
    if found.way_back:
        target, left = found.way_back.target, found.way_back.left
        told = "this one" if target.version == version.version else target.version
        when = f", left production {words.past(left, look.now)}" if left else ""
        yield from facts("way back", f"{told}{when}", look, columns, lines=2)
    elif found.no_way_back:
        yield from facts("way back", found.no_way_back, look, columns, lines=_LINES)


def _endings(found: Staged, look: Look) -> Iterator[tuple[str, str]]:
    """Yield what is to be warned of: a model that Production, or the version itself, stands on and that ends."""
    day = look.now.date()
    sign = words.signs(look.ascii_only).overridden
    for ending in found.endings:
        if ending.version.id != found.version.id or ending.hosted.id != found.version.id:
            style = agents.PROSPECT_STYLES[ending.status.prospect(day)]
            yield f"{sign} {agents.ending_text(ending, day)}", style
    if found.hosted is not None and (prospect := found.hosted.prospect(day)):
        yield (
            f"{sign} {agents.countdown(found.hosted, day)}: {agents.model_text(found.version)}",
            agents.PROSPECT_STYLES[prospect],
        )


def _next(found: Staged, look: Look, columns: int) -> Iterator[Line]:
    report, version = found.report, found.version
    if found.problem:
        yield from heading("Next stage")
        told = f"the gates can't be asked: {found.problem}"
        yield from _told(told, look, columns, "warning", _PROBLEM_LINES)
    elif report is None:
        yield from heading("Next stage")
        where = "archived: p moves it to any stage" if version.stage == "archived" else "none comes after it"
        where = "none: it was deleted" if version.deleted else where
        yield from _told(where, look, columns, "muted")
    else:
        label = words.stage_label(report.target, ascii_only=look.ascii_only)
        yield []
        yield [("Next  ", "heading"), (label, report.target), (f"   {tally(report)}", "muted")]
        for notice in report.notices:
            yield from _told(notice, look, columns, "warning")
        yield from gates(report, look, columns)


def _told(text: str, look: Look, columns: int, style: str, lines: int = _LINES) -> Iterator[Line]:
    texts = paragraph(text, columns, lines, ascii_only=look.ascii_only)
    yield from ([(line, style)] for line in texts)
