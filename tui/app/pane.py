"""The parts of the screen that take the keys, in the order of their numbers."""

from __future__ import annotations

from enum import StrEnum


class Pane(StrEnum):
    """A part of the screen that takes the keys."""

    MODELS = "Models"
    VERSIONS = "Versions"
    LINEAGE = "Lineage"
    METRICS = "Metrics"
    STAGES = "Stages"
    OVERVIEW = "Overview"
    INSPECT = "Inspect"

    @property
    def number(self) -> int:
        """The number that stands before its title, and whose key goes there."""
        return tuple(Pane).index(self)


VIEWS = (Pane.LINEAGE, Pane.METRICS, Pane.STAGES, Pane.OVERVIEW, Pane.INSPECT)
"""The panes that show the selected version."""
