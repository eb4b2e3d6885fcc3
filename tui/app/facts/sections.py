"""Lines in sections that can be folded, with places for a cursor: each section's heading, and rows in it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import NamedTuple

from ... import words
from ...text import visible, width
from ..tables.columns import Look
from .lines import Line, Lines, Stops

_LEAD = 2
"""Cells of the sign that says whether a section is folded."""


class Spot(NamedTuple):
    """A place for the cursor: a section's heading, or a row in it, by name."""

    section: str
    row: str = ""
    foldable: bool = True


class Part(NamedTuple):
    """Lines that can be put between sections as one: their ``title`` and ``remark`` are safe to show."""

    name: str
    title: str
    remark: str
    lines: Lines
    folded: bool = False


class Sections(Stops):
    """Sections one after the other. ``folds`` says which are folded, by name, where that was chosen.

    A blank line stands before what follows a section that is open, so that headings of folded ones keep together.
    """

    def __init__(self, folds: Mapping[str, bool], look: Look, columns: int) -> None:
        super().__init__(_name_of)
        self._folds, self._look, self._columns = folds, look, columns
        self._apart = False
        self.open: dict[str, bool] = {}
        """The sections that can be folded, in their order, and whether they are open."""
        self.turns = 0
        """How many of the versions have no column: so many steps the columns can be turned."""

    def begin(
        self, name: str, title: str, remark: str = "", *, folded: bool = False, empty: bool = False
    ) -> bool:
        """Add a section's heading, safe to show; say whether its lines are to follow.

        ``folded`` is how it is as long as nobody chose; an ``empty`` one has no lines to fold.
        """
        is_open = not empty and not self._folds.get(name, folded)
        if self._apart:
            self.add([[]])
        self._apart = is_open
        if not empty:
            self.open[name] = is_open
        known = words.signs(self._look.ascii_only)
        sign = " " if empty else known.open if is_open else known.shut
        room = self._columns - _LEAD - width(title) - 2
        told = visible(remark, max(room, 0), ascii_only=self._look.ascii_only) if remark and room > 3 else ""
        self._stop(Spot(name, foldable=not empty))
        self.add([[(f"{sign} ", "muted"), (title, "strong"), (f"  {told}" if told else "", "muted")]])
        return is_open

    def add_part(self, part: Part) -> None:
        """Add a section of lines that the cursor passes over."""
        if self.begin(part.name, part.title, part.remark, folded=part.folded):
            self.join(part.lines)

    def add_rows(
        self, section: str, count: int, make: Callable[[int], Line], starts: Sequence[tuple[int, str]]
    ) -> None:
        """Add lines with rows to go to: ``starts`` has the first line of each, rising, and its name."""
        base = len(self)
        self.stops += [base + at for at, _ in starts]
        self.things += [Spot(section, row) for _, row in starts]
        self.add_block(count, make)

    def place_of(self, spot: Spot) -> int | None:
        """Return the place of the cursor on a row or heading; None where it isn't."""
        return next((place for place, each in enumerate(self.things) if each == spot), None)

    def follow(self, before: Stops, place: int) -> int:
        """Return where the cursor belongs: on the same row, else on the heading of its section."""
        if place >= len(before.things) or not self.things:
            return self.home
        wanted: Spot = before.things[place]
        heading = None
        for at, spot in enumerate(self.things):
            if spot.section == wanted.section:
                if spot.row == wanted.row:
                    return at
                if not spot.row:
                    heading = at
        return min(place, len(self.things) - 1) if heading is None else heading

    def _stop(self, spot: Spot) -> None:
        self.stops.append(len(self))
        self.things.append(spot)


def unheaded(lines: Iterable[Line]) -> Lines:
    """Return lines as a block without the blank one that some begin with."""
    made = list(lines)
    return Lines(made[1:] if made and not made[0] else made)


def lazy(count: int, make: Callable[[], Sequence[Line]]) -> Lines:
    """Return ``count`` lines that are all made when the first of them is looked at, and kept."""
    kept: list[Line] = []

    def line(at: int) -> Line:
        if not kept:
            kept.extend(make())
        return kept[at] if at < len(kept) else []

    lines = Lines()
    lines.add_block(count, line)
    return lines


def _name_of(spot: Spot) -> tuple[Hashable, Hashable]:
    return spot, spot.section
