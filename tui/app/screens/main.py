"""The main screen: models, versions, and an overview of the selected version.

Owns what is selected and filtered. The store's answers come in as messages, keys as actions; both end in
one of the ``_show_…`` methods. Nothing here reads a file.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.screen import Screen
from textual.timer import Timer

from ... import words
from .. import columns, facts, guide, headline
from ..actions import Action, Pane, Registry, Situation
from ..columns import Look
from ..commands import COMMANDS
from ..messages import (
    DetailFailed,
    DetailRead,
    FilterReady,
    ModelsListed,
    StoreMissing,
    StoreTrouble,
    StoreWell,
    VersionsListed,
)
from ..rows import Rows, matching_models
from ..widgets.filterline import FilterLine
from ..widgets.footer import Footer
from ..widgets.lineview import Bar, Scroller
from ..widgets.overview import Overview
from ..widgets.table import VirtualTable

if TYPE_CHECKING:
    from ....store import Model, Summary, Version, VersionDetail
    from ..worker import StoreWorker

WIDE_ENOUGH = 110
"""From this many columns on, the panes stand side by side."""

VERY_WIDE = 150
_SETTLE_SECONDS = 0.08
_AGES_SECONDS = 30
_NOTICE_SECONDS = 8


class MainScreen(Screen[None]):
    """Lists and shows; what the keys do is in ``commands``."""

    AUTO_FOCUS = ""

    def __init__(
        self,
        registry: Registry,
        *,
        now: Callable[[], datetime],
        ascii_only: bool,
        read_only: bool,
        settled: Callable[[], None],
        redraw: Callable[[], None],
    ) -> None:
        super().__init__()
        self.registry = registry
        self.ascii_only = ascii_only
        self.worker: StoreWorker | None = None
        self.pane = Pane.VERSIONS
        self.zoomed = False
        self.filters: dict[Pane, str] = {}
        self.models: list[Model] = []
        self.rows: Rows | None = None
        self._now = now
        self._read_only = read_only
        self._settled = settled
        self.redraw: Callable[[], None] = redraw
        self._summary: Summary | None = None
        self._model = ""
        self._version_columns: Sequence[columns.Column] = ()
        self._remembered: dict[str, int] = {}
        self._detail: VersionDetail | None = None
        self._detail_problem = ""
        self._shown_ref = ""
        self._settling: Timer | None = None
        self._notice_timer: Timer | None = None
        self._matches: tuple[str, Sequence[int]] = ("", range(0))
        self._guide: Callable[[Look, int], list[facts.Line]] | None = None

    # -- what is on it ---------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """Make the widgets, from top to bottom."""
        look = self.look
        yield Bar(id="headline")
        yield Bar(id="banner")
        yield Bar(id="tabs")
        with Horizontal(id="panes"):
            yield VirtualTable(look, id="models")
            yield VirtualTable(look, id="versions")
            yield Overview(id="overview")
        yield Overview(id="guide")
        yield Bar(id="summary")
        yield FilterLine(id="filter")
        yield Footer(ascii_only=self.ascii_only, id="footer")

    def on_mount(self) -> None:
        """Look up the widgets once, and show that the store is being opened."""
        self.headline = self.query_one("#headline", Bar)
        self.banner = self.query_one("#banner", Bar)
        self.tabs = self.query_one("#tabs", Bar)
        self.model_table = self.query_one("#models", VirtualTable)
        self.version_table = self.query_one("#versions", VirtualTable)
        self.overview = self.query_one("#overview", Overview)
        self.guide_view = self.query_one("#guide", Overview)
        self.summary = self.query_one("#summary", Bar)
        self.filter_line = self.query_one(FilterLine)
        self.footer = self.query_one(Footer)
        for pane, view in self.views.items():
            view.border_title = Content(str(pane))
        self.overview.more_text = self.guide_view.more_text = self.signs.more + " more"
        self.banner.display = self.filter_line.display = self.guide_view.display = False
        self.version_table.empty_text = "opening the store" + self.signs.ellipsis
        self.set_class(self.ascii_only, "-ascii")
        self.set_interval(_AGES_SECONDS, self._tell_ages)
        self.arrange_panes()

    @property
    def views(self) -> dict[Pane, Scroller]:
        """The widget of each pane."""
        return {
            Pane.MODELS: self.model_table,
            Pane.VERSIONS: self.version_table,
            Pane.OVERVIEW: self.overview,
        }

    @property
    def look(self) -> Look:
        """The moment, and what the terminal can show."""
        return Look(self._now(), self.ascii_only)

    @property
    def signs(self) -> words.Signs:
        """The signs of this terminal."""
        return words.signs(self.ascii_only)

    @property
    def narrow(self) -> bool:
        """Whether one pane has the window to itself because no more fit."""
        return self.app.size.width < WIDE_ENOUGH

    @property
    def scroller(self) -> Scroller:
        """What the movement keys move."""
        return self.guide_view if self._guide else self.views[self.pane]

    @property
    def remembered(self) -> int | None:
        """The version that was last selected in this model, as its event's number."""
        return self._remembered.get(self._model)

    @property
    def version(self) -> Version | None:
        """The selected version."""
        selected: Version | None = self.version_table.selected
        return selected

    @property
    def situation(self) -> Situation:
        """What actions need to know to say whether they can act."""
        return Situation(
            pane=self.pane,
            store_open=self._summary is not None,
            models=len(self.models),
            versions=len(self.version_table.order),
            selected=self.version.ref if self.version else "",
            narrow=self.narrow,
            zoomed=self.zoomed,
            filtered=bool(self.filters.get(self.pane)),
        )

    # -- layout ----------------------------------------------------------------------------------

    def on_resize(self, _event: events.Resize) -> None:
        """Choose the layout for the new size."""
        self.arrange_panes()

    def arrange_panes(self) -> None:
        """Show the panes that fit, and give the keys to the active one."""
        one = self.narrow or self.zoomed
        guiding = self._guide is not None
        self.set_class(one, "-one")
        self.set_class(self.app.size.width >= VERY_WIDE, "-wide")
        for pane, view in self.views.items():
            view.display = pane is self.pane or not one
            view.set_class(pane is self.pane, "-active")
            view.refresh()
        self.query_one("#panes").display = not guiding
        self.guide_view.display = guiding
        self.tabs.display = one and not guiding
        self.summary.display = one and not guiding and self.pane is not Pane.OVERVIEW
        if not self.filter_line.typing:
            self.set_focus(self.guide_view if guiding else self.views[self.pane])
        self.call_after_refresh(self.show_all)

    def activate(self, pane: Pane) -> None:
        """Give the keys to a pane."""
        if pane is not self.pane:
            self.pane = pane
            self.arrange_panes()

    def show_all(self) -> None:
        """Bring everything but the tables up to date."""
        self._show_headline()
        self._show_overview(from_top=False)
        self.show_hints()
        if self._guide:
            make, look = self._guide, self.look
            self.guide_view.show(lambda columns: make(look, columns), from_top=True)

    def _show_headline(self) -> None:
        width = self.app.size.width
        model = next((m for m in self.models if m.name == self._model), None)
        self.headline.show(headline.top(model, self._summary, self.look, width, read_only=self._read_only))
        self.tabs.show(headline.tabs(self.pane))

    def show_hints(self) -> None:
        """Bring the footer up to date."""
        self.footer.show_hints(self.registry.footer(self.situation))

    def _show_overview(self, *, from_top: bool) -> None:
        version, look = self.version, self.look
        if version is None:
            self.overview.show(lambda _columns: (), from_top=True)
            self.summary.show()
            return
        detail = self._detail if self._detail and self._detail.version.id == version.id else None
        problem = self._detail_problem
        self.overview.show(
            lambda columns: facts.overview(version, detail, look, columns, problem=problem), from_top=from_top
        )
        rule = self.signs.rule * self.app.size.width
        below = facts.summary(version, look, self.app.size.width - 2)
        self.summary.show(([(rule, "line")], []), *(([(" ", ""), *line], []) for line in below))

    def _tell_ages(self) -> None:
        for table in (self.model_table, self.version_table):
            table.set_look(self.look)
        self._show_overview(from_top=False)

    def say(self, text: str, style: str = "", *, stays: bool = False) -> None:
        """Show a message in the footer, for a while, or until something else is done."""
        if self._notice_timer:
            self._notice_timer.stop()
            self._notice_timer = None
        self.footer.show_notice(text, style)
        if text and not stays:
            self._notice_timer = self.set_timer(_NOTICE_SECONDS, lambda: self.say(""))

    def warn(self, text: str) -> None:
        """Show a banner under the headline until it is taken away by an empty text."""
        sign = self.signs.bad
        self.banner.show(facts.banner(f" {sign} {text}", self.app.size.width, self.ascii_only))
        self.banner.display = bool(text)

    # -- the store's answers ---------------------------------------------------------------------

    @on(StoreMissing)
    def _store_missing(self, message: StoreMissing) -> None:
        self._guide = lambda look, width: guide.no_store(message.reason, look, width)
        self._show_guide()

    @on(StoreTrouble)
    def _store_trouble(self, message: StoreTrouble) -> None:
        if self._summary is None:
            self._guide = lambda look, width: guide.trouble(message.reason, message.hint, look, width)
            self._show_guide()
        else:
            self.warn(f"{message.reason}  {message.hint}")

    @on(StoreWell)
    def _store_well(self) -> None:
        self.warn("")
        if self.worker:
            self.worker.refresh()

    def _show_guide(self) -> None:
        self.arrange_panes()
        self._settled()

    @on(ModelsListed)
    def _models_listed(self, message: ModelsListed) -> None:
        chosen = self._model
        self.models, self._summary = message.models, message.summary
        if not self.models:
            self._model = ""
            self._guide = lambda look, width: guide.empty_store(message.summary.path, look, width)
            self._show_guide()
            return
        if self._guide:
            self._guide = None
            self.arrange_panes()
        if message.damage:
            self.warn(f"{message.damage[0]}: mvtui repair mends it")
        names = [model.name for model in self.models]
        if chosen not in names:
            chosen = max(self.models, key=lambda model: model.updated).name
        self.show_models(chosen)
        self._choose_model(chosen, again=True)
        if message.arrived:
            self.say(headline.arrival(message.arrived, self.signs))
        elif message.asked:
            self.say("read again")

    def show_models(self, chosen: str | None = None) -> None:
        """Show the models that the filter lets through, with ``chosen`` (default: as before) selected."""
        chosen = chosen or self._model
        query = self.filters.get(Pane.MODELS, "")
        order = matching_models(self.models, query)
        place = next((i for i, row in enumerate(order) if self.models[row].name == chosen), 0)
        self.model_table.empty_text = "no model matches"
        self.model_table.show(
            self.models, columns.for_models(self.models, self.ascii_only), order, place, hold=True
        )
        self.tell_found()

    def _choose_model(self, name: str, *, again: bool = False) -> None:
        if self.worker and (again or name != self._model):
            if name != self._model:
                self.filters.pop(Pane.VERSIONS, None)
                self.filter_line.leave(Pane.VERSIONS)
            self._model = name
            self.worker.list_versions(name)
            self._show_headline()

    @on(VersionsListed)
    def _versions_listed(self, message: VersionsListed) -> None:
        if message.rows.model != self._model:
            return
        same = self.rows is not None and self.rows.model == message.rows.model
        seq = self.version.seq if same and self.version else self.remembered
        self.rows, self._version_columns = message.rows, message.columns
        self._matches = ("", range(len(self.rows)))
        self.show_versions(seq, hold=same)
        self._settled()

    def show_versions(self, seq: int | None, *, hold: bool) -> None:
        """Show the versions that the filter lets through, with the one registered as ``seq`` selected."""
        rows = self.rows
        if rows is None:
            return
        query = self.filters.get(Pane.VERSIONS, "")
        before, found = self._matches
        if query and not rows.haystack:
            order: Sequence[int] = range(0)
            self.version_table.empty_text = "preparing the filter" + self.signs.ellipsis
        else:
            order = rows.matching(query, found if before and query.startswith(before) else None)
            self._matches = (query, order)
            self.version_table.empty_text = (
                "no version matches; esc clears the filter" if query else "no versions"
            )
        place = rows.place_in(order, seq) if seq is not None else 0
        self.version_table.show(rows.versions, self._version_columns, order, place, hold=hold)
        self.tell_found()
        self.refresh_selection(from_top=not hold)

    def filter_pane(self, pane: Pane, query: str) -> None:
        """Let only what matches ``query`` through in a pane; the selection stays if it matches."""
        self.filters[pane] = query
        if pane is Pane.MODELS:
            self.show_models()
            if model := self.model_table.selected:
                self._choose_model(model.name)
        else:
            self.show_versions(self.version.seq if self.version else self.remembered, hold=False)

    def tell_found(self) -> None:
        """Say beside the filter how many lines it lets through."""
        if self.pane is Pane.MODELS:
            self.filter_line.tell(len(self.model_table.order), len(self.models))
        else:
            self.filter_line.tell(len(self.version_table.order), len(self.rows or ()))

    @on(FilterReady)
    def _filter_ready(self, message: FilterReady) -> None:
        if message.rows is self.rows and self.filters.get(Pane.VERSIONS):
            self.show_versions(self.remembered, hold=False)

    @on(DetailRead)
    def _detail_read(self, message: DetailRead) -> None:
        if message.ref == self._shown_ref:
            self._detail, self._detail_problem = message.detail, ""
            self._show_overview(from_top=False)

    @on(DetailFailed)
    def _detail_failed(self, message: DetailFailed) -> None:
        if message.ref == self._shown_ref:
            self._detail, self._detail_problem = None, message.reason
            self._show_overview(from_top=False)

    # -- keys and clicks -------------------------------------------------------------------------

    async def on_key(self, event: events.Key) -> None:
        """Look the key up in the registry. What the text field takes for itself never comes here."""
        action = self.registry.for_key(event.key, self.pane)
        if self.filter_line.typing and not (
            action and action.id.startswith("app.") and not event.is_printable
        ):
            # Typed so fast that it was sent to the list before the text field had the keys.
            self.filter_line.feed(event)
        elif action:
            event.stop()
            event.prevent_default()
            await self.perform(action)

    async def perform(self, action: Action) -> None:
        """Do it, or say why not."""
        if obstacle := action.obstacle(self.situation):
            self.say(f"can't {action.name}: {obstacle}", "warning")
            return
        waiting = COMMANDS[action.id](self)
        if waiting is not None:
            await waiting

    @on(Footer.Clicked)
    async def _footer_clicked(self, message: Footer.Clicked) -> None:
        await self.perform(self.registry.get(message.action_id))

    @on(VirtualTable.Chosen)
    async def _row_chosen(self) -> None:
        await self.perform(self.registry.get("pane.enter"))

    @on(events.DescendantFocus)
    def _clicked_into(self, event: events.DescendantFocus) -> None:
        for pane, view in self.views.items():
            if event.widget is view:
                self.activate(pane)

    @on(FilterLine.Changed)
    def _filter_changed(self, message: FilterLine.Changed) -> None:
        self.filter_pane(message.pane, message.query)

    @on(FilterLine.Left)
    def _filter_left(self) -> None:
        self.set_focus(self.views[self.pane])
        self.show_hints()

    @on(FilterLine.Stepped)
    def _filter_stepped(self, message: FilterLine.Stepped) -> None:
        self.scroller.step(message.lines)

    # -- the selection ---------------------------------------------------------------------------

    @on(VirtualTable.Moved, "#models, #versions")
    def _moved(self, message: VirtualTable.Moved) -> None:
        if self.footer.notice:
            self.say("")
        if message.table is self.version_table and self.version:
            self._remembered[self._model] = self.version.seq
        # Details follow when the keys rest: while one is held down only the list moves.
        if self._settling:
            self._settling.stop()
        self._settling = self.set_timer(_SETTLE_SECONDS, lambda: self._follow(message.table))

    @property
    def at_rest(self) -> bool:
        """Whether all that was asked for has been answered, and nothing waits to be shown."""
        return self._settling is None and self.worker is not None and self.worker.idle

    def _follow(self, table: VirtualTable) -> None:
        self._settling = None
        if table is self.model_table and (model := table.selected):
            self._choose_model(model.name)
        self.refresh_selection(from_top=True)

    def refresh_selection(self, *, from_top: bool) -> None:
        """Show the selected version in the overview and ask for its files."""
        version = self.version
        if version and version.ref != self._shown_ref:
            from_top = True
            self._detail_problem = ""
        self._shown_ref = version.ref if version else ""
        self._show_overview(from_top=from_top)
        self._show_headline()
        self.show_hints()
        if version and self.worker:
            self.worker.read_detail(version.ref)
