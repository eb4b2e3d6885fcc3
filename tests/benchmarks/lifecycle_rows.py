"""Rows about promoting and rolling back, durable. The versions are small files, so hashing takes no part in it.

The peer is what no durable swap can do without: append 1 KB to a file and flush it, rename a symlink, flush its directory.
For a version that never was served the peer makes a directory of one file first, durably too: without it the
pointer would lead nowhere after a power cut.
"""

from __future__ import annotations

import itertools
import os
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import mvtui

from .harness import Case, Row, against, process, timed
from .store_rows import MANY
from .synthetic import build

_SCRIPT = os.path.join(os.path.dirname(sys.executable), "mvtui")
_MODEL = "served"
_RUNS = 151
"""Single changes, ours and the peer's in turn: a flush varies tenfold from one moment to the next on a busy disk."""


def rows(work: Path) -> Iterator[Row]:
    """Yield the rows."""
    few, many = _Served(build(work / "few", 10), work), _Served(build(work / "many", MANY), work)
    peer = _Peer(work / "peer")
    acts: tuple[tuple[str, Callable[[_Served], float], str, Case], ...] = (
        ("promote", _Served.promote, "append+rename", peer.swap),
        ("promote a new version", _Served.promote_new, "mkdir+append+rename", peer.make_and_swap),
        ("rollback", _Served.rollback, "append+rename", peer.swap),
    )
    for name, act, peer_name, case in acts:
        at_few, at_many = partial(act, few), partial(act, many)
        yield against(f"{name} at 10", at_few, peer_name, case, bound=3, runs=_RUNS)
        yield against(f"{name} at {MANY:,}", at_many, peer_name, case, bound=3, runs=_RUNS)
        yield against(f"{name} at {MANY:,}", at_many, "at 10", at_few, bound=1.5, runs=_RUNS)
    many.store.close()
    yield _whole_process(few)
    few.store.close()


class _Served:
    """A store with a model of real bytes beside the many that have none; two of its versions were in production."""

    def __init__(self, root: Path, work: Path) -> None:
        self.root = root
        self.store = mvtui.open_store(root)
        self._source = work / f"{root.name}.bin"
        self._contents = itertools.count()
        for _ in range(2):
            self._to_production(self._register())
        self._last = [version.ref for version in self.store.versions(_MODEL)]
        self._fresh: list[str] = []

    def _register(self) -> str:
        self._source.write_bytes(b"%d" % next(self._contents))
        return self.store.register(_MODEL, self._source).version.ref

    def _to_production(self, ref: str) -> None:
        self.store.promote(ref, "production", reason="a benchmark")

    def promote(self) -> float:
        """Promote the version that is not in production, of two that were."""
        self._last.reverse()
        return timed(lambda: self._to_production(self._last[0]))()

    def promote_new(self) -> float:
        """Promote a version that never was in production, so that what is served of it must be made."""
        if not self._fresh:  # many at once: else the first flush pays for what registering left to be written
            self._fresh = [self._register() for _ in range(_RUNS + 1)]
            os.sync()
        ref = self._fresh.pop()
        self._last = [ref, self._last[0]]
        return timed(lambda: self._to_production(ref))()

    def rollback(self) -> float:
        """Go back to the version before; bringing the replaced one back again is not measured."""
        taken = timed(lambda: self.store.rollback(_MODEL, reason="a benchmark"))()
        self._to_production(self._last[0])
        return taken

    def rollback_by(self, case: Case) -> float:
        """As ``rollback``, done by another process."""
        taken = case()
        self._to_production(self._last[0])
        return taken


class _Peer:
    def __init__(self, directory: Path) -> None:
        directory.mkdir()
        self._directory = directory
        self._targets = itertools.count()
        self._journal = os.open(directory / "journal", os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def swap(self) -> float:
        """Append 1 KB and flush, rename a symlink, flush the directory."""
        return timed(self._swap)()

    def make_and_swap(self) -> float:
        """As ``swap``, but first make a directory of one file, under another name until it is whole."""

        def work() -> None:
            aside = self._directory / "aside"
            aside.mkdir()
            self._flush(aside / "file", os.O_WRONLY | os.O_CREAT, b"x" * 512)
            self._flush(aside)
            aside.rename(self._directory / f"made-{next(self._targets)}")
            self._flush(self._directory)
            self._swap()

        return timed(work)()

    def _swap(self) -> None:
        os.write(self._journal, b"x" * 1023 + b"\n")
        os.fsync(self._journal)
        fresh = self._directory / "fresh"
        fresh.symlink_to(f"target-{next(self._targets)}")
        fresh.rename(self._directory / "link")
        self._flush(self._directory)

    @staticmethod
    def _flush(path: Path, flags: int = os.O_RDONLY, data: bytes = b"") -> None:
        opened = os.open(path, flags)
        if data:
            os.write(opened, data)
        os.fsync(opened)
        os.close(opened)


def _whole_process(served: _Served) -> Row:
    command = process(_SCRIPT, "rollback", _MODEL, "--reason", "a benchmark", "--store", str(served.root))
    nothing = process(sys.executable, "-c", "pass")
    # Twice what ``mvtui ls`` may take: it reads the store for the plan and its metrics, vouches for bytes, asks gates, writes.
    return against(
        "mvtui rollback", lambda: served.rollback_by(command), "python -c pass", nothing, bound=12, runs=21
    )
