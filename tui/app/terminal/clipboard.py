"""Copying to the clipboard of whoever sits before the terminal, also over SSH: by OSC 52."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..screens.main import MainScreen


def copy(screen: MainScreen, value: str) -> None:
    """Send a value to the clipboard, and show it."""
    screen.app.copy_to_clipboard(value)
    # A terminal never answers: all we know is that it was sent, so the value stays to be selected by hand.
    screen.say(f"{value}  sent to the clipboard", "accent", stays=True)
