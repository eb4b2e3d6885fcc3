"""The stat cache: which bytes were hashed when, so that unchanged files needn't be hashed again.

An entry says: the file with this device, inode, size, mtime and ctime had this digest. It is kept only when
the file was last changed at least two seconds before the hash began: a file written in the same tick as it
was read could change again without its times telling (git's "racy git"). ctime can't be set by a user, so an
edit that restores mtime is noticed too.

On disk it is an append-only file of short lines, the last line of a key winning; each append is one
``write``. It is derived: losing it costs time, not truth, so it is never flushed. Each line has a check of
its own, because a wrong digest here would vouch for bad bytes.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from . import durable
from .digest import of_bytes

_RACY_NS = 2_000_000_000
_COMPACT_FROM = 4096  # lines, and
_COMPACT_WASTE = 4  # lines a living key, before the file is rewritten

Key = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Stamp:
    """What ``stat`` says of a file's identity and content times."""

    dev: int
    ino: int
    size: int
    mtime_ns: int
    ctime_ns: int

    @classmethod
    def of(cls, status: os.stat_result) -> Stamp:
        """Take the stamp from a stat result."""
        return cls(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)

    @property
    def key(self) -> Key:
        """Device and inode."""
        return (self.dev, self.ino)


class StatCache:
    """Digests by stamp. Safe between threads and processes; silent when it can't write."""

    def __init__(self, path: str, *, clock: Callable[[], int] = time.time_ns) -> None:
        self._path, self._clock = path, clock
        self._mutex = threading.Lock()
        self._entries: dict[Key, tuple[Stamp, str]] = {}
        self._offset = 0
        self._inode = 0
        self._lines = 0

    def get(self, stamp: Stamp) -> str | None:
        """Return the digest this very state of a file had, or None."""
        with self._mutex:
            self._load()
            found = self._entries.get(stamp.key)
        return found[1] if found and found[0] == stamp else None

    def sizes(self) -> set[int]:
        """Return the sizes, in bytes, of all files known."""
        with self._mutex:
            self._load()
            return {stamp.size for stamp, _ in self._entries.values()}

    def put(self, stamp: Stamp, digest: str, *, began_ns: int) -> None:
        """Remember that a file in this state, hashed from ``began_ns`` (ns since the epoch) on, had this digest.

        Dropped when the file changed within two seconds before: the state could still be in flux.
        """
        if max(stamp.mtime_ns, stamp.ctime_ns) > began_ns - _RACY_NS:
            return
        self._add(stamp, digest)

    def put_own(self, stamp: Stamp, digest: str) -> None:
        """Remember a file this process made, flushed and closed to writing: no one can have changed it since."""
        self._add(stamp, digest)

    def _add(self, stamp: Stamp, digest: str) -> None:
        with self._mutex:
            self._load()
            if self._entries.get(stamp.key) == (stamp, digest):
                return
            self._entries[stamp.key] = (stamp, digest)
            self._write(_line(stamp, digest))

    def reset_after_fork(self) -> None:
        """Take a new mutex in a forked child: another thread may have held the old one."""
        self._mutex = threading.Lock()

    def now(self) -> int:
        """Nanoseconds since the epoch, for ``began_ns``."""
        return self._clock()

    def _write(self, line: bytes) -> None:
        try:
            fd = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o666)
        except OSError:
            return  # a read-only store keeps what it learns in memory
        try:
            os.write(fd, line)
        except OSError:
            return  # a full disk: the next run hashes again
        finally:
            os.close(fd)

    def _load(self) -> None:
        try:
            status = os.stat(self._path)
        except OSError:
            return
        if status.st_ino != self._inode or status.st_size < self._offset:
            self._offset, self._inode, self._lines = 0, status.st_ino, 0
        if status.st_size == self._offset:
            return
        try:
            with open(self._path, "rb") as file:
                file.seek(self._offset)
                data = file.read()
        except OSError:
            return
        whole = data[: data.rfind(b"\n") + 1]
        self._offset += len(whole)
        for entry in _entries(whole.splitlines()):
            self._entries[entry[0].key] = entry
            self._lines += 1

    def compact(self, temp_dir: str) -> None:
        """Rewrite the file when most of it is outdated. The caller holds the writers' lock."""
        with self._mutex:
            self._load()
            if self._lines < max(_COMPACT_FROM, _COMPACT_WASTE * len(self._entries)):
                return
            body = b"".join(_line(stamp, digest) for stamp, digest in self._entries.values())
            durable.replace_file(self._path, body, temp_dir=temp_dir, durable=False)


def _line(stamp: Stamp, digest: str) -> bytes:
    text = f"{stamp.dev} {stamp.ino} {stamp.size} {stamp.mtime_ns} {stamp.ctime_ns} {digest}"
    return f"{text} {of_bytes(text.encode())[:8]}\n".encode()


def _entries(lines: Iterable[bytes]) -> Iterable[tuple[Stamp, str]]:
    for line in lines:
        text, _, check = line.rpartition(b" ")
        if of_bytes(text)[:8].encode() != check:
            continue  # half of two racing writes, or a flipped bit: forget it
        *numbers, digest = text.decode().split(" ")
        yield Stamp(*map(int, numbers)), digest
