"""Which sections of a view are folded, for each model apart: kept while mvtui runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .main import MainScreen


class Folds:
    """Section → whether a person folded it; what nobody touched is not in it."""

    def __init__(self, screen: MainScreen) -> None:
        self._screen = screen
        self._of: dict[str, dict[str, bool]] = {}

    @property
    def now(self) -> dict[str, bool]:
        """Those of the selected version's model."""
        version = self._screen.version
        return self._of.get(version.model, {}) if version else {}

    def set(self, folded: Mapping[str, bool]) -> None:
        """Fold some sections, and unfold others."""
        if version := self._screen.version:
            self._of[version.model] = self.now | dict(folded)
