"""Everything that can be done here, by name; and every version of every model, to go to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.widget import Widget

from ... import words
from ...text import fit, paragraph, visible, width
from ..changing.prospects import Request
from ..facts import Line
from ..finding import commands_ranked, ranked
from ..finding import words as wanted_words
from ..keys.pane import Pane
from ..keys.registry import Hint
from ..memory import ACTIONS
from ..screens import clipboard
from ..widgets.footer import Footer
from ..widgets.lineview import Bar
from ..widgets.overview import Overview
from .dialog import Dialog
from .parts import hint

if TYPE_CHECKING:
    from ....store import Version
    from ..asking.messages import VersionsSought
    from ..asking.seeking import Sought, SoughtTest
    from ..keys.synonyms import Command
    from ..screens.main import MainScreen

_TALLEST = 16
_TOLD = 2
"""Lines for what is said of the one that is chosen."""

_OTHER_ROWS = 6
"""Rows of the frame, the field, what is said and the keys."""

_FRAME = 6
_LABEL = 30
_GO = "go to "
_ASKS = "a name of something to do, or of a model or version to go to; queries work too"


class Offer(NamedTuple):
    """A line of the palette: an action, a version to go to, an A/B ``test``, of which that is a version, or a command."""

    fits: float
    action: Hint | None = None
    version: Version | None = None
    test: str = ""
    command: Command | None = None


class Palette(Dialog):
    """A field, and below it what fits what is typed, the best first."""

    verb = "do it"
    prompt = ">"

    def __init__(self, main: MainScreen) -> None:
        super().__init__(main)
        self._versions: Sequence[Sought] = ()
        self._tests: Sequence[SoughtTest] = ()
        self._total = 0
        self._problem = ""
        self._sought = ""
        self._offers: list[Offer] = []
        self._at = 0
        self._first = 0

    @property
    def heading(self) -> str:
        """What it is for."""
        return "Do anything, go anywhere"

    def request(self) -> Request | None:
        """It looks at no change."""
        return None

    def body(self, columns: int) -> Sequence[Line]:
        """Its list."""
        return [self._line(offer, at == self._at, columns) for at, offer in enumerate(self._offers)]

    # -- widgets -----------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """Make the widgets: what is typed stands above what it finds."""
        self.body_view = Overview(id="dialog-body")
        self.prompt_view, self.told_view = Bar(id="dialog-prompt"), Bar(id="dialog-told")
        self.keys_view = Footer(ascii_only=self.main.ascii_only, id="dialog-keys")
        with Widget(id="dialog"):
            with Widget(id="dialog-line"):
                yield self.prompt_view
                if (field := self.make_field()) is not None:
                    yield field
            yield self.body_view
            yield self.told_view
            yield self.keys_view

    def ask(self) -> None:
        """Offer what fits, and look for versions."""
        self.main.worker.seek(self.typed)
        self._offer()

    @property
    def _rows(self) -> int:
        return max(1, min(_TALLEST, self.app.size.height - _OTHER_ROWS - 2))

    def show(self) -> None:
        """Bring everything up to date. Its height doesn't follow what is found: nothing jumps about."""
        if not self.is_mounted or self.over:
            return
        columns, rows = self.columns, self._rows
        box = self.query_one("#dialog", Widget)
        box.border_title = Content(self.heading)
        box.styles.width = columns + _FRAME
        box.styles.height = rows + _OTHER_ROWS
        self.prompt_view.styles.width = 3
        self.body_view.styles.height = rows
        self.told_view.styles.height = _TOLD
        self._first = max(min(self._first, self._at), self._at - rows + 1, 0)
        seen = self._offers[self._first : self._first + rows]
        lines = [self._line(offer, offer is self._chosen, columns) for offer in seen]
        self.body_view.show(lambda _columns: lines, from_top=True)
        self.told_view.show(*((line, []) for line in self._told_lines(columns)))
        self.keys_view.show_hints(self.hints())

    def hints(self) -> list[Hint]:
        """Return the keys."""
        chosen = self._chosen
        verb = self.verb
        if chosen and (chosen.version or chosen.command):
            verb = "go there" if chosen.version else "copy it"
        dimmed = chosen is None or bool(chosen.action and chosen.action.obstacle)
        return [
            hint("escape", "leave"),
            hint("enter", verb, dimmed=dimmed),
            hint("up", "choose", shown="up/down" if self.main.ascii_only else "↑↓"),
        ]

    # -- what is offered ---------------------------------------------------------------------------

    @property
    def _chosen(self) -> Offer | None:
        return self._offers[self._at] if self._at < len(self._offers) else None

    def _offer(self) -> None:
        """Put together what fits; the line under the cursor stays under it."""
        text, wanted = self.typed, wanted_words(self.typed)
        recent = self.main.memory.recall(ACTIONS)[::-1]
        hints = self.main.registry.offered(self.main.situation)
        found = [Offer(fits, action=each) for fits, each in ranked(hints, text, recent)]
        if wanted:
            found += [Offer(fits, command=each) for fits, each in commands_ranked(text)]
            found.sort(key=lambda offer: -offer.fits)
        if wanted and self._sought == text:
            found += [Offer(fits, version=each) for fits, each in self._versions]
            found += [Offer(fits, version=each, test=name) for fits, name, each in self._tests]
            found.sort(key=lambda offer: -offer.fits)
        before = self._chosen
        self._offers = found
        self._at = next((i for i, offer in enumerate(found) if _same(offer, before)), 0) if self._at else 0
        self.show()

    def take_sought(self, message: VersionsSought) -> None:
        """Take the versions that fit, if they are still what is looked for."""
        if message.text == self.typed:
            self._sought, self._versions, self._total = message.text, message.versions, message.total
            self._tests, self._problem = message.tests, message.problem
            self._offer()

    def typed_anew(self) -> None:
        """Offer what fits now."""
        self._said = ("", "")
        self._at = self._first = 0
        self.ask()

    def store_changed(self) -> None:
        """Look again: what can be done, and what there is, may be other now."""
        self.ask()

    # -- lines -------------------------------------------------------------------------------------

    def _line(self, offer: Offer, here: bool, columns: int) -> Line:
        sign = (self.main.signs.cursor if here else " ") + " "
        if offer.version is not None:
            make = self._test_line if offer.test else self._version_line
            return [(sign, "accent"), *make(offer, offer.version, here, columns - 2)]
        if offer.command is not None:
            return [(sign, "accent"), *self._command_line(offer.command, here, columns - 2)]
        assert offer.action is not None
        action, obstacle = offer.action.action, offer.action.obstacle
        keys = action.shown_keys
        label = fit(action.title, _LABEL)
        told = f"can't now: {obstacle}" if obstacle else action.description
        room = max(columns - 2 - _LABEL - width(keys) - 2, 0)
        style = "muted" if obstacle else "title" if here else ""
        return [
            (sign, "accent"),
            (label, style),
            (fit(told, room, ascii_only=self.main.ascii_only), "warning" if obstacle and here else "muted"),
            ("  " + keys, "muted" if obstacle else "key"),
        ]

    def _command_line(self, command: Command, here: bool, columns: int) -> Line:
        told = fit(command.description, max(columns - _LABEL, 0), ascii_only=self.main.ascii_only)
        return [(fit(command.line, _LABEL), "title" if here else ""), (told, "muted")]

    def _test_line(self, offer: Offer, version: Version, here: bool, columns: int) -> Line:
        name = visible(offer.test, _LABEL - len(_GO), ascii_only=self.main.ascii_only)
        room = max(columns - _LABEL - 1, 0)
        told = visible(f"A/B test of {version.model}", room, ascii_only=self.main.ascii_only)
        return [
            (_GO, "muted"),
            (name.ljust(_LABEL - len(_GO)), "title" if here else ""),
            (f" {told}", "muted"),
        ]

    def _version_line(self, _offer: Offer, version: Version, here: bool, columns: int) -> Line:
        look = self.main.look
        stage = words.stage_label(version.stage, ascii_only=look.ascii_only)
        told = f"{words.ago(version.created, look.now)}, {version.author}"
        if version.note:
            told += f": {version.note}"
        room = max(columns - len(_GO), 10)
        ref = visible(version.ref, room * 2 // 3, ascii_only=look.ascii_only)
        name = ref.ljust(_LABEL - len(_GO))
        rest = max(room - width(name) - 16, 0)
        return [
            (_GO, "muted"),
            (name, "title" if here else ""),
            (" " + fit(stage, 15, ascii_only=look.ascii_only), version.stage or "muted"),
            (visible(told, rest, ascii_only=look.ascii_only), "muted"),
        ]

    def _told_lines(self, columns: int) -> list[Line]:
        """Return what is said of what is chosen, or asked, in the lines that there are for it: one lies at the bottom of them."""
        ascii_only = self.main.ascii_only
        text, style = self._said
        if not text:
            chosen = self._chosen
            if self._problem and self._sought == self.typed:
                text, style = f"versions can't be looked up: {self._problem}", "warning"
            elif not (self.typed or self._at):
                text, style = _ASKS, "muted"
            elif chosen and chosen.action:
                action, obstacle = chosen.action.action, chosen.action.obstacle
                text, style = action.description, "muted"
                if obstacle:
                    text, style = f"can't {action.doing or action.name}: {obstacle}", "warning"
            elif chosen and chosen.command:
                text, style = f"{chosen.command.description}: a command, which enter copies", "muted"
            elif chosen is None:
                told = self._sought == self.typed
                text = "nothing is called that" if told else "looking" + self.main.signs.ellipsis
                style = "muted"
            elif self._sought == self.typed and self._total > len(self._versions):
                shown = words.count(len(self._versions))
                text = f"{shown} of {words.plural(self._total, 'version')} that fit: type on for others"
                style = "muted"
        texts = paragraph(text, columns, _TOLD, ascii_only=ascii_only)
        return [[]] * (_TOLD - len(texts)) + [[(f" {each}", style)] for each in texts]

    # -- keys --------------------------------------------------------------------------------------

    def choose(self, step: int) -> bool:
        """Go to another line."""
        self._at = max(0, min(self._at + step, len(self._offers) - 1))
        self._said = ("", "")
        self.show()
        return False

    def page(self, pages: int) -> None:
        """Go on by as many lines as are seen."""
        self.choose(pages * self._rows)

    async def other_key(self, event: events.Key) -> bool:
        """Move with ctrl-j and ctrl-k too, as some are used to: letters are typed."""
        steps = {"ctrl+j": 1, "ctrl+k": -1}
        if event.key in steps:
            self.choose(steps[event.key])
        return event.key in steps

    async def on_click(self, event: events.Click) -> None:
        """Do what the line under the mouse says."""
        at = self._first + event.y
        if event.widget is self.body_view and at < len(self._offers):
            self._at = at
            await self.enter()

    async def enter(self) -> None:
        """Do it, go there, or say why not."""
        chosen = self._chosen
        if chosen is None:
            self.say("" if self._problem else "nothing is called that", "warning")
        elif chosen.version is not None:
            self.close()
            self.main.jumps.to(chosen.version, pane=Pane.TESTS if chosen.test else Pane.VERSIONS)
        elif chosen.command is not None:
            self.close()
            clipboard.copy(self.main, chosen.command.line)
        elif chosen.action is not None:
            action = chosen.action.action
            if obstacle := action.obstacle(self.main.situation):
                self.say(f"can't {action.doing or action.name}: {obstacle}", "warning")
                return
            self.close()
            self.main.memory.note(ACTIONS, action.id)
            await self.main.perform(action)


def _same(one: Offer, other: Offer | None) -> bool:
    if other is None:
        return False
    if one.version is not None:
        return other.version is not None and (one.version.ref, one.test) == (other.version.ref, other.test)
    if one.command is not None:
        return one.command is other.command
    return other.action is not None and one.action is not None and one.action.action is other.action.action
