"""The real program in a real pseudo-terminal, seen through a terminal emulator."""

import os
import pty
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from mvtui.store import Store, init_store

from tests.system.terminal import GIVE_UP, Terminal, clean_environment

RUN = "import sys; from mvtui.tui.app import run; sys.exit(run(sys.argv[1]))"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with init_store(tmp_path / "store") as opened:
        for number in range(40):
            (tmp_path / "f").write_bytes(str(number).encode())
            opened.register(
                "sentiment", tmp_path / "f", metrics={"accuracy": number / 50}, params={"n": number}
            )
        yield opened


Starts = Callable[..., Terminal]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Starts]:
    terminals: list[Terminal] = []

    def run(path: Path, columns: int = 80, rows: int = 24, **environ: str) -> Terminal:
        clean = clean_environment(**environ)
        terminals.append(Terminal([sys.executable, "-c", RUN, os.fspath(path)], columns, rows, clean))
        return terminals[-1]

    yield run
    for terminal in terminals:
        terminal.close()


def test_it_starts_moves_filters_and_quits(store: Store, start: Starts) -> None:
    it = start(store.root)
    it.shows("▸ 1.39.0")
    it.press(b"j")
    it.shows("▸ 1.38.0")
    it.press(b"G")
    it.shows("▸ 1.0.0")
    it.press(b"/n=7")
    it.shows("1 of 40")
    it.shows("1.7.0")
    it.press(b"\x1b")
    it.until(lambda: "1 of 40" not in it.text)
    it.press(b"q")
    assert it.ends() == 0
    assert it.restored()


def test_the_first_sign_of_life_comes_before_textual_is_loaded(store: Store, start: Starts) -> None:
    it = start(store.root)
    it.until(lambda: bool(it.sent))
    assert it.sent.startswith(b"\x1b[?1049h")
    assert b"mvtui" in it.sent[:80]
    it.shows("VERSION")
    it.press(b"q")
    assert it.ends() == 0


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_signals_end_it_cleanly(store: Store, start: Starts, number: signal.Signals, code: int) -> None:
    it = start(store.root)
    it.shows("VERSION")
    it.press(b"j")
    os.kill(it.process.pid, number)
    assert it.ends() == code
    assert it.restored()


def test_ctrl_c_ends_it_cleanly(store: Store, start: Starts) -> None:
    it = start(store.root)
    it.shows("VERSION")
    it.press(b"\x03")
    it.shows("press q to quit")
    it.press(b"\x03")
    assert it.ends() == 0
    assert it.restored()


def test_what_was_scrolled_is_what_a_redraw_shows(store: Store, start: Starts) -> None:
    it = start(store.root)
    it.shows("▸ 1.39.0")
    for keys, row in ((b"j" * 25, "▸ 1.14.0"), (b"k" * 22, "▸ 1.36.0"), (b"\x04\x04", "▸ 1.20.0")):
        it.press(keys)
        it.shows(row)
        while it.read(0.4):
            pass
        scrolled = list(it.screen.display)
        before = len(it.sent)
        it.press(b"\x0c")
        it.until(lambda before=before: len(it.sent) - before > 2000)  # type: ignore[misc]
        while it.read(0.3):
            pass
        assert list(it.screen.display) == scrolled
    assert b"M\x1b[r" in it.sent, "the terminal was asked to move lines"
    it.press(b"q")
    assert it.ends() == 0


def test_a_line_that_drops_ends_it_even_when_the_parent_ignores_the_signal(
    store: Store, start: Starts
) -> None:
    ignoring = "import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN); "
    environ = {**os.environ, "TERM": "xterm-256color"}
    it = Terminal([sys.executable, "-c", ignoring + RUN, os.fspath(store.root)], 80, 24, environ)
    try:
        it.shows("VERSION")
        os.close(it.slave)
        os.close(it.master)
        assert it.process.wait(GIVE_UP) == 129
    finally:
        it.close()


def test_it_follows_the_window(store: Store, start: Starts) -> None:
    it = start(store.root, 120, 35)
    it.shows("4 Stages")
    it.press(b"jj")
    it.shows("▸ 1.37.0")
    for columns, rows, seen in (
        (80, 24, "[1 Versions]"),
        (40, 10, "too small: 40x10"),
        (160, 45, "▸ sentiment@1.37.0"),
        (120, 35, "3 Metrics · 1.37.0 against 1.36.0"),
    ):
        it.resize(columns, rows)
        it.shows(seen)
    it.shows("▸ 1.37.0")
    it.press(b"q")
    assert it.ends() == 0


@pytest.mark.parametrize(
    ("environ", "size", "says"),
    [
        ({"TERM": "dumb"}, (80, 24), "TERM=dumb"),
        ({}, (50, 24), "50x24"),
        ({}, (80, 10), "80x10"),
    ],
)
def test_what_it_can_t_run_in_it_refuses(
    store: Store, start: Starts, environ: dict[str, str], size: tuple[int, int], says: str
) -> None:
    it = start(store.root, *size, **environ)
    assert it.ends() == 2
    assert says.encode() in it.sent
    assert b"mvtui ls" in it.sent
    assert b"\x1b[?1049h" not in it.sent


@pytest.mark.parametrize("piped", ["stdin", "stdout", "stderr"])
def test_without_a_terminal_it_says_what_to_type_instead(store: Store, piped: str) -> None:
    master, slave = pty.openpty()
    try:
        streams = {"stdin": slave, "stdout": slave, "stderr": slave, piped: subprocess.PIPE}
        process = subprocess.Popen([sys.executable, "-c", RUN, os.fspath(store.root)], **streams)  # type: ignore[call-overload]
        out, err = process.communicate(timeout=GIVE_UP)
        assert process.returncode == 2
        said = (err or b"") if piped == "stderr" else os.read(master, 4096)
        assert b"needs a terminal" in said
        assert b"\x1b" not in (out or b"") + said
    finally:
        os.close(master)
        os.close(slave)


@pytest.mark.parametrize("environ", [{"LANG": "C"}, {"LC_ALL": "C"}, {"LC_ALL": "POSIX", "TERM": "linux"}])
def test_without_unicode_it_draws_with_ascii(store: Store, start: Starts, environ: dict[str, str]) -> None:
    it = start(store.root, 120, 35, **environ)
    it.shows("> 1.39.0")
    it.press(b"?")
    it.shows("Go down one line")
    assert it.sent.isascii()
    it.press(b"q")
    it.until(lambda: "Go down one line" not in it.text)
    it.press(b"q")
    assert it.ends() == 0


def test_no_color_means_no_colour(store: Store, start: Starts) -> None:
    it = start(store.root, NO_COLOR="1")
    it.shows("▸ 1.39.0")
    it.press(b"j")
    it.shows("▸ 1.38.0")
    coloured = {(c.fg, c.bg) for row in it.screen.buffer.values() for c in row.values()}
    assert coloured == {("default", "default")}
    row = next(y for y, line in enumerate(it.screen.display) if "▸ 1.38.0" in line)
    assert it.screen.buffer[row][3].reverse, "without colours the cursor's line is reversed"
    it.press(b"q")
    assert it.ends() == 0


def test_hostile_text_never_reaches_the_terminal(store: Store, start: Starts, tmp_path: Path) -> None:
    evil = "\x1b]0;owned\x07\x1b[2J\x9b31m \x1b]52;c;aGk=\x07 \u202e\u200b[/foo][@click=app.quit]x[/]"
    (tmp_path / "e").write_bytes(b"e")
    store.register("evil", tmp_path / "e", note=evil, params={"p": evil}, tags={"t": evil})
    for columns, rows in ((120, 35), (80, 24)):
        it = start(store.root, columns, rows)
        it.shows("1.0.0")
        it.shows("␛]0;owned␇")
        for key, seen in (
            (b"2", "▸ evil@1.0.0"),
            (b"4", "Next"),
            (b"3", "nothing to compare"),
            (b"5", "@click"),
        ):
            it.press(key)
            it.shows(seen)
        it.press(b"1/own")
        it.shows("1 of 1")
        it.press(b"\r")
        for key, seen in (
            (b"p", "Promote evil@1.0.0"),
            (b"t", "Tags of evil@1.0.0"),
            (b"e", "now      ␛]0;owned␇"),
            (b"y", "Copy of evil@1.0.0"),
            (b"D", "Delete evil@1.0.0"),
        ):
            it.press(key)
            it.shows(seen)
            it.press(b"\x03")
            it.hides(seen)
        for escape in (b"\x1b]0;", b"\x1b[2J\x9b", b"\x1b]52", b"\xe2\x80\xae", b"\xe2\x80\x8b"):
            assert escape not in it.sent.replace(b"\x1b[H\x1b[2J", b"", 1)
        it.press(b"\x03\x03")
        assert it.ends() == 0


def test_copying_sends_one_sequence_and_nothing_else_does(store: Store, start: Starts) -> None:
    it = start(store.root)
    it.shows("VERSION")
    assert b"\x1b]52" not in it.sent
    it.press(b"yy")  # the list of what can be copied, and its first line
    it.shows("sent to the clipboard: sentiment@1.39.0")
    assert it.sent.count(b"\x1b]52;c;") == 1
    it.press(b"q")
    assert it.ends() == 0


def test_a_version_registered_meanwhile_appears(store: Store, start: Starts, tmp_path: Path) -> None:
    it = start(store.root)
    it.shows("▸ 1.39.0")
    (tmp_path / "f").write_bytes(b"new")
    store.register("sentiment", tmp_path / "f", params={"n": 99})
    it.shows("1.40.0")
    it.shows("▸ 1.39.0")
    it.press(b"q")
    assert it.ends() == 0


def test_suspending_gives_the_terminal_back_and_fg_takes_it_again(store: Store, start: Starts) -> None:
    it = start(store.root)
    it.shows("▸ 1.39.0")
    it.press(b"\x1a")
    it.until(lambda: it.stopped)
    it.until(it.restored)
    it.screen.reset()
    os.kill(it.process.pid, signal.SIGCONT)
    it.shows("▸ 1.39.0")
    it.shows("VERSION")
    it.press(b"q")
    assert it.ends() == 0


def test_few_bytes_are_sent(store: Store, start: Starts) -> None:
    it = start(store.root)
    it.shows("▸ 1.39.0")
    it.shows("sentiment")
    while it.read(0.5):
        pass
    assert len(it.sent) < 8000
    before = len(it.sent)
    it.press(b"j")
    it.shows("▸ 1.38.0")
    while it.read(0.5):
        pass
    assert len(it.sent) - before < 400 + 2500


@pytest.mark.parametrize("key", [b"\x7f", b"\x1b[D\x1b[3~"], ids=["backspace", "left, delete"])
def test_a_burst_into_the_filter_keeps_its_order(store: Store, start: Starts, key: bytes) -> None:
    it = start(store.root, 120, 35)
    it.shows("▸ 1.39.0")
    it.press(b"/metric.accuracy<=0.22")
    it.shows("12 of 40")
    for number in range(3):
        it.press(key * 22 + f"metric.accuracy>0.{70 + number}".encode())
        it.shows(f"/metric.accuracy>0.{70 + number} ")
        it.press(key * 22 + b"metric.accuracy<=0.22")
        it.shows("/metric.accuracy<=0.22 ")
    it.shows("12 of 40")
    it.press(b"\x1b")
    it.until(lambda: "versions /" not in it.text)
    it.press(b"q")
    assert it.ends() == 0


def test_a_burst_that_opens_completes_and_leaves_the_filter_is_done_in_order(
    store: Store, start: Starts
) -> None:
    it = start(store.root, 120, 35)
    it.shows("▸ 1.39.0")
    for _ in range(3):
        it.press(b"/metric.acc\t>0.7 param.n<39\rj")
        it.shows("/metric.accuracy>0.7 param.n<39 ")
        it.shows("3 of 40")
        assert "marked" not in it.text
        it.press(b"\x1b")
        it.until(lambda: "versions /" not in it.text)
        it.press(b"g")
        it.shows("▸ 1.39.0")
    it.press(b"q")
    assert it.ends() == 0


def test_a_store_that_goes_away_and_comes_back(store: Store, start: Starts, tmp_path: Path) -> None:
    it = start(store.root, 120, 35)
    it.shows("▸ 1.39.0")
    os.rename(store.root, tmp_path / "away")
    it.shows("the store is gone")
    it.press(b"j")
    it.shows("▸ 1.38.0")
    os.rename(tmp_path / "away", store.root)
    it.until(lambda: "the store is gone" not in it.text)
    it.shows("▸ 1.38.0")
    it.press(b"q")
    assert it.ends() == 0
    assert it.restored()
