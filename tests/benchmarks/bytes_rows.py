"""Rows about bytes: storing, storing again, verifying. Peers: cp + fsync, b3sum, dvc add."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import mvtui
from mvtui.store.engine.statcache import Stamp

from .harness import Row, absolute, against, process, timed

_GIB = 1 << 30
MVTUI = (sys.executable, "-m", "mvtui")


def _random_file(path: Path, size: int) -> Path:
    with open(path, "wb") as file:
        file.writelines(os.urandom(16 << 20) for _ in range(size // (16 << 20)))
    os.sync()  # else the first case pays for writing the source down
    return path


def rows(work: Path, *, gib: int = 2) -> Iterator[Row]:
    """Yield the rows; ``gib`` is the size of the file in GiB."""
    source = _random_file(work / "model.bin", gib * _GIB)
    yield _register(work, source, gib)
    yield from _dvc(work, source, gib)
    yield from _again(work, source)
    source.unlink()


def _register(work: Path, source: Path, gib: int) -> Row:
    def register() -> float:
        store = mvtui.init_store(work / "fresh")
        os.sync()
        taken = timed(lambda: store.register("big", source))()
        store.close()
        shutil.rmtree(work / "fresh")
        return taken

    def copy() -> float:
        target = work / "copy"
        os.sync()

        def run() -> None:
            subprocess.run(["cp", source, target], check=True)
            fd = os.open(target, os.O_RDONLY)
            os.fsync(fd)
            os.close(fd)

        taken = timed(run)()
        target.unlink()
        return taken

    return against(f"register {gib} GiB", register, "cp+fsync", copy, bound=1.15, runs=5)


def _dvc(work: Path, source: Path, gib: int) -> Iterator[Row]:
    dvc = shutil.which("dvc")
    if dvc is None:
        return
    repository = work / "dvc"

    def add() -> float:
        repository.mkdir()
        subprocess.run([dvc, "init", "--no-scm", "-q"], cwd=repository, check=True)
        subprocess.run(["cp", source, repository / "model.bin"], check=True)
        os.sync()
        taken = timed(lambda: subprocess.run([dvc, "add", "-q", "model.bin"], cwd=repository, check=True))()
        shutil.rmtree(repository)
        return taken

    def register() -> float:
        subprocess.run([*MVTUI, "init", "--store", work / "shell"], check=True, capture_output=True)
        os.sync()
        taken = process(*MVTUI, "register", "big", str(source), "--store", str(work / "shell"))()
        shutil.rmtree(work / "shell")
        return taken

    yield against(f"register {gib} GiB, process", register, "dvc add", add, bound=1, runs=3)


def _again(work: Path, source: Path) -> Iterator[Row]:
    store = mvtui.init_store(work / "again")
    store.register("big", source)
    b3sum = shutil.which("b3sum")
    if b3sum:
        hashing = process(b3sum, "--no-names", str(source))

        def again() -> float:
            os.utime(source)  # the stat cache can't know it: its bytes must be read
            return timed(lambda: store.register("big", source))()

        yield against("register the same bytes", again, "b3sum", hashing, bound=1.1, runs=7)
        verify = timed(lambda: store.verify("big@1.0.0"))
        yield against("verify", verify, "b3sum", hashing, bound=1 / 0.9, runs=7)
    os.utime(source, (0, 0))
    _wait_until_settled(store, source)
    yield absolute("register unchanged", timed(lambda: store.register("big", source)), bound=0.020)
    store.close()
    shutil.rmtree(work / "again")


def _wait_until_settled(store: mvtui.Store, source: Path) -> None:
    """Register until the stat cache keeps the source: its last change must be two seconds old when hashed."""
    cache = store._repository.cache
    while cache.get(Stamp.of(source.stat())) is None:
        store.register("big", source)
