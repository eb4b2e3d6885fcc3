"""Random histories of a store, with another Store object or another process acting in between."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test
from mvtui import init_store
from mvtui.store.engine import actor, config

from .acting import There
from .machine import Histories

TIMES = int(os.environ.get("MVTUI_HISTORIES", "1"))
"""So many times as many examples: for a long run."""


@pytest.fixture(autouse=True)
def acting(monkeypatch: pytest.MonkeyPatch, no_sync: None) -> None:
    """People act by turns: afterwards this process is who it was. Nobody is in the middle of writing config.toml."""
    monkeypatch.setattr(actor, "current", actor.current)
    monkeypatch.setattr(config, "_STILL_NS", 0)


def _run(machine: type[Histories], examples: int, steps: int) -> None:
    long = settings(max_examples=TIMES * examples, stateful_step_count=steps)
    run_state_machine_as_test(machine, settings=long)


def test_random_histories() -> None:
    _run(Histories, 80, 40)


@pytest.fixture
def another(tmp_path: Path) -> Iterator[There]:
    """One process for all histories: starting it takes longer than a history."""
    init_store(tmp_path / "none").close()
    process = There(tmp_path / "none")
    yield process
    process.close()


def test_random_histories_with_another_process(another: There) -> None:
    class Borrowed:
        """The process, with the store of one history."""

        def __init__(self, root: Path) -> None:
            another.open(root)
            self.do, self.reopen = another.do, another.reopen

        def close(self) -> None:
            """It goes on with the next one."""

    class HistoriesOfTwo(Histories):
        other = Borrowed

    _run(HistoriesOfTwo, 40, 40)


@pytest.mark.slow
def test_many_more_random_histories() -> None:
    _run(Histories, 1000, 60)
