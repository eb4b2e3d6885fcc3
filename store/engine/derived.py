"""What was worked out from objects and takes long to work out again: small files in ``derived/``, free to be removed.

Each begins with the digest of the rest, so that one which is torn or flipped is as good as none. Nothing that decides anything
is read from here: whoever may write the store may write these.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import NamedTuple

from ..errors import MvtuiError
from . import digest, durable

_MOST = 256 << 20
"""Largest file that is read, in bytes."""


class Entry(NamedTuple):
    """A file that is kept: its name, its size in bytes, and when it was made (seconds since the epoch)."""

    name: str
    size: int
    made: float


class Derived:
    """The derived files of one store. Reading never fails, writing never has to succeed."""

    def __init__(self, directory: str, *, temp_dir: str, writable: bool) -> None:
        self._directory, self._temp_dir, self._writable = directory, temp_dir, writable

    def _path(self, kind: str, key: str) -> str:
        return os.path.join(self._directory, f"{kind}-{key}")

    def get(self, kind: str, key: str) -> bytes | None:
        """Return what was put; None if nothing was, or it is damaged. ``key`` is a digest, ``kind`` a plain word."""
        with contextlib.suppress(OSError), open(self._path(kind, key), "rb") as file:
            data = file.read(_MOST)
            sum_, rest = data[: digest.LENGTH], data[digest.LENGTH :]
            if digest.of_bytes(rest).encode() == sum_:
                return rest
        return None

    def put(self, kind: str, key: str, data: bytes) -> None:
        """Keep something, if this store can be written."""
        if not self._writable or len(data) > _MOST - digest.LENGTH:
            return
        with contextlib.suppress(OSError, MvtuiError):
            durable.make_dirs(self._directory)
            content = digest.of_bytes(data).encode() + data
            durable.replace_file(self._path(kind, key), content, temp_dir=self._temp_dir, durable=False)

    def entries(self) -> Iterator[Entry]:
        """Yield what is kept."""
        with contextlib.suppress(OSError), os.scandir(self._directory) as found:
            for each in found:
                with contextlib.suppress(OSError):
                    status = each.stat(follow_symlinks=False)
                    yield Entry(each.name, status.st_size, status.st_mtime)

    def remove(self, entry: Entry) -> None:
        """Remove something kept, if this user may."""
        with contextlib.suppress(OSError):
            os.unlink(os.path.join(self._directory, entry.name))
