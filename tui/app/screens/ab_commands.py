"""What the actions of the pane of A/B tests do: each opens its dialog."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..asking.asked import Tested
from ..keys.pane import Pane

if TYPE_CHECKING:
    from collections.abc import Callable

    from .board import Board
    from .main import MainScreen


def running(screen: Board) -> str | None:
    """Return the name of the test that runs, as the pane shows it; empty for none, None as long as it is not read."""
    content = screen.views.of(Pane.TESTS).content
    if not isinstance(content, Tested):
        return None
    return content.report.test.name if content.report and content.report.test.running else ""


def _start(screen: MainScreen) -> None:
    from ..dialogs.ab_start import StartDialog

    if version := screen.version:
        screen.open(StartDialog(screen, version, screen.marks.compared_with(version)))


def _shares(screen: MainScreen) -> None:
    from ..dialogs.ab_shares import SharesDialog

    if name := running(screen):
        screen.open(SharesDialog(screen, name))


def _winner(screen: MainScreen) -> None:
    from ..dialogs.ab_end import WinnerDialog

    if name := running(screen):
        screen.open(WinnerDialog(screen, name))


def _stop(screen: MainScreen) -> None:
    from ..dialogs.ab_end import StopDialog

    if name := running(screen):
        screen.open(StopDialog(screen, name))


AB_COMMANDS: dict[str, Callable[[MainScreen], None]] = {
    "test.start": _start,
    "test.shares": _shares,
    "test.winner": _winner,
    "test.stop": _stop,
}
