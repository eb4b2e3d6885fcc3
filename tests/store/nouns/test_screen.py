"""``[screen]`` in a store's config.toml: read, named where it can't be, and never a reason to stop."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from mvtui.store import init_store, open_store
from mvtui.store.nouns.screen import ScreenSettings, read_screen


def read(text: str) -> ScreenSettings:
    return read_screen(tomllib.loads(text)["screen"], text, "config.toml")


def test_columns_are_read_with_their_place() -> None:
    found = read('[lock]\ntimeout = "3s"\n[screen]\ncolumns = ["version", "metric.f1"]\n')
    assert found == ScreenSettings(("version", "metric.f1"), (), "config.toml, line 4")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("screen = 3", "[screen] is a table; known in it: columns (config.toml)"),
        ('[screen]\ntheme = "dark"', "unknown key screen.theme; known in a store: columns (config.toml, line 2)"),
        ("[screen]\ncolumns = 3", 'screen.columns is a list of names, such as ["version", "stage"] (config.toml, line 2)'),
        ("[screen]\ncolumns = [3]", 'screen.columns is a list of names, such as ["version", "stage"] (config.toml, line 2)'),
    ],
)  # fmt: skip
def test_what_can_t_be_is_named_and_nothing_raised(text: str, problem: str) -> None:
    found = read(text)
    assert found.problems == (problem,)
    assert found.columns == ()


def test_a_store_hands_it_out_and_goes_on_with_what_can_t_be(tmp_path: Path) -> None:
    with init_store(tmp_path / "store") as store:
        assert store.screen is None
    (tmp_path / "store" / "config.toml").write_text("[screen]\ncolumns = 3\n")
    with open_store(tmp_path / "store") as store:
        assert store.screen is not None
        assert store.screen.problems
        assert store.models() == []
