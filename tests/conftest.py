"""What all tests share: a world of their own, and a store in it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from mvtui import init_store
from mvtui.store import Store

_UNHURRIED = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
settings.register_profile(
    "ci", derandomize=True, deadline=None, database=None, suppress_health_check=_UNHURRIED
)
settings.register_profile("explore", deadline=None, max_examples=2000, suppress_health_check=_UNHURRIED)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

MakeFile = Callable[..., Path]


@pytest.fixture(autouse=True)
def own_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees, or touches, the home, store or terminal settings of whoever runs it."""
    for name in ("MVTUI_STORE", "NO_COLOR", "TEXTUAL_THEME", "SSH_CONNECTION", "MVTUI_DEBUG", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    # Looking around takes time and differs between machines: the tests of capture ask for it.
    monkeypatch.setenv("MVTUI_CAPTURE", "none")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    with init_store(tmp_path / "store") as made:
        yield made


@pytest.fixture
def make_file(tmp_path: Path) -> MakeFile:
    """Write a file to register: ``make_file(b"content")`` or ``make_file(b"content", "dir/name")``."""

    def make(content: bytes = b"weights", name: str = "model.bin") -> Path:
        path = tmp_path / "source" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    return make


@pytest.fixture
def no_sync(monkeypatch: pytest.MonkeyPatch) -> None:
    """Flush nothing: for tests that write thousands of times and prove nothing about power cuts."""
    monkeypatch.setattr("mvtui.store.engine.platform.sync_fd", lambda fd: None)
