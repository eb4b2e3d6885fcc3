"""What every dialog does: it asks what a change would come to, takes the keys, and makes the change when a person says so.

A dialog asks the store's worker what the change would come to and shows the answer. It never changes anything by itself:
on enter it hands a change to the worker, and is over when the worker says that it was made. While it is open it follows
the store: what has changed since a person looked is said, and must be confirmed by another enter.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from textual import events, on

from ..changing.errand import Errand
from ..keys.keynames import shown
from ..keys.registry import Hint
from ..widgets.footer import Footer
from .frame import Frame
from .parts import hint, prints

if TYPE_CHECKING:
    from ..asking.messages import ChangeFailed, ChangeProgressed, ProspectFailed, ProspectRead, VersionsSought
    from ..changing.changes import Change
    from ..changing.prospects import Request
    from ..screens.main import MainScreen

_SCROLLS = {"pagedown": 1, "pageup": -1}
_CHOICES = {"up": -1, "down": 1, "ctrl+p": -1, "ctrl+n": 1}
_ALL = 10**6
_LEAVING = frozenset({"escape", "ctrl+c"})
_OF_THE_APP = frozenset({"app.redraw", "app.suspend", "app.quit"})


class Dialog(Frame):
    """A dialog over the main screen, which hands it the keys and the store's answers.

    Subclasses say what it asks (``request``), shows (``body``) and does (``change``).
    """

    may_wait = False
    """Whether enter may come before the store has answered: where what it does was chosen before the dialog opened."""

    def __init__(self, main: MainScreen) -> None:
        super().__init__(main)
        self.leaving = False
        """Whether the app is to be left as soon as what is under way has stopped."""
        self._gone = False
        self._errand: Errand | None = None
        self._unconfirmed = False
        self._entered = False
        """Whether enter was pressed, and waits for the store's answer."""
        self._failed = False
        self._asked: Request | None = None
        self._typed: deque[events.Key | events.Paste] = deque()
        self._taking = True

    # -- what a dialog says of itself --------------------------------------------------------------

    def request(self) -> Request | None:
        """Return what to ask the store; None for nothing yet."""
        raise NotImplementedError

    def lacks(self, typed: str) -> str:
        """Return what to say when what was typed is no reason; empty when it will do."""
        return "" if typed else "say why first: the reason is kept with the change"

    def change(self, typed: str) -> Change:
        """Return the change to make, for the reason that was typed."""
        raise NotImplementedError

    def essence(self, prospect: Any) -> object:
        """Return what of a prospect a decision rests on: if it differs from what was seen, that must be told."""
        return prospect

    def is_expected(self, prospect: Any) -> bool:
        """Whether a prospect is of what was on the screen when the dialog was opened."""
        del prospect
        return True

    def choose(self, step: int) -> bool:
        """Take another of what can be chosen; False when there is nothing to choose."""
        del step
        return False

    async def other_key(self, event: events.Key) -> bool:
        """Do what another key means here; False when it means nothing."""
        del event
        return False

    @property
    def working(self) -> bool:
        """Whether a change was handed to the worker, which has not answered yet."""
        return self._errand is not None

    def hints(self) -> list[Hint]:
        """Return the keys; the first two stand at the end."""
        dimmed = not self._can_wait and bool(self._why_not_enter())
        hints = [hint("escape", "cancel"), hint("enter", self.enter_does, dimmed=dimmed)]
        return hints + [hint(key, name, shown=self.shown(key)) for key, name in self.other_hints()]

    @property
    def enter_does(self) -> str:
        """How the key is labelled that does it."""
        return self.verb

    @property
    def _can_wait(self) -> bool:
        return self.may_wait and self.prospect is None and not self.problem

    def _why_not_enter(self) -> str:
        if self.prospect is None:
            return self.problem or "it is still being read"
        return self.obstacle()

    def say(self, text: str, style: str = "") -> None:
        """Say something below the reason, or nothing."""
        self._failed = False
        super().say(text, style)

    def typed_anew(self) -> None:
        """Take away what was said of what stood in the field before."""
        if self._said[0] and not self._unconfirmed:
            self.say("")

    async def on_mount(self) -> None:
        """Ask, give the field the cursor, and take what was typed before it stood."""
        try:
            self.focus_field()
            self.ask()
            self.show()
        finally:
            self._taking = False  # whatever went wrong: escape must work
        await self._work_off()

    def on_screen_resume(self) -> None:
        """Go now if it was over while something else covered it."""
        if self.over:
            self._go()

    # -- keys --------------------------------------------------------------------------------------

    async def take(self, event: events.Key | events.Paste) -> None:
        """Do what was typed, in its turn. While enter waits only leaving doesn't."""
        if self._entered and (self._is_left_by(event) or await self._of_the_app(event)):
            return
        self._typed.append(event)
        await self._work_off()

    def _is_left_by(self, event: events.Key | events.Paste) -> bool:
        if left := isinstance(event, events.Key) and event.key in _LEAVING:
            self.leave()
        return left

    async def _of_the_app(self, event: events.Key | events.Paste) -> bool:
        """Leave the app, go to the shell or draw all again, if that is what a key means."""
        if not isinstance(event, events.Key):
            return False
        action = self.main.registry.for_key(event.key, self.main.pane)
        if action is None or action.id not in _OF_THE_APP or prints(event):
            return False
        if self._errand and action.id == "app.quit" and not self.leaving:
            self.leaving = True
            self.leave()
            self.say(f"stopping, then leaving; {shown(event.key)} again leaves at once", "warning")
        else:
            await self.main.perform(action)
        return True

    async def _work_off(self) -> None:
        if self._taking:
            return
        self._taking = True
        try:
            while self._typed and not self._entered:
                await self._do(self._typed.popleft())
        finally:
            self._taking = False

    async def _do(self, event: events.Key | events.Paste) -> None:
        key = event.key if isinstance(event, events.Key) else ""
        if self.over or self._is_left_by(event):
            return
        if self._errand:
            await self._of_the_app(event)
        elif key == "enter":
            await self.enter()
        elif key in _CHOICES:
            if self.choose(_CHOICES[key]):
                self._chosen_anew()
        elif key in _SCROLLS:
            self.page(_SCROLLS[key])
        elif not (isinstance(event, events.Key) and await self.other_key(event)):
            await self._type(event)

    async def _type(self, event: events.Key | events.Paste) -> None:
        if not await self._of_the_app(event) and self.field:
            await self.field.feed(event)
            self.typed_anew()

    @on(Footer.Clicked)
    async def _clicked(self, message: Footer.Clicked) -> None:
        message.stop()
        await self.take(events.Key(message.action_id.partition(".")[2], None))

    def leave(self) -> None:
        """Go, or stop what is under way; go also if it doesn't stop, as where the store's file system hangs."""
        if self._errand is None:
            self.close()
        elif self._errand.stopping:
            self.close()
            self.main.say(
                "told to stop, but it hasn't yet: what comes of it will be said here", "warning", stays=True
            )
        else:
            self._errand.stop()
            self.say(f"stopping{self.main.signs.ellipsis} esc again doesn't wait for it", "muted")

    def awaits(self, errand: Errand) -> bool:
        """Whether a change is the one that it handed to the worker."""
        return errand is self._errand

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
        """Do it, or say why not; what is still being read is waited for."""
        typed = self.typed
        if self._can_wait:
            self._wait(typed)
        elif why := self._why_not_enter():
            self.refuse(why)
        elif self._unconfirmed:
            self._unconfirmed = False
            self.say(f"this has changed since you looked: enter once more to {self.verb}", "warning")
        elif why := self.lacks(typed):
            self.say(why, "warning")
        else:
            self.start(self.change(typed))

    def refuse(self, why: str) -> None:
        """Say why it is not done so that it is seen: it may have stood there all the time. What stops it is scrolled into sight."""
        self.body_view.step(-_ALL)
        self.say(f"can't {self.verb}: {why}", "cursor")

    def _wait(self, typed: str) -> None:
        """Have enter wait for the store's answer."""
        if why := self.lacks(typed):
            self.say(why, "warning")
        else:
            self._entered = True
            self.say("done as soon as it is read, if nothing stands in the way; esc cancels", "muted")

    async def _go_on(self) -> None:
        """Do what enter asked for before it was read, unless it is not what was on the screen; then what was typed since."""
        if self.over or not self._entered:
            return
        self._entered = False
        self._unconfirmed = self.prospect is not None and not self.is_expected(self.prospect)
        await self.enter()
        if self._errand is None:
            self._typed.clear()  # it was typed by someone who didn't see that it was not done
        await self._work_off()

    def start(self, change: Change) -> None:
        """Hand a change to the worker."""
        self._errand = Errand(change, self.main.worker.post)
        self.main.worker.make(self._errand)
        self.say("at work" + self.main.signs.ellipsis, "muted")

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
        if self._entered:
            self.call_later(self._go_on)

    def take_sought(self, message: VersionsSought) -> None:
        """Take versions that were looked for: only the palette looks for any."""

    def columns_named(self) -> None:
        """Take note that all columns there can be are known: only the dialog of columns wants to."""

    def progressed(self, message: ChangeProgressed) -> None:
        """Show how far hashing is."""
        if self._errand and message.errand in (None, self._errand):
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
