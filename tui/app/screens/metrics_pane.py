"""How versions are compared in the view of metrics: what is folded, hidden, drawn, and turned out of sight."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..asking.asked import Measured
from ..facts.sections import Sections, Spot
from ..facts.showing import Showing
from ..keys.pane import Pane
from ..widgets.nodes import NodeView
from .folds import Folds

if TYPE_CHECKING:
    from .main import MainScreen


class MetricsPane:
    """What a person chose in the pane; it stays chosen while mvtui runs, whatever version is shown.

    What is folded stays so for the versions of one model: those of others have other sections worth a look.
    """

    def __init__(self, screen: MainScreen) -> None:
        self._screen = screen
        self.only_differences = False
        self.metric = ""
        """The metric that was chosen to be drawn over versions; empty for the most telling of each version."""
        self.curve = ""
        """The series that was chosen to be drawn over steps; empty for the most telling."""
        self.against = ""
        """The role of what one version alone is compared with; empty for what is in Production, else the one before."""
        self._folds = Folds(screen)
        """Which sections were folded, or unfolded, by name, of each model."""
        self._first = 0

    def showing(self, pane: Pane) -> Showing:
        """Return how the pane is to be shown in the room that it has."""
        screen = self._screen
        return Showing(
            only_differences=self.only_differences,
            room=screen.has_room(pane),
            rows=screen.view_widgets[pane].size.height or screen.app.size.height,
            folds=self._folds.now,
            first=self._first,
            turn=" ".join(self._key(f"metrics.{way}") for way in ("back", "on")).strip(),
            next_curve=self._key("metrics.curve"),
        )

    def enter(self) -> str:
        """Draw the metric under the cursor, else fold or unfold the section; return what is to be said of it."""
        spot = self._spot
        if spot and spot.row and spot.section == "metrics":
            self.metric = spot.row
            self._screen.views.of(Pane.METRICS).follow(from_top=False)
            return f"{spot.row} is drawn over the versions"
        return self.fold()

    def fold(self) -> str:
        """Fold the section in which the cursor is, or unfold it; return why that can't be."""
        sections, spot = self._sections, self._spot
        if sections is None or spot is None:
            return "there is no section to fold"
        if spot.section not in sections.open:
            return "there is nothing in it to unfold"
        self._folds.set({spot.section: sections.open[spot.section]})
        self._show()
        return ""

    def fold_all(self, *, folded: bool) -> None:
        """Fold all sections, or unfold them."""
        if sections := self._sections:
            self._folds.set(dict.fromkeys(sections.open, folded))
            self._show()

    def to_section(self, steps: int) -> None:
        """Go to the heading of the next section, or of the one before."""
        widget = self._screen.view_widgets[Pane.METRICS]
        if isinstance(widget, NodeView) and self._sections:
            widget.go_to_next(steps, lambda spot: not spot.row)

    def draw_next(self) -> str:
        """Draw the next metric of the selected version over versions; return its name, or nothing without any."""
        version, content = self._screen.version, self._content
        names = list(version.metrics) if version else []
        drawn = content.trend.metric if content and content.trend else self.metric
        self.metric = _after(drawn, names) or self.metric
        self._screen.views.of(Pane.METRICS).follow(from_top=False)
        return self.metric if names else ""

    def draw_next_curve(self) -> str:
        """Draw the next series over steps; return why that can't be."""
        content = self._content
        if content is None or content.unread:
            return "they are still being read"
        found = content.curves
        if found is None or not found.names:
            return "none were kept of these versions"
        self.curve = _after(found.name, list(found.names))
        self._folds.set({"curves": False})
        self._screen.views.of(Pane.METRICS).follow(from_top=False)
        return ""

    def turn_base(self) -> str:
        """Compare with the parent, or with what is in Production again; return what is to be said of it."""
        screen = self._screen
        version = screen.version
        if version is not None and len(screen.marks.compared_with(version)) > 1:
            return "marked versions are compared with the first of them: esc in Versions takes the marks away"
        self.against = "" if self.against else "parent"
        screen.diff_pane.close()
        screen.views.of(Pane.METRICS).follow(from_top=True)
        return "compared with its parent" if self.against else "compared with production"

    def turn(self, steps: int) -> str:
        """Bring other versions into the columns; return why that can't be."""
        sections = self._sections
        most = sections.turns if sections else 0
        if not most:
            return "all of them are seen"
        before = min(self._first, most)
        first = min(max(before + steps, 0), most)
        if first == before:
            return "there are no more on that side"
        self._first = first
        self._show()
        return ""

    def marks_changed(self) -> None:
        """Begin with the first of the versions, since others are compared."""
        self._first = 0

    # -- what is on the screen -------------------------------------------------------------------

    @property
    def _content(self) -> Measured | None:
        content = self._screen.views.of(Pane.METRICS).content
        return content if isinstance(content, Measured) else None

    @property
    def _sections(self) -> Sections | None:
        widget = self._screen.view_widgets[Pane.METRICS]
        lines = widget.shown if isinstance(widget, NodeView) else None
        return lines if isinstance(lines, Sections) else None

    @property
    def _spot(self) -> Spot | None:
        widget = self._screen.view_widgets[Pane.METRICS]
        place = widget.place if isinstance(widget, NodeView) else None
        return place if isinstance(place, Spot) else None

    def _show(self) -> None:
        self._screen.views.of(Pane.METRICS).show(from_top=False)

    def _key(self, action_id: str) -> str:
        return next(iter(self._screen.registry.get(action_id).keys_shown), "")


def _after(name: str, names: list[str]) -> str:
    """Return the name behind one, in a circle; the first where that one is not among them; empty without any."""
    if not names:
        return ""
    return names[(names.index(name) + 1) % len(names)] if name in names else names[0]
