"""The views of a version: which are seen, of which versions, and what the store said about them.

Only what a visible view shows is asked for. When the cursor moves, what stands stays until the answer comes, as long
as that is soon: one repaint instead of two.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from .. import facts, headline
from ..asking.asked import Asked, is_counting, lacks_more
from ..asking.messages import ViewFailed, ViewRead
from ..keys.pane import VIEWS, Pane

if TYPE_CHECKING:
    from collections.abc import Collection

    from textual.timer import Timer

    from ..asking.asked import Content
    from ..facts.showing import Showing
    from ..widgets.overview import Overview
    from .main import MainScreen

_PATIENCE_SECONDS = 0.1
_COUNT_SECONDS = 2.0
"""How often outcomes of a test that runs are counted again while one looks."""

_IDLE_SECONDS = 0.4
"""How long a comparison is looked at before git is asked for the commits between."""


class View:
    """One view: what it shows of the selected version, or of the marked ones."""

    def __init__(self, screen: MainScreen, pane: Pane, widget: Overview) -> None:
        self._screen = screen
        self.pane = pane
        self.widget = widget
        self._asked: Asked | None = None
        self._answer: ViewRead | ViewFailed | None = None
        self._waiting: Timer | None = None
        self._counting: Timer | None = None

    @property
    def resting(self) -> bool:
        """Whether nothing is about to be shown, or asked."""
        return self._waiting is None

    @property
    def wanted(self) -> Asked | None:
        """What it is to show; None when no version is selected."""
        version, screen = self._screen.version, self._screen
        if version is None:
            return None
        if self.pane is Pane.METRICS:
            chosen = screen.metrics
            compared = screen.marks.compared_with(version)
            return Asked(
                self.pane,
                compared,
                metric=chosen.metric or screen.selection.chosen.of(version.model).headline,
                curve=chosen.curve,
                against=chosen.against if len(compared) == 1 else "",
                within=screen.diff_pane.within(compared),
            )
        if self.pane is Pane.LINEAGE:
            return Asked(self.pane, (version.ref,), unfolded=screen.jumps.unfolded(version.ref))
        if self.pane is Pane.INSPECT:
            return Asked(self.pane, (version.ref,), within=screen.inspect_pane.within(version))
        return Asked(self.pane, (version.ref,))

    @property
    def content(self) -> Content | None:
        """What it shows, once it is read."""
        return self._answer.content if self._answered and isinstance(self._answer, ViewRead) else None

    @property
    def problem(self) -> str:
        """Why it can't be read."""
        return self._answer.reason if self._answered and isinstance(self._answer, ViewFailed) else ""

    @property
    def _answered(self) -> bool:
        # What is unfolded only adds to what is shown: that stays until the rest has come.
        asked, answer = self._asked, self._answer
        return answer is not None and asked is not None and answer.asked.about == asked.about

    def follow(self, *, from_top: bool, again: bool = False) -> None:
        """Show what is selected now; ``again`` asks for it even if it is known, since the store has changed."""
        wanted = self.wanted
        other = wanted != self._asked
        if wanted and (other or again):
            self._screen.worker.read(wanted)
        elsewhere = other and not (wanted and self._asked and wanted.about == self._asked.about)
        self._asked = wanted
        self._stop_waiting()
        if wanted is None or self._answered:
            self.show(from_top=from_top or elsewhere)
        elif other:
            self._waiting = self._screen.set_timer(_PATIENCE_SECONDS, self._impatient)

    def take(self, message: ViewRead | ViewFailed) -> None:
        """Show an answer, if it still is to what is asked."""
        if message.asked == self.wanted:
            first = not self._answered
            self._answer = message
            self._asked = message.asked
            self._stop_waiting()
            self.show(from_top=first)
            if self.pane is Pane.INSPECT:
                self._screen.inspect_pane.tell_found()
            elif self.pane is Pane.TESTS:
                self._screen.show_hints()  # whether a test runs says what can be done
            if isinstance(message, ViewRead) and lacks_more(message.content):
                self._waiting = self._screen.set_timer(_IDLE_SECONDS, self._ask_history)
            if isinstance(message, ViewRead) and is_counting(message.content):
                self._counting = self._screen.set_timer(_COUNT_SECONDS, self._count_again)

    def leave(self) -> None:
        """Stop waiting: it is not seen any more, and what it asked for will not be taken."""
        self._stop_waiting()
        if not self._answered:
            self._asked = None

    def forget(self) -> None:
        """Drop what is known: it may be something else by the time it is seen again."""
        self._asked = self._answer = None

    def show(self, *, from_top: bool) -> None:
        """Show what is known of what is selected."""
        screen, version, look = self._screen, self._screen.version, self._screen.look
        back_to = screen.jumps.back_to if self.pane is Pane.LINEAGE else ""
        self.widget.border_title = headline.view_title(
            self.pane,
            self.content,
            look,
            back_to=back_to,
            only_differences=screen.metrics.only_differences,
        )
        if version is None:
            self.widget.show(lambda _columns: (), from_top=True)
            return
        content, problem, pane = self.content, self.problem, self.pane
        self.widget.show(
            lambda columns: facts.of_view(
                pane,
                version,
                content,
                look,
                columns,
                problem=problem,
                # As it is when the lines are made: it may have another size then.
                showing=self._showing,
            ),
            from_top=from_top,
        )

    @property
    def _showing(self) -> Showing:
        screen = self._screen
        if self.pane is Pane.INSPECT:
            return screen.inspect_pane.showing(self.pane)
        return replace(screen.metrics.showing(self.pane), at=screen.diff_pane.at)

    def _ask_history(self) -> None:
        self._waiting = None
        if self._asked:
            self._screen.worker.read_history(self._asked)

    def _count_again(self) -> None:
        self._counting = None
        if self._asked:
            self._screen.worker.read(self._asked)

    def _impatient(self) -> None:
        self._waiting = None
        self.show(from_top=True)

    def _stop_waiting(self) -> None:
        if self._waiting:
            self._waiting.stop()
            self._waiting = None
        if self._counting:
            self._counting.stop()
            self._counting = None


class Views:
    """All views; those that are seen follow the selection."""

    def __init__(self, screen: MainScreen) -> None:
        self._screen = screen
        self._all: dict[Pane, View] = {}
        self._seen: frozenset[Pane] = frozenset()

    def of(self, pane: Pane) -> View:
        """Return a view."""
        return self._all[pane]

    def add(self, pane: Pane, widget: Overview) -> None:
        """Let a widget show a view."""
        self._all[pane] = View(self._screen, pane, widget)

    @property
    def resting(self) -> bool:
        """Whether nothing is about to be shown, or asked."""
        return all(view.resting for view in self._all.values())

    def see(self, panes: Collection[Pane]) -> None:
        """Let just these be seen, and show what is selected in those that were not."""
        before, self._seen = self._seen, frozenset(VIEWS) & frozenset(panes)
        for pane in before - self._seen:
            self._all[pane].leave()
        for pane in VIEWS:
            if pane in self._seen - before:
                self._all[pane].follow(from_top=False)

    def follow(self, *, from_top: bool, again: bool = False) -> None:
        """Show what is selected now; ``again`` asks for it even if it is known, since the store has changed."""
        for view in self._visible():
            view.follow(from_top=from_top, again=again)
        if again:
            for pane in frozenset(VIEWS) - self._seen:
                self._all[pane].forget()
        self._screen.show_summary()

    def take(self, message: ViewRead | ViewFailed) -> None:
        """Show an answer in its view."""
        if message.asked.pane in self._seen:
            self._all[message.asked.pane].take(message)

    def show(self, *, from_top: bool) -> None:
        """Show again what is known."""
        for view in self._visible():
            view.show(from_top=from_top)
        self._screen.show_summary()

    def _visible(self) -> list[View]:
        return [self._all[pane] for pane in VIEWS if pane in self._seen]
