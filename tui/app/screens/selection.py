"""What is listed, filtered and selected on the main screen: the state behind its two tables.

The tables know only rows and a cursor. Here is which model the versions belong to, which version was last
selected in each model, and what the filters let through.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..asking.rows import Rows, changed_last, matching_models
from ..keys.pane import Pane
from ..tables import columns, sorting
from ..tables.version_columns import VersionColumns
from .column_choice import ColumnChoice

if TYPE_CHECKING:
    from textual.timer import Timer

    from ....store import Found, Model, Version
    from ..asking.messages import ColumnsNamed, Filtered, ModelsListed, VersionsListed
    from ..widgets.table import VirtualTable
    from .main import MainScreen

_SETTLE_SECONDS = 0.08
_AROUND = 5
"""Cells that the frame, the sign of the cursor and a blank take of a pane's width."""


class Selection:
    """The main screen's selection; asks the worker for what has to be read to show it."""

    def __init__(self, screen: MainScreen, settings: Sequence[str] = ()) -> None:
        self._screen = screen
        self.models: list[Model] = []
        self.rows: Rows | None = None
        self.filters: dict[Pane, str] = {}
        self._name = ""
        self._model_columns: Sequence[columns.Column] = ()
        self.offered = VersionColumns()
        """The columns that there are to choose from."""
        self.chosen = ColumnChoice(screen, settings)
        self._orders: dict[str, sorting.Order] = {}
        self._remembered: dict[str, int] = {}
        self._hold = False
        self._awaited: int | None = None
        """The version to be selected in a list of another model, while it is being sorted."""
        self._settling: Timer | None = None

    @property
    def model(self) -> Model | None:
        """The model whose versions are listed."""
        return next((model for model in self.models if model.name == self._name), None)

    @property
    def version(self) -> Version | None:
        """The selected version."""
        selected: Version | None = self._screen.version_table.selected
        return selected

    def in_production(self, model: str) -> str | None:
        """Return the number of the version of a model that is listed as in production."""
        return next((found.production for found in self.models if found.name == model), None)

    @property
    def resting(self) -> bool:
        """Whether nothing is about to follow a key."""
        return self._settling is None

    # -- models ----------------------------------------------------------------------------------

    def list_models(self, message: ModelsListed) -> None:
        """Take other models; the selected one stays, else the one changed last is."""
        self.models = message.models
        last = changed_last(self.models)
        if last is None:
            self._name = ""
            return
        # A cursor that was just moved is not put back by what others did meanwhile.
        under = self._screen.model_table.selected if self._settling else None
        wanted = under.name if under else self._name
        chosen = wanted if any(model.name == wanted for model in self.models) else last.name
        self.show_models(chosen)
        if (listed := message.first) and listed.rows.model == chosen:
            self._name = chosen
            self.list_versions(listed)
        else:
            self._choose_model(chosen, again=True)

    def show_models(self, chosen: str | None = None) -> None:
        """Show the models that the filter lets through, with ``chosen`` (default: as before) selected."""
        chosen = chosen or self._name
        screen = self._screen
        order = matching_models(self.models, self.filters.get(Pane.MODELS, ""))
        place = next((i for i, row in enumerate(order) if self.models[row].name == chosen), 0)
        made = columns.for_models(self.models, screen.ascii_only)
        if made_anew := [column.width for column in made] != [column.width for column in self._model_columns]:
            self._model_columns = made
        screen.model_table.empty_text = "no model matches"
        screen.model_table.show(self.models, made, order, place, hold=True)
        if made_anew:
            screen.models_listed()
        self.tell_found()

    def models_width(self, most: int) -> int:
        """Return how wide the list of models is with its frame, where it may be ``most`` wide."""
        return columns.models_width(self._model_columns, most - _AROUND) + _AROUND

    def _choose_model(self, name: str, *, again: bool = False) -> None:
        screen = self._screen
        if again or name != self._name:
            if name != self._name:
                self.filters.pop(Pane.VERSIONS, None)
                screen.filter_line.leave(Pane.VERSIONS)
            self._name = name
            screen.worker.list_versions(name)
            screen.show_headline()

    def go_to(self, version: Version, *, pane: Pane = Pane.VERSIONS) -> None:
        """Select a version, of whatever model, in the list of versions; a ``pane`` has the keys then."""
        screen = self._screen
        for listed in (Pane.MODELS, Pane.VERSIONS):
            screen.filter_line.leave(listed)
            self.filters.pop(listed, None)
        self._remembered[version.model] = version.seq
        self._name, self.rows = "", None  # what is listed is asked for anew, with that one selected
        self.show_models(version.model)
        self._choose_model(version.model)
        screen.activate(pane)

    # -- versions --------------------------------------------------------------------------------

    def list_versions(self, message: VersionsListed) -> bool:
        """Take the versions of the selected model; False if they are of one that was left since."""
        if message.rows.model != self._name:
            return False
        before = self.rows
        same = before is not None and before.model == message.rows.model
        seq = self._seq if same else self._last_seq
        if not (same and before and not before.whole):
            # When the rest has come, nothing that is seen moves. Names that only older versions have stay known.
            self.offered = message.columns.with_names_of(self.offered) if same else message.columns
        self.rows = message.rows
        query = self.filters.get(Pane.VERSIONS, "")
        if (query or self.order) and self.rows.searchable:
            self._hold, self._awaited = same, None if same else seq
            self._screen.worker.find(
                self.rows, query, self.order
            )  # what is seen stays until it is known what fits
        else:
            self._show_versions(seq, hold=same)
        return True

    @property
    def _seq(self) -> int | None:
        """The version that is selected, else the one that was last, as its event's number."""
        version = self.version
        return version.seq if version else self._last_seq

    @property
    def _last_seq(self) -> int | None:
        """The version that was last selected in this model, as its event's number."""
        return self._remembered.get(self._name)

    def _show_versions(self, seq: int | None, *, hold: bool, found: Found | None = None) -> None:
        """Show all versions, or those that were found, with the one registered as ``seq`` selected."""
        rows, table = self.rows, self._screen.version_table
        if rows is None:
            return
        query = self.filters.get(Pane.VERSIONS, "")
        order: Sequence[int] = range(0 if query else len(rows)) if found is None else found.rows
        if query and not rows.whole:
            table.empty_text = "preparing the filter" + self._screen.signs.ellipsis
        else:
            table.empty_text = "no version matches; esc clears the filter" if query else "no versions"
        place = rows.place_in(order, seq, rising=not (found and found.sorted)) if seq is not None else 0
        table.show(rows.versions, self._columns, order, place, hold=hold, total=0 if query else rows.total)
        self.tell_found()
        self.refresh(from_top=not hold, again=hold)

    # -- columns ---------------------------------------------------------------------------------

    @property
    def _columns(self) -> Sequence[columns.Column]:
        """The columns of the versions, that of the order with its sign."""
        made = self.chosen.columns(self._name, self.offered)
        return sorting.marked(made, self.order, self._screen.signs)

    def show_columns(self) -> None:
        """Show what is listed in the columns that are chosen now, of this moment."""
        if self.rows is not None and self.rows.model == self._name:
            self._screen.version_table.show_columns(self._columns)

    def name_columns(self) -> None:
        """Ask for the names of all columns there can be, once all versions are known."""
        if self.rows is not None and self.rows.searchable:
            self._screen.worker.name_columns(self.rows)

    def take_names(self, message: ColumnsNamed) -> None:
        """Take all columns there can be."""
        if message.rows is self.rows:
            self.offered = message.columns
            self.show_columns()

    # -- filters ---------------------------------------------------------------------------------

    def filter_pane(self, pane: Pane, query: str) -> None:
        """Let only what matches ``query`` through in a pane; the selection stays if it matches."""
        self.filters[pane] = query
        if pane is Pane.INSPECT:
            self._screen.inspect_pane.seek()
        elif pane is Pane.MODELS:
            self.show_models()
            table = self._screen.model_table
            self._screen.filter_line.advise_names(query, found=bool(len(table.order)))
            if model := self._screen.model_table.selected:
                self._choose_model(model.name)
        elif (query or self.order) and self.rows is not None and self.rows.searchable:
            self._hold = False
            self._screen.worker.find(self.rows, query, self.order)
        else:
            self._screen.filter_line.advise(query)
            self._show_versions(self._seq, hold=False)

    def take_filtered(self, message: Filtered) -> None:
        """Show what was found, if it is still what is asked; what is no query leaves the list as it is."""
        asked = (self.filters.get(Pane.VERSIONS, ""), self.order)
        if message.rows is not self.rows or (message.query, message.order) != asked:
            return
        found = message.found
        missing = message.problem or (found.missing if found else None)
        self._screen.filter_line.advise(message.query, missing, message.completions, message.reason)
        if found is None:
            self.tell_found()
            return
        seq = self._seq if self._awaited is None else self._awaited
        self._show_versions(seq, hold=self._hold, found=found)
        self._hold, self._awaited = True, None

    def tell_found(self) -> None:
        """Say beside the filter how many lines it lets through."""
        screen = self._screen
        if screen.pane is Pane.INSPECT:
            screen.inspect_pane.tell_found()
        elif screen.pane is Pane.MODELS:
            screen.filter_line.tell(len(screen.model_table.order), len(self.models))
        else:
            screen.filter_line.tell(len(screen.version_table.order), self.rows.total if self.rows else 0)

    # -- order -----------------------------------------------------------------------------------

    @property
    def order(self) -> sorting.Order | None:
        """How the versions of the model are sorted; None as they are: the one registered last first."""
        return self._orders.get(self._name)

    def sort(self, *, turn: bool = False) -> str:
        """Sort by the next column, or the other way round (``turn``); return what is to be said of it."""
        now = self.order
        if turn:
            order: sorting.Order | None = now.turned if now else sorting.OLDEST_FIRST
        else:
            order = sorting.after(now, self._screen.version_table.seen_columns)
        return self._sort(order)

    def sort_by(self, column: columns.Column) -> str:
        """Sort by a column, or the other way round if that is so already; return what is to be said of it."""
        return self._sort(sorting.of(column, self.order))

    def _sort(self, order: sorting.Order | None) -> str:
        if order:
            self._orders[self._name] = order
        else:
            self._orders.pop(self._name, None)
        self.filter_pane(Pane.VERSIONS, self.filters.get(Pane.VERSIONS, ""))
        return order.sentence if order else "in the order of registration, newest first"

    # -- following the cursor --------------------------------------------------------------------

    def moved(self, table: VirtualTable) -> None:
        """Remember the version; show the rest when the keys rest: while one is held only the list moves."""
        if table is self._screen.version_table and self.version:
            self._remembered[self._name] = self.version.seq
        if self._settling:
            self._settling.stop()
        self._settling = self._screen.set_timer(_SETTLE_SECONDS, lambda: self._follow(table))

    def _follow(self, table: VirtualTable) -> None:
        self._settling = None
        if table is self._screen.model_table and (model := table.selected):
            self._choose_model(model.name)
        self.refresh(from_top=True)

    def refresh(self, *, from_top: bool, again: bool = False) -> None:
        """Show the selected version everywhere; ``again`` since the store may say something else of it now."""
        self._screen.views.follow(from_top=from_top, again=again)
        self._screen.show_headline()
        self._screen.show_hints()
