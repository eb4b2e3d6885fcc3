"""Rows about A/B tests: assignments against the bare hash, outcomes against append and fsync of a file."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from blake3 import blake3
from mvtui import init_store, open_store
from mvtui.store import Store, load_ab_test

from .harness import Case, Row, absolute, against, timed

KEYS = 200_000
_LINE = b'["0123456789abcdef0123456789abcdef",1767225600.123456,1,"a","",{"resolved":1,"latency_ms":340}]\n'


def rows(work: Path) -> Iterator[Row]:
    """Yield the rows."""
    store = init_store(work / "store")
    for number in range(2):
        (work / "model").write_bytes(b"%d" % number)
        store.register("m", work / "model")
    store.promote("m@1.0.0", "production", reason="benchmark")
    arms: dict[str, tuple[str, float | str]] = {"a": ("m@1.0.0", 90), "b": ("m@1.0.1", 10)}
    store.ab_start("t", arms, metrics=["resolved:max:rate", "latency_ms:min"], reason="benchmark")
    keys = [f"user-{number}" for number in range(KEYS)]
    test = load_ab_test(store.ab_export("t", work / "copy.json"))
    assigning = timed(partial(_each, test.assign, keys))
    yield absolute(f"{KEYS:,} assignments, from a copied file", assigning, bound=1.0)
    yield against(
        f"{KEYS:,} assignments", assigning, "blake3 alone", timed(partial(_each, _hash, keys)), bound=3.0
    )
    yield absolute(
        "20,000 outcomes recorded, flushed, closed", partial(_record, store, keys[:20_000]), bound=1.0
    )
    yield against(
        "20,000 outcomes recorded, flushed, closed",
        partial(_record, store, keys[:20_000]),
        "append, fsync each 100",
        _appending(work / "plain", 20_000),
        bound=3.0,
    )
    yield absolute(
        f"report over {_count(store):,} outcomes",
        timed(partial(_report, work / "store")),
        bound=20.0,
        runs=3,
    )


def _each(work: Callable[[str], object], keys: list[str]) -> None:
    for key in keys:
        work(key)


def _hash(key: str) -> int:
    return int.from_bytes(blake3(key.encode()).digest(8), "big")


def _record(store: Store, keys: list[str]) -> float:
    start = time.perf_counter()
    with store.ab_test("t") as test:
        for key in keys:
            test.record(key, resolved=1, latency_ms=340)
    return time.perf_counter() - start


def _report(path: Path) -> None:
    with open_store(path) as store:  # which has no report yet, so everything is read
        store.ab_report("t")


def _count(store: Store) -> int:
    counts = store.ab_report("t").counts
    return counts.outcomes + counts.duplicate


def _appending(path: Path, count: int) -> Case:
    """Append as many lines, and flush them as often as a service that waits for every hundred."""

    def work() -> None:
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        for number in range(count):
            os.write(fd, _LINE)
            if number % 100 == 99:
                os.fsync(fd)
        os.close(fd)

    return timed(work)
