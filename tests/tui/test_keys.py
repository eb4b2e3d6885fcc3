"""A person's own keys: what they are called, where they are set, and what is said of those that can't be."""

import contextlib
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mvtui.store import KeySetting, Store, read_keys
from mvtui.tui.app import personal
from mvtui.tui.app.app import MvtuiApp
from mvtui.tui.app.keys import keynames
from mvtui.tui.app.keys.actions import ACTIONS
from mvtui.tui.app.keys.keymap import Keymap
from mvtui.tui.app.keys.pane import Pane
from mvtui.tui.app.personal import Personal
from textual.keys import Keys, _character_to_key

from .conftest import Opens

# -- names ---------------------------------------------------------------------------------------


def test_characters_are_called_as_textual_calls_them() -> None:
    for char in string.ascii_letters + string.digits + string.punctuation + "éß":
        assert keynames.parsed(char) == _character_to_key(char)
        assert keynames.shown(keynames.parsed(char)) == char


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("ctrl-d", "ctrl+d"),
        ("ctrl+d", "ctrl+d"),
        ("Ctrl-D", "ctrl+d"),
        ("C-d", "ctrl+d"),
        ("space", "space"),
        (" ", "space"),
        ("esc", "escape"),
        ("page down", "pagedown"),
        ("shift-tab", "shift+tab"),
        ("shift-g", "G"),
        ("G", "G"),
        ("ctrl-/", "ctrl+slash"),
        ("slash", "slash"),
        ("question_mark", "question_mark"),
        ("alt-x", "alt+x"),
        ("F5", "f5"),
        ("-", "minus"),
        ("+", "plus"),
        ("ctrl--", "ctrl+minus"),
        ("shift-ctrl-left", "ctrl+shift+left"),
    ],
)
def test_keys_are_understood_as_people_and_as_textual_write_them(written: str, key: str) -> None:
    assert keynames.parsed(written) == key
    assert keynames.parsed(keynames.shown(key)) == key


@pytest.mark.parametrize(
    "written",
    ["", "foo", "ctrl-", "g g", "shift-1", "\x1b", "\u202e", "ctrl-foo", "x" * 5000, "ctrl-m", "ctrl-i"],
)
def test_what_is_no_key_says_so(written: str) -> None:
    with pytest.raises(keynames.UnknownKeyError, match=r"no key|can't tell"):
        keynames.parsed(written)


def test_every_key_of_the_table_can_be_written_as_it_is_shown() -> None:
    for action in ACTIONS:
        for key in action.keys:
            assert keynames.parsed(keynames.shown(key)) == key


def test_named_keys_are_keys_that_textual_knows() -> None:
    known = {key.value for key in Keys} | {"space"}
    assert known >= {name for name in keynames.NAMED if name != "space"} - {"enter"} - {"tab", "escape"}


@given(st.text(max_size=60))
def test_any_text_is_a_key_or_none(text: str) -> None:
    with contextlib.suppress(keynames.UnknownKeyError):
        key = keynames.parsed(text)
        assert keynames.parsed(keynames.shown(key)) == key


# -- which setting wins, and what can't be -------------------------------------------------------


def setting(action: str, *keys: str, line: int = 1, path: str = "own.toml") -> KeySetting:
    return KeySetting(action, keys, "", path, line)


def test_a_person_s_keys_come_before_the_store_s() -> None:
    keymap = Keymap([setting("list.filter", "f")])
    assert keymap.take_store([setting("list.filter", "F"), setting("app.help", "H", path="config.toml")])
    assert keymap.registry.get("list.filter").keys == ("f",)
    assert keymap.registry.get("app.help").keys == ("H",)
    assert keymap.problems == []
    assert not keymap.take_store([setting("list.filter", "F"), setting("app.help", "H", path="config.toml")])


def test_everything_that_can_t_be_is_named_with_its_place_and_the_rest_is_in_force() -> None:
    keymap = Keymap(
        [
            setting("stage.promot", "P", line=2),
            setting("stage.promote", "P", "hyper-p", line=3),
            setting("change.redo", "q", line=4),
            KeySetting("app.help", (), "its value is neither a key nor a list", "own.toml", 5),
            setting("store.refresh", "nokey", line=6),
            setting("whatever.\x1b[2J", "x", line=7),
        ]
    )
    assert keymap.registry.get("stage.promote").keys == ("P",)
    assert keymap.registry.get("change.redo").keys == ("q",)
    assert keymap.registry.get("app.quit").keys == ("ctrl+q",)
    assert keymap.registry.get("app.help").keys == ("question_mark", "f1")
    assert keymap.registry.get("store.refresh").keys == ("r",), "what has no key that there is keeps its own"
    assert keymap.problems == [
        "there is no action 'stage.promot': is it stage.promote? (own.toml, line 2)",
        "stage.promote: there is no key 'hyper-p' (own.toml, line 3)",
        "app.help: its value is neither a key nor a list (own.toml, line 5)",
        "store.refresh: there is no key 'nokey' (own.toml, line 6)",
        "there is no action 'whatever.\\x1b[2J' (own.toml, line 7)",
        "q can't mean both change.redo and app.quit: it is change.redo now (own.toml, line 4)",
    ]


# -- the personal file ---------------------------------------------------------------------------


def write(directory: Path, text: str) -> str:
    path = directory / "config.toml"
    path.write_text(text)
    return str(path)


def test_the_personal_file_says_theme_signs_mouse_and_keys(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        '[screen]\ntheme = "light"\nascii = true\nmouse = false\ncolumns = ["version", "metric"]\n'
        '[keys]\n"list.filter" = "f"\n',
    )
    found = personal.read(path)
    assert found.columns == ("version", "metric")
    assert (found.theme, found.ascii, found.mouse, found.problems) == ("light", True, False, ())
    assert found.keys == (KeySetting("list.filter", ("f",), "", path, 7),)


def test_it_is_looked_for_where_settings_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "mvtui").mkdir()
    write(tmp_path / "mvtui", '[screen]\ntheme = "ansi"\n')
    assert personal.read().theme == "ansi"
    monkeypatch.setenv("XDG_CONFIG_HOME", "not/absolute")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert personal.config_path() == str(tmp_path / "home" / ".config" / "mvtui" / "config.toml")
    assert personal.read() == personal.NOTHING


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[screen\n", "line 1"),
        ("[screne]\ntheme = 1\n", "unknown table [screne]"),
        ("[screen]\ncolour = 1\n", "unknown key screen.colour"),
        ("[screen]\ntheme = 1\n", "screen.theme is not allowed to be that"),
        ("screen = 1\n", "[screen] is a table"),
        ('[screen]\ncolumns = ["stagee"]\n', "there is no column 'stagee': is it stage?"),
        ("[screen]\ncolumns = [1]\n", "something in it that is no name"),
        ('[screen]\ncolumns = "stage"\n', "screen.columns is not allowed to be that"),
        ("keys = 1\n", ""),
        ("a = " + "[" * 5000, ""),
    ],
)
def test_a_broken_file_stops_nothing_and_is_named(text: str, said: str, tmp_path: Path) -> None:
    found = personal.read(write(tmp_path, text))
    told = [*found.problems, *(each.problem for each in found.keys)]
    assert any(said in each for each in told)
    assert (found.theme, found.ascii, found.mouse) == (None, None, None)


@pytest.mark.parametrize("text", ["", "# nothing\n\n", "[screen]\n[keys]\n"])
def test_a_file_that_says_nothing_sets_nothing(text: str, tmp_path: Path) -> None:
    assert personal.read(write(tmp_path, text)) == personal.NOTHING


def test_what_is_no_file_of_text_is_named_or_passed_over(tmp_path: Path) -> None:
    import os

    os.mkfifo(tmp_path / "pipe")
    assert personal.read(str(tmp_path / "pipe")) == personal.NOTHING, "not waited for"
    (tmp_path / "config.toml").write_bytes(b"\xff\xfe")
    assert "can't be read" in personal.read(str(tmp_path / "config.toml")).problems[0]


# -- on the screen -------------------------------------------------------------------------------


async def shown(app: MvtuiApp, size: tuple[int, int] = (120, 35)) -> str:
    from .conftest import Session

    async with app.run_test(size=size) as pilot:
        session = Session(app, pilot)
        await session.rest()
        return session.text


async def test_the_keys_of_a_store_work_and_are_told(own: Store, opened: Opens) -> None:
    (Path(own.root) / "config.toml").write_text('[keys]\n"pane.zoom" = "ctrl-o"\n"app.help" = "h"\n')
    async with opened(own.root, (120, 70)) as it:
        assert "h help" in it.seen("#footer")
        await it.press("z")
        assert not it.main.arranged.zoomed
        await it.press("ctrl+o")
        assert it.main.arranged.zoomed
        await it.press("h")
        assert "ctrl-o" in it.text


async def test_keys_that_can_t_be_are_named_at_start_and_esc_takes_that_away(
    own: Store, opened: Opens
) -> None:
    text = '[keys]\n"pane.zom" = "Z"\n"change.redo" = "q"\n"app.\\u001b[2J" = "x"\n'
    (Path(own.root) / "config.toml").write_text(text)
    async with opened(own.root, (80, 24)) as it:
        assert "there is no action 'pane.zom'" in it.text
        assert "q can't mean both change.redo and app.quit" in it.text
        assert "\x1b" not in it.text
        assert it.selected == "alpha@1.0.0"
        await it.press("escape")
        assert "pane.zom" not in it.text
        await it.press("j", "k")
        assert it.app.is_running


async def test_a_person_s_settings_reach_the_screen(own: Store) -> None:
    from mvtui.store import open_store

    keys = read_keys({"list.filter": "f", "no.such": "x"}, '"list.filter" = "f"\n', "me.toml")
    app = MvtuiApp(
        lambda: open_store(own.root),
        theme="no such theme",
        personal=Personal(keys=keys, problems=("me.toml: something",)),
    )
    text = await shown(app)
    assert "f filter" in text
    assert "there is no action 'no.such'" in text
    assert "me.toml: something" in text
    assert "there is no theme 'no such theme'" in text


async def test_more_than_can_be_named_are_counted(own: Store) -> None:
    from mvtui.store import open_store

    app = MvtuiApp(
        lambda: open_store(own.root),
        personal=Personal(problems=tuple(f"problem {n} " * 40 for n in range(30))),
    )
    text = await shown(app, (80, 24))
    assert "24 more: mvtui doctor names them all" in text
    assert "alpha" in text
    assert app.theme


def test_panes_without_keys_of_their_own_still_have_the_others() -> None:
    keymap = Keymap([setting("mark.toggle", "m")])
    assert keymap.registry.for_key("m", Pane.VERSIONS) is keymap.registry.get("mark.toggle")
    assert keymap.registry.for_key("m", Pane.LINEAGE) is None
