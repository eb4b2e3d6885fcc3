"""A terminal to run programs in: a real pseudo-terminal, seen through a terminal emulator."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable
from contextlib import suppress

import pyte

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
            self.read()
            assert time.monotonic() < end, f"it never happened; the screen shows:\n{self.text}"

    def shows(self, text: str) -> None:
        self.until(lambda: text in self.text)

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

    def restored(self) -> bool:
        """Whether the terminal is as it was: modes set were reset, and line editing is back."""
        for mode in (b"?1049", b"?1000", b"?1003", b"?1006", b"?2004", b"?1004"):
            if self.sent.rfind(b"\x1b[" + mode + b"h") > self.sent.rfind(b"\x1b[" + mode + b"l"):
                return False
        cursor = self.sent.rfind(b"\x1b[?25h") > self.sent.rfind(b"\x1b[?25l")
        return cursor and termios.tcgetattr(self.slave)[3] == self.before[3]

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for descriptor in (self.master, self.slave):
            with suppress(OSError):
                os.close(descriptor)
