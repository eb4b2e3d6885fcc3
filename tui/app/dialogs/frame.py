"""What a dialog looks like: a frame with lines that scroll, a field or buttons, what is to be said, and its keys."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from textual import events, on
from textual.app import ComposeResult
from textual.content import Content
from textual.screen import ModalScreen
from textual.widget import Widget

from ...text import paragraph, visible
from ..facts import Line
from ..guarded import Guarded
from ..keys.registry import Hint
from ..widgets.footer import Footer
from ..widgets.lineview import Bar
from ..widgets.overview import Overview
from .parts import bar, hint

if TYPE_CHECKING:
    from ..screens.main import MainScreen
    from ..widgets.field import Field

_WIDEST = 96
_FRAME = 6
"""Columns that frame, padding and margins take of the dialog's width."""

_PROMPT = 10
_TOLD_LINES = 3


class Frame(Guarded, ModalScreen[None]):
    """Draws what a dialog says of itself, as high as that needs and the window allows."""

    AUTO_FOCUS = ""
    DEFAULT_CLASSES = ""

    verb = "do it"
    """What enter does, as its key is labelled."""

    prompt = "Reason"
    initial = ""
    """What stands in the field at first. Made safe: a field draws what it holds as it is."""

    has_line = True
    """Whether something stands between what it shows and what is said: a field, or buttons."""

    def __init__(self, main: MainScreen) -> None:
        super().__init__(classes="-ascii" if main.ascii_only else None)
        self.main = main
        self.field: Field | None = None
        self.prospect: Any = None
        self.problem = ""
        """Why there is no prospect."""
        self.over = False
        self.rows = 0
        """How many lines of the body are seen at once."""
        self._progress: tuple[str, int, int] | None = None
        self._said: tuple[str, str] = ("", "")

    # -- what a dialog says of itself --------------------------------------------------------------

    @property
    def heading(self) -> str:
        """What the frame is titled, of outside text."""
        raise NotImplementedError

    def body(self, columns: int) -> Sequence[Line]:
        """Return what it shows once the store has answered."""
        raise NotImplementedError

    def obstacle(self) -> str:
        """Return why it can't be done, whatever the reason given; empty when it can."""
        return ""

    def alarm(self) -> str:
        """Return what must not be missed before it is done; empty when there is nothing of the sort."""
        return ""

    def command(self) -> str:
        """Return the command line that does the same, of outside text."""
        return ""

    def hints(self) -> list[Hint]:
        """Return the keys; the first two stand at the end."""
        raise NotImplementedError

    def other_hints(self) -> Iterable[tuple[str, str]]:
        """Yield keys besides enter and escape, and what they do."""
        return ()

    @property
    def working(self) -> bool:
        """Whether what it does is under way."""
        return False

    @property
    def typed(self) -> str:
        """What stands in the field, without blanks around it."""
        return self.field.value.strip() if self.field else ""

    # -- widgets -----------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """Make the widgets, from top to bottom."""
        self.body_view = Overview(id="dialog-body")
        self.body_view.more_text = self.main.signs.more + " more: page down"
        self.prompt_view, self.told_view = Bar(id="dialog-prompt"), Bar(id="dialog-told")
        self.keys_view = Footer(ascii_only=self.main.ascii_only, id="dialog-keys")
        with Widget(id="dialog"):
            yield self.body_view
            with Widget(id="dialog-line") as line:
                yield self.prompt_view
                if (field := self.make_field()) is not None:
                    yield field
            line.display = self.has_line
            yield self.told_view
            yield self.keys_view

    def make_field(self) -> Field | None:
        """Return the field that is typed into; None for a dialog without."""
        from ..widgets.field import Field

        self.field = Field(self.initial, id="dialog-input")
        return self.field

    def focus_field(self) -> None:
        """Give the field the cursor, if there is one."""
        if self.field:
            self.prompt_view.show(([(f" {self.prompt}".ljust(_PROMPT), "accent")], []))
            self.set_focus(self.field)

    @property
    def columns(self) -> int:
        """How many cells a line of the dialog has."""
        return max(min(self.app.size.width - 2, _WIDEST) - _FRAME, 20)

    @on(events.DescendantFocus)
    def _keep_cursor(self) -> None:
        if self.field and self.focused is not self.field:
            self.set_focus(self.field)

    def on_resize(self, _event: events.Resize) -> None:
        """Lay it out for the new size."""
        self.show()

    def say(self, text: str, style: str = "") -> None:
        """Say something below the reason, or nothing."""
        self._said = (text, style)
        self.show()

    def page(self, pages: int) -> None:
        """Scroll what is shown."""
        self.body_view.step(pages * max(self.body_view.page - 1, 1))

    def show(self) -> None:
        """Bring everything up to date."""
        if not self.is_mounted or self.over:
            return
        columns, look = self.columns, self.main.look
        told = self._told(columns)
        rest = len(told) + 3 + self.has_line
        self.rows = max(self.app.size.height - rest - 1, 3)
        lines = self._lines(columns)
        box = self.query_one("#dialog", Widget)
        box.border_title = Content(visible(self.heading, columns, ascii_only=look.ascii_only))
        self.body_view.border_title = None
        height = min(len(lines), self.rows)
        box.styles.width = columns + _FRAME
        box.styles.height = height + rest
        self.body_view.styles.height = height
        self.told_view.styles.height = len(told)
        self.body_view.show(lambda _columns: lines, from_top=False)
        self.told_view.show(*((line, []) for line in told))
        self.keys_view.show_hints([hint("escape", "stop")] if self.working else self.hints())

    def _lines(self, columns: int) -> Sequence[Line]:
        if self.prospect is not None:
            return [[], *self.body(columns), []]
        signs = self.main.signs
        if self.problem:
            texts = paragraph(self.problem, columns, 6, ascii_only=self.main.ascii_only)
            return [[], *([(text, "warning")] for text in texts), []]
        return [[], [("reading" + signs.ellipsis, "muted")], []]

    def _told(self, columns: int) -> list[Line]:
        """Return what stands below the reason: what is to be said, and the command line."""
        ascii_only = self.main.ascii_only
        if self._progress:
            return [[], [(bar(*self._progress, ascii_only=ascii_only), "accent")], []]
        text, style = self._said
        if not text and self.prospect:
            text, style = (obstacle, "warning") if (obstacle := self.obstacle()) else (self.alarm(), "bad")
        texts = paragraph(text, columns, _TOLD_LINES, ascii_only=ascii_only)
        lines: list[Line] = [[], *([(" " + line, style)] for line in texts)]
        if command := self.command() if self.prospect else "":
            lines.append([(" " + visible(command, columns, ascii_only=ascii_only), "muted")])
        return [*lines, []]

    def shown(self, key: str) -> str:
        """Return a key as it is written here: one hint stands for both arrows."""
        return {"up": "up/down" if self.main.ascii_only else "↑↓"}.get(key, key)
