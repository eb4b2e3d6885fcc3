"""Reading the journal from its end: what happened last is found without reading all that came before."""

from __future__ import annotations

import os
from collections.abc import Iterator

from . import lines
from .journal import Journal
from .lines import Line

_CHUNK = 64 << 10


def newest_first(journal: Journal) -> Iterator[Line]:
    """Yield the good lines that the journal has read so far, the last first. What is no good line is passed over.

    Each line proves itself by its own hash; the chain between them was checked when they were read.
    """
    end = journal.offset
    tail = b""  # the beginning of a line whose rest stands in what was read before
    while end > 0:
        start = max(0, end - _CHUNK)
        data = os.pread(journal.fd, end - start, start) + tail
        whole = 0 if start == 0 else data.find(b"\n") + 1
        if start and not 0 < whole < len(data):
            end, tail = start, data
            continue
        at = len(data)
        while at > whole:
            begin = data.rfind(b"\n", whole, at - 1) + 1 or whole
            yield from reversed(_good(data, begin, at, start))
            at = begin
        end, tail = start, data[:whole]


def _good(data: bytes, begin: int, end: int, base: int) -> list[Line]:
    """Return the good lines between two newlines: one, unless a newline before it was damaged."""
    found = []
    at: int | None = begin
    while at is not None and at < end:
        if (line := lines.parse(data, at, base + at)) is not None:
            found.append(line)
            at += line.length
        else:
            at = lines.resync(data, at)
    return found
