"""Rows about the full screen, measured on a real pseudo-terminal of 80x24. Peer: a Textual hello-world."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import signal
import statistics
import struct
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pyte

from .harness import Row, absolute, against, process, size
from .store_rows import MANY
from .synthetic import build

_SCRIPT = os.path.join(os.path.dirname(sys.executable), "mvtui")
_HELLO = (
    "from textual.app import App\nfrom textual.widgets import Static\n"
    "class Hello(App):\n    def compose(self):\n        yield Static('hello, world')\nHello().run()\n"
)
_QUIET = 0.6  # seconds without a byte after which a screen counts as settled
_PAUSE = 0.06  # seconds that separate the list's repaint from the details that follow a key


class Terminal:
    """A process on a pseudo-terminal, and what it wrote when."""

    def __init__(self, *words: str) -> None:
        self.start = time.perf_counter()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            environment = os.environ | {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"}
            os.execvpe(words[0], words, environment)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))

    def read_until_quiet(self, quiet: float = _QUIET, limit: float = 60) -> list[tuple[float, int]]:
        """Return (seconds since start, bytes) of each read, until ``quiet`` seconds bring none."""
        found: list[tuple[float, int]] = []
        end = time.perf_counter() + limit
        while time.perf_counter() < end:
            ready, _, _ = select.select([self.fd], [], [], quiet if found else limit)
            if not ready:
                return found
            data = os.read(self.fd, 1 << 16)
            found.append((time.perf_counter() - self.start, len(data)))
        return found

    def until(self, text: str, limit: float = 20) -> float:
        """Return the seconds from the start until the screen shows ``text``, an emulator deciding what it shows."""
        screen = pyte.Screen(80, 24)
        stream = pyte.ByteStream(screen)
        while time.perf_counter() - self.start < limit:
            data = os.read(self.fd, 1 << 16)
            read = time.perf_counter() - self.start
            stream.feed(data)
            if any(text in line for line in screen.display):
                return read
        raise SystemExit(f"{text!r} was never shown")

    def press(self, key: str) -> tuple[float, int, int]:
        """Send a key; return seconds to the first byte, bytes of the first burst, bytes that follow later."""
        sent = time.perf_counter()
        os.write(self.fd, key.encode())
        first = self.read_until_quiet(_PAUSE, limit=2)
        ready, _, _ = select.select([self.fd], [], [], 0.3)
        later = self.read_until_quiet(_PAUSE, limit=2) if ready else []
        waited = first[0][0] - (sent - self.start) if first else 0.0
        return waited, sum(n for _, n in first), sum(n for _, n in later)

    def resident(self) -> float:
        """Return the process's resident memory in bytes."""
        with open(f"/proc/{self.pid}/status") as status:
            line = next(line for line in status if line.startswith("VmRSS:"))
        return int(line.split()[1]) * 1024.0

    def close(self) -> None:
        """End the process and wait for it."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.fd)


def _life(*words: str) -> float:
    terminal = Terminal(*words)
    try:
        os.read(terminal.fd, 1)
        return time.perf_counter() - terminal.start
    finally:
        terminal.close()


def _settled(*words: str) -> float:
    terminal = Terminal(*words)
    try:
        return terminal.read_until_quiet()[-1][0]
    finally:
        terminal.close()


def _whole(*words: str) -> float:
    """Seconds from the start until the last of all versions is shown, asked for as soon as there is a list."""
    terminal = Terminal(*words)
    try:
        terminal.until("VERSION")
        os.write(terminal.fd, b"G")
        return terminal.until("1.1.0 ")
    finally:
        terminal.close()


def _resident(*words: str) -> float:
    terminal = Terminal(*words)
    try:
        terminal.read_until_quiet(1.5)
        return terminal.resident()
    finally:
        terminal.close()


def rows(work: Path) -> Iterator[Row]:
    """Yield the rows of the full screen."""
    few, many = build(work / "few", 10), build(work / "many", MANY)
    small = (_SCRIPT, "--store", str(few))
    large = (_SCRIPT, "--store", str(many))
    hello = (sys.executable, "-c", _HELLO)
    passing = process(sys.executable, "-c", "pass")
    yield against("first sign of life", lambda: _life(*small), "python -c pass", passing, bound=4, runs=15)
    yield against(
        "settled, 10 versions", lambda: _settled(*small), "hello-world", lambda: _settled(*hello), bound=1.3
    )
    yield against(
        f"settled, {MANY:,}", lambda: _settled(*large), "hello-world", lambda: _settled(*hello), bound=1.3
    )
    yield absolute(f"whole list of {MANY:,}", lambda: _whole(*large), bound=1.0, runs=5)
    yield from _keys(large)
    extra = 15e6
    base = statistics.median(_resident(*hello) for _ in range(3))
    yield absolute("memory, 10 versions", lambda: _resident(*small), bound=base + extra, runs=3, unit=size)
    yield absolute(f"memory, {MANY:,}", lambda: _resident(*large), bound=320e6, runs=3, unit=size)


def _keys(large: tuple[str, ...]) -> Iterator[Row]:
    terminal = Terminal(*large)
    try:
        first = sum(n for _, n in terminal.read_until_quiet(1.5))
        yield absolute("bytes, first screen", lambda: float(first), bound=8_000, runs=1, unit=size)
        moves = [terminal.press("j") for _ in range(12)]
        yield _bytes("bytes, cursor move: list", [n for _, n, _ in moves], 400)
        yield _bytes("bytes, cursor move: details", [n for _, _, n in moves], 2_500)
        for _ in range(12):
            terminal.press("j")
        scrolls = [terminal.press("j") for _ in range(12)]
        yield _bytes("bytes, scroll by one", [n for _, n, _ in scrolls], 1_500)
        waits = sorted(terminal.press("j")[0] for _ in range(100))
        yield absolute("key to repaint, p99", lambda: waits[98], bound=0.033, runs=1)
    finally:
        terminal.close()


def _bytes(what: str, counts: list[int], bound: float) -> Row:
    return absolute(what, lambda: float(statistics.median(counts)), bound=bound, runs=1, unit=size)
