"""Signing with a locked key on a real terminal: ssh-keygen asks there, and only where a person can answer."""

from __future__ import annotations

import contextlib
import sys
import termios
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from mvtui.store import Store, init_store, open_store

from tests.keys import line, make_key, needs_ssh_keygen
from tests.system.terminal import Terminal, clean_environment

pytestmark = needs_ssh_keygen

Start = Callable[..., Terminal]
Approve = Callable[[], Terminal]

_OWN_TERMINAL = "import fcntl, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
PROGRAM = _OWN_TERMINAL + "from mvtui.tui.entry import main; sys.exit(main(sys.argv[1:]))"
IN_A_FULL_SCREEN = (
    _OWN_TERMINAL
    + """
import tty
from mvtui import errors
from mvtui.store.knowledge import signing
tty.setraw(0)
try:
    signing.sign(b"text", sys.argv[1], "approval@mvtui")
except errors.BadInputError as error:
    print(error.message)
"""
)


@pytest.fixture
def key(tmp_path: Path) -> Path:
    return make_key(tmp_path / "keys", "locked", passphrase="open sesame")


@pytest.fixture
def store(tmp_path: Path, key: Path) -> Iterator[Store]:
    with init_store(tmp_path / "store") as made:
        (tmp_path / "model.bin").write_bytes(b"weights")
        made.register("m", tmp_path / "model.bin")
        (made.root / "config.toml").write_text(
            '[[gate]]\nstage = "staging"\napprovals = 1\nsigned = true\nfour_eyes = false\n'
        )
        (made.root / "allowed_signers").write_text(line("*", key))
        yield made


@pytest.fixture
def start() -> Iterator[Start]:
    """Run a program whose controlling terminal it is, with an X display, as over ``ssh -X``."""
    with contextlib.ExitStack() as stack:

        def run(program: str, *words: object, **changes: str) -> Terminal:
            path = {
                "PYTHONPATH": str(Path(__file__).parents[2] / ".src"),
                "DISPLAY": ":9",
                "SSH_AUTH_SOCK": "",
            }
            command = [sys.executable, "-c", program, *map(str, words)]
            terminal = Terminal(command, 120, 40, clean_environment(**path, **changes))
            stack.callback(terminal.close)
            return terminal

        yield run


@pytest.fixture
def approve(start: Start, store: Store, key: Path) -> Approve:
    return lambda: start(PROGRAM, "--store", store.root, "approve", "m", "--to", "staging", "--key", key)


def echoes(terminal: Terminal) -> bool:
    return bool(termios.tcgetattr(terminal.slave)[3] & termios.ECHO)


def test_the_passphrase_is_asked_for_and_not_shown(store: Store, approve: Approve) -> None:
    terminal = approve()
    terminal.shows("Enter passphrase")
    assert not echoes(terminal)
    terminal.press(b"open sesame\r")
    assert terminal.ends() == 0, terminal.text
    assert "approved m@1.0.0" in terminal.text
    assert b"sesame" not in terminal.sent
    assert echoes(terminal)
    with open_store(store.root) as again:
        assert again.gates("m").open


def test_a_wrong_passphrase_says_nothing(store: Store, approve: Approve) -> None:
    terminal = approve()
    terminal.shows("Enter passphrase")
    terminal.press(b"close sesame\r")
    assert terminal.ends() == 4, terminal.text
    told = "".join(terminal.text.split())  # wherever the window breaks the line
    assert "incorrectpassphrase" in told, terminal.text
    assert "ssh-add" in terminal.text
    assert store.approvals("m") == ()


def test_who_changes_his_mind_gets_his_terminal_back(store: Store, approve: Approve) -> None:
    terminal = approve()
    terminal.shows("Enter passphrase")
    terminal.press(b"\x03")
    assert terminal.ends() == 130, terminal.text
    assert echoes(terminal)
    assert store.approvals("m") == ()


def test_a_full_screen_program_is_not_written_into(start: Start, key: Path) -> None:
    terminal = start(IN_A_FULL_SCREEN, key)
    assert terminal.ends() == 0, terminal.text
    assert "could not sign" in terminal.text
    assert "Enter passphrase" not in terminal.text


def test_looking_at_gates_asks_for_nothing(
    store: Store, start: Start, approve: Approve, tmp_path: Path
) -> None:
    """Not even an ssh-keygen that would ask can."""
    terminal = approve()
    terminal.shows("Enter passphrase")
    terminal.press(b"open sesame\r")
    assert terminal.ends() == 0
    asking = tmp_path / "bin" / "ssh-keygen"
    asking.parent.mkdir()
    asking.write_text(
        "#!/bin/sh\ncat > /dev/null\nprintf 'Who are you? ' > /dev/tty && read answer < /dev/tty\nexit 1\n"
    )
    asking.chmod(0o755)
    path = f"{asking.parent}:/usr/bin:/bin"
    terminal = start(PROGRAM, "--store", store.root, "gates", "m", "--to", "staging", PATH=path)
    assert terminal.ends() == 11, terminal.text
    assert "Who are you?" not in terminal.text
