"""Copies of what the real DVC wrote (``fixtures/make.py``), to change as a test likes."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from blake3 import blake3
from mvtui.store.knowledge.datasets.check import Recorded, check
from mvtui.store.knowledge.datasets.stated import Stated, state
from mvtui.store.nouns.dataset import DataSource, DataState

FIXTURES = Path(__file__).parent / "fixtures"
VERSIONS = ("dvc2", "dvc3")
_MD5 = re.compile(r"\b[0-9a-f]{32}\b")


def copy(version: str, tmp_path: Path) -> Path:
    """Copy the repository that this major version of DVC wrote."""
    return Path(shutil.copytree(FIXTURES / version, tmp_path / version))


def fill_cache(root: Path) -> None:
    """Put a file of every digest into the cache that the fixtures came without; its bytes don't matter."""
    cache = root / ".dvc/cache"
    names = {
        digest for file in root.rglob("*.dvc") if file.is_file() for digest in _MD5.findall(file.read_text())
    }
    names.update(_MD5.findall((root / "dvc.lock").read_text()))
    for listing in cache.rglob("*.dir"):
        names.update(_MD5.findall(listing.read_text()))
    base = cache / "files/md5" if (cache / "files").is_dir() else cache
    for name in names:
        (base / name[:2]).mkdir(parents=True, exist_ok=True)
        (base / name[:2] / name[2:]).touch()


def cached(root: Path) -> list[Path]:
    """Return what the cache holds."""
    return sorted(path for path in (root / ".dvc/cache").rglob("*") if path.is_file())


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
