"""Runs one command line: every way it can end is turned into words and an exit code here."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

import click

from ...store.errors import MvtuiError
from .group import cli

INTERRUPTED = 130

BROKEN_PIPE = 128 + 13
"""What the shell reports of any program whose reader went away (``mvtui ls | head``)."""


class _EndedBySignal(BaseException):
    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def run(words: Sequence[str]) -> int:
    """Run ``mvtui`` with these words; return the exit code. Never raises, never prints a traceback.

    With ``MVTUI_DEBUG=1`` an unexpected exception comes out as it is.
    """
    _prepare_streams()
    try:
        with _signals():
            return _run(words)
    except (KeyboardInterrupt, click.Abort):
        sys.stderr.write("interrupted\n")
        return INTERRUPTED
    except _EndedBySignal as ended:
        sys.stderr.write("ended by a signal\n")
        return 128 + ended.number
    except BrokenPipeError:
        _silence_stdout()
        return BROKEN_PIPE


def _run(words: Sequence[str]) -> int:
    try:
        try:
            with cli.make_context("mvtui", list(words)) as ctx:
                cli.invoke(ctx)
            code = 0
        except click.exceptions.Exit as done:
            code = done.exit_code
        sys.stdout.flush()
    except (KeyboardInterrupt, click.Abort, BrokenPipeError):
        raise
    except Exception as error:  # noqa: BLE001 — the last stop
        return report(error, words)
    return code


def report(error: Exception, words: Sequence[str]) -> int:
    """Tell what failed, as text or, if ``words`` ask for it, as JSON; return the exit code."""
    from . import failure

    if isinstance(error, MvtuiError):
        what = failure.of_store(error)
    elif isinstance(error, click.ClickException):
        what = failure.of_click(error)
    elif os.environ.get("MVTUI_DEBUG") == "1":
        raise error
    elif isinstance(error, OSError):
        what = failure.of_system(error)
    else:
        what = failure.of_bug(error, words)
    try:
        sys.stdout.flush()
    except OSError:
        _silence_stdout()
    own = words[: words.index("--")] if "--" in words else words
    what.write(as_json="--json" in own)
    return what.code


@contextmanager
def _signals() -> Iterator[None]:
    """Let SIGTERM and SIGHUP unwind the stack, so that what was begun is removed and the cursor comes back."""

    def end(number: int, _frame: FrameType | None) -> None:
        raise _EndedBySignal(number)

    before = {}
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is None:
            continue
        try:
            if signal.getsignal(number) is signal.SIG_DFL:
                before[number] = signal.signal(number, end)
        except ValueError:  # not in the main thread
            break
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _prepare_streams() -> None:
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name)
        if stream is None:
            # Closed by the caller: without this the next file opened would take its number.
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 — until the end
        elif mode == "w" and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def _silence_stdout() -> None:
    # Else Python would complain when it flushes at exit.
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 — until the end
