"""What nobody foresaw, in a real terminal: it is restored, and the error told there, where the screen can't go on."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from mvtui.store import open_store

from tests.system.terminal import Terminal, clean_environment
from tests.tui.staging import staged

MAIN = "from mvtui.tui.entry import main; sys.exit(main(['--store', sys.argv[1]]))"
"""The console script, after whatever breaks it."""

Starts = Callable[..., Terminal]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Starts]:
    terminals: list[Terminal] = []
    world = staged(tmp_path)

    def run(breaks: str, **environ: str) -> Terminal:
        clean = clean_environment(XDG_STATE_HOME=str(tmp_path / "state"), **environ)
        code = f"import sys\n{breaks}\n{MAIN}"
        terminals.append(Terminal([sys.executable, "-c", code, os.fspath(world)], 100, 30, clean))
        return terminals[-1]

    yield run
    for terminal in terminals:
        terminal.close()


def told(it: Terminal) -> str:
    return "".join(line.strip() for line in it.text.splitlines())


@pytest.mark.parametrize(
    "breaks",
    [
        "from mvtui.tui.app.screens.board import Board\nBoard.compose = lambda self: 1/0",
        "from mvtui.tui.app.app import MvtuiApp\nMvtuiApp.on_load = lambda self: 1/0",
        "from mvtui.tui.app.app import MvtuiApp\nMvtuiApp.CSS_PATH = None; MvtuiApp.CSS = 'nonsense {'",
        "from mvtui.tui.app.terminal.driver import DiffDriver\nDiffDriver.start_application_mode = lambda self: 1/0",
    ],
)
def test_what_it_can_t_start_with_is_told_on_the_terminal(breaks: str, start: Starts, tmp_path: Path) -> None:
    it = start(breaks)
    assert it.ends() == 1
    assert it.restored()
    log = tmp_path / "state" / "mvtui" / "mvtui.log"
    assert "error: mvtui met a bug of its own: " in told(it)
    assert str(log) in told(it)
    assert "Traceback" not in it.text
    assert "Traceback" in log.read_text()


def test_with_debug_the_error_comes_out_as_it_is(start: Starts) -> None:
    it = start(
        "from mvtui.tui.app.screens.board import Board\nBoard.compose = lambda self: 1/0", MVTUI_DEBUG="1"
    )
    assert it.ends() == 1
    assert it.restored()
    assert "ZeroDivisionError" in it.text
    assert "Traceback" in it.text


def test_what_comes_later_is_told_on_the_screen_which_goes_on(start: Starts, tmp_path: Path) -> None:
    it = start(
        "from mvtui.tui.app.screens.commands import COMMANDS\nCOMMANDS['list.sort'] = lambda screen: 1/0"
    )
    it.shows("▸ 1.3.0")
    it.press(b"s")
    it.shows("mvtui met a bug of its own")
    it.shows("ZeroDivisionError: division by zero")
    it.press(b"\r")
    it.until(lambda: "a bug of its own" not in it.text)
    it.press(b"j")
    it.shows("▸ 1.2.0")
    it.press(b"q")
    assert it.ends() == 0
    assert it.restored()
    assert "Traceback" in (tmp_path / "state" / "mvtui" / "mvtui.log").read_text()


def test_keys_in_one_burst_promote(start: Starts, tmp_path: Path) -> None:
    """As fast as a paste, or tmux send-keys: the dialog stands and has read nothing yet when enter comes."""
    it = start("")
    it.shows("▸ 1.3.0")
    it.press(b"j")
    it.shows("▸ 1.2.0")
    it.press(b"pbetter\r")
    it.shows("m@1.2.0 is in production now")
    it.press(b"Rworse\r")
    it.shows("m@1.1.0 is in production again")
    it.press(b"q")
    assert it.ends() == 0
    with open_store(tmp_path / "staged", read_only=True) as store:
        assert [(change.how, change.reason) for change in store.transitions("m")][:2] == [
            ("rollback", "worse"),
            ("promote", "better"),
        ]


def test_what_ends_a_thread_is_told_on_the_screen(start: Starts) -> None:
    it = start("from mvtui.tui.app.memory import Memory\nMemory._read = lambda self, name: 1/0")
    it.shows("mvtui met a bug of its own")
    it.shows("while the thread mvtui-memory was at work")
    it.press(b"\x1b")
    it.until(lambda: "a bug of its own" not in it.text)
    it.press(b"q")
    assert it.ends() == 0
    assert it.restored()
