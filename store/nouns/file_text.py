"""One file of a version, read to be looked at."""

from __future__ import annotations

import msgspec


class FileText(msgspec.Struct, frozen=True):
    """What a file says, if it is text, else how it begins.

    ``path`` is that inside the version, ``size`` in bytes. ``text`` is None for what is no text; line ends are as in the file, bytes
    that are no UTF-8 are U+FFFD. ``start`` has the first bytes, as they are. ``cut`` says that ``text`` is the beginning only: then
    the file's bytes were not hashed. ``suggests`` is what the first bytes look like, in a few words, empty when like nothing.
    """

    path: str
    size: int
    text: str | None = None
    start: bytes = b""
    cut: bool = False
    suggests: str = ""
