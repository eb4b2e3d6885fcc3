"""The main screen: models, versions, and the views of the selected version.

Takes the store's answers, which ``answers`` brings onto the screen, and keys and clicks, which ``commands`` carries out.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from textual import events, on

from ..asking.messages import FromStore
from ..keys.keymap import Keymap
from ..keys.registry import Action
from ..memory import Memory
from ..widgets.filterline import STEPS, FilterLine
from ..widgets.footer import Footer
from ..widgets.nodes import NodeView
from ..widgets.table import VirtualTable
from ..widgets.tabs import Tabs
from . import answers
from .board import Board
from .commands import COMMANDS
from .diff_pane import DiffPane
from .inspect_pane import InspectPane
from .jumps import Jumps
from .metrics_pane import MetricsPane
from .remarks import Remarks
from .selection import Selection
from .views import Views

if TYPE_CHECKING:
    from ..asking.worker import StoreWorker
    from ..dialogs.dialog import Dialog

_AGES_SECONDS = 30


class MainScreen(Board):
    """Takes answers, keys and clicks; what the keys do is in ``commands``."""

    def __init__(
        self,
        keymap: Keymap,
        *,
        worker: StoreWorker,
        early_answers: Callable[[], list[FromStore]],
        now: Callable[[], datetime],
        ascii_only: bool,
        read_only: bool,
        settled: Callable[[], None],
        redraw: Callable[[], None],
        memory: Memory,
        problems: Sequence[str] = (),
        columns: Sequence[str] = (),
    ) -> None:
        super().__init__(keymap, now=now, ascii_only=ascii_only, read_only=read_only, memory=memory)
        self.problems = problems
        """What of a person's settings can't be, besides keys."""
        self.worker = worker
        self._early_answers = early_answers
        self.dialog: Dialog | None = None
        """The dialog that has the keys, if one is open."""
        self.selection = Selection(self, columns)
        self.views = Views(self)
        self.metrics: MetricsPane = MetricsPane(self)
        self.inspect_pane: InspectPane = InspectPane(self)
        self.diff_pane: DiffPane = DiffPane(self)
        self.jumps: Jumps = Jumps(self)
        self.remarks: Remarks = Remarks(self)
        self.settled: Callable[[], None] = settled
        self.redraw: Callable[[], None] = redraw
        self._typed: deque[events.Key | events.Paste] = deque()

    def on_mount(self) -> None:
        """Show what the store has answered already."""
        self.set_interval(_AGES_SECONDS, self.tell_ages)
        self.focus_pane()
        if told := [*self.problems, *self.keymap.problems]:
            self.remarks.problems(told)
        for message in self._early_answers():
            answers.take(self, message)

    @property
    def at_rest(self) -> bool:
        """Whether all that was asked for has been answered, and nothing waits to be shown."""
        return self.selection.resting and self.views.resting and self.worker.idle

    def open(self, dialog: Dialog) -> None:
        """Open a dialog, which has the keys from now on."""
        self.say("")
        self.dialog = dialog
        self.app.push_screen(dialog)

    # -- messages --------------------------------------------------------------------------------

    @on(FromStore)
    def _store_answered(self, message: FromStore) -> None:
        answers.take(self, message)

    @on(VirtualTable.Moved, "#models, #versions")
    def _moved(self, message: VirtualTable.Moved) -> None:
        if self.footer.notice:
            self.say("")
        self.selection.moved(message.table)

    # -- keys and clicks -------------------------------------------------------------------------

    async def on_key(self, event: events.Key) -> None:
        """Take a key in turn. None goes any further: what it doesn't mean here it means nowhere."""
        await self._in_turn(event)

    async def on_paste(self, event: events.Paste) -> None:
        """Take what was pasted, in turn with the keys."""
        await self._in_turn(event)

    async def _in_turn(self, event: events.Key | events.Paste) -> None:
        event.stop()
        event.prevent_default()
        self._typed.append(event)
        await self._work_off()

    @on(FilterLine.Ready)
    async def _work_off(self) -> None:
        """Do what was typed, in the order in which it was, as far as nothing has to be waited for."""
        while self._typed and not self.filter_line.waiting:
            await self._do(self._typed.popleft())

    async def _do(self, event: events.Key | events.Paste) -> None:
        """Give a key to the dialog that is open, or to the filter while that is typed; else look it up in the registry."""
        self.remarks.pressed()
        if self.dialog:
            await self.dialog.take(event)
            return
        key = event.key if isinstance(event, events.Key) else ""
        action = self.registry.for_key(key, self.pane)
        if not self.filter_line.typing:
            if action:
                await self.perform(action)
        elif key in STEPS:
            if not self.filter_line.walks(key):
                self.scroller.step(STEPS[key])
        elif (
            action
            and action.id.startswith("app.")
            and not (isinstance(event, events.Key) and event.is_printable)
        ):
            await self.perform(action)
        else:
            await self.filter_line.feed(event)
            if not self.filter_line.typing:
                self._filter_left()

    def _filter_left(self) -> None:
        query = self.filter_line.typed
        if query != self.selection.filters.get(
            self.pane, ""
        ):  # what was typed last may not have been told yet
            self.selection.filter_pane(self.pane, query)
        self.set_focus(self.panes[self.pane])
        self.show_hints()

    async def perform(self, action: Action) -> None:
        """Do it, or say why not."""
        # What can always act asks nothing of the situation: if that can't be told, one can still leave.
        if action.why_not and (obstacle := action.obstacle(self.situation)):
            self.say(f"can't {action.doing or action.name}: {obstacle}", "warning")
            return
        notice = self.notice
        waiting = COMMANDS[action.id](self)
        if waiting is not None:
            await waiting
        if notice and notice is self.notice:  # it was of what was done before
            self.say("")

    @on(VirtualTable.TitleClicked, "#versions")
    def _title_clicked(self, message: VirtualTable.TitleClicked) -> None:
        if message.column.key:
            self.say(self.selection.sort_by(message.column))
        else:
            self.say(f"can't sort by {message.column.name}: it holds several values", "warning")

    @on(Tabs.Clicked)
    async def _tab_clicked(self, message: Tabs.Clicked) -> None:
        await self.perform(self.registry.get(f"pane.{message.pane.word}"))

    @on(Footer.Clicked)
    async def _footer_clicked(self, message: Footer.Clicked) -> None:
        await self.perform(self.registry.get(message.action_id))

    @on(NodeView.Chosen)
    @on(VirtualTable.Chosen)
    async def _row_chosen(self) -> None:
        await self.perform(self.registry.get("pane.enter"))

    @on(events.DescendantFocus)
    def _clicked_into(self, event: events.DescendantFocus) -> None:
        for pane, widget in self.panes.items():
            if event.widget is widget is self.focused:  # or it was passed on since
                self.activate(pane)

    @on(FilterLine.Changed)
    def _filter_changed(self, message: FilterLine.Changed) -> None:
        self.selection.filter_pane(message.pane, message.query)
