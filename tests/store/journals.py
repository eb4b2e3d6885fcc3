"""What someone who can write a store's journal can do to it, from clumsy to clever; and a store where something happened."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mvtui import open_store
from mvtui.store import Store
from mvtui.store.engine import lines
from mvtui.store.engine.lines import GENESIS

Bodies = list[tuple[int, dict[str, Any]]]
"""Number and content of each event."""


def path(store: Store) -> Path:
    """Return the journal file."""
    return store.root / "journal" / "events.jsonl"


def raw_lines(store: Store) -> list[bytes]:
    """Return the journal's lines, line ends included."""
    return path(store).read_bytes().splitlines(keepends=True)


def write(store: Store, raw: list[bytes]) -> Store:
    """Put other lines in the place of the journal's, in the same file; return the store opened anew."""
    store.close()
    path(store).write_bytes(b"".join(raw))
    return open_store(store.root)


def forget_index(store: Store) -> None:
    """Remove what is derived from the journal."""
    store.close()
    for name in ("index.json", "head.json"):
        (store.root / name).unlink(missing_ok=True)


def flip(store: Store, number: int, what: bytes) -> Store:
    """Flip a bit of the first byte of ``what`` in a line."""
    raw = raw_lines(store)
    line = bytearray(raw[number - 1])
    line[line.index(what)] ^= 1
    raw[number - 1] = bytes(line)
    return write(store, raw)


def sealed(bodies: Bodies, *, prev: str = GENESIS) -> list[bytes]:
    """Return lines for events, each with its own hash and that of the one before, as an honest writer makes them."""
    found = []
    for seq, body in bodies:
        raw = lines.seal(prev, seq, body)
        line = lines.parse(raw, 0, 0)
        assert line is not None
        prev = line.hash
        found.append(raw)
    return found


def bodies(store: Store) -> Bodies:
    """Return number and content of every event."""
    found: Bodies = []
    for raw in raw_lines(store):
        body = json.loads(raw)
        seq = body["seq"]
        found.append((seq, {k: v for k, v in body.items() if k not in ("len", "hash", "prev", "seq")}))
    return found


def rewrite(store: Store, change: Callable[[Bodies], Bodies | None]) -> Store:
    """Rewrite history so that every hash agrees, as whoever owns the files can; nothing derived is left."""
    said = bodies(store)
    changed = change(said)
    forget_index(store)
    return write(store, sealed(said if changed is None else changed))
