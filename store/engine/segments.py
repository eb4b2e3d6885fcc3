"""Segments: the files in which outcomes of A/B tests lie, ``outcomes/<test>/<writer>.jsonl``.

A segment has one writer, which holds its ``flock`` while it lives; it is only appended to, and once its writer is gone it is
closed and its digest goes into the journal. Its first line says what it is; each other is one outcome, a JSON array:
``[hash of the key (32 hex digits), time (seconds since the epoch), epoch, arm, outcome ID, {metric: number}]``. A last line
without its end is *torn*: its writer was killed before it was flushed, and it counts for nothing.
"""

from __future__ import annotations

import contextlib
import errno
import math
import os
import stat
from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from . import digest, platform

SUFFIX = ".jsonl"
FORM = 1
_PIECE = 4 << 20


class Outcome(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """One outcome: what was measured of a key, when, and the arm that had served it."""

    key: str
    at: float
    epoch: int
    arm: str
    outcome: str
    values: dict[str, float]


class Header(msgspec.Struct, frozen=True):
    """The first line: of which test (``test`` is its id), by whom, since when."""

    test: str
    name: str
    user: str
    host: str
    pid: int
    began: float
    outcomes: int = FORM


class Closed(NamedTuple):
    """A segment that is not written any more: its name, size in bytes, BLAKE3 and how many whole outcomes it has."""

    name: str
    size: int
    digest: str
    outcomes: int


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Outcome)


def encode(outcome: Outcome) -> bytes:
    """Return an outcome as its line."""
    return _encoder.encode(outcome) + b"\n"


class Counted:
    """What could not be read of some segments: ``torn`` last lines, and ``bad`` lines that are no outcomes."""

    def __init__(self) -> None:
        self.torn = self.bad = 0


def names(directory: str) -> list[str]:
    """Return the segments of a test, by name."""
    with contextlib.suppress(FileNotFoundError):
        return sorted(name for name in os.listdir(directory) if name.endswith(SUFFIX) and name[0] != ".")
    return []


def sizes(directory: str) -> dict[str, int]:
    """Return the size of each segment of a test in bytes, by name: what differs when anything was added."""
    found = {}
    for name in names(directory):
        with contextlib.suppress(OSError):
            status = os.stat(os.path.join(directory, name), follow_symlinks=False)
            found[name] = status.st_size
    return found


def read(directory: str, counted: Counted) -> Iterator[Outcome]:
    """Yield every outcome in a directory, segment by segment. One being written is read as far as it is."""
    for name in names(directory):
        try:
            fd = _open(directory, name)
        except OSError:
            counted.bad += 1
            continue
        with open(fd, "rb") as file:
            yield from _read(file, counted)


def _open(directory: str, name: str) -> int:
    """Open a segment for reading; nothing else that lies there, such as a FIFO, which would never end.

    Raises:
        OSError: it is no regular file, or can't be read.
    """
    path = os.path.join(directory, name)
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise OSError(errno.EINVAL, "it is no regular file", path)
    return fd


def _read(file: object, counted: Counted) -> Iterator[Outcome]:
    rest, is_first = b"", True
    reader = file.read  # type: ignore[attr-defined]
    while piece := reader(_PIECE):
        lines = (rest + piece).split(b"\n")
        rest = lines.pop()
        for line in lines:
            if is_first:
                is_first = False
                continue
            try:
                outcome = _decoder.decode(line)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                counted.bad += 1
                continue
            if all(map(math.isfinite, outcome.values.values())):
                yield outcome
            else:
                counted.bad += 1
    counted.torn += bool(rest)


def unwritten(directory: str, known: frozenset[str]) -> Iterator[Closed]:
    """Yield the segments that nobody writes any more and that are not in ``known``, hashed."""
    for name in names(directory):
        if name in known:
            continue
        with contextlib.suppress(OSError):
            fd = _open(directory, name)
            try:
                if not platform.lock(fd):
                    continue
                try:
                    if (found := _closed(fd, name)) is not None:
                        yield found
                finally:
                    platform.unlock(fd)
            finally:
                os.close(fd)


def _closed(fd: int, name: str) -> Closed | None:
    size = os.fstat(fd).st_size
    data = b"".join(iter(lambda: os.read(fd, _PIECE), b""))
    if not data.count(b"\n"):
        return None  # its writer has not even said what it is: it may be about to
    return Closed(name, size, digest.of_bytes(data), data.count(b"\n") - 1)


def problem(directory: str, name: str, size: int, expected: str) -> str:
    """Return what is wrong with a closed segment, in words that go on after its name; empty when nothing is."""
    try:
        with open(_open(directory, name), "rb") as file:
            data = file.read()
    except FileNotFoundError:
        return "is missing"
    except OSError as error:
        return f"can't be read: {error.strerror}"
    if len(data) != size:
        return f"has {len(data):,} bytes where it had {size:,} when it was closed"
    return "" if digest.of_bytes(data) == expected else "is not what it was when it was closed"
