"""The app: wires worker, screens, themes and signals together, and decides nothing else."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib import import_module
from threading import Lock
from typing import TYPE_CHECKING, Any

from textual import events
from textual.app import App
from textual.driver import Driver
from textual.screen import Screen

from .. import preflight
from . import themes
from .asking.messages import FromStore, Remembered
from .asking.worker import POLL_SECONDS, StoreWorker
from .guarded import Guarded
from .keys.keymap import Keymap
from .memory import Memory
from .mishaps import Mishaps
from .personal import NOTHING, Personal
from .screens.main import MainScreen
from .terminal import hangup
from .terminal.driver import DiffDriver

if TYPE_CHECKING:
    from ...store import Store


_ONLY_FOR_KEYS = (
    *(
        f".dialogs.{name}"
        for name in (
            "palette promote rollback approve note tags alias copy columns register takeback inbox verify checkout delete"
        ).split()
    ),
    ".screens.help",
    ".screens.mishap",
    ".widgets.field",
)
"""What is loaded once the first frame stands, before an upgrade underneath could take it away."""


def utc_now() -> datetime:
    """Return this moment."""
    return datetime.now(UTC)


class MvtuiApp(Guarded, App[int]):
    """lazygit for model versions."""

    TITLE = "mvtui"
    CSS_PATH = "styles/main.tcss"
    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False
    ESCAPE_TO_MINIMIZE = False

    def __init__(
        self,
        open_store: Callable[[], Store],
        *,
        glance: Callable[[], Store | None] = lambda: None,
        ascii_only: bool = False,
        read_only: bool = False,
        theme: str | None = None,
        now: Callable[[], datetime] = utc_now,
        poll_seconds: float = POLL_SECONDS,
        freeze: bool = False,
        driver_class: type[Driver] | None = None,
        memory: Memory | None = None,
        personal: Personal = NOTHING,
    ) -> None:
        self.ascii_only = ascii_only
        colourless = bool(os.environ.get("NO_COLOR"))
        # Textual chooses how to drop colours here, before it knows the theme: it must know that ours has none.
        super().__init__(driver_class=driver_class, ansi_color=True if colourless else None)
        for ours in themes.THEMES:
            self.register_theme(ours)
        chosen = themes.wanted(theme, self.console.color_system, colourless=colourless)
        self._problems = list(personal.problems)
        if chosen not in self.available_themes:
            self._problems.append(f"there is no theme {chosen!r}: mvtui --help tells which there are")
            chosen = themes.DARK
        self.theme = chosen
        self.animation_level = "none"
        self._read_only = read_only
        self._now = now
        self._freeze = freeze
        self._memory = memory or Memory()
        self._own_keys = Keymap(personal.keys)
        self._own_columns = personal.columns
        self.mishaps = Mishaps(self._from_store)
        self.crash: Exception | None = None
        """The error that ended the app, which it could not go on after."""
        self._worker = StoreWorker(
            open_store, self._from_store, glance=glance, mishap=self.mishaps.meet, interval=poll_seconds
        )
        self._early: list[FromStore] | None = []
        self._early_lock = Lock()
        self._main: MainScreen | None = None
        self._covered = False

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Give Textual's own themes values for the names that only our style sheet uses."""
        return themes.defaults(self.current_theme)

    def get_default_screen(self) -> Screen[Any]:
        """Start with the main screen, without a blank one beneath."""
        self._main = MainScreen(
            self._own_keys,
            now=self._now,
            worker=self._worker,
            early_answers=self._early_answers,
            ascii_only=self.ascii_only,
            read_only=self._read_only,
            settled=self._settled,
            redraw=self.redraw,
            memory=self._memory,
            problems=self._problems,
            columns=self._own_columns,
        )
        return self._main

    def on_load(self) -> None:
        """Start reading the store: with luck it has answered before the first frame is drawn."""
        self._worker.start()

    def on_mount(self) -> None:
        """Start watching the line."""
        if not self.is_headless:
            hangup.watch(self._end)
        self.app_resume_signal.subscribe(self, lambda _: self.redraw())

    async def on_event(self, event: events.Event) -> None:
        """Give what is typed to the screen, whatever has the focus.

        Through the queues of several widgets keys that come in a burst would overtake each other.
        """
        if isinstance(event, events.Key | events.Paste) and not event.is_forwarded:
            self.app_focus = True
            # What is typed before a dialog stands is for the dialog: the main screen passes it on, in order.
            main, top = self._main, self.screen
            taker = main if main and main.dialog is top else top
            taker._forward_event(event)  # noqa: SLF001 - as Textual passes it on itself
        else:
            await super().on_event(event)

    def on_resize(self, event: events.Resize) -> None:
        """Cover everything while the window is too small."""
        small = preflight.too_small(event.size.width, event.size.height)
        if small and not self._covered:
            from .screens.small import TooSmall

            self.push_screen(TooSmall())
        elif self._covered and not small:
            self.pop_screen()
        self._covered = small

    def on_unmount(self) -> None:
        """Let the worker end, and nothing waits for it; and what was noted last be written, if that takes no time."""
        self._worker.stop()
        self._memory.stop()

    @property
    def at_rest(self) -> bool:
        """Whether nothing more is to come by itself: for tests and pictures to wait for."""
        return self._main is not None and self._main.at_rest

    def redraw(self) -> None:
        """Send every cell again: after a suspend, or when something else wrote to the terminal."""
        if isinstance(self._driver, DiffDriver):
            self._driver.invalidate()
        self.screen.refresh(layout=True)
        for widget in self.screen.walk_children():
            widget.refresh()

    def _from_store(self, message: FromStore) -> None:
        with self._early_lock:
            if self._early is not None:
                self._early.append(message)
                return
        if self._main:
            self._main.post_message(message)

    def _early_answers(self) -> list[FromStore]:
        """Return what the store answered before the screen stood; later answers come as messages."""
        with self._early_lock:
            early, self._early = self._early or [], None
        return early

    def _handle_exception(self, error: Exception) -> None:
        """Tell an error that nobody foresaw and go on; end where there is nothing to go on with, and let ``run`` tell it.

        Textual would end the app and show a traceback with the values of all variables.
        """
        stands = self._main is not None and self._main.is_mounted and self.is_running
        if stands and os.environ.get("MVTUI_DEBUG") != "1":
            self.mishaps.meet(error, "handling a key, a click or an answer")
            if not self.mishaps.too_many:
                return
        self.crash = self.crash or error
        self._return_code = 1
        if self._exception is None:  # what tests wait for, and raise
            self._exception = error
            self._exception_event.set()
        self._close_messages_no_wait()

    def _end(self, code: int) -> None:
        self.exit(code, return_code=code)

    def _settled(self) -> None:
        if self._main:
            self._main.call_after_refresh(self._painted)

    def _painted(self) -> None:
        if self._freeze:
            # What start-up made lives as long as we do: never look at it again.
            gc.freeze()
            gc.enable()
            self._freeze = self._worker.partial  # once more when the rest has come
        self._worker.painted()
        self._memory.start(lambda: self._from_store(Remembered()))
        if self._worker.partial:
            return  # nothing may compete with reading the rest; once that is painted, this is called again
        self._load(iter(_ONLY_FOR_KEYS))

    def _load(self, names: Iterator[str]) -> None:
        """Load a module, and the next one after whatever was pressed or answered meanwhile."""
        if name := next(names, ""):
            import_module(name, __package__)
            self.call_later(self._load, names)
