"""Which panes are seen in a window of some size, and where. Pure: sizes in, places out.

Narrow windows and zoom give one pane all of it. Wider ones have the lists on the left and, on the right, one view of
the selected version above what its next stage asks. Large ones show every view at once: below the lists what a version
came from and what its next stage asks, on the right and as high as the window what takes most lines.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from .keys.pane import VIEWS, Pane

WIDE_ENOUGH = 110
"""From this many columns on, panes stand side by side."""

_LARGE_COLUMNS, _LARGE_ROWS = 150, 36
_STACKED_ROWS = 28
"""From this many rows of panes on, a view has the next stage's gates below it."""

_MODELS = ((150, 34), (128, 28), (0, 24))
"""How wide the list of models is at most, from how many columns on."""

MODELS_LEAST = 18
_SIDE = ((150, 56), (128, 46), (0, 40))
"""How wide the right side is, from how many columns on."""

_SIDE_GROWS, _SIDE_MOST = 164, 80
"""From how many columns on the right side grows, and how wide it gets."""

_LINEAGE_SHARE = 9 / 20
"""Of the width below the lists in large windows, what lineage takes; the rest is for stages."""

_UNDER_SHARE = 9 / 20
"""Of the height of large windows, what stands below the lists."""


class Kind(StrEnum):
    """An arrangement of panes."""

    ONE = "one"
    SIDE = "side"
    GRID = "grid"


class Place(NamedTuple):
    """Where a pane stands among the panes, in cells."""

    x: int
    y: int
    width: int
    height: int


def kind_of(columns: int, rows: int, *, zoomed: bool) -> Kind:
    """Return how panes are arranged in a window of this size."""
    if zoomed or columns < WIDE_ENOUGH:
        return Kind.ONE
    return Kind.GRID if columns >= _LARGE_COLUMNS and rows >= _LARGE_ROWS else Kind.SIDE


def side_of(kind: Kind, pane: Pane, side: Pane, rows: int) -> Pane:
    """Return the view that stands on the side: the one that has the keys, unless it has a place of its own.

    ``pane`` is what has the keys, ``side`` the view that was put there last, ``rows`` how high the panes are.
    """
    if kind is Kind.GRID:
        return next((view for view in (pane, side) if view in turnable(kind)), Pane.METRICS)
    stacked = pane is Pane.STAGES and rows >= _STACKED_ROWS
    return pane if pane in VIEWS and not stacked else side


def turnable(kind: Kind) -> tuple[Pane, ...]:
    """Return the views that take turns on the side."""
    own_place = (Pane.LINEAGE, Pane.STAGES) if kind is Kind.GRID else ()
    return tuple(view for view in VIEWS if view not in own_place)


def seen(kind: Kind, pane: Pane, side: Pane, rows: int) -> tuple[Pane, ...]:
    """Return the panes that are seen, in the order in which tab goes through them: ``pane`` always is.

    ``pane``, ``side`` and ``rows`` are those of ``side_of``.
    """
    if kind is Kind.ONE:
        return (pane,)
    side = side_of(kind, pane, side, rows)
    if kind is Kind.GRID:
        return (Pane.MODELS, Pane.VERSIONS, Pane.LINEAGE, side, Pane.STAGES)
    below = (Pane.STAGES,) if rows >= _STACKED_ROWS and side is not Pane.STAGES else ()
    return (Pane.MODELS, Pane.VERSIONS, side, *below)


def models_most(columns: int) -> int:
    """Return how wide the list of models may be in so many columns."""
    return next(width for least, width in _MODELS if columns >= least)


def places(
    kind: Kind, shown: Sequence[Pane], columns: int, rows: int, *, models: int = MODELS_LEAST
) -> Mapping[Pane, Place]:
    """Return where each of the panes that are ``seen`` stands, in an area of ``columns`` by ``rows``.

    ``models`` is how wide the list of models would be, with its frame.
    """
    if kind is Kind.ONE:
        return {shown[0]: Place(0, 0, columns, rows)}
    models = max(MODELS_LEAST, min(models, models_most(columns)))
    right = next(width for least, width in _SIDE if columns >= least)
    right = min(right + max(columns - _SIDE_GROWS, 0) // 4, _SIDE_MOST)
    left = columns - right
    side = next(view for view in shown[2:] if view in turnable(kind))
    under = int(rows * _UNDER_SHARE) if kind is Kind.GRID else 0
    below = rows * 2 // 5 if not under and side is not Pane.STAGES and Pane.STAGES in shown else 0
    found = {
        Pane.MODELS: Place(0, 0, models, rows - under),
        Pane.VERSIONS: Place(models, 0, left - models, rows - under),
        side: Place(left, 0, right, rows - below),
    }
    if below:
        found[Pane.STAGES] = Place(left, rows - below, right, below)
    if under:
        lineage = int(left * _LINEAGE_SHARE)
        found[Pane.LINEAGE] = Place(0, rows - under, lineage, under)
        found[Pane.STAGES] = Place(lineage, rows - under, left - lineage, under)
    return found
