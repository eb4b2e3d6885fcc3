"""What a person sees and does on the main screen."""

import asyncio
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from mvtui.store import Store, init_store, open_store
from mvtui.tui.app import guide
from mvtui.tui.app.keys.actions import ACTIONS
from mvtui.tui.app.keys.pane import Pane
from mvtui.tui.app.screens.help import Help
from mvtui.tui.app.screens.small import TooSmall
from mvtui.tui.app.tables.columns import Look
from textual import events

from .conftest import NOW, Opens, Session


def displayed(it: Session) -> list[Pane]:
    """The panes that are on the screen."""
    return [pane for pane, widget in it.main.panes.items() if widget.display and widget.size.width]


async def test_it_opens_on_the_newest_model_with_the_last_version_selected(
    filled: Path, opened: Opens
) -> None:
    async with opened(filled) as it:
        assert it.selected == "embed@1.1.0"
        assert it.main.pane == Pane.VERSIONS
        assert "3 models · 45 versions" in it.text
        assert it.metrics.startswith("1.1.0 against 1.0.0")
        assert "embed@1.1.0" in it.seen("#stages")
        await it.press("5", "z")
        for fact in (
            "embed@1.1.0",
            "weights",
            "0.901",
            "latency_ms",
            "0.0003",
            "team",
            "search",
            "weights.bin",
        ):
            assert fact in it.seen("#overview")


@pytest.mark.parametrize(
    ("keys", "place"),
    [
        (("j", "j"), 2),
        (("down", "k"), 0),
        (("G",), 39),
        (("G", "g"), 0),
        (("end", "up", "home"), 0),
        (("ctrl+d",), 14),
        (("ctrl+d", "ctrl+d", "ctrl+u"), 14),
        (("pagedown",), 28),
        (("pagedown", "pagedown", "pageup"), 11),
        (("k",), 0),
    ],
)
async def test_keys_move_the_cursor(filled: Path, opened: Opens, keys: tuple[str, ...], place: int) -> None:
    async with opened(filled) as it:
        await it.press("0", "G", "1")
        assert it.selected.startswith("sentiment@")
        await it.press(*keys)
        assert it.main.version_table.cursor == place
        assert it.selected in it.seen("#stages")


async def test_moving_in_the_models_shows_their_versions(filled: Path, opened: Opens) -> None:
    async with opened(filled) as it:
        await it.press("shift+tab", "j")
        assert it.selected.startswith("ranker@")
        await it.press("enter")
        assert it.main.pane == Pane.VERSIONS
        await it.press("enter")
        assert str(it.main.pane) == "Metrics"
        await it.press("escape")
        assert it.main.pane == Pane.VERSIONS


async def test_each_model_remembers_its_selection(filled: Path, opened: Opens) -> None:
    async with opened(filled) as it:
        await it.press("j", "shift+tab", "j", "tab", "j", "j")
        assert it.selected == "ranker@1.0.0"
        await it.press("shift+tab", "k")
        assert it.selected == "embed@1.0.0"
        await it.press("j")
        assert it.selected == "ranker@1.0.0"


async def test_the_filter_works_as_it_is_typed_and_keeps_the_selection(filled: Path, opened: Opens) -> None:
    async with opened(filled) as it:
        await it.press("shift+tab", "G", "tab")
        await it.press("slash", *"epochs>28")
        assert len(it.main.version_table.order) == 11
        assert "11 of 40" in it.seen("#filter-count")
        await it.press("down", "down")
        chosen = it.selected
        await it.press("enter", "j", "k")
        assert it.selected == chosen
        await it.press("escape")
        assert len(it.main.version_table.order) == 40
        assert it.selected == chosen
        assert not it.main.filter_line.display


async def test_escape_while_typing_clears_the_filter(filled: Path, opened: Opens) -> None:
    async with opened(filled) as it:
        await it.press("slash", *"nothing has this")
        assert "no version matches" in it.text
        assert it.selected == ""
        await it.press("escape")
        assert it.selected == "embed@1.1.0"
        assert it.main.pane == Pane.VERSIONS
        await it.press("j")
        assert it.selected == "embed@1.0.0"


async def test_keys_typed_before_the_text_field_stands_are_not_lost(filled: Path, opened: Opens) -> None:
    async with opened(filled) as it:
        for key, character in (("slash", "/"), ("q", "q"), ("e", "e"), ("p", "p")):
            it.app.post_message(events.Key(key, character))
        await it.rest()
        await it.until(lambda: it.main.selection.filters.get(Pane.VERSIONS) == "qep")
        assert it.app.is_running


async def test_the_models_can_be_filtered_too(filled: Path, opened: Opens) -> None:
    async with opened(filled) as it:
        await it.press("shift+tab", "slash", *"rank")
        assert it.selected.startswith("ranker@")
        assert "1 of 3" in it.seen("#filter-count")
        assert it.main.filter_line.typed == "rank", "that another model is shown does not end the typing"


async def test_help_lists_every_action(filled: Path, opened: Opens) -> None:
    async with opened(filled, (120, 100)) as it:
        await it.press("question_mark")
        assert isinstance(it.app.screen, Help)
        for action in ACTIONS:
            assert (action.description[:40] in it.text) is (action.pane in (None, Pane.VERSIONS))
        await it.press("escape")
        assert not isinstance(it.app.screen, Help)
        assert it.app.is_running


async def test_a_key_that_can_t_act_says_why(tmp_path: Path, opened: Opens) -> None:
    async with opened(tmp_path / "none") as it:
        await it.press("y")
        assert "can't copy: no store is open" in it.seen("#footer")


async def test_copying_keeps_the_value_on_the_screen(filled: Path, opened: Opens) -> None:
    async with opened(filled) as it:
        await it.press("y", "y")
        assert it.app.clipboard == "embed@1.1.0"
        assert "sent to the clipboard: embed@1.1.0" in it.seen("#footer")
        await it.press("Y")
        assert it.main.version is not None
        assert it.app.clipboard == it.main.version.id
        assert it.main.version.id in it.seen("#footer")
        await it.press("j")
        assert "sent to" not in it.seen("#footer")


async def test_zoom_gives_one_pane_the_window_and_escape_takes_it_back(filled: Path, opened: Opens) -> None:
    async with opened(filled) as it:
        await it.press("z")
        assert displayed(it) == [Pane.VERSIONS]
        assert it.main.version_table.size.width == 120
        await it.press("escape")
        assert displayed(it) == [Pane.MODELS, Pane.VERSIONS, Pane.METRICS, Pane.STAGES]
        await it.press("4", "z")
        assert displayed(it) == [Pane.STAGES]
        assert it.main.panes[Pane.STAGES].size.width == 120
        await it.press("escape")
        assert displayed(it) == [Pane.MODELS, Pane.VERSIONS, Pane.METRICS, Pane.STAGES], "as it was"
        assert it.main.pane is Pane.STAGES


async def test_a_narrow_window_shows_one_pane_and_a_summary(filled: Path, opened: Opens) -> None:
    async with opened(filled, (80, 24)) as it:
        assert "[1 Versions]" in it.text
        assert it.main.version is not None
        assert it.main.version.short_id in it.seen("#summary")
        await it.press("tab")
        assert "[2 Lineage]" in it.text
        assert "▸ embed@1.1.0" in it.text
        await it.press("tab", "tab", "tab")
        assert "[5 Overview]" in it.text
        assert "Metrics" in it.seen("#overview")
        await it.press("tab")
        assert "[6 Inspect]" in it.text
        await it.press("tab")
        assert "[7 A/B]" in it.text
        await it.press("tab")
        assert "[0 Models]" in it.text
        assert "sentiment" in it.text
        assert it.main.version.short_id in it.seen("#summary")


async def test_resizing_keeps_selection_and_row_in_sight(filled: Path, opened: Opens) -> None:
    async with opened(filled, (120, 35)) as it:
        await it.press("shift+tab", "G", "tab", "pagedown")
        chosen = it.selected
        for size in ((80, 24), (60, 16), (160, 45), (120, 35)):
            await it.pilot.resize_terminal(*size)
            await it.rest()
            assert it.selected == chosen
            assert chosen.partition("@")[2] in it.seen("#versions")


async def test_a_window_too_small_says_so_and_comes_back(filled: Path, opened: Opens) -> None:
    async with opened(filled) as it:
        await it.press("j")
        await it.pilot.resize_terminal(40, 10)
        await it.rest()
        assert isinstance(it.app.screen, TooSmall)
        assert "too small: 40x10, needs 60x16" in it.text
        await it.pilot.resize_terminal(80, 24)
        await it.rest()
        assert it.selected == "embed@1.0.0"
        assert "embed" in it.text


async def test_no_store_says_what_to_type_and_opens_when_there_is_one(tmp_path: Path, opened: Opens) -> None:
    async with opened(tmp_path / "store", (80, 24)) as it:
        at = [it.text.index(each) for each in ("mvtui init", "mvtui register NAME FILE", "mvtui demo")]
        assert at == sorted(at), "nothing can be registered before there is a store"
        with init_store(tmp_path / "store") as store:
            await it.until(lambda: "The store is empty" in it.text)
            assert "The store is empty" in it.text.splitlines()[2], "it has the whole window"
            assert "n opens a form" in it.text
            assert "What you register appears here by itself." in it.text
            (tmp_path / "f").write_bytes(b"x")
            store.register("first", tmp_path / "f")
            await it.until(lambda: it.selected == "first@1.0.0")


def test_a_store_that_was_asked_for_by_its_path_is_made_there() -> None:
    look = Look(NOW, ascii_only=False)
    hint = "Make one: mvtui init --store /data/models"
    lines = ["".join(text for text, _ in line) for line in guide.no_store("no", hint, look, 60)]
    assert "    mvtui init --store /data/models" in lines
    assert "    mvtui register NAME FILE --store /data/models" in lines
    assert max(map(len, lines)) <= 60


async def test_what_another_process_registers_appears_without_moving_the_selection(
    own: Store, tmp_path: Path, opened: Opens
) -> None:
    (tmp_path / "b.bin").write_bytes(b"b")
    async with opened(own.root) as it:
        assert it.selected == "alpha@1.0.0"
        code = "import sys, mvtui; mvtui.open_store(sys.argv[1]).register('alpha', sys.argv[2])"
        arguments = [sys.executable, "-c", code, str(own.root), str(tmp_path / "b.bin")]
        await asyncio.to_thread(subprocess.run, arguments, check=True)
        await it.until(lambda: len(it.main.version_table.order) == 2)
        assert it.selected == "alpha@1.0.0"
        assert it.main.version_table.cursor == 1
        await it.until(lambda: "alpha@1.0.1 has arrived" in it.seen("#footer"))


async def test_a_store_deleted_underneath_is_a_banner_not_a_crash(
    own: Store, tmp_path: Path, opened: Opens
) -> None:
    (tmp_path / "b.bin").write_bytes(b"b")
    own.register("alpha", tmp_path / "b.bin")
    own.close()
    for size in ((120, 35), (80, 24)):
        async with opened(own.root, size) as it:
            kept = tmp_path / f"kept-{size[0]}"
            shutil.copytree(own.root, kept)
            shutil.rmtree(own.root)
            await it.until(lambda: "is gone" in it.text)
            assert it.main.banner.display
            await it.press("j", "r", "tab", "tab", "tab", "Y", "1")
            assert "is gone" in it.seen("#banner")
            assert it.selected == "alpha@1.0.0"
            assert it.app.is_running
            # Back, as after a mount: the banner goes by itself, the selection stays.
            shutil.copytree(kept, own.root)
            await it.until(lambda: not it.main.banner.display)
            assert it.selected == "alpha@1.0.0"
            (tmp_path / "new").write_text(str(size))
            with open_store(own.root) as other:
                new = other.register("alpha", tmp_path / "new").version
            await it.until(lambda ref=new.version: ref in it.seen("#versions"))  # type: ignore[misc]
            own.delete(new.ref, "tidy up")


async def test_a_store_that_fails_says_why_and_recovers(own: Store, opened: Opens) -> None:
    class Failing:
        broken = False

        def __getattr__(self, name: str) -> object:
            return getattr(own, name)

        def poll(self) -> bool:
            if self.broken:
                raise OSError("stale file handle")
            return own.poll()

    failing = Failing()
    async with opened(lambda: failing) as it:
        failing.broken = True
        await it.until(lambda: "stale file handle" in it.text)
        assert it.selected == "alpha@1.0.0"
        failing.broken = False
        await it.until(lambda: "stale file handle" not in it.text)


async def test_a_store_that_can_t_be_opened_says_why(tmp_path: Path, opened: Opens) -> None:
    (tmp_path / "file").write_text("not a store")
    async with opened(tmp_path / "file") as it:
        assert "mvtui" in it.text
        assert it.selected == ""
        await it.press("j", "tab", "slash", "enter", "r", "z")
        assert it.app.is_running


async def test_hostile_text_reaches_the_screen_only_in_visible_form(
    own: Store, tmp_path: Path, opened: Opens
) -> None:
    evil = "\x1b]0;owned\x07[@click=app.quit]x[/] [/foo] \u202egnp.exe \u200b日本\r\n" + "long " * 2000
    (tmp_path / "e.bin").write_bytes(b"e")
    own.register(
        "evil",
        tmp_path / "e.bin",
        note=evil,
        params={"p": evil},
        tags={"k": evil},
        metrics={"m[/x]\x1b": 1.0},
    )
    for size in ((120, 35), (80, 24)):
        async with opened(own.root, size) as it:
            assert it.selected == "evil@1.0.0"
            await it.press("5")
            assert "␛]0;owned␇[@cl" in it.text
            await it.press("pagedown", "pagedown", "0", "2", "3", "4")
            for char in ("\x1b", "\x07", "\r", "\u202e", "\u200b"):
                assert char not in it.text
            assert it.app.is_running


async def test_ascii_only_means_ascii_only(filled: Path, opened: Opens) -> None:
    for size in ((120, 35), (80, 24)):
        async with opened(filled, size, ascii_only=True) as it:
            assert it.text.isascii()
            await it.press("question_mark")
            assert it.text.isascii()


async def test_read_only_is_said(filled: Path, opened: Opens) -> None:
    async with opened(filled, read_only=True) as it:
        assert "read-only" in it.seen("#headline")


@pytest.mark.parametrize("theme", ["dark", "light", "ansi", "nord", "ansi-light", "no-such-theme"])
async def test_every_theme_can_draw_every_style(filled: Path, opened: Opens, theme: str) -> None:
    async with opened(filled, theme=theme) as it:
        await it.press("question_mark", "escape", "slash", "x", "escape")
        assert it.app.is_running


@pytest.mark.parametrize("key", ["q", "ctrl+q"])
async def test_these_keys_leave(filled: Path, opened: Opens, key: str) -> None:
    async with opened(filled) as it:
        await it.pilot.press(key)
        await it.until(lambda: not it.app.is_running)
        assert it.app.return_code == 0


async def test_ctrl_c_asks_once_and_leaves_the_second_time(filled: Path, opened: Opens) -> None:
    async with opened(filled) as it:
        await it.press("ctrl+c")
        assert it.app.is_running
        assert "press q to quit" in it.seen("#footer")
        await it.press("j")
        assert "press q" not in it.seen("#footer")
        await it.press("ctrl+c")
        assert it.app.is_running, "something else was done in between"
        await it.pilot.press("ctrl+c")
        await it.until(lambda: not it.app.is_running)
        assert it.app.return_code == 0


async def test_ctrl_c_while_typing_a_filter_does_the_same(filled: Path, opened: Opens) -> None:
    async with opened(filled) as it:
        await it.press("slash", "a", "ctrl+c")
        assert it.app.is_running
        assert "press q to quit" in it.seen("#footer")
        await it.pilot.press("ctrl+c")
        await it.until(lambda: not it.app.is_running)


async def test_clicks_select_and_open(filled: Path, opened: Opens) -> None:
    async with opened(filled) as it:
        await it.pilot.click("#models", offset=(5, 3))
        await it.rest()
        assert it.main.pane == Pane.MODELS
        assert it.selected.startswith("ranker@")
        await it.pilot.click("#footer", offset=(it.seen("#footer").index("/ filter"), 0))
        await it.rest()
        assert it.main.filter_line.typing


async def test_a_model_that_was_just_chosen_stays_when_others_register(
    own: Store, opened: Opens, tmp_path: Path
) -> None:
    (tmp_path / "b.bin").write_bytes(b"b")
    own.register("beta", tmp_path / "b.bin", capture=False)
    async with opened(own.root, poll=60) as it:
        assert it.selected.startswith("beta@")
        await it.press("0")
        it.main.model_table.step(-1)
        await it.pilot.pause()  # the cursor has moved; the list has not followed yet
        assert not it.main.selection.resting
        (tmp_path / "c.bin").write_bytes(b"c")
        own.register("gamma", tmp_path / "c.bin", capture=False)
        it.main.worker.refresh()
        await it.until(lambda: "gamma" in it.seen("#models"))
        await it.rest()
        assert it.selected.startswith("alpha@")
