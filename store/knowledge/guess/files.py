"""Opening the files that guesses are read from: regular ones only, and never more of them than is asked for."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from typing import BinaryIO


class UnreadableError(Exception):
    """A file, or a part of one, can't be read as what it seems to be. The text says why, after the file's name."""


@contextlib.contextmanager
def opened(location: str) -> Iterator[BinaryIO]:
    """Open a regular file without waiting for anything.

    Raises:
        UnreadableError: it is gone, may not be read, is no regular file, or the disk fails while it is open.
    """
    try:
        # Not to hang on a FIFO that has taken the file's place since it was listed.
        descriptor = os.open(location, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise UnreadableError("it is not a regular file")
            yield file
    except OSError as error:
        raise UnreadableError(error.strerror or str(error)) from error


def read_text(location: str, limit: int) -> str:
    """Return the text of a file of at most ``limit`` bytes, in UTF-8, without a byte order mark.

    Raises:
        UnreadableError: see ``opened``; larger than the limit, or not UTF-8.
    """
    with opened(location) as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise UnreadableError(f"it is larger than {limit >> 10:,} KiB")
    return decoded(data)


def decoded(data: bytes) -> str:
    """Return bytes as text in UTF-8, without a byte order mark.

    Raises:
        UnreadableError: they are not UTF-8.
    """
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableError(f"it is not UTF-8 at byte {error.start:,}") from None
