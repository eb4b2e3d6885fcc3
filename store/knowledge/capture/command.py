"""The command line that made a version, where it ran, and for how long."""

from __future__ import annotations

import os
import shlex
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from ..secrets import redact, redact_words
from .process import is_own_command, started, words_of

_SHELLS = frozenset(
    {"bash", "sh", "zsh", "fish", "dash", "ksh", "tcsh", "csh", "login", "sshd", "tmux", "screen"}
)


def facts(stated: str | Sequence[str] | None, cwd: str | None) -> dict[str, Any]:
    """Return the command line as words (``argv``), or as stated; working directory, script, start, seconds.

    ``line`` is what a shell would have to be given; empty when only mvtui's own command line is known. Then
    ``parent`` is the command that ran mvtui: a job script, perhaps. Secrets are taken out here, where the words
    are known; ``redacted`` counts them.
    """
    found: dict[str, Any] = {"cwd": cwd or _cwd()}
    count = 0
    own = is_own_command()
    if stated:
        found["stated"] = True
    if isinstance(stated, str):
        found["line"], count = redact(stated)
    else:
        words, count = redact_words([str(word) for word in stated] if stated else list(sys.orig_argv))
        found["argv"] = words
        found["line"] = "" if own and not stated else shlex.join(words)
    if own:
        count += _parent(found)
    elif script := _script():
        found["script"] = script
    began = started(os.getppid() if own else os.getpid())
    if began is not None and not (own and not found.get("parent")):
        found["started"] = datetime.fromtimestamp(began, UTC).isoformat(timespec="seconds")
        found["seconds"] = round(max(0.0, time.time() - began), 1)
    if count:
        found["redacted"] = count
    return found


def _parent(found: dict[str, Any]) -> int:
    """Record the command above this one, if it says more than that someone sat at a prompt; count its secrets."""
    words = words_of(os.getppid())
    name = os.path.basename(words[0]).lstrip("-") if words else ""
    if not words or (name in _SHELLS and all(word.startswith("-") for word in words[1:])):
        return 0
    clean, count = redact_words(words)
    found["parent"] = clean
    return count


def _cwd() -> str | dict[str, str]:
    try:
        return os.getcwd()
    except OSError as error:  # removed since
        return {"problem": f"the working directory can't be read: {error.strerror}"}


def _script() -> str:
    """Return the file that was started; empty for ``python -c`` and at a prompt."""
    file = getattr(sys.modules.get("__main__"), "__file__", None)
    return os.path.abspath(file) if isinstance(file, str) and not file.startswith("<") else ""
