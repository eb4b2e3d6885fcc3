"""What a file of metrics came to."""

from __future__ import annotations

import msgspec

from ...nouns.metric import Series


class MetricsFile(msgspec.Struct, frozen=True):
    """What a file of metrics holds.

    ``metrics`` are the values at the end: the last of each column, the last logged of each name. ``series``
    are the values over the steps, empty for a file that knows no steps. ``skipped`` names what is in the
    file but is no number.
    """

    metrics: dict[str, float]
    series: dict[str, Series] = msgspec.field(default_factory=dict)
    skipped: tuple[str, ...] = ()
