"""What ``doctor`` says about the terminal."""

from __future__ import annotations

import os
import shutil
import sys

from ...store import Finding
from .. import preflight, words
from .output import is_tty

TOPIC = "terminal"


def findings() -> list[Finding]:
    """Look at the terminal this process has, as the full screen would."""
    if not (is_tty(sys.stdin) and is_tty(sys.stdout) and is_tty(sys.stderr)):
        return [Finding("info", TOPIC, "this is a pipe, not a terminal: the full screen can't open here")]
    term = os.environ.get("TERM", "")
    found = []
    if problem := preflight.check():
        fix = "" if term and "small" in problem.message else "export TERM=xterm-256color"
        found.append(Finding("warn", TOPIC, problem.message, fix or "Make the window larger."))
    else:
        columns, rows = shutil.get_terminal_size()
        found.append(Finding("ok", TOPIC, f"{term}, {columns}x{rows}, {_colours(term)}"))
    if words.wants_ascii():
        found.append(
            Finding("info", TOPIC, "the locale is not UTF-8: signs are drawn in ASCII", "export LANG=C.UTF-8")
        )
    return found


def _colours(term: str) -> str:
    if os.environ.get("NO_COLOR"):
        return "no colour, as NO_COLOR asks"
    if os.environ.get("COLORTERM") in {"truecolor", "24bit"}:
        return "true colour"
    return "256 colours" if "256" in term else "16 colours"
