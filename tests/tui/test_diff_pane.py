"""How two versions differ inside, in the view of metrics: tensors, and files that are text."""

from __future__ import annotations

from pathlib import Path

import pytest
from mvtui.store import Store, init_store
from mvtui.store.knowledge.weights import elements
from mvtui.tui.app.asking import inspecting
from mvtui.tui.app.facts.sections import Spot
from mvtui.tui.app.keys.pane import Pane
from mvtui.tui.app.widgets.nodes import NodeView

from tests.tui.conftest import Opens, Session
from tests.tui.modelling import HOSTILE, write

pytest.importorskip("numpy")

TALL = (90, 60)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of one model: 1.0.0 in Production, a version that differs from it, and one that is of something else."""
    directory = tmp_path_factory.mktemp("differing")
    with init_store(directory / "store") as store:
        store.register("m", write(directory / "m"), capture=False)
        store.promote("m@1.0.0", "production", reason="first")
        folder = write(directory / "m", last=4.0, layers=13)
        (folder / "README.md").write_text(f"# Title\n{HOSTILE}\nlast line\n")
        store.register("m", folder, capture=False)
    return directory / "store"


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    inspecting._kept.clear()


def widget(it: Session) -> NodeView:
    found = it.main.view_widgets[Pane.METRICS]
    assert isinstance(found, NodeView)
    return found


async def looked(it: Session) -> None:
    """Wait until what differs inside has been looked into, which is done when nothing else is."""
    await it.until(lambda: "Tensors" in it.seen("#metrics"))
    await it.rest()


def go_to(it: Session, section: str, row: str = "") -> None:
    widget(it).go_to(lambda spot: (spot.section, spot.row) == (section, row))


async def test_tensors_are_compared_as_far_as_headers_tell_then_by_their_numbers(
    world: Path, opened: Opens
) -> None:
    async with opened(world, TALL) as it:
        await it.press("3")
        await looked(it)
        assert "all 26 tensors were not compared yet" in it.seen("#metrics")
        assert "w reads" in it.seen("#metrics")
        await it.press("w")
        await it.until(lambda: it.main.dialog is None)
        await it.until(lambda: "not compared yet" not in it.seen("#metrics"))
        shown = it.seen("#metrics")
        assert "1 of 26 tensors changed" in shown
        assert "head" in shown
        assert "33.3 %" in shown
    # Asked again, it is there at once: the store has kept it.
    inspecting._kept.clear()
    async with opened(world, TALL) as it:
        await it.press("3")
        await looked(it)
        assert "1 of 26 tensors changed" in it.seen("#metrics")


async def test_text_files_show_what_differs_and_the_whole_of_it_on_enter(world: Path, opened: Opens) -> None:
    async with opened(world, TALL) as it:
        await it.press("3")
        await looked(it)
        shown = it.seen("#metrics")
        assert "config.json  1 value: 1 changed" in shown
        assert "≠ num_hidden_layers: 12 → 13" in shown
        assert "README.md  +1 -1 lines" in shown
        assert "+ ␛]0;owned␇[red]x[/red][@click=app.quit]" in shown
        go_to(it, "files", "config.json")
        await it.press("enter")
        shown = it.seen("#metrics")
        assert "m@1.0.1 against m@1.0.0" in shown
        assert "≠ num_hidden_layers: 12 → 13" in shown
        assert "Metrics  " not in shown
        await it.press("escape")
        await looked(it)
        assert widget(it).place == Spot("files", "config.json")
        go_to(it, "files", "README.md")
        await it.press("enter")
        assert "  # Title" in it.seen("#metrics")
        assert "  last line" in it.seen("#metrics")
        # Another version has other differences: what was open is closed.
        await it.press("1", "j", "3")
        assert "README.md  +" not in it.seen("#metrics")


async def test_what_is_the_same_has_no_page(world: Path, opened: Opens) -> None:
    async with opened(world, TALL) as it:
        await it.press("3")
        await looked(it)
        go_to(it, "files", "other.dat")
        await it.press("enter")
        assert "other.dat is the same in both" in it.text
        go_to(it, "files", "model.safetensors")
        await it.press("enter")
        assert "it is not text" in it.seen("#metrics")


async def test_without_numpy_digests_tell(
    tmp_path: Path, opened: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(elements, "has_numpy", lambda: False)
    with init_store(tmp_path / "store") as store:
        for last in (3.0, 4.0):
            store.register("m", write(tmp_path / "m", last=last), capture=False)
    async with opened(tmp_path / "store", TALL) as it:
        await it.press("3")
        await looked(it)
        await it.press("w")
        await it.until(lambda: it.main.dialog is None)
        await it.until(lambda: "not compared yet" not in it.seen("#metrics"))
        assert "1 of 26 tensors changed" in it.seen("#metrics")
        assert "pip install 'mvtui[tensors]'" in it.seen("#metrics")


async def test_without_tensors_there_is_nothing_to_compare(own: Store, tmp_path: Path, opened: Opens) -> None:
    (tmp_path / "a.bin").write_bytes(b"b\0")
    own.register("alpha", tmp_path / "a.bin", capture=False)
    async with opened(own.root, TALL) as it:
        await it.press("3")
        await it.until(lambda: inspecting.kept("between", _ids(it)) is not None)
        await it.press("w")
        assert "can't compare weights: there are no tensors" in it.text


def _ids(it: Session) -> tuple[str, ...]:
    return tuple(version.id for version in reversed(it.main.version_table.rows))


async def test_marked_versions_are_compared(world: Path, opened: Opens) -> None:
    async with opened(world, TALL) as it:
        await it.press("space", "j", "space", "3")
        await looked(it)
        assert "num_hidden_layers: 13 → 12" in it.seen("#metrics")


async def test_the_parent_is_a_base_too(world: Path, tmp_path: Path, opened: Opens) -> None:
    with init_store(tmp_path / "store") as store:
        for number in range(3):
            parents = ["m@1.0.0"] if number == 2 else []
            folder = write(tmp_path / "m", last=number, layers=number)
            store.register("m", folder, parents=parents, capture=False)
        newest, second = (version.ref for version in store.versions("m")[:2])
        store.promote(second, "production", reason="first")
    async with opened(tmp_path / "store", TALL) as it:
        await it.press("3")
        await looked(it)
        assert it.selected == newest
        assert "num_hidden_layers: 1 → 2" in it.seen("#metrics")
        await it.press("b")
        await looked(it)
        assert "num_hidden_layers: 0 → 2" in it.seen("#metrics")
        assert "is its parent" in it.seen("#metrics")
        go_to(it, "files", "config.json")
        await it.press("enter")
        assert f"{newest} against m@1.0.0" in it.seen("#metrics")
        await it.press("escape", "1", "j", "3")
        assert "no parent" in it.seen("#metrics")
        await it.press("b", "1", "k", "3")
        await looked(it)
        assert "num_hidden_layers: 1 → 2" in it.seen("#metrics")
        await it.press("1", "space", "j", "space", "3", "b")
        assert "marked versions are compared" in it.text
