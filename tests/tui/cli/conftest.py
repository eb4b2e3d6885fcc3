from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from mvtui import init_store
from mvtui.store import Store
from mvtui.tui.entry import main


@dataclass(frozen=True)
class Result:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def error(self) -> Any:
        return json.loads(self.err)["error"]


Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def own_world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MVTUI_STORE", "NO_COLOR", "MVTUI_DEBUG", "_MVTUI_COMPLETE", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    for name in ("XDG_DATA_HOME", "XDG_STATE_HOME", "HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Run:
    """Run one command line in this process."""

    def call(*words: str) -> Result:
        capfd.readouterr()
        code = main(list(words))
        out, err = capfd.readouterr()
        return Result(code, out, err)

    return call


@pytest.fixture
def store(own_world: None) -> Iterator[Store]:
    """A store in the working directory, where the command line finds it by itself."""
    with init_store() as made:
        yield made


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A file to register; tests write other content into it for other versions."""
    path = tmp_path / "model.bin"
    path.write_bytes(b"weights one")
    return path


@pytest.fixture
def two(store: Store, model: Path) -> Store:
    """A store with sentiment@1.0.0 and 1.1.0."""
    store.register(
        "sentiment", model, metrics={"accuracy": 0.9}, params={"lr": 0.1}, note="first", tags={"owner": "bob"}
    )
    model.write_bytes(b"weights two")
    store.register("sentiment", model, metrics={"accuracy": 0.91}, params={"lr": 0.2})
    return store
