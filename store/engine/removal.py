"""Removing what is no longer needed, and telling what a maker who died left behind."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator

from . import platform

TREE_SUFFIX = ".d"
"""What a temp tree's name has after that of the temp file which guards it."""

_NOT_OURS = {errno.EACCES, errno.EPERM, errno.ENOTEMPTY}


def below(path: str) -> list[str]:
    """Return a directory and all directories below it, parents first; symlinks are not followed.

    However deep: ``os.walk`` and ``shutil.rmtree`` recurse, and Python's stack ends before a path does. Of one that
    this user may not list nothing below is returned.
    """
    found, waiting = [], [path]
    while waiting:
        found.append(waiting.pop())
        with contextlib.suppress(PermissionError), os.scandir(found[-1]) as entries:
            waiting += [entry.path for entry in entries if entry.is_dir(follow_symlinks=False)]
    return found


def remove_tree(path: str) -> None:
    """Remove a directory and all below it; one that is gone already is fine.

    Raises:
        OSError: another user's directory is in the way, or the disk refused; what could be removed is gone.
    """
    with contextlib.suppress(FileNotFoundError):
        for directory in reversed(below(path)):
            if not os.access(directory, os.R_OK | os.W_OK | os.X_OK):
                with contextlib.suppress(PermissionError):  # not ours: it can go all the same, if it is empty
                    os.chmod(directory, 0o700)
            for name in _names(directory):
                os.unlink(os.path.join(directory, name))
            os.rmdir(directory)


def _names(directory: str) -> list[str]:
    with contextlib.suppress(PermissionError):
        return os.listdir(directory)
    return []


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
            for name in _names(directory)
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
    """Remove a temp file or tree if its maker is gone and this user may; say whether it was.

    Its lock is held meanwhile: a maker who opens it just now sees, once it has the lock, that the name is gone.
    """
    with _claimed(path) as free:
        if free:
            try:
                remove_any(path)
            except OSError as error:
                if error.errno not in _NOT_OURS:
                    raise
                return False
        return free


@contextlib.contextmanager
def _claimed(path: str) -> Iterator[bool]:
    guard = path.removesuffix(TREE_SUFFIX)
    try:
        fd = _open_guard(guard)
    except FileNotFoundError:
        yield guard != path  # a tree outlived its guard
        return
    except OSError:
        yield False  # someone else's, or not ours to judge
        return
    try:
        yield _is_free(fd)
    finally:
        os.close(fd)


def _open_guard(path: str) -> int:
    flags = os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
    try:
        return os.open(path, os.O_RDWR | flags)  # NFS locks only what is open for writing
    except PermissionError:
        # Its maker may have died just before giving it its name: it is read-only then.
        return os.open(path, os.O_RDONLY | flags)


def _is_free(fd: int) -> bool:
    with contextlib.suppress(OSError):
        return platform.lock(fd)
    return False
