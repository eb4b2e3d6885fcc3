"""How facts of a version look in a cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from .. import agents, members
from ..lineage import STAGE_STYLES
from ..metric_order import worth_a_column
from ..words import OVERRIDDEN, ROLLED_BACK, decimals, number, pickles_label, stage_label, standing_label
from .output import ascii_only, safe

if TYPE_CHECKING:
    from ...store import Direction, Store, Version


def stage_cell(stage: str | None) -> str:
    """Return sign and word; empty without a stage, so that a column without stages goes."""
    return stage_label(stage, ascii_only=ascii_only()) if stage else ""


def standing_cell(version: Version) -> str:
    """Return where a version stands in sign and word, and whether Production went back from it; empty without either."""
    if not version.stage and not version.rolled_back:
        return ""
    return standing_label(version.stage, rolled_back=version.rolled_back, ascii_only=ascii_only())


def overridden_cell(version: Version) -> str:
    """Return a word that stays with a version which entered a stage although a gate stopped it; else empty."""
    return OVERRIDDEN if version.overridden else ""


def pickles_cell(version: Version) -> str:
    """Return the verdict on the pickles of a version, as it was when it was registered; empty where there are none."""
    return pickles_label(version.pickles, ascii_only=ascii_only(), short=True)


def flag_cell(store: Store, version: Version) -> str:
    """Return what does not fit together in a version, or has become of its members; empty where nothing is amiss."""
    if not version.members and not version.mismatch:
        return ""
    found = store.members(version.ref) if version.members else ()
    return members.flag(version, found, ascii_only=ascii_only())


def pickles_style(cell: str) -> tuple[str, ...]:
    """Return the colour of a verdict on pickles."""
    return {"safe": ("green",), "unsafe": ("bold", "red")}.get(cell.partition(" ")[2], ("yellow",))


def hosted_cells(store: Store, version: Version) -> tuple[str, str]:
    """Return which model a hosted version is, and what is to be known of it: that its name moves, that it ends; else nothing."""
    if version.kind != "hosted":
        return "", ""
    flags = agents.flags(store.hosted_status(version), agents.today(), ascii_only=ascii_only())
    return safe(agents.model_text(version), 60), flags


def ends_style(cell: str) -> tuple[str, ...]:
    """Return the colour of what is to be known of a hosted model."""
    return ("bold", "red") if "RETIRED" in cell else ("yellow",)


def stage_style(cell: str) -> tuple[str, ...]:
    """Return the colour of the cell of a stage or of where a version stands."""
    words = cell.split()
    if words[1:] == ROLLED_BACK.split():
        return ("yellow",)
    return STAGE_STYLES.get(words[1], ()) if len(words) > 1 else ()


def metric_columns(
    versions: Sequence[Version],
    most: int,
    asked: Sequence[str],
    direction: Callable[[str], Direction | None],
) -> list[tuple[str, list[str]]]:
    """Return name and cells of the metrics that were asked for, then of those that are worth a column.

    The latter up to ``most`` in all. The cells of a metric are aligned on the point.
    """
    names = list(asked)
    if most > len(asked):
        seen = Counter(name for version in versions for name in version.metrics if name not in asked)
        names += worth_a_column(seen, direction)[: most - len(asked)]
    columns = []
    for name in names:
        values = [version.metrics.get(name) for version in versions]
        places = decimals(value for value in values if value is not None)
        columns.append((name, ["" if value is None else number(value, places) for value in values]))
    return columns
