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
    TESTS = "A/B"

    @property
    def word(self) -> str:
        """What it is called where only letters may stand: in names of actions and widgets."""
        return self.name.lower()

    @property
    def number(self) -> int:
        """The number that stands before its title, and whose key goes there."""
        return tuple(Pane).index(self)


VIEWS = (Pane.LINEAGE, Pane.METRICS, Pane.STAGES, Pane.OVERVIEW, Pane.INSPECT, Pane.TESTS)
"""The panes that show the selected version."""
