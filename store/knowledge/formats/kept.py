"""What is kept of the metadata that files carry: short values as they are, of long ones the beginning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...nouns.inspection import Cut

MAX_TEXT = 4096
"""Longest text that is kept whole, in bytes of UTF-8 (or characters, where it is text already)."""
MAX_LIST = 64
"""Longest list that is kept whole."""
MAX_KEYS = 1024
"""Most keys of an object that are kept."""
MAX_DEPTH = 8
_START = 3


def text(data: bytes, size: int | None = None) -> str | Cut:
    """Return text from bytes in UTF-8; ``data`` may be the beginning only of a text of ``size`` bytes.

    What is not UTF-8 in it is no reason to lose the rest.
    """
    whole = len(data) if size is None else size
    if whole > MAX_TEXT:
        return Cut("text", whole, data[:MAX_TEXT].decode(errors="replace"))
    return data.decode(errors="replace")


def value(found: Any, depth: int = 0) -> Any:
    """Return a value of JSON, YAML or the like, its long parts cut. What is of none of their types becomes text."""
    if found is None or isinstance(found, bool | int | float):
        return found
    if isinstance(found, str):
        sound = printable(found[:MAX_TEXT])
        return sound if len(found) <= MAX_TEXT else Cut("text", len(found), sound)
    if isinstance(found, Mapping):
        return _object(found, depth)
    if isinstance(found, Sequence) and not isinstance(found, bytes | bytearray | memoryview):
        if len(found) > MAX_LIST or depth >= MAX_DEPTH:
            start = [value(each, MAX_DEPTH) for each in found[:_START]] if depth < MAX_DEPTH else None
            return Cut("list", len(found), start)
        return [value(each, depth + 1) for each in found]
    return printable(str(found)[:MAX_TEXT])


def _object(found: Mapping[Any, Any], depth: int) -> Any:
    if depth >= MAX_DEPTH or (depth and len(found) > MAX_LIST):
        return Cut("object", len(found))
    kept = list(found.items())[:MAX_KEYS]
    return {printable(str(key)[:MAX_TEXT]): value(each, depth + 1) for key, each in kept}


def printable(found: str) -> str:
    """Return text without halves of surrogate pairs, which JSON can spell and no file can hold."""
    return found if found.isascii() else found.encode(errors="replace").decode()
