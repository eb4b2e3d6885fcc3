"""mvtui doctor names what of a person's settings, and of a store's keys, can't be."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from mvtui.store import init_store

from .conftest import Run

Told = Callable[[str, str], list[tuple[str, str]]]


@pytest.fixture
def told(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Told:
    """Say what doctor warns of, for a personal file and a store's."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    (tmp_path / "config" / "mvtui").mkdir(parents=True)

    def ask(own: str, stores: str) -> list[tuple[str, str]]:
        with init_store(tmp_path / "store") as store:
            root = Path(store.root)
        (root / "config.toml").write_text(stores)
        (tmp_path / "config" / "mvtui" / "config.toml").write_text(own)
        result = run("doctor", "--store", str(root), "--json")
        found = json.loads(result.out)
        return [(each["topic"], each["message"]) for each in found if each["topic"] in ("keys", "screen")]

    return ask


def test_good_settings_are_not_worth_a_word(told: Told) -> None:
    assert told('[keys]\n"list.filter" = "f"\n', '[keys]\n"list.filter" = "F"\n') == []
    assert told("", "") == []


def test_all_that_can_t_be_is_named_with_file_and_line(told: Told, tmp_path: Path) -> None:
    found = told('[screen]\ntheme = 3\n[keys]\n"app.hlp" = "h"\n', '[keys]\n"copy.id" = "q"\n')
    assert [topic for topic, _ in found] == ["screen", "keys", "keys"]
    messages = [message for _, message in found]
    assert "screen.theme" in messages[0]
    assert "no action 'app.hlp'" in messages[1]
    assert f"{tmp_path / 'config' / 'mvtui' / 'config.toml'}, line 4" in messages[1]
    assert "q can't mean both copy.id and app.quit" in messages[2]
    assert f"{tmp_path / 'store' / 'config.toml'}, line 2" in messages[2]
    columns = told('[screen]\ncolumns = ["agee"]\n', '[screen]\ncolumns = ["stagee"]\ntheme = "dark"\n')
    assert [topic for topic, _ in columns] == ["screen"] * 3
    assert "is it age?" in columns[0][1]
    assert "unknown key screen.theme" in columns[1][1]
    assert "is it stage?" in columns[2][1]
    assert "\x1b" not in "".join(told('[keys]\n"a.\\u001b" = "h"\n', "")[0])
