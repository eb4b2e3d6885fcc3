"""Which sections are folded: kept for each model, and added to."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from mvtui.tui.app.screens.folds import Folds


def test_each_model_has_its_own_and_what_was_folded_before_stays() -> None:
    screen: Any = SimpleNamespace(version=SimpleNamespace(model="a"))
    folds = Folds(screen)
    folds.set({"files": True})
    folds.set({"curves": False})
    assert folds.now == {"files": True, "curves": False}
    screen.version = SimpleNamespace(model="b")
    assert folds.now == {}
    screen.version = None
    folds.set({"files": True})
    assert folds.now == {}
    screen.version = SimpleNamespace(model="a")
    folds.set({"files": False})
    assert folds.now == {"files": False, "curves": False}
