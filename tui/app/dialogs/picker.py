"""A list of a directory that completes as a path is typed: tab completes, up and down choose, enter takes what is chosen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ... import words
from ...text import fit, visible
from ..asking.places import Choices

if TYPE_CHECKING:
    from ..facts import Line

ROWS = 7
"""Lines it takes where there is room for them, always: a dialog that changes its height with each key would jump."""

_SIZE = 10
_LONGEST = 4096


class Picker:
    """Which of the choices is taken up, if any; typing forgets it."""

    def __init__(self) -> None:
        self.chosen: int | None = None

    def move(self, found: Choices | None, step: int) -> None:
        """Choose another entry."""
        count = len(found.entries) if found else 0
        if count:
            at = self.chosen + step if self.chosen is not None else 0 if step > 0 else -1
            self.chosen = at % count

    def taken(self, found: Choices | None, typed: str) -> str | None:
        """Return what is typed, gone on with the chosen entry; None when none is chosen."""
        if found is None or self.chosen is None or self.chosen >= len(found.entries):
            return None
        return _with(found, typed, self.chosen)

    def completed(self, found: Choices | None, typed: str) -> str:
        """Return what is typed, gone on with as far as there is one way only; with the chosen entry if one is."""
        if found is None or not found.entries:
            return typed
        if self.chosen is not None or found.total == 1:
            return _with(found, typed, self.chosen or 0)
        common = _common([entry.name for entry in found.entries]) if found.total == len(found.entries) else ""
        longer = len(found.before) + len(common) > len(typed)
        return found.before + common if longer and shows(common) else typed

    def lines(
        self, found: Choices, columns: int, *, none: str, ascii_only: bool, rows: int = ROWS
    ) -> Sequence[Line]:
        """Return as many lines of it as there are ``rows``, with the chosen one in sight; ``none`` says that there is nothing to choose."""
        signs = words.signs(ascii_only)
        lines: list[Line] = []
        if found.problem:
            lines.append([("  " + visible(found.problem, columns - 2, ascii_only=ascii_only), "warning")])
        elif not found.entries:
            lines.append([("  " + none, "muted")])
        room = rows if len(found.entries) <= rows else rows - 1
        first = max(0, min((self.chosen or 0) - room // 2, len(found.entries) - room))
        for at, entry in list(enumerate(found.entries))[first : first + room]:
            here = at == self.chosen
            name = fit(entry.name + "/" * entry.directory, max(columns - _SIZE - 3, 8), ascii_only=ascii_only)
            size = "" if entry.size is None else words.size(entry.size)
            style = "title" if here else "accent" if entry.directory else ""
            lines.append(
                [(f"{signs.cursor if here else ' '} ", "accent"), (name, style), (size.rjust(_SIZE), "muted")]
            )
        if (left := found.total - room) > 0 and room < rows:
            lines.append([(f"  {left:,} more: type on", "muted")])
        return [*lines, *([[]] * (rows - len(lines)))]


def _common(names: Sequence[str]) -> str:
    """Return what all names begin with, which is what the first and the last of them in order do."""
    first, last = min(names), max(names)
    at = next((at for at, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))
    return first[:at]


def shows(text: str) -> bool:
    """Say whether a text can stand in a field, which draws what it holds as it is."""
    return visible(text, _LONGEST) == text


def _with(found: Choices, typed: str, at: int) -> str:
    entry = found.entries[at]
    if not shows(entry.name):
        return typed
    return found.before + entry.name + "/" * entry.directory
