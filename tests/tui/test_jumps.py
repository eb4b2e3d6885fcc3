"""Moving in the lineage: from node to node, to another version, back; and unfolding what is folded."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from mvtui.store import Lineage, Link, Node, Store, init_store, open_store, tree_rows
from mvtui.store.nouns.lineage import Arc
from mvtui.tui.app.asking.asked import Ancestry
from mvtui.tui.app.facts.ancestry import ancestry
from mvtui.tui.app.facts.lines import Stops
from mvtui.tui.app.keys.pane import Pane
from mvtui.tui.app.tables.columns import Look
from mvtui.tui.app.widgets.nodes import NodeView
from textual.geometry import Region

from .conftest import NOW, Opens, Session

LOOK = Look(NOW)


# -- places, without a screen --------------------------------------------------------------------------


def grown(*, up: int, down: int, fanout: int | None, unfolded: tuple[str, ...] = ()) -> Ancestry:
    names = [f"u{number}" for number in range(up)], [f"d{number}" for number in range(down)]
    arcs = [Arc("me", name, Link("merged-from", name)) for name in names[0]]
    arcs += [Arc(name, "me", Link("derived-from", "me")) for name in names[1]]
    nodes = {name: Node(name, "version", f"{name}@1.0.0") for name in ("me", *names[0], *names[1])}
    lineage = Lineage("me", nodes, tuple(arcs))
    limits = {"fanout": fanout, "unfolded": unfolded}
    return Ancestry(tuple(tree_rows(lineage, "up", **limits)), tuple(tree_rows(lineage, "down", **limits)))  # type: ignore[arg-type]


def told(lines: Stops, place: int) -> str:
    return "".join(text for text, _ in lines[lines.stops[place]]).strip()


@pytest.mark.parametrize("columns", [30, 100])
def test_every_node_is_a_place_and_the_version_itself_is_where_the_cursor_begins(columns: int) -> None:
    lines = ancestry(grown(up=2, down=3, fanout=None), LOOK, columns)
    assert [place.side for place in lines.things] == ["up", "up", "", "down", "down", "down"]
    for number, name in enumerate(("u0", "u1", "me", "d0", "d1", "d2")):
        assert f"{name}@1.0.0" in told(lines, number)
    assert lines.home == 2
    assert lines.focus == lines.stops[2]


def test_the_cursor_stays_on_its_node_when_others_come_and_goes_to_the_first_that_was_folded() -> None:
    for columns in (30, 100):
        folded = ancestry(grown(up=4, down=4, fanout=2), LOOK, columns)
        open_ = ancestry(grown(up=4, down=4, fanout=2, unfolded=("me",)), LOOK, columns)
        last = len(folded.things) - 1
        assert "and 2 more" in told(folded, 0)
        assert "and 2 more" in told(folded, last)
        assert "u2@1.0.0" in told(open_, open_.follow(folded, 0))
        assert "d2@1.0.0" in told(open_, open_.follow(folded, last))
        for place in range(1, last):
            assert told(folded, place).split()[1:] == told(open_, open_.follow(folded, place)).split()[1:]


def test_the_cursor_finds_a_place_when_its_node_and_all_around_it_are_gone() -> None:
    before = ancestry(grown(up=0, down=9, fanout=None), LOOK, 100)
    after = ancestry(grown(up=0, down=1, fanout=None), LOOK, 100)
    assert after.follow(before, 9) == 1
    assert after.follow(before, 10**6) == after.home


# -- on the screen -----------------------------------------------------------------------------------------


def register(store: Store, directory: Path, model: str, content: str, **about: object) -> None:
    file = directory / "weights.bin"
    file.write_bytes(content.encode() * 40)
    store.register(model, file, **{"capture": False, **about})  # type: ignore[arg-type]


@pytest.fixture
def world(tmp_path: Path) -> Path:
    """``corpus`` → ``base`` (in Production) → ``tuned`` 1.0.0 and 1.1.0 → 30 × ``small``; ``base`` from outside too."""
    with init_store(tmp_path / "store") as store:
        register(store, tmp_path, "corpus", "c", kind="dataset")
        register(
            store, tmp_path, "base", "b", parents=["hf:bert@4f2c4f2c"], datasets={"train": "corpus@1.0.0"}
        )
        store.promote("base@1.0.0", "production", reason="the best there is")
        register(store, tmp_path, "tuned", "t0")
        register(store, tmp_path, "tuned", "t1", parents=["base@1.0.0"])
        for number in range(30):
            register(store, tmp_path, "small", f"s{number}", parents=["tuned@1.1.0"])
    return tmp_path / "store"


def at(it: Session) -> str:
    """The line under the cursor of the lineage."""
    lines = [line for line in it.seen("#lineage").splitlines() if line.startswith("▸")]
    assert len(lines) == 1, it.seen("#lineage")
    return lines[0]


async def down_to(it: Session, words: str) -> None:
    """Move down until the cursor is on the line that says so."""
    for _ in range(50):
        if words in at(it):
            return
        await it.press("j")
    raise AssertionError(it.seen("#lineage"))


async def go_to(it: Session, ref: str) -> None:
    with open_store(it.main.store.path if it.main.store else "") as store:
        it.main.selection.go_to(store.get(ref))
    await it.rest()
    assert it.selected == ref
    await it.press("2")
    assert it.main.pane is Pane.LINEAGE


@pytest.mark.parametrize("size", [(80, 24), (120, 35), (160, 45)])
async def test_enter_jumps_and_backspace_goes_back_along_the_way(
    world: Path, opened: Opens, size: tuple[int, int]
) -> None:
    async with opened(world, size) as it:
        await go_to(it, "tuned@1.1.0")
        assert "tuned@1.1.0" in at(it)
        assert "selected" in at(it)
        await it.press("k")
        assert "base@1.0.0" in at(it)
        assert "● production" in at(it)
        assert "fine-tuned-from" in it.seen("#lineage")
        await it.press("enter")
        assert it.selected == "base@1.0.0"
        assert it.main.pane is Pane.LINEAGE, "the keys stay, so that one jump can follow another"
        assert "base@1.0.0" in at(it)
        assert "back to tuned@1.1.0" in it.text or size[0] == 80, "a pane without a frame has no title"
        assert "trained-on" in it.seen("#lineage")
        await it.press("k", "k")
        await down_to(it, "corpus")
        assert "data" in at(it)
        await it.press("enter")
        assert it.selected == "corpus@1.0.0"
        assert "backspace jump back" in it.seen("#footer")
        await it.press("backspace")
        assert it.selected == "base@1.0.0"
        assert "back to tuned@1.1.0" in it.text or size[0] == 80
        await it.press("backspace")
        assert it.selected == "tuned@1.1.0"
        assert "back to" not in it.text
        await it.press("backspace")
        assert "no version was left by a jump yet" in it.seen("#footer")
        assert it.selected == "tuned@1.1.0"


async def test_a_jump_shows_the_model_it_leads_to_whatever_was_filtered(world: Path, opened: Opens) -> None:
    async with opened(world, (160, 45)) as it:
        await go_to(it, "tuned@1.1.0")
        await it.press("1", "slash", *"1.1", "enter", "2", "k", "enter")
        assert it.selected == "base@1.0.0"
        assert it.main.selection.model is not None
        assert it.main.selection.model.name == "base"
        assert "base" in it.seen("#headline")
        assert it.main.selection.filters == {}


async def test_what_lies_outside_or_is_gone_says_so_and_goes_nowhere(world: Path, opened: Opens) -> None:
    async with opened(world) as it:
        await go_to(it, "base@1.0.0")
        await it.press("g")
        await down_to(it, "hf:bert")
        await it.press("enter")
        assert "hf:bert@4f2c4f2c lies outside this store" in it.seen("#footer")
        await it.press("g")
        await down_to(it, "selected")
        await it.press("enter")
        assert "base@1.0.0 is the version that is selected" in it.seen("#footer")
        assert it.selected == "base@1.0.0"
        assert it.main.jumps.back_to == ""


async def test_a_version_that_was_deleted_says_so(world: Path, opened: Opens) -> None:
    async with opened(world) as it:
        await go_to(it, "tuned@1.1.0")
        await it.press("j")
        assert "small@1." in at(it)
        with open_store(world) as store:
            gone = at(it).split("small@")[1].split()[0]
            store.delete(f"small@{gone}", "no use")
        await it.until(lambda: "deleted" in it.seen("#lineage") or f"small@{gone}" not in it.seen("#lineage"))
        await it.rest()
        await it.press("G", "enter")  # unfold: the deleted come last
        await it.press("G")
        assert f"small@{gone}" in at(it)
        await it.press("enter")
        assert f"small@{gone} was deleted" in it.seen("#footer")


def committed(code: Path) -> str:
    """Make a repository with one commit; return its name."""
    code.mkdir()
    (code / "train.py").write_text("pass")
    git = ["git", "-C", str(code), "-c", "user.name=a", "-c", "user.email=a@b"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "first"]):
        subprocess.run([*git, *command], check=True)
    head = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True)
    return head.stdout.strip()


async def test_the_commit_that_made_a_version_is_copied(
    tmp_path: Path, opened: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = committed(tmp_path / "code")
    with init_store(tmp_path / "store") as store:
        monkeypatch.chdir(tmp_path / "code")
        register(store, tmp_path, "m", "m", capture=["git"])
    async with opened(tmp_path / "store") as it:
        await it.press("2", "k")
        assert f"git:{commit[:7]}" in at(it)
        assert "made-by" in it.seen("#lineage")
        await it.press("enter")
        assert it.app.clipboard == commit
        assert f"sent to the clipboard: {commit}" in it.seen("#footer")


async def test_what_is_folded_is_unfolded_where_the_cursor_is(world: Path, opened: Opens) -> None:
    async with opened(world, (120, 60)) as it:
        await go_to(it, "tuned@1.1.0")
        await it.press("G")
        assert "and 18 more" in at(it)
        await it.press("enter")
        assert "more" not in at(it)
        assert "small@" in at(it)
        assert "and 18 more" not in it.seen("#lineage")
        assert "tuned@1.1.0" in it.seen("#lineage")
        assert it.selected == "tuned@1.1.0"
        await it.press("G")
        assert "small@1.0.0" in at(it)
        await it.press("enter")
        assert it.selected == "small@1.0.0"
        await it.press("backspace")
        assert "more" not in it.seen("#lineage").replace("↓ more", ""), "it stays so where one comes back to"


async def test_a_long_chain_is_unfolded_level_by_level(tmp_path: Path, opened: Opens) -> None:
    with init_store(tmp_path / "store") as store:
        for number in range(20):
            parents = [f"m@1.{number - 1}.0"] if number else []
            register(store, tmp_path, "m", f"{number}", parents=parents)
    async with opened(tmp_path / "store", (120, 60)) as it:
        await it.press("2")
        assert "m@1.19.0" in at(it)
        assert "m@1.13.0" in it.seen("#lineage")
        assert "m@1.12.0" not in it.seen("#lineage")
        await it.press("g", "enter")
        assert "m@1.12.0" in at(it)
        for _ in range(3):
            await it.press("g", "enter")
        assert it.selected == "m@1.0.0", "nothing is left to be unfolded: the last enter jumped"
        await it.press("backspace")
        assert it.selected == "m@1.19.0"


async def test_a_move_repaints_two_lines(world: Path, opened: Opens, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(world, (160, 45)) as it:
        await go_to(it, "tuned@1.1.0")
        widget = it.main.view_widgets[Pane.LINEAGE]
        painted: list[tuple[Region, ...]] = []
        monkeypatch.setattr(widget, "refresh", lambda *regions, **_: painted.append(regions))
        widget.step(1)
        assert [len(regions) for regions in painted] == [2]
        assert all(region.height == 1 for region in painted[0])


async def test_the_cursor_is_in_sight_wherever_it_goes(world: Path, opened: Opens) -> None:
    async with opened(world, (80, 24)) as it:
        await go_to(it, "tuned@1.1.0")
        await it.press("G", "enter")
        for _ in range(32):
            at(it)
            await it.press("k")
        assert at(it)
        await it.press("g")
        assert at(it)
        await it.press("G", "ctrl+u", "ctrl+d", "pagedown", "pageup")
        assert at(it)
        await it.pilot.resize_terminal(120, 35)
        await it.rest()
        assert at(it)


async def test_two_clicks_jump(world: Path, opened: Opens) -> None:
    async with opened(world, (120, 35)) as it:
        await go_to(it, "tuned@1.1.0")
        lines = it.seen("#lineage").splitlines()
        row = next(number for number, line in enumerate(lines) if "base@1.0.0" in line)
        await it.pilot.click("#lineage", offset=(10, row + 1), times=2)
        await it.rest()
        assert it.selected == "base@1.0.0"


async def test_other_versions_arrive_and_the_cursor_stays(world: Path, opened: Opens, tmp_path: Path) -> None:
    async with opened(world, (120, 35)) as it:
        await go_to(it, "tuned@1.1.0")
        await it.press("j", "j")
        before = at(it).split("small@")[1].split()[0]
        assert "small@1.0.30" not in it.seen("#lineage")
        with open_store(world) as store:
            register(store, tmp_path, "small", "one more", parents=["tuned@1.1.0"])
        await it.until(lambda: "small@1.0.30" in it.seen("#lineage"))
        await it.rest()
        assert f"small@{before}" in at(it)


def test_a_hundred_thousand_children_are_moved_through() -> None:
    widget = NodeView()
    tree = grown(up=0, down=100_000, fanout=12, unfolded=("me",))
    widget.show(lambda columns: ancestry(tree, LOOK, columns), from_top=True)
    for _ in range(1000):
        widget.step(1)
    assert widget.place is not None
    assert widget.place.row.node.key == "d999"
    widget.to_bottom()
    assert widget.place is not None
    assert widget.place.row.node.key == "d99999"


async def test_hostile_names_are_moved_through_and_named_safely(tmp_path: Path, opened: Opens) -> None:
    evil = "hf:[/foo][@click=app.quit]" + "x" * 900
    with init_store(tmp_path / "store") as store:
        register(store, tmp_path, "m", "m", parents=[evil, "https://a/\U0001f600e\u0301" + "漢" * 500])
    async with opened(tmp_path / "store", (80, 24)) as it:
        await it.press("2", "g")
        for _ in range(3):
            await it.press("enter")
            assert "@click=app.quit" in it.text
            await it.press("escape", "2", "j")
        assert it.app.is_running
