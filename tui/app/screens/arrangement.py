"""Which pane has the keys, which view stands beside the lists, and what is seen of the panes: the state of the layout."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from textual.geometry import Size

from .. import facts, layout
from ..keys.pane import VIEWS, Pane
from ..layout import Kind, Place

_OTHER_ROWS = 2
"""Rows that headline and footer take."""


class Arrangement:
    """How the panes are arranged in a window; ``size`` says how large that is now."""

    def __init__(self, size: Callable[[], Size]) -> None:
        self._size = size
        self.pane = Pane.VERSIONS
        """The pane that has the keys."""
        self.side = Pane.METRICS
        """The view that was put beside the lists last."""
        self.zoomed = False

    @property
    def state(self) -> tuple[object, ...]:
        """All that decides what is seen, and where."""
        return (self._size(), self.pane, self.side, self.zoomed)

    @property
    def narrow(self) -> bool:
        """Whether one pane has the window to itself because no more fit."""
        return self._size().width < layout.WIDE_ENOUGH

    @property
    def kind(self) -> Kind:
        """How the panes are arranged."""
        size = self._size()
        return layout.kind_of(size.width, size.height, zoomed=self.zoomed)

    @property
    def is_single(self) -> bool:
        """Whether one pane has the window to itself, for whatever reason."""
        return self.kind is Kind.ONE

    @property
    def _rows(self) -> int:
        """How high the panes are."""
        below = facts.SUMMARY_LINES if self.has_summary else 0
        return self._size().height - _OTHER_ROWS - below

    @property
    def beside(self) -> Pane:
        """The view that stands beside the lists, or would if there were room."""
        return layout.side_of(self.kind, self.pane, self.side, self._rows)

    @property
    def seen(self) -> tuple[Pane, ...]:
        """The panes that are seen, in the order in which tab goes through them."""
        return layout.seen(self.kind, self.pane, self.side, self._rows)

    @property
    def has_summary(self) -> bool:
        """Whether lines about the selected version stand below the panes: not where all of it is seen."""
        if self.kind is Kind.GRID:
            return False
        return self.kind is Kind.SIDE or self.pane in (Pane.MODELS, Pane.VERSIONS)

    def places(self, columns: int, rows: int, models: Callable[[int], int]) -> Mapping[Pane, Place]:
        """Return where each pane that is seen stands in the area that panes have.

        ``models`` says how wide the list of models would be, where there are so many columns for it.
        """
        wanted = models(layout.models_most(columns))
        return layout.places(self.kind, self.seen, columns, rows, models=wanted)

    def settle(self) -> None:
        """Keep the view that has the keys beside the lists when they go elsewhere."""
        if self.pane in VIEWS:
            self.side = self.beside

    def turn(self, steps: int) -> None:
        """Choose another view beside the lists, or in their place where there is no room beside them."""
        views = layout.turnable(self.kind)
        now = self.pane if self.is_single else self.beside
        at = views.index(now) + steps if now in views else (0 if steps > 0 else -1)
        self.side = views[at % len(views)]
        if self.pane in VIEWS or self.is_single:
            self.pane = self.side
