"""A terminal driver that sends only the cells that changed, and nothing it does not know.

Textual rewrites dirty regions whole, with style and reset for each segment; over SSH that is most of the
bytes. This driver keeps what the terminal shows, cell by cell, and writes the difference. It is also the
second wall against escapes in outside text: only the sequences listed here and in ``screenful`` get through.

Frames (text, colours, cursor moves) are diffed; lines that only moved are moved by the terminal itself; modes and queries that Textual sends by themselves pass as
they are. Anything that makes what the terminal shows uncertain (another size, entering the alternate
screen, ``invalidate``) forgets all cells, so that the next frame is sent whole.
"""

from __future__ import annotations

import os
import re
import sys
from typing import IO, Any, cast

from textual.drivers.linux_driver import LinuxDriver

from .screenful import Screenful

_CONTROLS = re.compile(
    r"(?:\x1b\[\?[0-9;]+(?:[hl]|\$p)"  # modes: set, reset, ask
    r"|\x1b\[[<>][0-9;]*u"  # the kitty keyboard protocol
    r"|\x1b\]52;c;[A-Za-z0-9+/=]*(?:\x07|\x1b\\)"  # the clipboard, from App.copy_to_clipboard only
    r"|\x07)+"
)
_SIMPLE_TERMINALS = frozenset({"linux", "vt100", "vt102", "vt220"})
"""They write what they don't know of a question onto the screen: an older Linux console a ``p`` for each."""

_QUESTIONS = ("$p", "u")
"""What the controls end in that ask for a mode or choose a keyboard protocol."""

_SYNC_START = "\x1b[?2026h"
_SYNC_END = "\x1b[?2026l"


class _Survivor:
    """The terminal's stream, which may vanish: writes to it then go nowhere instead of ending a thread."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self.gone = False

    def write(self, text: str) -> None:
        try:
            if not self.gone:
                self._stream.write(text)
        except (OSError, ValueError):
            self.gone = True

    def flush(self) -> None:
        try:
            if not self.gone:
                self._stream.flush()
        except (OSError, ValueError):
            self.gone = True

    def fileno(self) -> int:
        return self._stream.fileno()

    def isatty(self) -> bool:
        return True


class DiffDriver(LinuxDriver):
    """Sends the difference between what the terminal shows and what it should show."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if sys.__stderr__ is not None:  # where LinuxDriver draws
            self._file = cast(Any, _Survivor(sys.__stderr__))
        self._screen = Screenful(1, 1)
        self._sync_pending = False
        self._simple = os.environ.get("TERM", "") in _SIMPLE_TERMINALS

    def invalidate(self) -> None:
        """Forget what the terminal shows: the next frame is sent whole."""
        self._screen.forget()

    def write(self, data: str) -> None:
        """Send ``data``: controls as they are, frames as a difference, unknown escapes not at all."""
        if data == _SYNC_START:
            self._sync_pending = True  # sent only if something follows
        elif data == _SYNC_END:
            if not self._sync_pending:
                super().write(data)
            self._sync_pending = False
        elif _CONTROLS.fullmatch(data):
            if self._simple and data.endswith(_QUESTIONS):
                return
            if "1049" in data:
                self._screen.forget()
            super().write(data)
        else:
            width, height = self._app.size
            if (width, height) != self._screen.size:
                self._screen = Screenful(width, height)
            if changed := self._screen.update(data):
                if self._sync_pending:
                    self._sync_pending = False
                    changed = _SYNC_START + changed
                super().write(changed)

    def stop_application_mode(self) -> None:
        """Leave the screen; colours are reset first, since they stay set between frames."""
        super().write("\x1b[m")
        self._screen.forget()
        super().stop_application_mode()
