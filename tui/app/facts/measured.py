"""The view of metrics: versions side by side, a metric over the versions of the model, and training curves."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ... import chart, trend, words
from ...text import paragraph, visible
from ..tables.columns import Look
from . import curves
from .comparison import comparison
from .lines import Line
from .metrics import metrics
from .sections import Part, Sections, lazy
from .showing import Showing

if TYPE_CHECKING:
    from ....store import Trend, Version
    from ..asking.asked import Measured

CHART = "chart"
METRICS = "metrics"
_LEAST, _HIGHEST = 7, 22
"""Lines of a drawing."""

_AROUND = 5
"""Lines that a section's heading, the axis and what says that there is more take besides."""

_MOST = 60
"""As many versions are drawn, the last ones: more are a line without a face."""

_WIDEST = 90
_LABEL = 16
_NAME = 60
_PROBLEM_LINES = 4


def measured(
    found: Measured, version: Version, look: Look, columns: int, *, showing: Showing | None = None
) -> Sections:
    """Return the view, ``columns`` cells wide."""
    showing = showing or Showing()

    def charts(above: int) -> Iterator[Part]:
        return _charts(found, version, look, columns, showing, above)

    if found.comparison is not None:
        return comparison(
            found.comparison, look, columns, showing=showing, charts=charts, inside=found.inside
        )
    sections = Sections(showing.folds, look, columns)
    texts = paragraph(found.problem, columns, _PROBLEM_LINES, ascii_only=look.ascii_only)
    sections.add([(text, "muted")] for text in texts)
    if version.metrics:
        told = metrics(version, None, look, columns, headed=False)
        sections.add_part(Part(METRICS, "Metrics", words.plural(len(version.metrics), "metric"), told))
    for part in charts(len(sections)):
        sections.add_part(part)
    return sections


def _charts(
    found: Measured, version: Version, look: Look, columns: int, showing: Showing, above: int
) -> Iterator[Part]:
    """Yield what is drawn; where the pane is small only what is seen without scrolling is open by default."""
    rest = showing.rows - above
    height = min(max(showing.rows // 2, _LEAST), _HIGHEST) if showing.room else _LEAST
    # Of the first drawing all is to be seen, if that leaves it high enough to be one.
    first = min(height, rest - _AROUND) if rest - _AROUND >= _LEAST else height
    if found.trend and (part := _over_versions(found.trend, version, look, columns, first)):
        taken = len(part.lines) + 2
        folded = not showing.room and taken > rest
        rest -= 1 if folded else taken
        yield part._replace(folded=folded)
    part = curves.part(
        found.curves,
        look,
        columns,
        height,
        unread=found.unread,
        next_key=showing.next_curve,
        folded=not showing.room and height + 6 > rest,
    )
    if part:
        yield part


def _over_versions(found: Trend, version: Version, look: Look, columns: int, height: int) -> Part | None:
    points = found.points[-_MOST:]
    finite = sum(math.isfinite(point.value) for point in points)
    if finite < 2:
        return None
    way = words.direction_sign(found.direction, ascii_only=look.ascii_only)
    title = visible(found.metric, _NAME, ascii_only=look.ascii_only)
    last = "the last " if len(points) < len(found.points) else ""
    remark = f"{title} {way}".rstrip() + f" over {last}{words.plural(len(points), 'version')}"
    return Part(
        CHART, "Chart", remark, lazy(height + 2, lambda: _drawn(found, version, look, columns, height))
    )


def _drawn(found: Trend, version: Version, look: Look, columns: int, height: int) -> list[Line]:
    points = found.points[-_MOST:]
    # The selected version's label must not be left out.
    here = {at: point.version for at, point in enumerate(points) if point.version == version.version}
    rows = chart.draw(
        [(float(at), point.value) for at, point in enumerate(points)],
        width=min(columns, _WIDEST),
        height=height,
        labels={
            at: visible(label, _LABEL, ascii_only=True)  # numbers of versions have no other letters
            for at, label in {**here, **trend.labels(points, found.best)}.items()
        },
        marks=trend.marks(points, ascii_only=look.ascii_only),
        ascii_only=look.ascii_only,
    )
    axis = len(rows) - 2
    return [
        [(row.scale, "muted"), (row.drawn, "accent" if at < axis else "muted")] for at, row in enumerate(rows)
    ]
