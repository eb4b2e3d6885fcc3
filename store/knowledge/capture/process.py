"""This process and those above it: command lines, start times. Linux tells in /proc; elsewhere less is known."""

from __future__ import annotations

import os
import sys
import time


def is_own_command() -> bool:
    """Whether this process is the ``mvtui`` command rather than a program that uses the library."""
    words = sys.argv[:1]
    name = os.path.basename(words[0]) if words else ""
    return name in {"mvtui", "mvtui.exe"} or words[0:1] == [_MAIN]


_MAIN = os.path.join(
    os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))),
    "__main__.py",
)


def words_of(pid: int) -> list[str]:
    """Return the command line of a process; empty when it can't be told."""
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            data = file.read(1 << 20)
    except OSError:
        return []
    return [os.fsdecode(word) for word in data.rstrip(b"\0").split(b"\0")] if data else []


def started(pid: int) -> float | None:
    """Return when a process began, in seconds since 1970; None when it can't be told.

    By proc(5): field 22 of ``stat`` counts clock ticks since the machine booted, ``btime`` in ``/proc/stat`` is when that was.
    """
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            # The name, in parentheses, may itself hold spaces and parentheses.
            fields = file.read().rpartition(b")")[2].split()
        ticks = int(fields[19]) / os.sysconf("SC_CLK_TCK")
        return time.time() - time.clock_gettime(time.CLOCK_BOOTTIME) + ticks
    except (OSError, ValueError, IndexError, AttributeError):
        return None
