"""Places where real users can share a store, and a disk whose power can be cut."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from mvtui.store.engine import platform

from tests.faults import members
from tests.faults.members import ANN, BOB, EVE, TEAM
from tests.faults.power import Disk


@pytest.fixture
def place() -> Iterator[Path]:
    """A directory where everyone may make something; pytest's own are for one user."""
    members.require()
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="mvtui-shared-") as made:
        path = Path(made)
        path.chmod(0o777)
        for user in (ANN, BOB, EVE):
            home = path / str(user.uid)
            home.mkdir(mode=0o700)
            os.chown(home, user.uid, user.uid)
        yield path


@pytest.fixture
def root(place: Path) -> Path:
    """A store that Ann, whose umask is 077, made for the team."""
    store = place / "store"
    ANN.does("init", store, TEAM)
    return store


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Disk]:
    base = tmp_path / "disk"
    base.mkdir()
    made = Disk(base)
    made.names[base.stat().st_ino] = {}
    monkeypatch.setattr(platform, "sync_fd", made.flush)
    yield made
    made.close()
