"""index.json: the index written down, so that opening a store needn't replay its whole journal.

One JSON object: ``_meta`` on the first line, then TinyDB's tables. ``_meta`` says which journal line the
documents reflect (offset, hash, number), for which store, in which schema, and the BLAKE3 of all bytes after
the first line. If anything disagrees, the file is ignored and the index rebuilt. It is derived, so it is
replaced in one step but never flushed.
"""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator
from typing import Any

import msgspec

from . import durable
from .digest import of_bytes
from .reduce import MODELS, VERSIONS, Tables

SCHEMA = 1


class Snapshot(msgspec.Struct, frozen=True):
    """Documents, and the journal line they reflect: it ends at ``offset``, has hash ``head`` and number ``seq``."""

    store: str
    offset: int
    head: str
    seq: int
    tables: Tables


class _Meta(msgspec.Struct):
    schema: int
    store: str
    offset: int
    head: str
    seq: int
    digest: str


def load(path: str) -> Snapshot | None:
    """Read a snapshot; None when it is missing, of another schema, damaged or unreadable."""
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError:
        return None
    first, newline, _ = data[:2048].partition(b",\n")
    try:
        meta = msgspec.json.decode(first + b"}", type=dict[str, dict[str, _Meta]])["_meta"]["1"]
        body = memoryview(data)[len(first) + len(newline) :]
        if meta.schema != SCHEMA or of_bytes(body) != meta.digest:
            return None
        with quiet_gc():
            decoded: dict[str, Any] = msgspec.json.decode(data)
        tables: Tables = {MODELS: decoded[MODELS], VERSIONS: decoded[VERSIONS]}
    except (msgspec.DecodeError, UnicodeDecodeError, KeyError):
        return None
    return Snapshot(meta.store, meta.offset, meta.head, meta.seq, tables)


def save(path: str, snapshot: Snapshot, *, temp_dir: str) -> int:
    """Write a snapshot in one step; return its size in bytes.

    Raises:
        OSError: the disk refused; the old file is still there.
    """
    body = msgspec.json.encode(snapshot.tables)[1:]
    meta = _Meta(SCHEMA, snapshot.store, snapshot.offset, snapshot.head, snapshot.seq, of_bytes(body))
    first = msgspec.json.encode({"_meta": {"1": meta}})[:-1] + b",\n"
    durable.replace_file(path, first + body, temp_dir=temp_dir, durable=False)
    return len(first) + len(body)


@contextlib.contextmanager
def quiet_gc() -> Iterator[None]:
    """Keep the garbage collector still while very many objects are made that all stay: half the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
