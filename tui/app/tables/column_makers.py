"""How each column of a list of versions is made: what stands in it, how wide it is, what sorts by it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from msgspec.structs import replace

from ....store import improved, scalar_text
from ... import words
from ...text import width
from . import deltas
from .columns import PICKLE_STYLES, PLAIN, Column, Look, first_line, standing, standing_style, widest

if TYPE_CHECKING:
    from ....store import Direction, Version

METRIC, DELTA, TAG, PARAM = "metric.", "delta.", "tag.", "param."

_LEAST_NUMBER = 7
"""Cells in which any number can be told, if only as 1.e-05."""

_VALUE_MAX = 20
_TAGS_MAX = 32
_SOURCE_MAX = 36
_FLAGS_MAX = 36
_AGE = 5
"""Cells of an age, but for those of ten minutes and more."""

LAST = 9
"""The rank of what is dropped first, besides metrics."""

_DELTA_RANK = 3
_SINCE_RANK = 6
"""How long it is in its stage stands beside that, and comes before the ID: it is not when the version was made."""


class About(NamedTuple):
    """What columns are made by: the first versions, which way metrics are better, what differences are to, what is flagged."""

    sample: Sequence[Version]
    ways: Mapping[str, Direction]
    production: Version | None
    flags: Mapping[str, tuple[str, ...]] = {}


def made(name: str, about: About, look: Look, *, rank: int) -> Column | None:
    """Return the column of a name; None if there is none of that name.

    ``rank`` is that of a metric.
    """
    for prefix, make in _NAMED.items():
        if name.startswith(prefix) and name != prefix:
            return make(name.removeprefix(prefix), about, rank)
    if name == "age":
        return _age(about, look)
    make_plain = _PLAIN.get(name)
    return make_plain(about) if make_plain else None


def _text(
    about: About,
    title: str,
    text: Callable[[Any, Look], str],
    *,
    least: int,
    most: int,
    key: str = "",
    rank: int = LAST,
    style: str | Callable[[Any], str] = "muted",
    grow: bool = False,
) -> Column:
    """Return a column of text, as wide as the sample needs it, from ``least`` to ``most`` cells."""
    cells = min(widest([text(version, PLAIN) for version in about.sample], least), most)
    styled = (lambda _v: style) if isinstance(style, str) else style
    return Column(title, cells, rank, text, style=styled, key=key, grow=grow)


def _age(about: About, look: Look) -> Column:
    ages = widest([words.age(version.created, look.now) for version in about.sample], _AGE)
    return Column("MADE", ages, 4, lambda v, look: words.age(v.created, look.now), "right", key="created")


def _metric(name: str, about: About, rank: int) -> Column:
    values = [v.metrics[name] for v in about.sample if name in v.metrics]
    places = words.decimals(values) if values else None
    cells = widest([words.number(value, places) for value in values], _LEAST_NUMBER)

    def text(version: Version, look: Look) -> str:
        value = version.metrics.get(name)
        if value is None:
            return words.signs(look.ascii_only).dash
        shown = words.number(value, places)
        # A number that is cut would be another number.
        return shown if len(shown) <= cells else f"{value:.{max(cells - 7, 0)}e}"

    return Column(name, cells, rank, text, "right", direction=about.ways.get(name), key=METRIC + name)


def _delta(name: str, about: About, _rank: int) -> Column:
    """Return the column that says how far a metric is from production's, and whether that is better."""
    production, way = about.production, about.ways.get(name)
    base = production.metrics.get(name) if production else None
    values = [v.metrics[name] for v in about.sample if name in v.metrics]
    places = words.decimals(values if base is None else [base, *values])

    def outcome(version: Version) -> str | None:
        value = version.metrics.get(name)
        return None if value is None or base is None else improved(way, base, value)

    def text(version: Version, look: Look) -> str:
        value = version.metrics.get(name)
        if value is None or base is None or production is None or version.id == production.id:
            return words.signs(look.ascii_only).dash
        return deltas.judged(base, value, outcome(version), places=places, ascii_only=look.ascii_only)

    cells = max((width(text(version, PLAIN)) for version in about.sample), default=0)
    return Column(name, max(cells, 6), _DELTA_RANK, text, "right",
                  style=lambda v: deltas.style(outcome(v)), direction=way, against="production", key=METRIC + name)  # fmt: skip


def _tag(name: str, about: About, _rank: int) -> Column:
    return _text(
        about, TAG + name, lambda v, _: v.tags.get(name, ""), least=3, most=_VALUE_MAX, key=TAG + name
    )


def _param(name: str, about: About, _rank: int) -> Column:
    def text(version: Version, _look: Look) -> str:
        return scalar_text(version.params[name]) if name in version.params else ""

    values = [version.params[name] for version in about.sample if name in version.params]
    column = _text(about, PARAM + name, text, least=_LEAST_NUMBER, most=_VALUE_MAX, key=PARAM + name)
    numbers = bool(values) and all(isinstance(value, int | float) for value in values)
    return replace(column, align="right") if numbers else column


def _pickles(about: About) -> Column:
    alarming = any(version.pickles == "unsafe" for version in about.sample)
    return _text(about, "PICKLES", pickles, least=7, most=10, key="pickle", rank=1 if alarming else 5,
                 style=lambda v: PICKLE_STYLES.get(v.pickles, "warning"))  # fmt: skip


def pickles(version: Version, look: Look) -> str:
    """Return the verdict on a version's pickles in sign and word; nothing where there are none."""
    return words.pickles_label(version.pickles, ascii_only=look.ascii_only, short=True)


def _flags(about: About) -> Column:
    """Return the column of what must not be overlooked, as wide as the longest of it."""

    def text(version: Version, look: Look) -> str:
        told = about.flags.get(version.id)
        known = words.signs(look.ascii_only)
        return f"{known.overridden} {f' {known.dot} '.join(told)}" if told else ""

    def style(version: Version) -> str:
        return "bad" if any("RETIRED" in each for each in about.flags.get(version.id, ())) else "warning"

    texts = [f"! {' . '.join(told)}" for told in about.flags.values()]
    return Column("FLAGS", min(widest(texts, 5), _FLAGS_MAX), 1, text, style=style)


def _source(version: Version, _look: Look) -> str:
    """Return where a dataset came from, and that its bytes are still only there if they are."""
    source = version.source
    if source is None:
        return ""
    where = source.location
    if source.type in ("path", "dvc"):
        where = "/".join(where.split("/")[-2:])  # the end of a path is what tells data from each other
    return f"outside: {where}" if version.external else where


def _tags(version: Version, _look: Look) -> str:
    return ", ".join(f"{name}={value}" if value else name for name, value in version.tags.items())


def _staged(version: Version, look: Look) -> str:
    return words.age(version.staged, look.now) if version.staged else ""


_NAMED: dict[str, Callable[[str, About, int], Column]] = {
    METRIC: _metric,
    DELTA: _delta,
    TAG: _tag,
    PARAM: _param,
}
PREFIXES = tuple(_NAMED)
"""What the names of columns begin with that show one of many metrics, tags or parameters."""

_PLAIN: dict[str, Callable[[About], Column]] = {
    "version": lambda a: _text(a, "VERSION", lambda v, _: v.version, least=7, most=16, key="version", rank=0,
                               style="strong"),
    "id": lambda a: _text(a, "ID", lambda v, _: v.short_id, least=7, most=7, key="id", rank=7),
    "kind": lambda a: _text(a, "KIND", lambda v, _: v.kind, least=4, most=8, key="kind"),
    "stage": lambda a: _text(a, "STAGE", standing, least=12, most=15, key="stage", rank=1, style=standing_style),
    "overridden": lambda _: Column("", len(words.OVERRIDDEN), 5, lambda v, _: words.OVERRIDDEN if v.overridden else "",
                                   style=lambda _v: "bad"),
    "flags": _flags,
    "pickle": _pickles,
    "alias": lambda a: _text(a, "ALIAS", lambda v, _: ", ".join(v.aliases), least=5, most=16, key="alias", rank=5,
                             style="accent"),
    "size": lambda _: Column("SIZE", 8, 8, lambda v, _: words.size(v.size), "right", key="size"),
    "author": lambda a: _text(a, "AUTHOR", lambda v, _: v.author, least=6, most=12, key="author"),
    "host": lambda a: _text(a, "HOST", lambda v, _: v.host, least=4, most=_VALUE_MAX, key="host"),
    "tags": lambda a: _text(a, "TAGS", _tags, least=4, most=_TAGS_MAX, rank=8),
    "source": lambda a: _text(a, "SOURCE", _source, least=6, most=_SOURCE_MAX, rank=7),
    "staged": lambda _: Column("SINCE", 6, _SINCE_RANK, _staged, "right", key="staged"),
    "note": lambda a: _text(a, "NOTE", lambda v, look: first_line(v.note, look), least=12, most=12, rank=7, key="note",
                            grow=True),
    "files": lambda _: Column("FILES", 5, LAST, lambda v, _: words.count(v.file_count), "right", key="files"),
}  # fmt: skip
