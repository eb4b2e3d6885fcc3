"""What a column of a table is, and which of them are seen in a window: as many as fit, the others by scrolling.

Widths come from a sample of the first rows, so that a list of 100,000 is laid out without reading it. Columns that
are there by themselves give way by their rank; those that a person chose keep their order. A title may be longer than
what stands below it where the title before leaves room.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from ... import words
from ...text import Align, fit, visible, width

if TYPE_CHECKING:
    from ....store import Direction, Model, Version

SAMPLE = 60
"""As many rows as are known of a large store when it is first shown: the rest must not change the columns."""

GAP = 2
_TITLE_MAX = 14
_SLICE_MAX = 20
"""Cells of the title of a metric of a slice: both its ends tell it from others."""

_TESTED = "A/B"
"""Stands at the end of the name of a model that is tested."""

_NAME_LEAST, _NAME_MOST = 8, 60
"""Cells of a model's name: as many as the longest takes, within these."""


class Look(Struct, frozen=True):
    """What the text of a cell depends on besides its row: the moment, and the terminal."""

    now: datetime
    ascii_only: bool = False


PLAIN = Look(datetime.min.replace(tzinfo=UTC))
"""For widths, which no moment changes."""

Cell = Callable[[Any, Look], str]
StyleOf = Callable[[Any], str]


class Column(Struct, frozen=True):
    """One column.

    ``width`` is in cells; ``rank`` says how early it is dropped (the highest first); ``grow`` takes the
    space that is left. ``style`` names the style of a cell, ``""`` for the plain one. ``direction`` is that of a
    metric, told beside its title; ``against`` the stage that a difference is to. ``key`` is what sorts by what it
    shows (``sorting``), ``sign`` stands before its title while the rows are sorted so. ``name`` is what settings
    and the dialog of columns call it, ``gap`` the cells behind it; ``kept`` says that a person put it there: none that comes later is seen in its
    place.
    """

    title: str
    width: int
    rank: int
    text: Cell
    align: Align = "left"
    style: StyleOf = lambda _row: ""
    grow: bool = False
    direction: Direction | None = None
    against: str | None = None
    key: str = ""
    sign: str = ""
    name: str = ""
    kept: bool = False
    gap: int = GAP

    def show(self, row: Any, look: Look) -> tuple[str, str]:
        """Return the cell's text, exactly as wide as the column, and its style."""
        return fit(self.text(row, look), self.width, self.align, ascii_only=look.ascii_only), self.style(row)

    def heading(self, look: Look) -> str:
        """Return the title with its signs, as wide as it is."""
        before = f"{self.sign} " if self.sign else ""
        title = short_title(self.title, ascii_only=look.ascii_only)
        if self.against:
            to = f"vs {words.stage_sign(self.against, ascii_only=look.ascii_only)}"
            return before + (f"{title} {to}" if title else to)
        way = words.direction_sign(self.direction, ascii_only=look.ascii_only) if self.direction else ""
        return before + title + (f" {way}" if way else "")


def short_title(name: str, *, ascii_only: bool) -> str:
    """Return a name made safe and short enough to stand above a column: of a slice's metric both its ends."""
    if not name.endswith("]") or width(name) <= _TITLE_MAX:
        return visible(name, _TITLE_MAX, ascii_only=ascii_only)
    whole = visible(name, 512, ascii_only=ascii_only)
    metric, _, part = whole.partition("[")
    part = part.rpartition(":")[2]
    room = _SLICE_MAX - width(metric) - 2
    if room < 4 or width(part) > room:
        return visible(whole, _SLICE_MAX, ascii_only=ascii_only)
    return f"{metric}[{words.signs(ascii_only).ellipsis}{part}"


class Laid(NamedTuple):
    """The columns that are seen, with the widths they have; how many are before and behind them, to be scrolled to."""

    columns: list[Column]
    before: int
    behind: int


def lay_out(columns: Sequence[Column], space: int, look: Look, first: int = 0) -> Laid:
    """Return the columns that are seen in ``space`` cells when ``first`` of those that scroll are scrolled past.

    The first column stays where it is. As many are scrolled past as it takes to see the last one, at most.
    """
    seen = _seen(columns, space, look)
    if len(seen) == len(columns) or not first:
        return Laid(_stretched(seen, space, look), 0, len(columns) - len(seen))
    names = {id(column) for column in seen}
    order = [*seen, *(column for column in columns if id(column) not in names)]
    least = _first_of_last(order, space, look)
    first = min(first, least)
    shown = _prefix([order[0], *order[1 + first :]], space, look, 2)
    return Laid(_stretched(shown, space, look), first, len(order) - first - len(shown))


def _first_of_last(order: Sequence[Column], space: int, look: Look) -> int:
    """Return how many must be scrolled past for the last one to be seen."""
    first = max(len(order) - 2, 0)
    while first and _needed([order[0], *order[first:]], look) <= space:
        first -= 1
    return first


def _seen(columns: Sequence[Column], space: int, look: Look) -> list[Column]:
    """Return the columns that fit, in their order: by rank, or the first ones where a person chose."""
    if not columns:
        return []
    if columns[0].kept:
        bound = next((place for place, column in enumerate(columns) if column.gap >= GAP), 0)
        return _prefix(columns, space, look, bound + 1)  # what has a smaller gap belongs to the next
    chosen: set[int] = set()
    for index in sorted(range(len(columns)), key=lambda i: columns[i].rank):
        tried = [column for i, column in enumerate(columns) if i in chosen or i == index]
        if not chosen or _needed(tried, look) <= space:
            chosen.add(index)
    return [column for i, column in enumerate(columns) if i in chosen]


def _prefix(columns: Sequence[Column], space: int, look: Look, least: int) -> list[Column]:
    """Return as many of the first columns as fit, but ``least`` of them even if they must be cut."""
    start = count = 0
    for column in _titled(columns, look):
        if start + column.width > space and count >= least:
            break
        start += column.width + column.gap
        count += 1
    return list(columns[:count])


def _needed(columns: Sequence[Column], look: Look) -> int:
    return _cells(_titled(columns, look))


def _cells(columns: Sequence[Column]) -> int:
    """Return how many cells columns take, with what is between them."""
    return sum(column.width + column.gap for column in columns) - (columns[-1].gap if columns else 0)


def _titled(columns: Sequence[Column], look: Look) -> list[Column]:
    """Return columns, those widened whose title has no room: beside the one before, two cells from its title."""
    out: list[Column] = []
    start, end = 0, -GAP
    for each in columns:
        # Beside its metric a difference need not be named.
        beside = bool(each.against and out and out[-1].key == each.key)
        column = replace(each, title="") if beside else each
        title = width(column.heading(look))
        if column.align == "right":
            lack = max(end + GAP + title - (start + column.width), 0)
        else:
            lack = max(title - column.width, 0)
        found = replace(column, width=column.width + lack) if lack else column
        end = start + (found.width if column.align == "right" else title)
        start += found.width + found.gap
        out.append(found)
    return out


def _stretched(columns: Sequence[Column], space: int, look: Look) -> list[Column]:
    """Return columns in their final widths: one that grows takes what is left, what is too wide is cut."""
    out = _titled(columns, look)
    over = _cells(out) - space
    for place, column in enumerate(out):
        if column.grow and over < 0:
            out[place] = replace(column, width=column.width - over)
            return out
    for place in range(len(out) - 1, -1, -1):
        if over > 0:
            narrower = max(out[place].width - over, 1)
            over -= out[place].width - narrower
            out[place] = replace(out[place], width=narrower)
    return out


def titles(columns: Sequence[Column], look: Look) -> list[tuple[int, str]]:
    """Return where the title of each column that is laid out begins, in cells, and the title, cut where it must be."""
    out: list[tuple[int, str]] = []
    start, end = 0, 0
    for column in columns:
        title = visible(column.heading(look), max(start + column.width - end, 1), ascii_only=look.ascii_only)
        at = start + column.width - width(title) if column.align == "right" else start
        out.append((at, title))
        end = at + width(title) + 1
        start += column.width + column.gap
    return out


def for_models(models: Iterable[Model], ascii_only: bool = False) -> list[Column]:
    """Return the columns of the list of models: whether one is in Production, the name, its number, else the latest.

    Beside the name of a model with A/B tests that run stands ``A/B``.

    How many versions there are, their size, and when the last was registered, are for where the list has all the room.
    """
    sample = list(models)
    sign = words.stage_sign("production", ascii_only=ascii_only)
    numbers = [model.production or model.latest or "" for model in sample]
    marks = {model.name: f" {_TESTED}" for model in sample if model.tests}
    names = min(widest([model.name + marks.get(model.name, "") for model in sample], _NAME_LEAST), _NAME_MOST)

    def name(model: Model, look: Look) -> str:
        mark = f" {_TESTED}" if model.tests else ""
        return fit(model.name, names - len(mark), ascii_only=look.ascii_only) + mark

    out = [
        Column("", 1, 1, lambda m, _: sign if m.production else "", style=lambda _m: "production", gap=1),
        Column("MODEL", names, 0, name),
        Column("", min(widest(numbers, 3), 12), 2, lambda m, _: m.production or m.latest or "",
               style=lambda m: "production" if m.production else "muted"),
        Column("VERSIONS", 8, 3, lambda m, _: words.count(m.version_count), "right", style=lambda _m: "muted"),
        Column("SIZE", 8, 4, lambda m, _: words.size(m.size), "right", style=lambda _m: "muted"),
        Column("UPDATED", 7, 5, lambda m, look: words.age(m.updated, look.now), "right", style=lambda _m: "muted"),
    ]  # fmt: skip
    return [replace(column, kept=True) for column in (out if any(m.production for m in sample) else out[1:])]


def models_width(columns: Sequence[Column], most: int) -> int:
    """Return how many cells the list of models takes beside others, up to ``most``: name and number, else the name."""
    for rank in (2, 0):
        end = next((place for place, column in enumerate(columns) if column.rank == rank), -1) + 1
        if columns and (needed := _cells(columns[:end])) <= most:
            return needed
    return most


def sample_of(versions: Sequence[Version]) -> list[Version]:
    """Return the versions that decide about the columns: the first ones."""
    return [versions[i] for i in range(min(SAMPLE, len(versions)))]


def first_line(text: str, look: Look) -> str:
    """Return the first line of a text, and a sign if there is more."""
    first, _, more = text.strip().partition("\n")
    return first.rstrip() + (words.signs(look.ascii_only).ellipsis if more else "")


def standing(version: Version, look: Look) -> str:
    """Return where a version stands in sign and word, with a sign behind it if a gate was overruled for it."""
    told = words.standing_label(version.stage, rolled_back=version.rolled_back, ascii_only=look.ascii_only)
    return f"{told} {words.signs(look.ascii_only).overridden}" if version.overridden else told


def standing_style(version: Version) -> str:
    """Return the name of the style of where a version stands."""
    return "warning" if told_as_rolled_back(version) else version.stage or "muted"


def told_as_rolled_back(version: Version) -> bool:
    """Whether that Production went back from it is told in place of its stage."""
    return version.rolled_back and version.stage in (None, "archived")


PICKLE_STYLES = {"safe": "better", "unsafe": "bad"}


def widest(texts: Iterable[str], least: int) -> int:
    """Return the cells of the widest text, at least ``least``."""
    return max(least, max((width(text) for text in texts), default=0))
