"""A terminal to run programs in: a real pseudo-terminal, seen through a terminal emulator."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable
from contextlib import suppress

import pyte

_AT_FIRST = {b"25": True, b"7": True}
"""Private modes that are on in a terminal: the cursor, wrapping. All others are off."""

GIVE_UP = 60.0
"""Seconds until a test that waits for something fails. Nothing is measured by it."""


def clean_environment(**changes: str) -> dict[str, str]:
    """Return this process's environment with a plain UTF-8 xterm, and the changes."""
    own = ("LANG", "NO_COLOR", "COLUMNS", "LINES")  # pytest's workers say how large they think a terminal is
    kept = {k: v for k, v in os.environ.items() if not k.startswith("LC_") and k not in own}
    return kept | {"TERM": "xterm-256color", "LANG": "C.UTF-8", "COLORTERM": "truecolor"} | changes


class Terminal:
    """A terminal with the program running in it."""

    def __init__(self, arguments: list[str], columns: int, rows: int, environ: dict[str, str]) -> None:
        self.screen = pyte.Screen(columns, rows)
        self.stream = pyte.ByteStream(self.screen)
        self.sent = b""
        self.code: int | None = None
        master, slave = pty.openpty()
        self._size(slave, columns, rows)
        self.before = termios.tcgetattr(slave)
        self.slave = slave
        self.master = master
        self.process = subprocess.Popen(
            arguments,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=environ,
            start_new_session=True,
            close_fds=True,
        )

    @staticmethod
    def _size(descriptor: int, columns: int, rows: int) -> None:
        fcntl.ioctl(descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self, seconds: float = 0.05) -> bytes:
        ready, _, _ = select.select([self.master], [], [], seconds)
        if not ready:
            return b""
        try:
            data = os.read(self.master, 65536)
        except OSError:
            return b""
        self.sent += data
        self.stream.feed(data)
        return data

    @property
    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self.screen.display)

    def until(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + GIVE_UP
        while not condition():
            over = self.process.poll() is not None
            if not self.read() and over and not condition():
                raise AssertionError(
                    f"it ended with {self.process.returncode}; the screen shows:\n{self.text}"
                )
            assert time.monotonic() < end, f"it never happened; the screen shows:\n{self.text}"

    def shows(self, text: str) -> None:
        self.until(lambda: text in self.text)

    def hides(self, text: str) -> None:
        self.until(lambda: text not in self.text)

    def press(self, keys: bytes) -> None:
        os.write(self.master, keys)

    def resize(self, columns: int, rows: int) -> None:
        self._size(self.slave, columns, rows)
        self.screen.resize(rows, columns)
        os.kill(self.process.pid, signal.SIGWINCH)

    def ends(self) -> int:
        def over() -> bool:
            return self.process.poll() is not None

        self.until(over)
        while self.read():
            pass
        assert self.process.returncode is not None
        return self.process.returncode

    @property
    def stopped(self) -> bool:
        """Whether the program sleeps, as after ctrl-z."""
        state = subprocess.run(
            ["ps", "-o", "stat=", "-p", str(self.process.pid)], capture_output=True, text=True, check=False
        )
        return state.stdout.startswith("T")

    def left(self) -> list[str]:
        """What is not as it was: modes, the keyboard protocol, colours, margins, and what stty would show."""
        modes = dict(_AT_FIRST)
        for numbers, switch in re.findall(rb"\x1b\[\?([0-9;]+)([hl])", self.sent):
            modes |= dict.fromkeys(numbers.split(b";"), switch == b"h")
        found = [f"mode {mode.decode()}" for mode, on in modes.items() if on != _AT_FIRST.get(mode, False)]
        if len(re.findall(rb"\x1b\[>[0-9;]*u", self.sent)) > len(re.findall(rb"\x1b\[<[0-9;]*u", self.sent)):
            found.append("the keyboard protocol")
        if self.screen.cursor.attrs._replace(data=" ") != self.screen.default_char:
            found.append("colours")
        if self.screen.margins not in (None, (0, self.screen.lines - 1)):
            found.append("margins")
        if termios.tcgetattr(self.slave) != self.before:
            found.append("termios")
        return found

    def restored(self) -> bool:
        """Whether the terminal is as it was."""
        return not self.left()

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for descriptor in (self.master, self.slave):
            with suppress(OSError):
                os.close(descriptor)
