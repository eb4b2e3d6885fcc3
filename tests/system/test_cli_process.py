"""The command line as a process of its own: pipes, signals, exit codes, a real terminal."""

from __future__ import annotations

import errno
import fcntl
import os
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Sequence
from pathlib import Path

import pyte
import pytest
from mvtui import init_store
from mvtui.store import Store

MVTUI = [sys.executable, "-m", "mvtui"]
HOSTILE = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202egnp.exe\u200b [red]\r\x08 e\u0301" + "\u0301" * 50
DEADLINE = 30


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    dropped = ("MVTUI", "PYTHONUNBUFFERED", "NO_COLOR", "COLUMNS", "LINES", "COLORTERM")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    home = str(tmp_path / "home")
    return kept | {
        "PYTHONPATH": os.pathsep.join(sys.path),
        "HOME": home,
        "XDG_STATE_HOME": home,
        "XDG_DATA_HOME": home,
        "TERM": "xterm-256color",
        "LC_ALL": "C.UTF-8",
    }


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = init_store(tmp_path / "store")
    model = tmp_path / "model.bin"
    for i in range(3):
        model.write_text(f"weights {i}")
        made.register("sentiment", model, metrics={"accuracy": 0.9 + i / 100}, note=f"run {i}")
    return made


class Terminal:
    """A process on a pseudo-terminal; what it drew, raw and as a screen."""

    def __init__(self, words: Sequence[str], env: dict[str, str], columns: int = 80) -> None:
        self.master, slave = os.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        self.screen = pyte.Screen(columns, 40)
        self._stream = pyte.ByteStream(self.screen)
        self.raw = b""
        self.process = subprocess.Popen(
            [*MVTUI, *words], stdin=slave, stdout=slave, stderr=slave, env=env, start_new_session=True
        )
        os.close(slave)

    def until(self, text: bytes) -> None:
        """Read until ``text`` was drawn."""
        end = time.monotonic() + DEADLINE
        while text not in self.raw:
            assert self._read(end), f"ended without {text!r}: {self.raw!r}"

    def finish(self) -> int:
        """Read to the end; return the exit code."""
        end = time.monotonic() + DEADLINE
        while self._read(end):
            pass
        os.close(self.master)
        self._stream.feed(self.raw)
        return self.process.wait(DEADLINE)

    def _read(self, end: float) -> bool:
        ready, _, _ = select.select([self.master], [], [], max(end - time.monotonic(), 0))
        if not ready:
            self.process.kill()
            raise AssertionError(f"silent for {DEADLINE} s after {self.raw!r}")
        try:
            chunk = os.read(self.master, 65536)
        except OSError as error:
            if error.errno == errno.EIO:  # Linux's way of saying that nobody holds the other end
                return False
            raise
        self.raw += chunk
        return bool(chunk)

    @property
    def lines(self) -> list[str]:
        return [line.rstrip() for line in self.screen.display]


def run(words: Sequence[str], env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*MVTUI, *words], capture_output=True, text=True, check=False, env=env, timeout=DEADLINE
    )


def test_codes_and_streams_of_a_real_process(store: Store, env: dict[str, str]) -> None:
    at = ["--store", str(store.root)]
    assert run(["--version"], env).stdout.startswith("mvtui ")
    listed = run([*at, "ls"], env)
    assert (listed.returncode, listed.stderr, len(listed.stdout.splitlines())) == (0, "", 4)
    missing = run([*at, "show", "nobody"], env)
    assert (missing.returncode, missing.stdout) == (3, "")
    assert run(["ls", "--store", "/nowhere"], env).returncode == 3
    assert run(["ls", "--limit", "x"], env).returncode == 2


def test_a_pipe_closed_early_is_silent(store: Store, env: dict[str, str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with open(writer, "wb") as closed:
        done = subprocess.run(
            [*MVTUI, "ls", "--store", str(store.root)],
            stdout=closed,
            stderr=subprocess.PIPE,
            check=False,
            env=env,
            timeout=DEADLINE,
        )
    assert done.stderr == b""
    assert done.returncode == 141


def test_output_that_cannot_be_written_is_told(store: Store, env: dict[str, str]) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [*MVTUI, "ls", "--store", str(store.root)],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            env=env,
            timeout=DEADLINE,
        )
    assert done.returncode == 7
    assert done.stderr.startswith("error: the system says: No space left on device\n")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_harm_nothing(closed: str, store: Store, env: dict[str, str]) -> None:
    words = "note sentiment@1.0.0 changed; verify; show nobody"
    commands = "; ".join(f'"$@" {w.strip()} {closed}; echo $?' for w in words.split(";"))
    done = subprocess.run(
        ["/bin/sh", "-c", commands, "sh", *MVTUI, "--store", str(store.root)],
        capture_output=True,
        text=True,
        check=False,
        env=env,
        timeout=DEADLINE,
    )
    assert [line for line in done.stdout.splitlines() if line.isdecimal()] == ["0", "0", "3"]
    assert "Traceback" not in done.stderr
    assert store.get("sentiment@1.0.0").note == "changed"
    assert store.verify().ok


def test_output_that_is_not_unicode_still_comes(store: Store, env: dict[str, str]) -> None:
    store.note("sentiment@1.0.0", "naïve ● ✓")
    done = run(["show", "sentiment@1.0.0", "--store", str(store.root)], env | {"PYTHONIOENCODING": "ascii"})
    assert done.returncode == 0
    assert done.stdout.isascii()
    assert run(["verify", "--store", str(store.root)], env | {"PYTHONIOENCODING": "ascii"}).stdout.startswith(
        "+ "
    )


def test_path_is_printed_byte_for_byte(tmp_path: Path, env: dict[str, str]) -> None:
    place = os.fsencode(tmp_path) + b"/st\xff\n re"
    with init_store(os.fsdecode(place)) as made:
        (tmp_path / "m.bin").write_text("x")
        made.register("m", tmp_path / "m.bin")
    done = subprocess.run([*MVTUI, "path", "m", "--store", place], capture_output=True, check=False, env=env)
    assert done.returncode == 0, done.stderr
    assert Path(os.fsdecode(done.stdout[:-1])).read_text() == "x"
    assert done.stderr == b""


@pytest.mark.parametrize(
    "words", [["ls"], ["ls", "sentiment"], ["show", "sentiment@1.0.0"], ["note", "sentiment@1.0.0"]]
)
@pytest.mark.parametrize("tty", [True, False])
def test_hostile_text_never_arrives_raw(
    words: list[str], tty: bool, store: Store, env: dict[str, str]
) -> None:
    store.note("sentiment@1.0.0", HOSTILE)
    store.tag("sentiment@1.0.0", {"evil": HOSTILE})
    at = [*words, "--store", str(store.root)]
    if tty:
        terminal = Terminal(at, env)
        assert terminal.finish() == 0
        raw = terminal.raw.decode()
        assert not terminal.screen.title
    else:
        raw = run(at, env).stdout
    for bad in ("\x1b]", "\x07", "\x1b[2J", "\x9b", "\u202e", "\u200b", "\x08", "\u0301" * 5):
        assert bad not in raw, repr(bad)
    assert "\r" not in raw.replace("\r\n", "\n")
    assert "␛]0;owned" in raw or "owned" in raw or words == ["ls"]


def test_a_terminal_gets_colour_and_lines_that_fit(store: Store, env: dict[str, str]) -> None:
    store.note("sentiment@1.0.0", "long " * 60)
    terminal = Terminal(["ls", "--store", str(store.root)], env, columns=72)
    assert terminal.finish() == 0
    assert b"\x1b[" in terminal.raw
    assert [line.split()[0] for line in terminal.lines[:4]] == [
        "VERSION",
        "sentiment@1.0.2",
        "sentiment@1.0.1",
        "sentiment@1.0.0",
    ]
    assert terminal.lines[3].endswith("…")
    assert terminal.lines[4] == ""


def test_a_terminal_of_the_c_locale_gets_ascii(store: Store, env: dict[str, str]) -> None:
    store.note("sentiment@1.0.0", "naïve ●")
    terminal = Terminal(["show", "sentiment@1.0.0", "--store", str(store.root)], env | {"LC_ALL": "C"})
    assert terminal.finish() == 0
    assert terminal.raw.isascii()
    assert b"naive" in terminal.raw


@pytest.mark.parametrize("extra", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_no_colour_where_none_is_wanted(extra: dict[str, str], store: Store, env: dict[str, str]) -> None:
    terminal = Terminal(["show", "sentiment", "--store", str(store.root)], env | extra)
    assert terminal.finish() == 0
    assert b"\x1b" not in terminal.raw


def test_a_terminal_is_told_once_and_scripts_get_the_reference(
    store: Store, env: dict[str, str], tmp_path: Path
) -> None:
    words = ["register", "m", str(tmp_path / "model.bin"), "--store", str(store.root)]
    terminal = Terminal(words, env)
    assert terminal.finish() == 0
    assert terminal.raw.count(b"m@1.0.0") == 1
    assert run(words, env).stdout == "m@1.0.0\n"


# Runs a command with a verb that is slow, so that what long work shows can be looked at.
SLOW = """
import sys, time
from mvtui.store import Progress, Store
from mvtui.tui.cli import progress
from mvtui.tui.entry import main
progress.PATIENCE = progress.REDRAW = 0.0
def verify(self, ref=None, *, progress=None):
    for done in range(100):
        progress(Progress("verifying", "a\\x1b]0;owned\\x07b", done * 10**6, 10**8))
    print("drawn", file=sys.stderr, flush=True)
    {then}
Store.verify = verify
sys.exit(main(["verify", "--store", sys.argv[1]]))
"""


def slow(store: Store, env: dict[str, str], then: str, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.setattr(sys.modules[__name__], "MVTUI", [sys.executable, "-c", SLOW.replace("{then}", then)])
    return Terminal([str(store.root)], env)


def test_long_work_shows_bytes_rate_and_time_left(
    store: Store, env: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = slow(store, env, "raise SystemExit(5)", monkeypatch)
    assert terminal.finish() == 5
    text = terminal.raw.decode()
    assert "verifying a␛]0;owned␇b" in text
    assert "/100.0 MB" in text
    assert "B/s" in text
    assert not terminal.screen.title
    assert "verifying" not in "".join(terminal.lines)  # the bar is gone when the work is


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_signals_end_long_work_with_one_line_and_the_cursor_back(
    number: signal.Signals, code: int, store: Store, env: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = slow(store, env, "time.sleep(60)", monkeypatch)
    terminal.until(b"drawn")
    terminal.process.send_signal(number)
    assert terminal.finish() == code
    assert b"Traceback" not in terminal.raw
    assert terminal.raw.rfind(b"\x1b[?25h") > terminal.raw.rfind(b"\x1b[?25l")


@pytest.mark.parametrize(
    ("extra", "columns", "said"),
    [
        ({}, 80, "xterm-256color, 80x40, 256 colours"),
        ({"COLORTERM": "truecolor"}, 80, "true colour"),
        ({"NO_COLOR": "1"}, 80, "no colour"),
        ({"TERM": "dumb"}, 80, "export TERM=xterm-256color"),
        ({}, 50, "Make the window larger."),
        ({"LC_ALL": "C"}, 80, "export LANG=C.UTF-8"),
    ],
)
def test_doctor_looks_at_the_terminal(
    extra: dict[str, str], columns: int, said: str, store: Store, env: dict[str, str]
) -> None:
    terminal = Terminal(["doctor", "--store", str(store.root)], env | extra, columns)
    assert terminal.finish() == 0
    shown = " ".join(" ".join(line.split()) for line in terminal.lines)
    assert said in shown
    assert all(mark in shown for mark in ("ok store", "terminal"))
