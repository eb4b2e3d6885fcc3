"""Copying to the clipboard of whoever sits before the terminal, also over SSH: by OSC 52, in tmux through tmux.

As it comes (``set-clipboard external``) tmux throws away what programs send by OSC 52, also what is wrapped to be passed on
(``allow-passthrough`` is off). ``tmux load-buffer -w``, since 3.2, both makes a buffer to be pasted there, and sends it on to the
terminal that tmux runs in.
"""

from __future__ import annotations

import os
import subprocess
from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .main import MainScreen

_SECONDS = 5
_ONLY_IF = "in tmux only with: set -g set-clipboard on"


def copy(screen: MainScreen, value: str) -> None:
    """Send a value to the clipboard, and show it."""
    if os.environ.get("TMUX"):
        Thread(target=_through_tmux, args=(screen, value), name="mvtui-clipboard", daemon=True).start()
    else:
        # A tmux at the other end of SSH tells of itself by the terminal's name only.
        _by_escape(screen, value, _ONLY_IF if os.environ.get("TERM", "").startswith("tmux") else "")


def _by_escape(screen: MainScreen, value: str, remark: str = "") -> None:
    screen.app.copy_to_clipboard(value)
    _tell(screen, "the clipboard" + (f" ({remark})" if remark else ""), value)


def _tell(screen: MainScreen, where: str, value: str) -> None:
    # A terminal never answers: all we know is that it was sent, so the value stays to be selected by hand.
    screen.say(f"sent to {where}: {value}", "accent", stays=True)


def _through_tmux(screen: MainScreen, value: str) -> None:
    """Give it to tmux, which another thread waits for; to the terminal if tmux can't take it."""
    try:
        done = subprocess.run(
            ["tmux", "load-buffer", "-w", "-"],  # noqa: S607 - wherever the system has it
            input=value.encode(errors="surrogateescape"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_SECONDS,
            check=False,
        )
        taken = done.returncode == 0
    except (OSError, subprocess.SubprocessError):
        taken = False
    try:
        if taken:
            screen.app.call_from_thread(_tell, screen, "tmux and the clipboard", value)
        else:
            screen.app.call_from_thread(_by_escape, screen, value, _ONLY_IF)
    except RuntimeError:
        pass  # the app was left meanwhile: nobody is there to be told
