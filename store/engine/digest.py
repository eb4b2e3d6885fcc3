"""BLAKE3 digests (https://github.com/BLAKE3-team/BLAKE3-specs), as 64 lower-case hex digits.

Large files are mapped where the system lets them be held still (see ``platform.held_still``): that spares a
copy of every byte, and hashing keeps up with ``b3sum``. All others are read: a trainer that truncates a mapped
file, or a bad sector in one, would kill Python with SIGBUS, and no handler could catch it.
"""

from __future__ import annotations

import mmap
import os
import queue
import re
import threading
from collections.abc import Callable

from blake3 import blake3

from . import durable, platform

LENGTH = 64
"""Hex digits of a digest."""

_BLOCK = 8 << 20  # bytes a read; below 2 MiB BLAKE3's threads cost more than they bring
_COPY_BLOCK = 1 << 20
_WRITEBACK_EVERY = 32 << 20
_LARGE = 16 << 20  # bytes from which threads and mapping pay
_WINDOW = 128 << 20  # bytes mapped at a time: a writer who opens the file waits for one of them, milliseconds

_FORM = re.compile(r"[0-9a-f]{64}", re.ASCII)

Advance = Callable[[int], None]
"""Told the number of bytes just worked on. What it raises stops the work."""


def of_bytes(data: bytes | memoryview) -> str:
    """Return the digest of bytes in memory."""
    return blake3(data).hexdigest()


def is_digest(text: str) -> bool:
    """Whether a text has the form of a digest."""
    return _FORM.fullmatch(text) is not None


def of_fd(fd: int, advance: Advance | None = None) -> tuple[str, int]:
    """Hash an open file from its start.

    Returns:
        The digest and the number of bytes read.
    """
    platform.read_ahead(fd)
    size = os.fstat(fd).st_size
    hasher = blake3(max_threads=blake3.AUTO if size >= _LARGE else 1)
    done = _mapped(hasher, fd, advance) if size >= _LARGE else 0
    os.lseek(fd, done, os.SEEK_SET)
    if size - done >= _LARGE:
        done += _overlapped(hasher, fd, advance)
    else:
        buffer = memoryview(bytearray(min(_BLOCK, size - done + 1)))
        while count := os.readv(fd, [buffer]):
            hasher.update(buffer[:count])
            done += count
            if advance:
                advance(count)
    return hasher.hexdigest(), done


def of_span(fd: int, offset: int, size: int, advance: Advance | None = None) -> str | None:
    """Hash some bytes of an open file; None where it ends before they do."""
    hasher = blake3(max_threads=blake3.AUTO if size >= _LARGE else 1)
    buffer = memoryview(bytearray(min(_BLOCK, size)))
    done = 0
    while done < size:
        count = os.preadv(fd, [buffer[: min(len(buffer), size - done)]], offset + done)
        if not count:
            return None
        hasher.update(buffer[:count])
        done += count
        if advance:
            advance(count)
    return hasher.hexdigest()


def copy(source: int, target: int, advance: Advance | None = None) -> tuple[str, int]:
    """Copy an open file and hash the bytes on their way, in one pass.

    One thread, small blocks that stay in the processor's cache, and the disk set to work while the rest is still
    being read: three quarters of the time of ``cp`` and ``fsync``, which begin to write when all is read.

    Returns:
        The digest and the number of bytes copied.
    """
    platform.read_ahead(source)
    hasher = blake3()
    buffer = memoryview(bytearray(min(_COPY_BLOCK, os.fstat(source).st_size + 1)))
    total = begun = 0
    while count := os.readv(source, [buffer]):
        hasher.update(buffer[:count])
        durable.write_all(target, buffer[:count])
        total += count
        if total - begun >= _WRITEBACK_EVERY:
            platform.begin_writeback(target, begun, total - begun)
            begun = total
        if advance:
            advance(count)
    return hasher.hexdigest(), total


def _mapped(hasher: blake3, fd: int, advance: Advance | None) -> int:
    """Hash as much as can be mapped safely; return how many bytes that was."""
    done = 0
    with platform.held_still(fd) as is_still:
        size = os.fstat(fd).st_size
        while is_still and is_still() and done < size:
            length = min(_WINDOW, size - done)
            with mmap.mmap(fd, length, prot=mmap.PROT_READ, flags=mmap.MAP_SHARED, offset=done) as window:
                if not platform.populate(window) or not is_still():
                    break
                with memoryview(window) as view:
                    hasher.update(view)
            done += length
            if advance:
                advance(length)
    return done


def _overlapped(hasher: blake3, fd: int, advance: Advance | None) -> int:
    """Hash what is left with all cores while a second thread reads the next block; return how many bytes it was."""
    empty: queue.SimpleQueue[memoryview | None] = queue.SimpleQueue()
    filled: queue.SimpleQueue[tuple[memoryview, int] | OSError] = queue.SimpleQueue()
    for _ in range(2):
        empty.put(memoryview(bytearray(_BLOCK)))

    def read() -> None:
        while (buffer := empty.get()) is not None:
            try:
                filled.put((buffer, os.readv(fd, [buffer])))
            except OSError as error:
                filled.put(error)

    done = 0
    reader = threading.Thread(target=read, name="mvtui-read", daemon=True)
    reader.start()
    try:
        while True:
            block = filled.get()
            if isinstance(block, OSError):
                raise block
            buffer, count = block
            if not count:
                return done
            hasher.update(buffer[:count])
            empty.put(buffer)
            done += count
            if advance:
                advance(count)
    finally:
        empty.put(None)
        reader.join()
