"""Lines of styled pieces, and lists of them that are made when they are looked at.

Every piece is safe to show: names, notes, tags and paths come from anywhere, and are made safe where a line is made.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias, overload

from ...text import fit, paragraph, visible, width
from ..tables.columns import Look

Piece: TypeAlias = tuple[str, str]
"""Text that is safe to show, and the name of its style."""

Line: TypeAlias = list[Piece]

LABEL = 11
"""Cells of the names that stand before facts."""

_VALUE_LINES = 12
_NAME_MAX = 32
_NAME_CELLS = 512
_LEAST_NAME = 3
"""Cells of a model's name that say more than none."""


class Lines(Sequence[Line]):
    """Lines in blocks; those of a long block are made when they are asked for, and not kept.

    ``focus`` is the line to have in sight at first.
    """

    focus = 0

    def __init__(self, lines: Iterable[Line] = ()) -> None:
        self._blocks: list[Callable[[int], Line]] = []
        self._starts: list[int] = []
        self._length = 0
        self.add(lines)

    def add(self, lines: Iterable[Line]) -> None:
        """Add lines that stand."""
        made = list(lines)
        self.add_block(len(made), made.__getitem__)

    def add_block(self, count: int, make: Callable[[int], Line]) -> None:
        """Add ``count`` lines; ``make`` gives the one of a number from 0."""
        if count:
            self._starts.append(self._length)
            self._blocks.append(make)
            self._length += count

    def join(self, lines: Lines) -> None:
        """Add the lines of others after these."""
        ends = [*lines._starts, len(lines)][1:]
        for start, end, make in zip(lines._starts, ends, lines._blocks, strict=True):
            self.add_block(end - start, make)

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, at: int) -> Line: ...

    @overload
    def __getitem__(self, at: slice) -> list[Line]: ...

    def __getitem__(self, at: int | slice) -> Line | list[Line]:
        if isinstance(at, slice):
            return [self[number] for number in range(*at.indices(self._length))]
        number = at + self._length if at < 0 else at
        if not 0 <= number < self._length:
            raise IndexError(at)
        block = bisect_right(self._starts, number) - 1
        return self._blocks[block](number - self._starts[block])


def length(line: Line) -> int:
    """Return how many cells a line takes."""
    return sum(width(text) for text, _ in line)


def heading(title: str, remark: str = "") -> list[Line]:
    """Return what stands above a section: a blank line and its title, with a quiet remark beside it."""
    line: Line = [(title, "heading")]
    return [[], [*line, ("  " + remark, "muted")] if remark else line]


def fact(label: str, value: str, look: Look, columns: int, style: str = "") -> Line:
    """Return a fact on one line; what is too long for it is cut."""
    shown = visible(value, columns - LABEL, ascii_only=look.ascii_only)
    return [(fit(label, LABEL, ascii_only=look.ascii_only), "muted"), (shown, style)]


def facts(
    label: str, value: str, look: Look, columns: int, *, lines: int = _VALUE_LINES, lead: int = LABEL
) -> list[Line]:
    """Return a fact on as many lines as it takes, at most ``lines``; the label has ``lead`` cells."""
    texts = paragraph(value, columns - lead, lines, ascii_only=look.ascii_only)
    blank = " " * lead
    first = fit(label, lead, ascii_only=look.ascii_only)
    return [[(blank if at else first, "muted"), (text, "")] for at, text in enumerate(texts)]


def parted(reference: str, room: int) -> str:
    """Return what to call a version, with a line break before its number where it is too long for one line."""
    name, at, number = reference.rpartition("@")
    if not at or width(reference) <= room or max(width(name), width(number) + 1) > room:
        return reference
    return f"{name}\n@{number}"


def shortened(reference: str, room: int, look: Look) -> str:
    """Return what to call a version, safe to show and at most ``room`` cells wide: its number is the last to be cut."""
    shown = visible(reference, _NAME_CELLS, ascii_only=look.ascii_only)
    model, at, number = shown.rpartition("@")
    left = room - width(number) - 1
    if width(shown) > room and at and left >= _LEAST_NAME:
        return f"{visible(model, left, ascii_only=look.ascii_only)}@{number}"
    return visible(reference, room, ascii_only=look.ascii_only)


def cut_evenly(label: str, value: str, look: Look, columns: int) -> list[Line]:
    """Return a value that must not be cut off, such as a hash ID, over as many lines as it needs."""
    room = max(columns - LABEL, 8)
    safe = visible(value, 4 * room, ascii_only=look.ascii_only)
    # In equal parts, since 53 + 11 digits are harder to compare than 32 + 32.
    parts = -(-len(safe) // room) or 1
    lead = LABEL
    if parts > 2 and -(-len(safe) // 2) <= columns - len(label) - 2:
        parts, lead = 2, len(label) + 2  # out of line with the other facts, and readable
    step = -(-len(safe) // parts) or 1
    starts = range(0, max(len(safe), 1), step)
    return [
        [((label if start == 0 else "").ljust(lead), "muted"), (safe[start : start + step], "")]
        for start in starts
    ]


class Stops(Lines):
    """Lines between which a cursor moves: it stands on the first line of each thing there is.

    ``stops`` are the numbers of those lines, rising, ``things`` what stands there; ``name`` says of a thing what no
    other has as well, whenever the lines are made anew, and of what it is a part.
    """

    def __init__(self, name: Callable[[Any], tuple[Hashable, Hashable]]) -> None:
        super().__init__()
        self.stops: list[int] = []
        self.things: list[Any] = []
        self._name = name

    @property
    def home(self) -> int:
        """The place of the cursor at first: the thing whose line is to be in sight."""
        return max(bisect_right(self.stops, self.focus) - 1, 0)

    def follow(self, before: Stops, place: int) -> int:
        """Return where the cursor belongs that stood at a ``place`` in what these lines were before.

        On the same thing; where that is gone, on the first that has come in its stead: the first new part of what it
        was a part of.
        """
        if place >= len(before.things) or not self.things:
            return self.home
        wanted = self._name(before.things[place])
        for at, thing in enumerate(self.things):
            if self._name(thing) == wanted:
                return at
        known = {self._name(thing) for thing in before.things}
        for at, thing in enumerate(self.things):
            name = self._name(thing)
            if name[1] == wanted[1] and name not in known:
                return at
        return min(place, len(self.things) - 1)


class Pairs:
    """Names in a column as wide as most of them need, and values behind them.

    A name that is longer has lines of its own above its value: it is never cut to another one. ``heights`` says how
    many lines each value takes; the column has at least ``least`` cells, and leaves ``keep`` to the values where it
    can.
    """

    def __init__(
        self,
        names: Sequence[str],
        columns: int,
        keep: int,
        look: Look,
        heights: Sequence[int] = (),
        *,
        least: int = LABEL - 2,
    ) -> None:
        self._names = [visible(name, _NAME_CELLS, ascii_only=look.ascii_only) for name in names]
        widths = [width(name) for name in self._names]
        self.width = max(least, min(max(widths, default=0), columns - keep, _NAME_MAX))
        self._columns = columns
        self._entries: list[tuple[int, int]] = []
        """The number of a name, and the line of its value; lines of the name itself are counted below 0."""
        for number, wide in enumerate(widths):
            if wide > self.width:
                own = -(-wide // columns) if self._names[number].isascii() else len(self._parts(number))
                self._entries += [(number, line) for line in range(-own, 0)]
            self._entries += [(number, line) for line in range(heights[number] if heights else 1)]

    def __len__(self) -> int:
        return len(self._entries)

    def starts(self) -> list[tuple[int, int]]:
        """Return the first line of each name, and its number."""
        found: dict[int, int] = {}
        for at, (number, _) in enumerate(self._entries):
            found.setdefault(number, at)
        return [(at, number) for number, at in found.items()]

    def line(
        self, at: int, value: Callable[[int, int], Line], style: Callable[[int], str] = lambda _: "muted"
    ) -> Line:
        """Return the line ``at``.

        ``value`` gives a line of the value with a number, counted from 0; below its first line there is no name, and
        it has the whole line. ``style`` says of a number how its name is drawn.
        """
        number, line = self._entries[at]
        if line < 0:
            return [(self._parts(number)[line], style(number))]
        if line > 0:
            return value(number, line)
        alone = at > 0 and self._entries[at - 1] == (number, -1)
        return [(fit("" if alone else self._names[number], self.width), style(number)), *value(number, line)]

    def _parts(self, number: int) -> list[str]:
        """Return a long name, which is safe already, as lines."""
        name, columns = self._names[number], self._columns
        if name.isascii():
            return [name[start : start + columns] for start in range(0, len(name), columns)]
        return paragraph(name, columns, _NAME_CELLS // columns + 2)


def pairs(values: Mapping[str, str], look: Look, columns: int) -> Lines:
    """Return names and texts, each whole as far as it takes no more than a dozen lines."""
    half = columns // 2
    names = Pairs(list(values), columns, half, look)
    room = columns - names.width - 2
    texts = [_wrapped(value, room, look) for value in values.values()]
    names = Pairs(list(values), columns, half, look, [len(text) for text in texts])
    lines = Lines()
    indent = " " * names.width

    def value(number: int, line: int) -> Line:
        return [((indent if line else "") + "  " + texts[number][line], "")]

    lines.add_block(len(names), lambda at: names.line(at, value))
    return lines


def _wrapped(value: str, room: int, look: Look) -> list[str]:
    if len(value) <= room and value.isascii() and value.isprintable():
        return [value]
    return paragraph(value, room, _VALUE_LINES, ascii_only=look.ascii_only) or [""]
