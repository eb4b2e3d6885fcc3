"""Registering files from the screen: the form, its list of the directory, progress, and what stands in the way."""

import json
import struct
from pathlib import Path

import pytest
from mvtui.store import Progress, Store, init_store, open_store
from mvtui.tui.app.asking import contents
from textual import events

from .conftest import Opens, Session
from .staging import staged
from .test_deliveries import EVIL, Gate
from .test_dialogs import changes, closed, dialog, flat, settled, typed


@pytest.fixture
def world(tmp_path: Path) -> Path:
    return staged(tmp_path)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The directory the app is started in: with a model in it, an adapter, and something else."""
    here = tmp_path / "here"
    (here / "out").mkdir(parents=True)
    header = json.dumps({"w": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}}).encode()
    tensor = struct.pack("<Q", len(header)) + header + b"\0" * 24
    (here / "out" / "model.safetensors").write_bytes(tensor)
    (here / "out" / "readme.txt").write_text("x")
    (here / "adapter").mkdir()
    (here / "adapter" / "adapter_config.json").write_text("{}")
    (here / "broken.safetensors").write_bytes(b"\xff" * 64)
    (here / "hollow").mkdir()
    monkeypatch.chdir(here)
    return here


def latest(world: Path, model: str = "m") -> tuple[str, str]:
    with open_store(world, read_only=True) as store:
        found = store.versions(model)[0]
    return found.version, found.note


async def test_n_a_path_and_two_enters_register(world: Path, opened: Opens, here: Path) -> None:
    async with opened(world) as it:
        await it.press("n")
        assert "Register a version" in it.text
        assert "mvtui register m PATH" in it.text
        assert "enter go on" in it.text
        await it.press("o", "down")
        assert "enter take it" in it.text
        await it.press("tab")
        assert typed(it) == "out/"
        assert "model.safetensors" in it.text
        await it.press("m", "tab")
        assert typed(it) == "out/model.safetensors"
        size = (here / "out" / "model.safetensors").stat().st_size
        assert f"1 file, {size} B · safetensors · 6 parameters" in flat(it.text)
        assert "mvtui register m out/model.safetensors" in it.text
        await it.press("enter")
        assert typed(it) == "m", "the model is the one that was looked at"
        assert "by what changed since 1.3.0" in it.text
        assert "enter register" in it.text
        await it.press("enter")
        await settled(it)
        assert f"is registered: 1 file, {size} B" in it.text
        await it.until(lambda: it.selected == f"m@{latest(world)[0]}")


async def test_every_row_of_the_form_is_kept(world: Path, opened: Opens, here: Path) -> None:
    async with opened(world) as it:
        await it.press("n", *"out", "tab")
        assert "2 files, " in flat(it.text)
        assert "· safetensors" in flat(it.text)
        await it.press("enter", "end", "ctrl+u", *"fresh")
        assert "1.0.0, the first" in it.text
        await it.press("tab", *"wei", "down", "enter")
        assert typed(it) == "weights"
        await it.press("tab", *"2.1.0", "tab", *"m@1.3", "tab")
        assert typed(it) == "m@1.3.0"
        await it.press(*["tab"] * 4, *"all new", "tab", *"team=search 'by=two words'")
        told = "mvtui register fresh out/ --kind weights --version 2.1.0 --parent m@1.3.0 --note 'all new'"
        assert told[:80] in it.text
        await it.press("shift+tab")
        assert typed(it) == "all new"
        await it.press("enter")
        await settled(it)
        await it.until(lambda: it.selected == "fresh@2.1.0")
    with open_store(world) as store:
        found = store.get("fresh@2.1.0")
        parents = store.called([edge.to for edge in found.edges])
    assert (found.note, found.tags) == ("all new", {"team": "search", "by": "two words"})
    assert "m@1.3.0" in parents.values()


async def test_data_metrics_and_parameters_are_told_in_words_and_files(
    world: Path, opened: Opens, here: Path
) -> None:
    (here / "train.csv").write_text("a,b")
    (here / "metrics.json").write_text('{"accuracy": 0.5, "f1": 0.4, "by": "me"}')
    (here / "config.yaml").write_text("lr: 1\nepochs: 2\n")
    async with opened(world, (160, 45)) as it:
        await it.press("n", *"out/", "enter", *["tab"] * 4)
        await it.press(*"train=train.csv", "tab", *"accuracy=0.9 metrics.json", "tab", *"lr=3 config.yaml")
        told = "--dataset train=train.csv --metric accuracy=0.9 --metrics-file metrics.json --param lr=3"
        assert f"mvtui register m out/ {told}"[:80] in it.text
        await it.press("enter")
        await settled(it)
        assert "skipped 1 of metrics.json that is no number" in flat(it.text)
    with open_store(world) as store:
        found = store.versions("m")[0]
        params = found.params
        (edge,) = (edge for edge in found.edges if edge.type == "trained-on")
    assert found.metrics == {"accuracy": 0.9, "f1": 0.4}, "what is stated wins over a file"
    assert params == {"lr": 3, "epochs": 2}
    assert edge.role == "train"


async def test_the_arrows_lead_through_rows_and_back(world: Path, opened: Opens, here: Path) -> None:
    async with opened(world) as it:
        await it.press("n", *"out/none", "down")
        assert typed(it) == "m", "nothing to choose: the next row"
        await it.press("up")
        assert typed(it) == "out/none"
        await it.press("ctrl+u", *"out/", "down")
        assert "enter take it" in it.text
        await it.press("up")
        assert "enter go on" in it.text, "back from the list to what is typed"
        assert "shift-tab back" in it.text
        await it.press("enter", "shift+tab")
        assert typed(it) == "out/"


async def test_a_bump_is_chosen_with_the_arrows(world: Path, opened: Opens, here: Path) -> None:
    async with opened(world) as it:
        await it.press("n", *"out/", "enter", "tab", "tab", "down", "enter")
        assert typed(it) == "major"
        assert "--bump major" in it.text
        await it.press("enter")
        await settled(it)
    assert latest(world)[0] == "2.0.0"


async def test_the_same_content_is_found_again(world: Path, opened: Opens, here: Path) -> None:
    async with opened(world) as it:
        for _ in range(2):
            await it.press("n", *"out/", "enter", "enter")
            await settled(it)
        number = latest(world)[0]
        assert f"it is m@{number} already; nothing was new" in it.text
        await it.until(lambda: it.selected == f"m@{number}")


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ((), "type the path of the files first"),
        (tuple("none"), "there is no file and no directory at that path"),
        (("o", "u", "t", "enter", "end", "ctrl+u"), "name the model that it is a version of"),
        (("o", "u", "t", "enter", "tab", "x"), "x is no kind: it is one of weights"),
        (("o", "u", "t", "enter", "tab", "tab", *"1.x"), "1.x"),
        (("o", "u", "t", "enter", "tab", "tab", *"1.2.0"), "m@1.2.0"),
        (("o", "u", "t", "enter", "tab", "tab", "tab", *"none@9"), "none"),
        (("o", "u", "t", "enter", "shift+tab", "shift+tab", *"x"), "it has no value"),
        (("o", "u", "t", "enter", "shift+tab", "shift+tab", *"-x"), "tags are set here, not removed"),
        (("o", "u", "t", "enter", *["tab"] * 4, *"train"), "train"),
        (("o", "u", "t", "enter", *["tab"] * 5, *"f1=high"), "high"),
        (("o", "u", "t", "enter", *["tab"] * 5, *"none.json"), "none.json"),
        (("o", "u", "t", "enter", *["tab"] * 6, *"'lr=1"), "a quotation mark is not closed"),
        (("o", "u", "t", "enter", *["tab"] * 6, *"none.yaml"), "none.yaml"),
        ((*"hollow", "enter"), "no file"),
    ],
)
async def test_what_can_t_be_registered_says_why(
    world: Path, opened: Opens, here: Path, keys: tuple[str, ...], told: str
) -> None:
    before = changes(world)
    async with opened(world) as it:
        await it.press("n", *keys, "enter")
        await it.until(lambda: told in flat(it.text) and not closed(it))
        await it.press("escape")
        assert closed(it)
    assert changes(world) == before


async def test_what_is_there_is_told(world: Path, opened: Opens, here: Path) -> None:
    async with opened(world) as it:
        for path, told in (
            ("adapter", "1 file, 2 B"),
            ("broken.safetensors", "not a valid safetensors file"),
            ("hollow", "there is no file in it"),
            ("out/readme.txt", "1 file, 1 B"),
            ("nothing", "nothing is there"),
        ):
            await it.press("n", *path)
            assert told in flat(it.text), path
            await it.press("escape")
        await it.press("n", *"adapter")
        assert "adapter, by what is there" in flat(it.text)


async def test_storing_is_stopped_by_esc_and_leaves_nothing(
    world: Path, opened: Opens, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = changes(world)
    objects = sorted((world / "objects").rglob("*"))
    gate = Gate(monkeypatch, "register")
    async with opened(world) as it:
        await it.press("n", *"out/", "enter")
        await it.pilot.press("enter")
        await it.until(gate.there.is_set)
        assert "esc stop" in flat(it.text)
        await it.pilot.press("escape")
        gate.go_on.set()
        await settled(it)
        assert "stopped: nothing was registered, out/ stays as it is" in it.text
    assert changes(world) == before
    assert [path for path in objects if path.exists()] == objects
    assert (here / "out" / "model.safetensors").exists()


async def test_a_disk_that_refuses_is_told_and_what_was_filled_in_stays(
    world: Path, opened: Opens, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise OSError("the disk is on fire")

    monkeypatch.setattr(Store, "register", broken)
    async with opened(world) as it:
        await it.press("n", *"out/", "enter", "enter")
        await it.until(lambda: "the disk is on fire" in it.text)
        assert "out/" in it.text
        await it.press("escape")
        assert it.app.is_running


async def test_an_empty_store_takes_its_first_version(opened: Opens, here: Path, tmp_path: Path) -> None:
    with init_store(tmp_path / "new"):
        pass
    async with opened(tmp_path / "new") as it:
        await it.press("n", *"out/", "enter", *"first", "enter")
        await settled(it)
        await it.until(lambda: it.selected == "first@1.0.0")


async def test_where_nothing_can_be_changed_it_says_why(world: Path, opened: Opens) -> None:
    async with opened(world, read_only=True) as it:
        await it.press("n")
        assert closed(it)
        assert "can't register: mvtui was started with --read-only" in it.text


async def test_keys_typed_at_once_are_for_the_form(world: Path, opened: Opens, here: Path) -> None:
    async with opened(world) as it:
        for key in ("n", *"qRu"):
            it.app.post_message(events.Key(key, key))
        await it.until(lambda: it.main.dialog is not None and it.main.dialog.field is not None)
        await it.rest()
        assert typed(it) == "qRu"


async def test_hostile_names_are_harmless(world: Path, opened: Opens, here: Path) -> None:
    (here / EVIL.replace("/", "")).write_text("x")
    (here / "\udcff").write_text("x")
    for size in ((80, 24), (160, 45)):
        async with opened(world, size) as it:
            await it.press("n", "up", "enter", "tab", "down", "down")
            it.app.post_message(events.Paste(EVIL))
            await it.rest()
            assert "\x1b" not in it.text
            assert "\u202e" not in it.text
            await it.press("escape")
            assert it.app.is_running


@pytest.mark.parametrize("size", [(80, 24), (60, 16), (120, 35)])
async def test_the_form_fits_and_keeps_its_height(
    world: Path, opened: Opens, here: Path, size: tuple[int, int]
) -> None:
    async with opened(world, size, ascii_only=True) as it:
        await it.press("n")
        heights = set()
        for key in ("o", "tab", "enter", *["tab"] * 8):
            await it.press(key)
            assert "esc cancel" in it.text, f"{key}\n{it.text}"
            assert "mvtui register" in it.text
            assert it.text.isascii()
            heights.add(height(it))
        assert len(heights) == 1, "a dialog that jumps is hard to read"


def height(it: Session) -> int:
    return dialog(it).query_one("#dialog").size.height


def test_counting_ends(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contents, "_MOST_FILES", 1)
    found = contents.look(str(here / "out"))
    assert found is not None
    assert (found.files, found.more) == (1, True)
    assert contents.look(str(here / "none")) is None


def test_a_large_file_is_not_hashed_to_say_what_it_looks_like(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = 1 << 30
    with (here / "blob.bin").open("wb") as file:
        file.truncate(size)
    hashed: list[int] = []
    give_up = contents._give_up

    def watched(progress: Progress) -> None:
        hashed.append(progress.done)
        give_up(progress)

    monkeypatch.setattr(contents, "_give_up", watched)
    found = contents.look(str(here / "blob.bin"))
    assert found is not None
    assert (found.size, found.format, found.problem) == (size, "", "")
    assert max(hashed) < size / 4


def test_a_prompt_is_told_by_its_name(here: Path) -> None:
    for name, kind in (("prompt.md", "prompt"), ("notes.md", "weights"), ("a.jinja", "prompt")):
        (here / name).write_text("Hello {name}")
        found = contents.look(str(here / name))
        assert found is not None
        assert found.kind == kind
