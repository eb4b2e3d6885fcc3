"""Faults put into a process's system calls with strace: killed at the N-th, or an error in its place."""

from __future__ import annotations

import functools
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.acts import start

CHANGING = (
    "write",
    "pwrite64",
    "fsync",
    "rename",
    "unlink",
    "ftruncate",
    "link",
    "mkdir",
    "fchmod",
    "symlink",
)


@functools.cache
def _works() -> str:
    if shutil.which("strace") is None:
        return "strace is not installed"
    tried = subprocess.run(
        ["strace", "-e", "inject=fsync:error=EIO", "true"], capture_output=True, check=False
    )
    return "" if tried.returncode == 0 else "strace may not trace here"


def require() -> None:
    """Skip the test where strace can't be used."""
    if reason := _works():
        pytest.skip(reason)


def run(inject: str, *words: object, at: str = "") -> tuple[int, str, str]:
    """Run an act with a fault in it; return its exit status (-9 when killed), stdout and stderr."""
    with tempfile.NamedTemporaryFile() as log:
        place = ("-P", at) if at else ()
        before = ("strace", "-f", "-o", log.name, *place, "-e", f"inject={inject}")
        process = start(*words, before=before)
        out, err = process.communicate(timeout=120)
    return process.returncode, out, err


def calls(root: Path, *words: object) -> Iterator[tuple[str, int]]:
    """Run an act whole and yield each system call that touched the store: its name and which of that name it was."""
    with tempfile.NamedTemporaryFile("r") as log:
        before = ("strace", "-f", "-y", "-o", log.name, "-e", f"trace={','.join(CHANGING)},openat")
        process = start(*words, before=before)
        _, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        lines = log.read().splitlines()
    count: dict[str, int] = {}
    for line in lines:
        if match := re.match(r"\d+ +(\w+)\(", line):
            count[match[1]] = count.get(match[1], 0) + 1
            if str(root) in line:
                yield match[1], count[match[1]]
