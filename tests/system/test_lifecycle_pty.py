"""The lifecycle by keys, in the real program on a real pseudo-terminal."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from mvtui.store import open_store

from tests.system.terminal import Terminal, clean_environment
from tests.tui.staging import APPROVED, GATES, staged, write

RUN = "import sys; from mvtui.tui.app import run; sys.exit(run(sys.argv[1], read_only='-r' in sys.argv))"

Starts = Callable[..., Terminal]


@pytest.fixture
def world(tmp_path: Path) -> Path:
    return staged(tmp_path)


@pytest.fixture
def start() -> Iterator[Starts]:
    terminals: list[Terminal] = []

    def run(path: Path, *words: str, columns: int = 80, rows: int = 24, **environ: str) -> Terminal:
        clean = clean_environment(**environ)
        arguments = [sys.executable, "-c", RUN, os.fspath(path), *words]
        terminals.append(Terminal(arguments, columns, rows, clean))
        return terminals[-1]

    yield run
    for terminal in terminals:
        terminal.close()


def history(world: Path) -> list[tuple[str, str, str]]:
    with open_store(world, read_only=True) as store:
        return [(change.version, change.how, change.reason) for change in store.transitions("m")]


@pytest.mark.parametrize("size", [(80, 24), (120, 35)])
def test_promote_roll_back_and_undo_by_keys(world: Path, start: Starts, size: tuple[int, int]) -> None:
    it = start(world, columns=size[0], rows=size[1])
    it.shows("▸ 1.3.0")
    it.press(b"j")
    it.shows("▸ 1.2.0")
    it.press(b"p")
    it.shows("Promote m@1.2.0")
    it.shows("replaces")  # what the gates say has been read
    it.shows("enter promote")
    it.press(b"better in every way")
    it.shows("Reason   better in every way")
    it.press(b"\r")
    it.shows("m@1.2.0 is in production now, 1.1.0 is archived")
    it.shows("● 1.2.0")
    it.press(b"R")
    it.shows("Roll back m")
    it.shows("▪ 1.1.0  →  ● production")
    it.press(b"\r")
    it.shows("say why first")
    it.press(b"worse on fr")
    it.shows("worse on fr")
    it.press(b"\r")
    it.shows("m@1.1.0 is in production again")
    it.shows("↩ rolled back")
    it.press(b"u")
    it.shows("Undo your last change")
    it.shows("then  m@1.1.0 back from production to archived")
    it.press(b"\t\r")
    it.shows("undone:")
    it.shows("● 1.2.0")
    it.press(b"q")
    assert it.ends() == 0
    assert it.restored()
    assert [row[:2] for row in history(world)[:3]] == [
        ("1.1.0", "undo"),
        ("1.1.0", "rollback"),
        ("1.2.0", "promote"),
    ]
    assert history(world)[2][2] == "better in every way"


def test_a_whole_promotion_typed_at_once_acts_once(world: Path, start: Starts) -> None:
    """As pasted into a terminal, or typed ahead over a slow line: the dialog may not stand yet."""
    it = start(world)
    it.shows("▸ 1.3.0")
    it.press(b"jpquick Ru")
    it.shows("Reason   quick Ru")
    it.shows("replaces")
    it.press(b"\r\r\r")
    it.shows("m@1.2.0 is in production now")
    it.press(b"q")
    assert it.ends() == 0
    assert [row[2] for row in history(world)].count("quick Ru") == 1


def test_a_gate_in_the_way_and_an_approval_by_keys(world: Path, start: Starts) -> None:
    write(world, GATES + APPROVED)
    it = start(world)
    it.shows("▸ 1.3.0")
    it.press(b"jp")
    it.shows("an approval is missing: nothing will change")
    it.press(b"please\x12")  # ctrl-r asks for it
    it.shows("asked for approval of m@1.2.0")
    it.shows("1 waits for you")
    it.press(b"i")
    it.shows('"please"')
    it.press(b"a")
    it.shows("Approve m@1.2.0")
    it.shows("enter approve")
    it.press(b"\r")
    it.shows("approved m@1.2.0 for production")
    it.until(lambda: "waits for you" not in it.text)
    it.press(b"q")
    assert it.ends() == 0


def test_read_only_keys_say_why(world: Path, start: Starts) -> None:
    it = start(world, "-r", columns=120, rows=35)
    it.shows("▸ 1.3.0")
    for key, doing in ((b"p", "promote"), (b"R", "roll back"), (b"u", "undo"), (b"a", "approve")):
        it.press(key)
        it.shows(f"can't {doing}: mvtui was started with --read-only")
    it.press(b"q")
    assert it.ends() == 0
    assert len(history(world)) == 3


def test_a_hang_up_while_a_dialog_is_open_changes_nothing(world: Path, start: Starts) -> None:
    it = start(world)
    it.shows("▸ 1.3.0")
    it.press(b"jp")
    it.shows("Promote m@1.2.0")
    it.press(b"half a rea")
    it.shows("half a rea")
    os.kill(it.process.pid, signal.SIGHUP)
    assert it.ends() == 129
    assert it.restored()
    assert len(history(world)) == 3


def test_a_dialog_in_ascii_sends_ascii(world: Path, start: Starts) -> None:
    it = start(world, LANG="C", LC_ALL="C")
    it.shows("> 1.3.0")
    it.press(b"jp")
    it.shows("Promote m@1.2.0")
    it.shows("up/down stage")
    it.press(b"\x03")  # as escape, which together with the next key would be another
    it.press(b"R")
    it.shows("Roll back m")
    assert it.text.isascii()
    it.press(b"\x03")
    it.press(b"q")
    assert it.ends() == 0
