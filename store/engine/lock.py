"""The writers' lock of a store."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime

from ..errors import LockTimeoutError
from . import durable, platform

_POLL_FIRST, _POLL_LAST = 0.0005, 0.01  # seconds between tries for the lock


class Lock:
    """The writers' lock of a store: one process, one thread at a time; counted, so that verbs may nest.

    It is a ``flock`` on a file that names its holder (pid, user, host, since). Waiting is polite polling
    from half a millisecond up to ten: a blocking ``flock`` can't time out in a thread.
    """

    def __init__(self, path: str, timeout: float, *, temp_dir: str) -> None:
        self.path, self.timeout, self.temp_dir = path, timeout, temp_dir
        self._threads = threading.RLock()
        self._fd = -1
        self._depth = 0

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock.

        Raises:
            LockTimeoutError: it was not free within ``timeout`` seconds.
            OSError: the lock file can't be opened or locked.
        """
        with self._threads, platform.no_suspend():
            if self._depth == 0:
                self._acquire()
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1
                if self._depth == 0:
                    self._release()

    def is_sound(self) -> bool:
        """Whether the lock held is still the store's: no one has removed its file and locked another."""
        return self._fd >= 0 and is_at(self._fd, self.path)

    def reset_after_fork(self) -> None:
        """Forget the parent's hold in a forked child: its descriptor would share the parent's lock."""
        if self._fd >= 0:
            os.close(self._fd)
        self._threads, self._fd, self._depth = threading.RLock(), -1, 0

    def _acquire(self) -> None:
        deadline = time.monotonic() + self.timeout
        pause = _POLL_FIRST
        fd = durable.open_made(self.path, os.O_RDWR | os.O_CLOEXEC, temp_dir=self.temp_dir)
        try:
            while not platform.lock(fd):
                if time.monotonic() >= deadline:
                    raise LockTimeoutError(
                        f"the store is locked by {_holder(fd)}; waited {self.timeout:g} s",
                        hint="Try again when it is done, or raise lock.timeout in config.toml.",
                    )
                time.sleep(
                    pause * (0.5 + os.urandom(1)[0] / 512)
                )  # jitter, so that waiters don't march in step
                pause = min(pause * 2, _POLL_LAST)
        except BaseException:
            os.close(fd)
            raise
        since = datetime.now(UTC).strftime("%H:%M:%S UTC")
        note = f"pid {os.getpid()}, {platform.user_name()}@{platform.host_name()}, since {since}\n".encode()
        with contextlib.suppress(OSError):  # a courtesy to who waits: a full disk must not keep gc out
            os.ftruncate(fd, 0)
            os.pwrite(fd, note, 0)
        self._fd = fd

    def _release(self) -> None:
        fd, self._fd = self._fd, -1
        with contextlib.suppress(OSError):
            os.ftruncate(fd, 0)
        platform.unlock(fd)
        os.close(fd)


def is_at(fd: int, path: str) -> bool:
    """Whether an open file is still what its path leads to: not removed, not replaced."""
    try:
        there = os.stat(path)
    except FileNotFoundError:
        return False
    here = os.fstat(fd)
    return (here.st_dev, here.st_ino) == (there.st_dev, there.st_ino)


def _holder(fd: int) -> str:
    text = os.pread(fd, 200, 0).decode("utf-8", "replace").strip()
    return text or "another process"
