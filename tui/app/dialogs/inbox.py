"""What waits for the approval of whoever looks: a list; enter goes to the version."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import events

from ... import words
from ...text import paragraph, visible
from ..changing.prospects import Request
from ..facts import Line
from .dialog import Dialog
from .parts import STEPS

if TYPE_CHECKING:
    from ....store import Version, Waiting
    from ..screens.main import MainScreen
    from ..widgets.field import Field


class InboxDialog(Dialog):
    """Lists requests, the oldest first."""

    verb = "go to it"
    has_line = False

    def __init__(self, main: MainScreen) -> None:
        super().__init__(main)
        self._chosen = 0
        self._place = (0, 0)
        """The first and the last line of the request under the cursor."""
        self.prospect = main.inbox

    @property
    def heading(self) -> str:
        """How many."""
        return f"{words.plural(len(self.prospect), 'request')} for your approval"

    def make_field(self) -> Field | None:
        """There is nothing to type."""
        return None

    def request(self) -> Request | None:
        """What waits is known already."""
        return None

    def store_changed(self) -> None:
        """The main screen is told of what waits, and tells."""
        self.prospect = self.main.inbox
        self._chosen = min(self._chosen, max(len(self.prospect) - 1, 0))
        self.show()

    def choose(self, step: int) -> bool:
        """Go to another line."""
        self._chosen = max(0, min(self._chosen + step, len(self.prospect) - 1))
        self.show()
        self._keep_in_sight()
        return False

    def _keep_in_sight(self) -> None:
        view, (first, last) = self.body_view, self._place
        room = view.page - 1  # its last line may say that there is more
        if first < view.top:
            view.step(first - view.top)
        elif last >= view.top + room:
            view.step(last - view.top - room + 1)

    def page(self, pages: int) -> None:
        """Go on by as many requests as are seen."""
        self.choose(pages * max(self.body_view.page // 2 - 1, 1))

    @property
    def chosen(self) -> Waiting | None:
        """The request under the cursor."""
        return self.prospect[self._chosen] if self.prospect else None

    def command(self) -> str:
        """The same on the command line."""
        return "mvtui inbox"

    async def other_key(self, event: events.Key) -> bool:
        """Move as in lists; approve at once."""
        if step := STEPS.get(event.key):
            self.choose(step)
        elif event.key == "a" and self.chosen:
            await self._approve(self.chosen.version)
        elif event.key == "q":
            self.leave()
        return True

    async def _approve(self, version: Version) -> None:
        """Go to a version and on to saying yes or no to it, without waiting for the list to follow."""
        from .approve import ApproveDialog

        await self.enter()
        if self.main.locked:
            self.main.say(f"can't approve: {self.main.locked}", "warning")
        else:
            self.main.open(ApproveDialog(self.main, version))

    def other_hints(self) -> Sequence[tuple[str, str]]:
        """The key that goes on to approving."""
        return (("a", "approve"),)

    async def enter(self) -> None:
        """Go to the version."""
        chosen = self.chosen
        self.close()
        if chosen:
            self.main.jumps.to(chosen.version)

    def body(self, columns: int) -> Sequence[Line]:
        """Two lines for each request, or more."""
        look = self.main.look
        lines: list[Line] = []
        for at, waiting in enumerate(self.prospect):
            here = at == self._chosen
            start = len(lines)
            sign = self.main.signs.cursor if here else " "
            stage = words.stage_label(waiting.stage, ascii_only=look.ascii_only)
            ref = visible(waiting.version.ref, columns // 2, ascii_only=look.ascii_only)
            lines.append(
                [
                    (f"{sign} ", "accent"),
                    (ref, "title" if here else ""),
                    (f"  {self.main.signs.arrow}  ", "muted"),
                    (stage, waiting.stage),
                ]
            )
            asked = waiting.request
            why = f': "{asked.reason}"' if asked.reason else ""
            told = f"{asked.by}, {words.ago(asked.at, look.now)}{why}"
            texts = paragraph(told, columns - 2, 3, ascii_only=look.ascii_only)
            lines += [[("  " + text, "" if here else "muted")] for text in texts]
            if here:  # above all stands a blank line, which is to be seen with the first
                self._place = (start + 1 if at else 0, len(lines))
        return lines or [[("nothing waits for you", "muted")]]
