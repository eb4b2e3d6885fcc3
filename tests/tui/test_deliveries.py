"""What is copied to the clipboard, hashed again, and copied out, from the screen."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mvtui.store import Store, open_store
from mvtui.tui.app.asking import places
from mvtui.tui.app.keys.actions import ACTIONS

from .conftest import Opens
from .staging import staged
from .test_dialogs import changes, closed, dialog, flat, settled, typed

EVIL = "[/b][@click=app.quit]x\x1b[2J\u202e"


@pytest.fixture
def world(tmp_path: Path) -> Path:
    return staged(tmp_path)


def spoil(world: Path, ref: str) -> None:
    """Let a byte of the version's file flip."""
    with open_store(world, read_only=True) as store:
        digest = store.show(ref).files[0].digest
    file = world / "objects" / digest[:2] / digest[2:]
    file.chmod(0o644)
    file.write_bytes(b"X" + file.read_bytes()[1:])


class Gate:
    """Lets a verb of the store wait at its first report of progress, and tells when it is there."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, verb: str) -> None:
        self.there, self.go_on = asyncio.Event(), asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._verb: Callable[..., Any] = getattr(Store, verb)
        monkeypatch.setattr(Store, verb, lambda store, *args, **options: self._slowly(store, args, options))

    def _slowly(self, store: Store, args: tuple[Any, ...], options: dict[str, Any]) -> Any:
        progress = options["progress"]

        def told(report: Any) -> None:
            self._loop.call_soon_threadsafe(self.there.set)
            asyncio.run_coroutine_threadsafe(self.go_on.wait(), self._loop).result()
            progress(report)

        return self._verb(store, *args, **{**options, "progress": told})


# -- copying ------------------------------------------------------------------------------------------


async def test_y_lists_what_can_be_copied_and_a_letter_copies_it(world: Path, opened: Opens) -> None:
    with open_store(world) as store:
        found = store.show("m@1.3.0")
        path = store.path("m@1.3.0")
    wanted = {
        "r": "m@1.3.0",
        "i": found.version.id,
        "d": found.files[0].digest,
        "p": str(path),
        "c": "mvtui checkout m@1.3.0 m-1.3.0",
        "y": "m@1.3.0",
        "Y": found.version.id,
    }
    async with opened(world) as it:
        for key, value in wanted.items():
            await it.press("y")
            assert "Copy of m@1.3.0" in it.text
            assert found.files[0].digest[:20] in it.text
            await it.press(key)
            await settled(it)
            assert it.app.clipboard == value, key
            assert value[:60] in it.seen("#footer"), "it stays to be selected by hand"


@pytest.mark.parametrize("takes", [True, False])
async def test_in_tmux_it_is_given_to_tmux(
    world: Path, opened: Opens, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, takes: bool
) -> None:
    """As it comes, tmux throws away what programs send to the clipboard; one before 3.2 knows no -w."""
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "tmux").write_text(
        f'#!/bin/sh\necho "$*" >"$0.asked"\ncat >"$0.given"\nexit {0 if takes else 1}\n'
    )
    (tools / "tmux").chmod(0o755)
    monkeypatch.setenv("PATH", str(tools), prepend=os.pathsep)
    monkeypatch.setenv("TMUX", "/tmp/tmux-1000/default,1,0")
    async with opened(world, (80, 24)) as it:
        await it.press("y", "y")
        await it.until(lambda: "m@1.3.0" in it.seen("#footer"))
        assert (tools / "tmux.asked").read_text() == "load-buffer -w -\n"
        assert (tools / "tmux.given").read_text() == "m@1.3.0"
        told = it.seen("#footer")
        if takes:
            assert "sent to tmux and the clipboard: m@1.3.0" in told
            assert it.app.clipboard == "", "tmux sends it on"
        else:
            assert "sent to the clipboard (in tmux only with: set -g set-clipboard on): m@1.3.0" in told
            assert it.app.clipboard == "m@1.3.0"


async def test_a_long_path_leaves_room_to_say_that_it_was_copied(world: Path, opened: Opens) -> None:
    async with opened(world, (80, 24)) as it:
        await it.press("y", "p")
        await settled(it)
        assert len(it.app.clipboard) > 50
        assert "sent to the clipboard: /" in it.seen("#footer")


async def test_the_cursor_copies_too(world: Path, opened: Opens) -> None:
    async with opened(world) as it:
        await it.press("y", "down", "j", "k", "enter")
        await settled(it)
        assert it.main.version is not None
        assert it.app.clipboard == it.main.version.id
        await it.press("y", "escape")
        assert closed(it)


async def test_of_several_files_there_is_no_one_digest(world: Path, opened: Opens, tmp_path: Path) -> None:
    folder = tmp_path / "two"
    folder.mkdir()
    for name in "ab":
        (folder / name).write_text(name)
    with open_store(world) as store:
        store.register("m", folder, capture=False)
    async with opened(world) as it:
        await it.press("g", "y", "d")
        assert "there is no one digest: it has 2 files" in flat(it.text)
        assert not closed(it)


async def test_a_path_to_damaged_bytes_is_not_copied(world: Path, opened: Opens) -> None:
    spoil(world, "m@1.3.0")
    async with opened(world) as it:
        await it.press("y", "p")
        await it.until(lambda: "can't be trusted" in flat(it.text))
        assert it.app.clipboard == ""


async def test_copying_works_where_nothing_can_be_changed(world: Path, opened: Opens) -> None:
    async with opened(world, read_only=True) as it:
        await it.press("y", "y")
        await settled(it)
        assert it.app.clipboard == "m@1.3.0"


# -- verifying ------------------------------------------------------------------------------------------


async def test_v_hashes_at_once_and_says_it_is_whole(world: Path, opened: Opens) -> None:
    async with opened(world) as it:
        await it.press("v")
        await settled(it)
        assert "m@1.3.0 is whole: 1 file, 28 B, each as it was registered" in it.text
    with open_store(world) as store:
        assert store.get("m@1.3.0").verified, "it is on record, for gates that ask"


async def test_damage_is_told_in_words_and_stays(world: Path, opened: Opens) -> None:
    spoil(world, "m@1.3.0")
    async with opened(world) as it:
        await it.press("v")
        await it.until(lambda: "m@1.3.0 is not whole: weights.bin is damaged" in flat(it.text))
        assert "Registering the good files" in flat(it.text)
        assert "mvtui verify m@1.3.0" in it.text
        await it.press("x", "enter")
        await it.until(lambda: "m@1.3.0 is not whole" in flat(it.text))
        await it.press("escape")
        assert closed(it)


async def test_hashing_is_stopped_by_esc(world: Path, opened: Opens, monkeypatch: pytest.MonkeyPatch) -> None:
    before = changes(world)
    gate = Gate(monkeypatch, "verify")
    async with opened(world) as it:
        await it.pilot.press("v")
        await it.until(gate.there.is_set)
        await it.pilot.press("enter", "x")
        assert "esc stop" in flat(it.text)
        await it.pilot.press("escape")
        await it.until(lambda: "stopping" in it.text)
        gate.go_on.set()
        await settled(it)
        assert "stopped: whether m@1.3.0 is whole is not known" in it.text
    assert changes(world) == before


async def test_verifying_works_where_nothing_can_be_changed(world: Path, opened: Opens) -> None:
    before = changes(world)
    async with opened(world, read_only=True) as it:
        await it.press("v")
        await settled(it)
        assert "m@1.3.0 is whole" in it.text
    assert changes(world) == before


def test_what_reads_only_asks_for_no_right_to_change() -> None:
    from mvtui.tui.app.keys.registry import Registry, Situation

    locked = Situation(models=1, versions=1, selected="m@1.0.0", locked="it may not be written")
    free = {"version.verify", "copy.menu", "copy.id"}
    assert free <= {action.id for action in ACTIONS}
    assert not [name for name in free if Registry(ACTIONS).get(name).obstacle(locked)]


async def test_hostile_names_of_files_are_harmless(world: Path, opened: Opens, tmp_path: Path) -> None:
    folder = tmp_path / "evil"
    folder.mkdir()
    (folder / EVIL.replace("/", "")).write_text("x")
    with open_store(world) as store:
        store.register("m", folder, capture=False)
        latest = store.versions("m")[0].ref
    spoil(world, latest)
    for size in ((80, 24), (160, 45)):
        async with opened(world, size) as it:
            await it.press("g", "v")
            await it.until(lambda: "is not whole" in flat(it.text))
            assert "\x1b" not in it.text
            await it.press("escape", "y")
            assert "\x1b" not in it.text
            assert dialog(it).columns <= size[0]
            await it.press("escape")
            assert it.app.is_running


# -- checking out -----------------------------------------------------------------------------------------


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The directory the app is started in: with directories, files and hidden ones."""
    here = tmp_path / "here"
    for name in ("outputs", "output", "models/old", ".git"):
        (here / name).mkdir(parents=True)
    (here / "notes.txt").write_text("x")
    (here / "models" / "a.bin").write_bytes(b"x" * 1500)
    monkeypatch.chdir(here)
    return here


def below(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*"))


async def test_o_copies_the_files_to_a_directory_of_their_name(
    world: Path, opened: Opens, here: Path
) -> None:
    async with opened(world) as it:
        await it.press("o")
        assert "Check out m@1.3.0" in it.text
        assert typed(it) == "m-1.3.0"
        assert "mvtui checkout m@1.3.0 m-1.3.0" in it.text
        await it.press("enter")
        await settled(it)
        assert f"m@1.3.0 is in {here}/m-1.3.0: 1 file, 28 B"[:70] in it.text
        assert (here / "m-1.3.0" / "weights.bin").read_bytes() == b"weights" * 4
        await it.press("o")
        assert "that directory is not empty" in flat(it.text)
        await it.press("enter")
        assert not closed(it)


async def test_the_list_completes_as_a_path_is_typed(world: Path, opened: Opens, here: Path) -> None:
    async with opened(world) as it:
        await it.press("o", "end", "ctrl+u")
        assert "models/" in it.text
        assert ".git" not in it.text
        assert "notes.txt" not in it.text, "it is no directory"
        await it.press("o", "tab")
        assert typed(it) == "output", "as far as there is one way only"
        await it.press("s", "tab")
        assert typed(it) == "outputs/"
        assert "there is no directory in it" in it.text
        await it.press(*"new", "enter")
        await settled(it)
        assert (here / "outputs" / "new" / "weights.bin").exists()


async def test_up_and_down_choose_and_enter_descends(world: Path, opened: Opens, here: Path) -> None:
    async with opened(world) as it:
        await it.press("o", "end", "ctrl+u", "down")
        assert "▸ models/" in it.text
        await it.press("enter")
        assert typed(it) == "models/"
        assert "that directory is not empty" in flat(it.text)
        await it.press("up", "enter", "enter")
        await settled(it)
        assert (here / "models" / "old" / "weights.bin").exists(), "an empty one will do"


async def test_paths_that_can_t_be_say_why(
    world: Path, opened: Opens, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(here))
    async with opened(world) as it:
        await it.press("o", "end", "ctrl+u", "enter")
        assert "type where to copy it to" in it.text
        await it.press(*"notes.txt")
        assert "that is no directory" in it.text
        await it.press("enter")
        assert not closed(it)
        await it.press("end", "ctrl+u", *"~/mo", "tab")
        assert typed(it) == "~/models/"
        await it.press(*"x y")
        assert "mvtui checkout m@1.3.0 ~/'models/x y'" in it.text
        await it.press("enter")
        await settled(it)
    assert (here / "models" / "x y" / "weights.bin").exists()


async def test_damaged_bytes_are_not_copied(world: Path, opened: Opens, here: Path) -> None:
    spoil(world, "m@1.3.0")
    async with opened(world) as it:
        await it.press("o", "enter")
        await it.until(lambda: "weights.bin" in it.text)
        assert not closed(it)
    assert not (here / "m-1.3.0").exists()


async def test_copying_out_is_stopped_by_esc_and_leaves_nothing(
    world: Path, opened: Opens, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = below(here)
    gate = Gate(monkeypatch, "checkout")
    async with opened(world) as it:
        await it.press("o")
        await it.pilot.press("enter")
        await it.until(gate.there.is_set)
        await it.pilot.press("escape")
        gate.go_on.set()
        await settled(it)
        assert "stopped: nothing was copied to m-1.3.0" in it.text
    assert below(here) == before


async def test_checking_out_works_where_nothing_can_be_changed(
    world: Path, opened: Opens, here: Path
) -> None:
    async with opened(world, read_only=True) as it:
        await it.press("o", "enter")
        await settled(it)
    assert (here / "m-1.3.0" / "weights.bin").exists()


async def test_hostile_names_in_a_directory_are_harmless_and_not_typed(
    world: Path, opened: Opens, here: Path
) -> None:
    evil = here / "models" / "old" / EVIL.replace("/", "")
    evil.mkdir()
    for size in ((80, 24), (120, 35)):
        async with opened(world, size) as it:
            await it.press("o", "end", "ctrl+u", *"models/old/")
            assert "click=app.quit" in it.text
            await it.press("tab", "down", "enter")
            assert typed(it) == "models/old/"
            assert "\x1b" not in it.text
            assert "\u202e" not in it.text
            await it.press("escape")
            assert it.app.is_running


def test_a_place_tells_what_is_there(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for typed_, state in (
        ("models", "directory"),
        ("outputs", "empty"),
        ("notes.txt", "file"),
        ("notes.txt/x", "other"),
        ("none", "nothing"),
        ("", "nothing"),
        ("/dev/null", "other"),
    ):
        assert places.look(typed_).state == state, typed_
    assert [entry.name for entry in places.look("models/").choices.entries] == ["old", "a.bin"]
    assert places.look("models/").choices.entries[1].size == 1500
    assert [entry.name for entry in places.look(".").choices.entries] == [".git"]
    assert [entry.name for entry in places.look("MOD").choices.entries] == ["models"], (
        "in any case if none fits"
    )
    assert places.look("a\0b").choices.problem
    monkeypatch.setattr(places, "MOST", 1)
    assert len(places.look("").choices.entries) == 1
    assert places.look("").choices.total == 4


async def test_a_long_directory_says_how_many_are_left_out(world: Path, opened: Opens, here: Path) -> None:
    for number in range(40):
        (here / "outputs" / f"run{number:02}").mkdir()
    async with opened(world, (80, 24)) as it:
        await it.press("o", "end", "ctrl+u", *"outputs/")
        assert "34 more: type on" in it.text
        await it.press("up")
        assert "▸ run39/" in it.text
