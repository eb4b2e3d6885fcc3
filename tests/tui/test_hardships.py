"""Every action in a hostile store, in one that goes away, in one that is damaged, in one that changes: told, never raised."""

from __future__ import annotations

import json
import os
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mvtui.store import Store, init_store, open_store
from mvtui.store.errors import StorageError
from mvtui.tui.app.keys.actions import ACTIONS
from mvtui.tui.app.keys.pane import VIEWS, Pane
from mvtui.tui.app.keys.registry import MOVE

from .conftest import Opens, Session
from .staging import APPROVED, GATES, staged, write

EVIL = (
    "\x1b]52;c;aGk=\x07\x1b[2J[@click=app.quit]x[/] [/foo] \u202egnp.exe \u200b日本\r\n\t\x9b31m\U000e0041"
    + "long " * 2000
)
LEAVE = frozenset({"app.quit", "app.suspend", "app.interrupt"})
OTHERS = [action for action in ACTIONS if action.id not in LEAVE and action.section != MOVE]
"""What moves about in a pane asks nothing of the store: ``every_pane`` does it."""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def hostile(root: Path, here: Path) -> None:
    """Fill a store with text that wants to reach the terminal, wherever text may stand."""
    files = here / "files"
    files.mkdir()
    (files / "a\x1b[2J[b]\u202e.bin").write_bytes(b"a")
    header = {
        "__metadata__": {EVIL: EVIL},
        "layer[/x]\x1b[2J.w": {"dtype": "U8", "shape": [1], "data_offsets": [0, 1]},
    }
    text = json.dumps(header).encode()
    (files / "model.safetensors").write_bytes(len(text).to_bytes(8, "little") + text + b"\0")
    (files / "config.json").write_text(json.dumps({EVIL: EVIL, "model_type": EVIL}))
    (here / "\x1b[2J[b].bin").write_bytes(b"b")
    with init_store(root) as store:
        for number in range(3):
            (files / "config.json").write_text(json.dumps({EVIL: EVIL, "n": number}))
            store.register(
                "evil",
                files,
                version=f"1.{number}.0",
                note=EVIL,
                params={EVIL[:100]: EVIL, "p": EVIL[:900]},
                tags={"k": EVIL[:500]},
                metrics={EVIL[:60]: number, "accuracy": 0.5 + number / 10},
                parents=[f"evil@1.{number - 1}.0"] if number else (),
                capture=False,
            )
        store.promote("evil@1.0.0", "production", reason=EVIL[:500])
        store.promote("evil@1.1.0", "production", reason=EVIL[:500])
        store.promote("evil@1.2.0", "validation", reason=EVIL[:500])
        write(root, APPROVED + '[[gate]]\nstage = "production"\nmetric = "[/x]\\u001b[2J"\nmin = 1\n')
        store.request("evil@1.2.0", "production", reason=EVIL[:500])


def harmless(it: Session, *, ascii_only: bool = False) -> None:
    """What the screen shows could not do anything to a terminal."""
    text = it.text.replace("\n", "")
    bad = {char for char in text if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")}
    assert not bad, it.text
    assert not ascii_only or text.isascii(), {char for char in text if not char.isascii()}


async def settle(it: Session) -> None:
    """Come to rest as ``rest`` does, but without waiting for the processor to be idle: three hundred times it adds up."""
    await it.pilot.pause(0)
    await it.until(lambda: not it.app.is_running or it.app.at_rest)
    await it.pilot.pause(0)


async def back(it: Session) -> None:
    """Close whatever is open, without a key for each."""
    for _ in range(10):
        if it.app.screen is it.main and not it.main.filter_line.typing and it.main.dialog is None:
            return
        it.app.simulate_key("escape")
        await settle(it)
    raise AssertionError("there is no way back from\n" + it.text)


async def every_action(it: Session, *, ascii_only: bool = False) -> None:
    """Do each action by its name, look at what it shows, and go back."""
    for action in OTHERS:
        await it.main.perform(it.main.registry.get(action.id))
        await settle(it)
        harmless(it, ascii_only=ascii_only)
        await back(it)


async def every_pane(it: Session, *, ascii_only: bool = False) -> None:
    for pane in VIEWS:
        it.main.activate(pane)
        await settle(it)
        harmless(it, ascii_only=ascii_only)
        it.main.scroller.to_bottom()
        await settle(it)
        harmless(it, ascii_only=ascii_only)
    it.main.activate(Pane.VERSIONS)


@pytest.mark.parametrize(("size", "ascii_only"), [((80, 24), True), ((160, 45), False)])
async def test_hostile_text_is_harmless_in_every_pane_and_dialog(
    size: tuple[int, int], ascii_only: bool, opened: Opens, here: Path, tmp_path: Path
) -> None:
    hostile(tmp_path / "store", here)
    async with opened(tmp_path / "store", size, ascii_only=ascii_only) as it:
        await every_pane(it, ascii_only=ascii_only)
        await every_action(it, ascii_only=ascii_only)
        it.main.activate(Pane.TESTS)
        await settle(it)
        await it.main.perform(it.main.registry.get("test.start"))
        await settle(it)
        assert "Start an A/B test of evil" in it.text
        harmless(it, ascii_only=ascii_only)
        await back(it)
        it.main.activate(Pane.VERSIONS)
        for typed in ((":", "e", "v"), ("/", "n", "o"), ("n", "e")):
            for key in typed:
                await it.pilot.press({":": "colon", "/": "slash"}.get(key, key))
            await it.rest()
            harmless(it, ascii_only=ascii_only)
            await back(it)
        assert it.app.is_running


async def test_a_store_that_goes_away_is_told_whatever_is_done(
    opened: Opens, here: Path, tmp_path: Path
) -> None:
    """As when its disk is unmounted; it comes back, and so does the screen."""
    world = staged(tmp_path)
    async with opened(world) as it:
        os.rename(world, tmp_path / "elsewhere")
        await it.until(lambda: "the store is gone" in it.seen("#banner"))
        await every_pane(it)
        await every_action(it)
        assert it.main.selection.version is not None, "what it held stays on the screen"
        os.rename(tmp_path / "elsewhere", world)
        await it.until(lambda: not it.main.banner.display)
        await it.rest()
        with open_store(world, read_only=True) as store:
            it.main.selection.go_to(store.get("m@1.2.0"))
        await it.rest()
        await it.press("p", *"w", "enter")
        await it.until(lambda: it.main.dialog is None)
    with open_store(world, read_only=True) as store:
        assert store.get("m@1.2.0").stage == "production"


async def test_a_store_that_goes_away_under_a_dialog_loses_nothing_that_was_typed(
    opened: Opens, here: Path, tmp_path: Path
) -> None:
    world = staged(tmp_path)
    async with opened(world, poll=60) as it:
        await it.press("j")
        for key in ("p", "R", "e", "t", "A", "D", "d", "n", "o"):
            await it.press(key, *"wh")
            dialog = it.main.dialog
            assert dialog is not None
            before = dialog.typed
            os.rename(world, tmp_path / "elsewhere")
            await it.press("enter")
            if it.main.dialog is not None:
                assert "wh" in before
                assert it.main.dialog.typed in (before, ""), key
            harmless(it)
            await back(it)
            os.rename(tmp_path / "elsewhere", world)
            it.main.worker.refresh()
            await it.until(lambda: not it.main.banner.display)
            assert it.selected == "m@1.2.0"


async def test_a_damaged_journal_is_a_banner_whatever_is_done(
    opened: Opens, here: Path, tmp_path: Path
) -> None:
    world = staged(tmp_path)
    path = next((world / "journal").iterdir())
    lines = path.read_bytes().splitlines(keepends=True)
    lines[4] = lines[4].replace(b"m", b"n", 1)
    path.write_bytes(b"".join(lines))
    for derived in ("index.json", "head.json"):
        (world / derived).unlink(missing_ok=True)
    async with opened(world) as it:
        assert "mvtui repair" in it.seen("#banner")
        await every_pane(it)
        await every_action(it)


async def test_damaged_objects_are_told_whatever_is_done(opened: Opens, here: Path, tmp_path: Path) -> None:
    """Every byte that the store keeps is spoiled: manifests, captures, weights."""
    world = staged(tmp_path, GATES + APPROVED)
    for path in (world / "objects").rglob("*"):
        if path.is_file():
            os.chmod(path, 0o644)
            path.write_bytes(b"\x80spoiled\x1b[2J" * 3)
    async with opened(world) as it:
        await every_pane(it)
        await every_action(it)


async def test_what_changes_under_a_dialog_is_said_in_it(opened: Opens, here: Path, tmp_path: Path) -> None:
    """Whatever the dialog, someone else's change of what it is about is told before anything is done."""
    changes: dict[str, Callable[[Store], object]] = {
        "e": lambda other: other.note("m@1.2.0", "another"),
        "t": lambda other: other.tag("m@1.2.0", {"a": "b"}),
        "A": lambda other: other.alias("m@1.0.0", "best"),
        "u": lambda other: other.tag("m@1.2.0", {"a": "c"}),
        "p": lambda other: other.promote("m@1.2.0", "staging", reason="x"),
        "d": lambda other: other.promote("m@1.2.0", "validation", reason="x"),
        "R": lambda other: other.promote("m@1.2.0", "production", reason="x"),
    }
    world = staged(tmp_path)
    async with opened(world) as it:
        await it.press("j")
        with open_store(world) as other:
            for key, change in changes.items():
                assert it.selected == "m@1.2.0"
                await it.press(key)
                dialog = it.main.dialog
                assert dialog is not None, key
                assert dialog.prospect is not None, key
                change(other)
                count = len(list(other.events()))
                await it.until(lambda dialog=dialog: "changed since you looked" in dialog._said[0])  # type: ignore[misc]
                assert "changed since you looked" in it.text, key
                await back(it)
                assert len(list(other.events())) == count, key


FAILING: dict[str, tuple[tuple[str, ...], ...]] = {
    "promote": (("p", *"w", "enter"), ("d", *"w", "enter")),
    "rollback": (("R", *"w", "enter"),),
    "approve": (("a", *"w", "enter"),),
    "undo": (("u", "y"),),
    "note": (("e", *"w", "enter"),),
    "tag": (("t", *"w=1", "enter"),),
    "alias": (("A", *"w", "enter"),),
    "delete": (("D", *"w", "enter", "y"),),
    "verify": (("v",),),
    "checkout": (("o", *"w", "enter"),),
    "path": (("y", "p"),),
    "register": (("n", *"new.bin", "enter", "enter"),),
}
"""How each verb is reached by keys."""


async def test_what_the_store_refuses_is_told_in_the_dialog_and_nothing_typed_is_lost(
    opened: Opens, here: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = staged(tmp_path)
    (here / "new.bin").write_bytes(b"new")
    with open_store(world, read_only=True) as store:
        count = len(list(store.events()))
        versions = {version.version: version for version in store.versions("m")}

    def refuse(patched: pytest.MonkeyPatch, verb: str) -> None:
        works = getattr(Store, verb)

        def refused(self: Store, *args: Any, dry_run: bool = False, **options: Any) -> Any:
            if dry_run:
                return works(self, *args, dry_run=True, **options)
            raise StorageError("the disk is full [/x]\x1b[2J", hint="Make room.")

        patched.setattr(Store, verb, refused)

    async with opened(world) as it:
        for verb, ways in FAILING.items():
            for keys in ways:
                it.main.selection.go_to(versions["1.3.0" if verb == "delete" else "1.2.0"])
                await it.rest()
                with monkeypatch.context() as patched:
                    refuse(patched, verb)
                    await it.press(keys[0])
                    await it.press(*keys[1:])
                    await it.until(lambda: "the disk is full" in it.text and "Make room." in it.text)
                assert it.main.dialog is not None, verb
                if it.main.dialog.field and verb != "register":
                    assert "w" in it.main.dialog.typed, verb
                harmless(it)
                await back(it)
    with open_store(world, read_only=True) as store:
        assert len(list(store.events())) == count
