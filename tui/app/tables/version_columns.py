"""The columns that a list of versions can have, and those that it has by itself.

Each has a name, as in a query where there is one: ``version``, ``metric.f1``, ``delta.f1``, ``tag.owner``, ``param.lr``.
Settings and the dialog of columns know them by it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from ...metric_order import worth_a_column
from .column_makers import DELTA, METRIC, PARAM, PREFIXES, TAG, About, made, pickles
from .columns import PLAIN, Column, Look, sample_of

if TYPE_CHECKING:
    from ....store import Direction, Version

HEADLINE, HEADLINE_DELTA, METRICS = "metric", "delta", "metrics"
"""Names that settings may use for the headline metric, its difference to production, and the metrics besides it."""

PLAIN_NAMES = (
    *("version", "id", "kind", "stage", "overridden", "flags", "pickle", "alias", "age", "author", "size"),
    *("tags", "note", "source", "host", "staged", "files"),
)
"""The columns that every list can have."""

_MAX_METRICS = 8
_METRIC_RANKS = (2, 6, 9, *range(12, 30))


def is_name(name: str) -> bool:
    """Whether there may be a column of that name; a metric, tag or parameter may exist in some model."""
    known = (*PLAIN_NAMES, HEADLINE, HEADLINE_DELTA, METRICS)
    return name in known or any(name.startswith(each) and name != each for each in PREFIXES)


class VersionColumns(Struct, frozen=True):
    """What there is to choose from for the versions of one model: columns are made when they are wanted.

    ``sample`` decides about widths, ``ways`` says of metrics which way they are better, ``production`` is what
    differences are to. ``metrics`` (the most telling first), ``tags`` and ``params`` are names that are known. ``flags`` are what must
    not be overlooked, in words, by hash ID.
    """

    sample: Sequence[Version] = ()
    ways: Mapping[str, Direction] = {}
    production: Version | None = None
    metrics: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    params: tuple[str, ...] = ()
    flags: Mapping[str, tuple[str, ...]] = {}

    def with_names(
        self,
        metrics: Iterable[str],
        tags: Iterable[str],
        params: Iterable[str],
        ways: Mapping[str, Direction],
    ) -> VersionColumns:
        """Return the same with names that are known besides."""
        return replace(
            self,
            ways={**ways, **self.ways},
            metrics=tuple(dict.fromkeys([*self.metrics, *metrics])),
            tags=tuple(dict.fromkeys([*self.tags, *tags])),
            params=tuple(dict.fromkeys([*self.params, *params])),
        )

    def with_names_of(self, other: VersionColumns) -> VersionColumns:
        """Return the same with the names that another knows."""
        return self.with_names(other.metrics, other.tags, other.params, other.ways)

    # -- names -----------------------------------------------------------------------------------

    def headline(self, chosen: str = "") -> str:
        """Return the metric that versions are judged by first: the one that was chosen, else the most telling."""
        return chosen if chosen in self.metrics else next(iter(self.metrics), "")

    def default(self, headline: str = "") -> list[str]:
        """Return the columns that say something about these versions, in reading order."""
        found = [
            name
            for name in ("version", "id", "stage", "staged", "overridden", "flags", "pickle", "alias")
            if self.tells(name)
        ]
        found += self._measured(headline)
        return found + [
            name for name in ("tags", "age", "size", "author", "kind", "source", "note") if self.tells(name)
        ]

    def _measured(self, headline: str) -> list[str]:
        first = self.headline(headline)
        names = [name for name in (first, *self._others(first)) if name][:_MAX_METRICS]
        found = [METRIC + name for name in names]
        if first and self.tells(DELTA + first):
            found.insert(1, DELTA + first)
        return found

    def _others(self, headline: str) -> list[str]:
        seen = {name for version in self.sample for name in version.metrics}
        return [name for name in self.metrics if name != headline and name in seen]

    def resolved(self, names: Sequence[str], headline: str = "") -> list[str]:
        """Return names of settings as those of columns that say something about these versions."""
        first = self.headline(headline)
        meant = {HEADLINE: [METRIC + first], HEADLINE_DELTA: [DELTA + first],
                 METRICS: [METRIC + name for name in self._others(first)[: _MAX_METRICS - 1]]}  # fmt: skip
        found = [each for name in names for each in meant.get(name, [name])]
        return [name for name in dict.fromkeys(found) if name in _ALWAYS or self.tells(name)]

    def every(self) -> list[str]:
        """Return the names of all columns there can be, in the order in which they are offered."""
        metrics = [each + name for name in self.metrics for each in (METRIC, DELTA)]
        rest = [name for name in PLAIN_NAMES if name not in _BEFORE_METRICS]
        named = [TAG + name for name in self.tags] + [PARAM + name for name in self.params]
        return [*_BEFORE_METRICS, *metrics, *rest, *named]

    def tells(self, name: str) -> bool:
        """Whether a column would say anything of the versions it is made by, or tell them apart."""
        sample, production = self.sample, self.production
        for prefix, get in _HELD.items():
            if name.startswith(prefix):
                key = name.removeprefix(prefix)
                if prefix == DELTA and (production is None or key not in production.metrics):
                    return False
                return any(key in get(version) for version in sample)
        if name == "flags":
            return bool(self.flags)
        if name == "kind":
            return any(version.kind != "weights" for version in sample)
        says = _SAYS.get(name)
        return any(map(says, sample)) if says else name in PLAIN_NAMES

    # -- columns ---------------------------------------------------------------------------------

    def columns(self, names: Sequence[str], look: Look, *, kept: bool = False) -> list[Column]:
        """Return columns by their names; ``kept`` says that a person chose them. What no list can have is left out."""
        about = About(self.sample, self.ways, self.production, self.flags)
        ranks = iter(_METRIC_RANKS)
        out: list[Column] = []
        for name in names:
            rank = next(ranks, _METRIC_RANKS[-1]) if name.startswith(METRIC) else 0
            if (column := made(name, about, look, rank=rank)) is not None:
                out.append(replace(column, name=name, kept=kept))
        return out


def of_versions(
    versions: Sequence[Version],
    direction: Callable[[str], Direction | None] = lambda _metric: None,
    production: Version | None = None,
    flags: Mapping[str, tuple[str, ...]] | None = None,
) -> VersionColumns:
    """Return what there is to choose from for versions, the first ones of which are looked at.

    ``direction`` says of a metric which way it is better; ``production`` is what the others are compared with. ``flags`` are
    what must not be overlooked of some, by hash ID.
    """
    sample = sample_of(versions)
    counts = Counter(name for version in sample for name in version.metrics)
    found = {name: direction(name) for name in counts}
    ways = {name: way for name, way in found.items() if way}
    metrics = worth_a_column(counts, direction)
    metrics += [name for name in counts if name not in metrics]
    tags = Counter(name for version in sample for name in version.tags)
    params = Counter(name for version in sample for name in version.params)
    return VersionColumns(
        sample,
        ways,
        production,
        tuple(metrics),
        tuple(name for name, _ in tags.most_common()),
        tuple(name for name, _ in params.most_common()),
        flags or {},
    )


_HELD: dict[str, Callable[[Version], Mapping[str, object]]] = {
    METRIC: lambda v: v.metrics,
    DELTA: lambda v: v.metrics,
    TAG: lambda v: v.tags,
    PARAM: lambda v: v.params,
}
_SAYS: dict[str, Callable[[Version], object]] = {
    "stage": lambda v: v.stage or v.rolled_back,
    "overridden": lambda v: v.overridden,
    "pickle": lambda v: pickles(v, PLAIN),
    "alias": lambda v: v.aliases,
    "tags": lambda v: v.tags,
    "source": lambda v: v.source,
    "staged": lambda v: v.staged,
    "note": lambda v: v.note.strip(),
}
"""What a column needs a version to have; the others say something of every version."""

_ALWAYS = frozenset(PLAIN_NAMES) - _SAYS.keys() - {"kind", "flags"}
_BEFORE_METRICS = ("version", "id", "kind", "stage", "overridden", "flags", "pickle", "alias")
