"""The way about in what is inside a version: what is unfolded and sought, and the file or tensor that is open."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from ... import words
from ..asking.inside import FilePage, Inside, TensorPage, Within
from ..facts.sections import Spot
from ..facts.showing import Showing
from ..keys.pane import Pane
from ..widgets.nodes import NodeView
from .folds import Folds

if TYPE_CHECKING:
    from ....store import Tensor, Version
    from ...tensor_tree import Row
    from ..changing.changes import Change
    from .main import MainScreen

FILES, TENSORS = "files", "tensors"
_REMEMBERED = 16
"""Of so many versions it is known what was unfolded."""


class InspectPane:
    """What a person looks at in the pane.

    What is unfolded stays so for the versions of one model: its modules have the same names in all of them. A
    file or tensor that is open is closed by going to another version.
    """

    def __init__(self, screen: MainScreen) -> None:
        self._screen = screen
        self._folds = Folds(screen)
        """Which sections were folded, or unfolded, by name, of each model."""
        self._unfolded: dict[str, tuple[str, ...]] = {}
        self._open: tuple[str, str, Tensor | None] = ("", "", None)
        self.at: Spot | None = None
        """The row to go back to when the page that is open is closed."""

    def within(self, version: Version) -> Within:
        """Return what is looked at of a version."""
        ref, file, tensor = self._open
        unfolded = self._unfolded.get(version.model)
        if ref != version.ref:
            self._open, self.at = ("", "", None), None
        elif file or tensor:
            return Within(unfolded, file=file, tensor=tensor)
        return Within(unfolded, self._screen.selection.filters.get(Pane.INSPECT, ""))

    def showing(self, pane: Pane) -> Showing:
        """Return how the pane is to be shown."""
        return Showing(
            room=self._screen.has_room(pane),
            rows=self._screen.view_widgets[pane].size.height or self._screen.app.size.height,
            folds=self._folds.now,
            at=self.at,
            read=next(iter(self._screen.registry.get("inspect.read").keys_shown), ""),
        )

    @property
    def page(self) -> str:
        """What is open: the path of a file, the name of a tensor; empty without either."""
        _, file, tensor = self._open
        return file or (tensor.name if tensor else "")

    def enter(self) -> None:
        """Open the file or tensor under the cursor, else unfold what is folded there, or fold it."""
        spot, row = self._spot, self._row
        version = self._screen.version
        content = self._content
        if isinstance(content, TensorPage) and content.histogram is None:
            self.read()
        elif spot is None or version is None:
            return
        elif spot.section == FILES and spot.row:
            self._show_page(version, spot, file=spot.row)
        elif row is not None and row.tensor is not None:
            self._show_page(version, spot, tensor=row.tensor)
        else:
            self.fold()

    def close(self) -> bool:
        """Go back from the page that is open; False where none is."""
        if not self._open[1] and self._open[2] is None:
            return False
        self._open = (self._open[0], "", None)
        self._follow(from_top=True)
        return True

    def fold(self) -> None:
        """Fold the module or section in which the cursor is, or unfold it."""
        spot, row = self._spot, self._row
        if spot is None:
            return
        if row is not None and row.tensor is None:
            self._toggle(row)
        elif not spot.row or row is None:
            self._fold_section(spot)
        elif (above := self._above(row)) is not None:
            self._toggle(above)

    def fold_all(self, *, folded: bool) -> None:
        """Fold all sections, or unfold them; modules are as they were."""
        from ..facts.inside import InsideLines

        lines = self._widget.shown if self._widget else None
        if isinstance(lines, InsideLines):
            self._folds.set(dict.fromkeys(lines.open, folded))
            self._screen.views.of(Pane.INSPECT).show(from_top=False)

    def unfold(self) -> None:
        """Unfold what is folded under the cursor; of what isn't go to the first in it, of a file or tensor open it."""
        row, spot = self._row, self._spot
        if row is None or row.tensor is not None:
            if spot is not None and not spot.row and self._is_open(spot.section):
                self._screen.scroller.step(1)
            else:
                self.enter()
        elif row.key in self._keys:
            self._screen.scroller.step(1)
        else:
            self._toggle(row)

    def shut(self) -> None:
        """Fold what is unfolded under the cursor; else go to what it lies in. From a page go back."""
        row, spot = self._row, self._spot
        if self.close() or spot is None:
            return
        if row is not None and row.tensor is None and row.key in self._keys:
            self._toggle(row)
        elif row is not None and (above := self._above(row)) is not None:
            self._go_to(Spot(TENSORS, above.key))
        elif spot.row:
            self._go_to(Spot(spot.section))
        elif self._is_open(spot.section):
            self._fold_section(spot)

    def to_section(self, steps: int) -> None:
        """Go to the heading of the next section, or of the one before."""
        widget = self._widget
        if widget:
            widget.go_to_next(steps, lambda spot: not spot.row)

    def seek(self) -> None:
        """List the tensors that are sought by now."""
        if not self.close():
            self._follow(from_top=False)

    def tell_found(self) -> None:
        """Say beside the filter how many tensors it lets through."""
        content = self._content
        if isinstance(content, Inside) and self._screen.pane is Pane.INSPECT:
            total = len(content.tree) if content.tree else 0
            self._screen.filter_line.tell(len(content.rows) if content.sought else total, total)

    def read(self) -> None:
        """Read what takes its time: the numbers of the tensor that is open, else all weights."""
        from ..changing.studies import CountNumbers, ReadWeights
        from ..dialogs.study import StudyDialog

        screen, version, content = self._screen, self._screen.version, self._content
        if version is None:
            return
        study: Change
        if isinstance(content, TensorPage):
            tensor = content.tensor
            if content.histogram is not None:
                screen.say("its numbers were read already")
                return
            study = CountNumbers(version.ref, tensor)
            heading, size = f"Read {tensor.name}", tensor.nbytes
            command = f"mvtui inspect {shlex.quote(version.ref)} --histogram {shlex.quote(tensor.name)}"
            told = f"{words.size(size)}: each number is looked at, and counted"
        else:
            weights = self._weights
            if weights is None:
                reason = (
                    "there are no tensors in this version" if content else "it is still being looked into"
                )
                screen.say(f"can't read weights: {reason}", "warning")
                return
            study = ReadWeights(version.ref)
            heading = f"Read the weights of {version.ref}"
            told = f"{words.size(weights)}: NaN and infinity, zeros and constants, sizes that stand out"
            command = f"mvtui health {shlex.quote(version.ref)}"
        screen.open(StudyDialog(screen, study, heading, told, command))

    # -- what is on the screen -------------------------------------------------------------------

    @property
    def _widget(self) -> NodeView | None:
        widget = self._screen.view_widgets[Pane.INSPECT]
        return widget if isinstance(widget, NodeView) else None

    @property
    def _content(self) -> Inside | FilePage | TensorPage | None:
        content = self._screen.views.of(Pane.INSPECT).content
        return content if isinstance(content, Inside | FilePage | TensorPage) else None

    @property
    def _weights(self) -> int | None:
        """The bytes of all tensors of the version, whatever is open of it; None where it has none, or none are known."""
        content = self._content
        if isinstance(content, Inside):
            return content.tree.total_bytes if content.tree else None
        return content.weights if isinstance(content, FilePage) else None

    @property
    def _spot(self) -> Spot | None:
        widget = self._widget
        place = widget.place if widget else None
        return place if isinstance(place, Spot) else None

    @property
    def _row(self) -> Row | None:
        """The row of the tree under the cursor."""
        spot, content = self._spot, self._content
        if spot is None or not spot.row or spot.section != TENSORS or not isinstance(content, Inside):
            return None
        return next((row for row in content.rows if row.key == spot.row), None)

    @property
    def _keys(self) -> tuple[str, ...]:
        """The modules that are unfolded, or will be once the store has answered."""
        version, content = self._screen.version, self._content
        known = self._unfolded.get(version.model) if version else None
        if known is not None:
            return known
        return tuple(content.opened) if isinstance(content, Inside) else ()

    def _is_open(self, section: str) -> bool:
        from ..facts.inside import InsideLines

        widget = self._widget
        lines = widget.shown if widget else None
        return isinstance(lines, InsideLines) and lines.open.get(section, False)

    def _above(self, row: Row) -> Row | None:
        """Return the row from which one hangs; None of those at the top."""
        content = self._content
        if not isinstance(content, Inside) or not row.depth:
            return None
        before = content.rows[: next((at for at, each in enumerate(content.rows) if each is row), 0)]
        return next((each for each in reversed(before) if each.depth < row.depth), None)

    def _toggle(self, row: Row) -> None:
        version = self._screen.version
        if version is None:
            return
        keys = self._keys
        self._unfolded.pop(version.model, None)  # the last in the order of use
        self._unfolded[version.model] = (
            tuple(key for key in keys if key != row.key) if row.key in keys else (*keys, row.key)
        )
        for model in list(self._unfolded)[:-_REMEMBERED]:
            del self._unfolded[model]
        self._go_to(Spot(TENSORS, row.key))
        self._follow(from_top=False)

    def _fold_section(self, spot: Spot) -> None:
        self._folds.set({spot.section: self._is_open(spot.section)})
        self._screen.views.of(Pane.INSPECT).show(from_top=False)
        self._go_to(Spot(spot.section))

    def _go_to(self, spot: Spot) -> None:
        if widget := self._widget:
            widget.go_to(lambda each: each.section == spot.section and each.row == spot.row)

    def _show_page(
        self, version: Version, spot: Spot, *, file: str = "", tensor: Tensor | None = None
    ) -> None:
        self._open, self.at = (version.ref, file, tensor), spot
        self._follow(from_top=True)

    def _follow(self, *, from_top: bool) -> None:
        self._screen.views.of(Pane.INSPECT).follow(from_top=from_top)
        self._screen.show_hints()
