"""Rows about provenance: what looking around costs a registration."""

from __future__ import annotations

import itertools
import os
import statistics
import subprocess
from collections.abc import Iterator
from pathlib import Path

import mvtui
from mvtui.store import PARTS

from .harness import Row, absolute, timed

FILES = 10_000
_OWN_GIT = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}


def rows(work: Path) -> Iterator[Row]:
    """Yield the rows."""
    yield _capture(work, "clean", changed=0)
    yield _capture(work, "20 changed", changed=20)


def _repository(root: Path) -> Path:
    root.mkdir()
    for n in range(FILES):
        file = root / f"package{n % 100:02}" / f"module{n:05}.py"
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"value = {n}\n" * 20)
    identity = ("-c", "user.name=bench", "-c", "user.email=bench@example.com")
    for words in (("init", "-q"), ("add", "-A"), (*identity, "commit", "-q", "-m", "all"), ("status",)):
        subprocess.run(
            ["git", *words], cwd=root, check=True, env=os.environ | _OWN_GIT, stdout=subprocess.DEVNULL
        )
    return root


def _capture(work: Path, state: str, *, changed: int) -> Row:
    """Register small files with and without looking around, in turn, in a repository that git has just read."""
    root = work / state.replace(" ", "-")
    repository = _repository(root)
    for file in sorted(repository.glob("package*/*.py"))[:changed]:
        file.write_text(file.read_text() + "changed = True\n" * 20)
    store = mvtui.init_store(work / f"{root.name}-store")
    source = work / f"{root.name}.bin"
    numbers = itertools.count()

    def register(parts: tuple[mvtui.store.Part, ...]) -> float:
        source.write_bytes(str(next(numbers)).encode())
        return timed(lambda: store.register("m", source, capture=parts))()

    def added() -> float:
        pairs = [(register(PARTS), register(())) for _ in range(5)]
        return statistics.median(a for a, _ in pairs) - statistics.median(b for _, b in pairs)

    before = Path.cwd()
    os.chdir(repository)
    try:
        added()
        return absolute(f"capture adds, {FILES:,} files, {state}", added, bound=0.150, runs=7)
    finally:
        os.chdir(before)
        store.close()
