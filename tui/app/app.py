"""The app: wires worker, screens, themes and signals together, and decides nothing else."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from textual import events
from textual.app import App
from textual.driver import Driver
from textual.screen import Screen

from .. import preflight
from . import hangup, themes
from .actions import Registry
from .driver import DiffDriver
from .screens.main import MainScreen
from .screens.small import TooSmall
from .worker import POLL_SECONDS, StoreWorker

if TYPE_CHECKING:
    from ...store import Store


def utc_now() -> datetime:
    """Return this moment."""
    return datetime.now(UTC)


class MvtuiApp(App[int]):
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
        ascii_only: bool = False,
        read_only: bool = False,
        theme: str | None = None,
        now: Callable[[], datetime] = utc_now,
        poll_seconds: float = POLL_SECONDS,
        freeze: bool = False,
        driver_class: type[Driver] | None = None,
    ) -> None:
        self.ascii_only = ascii_only
        colourless = bool(os.environ.get("NO_COLOR"))
        # Textual chooses how to drop colours here, before it knows the theme: it must know that ours has none.
        super().__init__(driver_class=driver_class, ansi_color=True if colourless else None)
        for ours in themes.THEMES:
            self.register_theme(ours)
        chosen = themes.wanted(theme, self.console.color_system, colourless=colourless)
        self.theme = chosen if chosen in self.available_themes else themes.DARK
        self.animation_level = "none"
        self._read_only = read_only
        self._now = now
        self._freeze = freeze
        self._worker = StoreWorker(open_store, self._from_store, interval=poll_seconds)
        self._main: MainScreen | None = None

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Give Textual's own themes values for the names that only our style sheet uses."""
        return themes.defaults(self.current_theme)

    def get_default_screen(self) -> Screen[Any]:
        """Start with the main screen, without a blank one beneath."""
        self._main = MainScreen(
            Registry(),
            now=self._now,
            ascii_only=self.ascii_only,
            read_only=self._read_only,
            settled=self._settled,
            redraw=self.redraw,
        )
        return self._main

    def on_mount(self) -> None:
        """Start watching the store and the line."""
        if not self.is_headless:
            hangup.watch(self._end)
        if self._main:
            self._main.worker = self._worker
        self.app_resume_signal.subscribe(self, lambda _: self.redraw())
        self._worker.start()

    def on_resize(self, event: events.Resize) -> None:
        """Cover everything while the window is too small."""
        small = preflight.too_small(event.size.width, event.size.height)
        covered = isinstance(self.screen, TooSmall)
        if small and not covered:
            self.push_screen(TooSmall())
        elif covered and not small:
            self.pop_screen()

    def on_unmount(self) -> None:
        """Let the worker end; nothing waits for it."""
        self._worker.stop()

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

    def _from_store(self, message: Any) -> None:
        if self._main:
            self._main.post_message(message)

    def _end(self, code: int) -> None:
        self.exit(code, return_code=code)

    def _settled(self) -> None:
        if self._freeze:
            self._freeze = False
            self.call_after_refresh(_freeze)


def _freeze() -> None:
    # What start-up made lives as long as we do: never look at it again.
    gc.freeze()
    gc.enable()
