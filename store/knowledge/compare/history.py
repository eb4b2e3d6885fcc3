"""The way from one commit to another, asked of git: which commits, and which files they changed.

Git is run as a stranger's program over a stranger's repository: it takes no lock, asks for nothing, pages nothing,
fetches nothing, runs no configured diff program and has a deadline; what it prints is read up to a limit.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import time
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING

from ...nouns.comparison import ChangedFile, Commit, History

if TYPE_CHECKING:
    import subprocess

COMMITS = 50
FILES = 200
"""How many commits and files a history names; it counts all."""

DEADLINE = 5.0
"""Seconds for all that git is asked about one way."""

_MAX_OUTPUT = 4 * 2**20
_HASH = re.compile(r"[0-9a-f]{7,64}", re.ASCII)
_OPTIONS = (
    *("--no-pager", "--no-optional-locks", "--no-replace-objects"),
    *("-c", "core.fsmonitor=false", "-c", "log.showSignature=false", "-c", "protocol.allow=never"),
)


class _GitFailedError(Exception):
    """Git could not tell; the message is a sentence for the person."""


def between(repository: str, before: str, after: str, *, deadline: float = DEADLINE) -> History:
    """Return the way from commit ``before`` to commit ``after`` in a git repository (a directory in it).

    Never raises and never waits for longer than ``deadline`` seconds: what couldn't be found out is the
    history's ``problem``, and what was found out until then stays.
    """
    history = History(before, after)
    if not (_HASH.fullmatch(before) and _HASH.fullmatch(after)):
        return _replace(history, problem="a commit is not a git hash")
    end = time.monotonic() + deadline
    try:
        left, right = _counts(repository, before, after, end)
        history = _replace(history, ahead=right, behind=left)
        history = _replace(history, commits=_commits(repository, before, after, end))
        changed = tuple(_changed(repository, before, after, end))
        return _replace(history, files=changed[:FILES], file_count=len(changed))
    except _GitFailedError as error:
        return _replace(history, problem=str(error))


def _replace(history: History, **fields: object) -> History:
    import msgspec

    return msgspec.structs.replace(history, **fields)


def _counts(repository: str, before: str, after: str, end: float) -> tuple[int, int]:
    words = _run(repository, end, "rev-list", "--left-right", "--count", f"{before}...{after}", "--").split()
    if len(words) != 2 or not all(word.isdecimal() for word in words):
        raise _GitFailedError("git gave no answer that can be read")
    return int(words[0]), int(words[1])


def _commits(repository: str, before: str, after: str, end: float) -> tuple[Commit, ...]:
    text = _run(
        repository,
        end,
        *(
            "log",
            "-z",
            "--encoding=UTF-8",
            "--format=%H%x09%s",
            f"--max-count={COMMITS}",
            f"{before}..{after}",
            "--",
        ),
    )
    found = (line.partition("\t") for line in text.split("\0") if line)
    return tuple(Commit(name, subject) for name, _, subject in found)


def _changed(repository: str, before: str, after: str, end: float) -> Iterator[ChangedFile]:
    """Yield what ``git diff --numstat -z`` lists: added, removed and path; of a rename both paths come after."""
    fields = iter(
        _run(
            repository,
            end,
            *("diff", "--numstat", "-z", "--find-renames", "--no-ext-diff", "--no-textconv"),
            *("--no-relative", "--no-color", before, after, "--"),
        ).split("\0")
    )
    for field in fields:
        numbers = field.split("\t", 2)
        if len(numbers) != 3:  # the empty piece after the last NUL, or a line cut off by the limit
            continue
        path, old = numbers[2], ""
        if not path:
            old, path = next(fields, ""), next(fields, "")
        yield ChangedFile(path, _lines(numbers[0]), _lines(numbers[1]), old)


def _lines(text: str) -> int | None:
    return int(text) if text.isdecimal() else None


def _run(repository: str, end: float, *words: str) -> str:
    """Return what git prints, at most ``_MAX_OUTPUT`` bytes of it.

    Raises:
        _GitFailedError: there is no git, it fails, or it takes too long.
    """
    import subprocess
    from tempfile import TemporaryFile

    with TemporaryFile() as out, TemporaryFile() as err:
        try:
            process = subprocess.Popen(  # noqa: S603 — no shell, and every word is ours or a checked hash
                ["git", *_OPTIONS, "-C", repository, *words],  # noqa: S607 — the git that the user has
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                env=_environment(),
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            raise _GitFailedError(f"git can't be run: {error}") from error
        try:
            code = process.wait(max(end - time.monotonic(), 0))
        except subprocess.TimeoutExpired:
            raise _GitFailedError("git took too long") from None
        finally:
            _stop(process)
        if code:
            raise _GitFailedError(_complaint(_head(err), code))
        return _head(out)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End a git that still runs, and whatever it started: they are a process group of their own."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _head(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read(_MAX_OUTPUT).decode(errors="replace")


def _complaint(text: str, code: int) -> str:
    if "not a git repository" in text:
        return "this is not a git repository"
    if "unknown revision" in text or "bad object" in text or "Invalid symmetric difference" in text:
        return "the commits are not both in this repository"
    first = text.strip().partition("\n")[0].removeprefix("fatal: ")
    return f"git failed: {first[:200]}" if first else f"git failed with exit code {code}"


def _environment() -> dict[str, str]:
    """Return this process's environment without what would lead git elsewhere, or make it ask or talk."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return kept | {
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "LC_ALL": "C",
    }
