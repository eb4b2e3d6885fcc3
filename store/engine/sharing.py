"""Sharing a store with a Unix group: making it so, finding what does not follow, telling who may write.

A store is shared if its directory is (see ``modes``): nothing else says so. The group's members write what the owner
may, everyone else at most reads. It is advice, as all modes are, to those who may write the files anyway.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator

from ..errors import ReadOnlyError
from . import durable, modes, platform
from .layout import Layout


def group_of(root: str) -> int | None:
    """Return the ID of the group that a store is shared with, or None."""
    status = os.stat(root)
    return status.st_gid if status.st_mode & modes.SHARED == modes.SHARED else None


def share(root: str, group: int) -> list[str]:
    """Give a directory and all below it to a group, as far as this user may; return what could not be given.

    What others than owner and group may do stays as it is. Doing it again is harmless, and finishes what a power cut
    undid. Symlinks are neither changed nor followed.

    Raises:
        OSError: the disk refused.
    """
    left = []
    for path, fd in _opened(root, os.open(root, _LISTING)):
        if fd < 0:
            left.append(path)
            continue
        status = os.fstat(fd)
        mode = modes.due(status)
        try:
            if status.st_gid != group:
                os.fchown(fd, -1, group)
            if stat.S_IMODE(os.fstat(fd).st_mode) != mode:
                os.fchmod(fd, mode)
                if stat.S_ISDIR(status.st_mode):
                    platform.sync_fd(fd)
        except PermissionError:
            left.append(path)
    return left


_READING = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
_LISTING = _READING | os.O_DIRECTORY


def _opened(path: str, fd: int) -> Iterator[tuple[str, int]]:
    """Yield a directory and every file and directory below it, opened; -1 for what this user may not open.

    Each is opened in its directory as that was opened: a member who puts a symlink in the way of root leads nowhere.
    A directory is listed after the caller had it: what is made in it from then on follows by itself.
    """
    stack: list[tuple[str, int, list[str] | None]] = [(path, fd, None)]
    try:
        while stack:
            path, fd, names = stack[-1]
            if names is None:
                yield path, fd
                names = _names(fd)
                stack[-1] = (path, fd, names)
            if not names:
                os.close(stack.pop()[1])
                continue
            name = names.pop()
            inner = os.path.join(path, name)
            try:
                kind = os.stat(name, dir_fd=fd, follow_symlinks=False).st_mode
                if stat.S_ISDIR(kind):
                    stack.append((inner, os.open(name, _LISTING, dir_fd=fd), None))
                elif stat.S_ISREG(kind):
                    file = os.open(name, _READING, dir_fd=fd)
                    try:
                        yield inner, file
                    finally:
                        os.close(file)
            except FileNotFoundError:
                continue
            except PermissionError:
                yield inner, -1
    finally:
        for _, fd, _ in stack:
            os.close(fd)


def _names(fd: int) -> list[str]:
    try:
        return sorted(os.listdir(fd), reverse=True)
    except PermissionError:
        return []


def astray(root: str, group: int) -> Iterator[tuple[str, os.stat_result]]:
    """Yield what is in a shared store and is not its group's to use as it must; temp files apart."""
    waiting = [root]
    while waiting:
        path = waiting.pop()
        try:
            status = os.lstat(path)
            if stat.S_ISDIR(status.st_mode):
                waiting += [os.path.join(path, name) for name in os.listdir(path) if name != durable.ASIDE]
            elif not stat.S_ISREG(status.st_mode) or os.path.dirname(path) == Layout(root).tmp:
                continue
        except FileNotFoundError:
            continue
        except PermissionError:
            pass  # a directory that can't be listed: it may be astray itself
        if status.st_gid != group or stat.S_IMODE(status.st_mode) != modes.due(status):
            yield path, status


def barred(root: str, group: int) -> str:
    """Return the first directory above a store that the group's members can't pass, as far as modes tell."""
    path = os.path.dirname(root)
    above = []
    while path not in above:
        above.append(path)
        path = os.path.dirname(path)
    for path in reversed(above):
        status = os.stat(path)
        if not status.st_mode & (stat.S_IXGRP if status.st_gid == group else stat.S_IXOTH):
            return path
    return ""


def in_the_way(layout: Layout) -> str:
    """Return the first path that this process must be able to write to change the store, and can't; else nothing."""
    for path in (layout.journal, layout.objects, layout.tmp, layout.events, layout.lock):
        if not os.access(path, os.W_OK) and os.path.lexists(path):
            return path
    return ""


def refusal(layout: Layout) -> ReadOnlyError:
    """Return the error for a store that ``in_the_way`` says can't be written: who may, and what to do."""
    root, me, path = layout.root, platform.user_name(), in_the_way(layout) or layout.journal
    if os.statvfs(path).f_flag & os.ST_RDONLY:
        message = f"the store at {root} can't be written: its file system is mounted read-only"
        return ReadOnlyError(message, hint="Reading works; to change it, mount it for writing.")
    keeper, owner = (platform.user_name(os.stat(place).st_uid) for place in (root, path))
    group = group_of(root)
    what, hint = f"the store at {root} can't be written by {me}", "Reading works. "
    if is_ours(root):
        what += f": {path} belongs to {owner}" + (", and its mode forbids it" if owner == me or group else "")
        if group is not None:
            hint += f"Mend it: sudo mvtui init --shared {platform.group_name(group)} {root}"
        else:
            hint += (
                f"Mend it: chmod u+w {path}" if owner == me else f"Take it back: sudo chown -R {me} {root}"
            )
    elif group is None:
        what += f": it belongs to {keeper}"
        hint += f"{keeper} can share it: mvtui init --shared GROUP {root}"
    elif me in platform.group_members(group):
        what += f": this session began before {me} was in its group, {platform.group_name(group)}"
        hint += f"Log in again, or: newgrp {platform.group_name(group)}"
    else:
        name = platform.group_name(group)
        what += f": it belongs to {keeper}, and the group {name} may write it"
        hint += f"To write, be in the group: sudo usermod -aG {name} {me}, then log in again."
    return ReadOnlyError(what, hint=hint)


def is_ours(root: str) -> bool:
    """Whether this user is meant to write a store: as its owner, or as one of the group it is shared with."""
    group = group_of(root)
    return os.stat(root).st_uid == os.getuid() or (group is not None and platform.is_mine(group))
