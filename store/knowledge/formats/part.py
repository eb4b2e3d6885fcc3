"""A part of a file as a source of its own: what lies in an archive, or in another file, is read where it lies."""

from __future__ import annotations

from typing import BinaryIO

from .limits import Source


class _View:
    """``size`` bytes of a file from ``start`` on: as much of a file as readers use."""

    def __init__(self, file: BinaryIO, start: int, size: int) -> None:
        self._file, self._start, self._size = file, start, size
        self._at = 0

    def seek(self, offset: int) -> int:
        self._at = offset
        return offset

    def read(self, size: int) -> bytes:
        self._file.seek(self._start + self._at)
        data = self._file.read(max(min(size, self._size - self._at), 0))
        self._at += len(data)
        return data


def part(source: Source, start: int, size: int, path: str) -> Source:
    """Return ``size`` bytes from ``start`` on as a source, which is called ``path``."""
    return Source(_View(source.file, start, size), size, path)  # type: ignore[arg-type]
