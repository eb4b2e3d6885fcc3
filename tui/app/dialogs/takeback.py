"""Undo and redo: what would be taken back, and what that comes to. Cancel has the focus."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from textual import events

from ...text import paragraph
from ..changing.changes import Change, TakeBack
from ..changing.prospects import Request, TakenBack, ToTakeBack
from ..facts import Line
from ..keys.registry import Hint
from .dialog import Dialog
from .parts import MOVES, buttons, hint

if TYPE_CHECKING:
    from ..screens.main import MainScreen
    from ..widgets.field import Field


class TakeBackDialog(Dialog):
    """Takes back the last change of whoever sits here, or the last undo."""

    def __init__(self, main: MainScreen, mode: Literal["undo", "redo"]) -> None:
        super().__init__(main)
        self.mode: Literal["undo", "redo"] = mode
        self._on_cancel = True

    @property
    def verb(self) -> str:  # type: ignore[override]  # undo or redo
        """What the other button does."""
        return self.mode

    @property
    def heading(self) -> str:
        """Undo or redo."""
        return "Undo your last change" if self.mode == "undo" else "Redo what you took back"

    def make_field(self) -> Field | None:
        """There is nothing to type: it is taken back for the reason that it was done."""
        return None

    def request(self) -> Request:
        """Ask what it would be."""
        return ToTakeBack(self.mode)

    def essence(self, prospect: TakenBack) -> object:
        """A decision rests on which event it is."""
        return prospect.event.seq if prospect.event else prospect.problem

    def obstacle(self) -> str:
        """Say why nothing can be taken back."""
        found: TakenBack = self.prospect
        return found.problem

    def lacks(self, typed: str) -> str:
        """No reason is asked for."""
        del typed
        return ""

    def change(self, typed: str) -> Change:
        """Take back the event that was shown."""
        del typed
        return TakeBack(self.mode, self.prospect.event.seq)

    def command(self) -> str:
        """The same on the command line."""
        return f"mvtui {self.mode}"

    def body(self, columns: int) -> Sequence[Line]:
        """What it was, and what becomes of it."""
        found: TakenBack = self.prospect
        if found.event is None:
            return [[("nothing will change", "muted")]]
        lines: list[Line] = []
        for label, text in (("was", found.event.what), ("then", found.event.effect)):
            texts = paragraph(text, columns - 6, 4, ascii_only=self.main.ascii_only)
            lines += [[((label if not at else "").ljust(6), "muted"), (t, "")] for at, t in enumerate(texts)]
        return [*lines, [(f"event {found.event.seq} of the journal", "muted")]]

    def show(self) -> None:
        """Bring everything up to date, the buttons as well."""
        super().show()
        if self.is_mounted and not self.over:
            ready = self.prospect is not None and self.prospect.event is not None
            line = buttons(self.mode, on_cancel=self._on_cancel, ready=ready)
            self.prompt_view.styles.width = self.columns
            self.prompt_view.show((line, []))

    def hints(self) -> list[Hint]:
        """Keys that choose, and the ones that answer at once."""
        ready = self.prospect is not None and self.prospect.event is not None
        return [hint("n", "cancel"), hint("y", self.mode, dimmed=not ready), hint("tab", "the other button")]

    async def other_key(self, event: events.Key) -> bool:
        """Move between the buttons, or answer by a letter."""
        if event.key in MOVES:
            self._on_cancel = not self._on_cancel
            self.show()
        elif event.key in ("n", "q"):
            self.leave()
        elif event.key == "y":
            self._on_cancel = False
            await self.enter()
        else:
            return False
        return True

    async def enter(self) -> None:
        """Press the button that has the focus."""
        if self._on_cancel:
            self.leave()
        else:
            await super().enter()
