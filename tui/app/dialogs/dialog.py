"""What every dialog has: a frame with lines that scroll, a reason or buttons, what is to be said, and its keys.

A dialog asks the store's worker what the change would come to and shows the answer. It never changes anything by itself:
on enter it hands a change to the worker, and is over when the worker says that it was made. While it is open it follows
the store: what has changed since a person looked is said, and must be confirmed by another enter.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from textual import events, on
from textual.app import ComposeResult
from textual.content import Content
from textual.screen import ModalScreen
from textual.widget import Widget

from ...text import paragraph, visible
from ..errand import Errand
from ..facts import Line
from ..guarded import Guarded
from ..registry import Hint
from ..widgets.footer import Footer
from ..widgets.lineview import Bar
from ..widgets.overview import Overview
from .parts import bar, hint, prints

if TYPE_CHECKING:
    from ..changes import Change
    from ..messages import ChangeFailed, ChangeProgressed, ProspectFailed, ProspectRead, VersionsSought
    from ..prospects import Request
    from ..screens.main import MainScreen
    from ..widgets.field import Field

_WIDEST = 96
_FRAME = 6
"""Columns that frame, padding and margins take of the dialog's width."""

_PROMPT = 10
_TOLD_LINES = 3
_SCROLLS = {"pagedown": 1, "pageup": -1}
_CHOICES = {"up": -1, "down": 1, "ctrl+p": -1, "ctrl+n": 1}
_LEAVING = frozenset({"escape", "ctrl+c"})


class Dialog(Guarded, ModalScreen[None]):
    """A dialog over the main screen, which hands it the keys and the store's answers.

    Subclasses say what it asks (``request``), shows (``body``) and does (``change``).
    """

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
        self.over = False
        self._gone = False
        self._errand: Errand | None = None
        self._progress: tuple[str, int, int] | None = None
        self._said: tuple[str, str] = ("", "")
        self._unconfirmed = False
        self._failed = False
        self._asked: Request | None = None
        self._typed: deque[events.Key | events.Paste] = deque()
        self._taking = True

    # -- what a dialog says of itself --------------------------------------------------------------

    @property
    def heading(self) -> str:
        """What the frame is titled, of outside text."""
        raise NotImplementedError

    def request(self) -> Request | None:
        """Return what to ask the store; None for nothing yet."""
        raise NotImplementedError

    def body(self, columns: int) -> Sequence[Line]:
        """Return what it shows once the store has answered."""
        raise NotImplementedError

    def obstacle(self) -> str:
        """Return why it can't be done, whatever the reason given; empty when it can."""
        return ""

    def lacks(self, typed: str) -> str:
        """Return what to say when what was typed is no reason; empty when it will do."""
        return "" if typed else "say why first: the reason is kept with the change"

    def change(self, typed: str) -> Change:
        """Return the change to make, for the reason that was typed."""
        raise NotImplementedError

    def command(self) -> str:
        """Return the command line that does the same, of outside text."""
        return ""

    def essence(self, prospect: Any) -> object:
        """Return what of a prospect a decision rests on: if it differs from what was seen, that must be told."""
        return prospect

    def choose(self, step: int) -> bool:
        """Take another of what can be chosen; False when there is nothing to choose."""
        del step
        return False

    async def other_key(self, event: events.Key) -> bool:
        """Do what another key means here; False when it means nothing."""
        del event
        return False

    def other_hints(self) -> Iterable[tuple[str, str]]:
        """Yield keys besides enter and escape, and what they do."""
        return ()

    @property
    def typed(self) -> str:
        """What stands in the field, without blanks around it."""
        return self.field.value.strip() if self.field else ""

    def typed_anew(self) -> None:
        """Take away what was said of what stood in the field before."""
        if self._said[0] and not self._unconfirmed:
            self.say("")

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

    async def on_mount(self) -> None:
        """Ask, give the field the cursor, and take what was typed before it stood."""
        try:
            if self.field:
                self.prompt_view.show(([(f" {self.prompt}".ljust(_PROMPT), "accent")], []))
                self.set_focus(self.field)
            self.ask()
            self.show()
        finally:
            self._taking = False  # whatever went wrong: escape must work
        await self._work_off()

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

    def on_screen_resume(self) -> None:
        """Go now if it was over while something else covered it."""
        if self.over:
            self._go()

    def show(self) -> None:
        """Bring everything up to date."""
        if not self.is_mounted or self.over:
            return
        columns, look = self.columns, self.main.look
        lines = self._lines(columns)
        told = self._told(columns)
        box = self.query_one("#dialog", Widget)
        box.border_title = Content(visible(self.heading, columns, ascii_only=look.ascii_only))
        self.body_view.border_title = None
        rest = len(told) + 3 + self.has_line
        room = max(self.app.size.height - rest - 1, 3)
        height = min(len(lines), room)
        box.styles.width = columns + _FRAME
        box.styles.height = height + rest
        self.body_view.styles.height = height
        self.told_view.styles.height = len(told)
        self.body_view.show(lambda _columns: lines, from_top=False)
        self.told_view.show(*((line, []) for line in told))
        self.keys_view.show_hints([hint("escape", "stop")] if self._errand else self.hints())

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
        text, style = self._said if self._said[0] else (self.obstacle() if self.prospect else "", "warning")
        texts = paragraph(text, columns, _TOLD_LINES, ascii_only=ascii_only)
        lines: list[Line] = [[], *([(" " + line, style)] for line in texts)]
        if command := self.command() if self.prospect else "":
            lines.append([(" " + visible(command, columns, ascii_only=ascii_only), "muted")])
        return [*lines, []]

    def hints(self) -> list[Hint]:
        """Return the keys; the first two stand at the end."""
        hints = [hint("escape", "cancel"), hint("enter", self.verb, dimmed=bool(self._why_not_enter()))]
        return hints + [hint(key, name, shown=self._shown(key)) for key, name in self.other_hints()]

    def _shown(self, key: str) -> str:
        """Return a key as it is written here: one hint stands for both arrows."""
        return {"up": "up/down" if self.main.ascii_only else "↑↓"}.get(key, key)

    def _why_not_enter(self) -> str:
        if self.prospect is None:
            return self.problem or "it is still being read"
        return self.obstacle()

    # -- keys --------------------------------------------------------------------------------------

    async def take(self, event: events.Key | events.Paste) -> None:
        """Do what was typed, in its turn."""
        self._typed.append(event)
        await self._work_off()

    async def _work_off(self) -> None:
        if self._taking:
            return
        self._taking = True
        try:
            while self._typed:
                await self._do(self._typed.popleft())
        finally:
            self._taking = False

    async def _do(self, event: events.Key | events.Paste) -> None:
        key = event.key if isinstance(event, events.Key) else ""
        if self.over:
            return
        if key in _LEAVING:
            self.leave()
        elif self._errand:
            return
        elif key == "enter":
            await self.enter()
        elif key in _CHOICES:
            if self.choose(_CHOICES[key]):
                self._chosen_anew()
        elif key in _SCROLLS:
            self.page(_SCROLLS[key])
        elif not (isinstance(event, events.Key) and await self.other_key(event)):
            await self._type(event)

    def page(self, pages: int) -> None:
        """Scroll what is shown."""
        self.body_view.step(pages * max(self.body_view.page - 1, 1))

    async def _type(self, event: events.Key | events.Paste) -> None:
        action = (
            self.main.registry.for_key(event.key, self.main.pane) if isinstance(event, events.Key) else None
        )
        if action and action.id in ("app.redraw", "app.suspend", "app.quit") and not prints(event):
            await self.main.perform(action)
        elif self.field:
            await self.field.feed(event)
            self.typed_anew()

    @on(Footer.Clicked)
    async def _clicked(self, message: Footer.Clicked) -> None:
        message.stop()
        await self.take(events.Key(message.action_id.partition(".")[2], None))

    def leave(self) -> None:
        """Go, or stop what is under way."""
        if self._errand:
            self._errand.stop()
            self.say("stopping" + self.main.signs.ellipsis, "muted")
        else:
            self.close()

    def close(self) -> None:
        """Go."""
        self.over = True
        self.main.dialog = None
        if self.app.screen is self:
            self._go()

    def _go(self) -> None:
        if not self._gone:  # closed before it was told that it stands, it would go twice
            self._gone = True
            self.dismiss()

    async def enter(self) -> None:
        """Do it, or say why not."""
        typed = self.typed
        if why := self._why_not_enter():
            self.say(why, "warning")
        elif self._unconfirmed:
            self._unconfirmed = False
            self.say(f"this has changed since you looked: enter once more to {self.verb}", "warning")
        elif why := self.lacks(typed):
            self.say(why, "warning")
        else:
            self.start(self.change(typed))

    def start(self, change: Change) -> None:
        """Hand a change to the worker."""
        self._errand = Errand(change, self.main.worker.post)
        self.main.worker.make(self._errand)
        self.say("at work" + self.main.signs.ellipsis, "muted")

    def say(self, text: str, style: str = "") -> None:
        """Say something below the reason, or nothing."""
        self._said, self._failed = (text, style), False
        self.show()

    # -- answers of the store ----------------------------------------------------------------------

    def ask(self) -> None:
        """Ask what the change would come to."""
        self._asked = self.request()
        if self._asked is not None:
            self.main.worker.look(self._asked)

    def _chosen_anew(self) -> None:
        self.prospect, self.problem, self._unconfirmed = None, "", False
        self._said = ("", "")
        self.ask()
        self.show()

    def store_changed(self) -> None:
        """Look again, since the store is another than it was."""
        if self._errand is None:
            self.ask()

    def take_prospect(self, message: ProspectRead | ProspectFailed) -> None:
        """Show what the change would come to, if that is still what is asked."""
        if message.asked != self._asked or self._errand:
            return
        found = getattr(message, "prospect", None)
        self.problem = getattr(message, "reason", "")
        if (
            self.prospect is not None
            and found is not None
            and self.essence(found) != self.essence(self.prospect)
        ):
            self._unconfirmed = True
            if not self._failed:  # else why it failed says it better
                self._said = ("this has changed since you looked", "warning")
        self.prospect = found
        self.show()

    def take_sought(self, message: VersionsSought) -> None:
        """Take versions that were looked for: only the palette looks for any."""

    def columns_named(self) -> None:
        """Take note that all columns there can be are known: only the dialog of columns wants to."""

    def progressed(self, message: ChangeProgressed) -> None:
        """Show how far hashing is."""
        if self._errand:
            self._progress = (message.action, message.done, message.total)
            self.show()

    def failed(self, message: ChangeFailed) -> None:
        """Say why it was not done; look again if that is since the store has changed."""
        self._errand, self._progress = None, None
        if message.stopped:
            self.close()
            self.main.say(message.reason, "warning")
            return
        self.say(message.reason, "warning")
        self._failed = True
        if message.moved:
            self.ask()
