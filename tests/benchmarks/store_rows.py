"""Rows about the number of versions: one more, opening, listing."""

from __future__ import annotations

import itertools
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import mvtui

from .harness import Row, absolute, against, process, timed
from .synthetic import build

MANY = 100_000
_PASS = process(sys.executable, "-c", "pass")


def rows(work: Path) -> Iterator[Row]:
    """Yield the rows that need only the store and the command line."""
    few, some, many = build(work / "few", 10), build(work / "some", 100), build(work / "many", MANY)
    yield _one_more(work, few, many)
    yield _opening(many)
    script = os.path.join(os.path.dirname(sys.executable), "mvtui")
    yield against("mvtui --version", process(script, "--version"), "python -c pass", _PASS, bound=3, runs=21)
    listing = process(script, "ls", "--store", str(some))
    yield against("mvtui ls, 100 versions", listing, "python -c pass", _PASS, bound=6, runs=21)
    last = process(script, "history", "--limit", "10", "--store", str(many))
    yield against(f"mvtui history --limit 10 of {MANY:,}", last, "python -c pass", _PASS, bound=8, runs=21)


def _one_more(work: Path, few: Path, many: Path) -> Row:
    names = itertools.count()

    def adding(root: Path) -> tuple[mvtui.Store, Path]:
        store = mvtui.open_store(root)
        source = work / f"{root.name}.bin"
        source.write_bytes(b"first")
        store.register(
            "model-00", source, version="900000.0.0"
        )  # a latest version whose manifest can be read
        return store, source

    def add(store: mvtui.Store, source: Path) -> float:
        source.write_bytes(str(next(names)).encode())
        return timed(lambda: store.register("model-00", source))()

    (big, big_source), (small, small_source) = adding(many), adding(few)

    def batch(store: mvtui.Store, source: Path) -> float:
        return statistics.median(add(store, source) for _ in range(15))

    return against(
        f"one more version at {MANY:,}",
        lambda: batch(big, big_source),
        "at 10",
        lambda: batch(small, small_source),
        bound=1.5,
        runs=7,
    )


def _opening(many: Path) -> Row:
    code = (
        "import sys,time\nstart=time.perf_counter()\nimport mvtui\nstore=mvtui.open_store(sys.argv[1])\n"
        "store.get('model-03@latest')\nprint(time.perf_counter()-start)"
    )

    def run() -> float:
        done = subprocess.run(
            [sys.executable, "-c", code, str(many)], capture_output=True, check=True, text=True
        )
        return float(done.stdout)

    return absolute(f"open {MANY:,}, first query", run, bound=0.5)
