"""Choosing columns on the screen: the list follows at once, what is kept is kept, and the mouse sorts by titles."""

from __future__ import annotations

from pathlib import Path

import pytest
from mvtui.store import Store, init_store, open_store
from mvtui.tui.app.app import MvtuiApp
from mvtui.tui.app.dialogs.columns import ColumnsDialog
from mvtui.tui.app.keys.pane import Pane
from mvtui.tui.app.memory import Memory
from mvtui.tui.app.personal import Personal
from rich.cells import cell_len
from textual import events

from .conftest import Opens, Session


def heading(it: Session) -> str:
    return it.main.version_table.render_line(0).text.rstrip()


def first(it: Session) -> str:
    """The version that is listed first."""
    table = it.main.version_table
    return str(table.rows[table.order[0]].version)


def titles(it: Session) -> list[str]:
    return heading(it).split()


def dialog(it: Session) -> list[str]:
    return [line.strip(" ▸") for line in it.seen("#dialog-body").splitlines() if "[" in line]


@pytest.fixture
def world(tmp_path: Path) -> Path:
    """A model whose newest versions have less to say than an old one."""
    with init_store(tmp_path / "store") as store:
        for number in range(70):
            (tmp_path / "w").write_bytes(b"w" * (number + 1))
            old = number == 0
            store.register(
                "m",
                tmp_path / "w",
                version=f"1.{number}.0",
                metrics={"f1": number / 100, "loss": 1 - number / 100} | ({"bleu": 31.5} if old else {}),
                tags={"owner": f"ann{number % 3}"} | ({"gold": "yes"} if old else {}),
                params={"lr": 10.0**-number, "seed": number} if number < 20 else {"lr": 0.1},
                capture=False,
            )
        store.promote("m@1.60.0", to="production", reason="good", override=False)
        (tmp_path / "w").write_bytes(b"other")
        store.register("other", tmp_path / "w", metrics={"f1": 0.1}, capture=False)
    return tmp_path / "store"


async def to_m(it: Session) -> None:
    with open_store(it.main.store.path if it.main.store else "") as store:
        it.main.selection.go_to(store.get("m@1.69.0"))
    await it.rest()


async def test_the_list_follows_the_dialog_and_esc_puts_it_back(world: Path, opened: Opens) -> None:
    async with opened(world, (160, 45)) as it:
        await to_m(it)
        before = heading(it)
        assert titles(it)[:3] == ["VERSION", "ID", "STAGE"]
        await it.press("C")
        assert isinstance(it.main.dialog, ColumnsDialog)
        assert dialog(it)[0].startswith("[x] version")
        assert dialog(it)[0].endswith("1.69.0"), "what it says of the selected version stands beside it"
        await it.press("j", "space")
        assert titles(it)[:2] == ["VERSION", "STAGE"]
        await it.press("j", "K")
        assert titles(it)[:2] == ["STAGE", "VERSION"], "past what isn't seen, too"
        await it.press("escape")
        assert it.main.dialog is None
        assert heading(it) == before


def at(it: Session) -> str:
    """The line that the cursor is on."""
    return next(line for line in it.seen("#dialog-body").splitlines() if line.strip().startswith("▸"))


async def test_a_column_is_found_by_its_name_and_comes_where_it_is_seen(world: Path, opened: Opens) -> None:
    async with opened(world, (80, 24)) as it:
        await to_m(it)
        await it.press("C", "slash", *"seed")
        assert "param.seed" in at(it)
        assert "/seed   1 like that" in it.seen("#dialog-told")
        await it.press("space")
        assert "[x] param.seed" in at(it)
        assert "param.seed" in heading(it)
        assert "param.seed is shown, behind age" in " ".join(it.seen("#dialog-told").split())
        await it.press("slash", *"zzz")
        assert "nothing is called that" in it.seen("#dialog-told")
        await it.press("escape", "slash", *"loss", "enter")
        assert "metric.loss" in at(it)
        await it.press("less_than_sign")
        assert titles(it)[:2] == ["VERSION", "loss"], "to the front is behind the version"
        await it.press("less_than_sign")
        assert titles(it)[0] == "loss", "and from there before it"
        await it.press("greater_than_sign")
        names = it.main.dialog._names  # type: ignore[union-attr]
        assert names.index("param.seed") < names.index("metric.loss")
        assert titles(it)[:2] == ["<", "VERSION"], "the list has gone along"
        assert "loss" in titles(it)
        await it.press("enter")
        assert it.main.dialog is None


async def test_a_long_name_is_told_whole(own: Store, tmp_path: Path, opened: Opens) -> None:
    name = "accuracy[a-data-set-with-a-name@1.0.0:negated-once]"
    (tmp_path / "w").write_bytes(b"w")
    own.register("alpha", tmp_path / "w", version="2.0.0", metrics={name: 0.5}, capture=False)
    async with opened(own.root, (80, 24)) as it:
        await it.press("C", "slash", *"negated", "enter")
        assert name not in at(it)
        assert f"metric.{name}" in it.seen("#dialog-told").replace("\n", "").replace(" ", "")


async def test_what_is_kept_stays_at_the_next_start_and_for_this_model_alone(
    world: Path, tmp_path: Path
) -> None:
    async def look(*keys: str) -> list[str]:
        remembered = Memory(str(tmp_path / "state"))
        app = MvtuiApp(lambda: open_store(world), memory=remembered)
        async with app.run_test(size=(160, 45)) as pilot:
            it = Session(app, pilot)
            await it.rest()
            await it.until(lambda: bool(it.main.memory.recall("hints")) or "New here?" in it.text)
            await to_m(it)
            await it.press(*keys)
            return titles(it)

    assert (await look("C", "j", "space", "enter"))[:2] == ["VERSION", "STAGE"]
    assert (await look())[:2] == ["VERSION", "STAGE"]
    assert (await look("0", "j"))[:2] == ["VERSION", "ID"], "another model has its own"
    assert (await look("C", "d", "enter"))[:2] == ["VERSION", "ID"]
    assert (await look())[:2] == ["VERSION", "ID"]


async def test_names_that_only_old_versions_have_are_offered(world: Path, opened: Opens) -> None:
    async with opened(world, (160, 60)) as it:
        await to_m(it)
        await it.press("C", "G")
        assert any("tag.gold" in line for line in dialog(it))
        assert any("param.seed" in line for line in dialog(it))
        while "metric.bleu" not in it.main.dialog._names[it.main.dialog._at]:  # type: ignore[union-attr]
            await it.press("k")
        await it.press("space", "enter")
        await it.press(*[">"] * 12)
        assert "bleu" in heading(it)
        await it.press("G")
        assert "31.5" in it.seen("#versions")


async def test_they_stay_known_when_a_version_arrives(world: Path, opened: Opens, tmp_path: Path) -> None:
    async with opened(world, (160, 60)) as it:
        await to_m(it)
        await it.press("C")
        assert "bleu" in it.main.selection.offered.metrics
        (tmp_path / "w").write_bytes(b"new")
        with open_store(world) as store:
            store.register("m", tmp_path / "w", version="1.70.0", metrics={"f1": 0.9}, capture=False)
        await it.until(lambda: len(it.main.version_table.order) == 71)
        assert "bleu" in it.main.selection.offered.metrics
        assert "gold" in it.main.selection.offered.tags


async def test_what_was_kept_is_shown_as_soon_as_it_is_read(own: Store, tmp_path: Path) -> None:
    (tmp_path / "columns.jsonl").write_text('["alpha", ["", "host", "version"]]\n')
    app = MvtuiApp(lambda: open_store(own.root), memory=Memory(str(tmp_path)))
    async with app.run_test(size=(120, 35)) as pilot:
        it = Session(app, pilot)
        await it.until(lambda: titles(it) == ["HOST", "VERSION"])


async def test_the_metric_that_comes_first_has_its_difference_beside_it(world: Path, opened: Opens) -> None:
    async with opened(world, (160, 45)) as it:
        await to_m(it)
        assert titles(it)[3:8] == ["SINCE", "f1", "↑", "vs", "●"]
        await it.press("C")
        while it.main.dialog._names[it.main.dialog._at] != "metric.loss":  # type: ignore[union-attr]
            await it.press("j")
        await it.press("m")
        assert titles(it)[4:8] == ["loss", "↓", "vs", "●"]
        await it.press("space", "space", "enter")
        assert titles(it)[4:8] == ["loss", "↓", "vs", "●"], "also in an order of one's own"
        await it.press("s")
        assert "sorted by loss, lowest first" in it.seen("#footer")


async def test_columns_that_have_no_room_are_scrolled_to(world: Path, opened: Opens) -> None:
    async with opened(world, (80, 24)) as it:
        await to_m(it)
        line = heading(it)
        assert line.endswith(" >")
        assert "AUTHOR" not in line
        for _ in range(12):
            await it.press("greater_than_sign")
        assert "this is the last column" in it.seen("#footer")
        assert heading(it).startswith("< VERSION"), "the first one stays"
        assert not heading(it).endswith(">")
        for _ in range(12):
            await it.press("h")
        assert heading(it) == line
        await it.press("l")
        assert heading(it).startswith("< VERSION")


async def test_a_click_on_a_title_sorts_by_it_and_another_the_other_way(world: Path, opened: Opens) -> None:
    async with opened(world, (160, 45)) as it:
        await to_m(it)

        async def click(title: str) -> str:
            at = heading(it).index(title)
            await it.pilot.click("#versions", offset=(at + 2, 1))
            await it.rest()
            return first(it)

        assert await click("loss") == "1.69.0", "the lowest loss first"
        assert "▲ loss ↓" in heading(it)
        assert await click("loss") == "1.0.0"
        assert "▼ loss ↓" in heading(it)
        while "TAGS" not in heading(it):
            await it.press("l")
        await click("TAGS")
        assert "can't sort by tags" in it.seen("#footer")


async def test_the_wheel_and_the_signs_at_the_edges_scroll(world: Path, opened: Opens) -> None:
    def wheel(it: Session, kind: type[events.MouseEvent]) -> None:
        table = it.main.version_table
        table.post_message(kind(table, 5, 5, 0, 0, 0, False, False, False))

    async with opened(world, (80, 24)) as it:
        await to_m(it)
        line = heading(it)
        wheel(it, events.MouseScrollRight)
        await it.rest()
        assert heading(it).startswith("< VERSION")
        wheel(it, events.MouseScrollLeft)
        await it.rest()
        assert heading(it) == line
        width, top = it.main.version_table.region.width, it.main.version_table.region.y
        await it.pilot.click(offset=(width - 1, top))
        await it.rest()
        assert heading(it).startswith("< VERSION")
        await it.pilot.click(offset=(0, top))
        await it.rest()
        assert heading(it) == line
        wheel(it, events.MouseScrollDown)
        await it.rest()
        assert it.main.version_table.cursor == 3
        wheel(it, events.MouseScrollUp)
        await it.rest()
        assert it.main.version_table.cursor == 0


async def test_the_dialog_sorts_by_whatever_is_under_the_cursor(world: Path, opened: Opens) -> None:
    async with opened(world, (160, 45)) as it:
        await to_m(it)
        await it.press("C", "G")
        while it.main.dialog._names[it.main.dialog._at] != "param.seed":  # type: ignore[union-attr]
            await it.press("k")
        await it.press("s")
        assert first(it) == "1.0.0"
        await it.press("s", "escape")
        assert first(it) == "1.19.0"


async def test_one_column_is_left_whatever_is_pressed(own: Store, opened: Opens) -> None:
    async with opened(own.root, (120, 35)) as it:
        await it.press("C")
        for _ in range(sum(line.startswith("[x]") for line in dialog(it)) - 1):
            await it.press("space", "j")
        await it.press("space")
        assert "one column must be left" in it.text
        assert len(titles(it)) == 1


async def test_settings_of_a_store_and_of_a_person(own: Store) -> None:
    (Path(own.root) / "config.toml").write_text(
        '[screen]\ncolumns = ["version", "host", "metrik"]\ncolour = 1\n'
    )
    for columns, shown in (
        ((), ["VERSION", "HOST"]),
        (("version", "metric", "age"), ["VERSION", "accuracy", "↑", "MADE"]),
    ):
        app = MvtuiApp(lambda: open_store(own.root), personal=Personal(columns=columns))
        async with app.run_test(size=(120, 35)) as pilot:
            it = Session(app, pilot)
            await it.rest()
            assert titles(it) == shown
            assert "there is no column 'metrik': is it metric?" in it.text
            assert "unknown key screen.colour" in it.text


async def test_a_click_on_a_tab_goes_there(own: Store, opened: Opens) -> None:
    for size in ((80, 24), (60, 16)):
        async with opened(own.root, size) as it:
            for pane in (Pane.STAGES, Pane.MODELS, Pane.METRICS, Pane.VERSIONS):
                strip = it.seen("#tabs").splitlines()[0]
                assert cell_len(strip) <= size[0]
                assert all(str(each.number) in strip for each in Pane), "none is cut off"
                await it.pilot.click("#tabs", offset=(strip.index(f"{pane.number} {pane.value[:3]}"), 0))
                await it.rest()
                assert it.main.pane is pane
                assert f"[{pane.number} {pane}]" in it.seen("#tabs")


async def test_resizing_keeps_the_selection_and_what_is_scrolled_to(world: Path, opened: Opens) -> None:
    async with opened(world, (80, 24)) as it:
        await to_m(it)
        await it.press(*["j"] * 30, "l", "l")
        chosen, line = it.selected, heading(it)
        table = it.main.version_table
        height = table.cursor - table.top
        for size in ((120, 35), (160, 45), (60, 16), (80, 24)):
            await it.pilot.resize_terminal(*size)
            await it.rest()
            assert it.selected == chosen
            assert table.top <= table.cursor < table.top + table.page
        assert heading(it) == line
        assert table.cursor - table.top == pytest.approx(height, abs=15)


async def test_the_list_of_models_is_as_wide_as_their_names_need(
    own: Store, tmp_path: Path, opened: Opens
) -> None:
    async with opened(own.root, (120, 35)) as it:
        narrow = it.main.model_table.region.width
        assert narrow == 20, "a short name needs little, and its number has room"
        (tmp_path / "b.bin").write_bytes(b"b")
        own.register("a-long-name-of-17", tmp_path / "b.bin", capture=False)
        await it.until(lambda: "a-long-name-of-17" in it.seen("#models"))
        await it.rest()
        assert it.main.model_table.region.width == 22, "rather without numbers than with a name that is cut"
        assert it.main.version_table.region.x == it.main.model_table.region.right
        own.register("a-name-that-is-longer-than-any-list", tmp_path / "b.bin", capture=False)
        await it.until(lambda: "a-name-that-is" in it.seen("#models"))
        await it.rest()
        assert it.main.model_table.region.width == 24
