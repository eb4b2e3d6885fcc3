"""The README's table of keys says what the registry says."""

import tomllib
from pathlib import Path

import pytest
from mvtui.store import read_keys
from mvtui.store.engine.config import TEMPLATE
from mvtui.tui.app import personal
from mvtui.tui.app.keys.actions import ACTIONS
from mvtui.tui.app.keys.keymap import Keymap
from mvtui.tui.app.keys.keytable import put_into, table

README = Path(__file__).parents[2] / "README.md"


def test_the_readme_has_the_keys_of_the_registry() -> None:
    text = README.read_text("utf-8")
    assert put_into(text) == text, "python -m mvtui.tui.app.keys.keytable README.md"


def test_every_action_is_in_the_table_with_its_keys() -> None:
    lines = table().splitlines()
    for action in ACTIONS:
        line = next(line for line in lines if line.endswith(f"| `{action.id}` |"))
        assert action.description in line
        assert all(f"`{key}`" in line for key in action.keys_shown)
        assert line.count("|") == 4


def test_what_the_readme_and_a_new_store_set_as_examples_can_be_set(tmp_path: Path) -> None:
    example = README.read_text("utf-8").partition("```toml\n[keys]")[2].partition("```")[0]
    own = tmp_path / "config.toml"
    own.write_text("[keys]" + example)
    found = personal.read(str(own))
    assert (found.theme, found.ascii, found.mouse, found.problems) == ("light", False, True, ())
    assert [each.action for each in found.keys] == ["list.filter", "stage.promote"]
    assert Keymap(found.keys).problems == []
    own.write_text(TEMPLATE.partition("[keys]")[2].partition("\n")[2].replace("#", "", 1).partition("\n")[0])
    assert Keymap(read_keys(tomllib.loads(own.read_text()), "", "")).problems == []


def test_a_text_without_a_place_for_it_is_refused() -> None:
    with pytest.raises(ValueError, match="there must be"):
        put_into("# nothing")
