"""The log of what nobody foresaw: each unexpected error with its traceback, for a bug report. Both faces write it.

``$XDG_STATE_HOME/mvtui/mvtui.log`` (``~/.local/state`` without that variable), for its owner's eyes, and never larger
than twice ``LARGEST``: what was noted before is kept beside it as ``mvtui.log.1``. An entry says when it was, which
mvtui, Python and system, what was being done, in what terminal, and where in the code. Secrets are taken out by the
store's filter; no variable's value is written, and of the environment only what a terminal is.

This does file I/O: on the full screen it is for threads that may wait.
"""

from __future__ import annotations

import os
import sys

from . import state

NAME = "mvtui.log"

LARGEST = 256 << 10
"""Bytes of a log before it is put aside."""

_LONGEST = 32 << 10
"""Characters of an entry; of a longer one the beginning and the end."""

_TOLD = 300
"""Characters of an error's own words that are told; the log has more of them."""

_TERMINAL = ("TERM", "COLORTERM", "TERM_PROGRAM", "NO_COLOR", "LC_ALL", "LC_CTYPE", "LANG")
_WITHIN = {"TMUX": "tmux", "STY": "screen", "SSH_TTY": "ssh"}


def told(error: BaseException) -> str:
    """Return an error in one sentence, of outside text."""
    name = type(error).__name__
    try:
        said = " ".join(str(error)[: 2 * _TOLD].split())
    except Exception:  # noqa: BLE001 - it has words of its own, and they fail too
        said = ""
    return f"{name}: {said if len(said) <= _TOLD else said[:_TOLD] + '…'}" if said else name


def note(error: BaseException, doing: str) -> str:
    """Write an error down; return the log's path, empty where nothing can be written. Never raises.

    ``doing`` says what was being done, such as the command line.
    """
    try:
        entry = _entry(error, doing).encode("utf-8", "backslashreplace")
    except Exception:  # noqa: BLE001 - such as an error whose own words can't be had
        entry = f"{type(error).__name__}, which can't be told\n".encode()
    return _append(entry) or _apart(entry)


def _append(entry: bytes) -> str:
    path = os.path.join(state.directory(), NAME)
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        if _size(path) + len(entry) > LARGEST:
            os.replace(path, f"{path}.1")
        # One write, at the end: two at once stay two entries.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            os.write(descriptor, entry)
        finally:
            os.close(descriptor)
    except OSError:
        return ""
    return path


def _apart(entry: bytes) -> str:
    """Write an entry where temporary files go; return its path, or nothing."""
    import tempfile

    try:
        # A name nobody can have put there before: the directory is shared.
        descriptor, path = tempfile.mkstemp(prefix="mvtui-", suffix=".log")
        with open(descriptor, "wb") as file:
            file.write(entry)
    except OSError:
        return ""
    return path


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except FileNotFoundError:
        return 0


def _entry(error: BaseException, doing: str) -> str:
    import platform
    import traceback
    from datetime import UTC, datetime

    from .. import __version__
    from ..store import redact

    where = "".join(traceback.format_exception(error))
    if len(where) > _LONGEST:
        where = f"{where[: _LONGEST // 2]}\n[…]\n{where[-_LONGEST // 2 :]}"
    text = "\n".join(
        [
            f"{datetime.now(UTC).isoformat(timespec='seconds')}  {told(error)}",
            f"mvtui {__version__}, Python {platform.python_version()}, {platform.platform()}",
            f"doing: {doing[:_TOLD]}",
            f"terminal: {_terminal()}",
            where,
            "",
        ]
    )
    return "".join(map(_shown, redact(text)[0]))


def _shown(character: str) -> str:
    """Return a character as it can be read on a terminal: who looks at the log does so with ``cat``."""
    if character in "\n\t" or character.isprintable():
        return character
    return character.encode("unicode_escape").decode("ascii")


def _terminal() -> str:
    told = [f"{name}={os.environ[name][:40]}" for name in _TERMINAL if os.environ.get(name)]
    told += [name for variable, name in _WITHIN.items() if os.environ.get(variable)]
    try:
        columns, rows = os.get_terminal_size(sys.__stderr__.fileno() if sys.__stderr__ else 2)
        told.append(f"{columns}x{rows}")
    except (OSError, ValueError):
        told.append("no terminal")
    return ", ".join(told)
