"""Text that is written in the user's editor. Only while the terminal is the editor's: see ``App.suspend``."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import tempfile
from threading import Thread

LONGEST = 1 << 20
"""Most bytes that are read back."""


class EditorError(Exception):
    """Nothing came back from the editor; the message says why."""


def editor() -> list[str]:
    """Return the command that opens the editor: ``$VISUAL``, else ``$EDITOR``, else vi, as git does.

    Raises EditorError when the variable can't be read as a command.
    """
    wanted = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    try:
        return shlex.split(wanted) or ["vi"]
    except ValueError as error:
        raise EditorError(f"EDITOR is no command: {error}") from None


def write(text: str) -> str:
    """Return what becomes of ``text`` in the editor, without blank lines at its end. Waits for it.

    Raises EditorError when there is no editor, or it fails, or what it leaves is too long.
    """
    command = editor()
    got: list[str | Exception] = []
    # The screen's thread reads and writes no file, and signals can be set only by it.
    thread = Thread(target=lambda: got.append(_outcome(command, text)), name="mvtui-editor")
    # ctrl-c in the editor is the editor's; a handler, unlike an ignored signal, is not handed down to it.
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        thread.start()
        thread.join()
    finally:
        signal.signal(signal.SIGINT, before)
    if isinstance(got[0], Exception):
        raise got[0]
    return got[0]


def _outcome(command: list[str], text: str) -> str | Exception:
    try:
        return _edit(command, text)
    except OSError as error:
        return EditorError(
            f"{_name(command)} can't be started: {error.strerror or error}. Set EDITOR to another"
        )
    except EditorError as error:
        return error


def _edit(command: list[str], text: str) -> str:
    with tempfile.TemporaryDirectory(prefix="mvtui-") as folder:
        path = os.path.join(folder, "NOTE.md")
        with open(path, "x", encoding="utf-8", errors="surrogateescape", newline="") as file:
            file.write(text + "\n" if text else "")
        code = subprocess.run([*command, path], check=False).returncode  # noqa: S603 - the user's own editor
        if code:
            raise EditorError(f"{_name(command)} ended with {code}: nothing was changed")
        with open(path, "rb") as read:
            raw = read.read(LONGEST + 1)
    if len(raw) > LONGEST:
        raise EditorError("a note of more than 1 MiB is too long: register it as a file")
    return raw.decode("utf-8", "replace").rstrip()


def _name(command: list[str]) -> str:
    return os.path.basename(command[0])
