"""Whether a dataset of Hugging Face lies in the local cache, whole as far as it was fetched.

A snapshot's files are links into ``blobs/``, where a file is named by its SHA-256 (when it came from large file
storage) or by the SHA-1 of its git blob. So its bytes can be checked without asking anyone.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator

from ...nouns.dataset import DataSource, State
from ..meter import Meter
from . import hub
from .differences import sentences

_PIECE = 1 << 20
_SHA1, _SHA256 = 40, 64  # hex digits


def judge(source: DataSource, meter: Meter) -> tuple[State, list[str]]:
    """Look for the pinned commit in the cache and hash what is there of it.

    Raises:
        OSError: a cached file can't be read.
    """
    directory = hub.cache_directory(source.location)
    now = hub.commit_of(directory, hub.DEFAULT_REVISION)
    if not hub.is_commit(source.rev):
        at = hub.commit_of(directory, source.rev)
        seen = f"this machine last saw it at {at}" if at else "this machine has never seen it"
        return "unknown", [f"{source.rev} can move, and was not pinned to a commit; {seen}"]
    moved = [f"{hub.DEFAULT_REVISION} is at {now} by now"] if now and now != source.rev else []
    snapshot = os.path.join(directory, "snapshots", source.rev)
    if not os.path.isdir(snapshot):
        return "unknown", [f"the cache of this machine does not have it: {snapshot} is not there", *moved]
    state, why = _judge_snapshot(snapshot, meter)
    return state, why + moved


def _judge_snapshot(snapshot: str, meter: Meter) -> tuple[State, list[str]]:
    files = dict(_files(snapshot))
    if not files:
        return "unknown", [f"{snapshot} has no files"]
    if gone := [path for path, blob in files.items() if not os.path.isfile(blob)]:
        return "missing", sentences((), (), gone)
    meter.begin(sum(os.path.getsize(blob) for blob in files.values()))
    changed, unnamed = [], []
    for path, blob in sorted(files.items()):
        name = os.path.basename(blob)
        if len(name) not in (_SHA1, _SHA256):
            unnamed.append(path)
        elif _digest(blob, len(name), meter, path) != name:
            changed.append(path)
    meter.end()
    if changed:
        return "changed", sentences(changed, (), ())
    if unnamed:
        return "unknown", [
            f"nothing says what the bytes of {path} should be" for path in sorted(unnamed)[:10]
        ]
    return "unchanged", [
        f"{len(files):,} files of it are here; whether that is all of it can't be told offline"
    ]


def _files(snapshot: str) -> Iterator[tuple[str, str]]:
    """Yield each file's path in the snapshot, and where its bytes are."""
    for here, _, names in os.walk(snapshot):
        for name in names:
            location = os.path.join(here, name)
            yield os.path.relpath(location, snapshot), os.path.realpath(location)


def _digest(blob: str, length: int, meter: Meter, item: str) -> str:
    advance = meter.on(item)
    with open(blob, "rb") as file:
        if length == _SHA256:
            hasher = hashlib.sha256()
        else:
            hasher = hashlib.sha1(f"blob {os.fstat(file.fileno()).st_size}\0".encode(), usedforsecurity=False)
        while piece := file.read(_PIECE):
            hasher.update(piece)
            advance(len(piece))
    return hasher.hexdigest()
