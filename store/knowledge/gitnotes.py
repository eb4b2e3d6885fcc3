"""Checkpoints kept as git notes (``refs/notes/mvtui``) of the repository that a directory is in.

A note is text on a commit that does not change the commit; one line of it is one checkpoint. Git is asked with a deadline,
and runs no hooks.
"""

from __future__ import annotations

import os
import re
import time

from ..errors import MvtuiError, NotFoundError, StorageError
from .capture.programs import Program, finish

REF = "mvtui"
"""As in ``git notes --ref=mvtui``."""

_DEADLINE = 10.0
_MOST = 1 << 24  # bytes of notes that are read
_AT_ONCE = 500
_GIT = ("git", "--no-pager", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null")
_QUIET = {"GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_PAGER": "cat", "LC_ALL": "C"}
_BLOB = re.compile(r"([0-9a-f]{40}|[0-9a-f]{64}) ", re.ASCII)


def append(directory: str, line: str) -> str:
    """Add a line to the note on HEAD; return the commit.

    Raises:
        NotFoundError: there is no git, no repository, or no commit yet.
        StorageError: git would not, in its own words.
    """
    commit = _asked(directory, "rev-parse", "--verify", "HEAD^{commit}").decode("ascii", "replace").strip()
    _asked(directory, "notes", f"--ref={REF}", "append", "-m", line, commit)
    return commit


def everything(directory: str) -> str:
    """Return the text of all notes, one after the other; empty when there are none.

    Raises:
        NotFoundError, StorageError: as ``append``.
    """
    _asked(directory, "rev-parse", "--git-dir")
    listed = _asked(directory, "notes", f"--ref={REF}", "list").decode("ascii", "replace")
    blobs = [match[1] for line in listed.splitlines() if (match := _BLOB.match(line))]
    parts = [
        _asked(directory, "show", "--no-textconv", *blobs[at : at + _AT_ONCE])
        for at in range(0, len(blobs), _AT_ONCE)
    ]
    return b"\n".join(parts).decode("utf-8", "replace")


def _asked(directory: str, *words: str) -> bytes:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_TRACE")}
    program = Program([*_GIT, "-C", directory, *words], environment=environment | _QUIET, limit=_MOST)
    finish([program], time.monotonic() + _DEADLINE)
    if program.ok:
        return program.output
    raise _refused(directory, program)


def _refused(directory: str, program: Program) -> MvtuiError:
    if "not installed" in program.problem:
        return NotFoundError(program.problem, hint="Keep the checkpoint in a file: --out FILE")
    if "not a git repository" in program.error:
        return NotFoundError(
            f"{directory} is in no git repository", hint="Go to one, or leave out --git-note."
        )
    if "Needed a single revision" in program.error:
        return NotFoundError("there is no commit yet to put a note on", hint="Commit something first.")
    if "tell me who you are" in program.error or "empty ident" in program.error:
        return StorageError(
            "git does not know whose note it would be",
            hint='git config user.name "…"; git config user.email …',
        )
    return StorageError(
        f"git would not keep or read notes: {program.why}", hint="Keep it in a file: --out FILE"
    )
