"""How two versions differ inside, in the view of metrics: the file whose differences are open, and weights to compare."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from ... import words
from ..asking.asked import Measured
from ..asking.inside import DiffPage, Within
from ..facts.sections import Spot
from ..keys.pane import Pane
from ..widgets.nodes import NodeView

if TYPE_CHECKING:
    from ....store import Comparison
    from .main import MainScreen

_FILES = "files"


class DiffPane:
    """What a person looks at of the inside of versions that are compared."""

    def __init__(self, screen: MainScreen) -> None:
        self._screen = screen
        self._open: tuple[tuple[str, ...], str, str] = ((), "", "")
        """The versions that are compared, and the base and the path of the file that is open."""
        self.at: Spot | None = None
        """The row to go back to when the page that is open is closed."""

    def within(self, refs: tuple[str, ...]) -> Within:
        """Return what is open of versions that are compared; comparing others closes it."""
        compared, against, file = self._open
        if compared != refs:
            self._open, self.at = ((), "", ""), None
            return Within()
        return Within(file=file, against=against)

    def enter(self) -> bool:
        """Show how the file under the cursor differs; False where there is none."""
        widget, found = self._screen.view_widgets[Pane.METRICS], self._comparison
        spot = widget.place if isinstance(widget, NodeView) else None
        if self._page is not None:
            return True
        if found is None or not isinstance(spot, Spot) or spot.section != _FILES or not spot.row:
            return False
        row = next((row for row in found.section("files").rows if row.name == spot.row), None)
        if row is None or len(found.versions) != 2:
            self._screen.say("files of two versions can be compared, not of more", "warning")
        elif row.cells[1].outcome in ("same", "renamed", "unknown"):
            self._screen.say(f"{spot.row} is the same in both", "")
        else:
            self._show_page(found, spot)
        return True

    def close(self) -> bool:
        """Go back from the file that is open; False where none is."""
        refs, _, file = self._open
        if not file:
            return False
        self._open = (refs, "", "")
        self._follow()
        return True

    def read(self) -> None:
        """Compare the tensors number by number."""
        from ..changing.studies import CompareWeights
        from ..dialogs.study import StudyDialog

        screen, found, content = self._screen, self._comparison, self._content
        if found is None or content is None or len(found.versions) != 2:
            screen.say("can't compare weights: two versions are needed", "warning")
            return
        tensors = content.inside.tensors if content.inside else None
        if tensors is None or not tensors.total:
            reason = (
                "it is still being looked into" if content.unlooked else "there are no tensors that differ"
            )
            screen.say(f"can't compare weights: {reason}", "warning")
            return
        before, after = found.base.ref, found.others[0].ref
        size = f"{words.size(tensors.unread_bytes)}: " if tensors.unread_bytes else ""
        command = f"mvtui diff {shlex.quote(before)} {shlex.quote(after)} --tensors"
        told = f"{size}each tensor that may differ is read, and compared number by number"
        heading = f"Compare the weights of {after} with {before}"
        screen.open(StudyDialog(screen, CompareWeights(before, after), heading, told, command))

    @property
    def _page(self) -> DiffPage | None:
        content = self._screen.views.of(Pane.METRICS).content
        return content if isinstance(content, DiffPage) else None

    @property
    def _content(self) -> Measured | None:
        content = self._screen.views.of(Pane.METRICS).content
        return content if isinstance(content, Measured) else None

    @property
    def _comparison(self) -> Comparison | None:
        content = self._content
        return content.comparison if content else None

    def _show_page(self, found: Comparison, spot: Spot) -> None:
        if version := self._screen.version:
            refs = self._screen.marks.compared_with(version)
            self._open, self.at = (refs, found.base.ref, spot.row), spot
            self._follow()

    def _follow(self) -> None:
        self._screen.views.of(Pane.METRICS).follow(from_top=True)
        self._screen.show_hints()
