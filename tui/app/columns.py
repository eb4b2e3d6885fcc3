"""Which columns a table has, how wide they are, and what stands in them.

Widths come from a sample of the first rows, so that a list of 100,000 is laid out without reading it.
A window too narrow for all columns drops the least important; the last one takes what is left.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ...store import improved
from .. import words
from ..text import Align, fit, visible, width
from . import deltas

if TYPE_CHECKING:
    from ...store import Direction, Model, Version

SAMPLE = 60
"""As many rows as are known of a large store when it is first shown: the rest must not change the columns."""

GAP = 2
_MAX_METRICS = 8
_METRIC_MAX = 14
_SOURCE_MAX = 36


@dataclass(frozen=True, slots=True)
class Look:
    """What the text of a cell depends on besides its row: the moment, and the terminal."""

    now: datetime
    ascii_only: bool = False


_PLAIN = Look(datetime.min.replace(tzinfo=UTC))
"""For widths, which no moment changes."""

Cell = Callable[[Any, Look], str]
StyleOf = Callable[[Any], str]


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    ``width`` is in cells; ``rank`` says how early it is dropped (the highest first); ``grow`` takes the
    space that is left. ``style`` names the style of a cell, ``""`` for the plain one. ``direction`` is that of a
    metric, told beside its title; ``against`` the stage that a difference is to. ``key`` is what sorts by what it
    shows (``sorting``), ``sign`` stands before its title while the rows are sorted so.
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

    def show(self, row: Any, look: Look) -> tuple[str, str]:
        """Return the cell's text, exactly as wide as the column, and its style."""
        return fit(self.text(row, look), self.width, self.align, ascii_only=look.ascii_only), self.style(row)

    def heading(self, look: Look) -> str:
        """Return the title, exactly as wide as the column."""
        if self.against:
            stage = words.stage_sign(self.against, ascii_only=look.ascii_only)
            return fit(f"vs {stage}", self.width, self.align)
        way = words.direction_sign(self.direction, ascii_only=look.ascii_only) if self.direction else ""
        before, behind = (f"{self.sign} " if self.sign else ""), (f" {way}" if way else "")
        title = visible(self.title, self.width - len(before + behind), ascii_only=look.ascii_only)
        return fit(before + title + behind, self.width, self.align, ascii_only=look.ascii_only)


def choose(columns: Sequence[Column], space: int) -> list[Column]:
    """Return the columns that fit into ``space`` cells, in their order, with a growing one stretched."""
    chosen: set[int] = set()
    used = -GAP
    for index in sorted(range(len(columns)), key=lambda i: columns[i].rank):
        need = columns[index].width + GAP
        if used + need <= space or not chosen:
            chosen.add(index)
            used += need
    out = [replace(c) for i, c in enumerate(columns) if i in chosen]
    for place, column in enumerate(out):
        if column.grow or used > space:
            out[place] = replace(column, width=max(1, column.width + space - used))
            break
    return out


def for_models(models: Iterable[Model], ascii_only: bool = False) -> list[Column]:
    """Return the columns of the list of models."""
    sample = list(models)
    production = words.stage_sign("production", ascii_only=ascii_only)
    lead = " " * (width(production) + 1) if any(m.production for m in sample) else ""

    def latest(model: Model, _look: Look | None = None) -> str:
        return f"{production} {model.production}" if model.production else lead + (model.latest or "")

    return [
        Column("MODEL", min(_widest([m.name for m in sample], 8), 12), 0, lambda m, _: m.name, grow=True),
        Column("", _widest([words.count(m.version_count) for m in sample], 1), 2,
               lambda m, _: words.count(m.version_count), "right", style=lambda _m: "muted"),
        Column("", min(_widest(map(latest, sample), 3), 12), 1, latest,
               style=lambda m: "production" if m.production else "muted"),
    ]  # fmt: skip


def sample_of(versions: Sequence[Version]) -> list[Version]:
    """Return the versions that decide about the columns: the first ones."""
    return [versions[i] for i in range(min(SAMPLE, len(versions)))]


def for_versions(
    versions: Sequence[Version],
    direction: Callable[[str], Direction | None] = lambda _metric: None,
    production: Version | None = None,
) -> list[Column]:
    """Return the columns that say something about these versions, in reading order.

    ``direction`` says of a metric which way it is better; ``production`` is what the most common of them is
    compared with.
    """
    sample = sample_of(versions)
    out = [
        Column("VERSION", min(_widest([v.version for v in sample], 7), 16), 0, lambda v, _: v.version,
               style=lambda _v: "strong", key="version"),
        Column("ID", 7, 6, lambda v, _: v.short_id, style=lambda _v: "muted"),
    ]  # fmt: skip
    if any(v.stage or v.rolled_back for v in sample):
        widest = min(_widest([standing(v, _PLAIN) for v in sample], 12), 15)
        out.append(Column("STAGE", widest, 1, standing, style=standing_style, key="stage"))
    if any(v.overridden for v in sample):
        out.append(Column("", len(words.OVERRIDDEN), 5, _overridden, style=lambda _v: "bad"))
    if any(_pickles(v, _PLAIN) for v in sample):
        alarming = any(v.pickles == "unsafe" for v in sample)
        out.append(
            Column(
                "PICKLES",
                _widest([_pickles(v, _PLAIN) for v in sample], 7),
                1 if alarming else 5,
                _pickles,
                style=lambda v: PICKLE_STYLES.get(v.pickles, "warning"),
            )
        )
    if any(v.aliases for v in sample):
        widest = min(_widest([", ".join(v.aliases) for v in sample], 5), 16)
        out.append(Column("ALIAS", widest, 5, lambda v, _: ", ".join(v.aliases), style=lambda _v: "accent"))
    ranks = iter((2, 8, 10, *range(12, 30)))
    for place, name in enumerate(metric_names(sample)):
        way = direction(name)
        out.append(_metric(name, sample, next(ranks), way))
        if place == 0 and production and name in production.metrics:
            out.append(_delta(name, sample, production, way))
    out += [
        Column("AGE", 6, 4, lambda v, look: words.age(v.created, look.now), "right", key="created"),
        Column("SIZE", 8, 7, lambda v, _: words.size(v.size), "right", key="size"),
        Column("AUTHOR", min(_widest([v.author for v in sample], 6), 12), 9, lambda v, _: v.author,
               style=lambda _v: "muted", key="author"),
    ]  # fmt: skip
    if len({v.kind for v in sample}) > 1:
        out.append(Column("KIND", 8, 11, lambda v, _: v.kind, style=lambda _v: "muted"))
    if any(v.source for v in sample):
        widest = _widest([_source(v) for v in sample], 6)
        out.append(Column("SOURCE", min(widest, _SOURCE_MAX), 7, _source, style=lambda _v: "muted"))
    if any(v.note for v in sample):
        out.append(Column("NOTE", 12, 7, _note, style=lambda _v: "muted", grow=True))
    return out


def metric_names(sample: Iterable[Version]) -> list[str]:
    """Return the metrics worth a column: the most common first, then in the newest version's order.

    Those of a dataset or slice come last: there are many, and the plain ones are what a version is known by.
    """
    common = Counter(name for version in sample for name in version.metrics)
    ordered = sorted(common, key=lambda name: (name.endswith("]"), -common[name]))
    return ordered[:_MAX_METRICS]


def _metric(name: str, sample: Sequence[Version], rank: int, direction: Direction | None) -> Column:
    values = [v.metrics[name] for v in sample if name in v.metrics]
    places = words.decimals(values)
    widest = _widest([words.number(value, places) for value in values], 1)

    def text(version: Version, look: Look) -> str:
        value = version.metrics.get(name)
        if value is None:
            return words.signs(look.ascii_only).dash
        shown = words.number(value, places)
        # A number that is cut would be another number.
        return shown if len(shown) <= columns else f"{value:.{max(columns - 7, 0)}e}"

    title = width(name) + (2 if direction else 0)
    columns = max(min(title, _METRIC_MAX), widest, 7)
    return Column(name, columns, rank, text, "right", direction=direction, key=f"metric.{name}")


def _delta(name: str, sample: Sequence[Version], production: Version, way: Direction | None) -> Column:
    """Return the column that says how far a metric is from production's, and whether that is better."""
    base = production.metrics[name]
    places = words.decimals([base, *(v.metrics[name] for v in sample if name in v.metrics)])

    def outcome(version: Version) -> str | None:
        value = version.metrics.get(name)
        return None if value is None else improved(way, base, value)

    def text(version: Version, look: Look) -> str:
        value = version.metrics.get(name)
        if value is None or version.id == production.id:
            return words.signs(look.ascii_only).dash
        return deltas.judged(base, value, outcome(version), places=places, ascii_only=look.ascii_only)

    look = Look(production.created)
    widest = max(width(text(version, look)) for version in sample)
    return Column("", max(widest, 6), 3, text, "right", style=lambda v: deltas.style(outcome(v)),
                  against="production")  # fmt: skip


def _source(version: Version, _look: Look | None = None) -> str:
    """Return where a dataset came from, and that its bytes are still only there if they are."""
    source = version.source
    if source is None:
        return ""
    where = source.location
    if source.type in ("path", "dvc"):
        where = "/".join(where.split("/")[-2:])  # the end of a path is what tells data from each other
    return f"outside: {where}" if version.external else where


def _note(version: Version, look: Look) -> str:
    return first_line(version.note, look)


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


def _pickles(version: Version, look: Look) -> str:
    return words.pickles_label(version.pickles, ascii_only=look.ascii_only, short=True)


def _overridden(version: Version, _look: Look) -> str:
    return words.OVERRIDDEN if version.overridden else ""


def _widest(texts: Iterable[str], least: int) -> int:
    return max(least, max((width(text) for text in texts), default=0))
