"""Numbers in a column, lined up on their decimal points."""

from __future__ import annotations

from collections.abc import Iterable

_BEFORE_MAX = 12


class Points:
    """Knows how many cells stand before and after the point in a column of numbers, as they are shown."""

    def __init__(self, texts: Iterable[str]) -> None:
        before = after = 0
        for text in texts:
            if not text[-1:].isdigit():
                continue  # NaN, or a dash for none
            whole, point, rest = text.partition(".")
            before = max(before, min(len(whole), _BEFORE_MAX))
            after = max(after, len(point + rest))
        self._before, self._after = before, after

    @property
    def width(self) -> int:
        """How many cells a number of the column takes."""
        return self._before + self._after

    def lined_up(self, text: str) -> str:
        """Return a number with its point at the column's, filled up to the column's width; never cut."""
        whole, point, rest = text.partition(".")
        return (whole.rjust(self._before) + point + rest).ljust(self.width)
