r"""The journal's line format: pure functions from bytes to bytes.

A line is one JSON object, UTF-8, at most 4096 bytes with its newline, and begins at fixed places::

    {"len": 512,"hash":"<64 hex>","prev":"<64 hex>","seq":7,"at":"2026-11-23T12:00:00.123456Z",...}\n

``len`` is the line's length in bytes, newline included, padded with spaces to four characters. ``hash`` is
the BLAKE3 of the whole line without its ``hash`` member, so a line checks itself, with standard tools::

    sed -n 7p events.jsonl | sed 's/"hash":"[0-9a-f]*",//' | b3sum

``prev`` is the hash of the line before; for the first line, 64 zeros. So a line whose bytes changed is
*corrupt*, a line that is not there in full was *torn* by a crash in mid-write, and a change to any line
shows in all that follow.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from .digest import of_bytes

MAX_LINE = 4096
GENESIS = "0" * 64
START = b'{"len":'

_LEN = slice(7, 11)
_HASH_MEMBER = slice(12, 86)  # "hash":"<64 hex>",
_HASH = slice(20, 84)
_MIN_LINE = 160
_SECTOR = 512  # bytes a disk writes whole or not at all
_HOLE = re.compile(rb"\0+")

_NUMBERS_MOST = 4  # of a stretch: what names them must fit a line too
_REGISTERED = re.compile(
    rb'"event":"register".{0,400}?"model":"([\w.-]{1,100})","version":"([\w.-]{1,64})"', re.ASCII
)

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder()


class Line(msgspec.Struct, frozen=True):
    """A good line: its place in the file, its hash, and what it says besides ``len`` and ``hash``."""

    offset: int
    length: int
    hash: str
    prev: str
    seq: int
    body: dict[str, Any]

    @property
    def end(self) -> int:
        """The offset just after its newline."""
        return self.offset + self.length


class Span(msgspec.Struct, frozen=True):
    """Bytes that are no good line, and why."""

    offset: int
    length: int
    problem: str

    @property
    def end(self) -> int:
        """The offset just after it."""
        return self.offset + self.length


class LineTooLongError(Exception):
    """An event does not fit a line; what it says must partly go elsewhere."""


def seal(prev: str, seq: int, body: dict[str, Any]) -> bytes:
    """Return the line for ``body``, linked to the line with hash ``prev``.

    Raises:
        LineTooLongError: it would be longer than ``MAX_LINE``; nothing that long may be written.
    """
    rest = _encoder.encode({"prev": prev, "seq": seq, **body})[1:] + b"\n"
    length = _HASH_MEMBER.stop + len(rest)
    if length > MAX_LINE:
        raise LineTooLongError(f"{length} bytes do not fit a journal line")
    head = START + b"%4d," % length
    own = of_bytes(head + rest)
    return head + b'"hash":"' + own.encode() + b'",' + rest


def parse(data: bytes, at: int, offset: int) -> Line | None:
    """Read the line that begins at ``data[at]``; ``offset`` is its place in the file. None if it is no good line."""
    length = _length(data, at)
    if length is None or at + length > len(data):
        return None
    raw = data[at : at + length]
    own = raw[_HASH]
    if raw[-1:] != b"\n" or of_bytes(raw[: _HASH_MEMBER.start] + raw[_HASH_MEMBER.stop :]).encode() != own:
        return None
    try:
        body = _decoder.decode(raw)
        prev, seq = body.pop("prev"), body.pop("seq")
        del body["len"], body["hash"]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, KeyError):
        return None  # sealed, but by no mvtui: whoever can write the file can make its hashes agree
    if type(prev) is not str or type(seq) is not int or seq < 1:
        return None
    return Line(offset, length, own.decode(), prev, seq, body)


def _length(data: bytes, at: int) -> int | None:
    head = data[at : at + _HASH.start]
    digits = head[_LEN].strip()
    if len(head) < _HASH.start or not head.startswith(START) or not digits.isdigit():
        return None
    length = int(digits)
    return length if _MIN_LINE <= length <= MAX_LINE else None


def is_torn(tail: bytes, offset: int) -> bool:
    """Whether ``tail``, all bytes from ``offset`` (where the last good line ends) on, is a write cut short.

    A write of one line that did not finish leaves a beginning of it, or NULs in place of whole sectors that
    never reached the disk. A beginning is shorter than the line says it is and JSON holds no NUL, so anything
    else is damage to a whole line, which may have been acknowledged.
    """
    written = tail.rstrip(b"\0")
    if len(written) > MAX_LINE or b"\n" in written[:-1]:
        return False
    if b"\0" in written:
        # A flipped bit makes a NUL, too (of a space), but hardly one that fills a sector.
        holes = (match.span() for match in _HOLE.finditer(written))
        return all(
            (start == 0 or (offset + start) % _SECTOR == 0) and (offset + end) % _SECTOR == 0
            for start, end in holes
        )
    return b"\n" not in written and (len(written) < len(tail) or _is_beginning(written))


def _is_beginning(data: bytes) -> bool:
    if not START.startswith(data[: len(START)]):
        return False
    stated = _length(data, 0)
    return len(data) < _HASH.start or (stated is not None and len(data) < stated)


def resync(data: bytes, at: int) -> int | None:
    """Return where the next good line after a bad one at ``data[at]`` begins, or None if there is none.

    The bad line's own length is not believed: with a flipped bit in it, it could lead past good lines.
    """
    start = at
    while (start := data.find(START, start + 1)) >= 0:
        if parse(data, start, 0) is not None:
            return start
    return None


def legible_numbers(damaged: bytes) -> list[list[str]]:
    """Return the models and version numbers that damaged lines seem to have registered.

    Not to be trusted, but enough to keep a number that was once given from being given again.
    """
    found = _REGISTERED.findall(damaged)
    return [[model.decode(), number.decode()] for model, number in found[:_NUMBERS_MOST]]
