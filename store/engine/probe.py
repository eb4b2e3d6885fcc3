"""What this file system can do, found out by trying in the store's own staging directory."""

from __future__ import annotations

import os

import msgspec

from . import durable, platform, removal


class Abilities(msgspec.Struct, frozen=True):
    """``error`` is the system's word when trying failed; the other answers are then False."""

    file_system: str
    network: bool
    reflink: bool
    locks: bool
    fsync: bool
    symlinks: bool
    free: int
    error: str = ""


def probe(temp_dir: str) -> Abilities:
    """Try reflinks, locks, flushes and symlinks in ``temp_dir``; everything made is removed again."""
    kind = platform.file_system_of(temp_dir)
    room = os.statvfs(temp_dir)
    free = room.f_bavail * room.f_frsize
    network = platform.is_network(kind)
    try:
        with durable.Temp(temp_dir) as first, durable.Temp(temp_dir) as second:
            durable.write_all(first.fd, b"mvtui" * 1024)
            platform.sync_fd(first.fd)
            durable.sync_dir(temp_dir)
            reflink = platform.clone(first.fd, second.fd)
            return Abilities(kind, network, reflink, _locks(first.path), True, _symlinks(temp_dir), free)
    except OSError as error:
        return Abilities(kind, network, False, False, False, False, free, error.strerror or str(error))


def _locks(held: str) -> bool:
    """Whether a second description is refused a lock that the first holds."""
    return not removal.is_abandoned(held)


def _symlinks(directory: str) -> bool:
    with durable.TempTree(directory) as tree:
        os.symlink("nowhere", os.path.join(tree.path, "link"))
        return True


class Owners(msgspec.Struct, frozen=True):
    """Who owns a store's files: uid → how many, and the first path that this process can't use as it must."""

    counts: dict[int, int]
    in_the_way: str


def owners(root: str) -> Owners:
    """Walk a store's directories and top files; objects are counted, not opened."""
    counts: dict[int, int] = {}
    in_the_way = ""
    for directory, _, files in os.walk(root):
        for path in (directory, *(os.path.join(directory, name) for name in files)):
            try:
                uid = os.lstat(path).st_uid
            except FileNotFoundError:
                continue
            counts[uid] = counts.get(uid, 0) + 1
        if not os.access(directory, os.W_OK | os.X_OK):
            in_the_way = in_the_way or directory
    return Owners(counts, in_the_way)


def unreadable(root: str) -> str:
    """Return the first directory at or below ``root`` that this process can't list, or an empty text."""
    if not os.access(root, os.R_OK | os.X_OK):
        return root
    with os.scandir(root) as entries:
        found = (entry.path for entry in entries if entry.is_dir() and entry.name != durable.ASIDE)
        return next((path for path in found if not os.access(path, os.R_OK | os.X_OK)), "")
