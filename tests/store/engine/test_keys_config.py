"""[keys] in a store's config.toml: taken as it is written, with file and line; never a reason to refuse the rest."""

from pathlib import Path

import pytest
from mvtui.store import KeySetting, init_store, open_store, read_keys
from mvtui.store.engine import config

TEXT = """\
[lock]
timeout = "1s"

[keys]
"list.filter" = ["/", "ctrl-f"]
move.down = "n"
pane = { next = "w" }
app.quit = 3
copy.id = []

[keys.stage]
promote = 'P'
"""


def load(directory: Path, text: str) -> config.Config:
    path = directory / "config.toml"
    path.write_text(text)
    return config.load(str(path))


def test_every_way_to_write_it_says_the_same(tmp_path: Path) -> None:
    found = load(tmp_path, TEXT)
    path = str(tmp_path / "config.toml")
    assert found.lock_timeout == 1
    assert {each.action: (each.keys, each.line) for each in found.keys} == {
        "list.filter": (("/", "ctrl-f"), 5),
        "move.down": (("n",), 6),
        "pane.next": (("w",), 7),
        "app.quit": ((), 8),
        "copy.id": ((), 9),
        "stage.promote": (("P",), 12),
    }
    wrong = [each for each in found.keys if each.problem]
    assert [each.action for each in wrong] == ["app.quit"]
    assert wrong[0].place == f"{path}, line 8"


@pytest.mark.parametrize(
    "text",
    [
        "keys = 3",
        'keys = "x"',
        "keys = []",
        "[[keys]]\na = 1",
        "[keys]\na.b.c.d.e.f.g = 1",
        '[keys]\n"" = ""',
    ],
)
def test_whatever_it_says_the_rest_is_in_force(text: str, tmp_path: Path) -> None:
    found = load(tmp_path, f'{text}\n[lock]\ntimeout = "1s"\n')
    assert found.lock_timeout == 1
    assert all(isinstance(each, KeySetting) for each in found.keys)


def test_no_table_means_no_keys() -> None:
    assert read_keys({}, "", "x") == ()
    assert config.Config().keys == ()


def test_an_open_store_tells_them_as_they_are_now(tmp_path: Path) -> None:
    with init_store(tmp_path / "store"):
        pass
    with open_store(tmp_path / "store") as store:
        assert store.keys == ()
        (tmp_path / "store" / "config.toml").write_text(TEXT)
        assert len(store.keys) == 6
