"""MD5 as DVC takes it, of files.

DVC 3 hashes the bytes as they are. DVC 2 and before turned CRLF into LF in files that look like text: those whose
first 512 bytes have no NUL and at most 30 % bytes other than printable ASCII, LF, CR, TAB, FF and BS. It read and
converted by pieces of 1 MiB, so a CRLF across two pieces stays. DVC 3 checks such old digests too, but asks for each
piece whether it is text: a large file of both kinds has two digests, and DVC may have written either.
(dvc-data, ``hashfile/hash.py`` and ``hashfile/istextfile.py``, of versions 0.51 and 3.18.)
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

_PIECE = 1 << 20  # DVC's own, which decides where it converts
_LOOKED_AT = 512
_TEXT = bytes(range(32, 127)) + b"\n\r\t\f\b"
_MOST_OTHER = 0.30

Advance = Callable[[int], None]
"""Told the number of bytes just read. What it raises stops the work."""


def plain(path: str, advance: Advance | None = None) -> tuple[str, ...]:
    """Return the MD5 of a file's bytes, as the only digest it may have.

    Raises:
        OSError: it can't be read.
    """
    hasher = hashlib.md5(usedforsecurity=False)
    with open(path, "rb") as file:
        while piece := file.read(_PIECE):
            hasher.update(piece)
            if advance:
                advance(len(piece))
    return (hasher.hexdigest(),)


def legacy(path: str, advance: Advance | None = None) -> tuple[str, ...]:
    """Return the digests DVC 2 and DVC 3 give a file by the old way: one, or two where they differ.

    Raises:
        OSError: it can't be read.
    """
    by_file = hashlib.md5(usedforsecurity=False)
    by_piece = by_file
    is_text: bool | None = None
    with open(path, "rb") as file:
        while piece := file.read(_PIECE):
            here = looks_like_text(piece[:_LOOKED_AT])
            is_text = here if is_text is None else is_text
            if here != is_text and by_piece is by_file:
                by_piece = by_file.copy()
            if by_piece is not by_file:
                by_piece.update(_unix(piece) if here else piece)
            by_file.update(_unix(piece) if is_text else piece)
            if advance:
                advance(len(piece))
    return tuple(dict.fromkeys((by_file.hexdigest(), by_piece.hexdigest())))


def looks_like_text(block: bytes) -> bool:
    """Whether DVC takes a file that begins with ``block`` (512 bytes at most) for text."""
    if not block:
        return True
    if b"\0" in block:
        return False
    return len(block.translate(None, _TEXT)) / len(block) <= _MOST_OTHER


def _unix(piece: bytes) -> bytes:
    return piece.replace(b"\r\n", b"\n")
