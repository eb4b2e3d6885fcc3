"""Errors that nobody foresaw: told in a dialog with the log's path, nothing lost, and the app goes on where it can."""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mvtui.store import Store, open_store
from mvtui.tui import crashlog
from mvtui.tui.app.dialogs.promote import PromoteDialog
from mvtui.tui.app.keys.pane import Pane
from mvtui.tui.app.mishaps import Mishaps
from mvtui.tui.app.screens import commands
from mvtui.tui.app.screens.arrangement import Arrangement
from mvtui.tui.app.screens.board import Board
from mvtui.tui.app.screens.mishap import MishapScreen
from mvtui.tui.app.widgets.table import VirtualTable

from .conftest import Opens, Session
from .staging import staged
from .test_no_io import _caught, _watched

EVIL = "by \x1b]52;c;aGk=\x07[/foo]\u202e --password hunter2secret"


class Unforeseen(Exception):  # noqa: N818 - no one knows what it is
    """Nobody knows this one."""


@pytest.fixture
def world(tmp_path: Path) -> Path:
    return staged(tmp_path)


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "mvtui"


def broken(*_: object, **__: object) -> Any:
    raise Unforeseen(EVIL)


async def told(it: Session) -> str:
    """Wait for the dialog; return what it shows."""
    await it.until(lambda: isinstance(it.app.screen, MishapScreen))
    await it.rest()
    return " ".join(it.text.replace("│", " ").split())


async def test_an_error_in_a_key_s_handler_is_told_and_the_screen_goes_on(
    world: Path, opened: Opens, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(world, mishaps=True) as it:
        monkeypatch.setitem(commands.COMMANDS, "list.sort", broken)
        await it.press("j", "s")
        text = await told(it)
        assert "mvtui met a bug of its own" in text
        assert "Unforeseen: by ␛]52;c;aGk=" in text
        assert str(state / "mvtui.log") in "".join(line.strip() for line in it.seen("#mishap").splitlines())
        await it.press("escape", "j")
        assert it.selected == "m@1.1.0"
        await it.press("s", "k")
        assert it.app.screen is it.main, "the same error is told once"
        assert it.selected == "m@1.2.0"
    log = (state / "mvtui.log").read_text()
    assert "in broken" in log
    assert "mvtui 0" in log
    assert "terminal: " in log
    assert "hunter2secret" not in log
    assert "\x1b" not in log
    assert log.count("Traceback") == 1
    assert stat.S_IMODE((state / "mvtui.log").stat().st_mode) == 0o600


async def test_a_widget_that_can_t_be_drawn_says_so(
    world: Path, opened: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(world, mishaps=True) as it:
        draw = VirtualTable.render_line
        monkeypatch.setattr(VirtualTable, "render_line", broken)
        await it.press("j")
        await told(it)
        await it.press("escape", "G", "3", "2", "1", "0", "1")
        assert "this can't be drawn" in it.text
        assert it.app.crash is None
        monkeypatch.setattr(VirtualTable, "render_line", draw)
        it.app.redraw()
        await it.rest()
        assert "this can't be drawn" not in it.text
        assert it.selected == "m@1.0.0"


async def test_an_error_while_a_dialog_is_drawn_leaves_a_way_out(
    world: Path, opened: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PromoteDialog, "body", broken)
    async with opened(world, mishaps=True) as it:
        await it.press("j", "p", *"why")
        await told(it)
        await it.press("escape")
        assert it.main.dialog is not None
        assert it.main.dialog.typed == "why", "what was typed stays"
        await it.press("escape")
        assert it.app.screen is it.main
        await it.press("k")
        assert it.selected == "m@1.3.0"


@pytest.mark.parametrize("name", ["ask", "compose"])
async def test_a_dialog_that_can_t_stand_leaves_a_way_out(
    name: str, world: Path, opened: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PromoteDialog, name, broken)
    async with opened(world, mishaps=True) as it:
        await it.press("j", "p")
        await told(it)
        await it.press(*["escape"] * 4, "k")
        assert it.app.screen is it.main
        assert it.selected == "m@1.3.0"


@pytest.mark.parametrize(
    ("verb", "keys"),
    [
        ("versions", ("r",)),
        ("show", ("5", "j")),
        ("gates", ("4", "1", "j")),
        ("standing", ("p",)),
        ("promote", ("j", "p", *"why", "enter")),
    ],
)
async def test_an_error_in_a_thread_is_told_and_the_thread_goes_on(
    verb: str, keys: tuple[str, ...], world: Path, opened: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    works = getattr(Store, verb)
    async with opened(world, mishaps=True) as it:
        monkeypatch.setattr(Store, verb, broken)
        await it.pilot.press(*keys)
        await told(it)
        monkeypatch.setattr(Store, verb, works)
        await it.press("escape", "escape", "escape")
        await it.press("1", "g", "j", "p", *"why", "enter")
        await it.until(lambda: it.main.dialog is None)
        await it.rest()
        assert it.app.screen is it.main
    with open_store(world, read_only=True) as store:
        assert store.get("m@1.2.0").stage == "production"


@pytest.mark.parametrize("name", ["places", "situation", "show_headline"])
async def test_whatever_is_broken_the_app_can_be_left(
    name: str, world: Path, opened: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(world, mishaps=True) as it:
        owner = Arrangement if name == "places" else Board
        monkeypatch.setattr(owner, name, property(broken) if name == "situation" else broken)
        await it.pilot.press("z", "j")
        it.main.activate(Pane.STAGES)
        await it.until(lambda: isinstance(it.app.screen, MishapScreen))
        for _ in range(10):  # it may be told in more than one place
            await it.pilot.press("escape", "q")
            if not it.app.is_running:
                break
        assert not it.app.is_running
        assert it.app.crash is None
        assert it.app.return_code == 0


async def test_telling_of_it_opens_no_file_on_the_screen_s_thread(
    world: Path, opened: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(world, mishaps=True) as it:
        monkeypatch.setitem(commands.COMMANDS, "list.sort", broken)
        _watched.append(threading.get_ident())
        try:
            await it.press("s")
            await told(it)
            await it.press("escape")
        finally:
            _watched.clear()
    assert _caught == []


async def test_what_goes_round_in_circles_ends(
    world: Path, opened: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mvtui.tui.app.mishaps._MOST", 3)
    with pytest.raises(Unforeseen):  # noqa: PT012 - it comes out where the app ends
        async with opened(world, mishaps=True) as it:
            it.app.mishaps = Mishaps(lambda _: None)
            monkeypatch.setitem(commands.COMMANDS, "list.sort", broken)
            await it.pilot.press("s", "s", "s", "s")
            await it.until(lambda: not it.app.is_running)
            assert isinstance(it.app.crash, Unforeseen)


def test_an_error_is_told_once_wherever_it_is_met(state: Path) -> None:
    met: list[Any] = []
    heard = threading.Event()

    def post(message: Any) -> None:
        met.append(message)
        heard.set()

    mishaps = Mishaps(post)
    for _ in range(3):
        try:
            broken()
        except Unforeseen as error:
            mishaps.meet(error, "trying")
    assert heard.wait(20)
    assert len(mishaps.met) == len(met) == 1
    assert met[0].log == str(state / "mvtui.log")


# -- the log ---------------------------------------------------------------------------------------


def raised(error: BaseException, depth: int = 0) -> BaseException:
    try:
        if depth:
            raised_deep(depth)
        raise error
    except BaseException as caught:  # noqa: BLE001
        return caught


def raised_deep(depth: int) -> None:
    if depth:
        raised_deep(depth - 1)
    raise Unforeseen("x" * 200_000)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Unforeseen("x" * 10_000_000),
        lambda: Unforeseen("\n" * 100_000),
        lambda: Unforeseen("\udcff\x00\u202e"),
        lambda: UnicodeDecodeError("utf-8", b"\xff", 0, 1, "no"),
        type("Silent", (Exception,), {"__str__": lambda _: 1 / 0}),
    ],
)
def test_the_log_is_bounded_whatever_is_noted(make: Callable[[], Exception], state: Path) -> None:
    for _ in range(3):
        assert crashlog.note(raised(make()), "x" * 1_000_000)
    sizes = [path.stat().st_size for path in state.iterdir()]
    assert sum(sizes) < 2 * crashlog.LARGEST
    assert all(b"\x1b" not in path.read_bytes() for path in state.iterdir())
    assert len(crashlog.told(raised(make()))) < 1000


def test_a_full_log_is_put_aside_and_no_more_than_two_are_kept(state: Path) -> None:
    error = raised(Unforeseen("x"), depth=3)
    for _ in range(60):
        crashlog.note(error, "trying")
    assert sorted(path.name for path in state.iterdir()) == ["mvtui.log", "mvtui.log.1"]
    assert all(path.stat().st_size <= crashlog.LARGEST for path in state.iterdir())


def test_where_nothing_can_be_written_nothing_is_said_to_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "/dev/null/x")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    path = crashlog.note(raised(Unforeseen("x")), "trying")
    assert os.path.dirname(path) == str(tmp_path)
    monkeypatch.setattr("tempfile.tempdir", "/dev/null")
    assert crashlog.note(raised(Unforeseen("x")), "trying") == ""
