"""The third pane: which tab it shows, of which versions, and what the store said about them.

Only what the visible tab shows is asked for. When the cursor moves, what stands stays until the answer comes, as long
as that is soon: one repaint instead of two.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import facts
from ..actions import Tab
from ..asked import Asked, lacks_history
from ..messages import TabFailed, TabRead

if TYPE_CHECKING:
    from textual.timer import Timer

    from ..asked import Content
    from .main import MainScreen

_PATIENCE_SECONDS = 0.1
_IDLE_SECONDS = 0.4
"""How long a comparison is looked at before git is asked for the commits between."""

_TABS = tuple(Tab)


class Details:
    """What is shown of the selected version, or of the marked ones."""

    def __init__(self, screen: MainScreen) -> None:
        self._screen = screen
        self.tab = Tab.OVERVIEW
        self.only_differences = False
        self._asked: Asked | None = None
        self._answer: TabRead | TabFailed | None = None
        self._waiting: Timer | None = None

    @property
    def resting(self) -> bool:
        """Whether nothing is about to be shown, or asked."""
        return self._waiting is None

    @property
    def wanted(self) -> Asked | None:
        """What the tab is to show; None when no version is selected."""
        version, screen = self._screen.version, self._screen
        if version is None:
            return None
        refs = screen.marks.compared_with(version) if self.tab is Tab.COMPARE else (version.ref,)
        return Asked(self.tab, refs)

    def expect(self, answer: TabRead | TabFailed | None) -> None:
        """Take an answer to what will be asked next."""
        self._answer = answer

    def turn(self, steps: int) -> None:
        """Show another tab."""
        self.tab = _TABS[(_TABS.index(self.tab) + steps) % len(_TABS)]
        self.follow(from_top=True)

    def follow(self, *, from_top: bool, again: bool = False) -> None:
        """Show what is selected now; ``again`` asks for it even if it is known, since the store has changed."""
        wanted = self.wanted
        other = wanted != self._asked
        if wanted and (other or again):
            self._screen.worker.read(wanted)
        self._asked = wanted
        self._stop_waiting()
        if wanted is None or self._answered:
            self.show(from_top=from_top or other)
        elif other:
            self._waiting = self._screen.set_timer(_PATIENCE_SECONDS, self._impatient)

    def take(self, message: TabRead | TabFailed) -> None:
        """Show an answer, if it still is to what is asked."""
        if message.asked == self.wanted:
            first = not self._answered
            self._answer = message
            self._asked = message.asked
            self._stop_waiting()
            self.show(from_top=first)
            if isinstance(message, TabRead) and lacks_history(message.content):
                self._waiting = self._screen.set_timer(_IDLE_SECONDS, self._ask_history)

    def show(self, *, from_top: bool) -> None:
        """Show what is known of the selected version in the tab, and in the summary under the list."""
        screen, version, look = self._screen, self._screen.version, self._screen.look
        if version is None:
            screen.details_view.show(lambda _columns: (), from_top=True)
            screen.summary.show()
            return
        content, problem = self.content, self.problem
        tab, only_differences, zoomed = self.tab, self.only_differences, screen.zoomed or screen.narrow
        screen.details_view.show(
            lambda columns: facts.of_tab(
                tab,
                version,
                content,
                look,
                columns,
                problem=problem,
                only_differences=only_differences,
                room=zoomed,
            ),
            from_top=from_top,
        )
        rule = screen.signs.rule * screen.app.size.width
        below = facts.summary(version, look, screen.app.size.width - 2)
        screen.summary.show(([(rule, "line")], []), *(([(" ", ""), *line], []) for line in below))

    @property
    def content(self) -> Content | None:
        """What the tab shows, once it is read."""
        return self._answer.content if self._answered and isinstance(self._answer, TabRead) else None

    @property
    def problem(self) -> str:
        """Why it can't be read."""
        return self._answer.reason if self._answered and isinstance(self._answer, TabFailed) else ""

    @property
    def _answered(self) -> bool:
        return self._answer is not None and self._answer.asked == self._asked

    def _ask_history(self) -> None:
        self._waiting = None
        if self._asked:
            self._screen.worker.read_history(self._asked)

    def _impatient(self) -> None:
        self._waiting = None
        self.show(from_top=True)

    def _stop_waiting(self) -> None:
        if self._waiting:
            self._waiting.stop()
            self._waiting = None
