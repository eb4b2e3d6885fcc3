"""Modes: who may use what is made in a store. The directory that a thing is made in decides.

A directory with the set-group-ID bit and group write is *shared*. What is made in it is of the directory's group (the
kernel sees to that), and the directory's own bits stand in for the maker's umask: the umask of 077 that one member
has locks no other member out, whatever order they come in. In every other directory the umask counts, so that a
private store stays private.
"""

from __future__ import annotations

import contextlib
import os
import stat

SHARED = stat.S_ISGID | stat.S_IWGRP
"""The bits of a directory that make it a shared one."""

_MEMBERS = stat.S_IRWXG | stat.S_IRWXO


def is_shared(directory: str) -> bool:
    """Whether what is made in an existing directory is for its group, too."""
    return os.stat(directory).st_mode & SHARED == SHARED


def file_mode(directory: str, wanted: int) -> int:
    """Return the mode of a new file: ``wanted`` without what the shared directory, or else the umask, takes away."""
    there = os.stat(directory).st_mode
    return wanted & ~(_MEMBERS & ~there if there & SHARED == SHARED else _umask)


def set_file(fd: int, directory: str, wanted: int) -> None:
    """Give a file that is to lie in ``directory`` its mode, whatever mode it was made with."""
    os.fchmod(fd, file_mode(directory, wanted))


def admit(fd: int, directory: str, wanted: int) -> None:
    """Give a file that was made just now in a shared directory its mode; in any other it keeps the one it has."""
    if is_shared(directory):
        set_file(fd, directory, wanted)


def set_directory(path: str) -> None:
    """Give a directory that was made just now the bits of the shared one it lies in, if that is one.

    A directory that others look for must not be seen before: see ``durable.make_dir``.
    """
    there = os.stat(os.path.dirname(path)).st_mode
    if there & SHARED == SHARED:
        mode = stat.S_IRWXU | there & (stat.S_ISGID | _MEMBERS)
        # Who is not in the group loses the set-group-ID bit by any chmod: none where none is needed.
        if stat.S_IMODE(os.stat(path).st_mode) != mode:
            os.chmod(path, mode)


def make_dirs(path: str) -> None:
    """Make a directory and its missing parents inside a tree that no one else knows of yet; nothing is flushed."""
    missing = []
    while not os.path.isdir(path):
        missing.append(path)
        path = os.path.dirname(path)
    for directory in reversed(missing):
        os.mkdir(directory)
        set_directory(directory)


def due(status: os.stat_result) -> int:
    """Return the mode that a file or directory needs in a shared store: the group may what the owner may."""
    mode = stat.S_IMODE(status.st_mode)
    if stat.S_ISDIR(status.st_mode):
        # Without the sticky bit, which would let only its owner move or remove a file.
        return (mode | stat.S_ISGID | stat.S_IRWXG) & ~stat.S_ISVTX
    return mode | (mode & (stat.S_IRUSR | stat.S_IWUSR)) >> 3


def _read_umask() -> int:
    # Linux tells without changing it; os.umask can only be read by setting it, which other threads see.
    with contextlib.suppress(OSError, ValueError, StopIteration), open("/proc/self/status") as status:
        return int(next(line for line in status if line.startswith("Umask:")).split()[1], 8)
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


_umask = _read_umask()
