"""What is inside a version, on the screen: its tensors by module, its files, and one of them alone."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from mvtui.store import Store, init_store, open_store
from mvtui.store.knowledge.weights import elements
from mvtui.tui.app.asking import inspecting
from mvtui.tui.app.facts import Line
from mvtui.tui.app.facts import inside as lines
from mvtui.tui.tensor_tree import Row

from tests.store.knowledge.formats import made
from tests.store.knowledge.weights.written import safetensors
from tests.tui.conftest import Opens, Session
from tests.tui.modelling import HOSTILE, weights, write

pytest.importorskip("numpy")

NARROW = (80, 24)


@pytest.fixture(scope="module")
def inside(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of one model of two versions, and others that are something else; not to be changed."""
    directory = tmp_path_factory.mktemp("inside")
    with init_store(directory / "store") as store:
        (directory / "prompt.md").write_text("You are {role}.\nBe kind.\n")
        store.register("prompt", directory / "prompt.md", kind="prompt", capture=False)
        (directory / "evil.pkl").write_bytes(EVIL)
        store.register("evil", directory / "evil.pkl", capture=False)
        store.register("m", write(directory / "m"), capture=False)
        store.promote("m@1.0.0", "production", reason="first")
        store.register("m", write(directory / "m", last=4.0, layers=13), capture=False)
    return directory / "store"


EVIL = b"cos\nsystem\n(S'touch /tmp/owned'\ntR."


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    inspecting._kept.clear()


def pane(it: Session) -> str:
    return it.seen("#inspect")


async def test_tensors_are_unfolded_module_by_module(inside: Path, opened: Opens) -> None:
    async with opened(inside, NARROW) as it:
        await it.press("6")
        shown = pane(it)
        assert "m@1.0.1" in shown
        assert "safetensors" in shown
        assert "bert, 13 layers" in shown
        assert "none: loading it runs nothing of its own" in shown
        assert "▾ bert " in shown
        assert "▸ layer " in shown
        assert " head " in shown
        await it.press("j", "enter")
        assert "▸ bert " in pane(it)
        assert "layer " not in pane(it)
        await it.press("right", "right", "j", "right", "j", "enter")
        assert "▾ 0 " in pane(it)
        assert " b " in pane(it)
        # Out again: to the module, then it is folded, then to the one above.
        await it.press("j", "left", "left")
        assert "▸ 0 " in pane(it)
        await it.press("left", "left")
        assert "▸ layer " in pane(it)


async def test_keys_that_come_before_the_answer_lose_nothing(inside: Path, opened: Opens) -> None:
    async with opened(inside, NARROW) as it:
        await it.press("6", "j", "j", "j")
        it.main.worker.stop()  # nothing is answered from now on
        version = it.main.version
        assert version is not None
        for _ in range(2):
            it.main.inspect_pane.fold()
        assert it.main.inspect_pane.within(version).unfolded == ("bert",)
        it.main.scroller.step(-2)
        it.main.inspect_pane.fold()
        assert it.main.inspect_pane.within(version).unfolded == ()


async def test_a_tensor_is_opened_with_its_numbers_counted(inside: Path, opened: Opens) -> None:
    async with opened(inside, NARROW) as it:
        await it.press("6", "slash", *"embed", "enter", "j", "enter")
        shown = pane(it)
        assert "bert.embed.w" in shown
        assert "F32" in shown
        assert "in model.safetensors" in shown
        assert "least 1   most 2   mean 1.5   std 0.5" in shown
        assert "infinite 1, 20.0 %" in shown
        assert shown.count("█") > 20
        await it.press("escape")
        assert "1 of 26 with: embed" in pane(it)
        assert it.main.inspect_pane.page == ""
        await it.press("escape")
        assert "1 of 26" not in pane(it)


async def test_a_large_tensor_is_read_when_asked_for(
    inside: Path, opened: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inspecting, "AT_ONCE", 4)
    async with opened(inside, NARROW) as it:
        await it.press("6", "slash", *"head", "enter", "j", "enter")
        assert "not read yet: w reads 8 B" in pane(it)
        await it.press("w")
        await it.until(lambda: it.main.dialog is None)
        await it.rest()
        assert "most 4" in pane(it)


async def test_without_numpy_it_says_how_to_get_it(
    inside: Path, opened: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(elements, "has_numpy", lambda: False)
    async with opened(inside, (100, 35)) as it:
        await it.press("6", "slash", *"head", "enter", "j", "enter")
        assert "pip install 'mvtui[tensors]'" in pane(it)


async def test_files_are_read_in_colours_and_left_again(inside: Path, opened: Opens) -> None:
    async with opened(inside, NARROW) as it:
        await it.press("6", "J", "j", "enter")
        assert "Title" in pane(it)
        assert "last line" in pane(it)
        await it.press("escape", "j", "enter")
        shown = pane(it)
        assert '"num_hidden_layers": 13,' in shown
        assert "\\u001b]0;owned\\u0007[red]x[/red]" in shown
        await it.press("escape", "j", "j", "j", "enter")
        assert "hostile ␛]0;owned␇[red]x[/red][@click=app.quit]�" in pane(it)
        await it.press("escape", "k", "k", "k", "enter", "escape")
        spot = it.main.view_widgets[it.main.pane].place  # type: ignore[attr-defined]
        assert spot.row == "config.json"


async def test_what_is_no_text_says_what_it_is(inside: Path, opened: Opens) -> None:
    async with opened(inside, NARROW) as it:
        await it.press("6", "J", "j", "j", "j", "enter")
        assert "safetensors" in pane(it)
        assert "26, 79 parameters" in pane(it)
        await it.press("escape", "j", "enter")
        shown = pane(it)
        assert "no text, and no format that is known" in shown
        assert "0000  00 01 02 62 69 6e 61 72" in shown
        assert "...binar" in shown


async def test_weights_are_read_on_demand_and_the_result_stays(inside: Path, opened: Opens) -> None:
    async with opened(inside, (100, 35)) as it:
        await it.press("6")
        assert "not looked at yet: w reads all weights" in pane(it)
        await it.press("w")
        await it.until(lambda: it.main.dialog is None)
        await it.rest()
        assert "✗ not finite" in pane(it)
        assert "bert.embed.w: 1 infinite, the first at 4" in pane(it)
        assert "not looked at yet" not in pane(it)
        await it.press("escape", "1", "j", "6", "k")
        assert "not looked at yet" in pane(it)
        await it.press("1", "k", "6")
        assert "✗ not finite" in pane(it)


async def test_reading_can_be_stopped(inside: Path, opened: Opens, monkeypatch: pytest.MonkeyPatch) -> None:
    held, real = threading.Event(), Store.health

    def slow(self: Store, ref: str, *, progress: object = None) -> object:
        held.wait(10)
        return real(self, ref, progress=progress)  # type: ignore[arg-type]

    monkeypatch.setattr(Store, "health", slow)
    async with opened(inside, NARROW) as it:
        await it.press("6")
        await it.pilot.press("w")
        await it.until(lambda: it.main.dialog is not None and it.main.dialog.is_mounted)
        await it.pilot.press("escape")
        held.set()
        await it.until(lambda: it.main.dialog is None)
        await it.rest()
        assert "stopped" in it.text
        assert "not looked at yet" in pane(it)


async def test_what_loading_would_run_is_named(inside: Path, opened: Opens) -> None:
    async with opened(inside, NARROW) as it:
        await it.press("0", "slash", *"evil", "enter", "6")
        shown = pane(it)
        assert "✗ unsafe" in shown
        assert "system" in shown
        assert "touch /tmp/owned" in shown
        await it.press("w")
        assert "there are no tensors in this version" in it.text


async def test_a_prompt_shows_its_text(inside: Path, opened: Opens) -> None:
    async with opened(inside, NARROW) as it:
        await it.press("0", "slash", *"prompt", "enter", "6")
        assert "You are {role}." in pane(it)


async def test_data_is_listed_file_by_file(tmp_path: Path, opened: Opens) -> None:
    folder = tmp_path / "rows"
    folder.mkdir()
    for number in range(40):
        (folder / f"{number:02}.csv").write_text(f"a,b\n{number},1\n")
    with init_store(tmp_path / "store") as store:
        store.register("rows", folder, kind="dataset", capture=False)
    async with opened(tmp_path / "store", NARROW) as it:
        await it.press("6")
        shown = pane(it)
        assert "rows@1.0.0  dataset, " in shown
        assert "▾ Files  40" in shown
        await it.press("G", "enter")
        assert "39,1" in pane(it)


async def test_what_was_unfolded_stays_so_in_other_versions(inside: Path, opened: Opens) -> None:
    async with opened(inside, (100, 35)) as it:
        await it.press("6", "j", "enter", "1", "j", "6")
        assert "m@1.0.0" in pane(it)
        assert "▸ bert " in pane(it)


async def test_another_version_closes_what_was_open(inside: Path, opened: Opens) -> None:
    async with opened(inside) as it:
        await it.press("6", "J", "j", "enter")
        assert "last line" in pane(it)
        await it.press("1", "j")
        assert "m@1.0.0" in pane(it)
        await it.press("k")
        assert "m@1.0.1" in pane(it)


async def test_damage_is_told_and_the_files_are_listed(tmp_path: Path, opened: Opens) -> None:
    with init_store(tmp_path / "store") as store:
        store.register("m", write(tmp_path / "m"), capture=False)
    for object_ in (tmp_path / "store" / "objects").rglob("*"):
        if object_.is_file() and object_.read_bytes() == weights():
            object_.unlink()
    async with opened(tmp_path / "store", NARROW) as it:
        await it.press("6")
        assert "its object" in pane(it)
        assert "is missing" in pane(it)
        await it.press("j", "j", "j", "enter")
        assert "missing" in pane(it)
        assert it.app.is_running


async def test_a_hundred_thousand_tensors_are_made_when_they_are_looked_at(
    tmp_path: Path, opened: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = {f"{HOSTILE}{n}": ("F32", [1], 4) for n in range(30_000)}
    with init_store(tmp_path / "store") as store:
        path = tmp_path / "m.safetensors"
        path.write_bytes(made.safetensors(names))
        store.register("m", path, capture=False)
    drawn: list[str] = []
    real = lines._named

    def counted(row: Row, *rest: Any, **named: Any) -> Line:
        drawn.append(row.label)
        return real(row, *rest, **named)

    monkeypatch.setattr(lines, "_named", counted)
    async with opened(tmp_path / "store", NARROW) as it:
        await it.press("6", "j", "j", "j", "ctrl+d", "G")
        assert "␛]0;owned␇" in it.text
        assert 0 < len(drawn) < 2000
        drawn.clear()
        await it.press("k")
        assert len(drawn) < 60


async def test_ascii(inside: Path, opened: Opens) -> None:
    async with opened(inside, NARROW, ascii_only=True) as it:
        await it.press("6", "j", "enter", "slash", *"embed", "enter", "enter")
        assert it.text.isascii()
        await it.press("escape", "escape", "w")
        await it.until(lambda: it.main.dialog is None)
        await it.rest()
        assert it.text.isascii()


@pytest.mark.parametrize("size", [NARROW, (160, 45)])
async def test_the_widest_tensor_has_its_sizes_beside_its_name(
    tmp_path: Path, opened: Opens, size: tuple[int, int]
) -> None:
    header = {"weight": ("F32", [1, 132], bytes(4 * 132)), "bias": ("F32", [1], bytes(4))}
    (tmp_path / "m.safetensors").write_bytes(safetensors(header))
    with init_store(tmp_path / "store") as store:
        store.register("m", tmp_path / "m.safetensors", capture=False)
    async with opened(tmp_path / "store", size) as it:
        await it.press("6")
        assert "weight 1 × 132 F32 " in " ".join(pane(it).split())
        assert "bias 1 F32 " in " ".join(pane(it).split())


async def test_weights_are_read_from_the_page_of_a_file_too(inside: Path, opened: Opens) -> None:
    async with opened(inside, (100, 35)) as it:
        await it.press("6", "J", "j", "enter")
        assert it.main.inspect_pane.page == "README.md"
        await it.press("w")
        await it.until(lambda: it.main.dialog is None)
        await it.rest()
        assert "m@1.0.1: 1 infinite in bert.embed.w" in it.seen("#footer")
        assert it.main.inspect_pane.close()
        await it.rest()
        assert "✗ not finite" in pane(it)


async def test_what_has_no_tensors_says_so_when_weights_are_to_be_read(inside: Path, opened: Opens) -> None:
    async with opened(inside, (100, 35)) as it:
        with open_store(inside, read_only=True) as store:
            it.main.selection.go_to(store.get("prompt@1.0.0"))
        await it.rest()
        for keys in (("6", "w"), ("J", "j", "enter", "w")):
            await it.press("escape", *keys)
            assert "there are no tensors in this version" in it.seen("#footer")
