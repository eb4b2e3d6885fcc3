"""The way from one commit to another, asked of git: which commits, and which files they changed.

Git is run as a stranger's program over a stranger's repository: it takes no lock, asks for nothing, pages nothing,
fetches nothing, runs no program the repository names, has a deadline, and is read up to a limit.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator

import msgspec

from ...nouns.comparison import ChangedFile, Commit, History
from ..capture.programs import Program, finish

COMMITS = 50
FILES = 200
"""How many commits and files a history names; it counts all."""

DEADLINE = 5.0
"""Seconds for all that git is asked about one way."""

_MOST_OUTPUT = 1 << 22
_HASH = re.compile(r"[0-9a-f]{7,64}", re.ASCII)
_GIT = (
    *("git", "--no-pager", "--no-replace-objects"),
    *("-c", "core.fsmonitor=false", "-c", "log.showSignature=false", "-c", "protocol.allow=never"),
)
_QUIET = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_LAZY_FETCH": "1",  # what a partial clone lacks stays where it is
    "LC_ALL": "C",
}
_COUNT = ("rev-list", "--left-right", "--count")
_LOG = ("log", "-z", "--encoding=UTF-8", "--format=%H%x09%s")
_DIFF = (
    *("diff", "--numstat", "-z", "--find-renames", "--no-ext-diff", "--no-textconv"),
    "--no-relative",
)


def between(directory: str, before: str, after: str, *, deadline: float = DEADLINE) -> History:
    """Return the way from commit ``before`` to commit ``after`` in the git repository of a directory.

    Never raises, and never waits for much longer than ``deadline`` seconds: what couldn't be found out is the
    history's ``problem``, and what could be stays.
    """
    history = History(before, after)
    if not (_HASH.fullmatch(before) and _HASH.fullmatch(after)):
        return msgspec.structs.replace(history, problem="a commit is not a git hash")
    count = _git(directory, *_COUNT, f"{before}...{after}", "--")
    log = _git(directory, *_LOG, f"--max-count={COMMITS}", f"{before}..{after}", "--")
    diff = _git(directory, *_DIFF, before, after, "--")
    finish([count, log, diff], time.monotonic() + deadline)
    behind, ahead = _counted(count)
    changed = tuple(_changed(_text(diff))) if diff.ok or diff.too_long else ()
    return msgspec.structs.replace(
        history,
        ahead=ahead,
        behind=behind,
        commits=tuple(_commits(_text(log))) if log.ok else (),
        files=changed[:FILES],
        file_count=len(changed),
        problem=next((_why(asked) for asked in (count, log, diff) if not asked.ok), ""),
    )


def _git(directory: str, *words: str) -> Program:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return Program([*_GIT, "-C", directory, *words], environment=kept | _QUIET, limit=_MOST_OUTPUT)


def _counted(asked: Program) -> tuple[int, int]:
    """Return how many commits only the left one has, and how many only the right one."""
    words = _text(asked).split() if asked.ok else []
    left, right = words if len(words) == 2 else ("0", "0")
    return _number(left) or 0, _number(right) or 0


def _commits(text: str) -> Iterator[Commit]:
    for line in text.split("\0"):
        name, _, subject = line.partition("\t")
        if name:
            yield Commit(name, subject)


def _changed(text: str) -> Iterator[ChangedFile]:
    """Yield what ``git diff --numstat -z`` lists: added, removed and path; of a rename both paths come after."""
    fields = iter(text.split("\0"))
    for field in fields:
        numbers = field.split("\t", 2)
        if len(numbers) != 3:  # the empty piece after the last NUL, or a line cut off by the limit
            continue
        path, old = numbers[2], ""
        if not path:
            old, path = next(fields, ""), next(fields, "")
        yield ChangedFile(path, _number(numbers[0]), _number(numbers[1]), old)


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 19 else None


def _text(asked: Program) -> str:
    return asked.output.decode(errors="replace")


def _why(asked: Program) -> str:
    if asked.too_long:
        return "so many files changed that not all were looked at"
    said = asked.error
    if "not a git repository" in said:
        return "this is not a git repository"
    if "unknown revision" in said or "bad object" in said or "Invalid symmetric difference" in said:
        return "the commits are not both in this repository"
    return asked.why
