"""The panes, each where ``layout`` says: a layout of our own, since style sheets can't move a pane about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from textual.geometry import NULL_OFFSET, NULL_SPACING, Region, Size
from textual.layout import ArrangeResult, Layout, WidgetPlacement
from textual.widget import Widget

from ..layout import Place

Placer: TypeAlias = Callable[[int, int], Mapping[Widget, Place]]
"""Says where widgets stand in an area of so many columns and rows; what it leaves out is not seen."""


class _Placed(Layout):
    """Puts each child where ``Panes`` is told."""

    name = "placed"

    def arrange(
        self,
        parent: Widget,
        children: list[Widget],
        size: Size,
        greedy: bool = True,  # noqa: ARG002 - Textual's signature
    ) -> ArrangeResult:
        """Return the place of every child that has one."""
        assert isinstance(parent, Panes)
        parent.pre_layout(self)
        found = parent.placer(size.width, size.height)
        return [
            WidgetPlacement(Region(*found[child]), NULL_OFFSET, NULL_SPACING, child)
            for child in children
            if child in found
        ]


class Panes(Widget):
    """Its children stand where ``placer`` says."""

    def __init__(self, *children: Widget, placer: Placer, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(*children, id=id)
        self.placer = placer

    @property
    def layout(self) -> Layout:
        """The layout that asks ``placer``."""
        return _PLACED


_PLACED = _Placed()
