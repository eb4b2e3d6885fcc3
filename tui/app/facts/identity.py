"""What a version is: reference, stage, hash ID, kind, size, who and when, and the note."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ... import words
from ...text import paragraph, visible, width
from ..tables.columns import PICKLE_STYLES, Look
from .lines import LABEL, Line, cut_evenly, fact, facts, length, shortened
from .standing import badge, marks

if TYPE_CHECKING:
    from ....store import Version

_SOURCE_LINES = 3
_REGISTERED_LATER_SECONDS = 90


def head(version: Version, look: Look, columns: int) -> Iterator[Line]:
    """Yield the reference, a line of stage and aliases where there are any, and what must not be overlooked."""
    yield [(shortened(version.ref, columns, look), "title")]
    badges: Line = badge(version, look) if version.stage or version.rolled_back else []
    if version.aliases:
        gap = "   " if badges else ""
        room = columns - length(badges) - len(gap)
        names = ", ".join(version.aliases)
        if badges and width(names) > room:
            yield badges
            badges, gap, room = [], "", columns
        badges.append((gap + visible(names, room, ascii_only=look.ascii_only), "accent"))
    if badges:
        yield badges
    for text, style in marks(version, look):
        yield from ([(line, style)] for line in paragraph(text, columns, 3, ascii_only=look.ascii_only))


def identity(version: Version, look: Look, columns: int) -> Iterator[Line]:
    """Yield the facts that every version has."""
    yield from cut_evenly("id", version.id, look, columns)
    yield fact("kind", version.kind, look, columns)
    files = words.plural(version.file_count, "file")
    yield fact("size", f"{words.size(version.size)} in {files}", look, columns)
    if told := words.pickles_label(version.pickles, ascii_only=look.ascii_only):
        yield fact("pickles", told, look, columns, PICKLE_STYLES.get(version.pickles, "warning"))
        if version.pickle_reasons:
            yield from facts("", ", ".join(version.pickle_reasons), look, columns, lines=_SOURCE_LINES)
    if version.external:
        yield fact("", "not in the store, only named", look, columns, "muted")
    if version.source:
        yield from facts("source", version.source.location, look, columns, lines=_SOURCE_LINES)
        if version.source.rev:
            yield fact("", f"at {version.source.rev}", look, columns)
        if version.source.floating:
            yield fact("", "a branch, which can move", look, columns, "warning")
    yield fact("author", f"{version.author} on {version.host}", look, columns)
    ago, clock = words.ago(version.created, look.now), words.clock(version.created)
    if len(ago) + len(clock) + 2 <= columns - LABEL:
        yield fact("created", f"{ago}, {clock}", look, columns)
    else:
        yield fact("created", clock, look, columns)
        yield fact("", ago, look, columns)
    if abs((version.registered - version.created).total_seconds()) > _REGISTERED_LATER_SECONDS:
        yield fact("registered", words.clock(version.registered), look, columns)
