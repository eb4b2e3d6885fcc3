"""The stat cache: which file states were hashed, so that unchanged files needn't be hashed again.

An entry says: the file with this device, inode, size, mtime and ctime had this digest. It is kept only when the
file was last changed at least two seconds before the hash began: a file written in the same tick as it was read
could change again without its times telling (git's "racy git"). ctime can't be set by a user, so an edit that
restores mtime is noticed too.

On disk it is a sparse file that never grows: a filter of the sizes seen, then slots found by device and inode. A
look-up reads one pair of slots, whether ten files are known or a million; a newer entry may push an older one
out. Each slot has a check of its own, because a wrong digest here would vouch for bad bytes. It is derived:
losing it costs time, not truth, so it is never flushed and may be deleted.
"""

from __future__ import annotations

import contextlib
import os
import struct
import threading
import time
from collections.abc import Callable

import msgspec
from blake3 import blake3

from . import durable

SMALL = 64 << 10
"""Bytes below which a file isn't remembered: hashing it costs no more than looking it up."""

_RACY_NS = 2_000_000_000
_FILTER_BITS = 1 << 19
_FILTER_BYTES = _FILTER_BITS // 8
_SLOTS = 1 << 16
_STATE = struct.Struct("<QQQqq32s")
_CHECK = 8
_SLOT = _STATE.size + _CHECK
_FILE_SIZE = _FILTER_BYTES + _SLOTS * _SLOT
_SPREAD = 0x9E3779B97F4A7C15  # 2^64 / golden ratio: neighbouring inodes land far apart


class Stamp(msgspec.Struct, frozen=True):
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


class StatCache:
    """Digests by stamp. Safe between threads and processes; where it can't write, it remembers in memory."""

    def __init__(
        self, path: str, *, temp_dir: str, writable: bool = True, clock: Callable[[], int] = time.time_ns
    ) -> None:
        self._path, self._temp_dir, self._writable, self._clock = path, temp_dir, writable, clock
        self._mutex = threading.Lock()
        self._fd = -1
        self._memory: dict[Stamp, str] = {}
        self._doubted: set[Stamp] = set()

    def close(self) -> None:
        """Give the descriptor back; the next use opens it again."""
        with self._mutex:
            if self._fd >= 0:
                os.close(self._fd)
            self._fd = -1

    def reset_after_fork(self) -> None:
        """Take a new mutex in a forked child: another thread may have held the old one."""
        self._mutex = threading.Lock()

    def now(self) -> int:
        """Nanoseconds since the epoch, for ``began_ns``."""
        return self._clock()

    def get(self, stamp: Stamp) -> str | None:
        """Return the digest this very state of a file had, or None."""
        if stamp.size < SMALL or stamp in self._doubted:
            return None
        with self._mutex:
            if (known := self._memory.get(stamp)) is not None:
                return known
            for at in _places(stamp):
                found = _unpack(self._read(at, _SLOT))
                if found is not None and found[0] == stamp:
                    return found[1]
        return None

    def knows_size(self, size: int) -> bool:
        """Whether a file of this many bytes may have been remembered; rarely yes when none was."""
        with self._mutex:
            at, bit = _filter_place(size)
            return bool(self._read(at, 1)[0] & bit)

    def put(self, stamp: Stamp, digest: str, *, began_ns: int) -> None:
        """Remember that a file in this state, hashed from ``began_ns`` (ns since the epoch) on, had this digest.

        Dropped when the file changed within two seconds before: the state could still be in flux.
        """
        if max(stamp.mtime_ns, stamp.ctime_ns) <= began_ns - _RACY_NS:
            self.put_own(stamp, digest)

    def put_own(self, stamp: Stamp, digest: str) -> None:
        """Remember a file this process made and flushed, under a name that no one else writes to."""
        if stamp.size < SMALL:
            return
        with self._mutex:
            if self._open():
                with contextlib.suppress(OSError):  # a full disk: the next look-up hashes again
                    first, second = _places(stamp)
                    taken = _unpack(self._read(first, _SLOT))
                    mine = taken is None or (taken[0].dev, taken[0].ino) == (stamp.dev, stamp.ino)
                    os.pwrite(self._fd, _pack(stamp, digest), first if mine else second)
                    at, bit = _filter_place(stamp.size)
                    os.pwrite(self._fd, bytes([self._read(at, 1)[0] | bit]), at)
                    return
            self._memory[stamp] = digest

    def forget(self, stamp: Stamp) -> None:
        """Never again vouch for a file in this state: its bytes were read and are not what was remembered."""
        with self._mutex:
            self._doubted.add(stamp)
            self._memory.pop(stamp, None)
            if self._open():
                with contextlib.suppress(OSError):
                    for at in _places(stamp):
                        found = _unpack(self._read(at, _SLOT))
                        if found is not None and found[0] == stamp:
                            os.pwrite(self._fd, bytes(_SLOT), at)

    def _open(self) -> bool:
        """Open for reading and writing, if this user may; make the file if it is missing."""
        if self._fd < 0 and self._writable:
            with contextlib.suppress(OSError):
                flags = os.O_RDWR | os.O_CLOEXEC
                self._fd = durable.open_made(self._path, flags, temp_dir=self._temp_dir)
                if os.fstat(self._fd).st_size != _FILE_SIZE:
                    os.ftruncate(self._fd, _FILE_SIZE)  # sparse: takes room only where something is kept
        return self._fd >= 0

    def _read(self, at: int, count: int) -> bytes:
        data = b""
        with contextlib.suppress(OSError):
            if self._fd >= 0:
                data = os.pread(self._fd, count, at)
            elif os.path.exists(self._path):  # reading creates nothing
                if self._writable and os.access(self._path, os.W_OK) and self._open():
                    return self._read(at, count)
                with open(self._path, "rb") as file:
                    data = os.pread(file.fileno(), count, at)
        return data.ljust(count, b"\0")


def _places(stamp: Stamp) -> tuple[int, int]:
    """Return where a file's state may be kept: its slot, and the neighbour when that is another's."""
    slot = ((stamp.dev * 31 + stamp.ino) * _SPREAD & (2**64 - 1)) >> 48
    return (_FILTER_BYTES + slot * _SLOT, _FILTER_BYTES + (slot ^ 1) * _SLOT)


def _filter_place(size: int) -> tuple[int, int]:
    bit = (size * _SPREAD & (2**64 - 1)) >> 45
    return bit // 8, 1 << bit % 8


def _pack(stamp: Stamp, digest: str) -> bytes:
    state = _STATE.pack(
        stamp.dev, stamp.ino, stamp.size, stamp.mtime_ns, stamp.ctime_ns, bytes.fromhex(digest)
    )
    return state + blake3(state).digest(_CHECK)


def _unpack(slot: bytes) -> tuple[Stamp, str] | None:
    state, check = slot[: _STATE.size], slot[_STATE.size :]
    if blake3(state).digest(_CHECK) != check:
        return None  # empty, half of two racing writes, or a flipped bit
    dev, ino, size, mtime_ns, ctime_ns, digest = _STATE.unpack(state)
    return Stamp(dev, ino, size, mtime_ns, ctime_ns), digest.hex()
