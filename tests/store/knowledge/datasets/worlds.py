"""Copies of what the real DVC wrote (``fixtures/make.py``), to change as a test likes."""

from __future__ import annotations

import shutil
from pathlib import Path

from blake3 import blake3
from mvtui.store.knowledge.datasets.check import Recorded, check
from mvtui.store.knowledge.datasets.stated import Stated, state
from mvtui.store.nouns.dataset import DataSource, DataState

FIXTURES = Path(__file__).parent / "fixtures"
VERSIONS = ("dvc2", "dvc3")


def copy(version: str, tmp_path: Path) -> Path:
    """Copy the repository that this major version of DVC wrote."""
    return Path(shutil.copytree(FIXTURES / version, tmp_path / version))


def stated(source: str | Path) -> Stated:
    """Read a source that isn't a reference."""
    found = state(str(source))
    assert isinstance(found, Stated)
    return found


def look(source: DataSource) -> DataState:
    """Check a source that has no files of its own in the store."""
    return check(Recorded("train", "data@1.0.0", source), blake3_of)


def blake3_of(path: str, advance: object = None) -> str:
    """Hash a file as the engine does."""
    return blake3(Path(path).read_bytes()).hexdigest()
