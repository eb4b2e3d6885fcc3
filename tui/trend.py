"""A metric over versions, for both faces: which versions are named below its chart, and which signs stand in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .words import stage_sign

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..store import TrendPoint


def labels(points: Sequence[TrendPoint], best: TrendPoint | None = None) -> dict[int, str]:
    """Return the versions to name below the chart: the ends, those in a stage, the best, then the others."""
    numbers = list(range(len(points)))
    staged = [at for at in reversed(numbers) if points[at].stage]
    first = [at for at in numbers if points[at] is best][:1]
    order = [numbers[-1], numbers[0], *staged, *first, *numbers]
    return {at: points[at].version for at in dict.fromkeys(order)}


def marks(points: Sequence[TrendPoint], *, ascii_only: bool) -> dict[int, str]:
    """Return the sign of the stage of each version that is in one."""
    return {
        at: stage_sign(point.stage, ascii_only=ascii_only) for at, point in enumerate(points) if point.stage
    }
