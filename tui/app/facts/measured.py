"""The view of metrics: versions side by side, and a metric over the versions of the model."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ... import chart, trend, words
from ...text import paragraph, visible
from ..columns import Look
from .comparison import comparison
from .lines import Line, Lines, heading
from .metrics import metrics

if TYPE_CHECKING:
    from ....store import Trend, Version
    from ..asked import Measured

_HEIGHT = 7
_MOST = 60
"""As many versions are drawn, the last ones: more are a line without a face."""

_WIDEST = 90
_LABEL = 16
_PROBLEM_LINES = 4


def measured(
    found: Measured,
    version: Version,
    look: Look,
    columns: int,
    *,
    only_differences: bool = False,
    room: bool = False,
) -> Lines:
    """Return the view, ``columns`` cells wide; arguments as those of ``comparison``."""
    drawn = _over_versions(found.trend, version, look, columns) if found.trend else []
    if found.comparison is not None:
        return comparison(
            found.comparison, look, columns, only_differences=only_differences, room=room, chart=drawn
        )
    texts = paragraph(found.problem, columns, _PROBLEM_LINES, ascii_only=look.ascii_only)
    lines = Lines([(text, "muted")] for text in texts)
    lines.join(metrics(version, None, look, columns))
    lines.add(drawn)
    return lines


def _over_versions(found: Trend, version: Version, look: Look, columns: int) -> list[Line]:
    points = found.points[-_MOST:]
    if sum(math.isfinite(point.value) for point in points) < 2:
        return []
    # The selected version's label must not be left out.
    here = {at: point.version for at, point in enumerate(points) if point.version == version.version}
    title = visible(found.metric, max(columns - 20, 4), ascii_only=look.ascii_only)
    rows = chart.draw(
        [(float(at), point.value) for at, point in enumerate(points)],
        width=min(columns, _WIDEST),
        height=_HEIGHT,
        labels={
            at: visible(label, _LABEL, ascii_only=True)  # numbers of versions have no other letters
            for at, label in {**here, **trend.labels(points, found.best)}.items()
        },
        marks=trend.marks(points, ascii_only=look.ascii_only),
        ascii_only=look.ascii_only,
    )
    axis = len(rows) - 2
    way = words.direction_sign(found.direction, ascii_only=look.ascii_only)
    return [
        *heading(f"{title} {way}".rstrip(), "over versions"),
        *(
            [(row.scale, "muted"), (row.drawn, "accent" if at < axis else "muted")]
            for at, row in enumerate(rows)
        ),
    ]
