"""Removing what is no longer needed, and telling what a maker who died left behind."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

from . import platform

TREE_SUFFIX = ".d"
"""What a temp tree's name has after that of the temp file which guards it."""


def below(path: str) -> list[str]:
    """Return a directory and all directories below it, parents first; symlinks are not followed.

    However deep: ``os.walk`` and ``shutil.rmtree`` recurse, and Python's stack ends before a path does.
    """
    found, waiting = [], [path]
    while waiting:
        found.append(waiting.pop())
        with os.scandir(found[-1]) as entries:
            waiting += [entry.path for entry in entries if entry.is_dir(follow_symlinks=False)]
    return found


def remove_tree(path: str) -> None:
    """Remove a directory and all below it; one that is gone already is fine."""
    with contextlib.suppress(FileNotFoundError):
        for directory in reversed(below(path)):
            os.chmod(directory, 0o700)
            for name in os.listdir(directory):
                os.unlink(os.path.join(directory, name))
            os.rmdir(directory)


def remove_any(path: str) -> None:
    """Remove a file, symlink or directory; one that is gone already is fine."""
    if os.path.isdir(path) and not os.path.islink(path):
        remove_tree(path)
    else:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)


def disk_size(path: str) -> int:
    """Return a file's size in bytes, or the sum of the files below a directory."""
    if os.path.isdir(path) and not os.path.islink(path):
        return sum(
            os.lstat(os.path.join(directory, name)).st_size
            for directory in below(path)
            for name in os.listdir(directory)
            if not os.path.isdir(os.path.join(directory, name))
        )
    with contextlib.suppress(FileNotFoundError):
        return os.lstat(path).st_size
    return 0


def abandoned(directory: str) -> list[str]:
    """Return the temp files and trees in a directory whose makers are gone, sorted; none if it is missing."""
    names = sorted(os.listdir(directory)) if os.path.isdir(directory) else ()
    return [path for name in names if is_abandoned(path := os.path.join(directory, name))]


def is_abandoned(path: str) -> bool:
    """Whether the maker of a temp file or tree is gone: its lock is free."""
    with _claimed(path) as free:
        return free


def remove_abandoned(path: str) -> bool:
    """Remove a temp file or tree if its maker is gone; say whether it was.

    Its lock is held meanwhile: a maker who opens it just now sees, once it has the lock, that the name is gone.
    """
    with _claimed(path) as free:
        if free:
            remove_any(path)
        return free


@contextlib.contextmanager
def _claimed(path: str) -> Iterator[bool]:
    guard = path.removesuffix(TREE_SUFFIX)
    try:
        fd = os.open(guard, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        yield guard != path  # a tree outlived its guard
        return
    except OSError:
        yield False  # someone else's, or not ours to judge
        return
    try:
        yield platform.lock(fd)
    finally:
        os.close(fd)
