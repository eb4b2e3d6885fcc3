"""Every kind of terminal and locale, and every way out: the screen reads well, and the terminal is left as it was."""

from __future__ import annotations

import os
import re
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.system.terminal import Terminal, clean_environment
from tests.tui.staging import staged

RUN = "import sys; from mvtui.tui.app import run; sys.exit(run(sys.argv[1]))"

SLOW = (
    "import sys, time; from mvtui.tui.app import opening; opening.Opening = lambda *a, **k: time.sleep(99); "
    + RUN
)

Starts = Callable[..., Terminal]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store; not to be changed."""
    return staged(tmp_path_factory.mktemp("world"))


@pytest.fixture
def start(world: Path) -> Iterator[Starts]:
    terminals: list[Terminal] = []

    def run(program: str = RUN, columns: int = 80, rows: int = 24, **environ: str) -> Terminal:
        arguments = [sys.executable, "-c", program, os.fspath(world)]
        terminals.append(Terminal(arguments, columns, rows, clean_environment(**environ)))
        return terminals[-1]

    yield run
    for terminal in terminals:
        terminal.close()


@pytest.mark.parametrize(
    ("term", "locale"),
    [
        ("linux", "C.UTF-8"),
        ("linux", "C"),
        ("vt100", "POSIX"),
        ("xterm", "C.UTF-8"),
        ("xterm-256color", "C"),
        ("screen", "C.UTF-8"),
        ("screen-256color", "POSIX"),
        ("tmux-256color", "C.UTF-8"),
    ],
)
def test_it_runs_in(start: Starts, term: str, locale: str) -> None:
    it = start(TERM=term, LC_ALL=locale, COLORTERM="")
    unicode = locale == "C.UTF-8"
    it.shows("▸ 1.3.0" if unicode else "> 1.3.0")
    it.press(b"j")
    it.shows("▸ 1.2.0" if unicode else "> 1.2.0")
    it.press(b"p")
    it.shows("Promote m@1.2.0")
    it.shows("replaces")
    it.press(b"\x03")
    it.until(lambda: "Promote m@1.2.0" not in it.text)
    if not unicode:
        assert it.sent.isascii()
    if "256color" not in term:
        named = {"default", "black", "red", "green", "brown", "blue", "magenta", "cyan", "white"}
        cells = [cell for row in it.screen.buffer.values() for cell in row.values()]
        colours = {colour.removeprefix("bright") for cell in cells for colour in (cell.fg, cell.bg)}
        assert colours <= named, "no more colours than it has"
    if term in ("linux", "vt100"):
        assert not re.search(rb"\$p|\x1b\[[<>]", it.sent), "nothing that they would write down instead"
    it.press(b"q")
    assert it.ends() == 0
    assert it.left() == []


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGHUP, 129), (signal.SIGINT, 130), (signal.SIGTERM, 143)]
)
@pytest.mark.parametrize("where", ["dialog", "filter"])
def test_signals_give_the_terminal_back_wherever_one_is(
    start: Starts, number: signal.Signals, code: int, where: str
) -> None:
    it = start()
    it.shows("▸ 1.3.0")
    it.press(b"jp" if where == "dialog" else b"/acc")
    it.shows("replaces" if where == "dialog" else "/acc")
    os.kill(it.process.pid, number)
    assert it.ends() == code
    assert it.left() == []
    assert b"Traceback" not in it.sent


def test_a_signal_while_it_loads_gives_the_terminal_back(start: Starts) -> None:
    it = start(SLOW)
    it.until(lambda: b"mvtui" in it.sent)
    os.kill(it.process.pid, signal.SIGTERM)
    assert it.ends() == 143
    assert it.left() == []


def test_it_sleeps_and_wakes_in_a_window_of_another_size(start: Starts) -> None:
    it = start(columns=120, rows=35)
    it.shows("▸ 1.3.0")
    it.press(b"jp")
    it.shows("replaces")
    it.press(b"half a reason")
    it.shows("half a reason")
    it.press(b"\x1a")
    it.until(lambda: it.stopped)
    it.until(lambda: it.left() == [])
    it.resize(80, 24)
    it.screen.reset()
    os.kill(it.process.pid, signal.SIGCONT)
    it.shows("half a reason")
    it.press(b"\x03")
    it.shows("[1 Versions]")
    it.shows("▸ 1.2.0")
    it.press(b"q")
    assert it.ends() == 0
    assert it.left() == []
