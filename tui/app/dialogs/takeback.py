"""Undo and redo: what would be taken back, and what that comes to. Cancel has the focus."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from textual import events

from ...text import paragraph, visible
from ..changing.changes import Change, TakeBack
from ..changing.prospects import Request, TakenBack, ToTakeBack
from ..facts import Line
from ..facts.gates import answers
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
        return "gates stop it: nothing will change" if found.stopping else found.problem

    def lacks(self, typed: str) -> str:
        """No reason is asked for."""
        del typed
        return ""

    def change(self, typed: str) -> Change:
        """Take back the event that was shown."""
        del typed
        return TakeBack(self.mode, self.prospect.event.seq)

    def command(self) -> str:
        """The same on the command line; where that is stopped, what goes round."""
        if back_to := self._back_to:
            return f"mvtui rollback {back_to.partition('@')[0]} --to {back_to} --reason WHY"
        return f"mvtui {self.mode}"

    @property
    def _back_to(self) -> str:
        """The version that a rollback would bring where gates stop this."""
        found: TakenBack | None = self.prospect
        return found.back_to if found else ""

    def body(self, columns: int) -> Sequence[Line]:
        """What it was, and what becomes of it; or which gates stop it, and what goes round them."""
        found: TakenBack = self.prospect
        if found.stopping:
            return self._stopped(found, columns)
        if found.event is None:
            return [[("nothing will change", "muted")]]
        lines: list[Line] = []
        for label, text in (("was", found.event.what), ("then", found.event.effect)):
            texts = paragraph(text, columns - 6, 4, ascii_only=self.main.ascii_only)
            lines += [[((label if not at else "").ljust(6), "muted"), (t, "")] for at, t in enumerate(texts)]
        return [*lines, [(f"event {found.event.seq} of the journal", "muted")]]

    def _stopped(self, found: TakenBack, columns: int) -> list[Line]:
        look, back_to = self.main.look, visible(found.back_to, columns // 2, ascii_only=self.main.ascii_only)
        count = len(found.stopping)
        told = f"it goes through the gates, and {count:,} {'stops' if count == 1 else 'stop'} it:"
        lines: list[Line] = [[(told, "")], *answers(found.stopping, look, columns)]
        if back_to:
            around = f"R brings {back_to} back all the same: a rollback asks no gate"
            lines += [
                [],
                *([(t, "accent")] for t in paragraph(around, columns, 2, ascii_only=look.ascii_only)),
            ]
        return lines

    @property
    def _ready(self) -> bool:
        return self.prospect is not None and self.prospect.event is not None

    @property
    def _refused(self) -> bool:
        """Whether it is known that nothing can be taken back: then there is no choice."""
        return bool(self.problem) or (self.prospect is not None and not self._ready)

    def show(self) -> None:
        """Bring everything up to date, the buttons as well."""
        if self._refused:
            self._on_cancel = True
        super().show()
        if self.is_mounted and not self.over:
            line = buttons(self.mode, on_cancel=self._on_cancel, ready=self._ready)
            self.prompt_view.styles.width = self.columns
            self.prompt_view.show((line[:1] if self._refused else line, []))

    def hints(self) -> list[Hint]:
        """Keys that choose, and the ones that answer at once; where nothing can be taken back, the way round."""
        yes = hint("y", self.mode, dimmed=not self._ready)
        if not self._refused:
            return [hint("n", "cancel"), yes, hint("tab", "the other button")]
        around = [hint("R", f"roll back to {self._number}")] if self._back_to else []
        return [hint("n", "cancel"), *around, yes]

    @property
    def _number(self) -> str:
        return visible(self._back_to.partition("@")[2], 30, ascii_only=self.main.ascii_only)

    def _go_round(self) -> None:
        from .rollback import RollbackDialog

        model, _, number = self._back_to.partition("@")
        self.close()
        self.main.open(RollbackDialog(self.main, model, number))

    async def other_key(self, event: events.Key) -> bool:
        """Move between the buttons, or answer by a letter."""
        if event.key == "y" and self._refused:
            self.refuse(self._why_not_enter())
        elif event.key == "R" and self._back_to:
            self._go_round()
        elif event.key in MOVES:
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
