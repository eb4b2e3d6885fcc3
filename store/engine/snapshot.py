"""index.json: the index written down, so that opening a store needn't replay its whole journal.

One JSON object over several lines: ``_meta`` on the first, then TinyDB's tables, a thousand documents a line, so
that a reader can decode it piece by piece and let other threads run in between. ``_meta`` says which journal line
the documents reflect (offset, hash, number), for which store, in which schema, and the BLAKE3 of all bytes after
the first line. If anything disagrees, the file is ignored and the index rebuilt. It is derived, so it is replaced
in one step but never flushed.

``head.json`` has the same form and holds the models and each one's newest versions: what a screen shows first.
"""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterable, Iterator
from itertools import islice

import msgspec

from . import durable
from .digest import of_bytes
from .documents import MODELS, TABLES, Document, Tables, empty

SCHEMA = 8
_CHUNK = 1000  # documents a line: two milliseconds to decode
_OPENINGS = {f'"{name}":{{'.encode(): name for name in TABLES}


class Snapshot(msgspec.Struct, frozen=True):
    """Documents, and the journal line they reflect: it ends at ``offset``, has hash ``head`` and number ``seq``.

    ``whole`` is False for head.json, which holds only the newest.
    """

    store: str
    offset: int
    head: str
    seq: int
    tables: Tables
    whole: bool = True


class _Meta(msgspec.Struct):
    schema: int
    store: str
    offset: int
    head: str
    seq: int
    whole: bool
    digest: str


_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError, KeyError)


def load(path: str) -> Snapshot | None:
    """Read a snapshot; None when it is missing, of another schema, damaged or unreadable."""
    try:
        with open(path, "rb") as file:
            first, body = file.readline(), file.read()
    except OSError:
        return None
    try:
        meta = _read_meta(first)
        if meta.schema != SCHEMA or of_bytes(body) != meta.digest:
            return None
        with quiet_gc():
            tables = _decode(body.splitlines())
    except _UNREADABLE:
        return None
    return Snapshot(meta.store, meta.offset, meta.head, meta.seq, tables, meta.whole)


def seq_of(path: str) -> int:
    """Return the number of the event a snapshot claims to reflect; 0 when there is none to read."""
    try:
        with open(path, "rb") as file:
            return _read_meta(file.readline()).seq
    except (OSError, *_UNREADABLE):
        return 0


def _read_meta(first: bytes) -> _Meta:
    return msgspec.json.decode(first.rstrip(b",\n") + b"}", type=dict[str, dict[str, _Meta]])["_meta"]["1"]


def _decode(lines: list[bytes]) -> Tables:
    tables = empty()
    table = tables[MODELS]
    for line in lines:
        if (name := _OPENINGS.get(line)) is not None:
            table = tables[name]
        elif line and not line.startswith(b"}"):
            table |= msgspec.json.decode(b"{" + line.removesuffix(b",") + b"}", type=dict[str, Document])
    return tables


def save(path: str, snapshot: Snapshot, *, temp_dir: str) -> None:
    """Write a snapshot in one step.

    Raises:
        OSError: the disk refused; the old file is still there.
    """
    body = b",\n".join(_encode(name, snapshot.tables[name].items()) for name in TABLES) + b"}\n"
    meta = _Meta(
        SCHEMA, snapshot.store, snapshot.offset, snapshot.head, snapshot.seq, snapshot.whole, of_bytes(body)
    )
    first = msgspec.json.encode({"_meta": {"1": meta}})[:-1] + b",\n"
    durable.replace_file(path, first + body, temp_dir=temp_dir, durable=False)


def _encode(name: str, documents: Iterable[tuple[str, Document]]) -> bytes:
    left = iter(documents)
    lines = []
    while chunk := dict(islice(left, _CHUNK)):
        lines.append(msgspec.json.encode(chunk)[1:-1])
    return f'"{name}":{{\n'.encode() + b",\n".join(lines) + b"\n}"


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
