"""Tiny models for the real frameworks: made here at random, nothing is downloaded."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mvtui import init_store
from mvtui.store import Store


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """No hub, no telemetry, no progress bars, no GPU."""
    for name in ("HF_HUB_OFFLINE", "HF_HUB_DISABLE_TELEMETRY", "TQDM_DISABLE"):
        monkeypatch.setenv(name, "1")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A working directory with a store in it, as ``mvtui init`` makes one; nothing is captured from outside."""
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    with init_store() as store:
        yield store


@pytest.fixture
def forget() -> Iterator[None]:
    """Import the hooks anew in this test, and let no other test see what it imported."""

    def drop() -> dict[str, Any]:
        names = [n for n in sys.modules if n.startswith(("mvtui.store.hooks.", "mvtui.hooks"))]
        return {name: sys.modules.pop(name) for name in names}

    before = drop()
    yield
    drop()
    sys.modules.update(before)
