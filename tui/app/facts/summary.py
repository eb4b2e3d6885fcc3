"""A version in two lines, and a line of warning: what is shown where there is no room for more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....store import scalar_text
from ... import words
from ...text import visible
from ..tables.columns import Look, first_line
from .lines import Line, length
from .standing import marks

if TYPE_CHECKING:
    from ....store import Version

SUMMARY_LINES = 2
_SHORT_COMMIT = 7
_ALIASES = 3


def summary(version: Version, look: Look, columns: int) -> list[Line]:
    """Return the two lines shown under the list when there is no room for the overview."""
    dot = f" {words.signs(look.ascii_only).dot} "
    facts = [
        version.short_id,
        *(f"@{alias}" for alias in version.aliases[:_ALIASES]),
        version.kind,
        f"{words.size(version.size)} in {words.plural(version.file_count, 'file')}",
        f"{version.author}@{version.host}",
        words.ago(version.created, look.now),
    ]
    if version.code:
        facts.insert(-2, f"code {version.code.commit[:_SHORT_COMMIT]}{'*' if version.code.dirty else ''}")
    first = visible(dot.join(facts), columns, ascii_only=look.ascii_only)
    second = first_line(version.note, look) or "  ".join(
        f"{k}={scalar_text(v)}" for k, v in version.params.items()
    )
    line: Line = []
    for text, style in marks(version, look):
        room = columns - length(line)
        line += [(visible(text, max(room - 2, 0), ascii_only=look.ascii_only), style), ("  ", "")]
    line.append((visible(second, max(columns - length(line), 0), ascii_only=look.ascii_only), "muted"))
    return [[(first, "")], line]


def banner(text: str, columns: int, ascii_only: bool) -> tuple[Line, Line]:
    """Return a line of warning."""
    return [(visible(text, columns, ascii_only=ascii_only), "warning")], []
