"""What a version is: reference, stage, hash ID, kind, size, who and when, and the note."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ... import words
from ...text import visible
from ..columns import Look
from .lines import LABEL, Line, cut_evenly, fact, facts

if TYPE_CHECKING:
    from ....store import Version

_SOURCE_LINES = 3
_REGISTERED_LATER_SECONDS = 90


def head(version: Version, look: Look, columns: int) -> Iterator[Line]:
    """Yield the reference, and a line of stage and aliases where there are any."""
    yield [(visible(version.ref, columns, ascii_only=look.ascii_only), "title")]
    badges: Line = []
    if version.stage:
        label = words.stage_label(version.stage, ascii_only=look.ascii_only)
        badges.append((visible(label, 20, ascii_only=look.ascii_only), version.stage))
    if version.aliases:
        gap = "   " if badges else ""
        names = visible(", ".join(version.aliases), columns - 20, ascii_only=look.ascii_only)
        badges.append((gap + names, "accent"))
    if badges:
        yield badges


def identity(version: Version, look: Look, columns: int) -> Iterator[Line]:
    """Yield the facts that every version has."""
    yield from cut_evenly("id", version.id, look, columns)
    yield fact("kind", version.kind, look, columns)
    files = words.plural(version.file_count, "file")
    yield fact("size", f"{words.size(version.size)} in {files}", look, columns)
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
