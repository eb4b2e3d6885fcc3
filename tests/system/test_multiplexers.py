"""In tmux and GNU screen, as one works on a box that one reaches over SSH."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.system.terminal import Terminal, clean_environment
from tests.tui.staging import staged

RUN = "import sys; from mvtui.tui.app import run; sys.exit(run(sys.argv[1]))"

Starts = Callable[[str], Terminal]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Starts]:
    store, name = staged(tmp_path), f"mvtui-test-{os.getpid()}"
    words = {
        "tmux": ["tmux", "-L", name, "-f", "/dev/null", "new-session"],
        "screen": ["screen", "-c", "/dev/null", "-U", "-S", name],
    }
    ends = {"tmux": ["tmux", "-L", name, "kill-server"], "screen": ["screen", "-S", name, "-X", "quit"]}
    started: dict[str, Terminal] = {}

    def run(which: str) -> Terminal:
        if shutil.which(which) is None:
            pytest.skip(f"needs {which}")
        environ = clean_environment(SCREENDIR=os.fspath(tmp_path / "sockets"))
        for own in ("TMUX", "STY"):
            environ.pop(own, None)
        (tmp_path / "sockets").mkdir(mode=0o700)
        arguments = [*words[which], sys.executable, "-c", RUN, os.fspath(store)]
        started[which] = Terminal(arguments, 100, 30, environ)
        return started[which]

    yield run
    for which, terminal in started.items():
        environ = os.environ | {"SCREENDIR": os.fspath(tmp_path / "sockets")}
        subprocess.run(ends[which], capture_output=True, check=False, env=environ)
        terminal.close()


@pytest.mark.parametrize("which", ["tmux", "screen"])
def test_it_reads_well_and_leaves_no_trace(start: Starts, which: str) -> None:
    it = start(which)
    it.shows("▸ 1.3.0")
    it.press(b"jj")
    it.shows("▸ 1.1.0")
    row = next(y for y, line in enumerate(it.screen.display) if "● production" in line)
    sign = it.screen.display[row].index("●")
    plain = it.screen.buffer[row - 1][sign].bg
    it.until(lambda: it.screen.buffer[row][sign].bg != plain or it.screen.buffer[row][sign].reverse)
    it.press(b"k")
    it.shows("▸ 1.2.0")
    it.until(lambda: it.screen.buffer[row][sign].fg not in ("default", it.screen.buffer[row][4].fg))
    it.press(b"p")
    it.shows("replaces")
    it.resize(80, 24)
    it.shows("enter promote")
    it.press(b"\x03")
    it.until(lambda: "replaces" not in it.text)
    it.press(b"q")
    assert it.ends() == 0
    assert it.left() == []
