"""Appending outcomes: from as many threads and processes as like, on disk within a second.

Lines wait in memory until a thread of its own writes and flushes them, twice a second; so nobody waits for the disk, and ``kill
-9`` loses half a second. After ``fork`` parent and child write segments of their own, and what waits is the parent's.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import sys
import threading
import time
import weakref

import msgspec

from ..errors import StorageError
from . import durable, modes, platform
from .segments import SUFFIX, Header

INTERVAL = 0.5
"""Seconds between two flushes."""

_FULL = 64 << 20  # bytes of a segment from which another is begun: its digest can be journaled
_MOST = 64 << 20  # bytes that wait for a disk that refuses, before recording fails
_SOON = 4 << 20  # bytes that are not left waiting for the thread
_IDLE = 20  # rounds without work after which the thread ends; the next outcome starts another

_all: weakref.WeakSet[Recorder] = weakref.WeakSet()


class Recorder:
    """One writer of segments in ``directory``. Safe between threads and across ``fork``."""

    def __init__(self, directory: str, header: Header) -> None:
        self._directory, self._header = directory, header
        self._fd, self._path, self._size, self._head = -1, "", 0, 0
        self._begin()
        _all.add(self)
        _at_end_of_worker(self)

    def _begin(self) -> None:
        self._waiting: list[bytes] = []
        self._bytes = 0
        self._mutex, self._io, self._wake = threading.Lock(), threading.Lock(), threading.Event()
        self._thread: threading.Thread | None = None
        self.wrote = False

    def add(self, line: bytes) -> None:
        """Take a line; it is on disk within a second.

        Raises:
            StorageError: the disk has refused for so long that there is no room to wait. This line was not taken.
        """
        with self._mutex:
            if self._bytes + len(line) > _MOST:
                full = True
            else:
                full = False
                self._waiting.append(line)
                self._bytes += len(line)
            due = self._bytes > _SOON
            if self._thread is None:
                self._start()
        if full:
            self.flush()  # says why
            self.add(line)
        elif due:
            self._wake.set()

    def _start(self) -> None:
        self._thread = threading.Thread(target=_work, args=(self, self._wake), name="mvtui-ab", daemon=True)
        with contextlib.suppress(RuntimeError):  # the interpreter ends: atexit flushes
            self._thread.start()

    def flush(self) -> None:
        """Put on disk what waits.

        Raises:
            StorageError: the disk refused. What waits still does, for the next try.
        """
        with self._io:
            with self._mutex:
                lines, self._waiting, self._bytes = self._waiting, [], 0
            if not lines:
                return
            data = b"".join(lines)
            try:
                self._write(data)
            except OSError as error:
                self._abandon()
                with self._mutex:
                    # Perhaps some of it is there: the same outcome twice counts once.
                    self._waiting.insert(0, data)
                    self._bytes += len(data)
                problem = durable.explain(error, "write outcomes")
                raise StorageError(problem.message, hint=problem.hint) from error

    def _write(self, data: bytes) -> None:
        if self._fd < 0:
            self._open()
        durable.write_all(self._fd, data)
        durable.sync_appended(self._fd)
        self._size += len(data)
        self.wrote = True
        if self._size >= _FULL:
            self._end()

    def _open(self) -> None:
        durable.make_dirs(self._directory)
        while True:
            path = os.path.join(self._directory, f"{os.getpid()}-{os.urandom(6).hex()}{SUFFIX}")
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
            fd = os.open(path, flags, 0o666)
            if platform.lock(fd):
                break
            os.close(fd)  # someone looked at it between its making and its lock
            os.unlink(path)
        self._fd, self._path, self._size, self._head = fd, path, 0, 0
        modes.admit(fd, self._directory, 0o666)
        header = msgspec.structs.replace(self._header, pid=os.getpid(), began=time.time())
        head = msgspec.json.encode(header) + b"\n"
        durable.write_all(fd, head)
        durable.sync_dir(self._directory)
        self._size = self._head = len(head)

    def _abandon(self) -> None:
        """Leave a segment whose end is in doubt; its lines are written again in another."""
        if self._fd >= 0:
            with contextlib.suppress(OSError):
                os.ftruncate(self._fd, self._size)
                if self._size == self._head:  # nothing is in it: a full disk shall not fill with such
                    os.unlink(self._path)
            self._end()

    def _end(self) -> None:
        fd, self._fd = self._fd, -1
        if fd >= 0:
            with contextlib.suppress(OSError):
                platform.unlock(fd)
                os.close(fd)

    def close(self) -> None:
        """Put on disk what waits, and end the segment. The next outcome begins another.

        Raises:
            StorageError: as ``flush``.
        """
        try:
            self.flush()
        finally:
            with self._io:
                self._end()
            self._wake.set()

    def idle(self) -> bool:
        """Whether nothing waits; then the thread that asks may end."""
        with self._mutex:
            if self._waiting:
                return False
            self._thread = None
            return True

    def reset_after_fork(self) -> None:
        """In a forked child: begin anew. The descriptor is a copy of the parent's, who keeps the lock."""
        if self._fd >= 0:
            with contextlib.suppress(OSError):
                os.close(self._fd)
            self._fd = -1
        self._begin()
        _at_end_of_worker(self)

    def __del__(self) -> None:
        if getattr(self, "_fd", -1) >= 0:
            self._end()


def _work(recorder: Recorder, wake: threading.Event) -> None:
    quiet = 0
    while quiet < _IDLE:
        wake.wait(INTERVAL)
        wake.clear()
        with contextlib.suppress(
            StorageError
        ):  # it waits; who records until there is no room, or closes, is told
            quiet = 0 if recorder._waiting else quiet + 1  # noqa: SLF001
            recorder.flush()
        if quiet >= _IDLE and not recorder.idle():
            quiet = 0


def _at_end_of_worker(recorder: Recorder) -> None:
    # Processes of multiprocessing end without atexit, but with the finalizers of its own.
    if (util := sys.modules.get("multiprocessing.util")) is not None:
        util.Finalize(recorder, _close, args=(weakref.ref(recorder),), exitpriority=10)


def _close(reference: weakref.ref[Recorder]) -> None:
    if (recorder := reference()) is not None:
        with contextlib.suppress(StorageError):
            recorder.close()


def _close_all() -> None:
    for recorder in list(_all):
        _close(weakref.ref(recorder))


def _after_fork_in_child() -> None:
    for recorder in list(_all):
        recorder.reset_after_fork()


atexit.register(_close_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
