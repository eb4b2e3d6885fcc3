"""What is on the main screen: panes, where each stands (``layout``), and the lines above and below them.

What is listed and selected is in ``selection``, what is shown of it in ``views``. Nothing here reads a file.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias

from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.screen import Screen
from textual.timer import Timer
from textual.widget import Widget

from ... import words
from .. import facts, headline
from ..guarded import Guarded
from ..keys.keymap import Keymap
from ..keys.pane import VIEWS, Pane
from ..keys.registry import Registry, Situation
from ..layout import Place
from ..memory import Memory
from ..tables.columns import Look
from ..widgets.filterline import FilterLine
from ..widgets.footer import Footer
from ..widgets.lineview import Bar, Scroller
from ..widgets.nodes import NodeView
from ..widgets.overview import Overview
from ..widgets.panes import Panes
from ..widgets.table import VirtualTable
from ..widgets.tabs import Tabs
from .ab_commands import running
from .arrangement import Arrangement
from .jumps import Jumps
from .marks import Marks
from .remarks import Remarks
from .selection import Selection
from .views import Views

if TYPE_CHECKING:
    from ....store import Summary, Version, Waiting

_NOTICE_SECONDS = 8
_AROUND_TITLE = 6
"""Cells that the frame takes of what is written into it."""

_TALL = 26
"""A view of so many rows has room for everything that matters at its top."""

Guide: TypeAlias = Callable[[Look, int], list[facts.Line]]
"""Makes the lines that take the panes' place when there is nothing to list."""


class Board(Guarded, Screen[None]):
    """Shows panes, and the lines around them. Subclasses give it what to show."""

    AUTO_FOCUS = ""

    selection: Selection
    views: Views
    jumps: Jumps
    remarks: Remarks

    def __init__(
        self,
        keymap: Keymap,
        *,
        now: Callable[[], datetime],
        ascii_only: bool,
        read_only: bool,
        memory: Memory,
    ) -> None:
        super().__init__(classes="-ascii" if ascii_only else None)
        self.keymap = keymap
        self.ascii_only = ascii_only
        self.arranged = Arrangement(lambda: self.app.size)
        self.interrupted = False
        """Whether the footer says that the next ctrl-c leaves."""
        self.store: Summary | None = None
        self.saved = 0
        """How many bytes are not on disk since equal ones are kept once, as they were added up last."""
        self.inbox: tuple[Waiting, ...] = ()
        """The requests that wait for the approval of whoever looks."""
        self.marks = Marks()
        self.memory: Memory = memory
        self._now = now
        self._read_only = read_only
        self.notice: object | None = None
        """What the footer says, as something that is another one each time."""
        self._notice_timer: Timer | None = None
        self._guide: Guide | None = None
        self._placed: tuple[object, ...] = ()

    # -- what is on it ---------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """Make the widgets, from top to bottom, as the first frame shows them: changing one later costs more."""
        look = self.look
        self.headline, self.banner, self.tabs = Bar(id="headline"), Bar(id="banner"), Tabs(id="tabs")
        self.model_table = VirtualTable(look, id="models")
        self.version_table = VirtualTable(look, scrolls=True, id="versions")
        self.version_table.is_marked = self.marks.__contains__
        self.guide_view = Overview(id="guide")
        self.view_widgets = {
            pane: (NodeView if pane in (Pane.LINEAGE, Pane.METRICS, Pane.INSPECT) else Overview)(id=pane.word)
            for pane in VIEWS
        }
        self.summary = Bar(id="summary")
        self.filter_line = FilterLine(self.memory, id="filter")
        self.footer = Footer(ascii_only=self.ascii_only, id="footer")
        for pane, widget in self.panes.items():
            widget.border_title = Content(headline.title(pane))
            widget.add_class("pane")
        for pane, view in self.view_widgets.items():
            self.views.add(pane, view)
        for view in (*self.view_widgets.values(), self.guide_view):
            view.more_text = self.signs.more + " more"
            if isinstance(view, NodeView):
                view.cursor_sign = self.signs.cursor
                view.always_marked = view is self.view_widgets[Pane.LINEAGE]
        self.show_tabs()
        self.banner.display = self.filter_line.display = False
        self.version_table.empty_text = "opening the store" + self.signs.ellipsis
        self._area = Panes(*self.panes.values(), placer=self._places, id="panes")
        self._place_panes()
        yield from (self.headline, self.banner, self.tabs)
        yield self._area
        yield from (self.guide_view, self.summary, self.filter_line, self.remarks.bar, self.footer)

    @property
    def registry(self) -> Registry:
        """What the keys do."""
        return self.keymap.registry

    @property
    def panes(self) -> dict[Pane, Scroller]:
        """The widget of each pane."""
        return {Pane.MODELS: self.model_table, Pane.VERSIONS: self.version_table, **self.view_widgets}

    @property
    def look(self) -> Look:
        """The moment, and what the terminal can show."""
        return Look(self._now(), self.ascii_only)

    @property
    def signs(self) -> words.Signs:
        """The signs of this terminal."""
        return words.signs(self.ascii_only)

    @property
    def pane(self) -> Pane:
        """The pane that has the keys."""
        return self.arranged.pane

    def has_room(self, pane: Pane) -> bool:
        """Whether a view has room enough to begin at the beginning."""
        tall = pane is Pane.STAGES and self.view_widgets[pane].size.height >= _TALL
        return self.arranged.is_single or tall

    @property
    def scroller(self) -> Scroller:
        """What the movement keys move."""
        return self.guide_view if self._guide else self.panes[self.pane]

    @property
    def version(self) -> Version | None:
        """The selected version."""
        return self.selection.version

    @property
    def situation(self) -> Situation:
        """What actions need to know to say whether they can act."""
        return Situation(
            pane=self.pane,
            store_open=self.store is not None,
            models=len(self.selection.models),
            versions=len(self.version_table.order),
            selected=self.version.ref if self.version else "",
            narrow=self.arranged.narrow,
            zoomed=self.arranged.zoomed,
            filtered=bool(self.selection.filters.get(self.pane)),
            seen=self.arranged.seen,
            marked=len(self.marks.of(self.version.model)) if self.version else 0,
            locked=self.locked,
            waiting=len(self.inbox),
            test=running(self),
            back_to=self.jumps.back_to,
        )

    @property
    def locked(self) -> str:
        """Why nothing can be changed here; empty when it can."""
        if self._read_only:
            return "mvtui was started with --read-only"
        if self.store is not None and not self.store.writable:
            return "your account may not write this store"
        return ""

    # -- layout ----------------------------------------------------------------------------------

    def on_resize(self, _event: events.Resize) -> None:
        """Choose the layout for the new size."""
        self.arrange_panes()
        self.remarks.show()

    def arrange_panes(self) -> None:
        """Show the panes that fit, and give the keys to the active one."""
        if self._place_panes():
            for widget in self.panes.values():
                widget.refresh()
        self.focus_pane()
        self.call_after_refresh(self.show_all)

    def _place_panes(self) -> bool:
        """Choose what is seen; say whether that changed anything."""
        arranged, guiding = self.arranged, self._guide is not None
        arranged.settle()
        before, self._placed = self._placed, (*arranged.state, guiding)
        if before == self._placed:
            return False
        seen = arranged.seen
        self.set_class(arranged.is_single, "-one")
        for pane, widget in self.panes.items():
            widget.display = not guiding and pane in seen
            widget.set_class(pane is self.pane, "-active")
        self.guide_view.display = guiding
        self._area.display = not guiding
        self.tabs.display = arranged.is_single and not guiding
        self.summary.display = arranged.has_summary and not guiding
        self._name_unseen()
        self._area.refresh(layout=True)
        self.views.see(() if guiding else seen)
        return True

    def _name_unseen(self) -> None:
        """Name the views that are not seen in the frame of the one that they can take the place of."""
        seen, room = self.arranged.seen, 0
        if not self.arranged.is_single:
            size = self.app.size
            places = self.arranged.places(size.width, size.height, self.selection.models_width)
            room = places[self.arranged.beside].width - _AROUND_TITLE
        for pane, widget in self.view_widgets.items():
            others = [view for view in VIEWS if view not in seen] if pane is self.arranged.beside else []
            told = headline.unseen(others, room) if room else ""
            widget.border_subtitle = Content(told) if told else None

    def _places(self, columns: int, rows: int) -> dict[Widget, Place]:
        """Say where each pane that is seen stands."""
        found = self.arranged.places(columns, rows, self.selection.models_width)
        return {self.panes[pane]: place for pane, place in found.items()}

    def models_listed(self) -> None:
        """Give the list of models the width that its names need now."""
        self.model_table.refresh(layout=True)  # so that the area around it is laid out anew

    def focus_pane(self) -> None:
        """Give the cursor to the pane that has the keys."""
        self.filter_line.follow(self.pane)
        if not self.filter_line.typing:
            self.set_focus(self.guide_view if self._guide else self.panes[self.pane])

    def activate(self, pane: Pane) -> None:
        """Give the keys to a pane; a view that is not seen takes the place beside the lists."""
        if pane is not self.pane:
            self.arranged.pane = pane
            self.arrange_panes()

    def show_all(self) -> None:
        """Bring everything but the tables up to date."""
        self.show_headline()
        self.views.show(from_top=False)
        self.show_hints()
        if self._guide:
            make, look = self._guide, self.look
            self.guide_view.show(lambda columns: make(look, columns), from_top=True)

    def show_headline(self) -> None:
        """Bring the first lines up to date."""
        model, columns, waiting = self.selection.model, self.app.size.width, len(self.inbox)
        locked = self._read_only
        self.headline.show(
            headline.top(
                model,
                self.store,
                self.look,
                columns,
                read_only=locked,
                waiting=waiting,
                inbox_key=self.registry.key("stage.inbox"),
                saved=self.saved,
            )
        )
        self.show_tabs()

    def show_hints(self) -> None:
        """Bring the footer up to date."""
        self.footer.show_hints(self.registry.footer(self.situation))

    def show_tabs(self) -> None:
        """Say in the strip of panes which one is shown."""
        self.tabs.show(self.pane)

    def show_summary(self) -> None:
        """Bring the lines under the lists up to date."""
        version, width = self.version, self.app.size.width
        if version is None:
            self.summary.show()
            return
        below = facts.summary(version, self.look, width - 2)
        rule: list[tuple[facts.Line, facts.Line]] = []
        if self.arranged.is_single:
            rule = [([(self.signs.rule * width, "line")], [])]
        self.summary.show(*rule, *(([(" ", ""), *line], []) for line in below))

    def tell_ages(self) -> None:
        """Bring every age on the screen up to this moment."""
        for table in (self.model_table, self.version_table):
            table.set_look(self.look)
        self.selection.show_columns()
        self.views.show(from_top=False)

    def say(self, text: str, style: str = "", *, stays: bool = False) -> None:
        """Show a message in the footer, for a while, or until something else is done."""
        self.interrupted = False
        if self._notice_timer:
            self._notice_timer.stop()
            self._notice_timer = None
        self.notice = object() if text else None
        self.footer.show_notice(text, style)
        if text and not stays:
            self._notice_timer = self.set_timer(_NOTICE_SECONDS, lambda: self.say(""))

    def warn(self, text: str) -> None:
        """Show a banner under the headline until it is taken away by an empty text."""
        sign = self.signs.bad
        self.banner.show(facts.banner(f" {sign} {text}", self.app.size.width, self.ascii_only))
        self.banner.display = bool(text)

    def show_guide(self, make: Guide | None) -> None:
        """Show lines in place of the panes, or the panes again."""
        if make or self._guide:
            self._guide = make
            self.arrange_panes()
