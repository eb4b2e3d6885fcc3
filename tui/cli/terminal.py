"""What ``doctor`` says about the terminal."""

from __future__ import annotations

import os
import shutil
import sys

from ...store import Finding
from .output import is_tty

LEAST = (60, 16)
"""Columns and rows the full screen needs."""


def findings() -> list[Finding]:
    """Look at the terminal this process has."""
    if not (is_tty(sys.stdin) and is_tty(sys.stdout) and is_tty(sys.stderr)):
        return [Finding("info", "terminal", "this is not a terminal: the full screen can't open here")]
    found = []
    term = os.environ.get("TERM", "")
    if term in ("", "dumb"):
        found.append(
            Finding(
                "warn",
                "terminal",
                f"TERM is {term or 'not set'}: the full screen can't draw",
                "export TERM=xterm-256color",
            )
        )
    columns, rows = shutil.get_terminal_size()
    if columns < LEAST[0] or rows < LEAST[1]:
        found.append(
            Finding(
                "warn",
                "terminal",
                f"{columns}x{rows} is too small for the full screen",
                f"Make it {LEAST[0]}x{LEAST[1]} or larger.",
            )
        )
    colours = (
        "no colour (NO_COLOR)"
        if os.environ.get("NO_COLOR")
        else os.environ.get("COLORTERM") or "256 colours or fewer"
    )
    if not found:
        found.append(Finding("ok", "terminal", f"{term}, {columns}x{rows}, {colours}"))
    if "utf" not in (sys.stdout.encoding or "").lower():
        found.append(
            Finding(
                "info",
                "terminal",
                f"the locale is {sys.stdout.encoding}: signs are ASCII",
                "export LANG=C.UTF-8",
            )
        )
    return found
