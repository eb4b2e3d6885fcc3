"""Opening the files that guesses are read from: regular ones only, for the readers of ``formats``."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator

from ...errors import BadFileError
from ..formats import Source


class UnreadableError(Exception):
    """A file, or a part of one, can't be read as what it seems to be. The text says why, after the file's name."""


@contextlib.contextmanager
def opened(location: str) -> Iterator[Source]:
    """Open a regular file without waiting for anything, to be read inside.

    Raises:
        UnreadableError: it is gone, may not be read, is no regular file, the disk fails while it is open, or a reader finds
            that it is not valid.
    """
    try:
        # Not to hang on a FIFO that has taken the file's place since it was listed.
        descriptor = os.open(location, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise UnreadableError("it is not a regular file")
            yield Source(file, status.st_size, location)
    except OSError as error:
        raise UnreadableError(error.strerror or str(error)) from error
    except BadFileError as error:
        raise UnreadableError(error.problem) from error
