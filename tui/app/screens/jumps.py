"""The way from version to version, by their edges or by name, and back; and what is unfolded of the lineage's trees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ... import lineage
from ..keys.pane import Pane
from ..widgets.nodes import NodeView

if TYPE_CHECKING:
    from ....store import Node, Version
    from ..asking.messages import VersionFetched
    from ..facts.ancestry import Place
    from .main import MainScreen

_MOST = 100
"""As many jumps can be gone back."""

Unfolded = tuple[tuple[str, ...], tuple[str, ...]]

_FOLDED: Unfolded = ((), ())


class Jumps:
    """Jumps between versions: along their lineage, where the pane keeps the keys so that one can follow another, or anywhere."""

    def __init__(self, screen: MainScreen) -> None:
        self._screen = screen
        self._left: list[str] = []
        self._wanted = ""
        self._back = False
        self._unfolded: tuple[str, Unfolded] = ("", _FOLDED)

    @property
    def back_to(self) -> str:
        """The version that the last jump left, which the way back leads to; empty without one."""
        return self._left[-1] if self._left else ""

    def unfolded(self, ref: str) -> Unfolded:
        """Return the nodes of a version's trees that are unfolded."""
        whose, nodes = self._unfolded
        return nodes if whose == ref else _FOLDED

    def enter(self) -> str:
        """Go to the version under the cursor, or unfold what is folded there; return what is to be copied instead."""
        widget, version = self._screen.view_widgets[Pane.LINEAGE], self._screen.version
        place: Place | None = widget.place if isinstance(widget, NodeView) else None
        if place is None or version is None:
            return ""
        node = place.row.node
        if node is None:
            self._unfold(version.ref, place)
        elif node.kind == "commit":
            return node.key.removeprefix("git:")
        elif node.kind == "version" and not node.deleted and place.side:
            self._fetch(node.name, back=False)
        else:
            self._screen.say(_why_not(node, here=not place.side), "warning")
        return ""

    def to(self, version: Version, *, pane: Pane = Pane.VERSIONS) -> None:
        """Go to a version of whatever model; a ``pane`` has the keys then. The way back leads to where we are."""
        self._wanted = ""
        self._leave(version.ref)
        self._screen.selection.go_to(version, pane=pane)

    def _leave(self, ref: str) -> None:
        leaving = self._screen.version
        if leaving and leaving.ref != ref:
            self._left = [*self._left, leaving.ref][-_MOST:]

    def back(self) -> None:
        """Go to where the last jump began."""
        if self._left:
            self._fetch(self._left[-1], back=True)

    def take(self, message: VersionFetched) -> None:
        """Arrive, if nothing else was wanted since."""
        if message.ref != self._wanted:
            return
        self._wanted = ""
        screen = self._screen
        if self._back:
            self._left.pop()
        if message.version is None:
            screen.say(f"can't go to {message.ref}: {message.reason}", "warning")
            return
        if not self._back:
            self._leave(message.ref)
        screen.selection.go_to(message.version, pane=screen.pane)

    def _fetch(self, ref: str, *, back: bool) -> None:
        if not self._wanted:  # a key held down must not lead on from where we are not yet
            self._wanted, self._back = ref, back
            self._screen.worker.fetch(ref)

    def _unfold(self, ref: str, place: Place) -> None:
        up, down = self.unfolded(ref)
        if place.side == "up":
            up = (*up, place.row.under)
        else:
            down = (*down, place.row.under)
        self._unfolded = (ref, (up, down))
        self._screen.views.of(Pane.LINEAGE).follow(from_top=False)


def _why_not(node: Node, *, here: bool) -> str:
    called = lineage.name(node, ascii_only=False)
    if here:
        return f"{called} is the version that is selected"
    if node.deleted:
        return f"{called} was deleted: there is nothing to go to"
    if node.kind == "outside":
        return f"{called} lies outside this store"
    return f"{called} is not in this store any more"
