"""What is remembered of a person: earlier queries, actions used last, and that the hint was seen."""

import json
import os
import stat
import threading
from pathlib import Path
from threading import Event

import pytest
from mvtui.store import Store, open_store
from mvtui.tui import state
from mvtui.tui.app import memory
from mvtui.tui.app.app import MvtuiApp
from mvtui.tui.app.keys.pane import Pane
from mvtui.tui.app.memory import ACTIONS, HINTS, QUERIES, Memory

from .conftest import Opens, Session
from .test_no_io import _caught, _watched


def remembering(directory: Path) -> Memory:
    """A memory that has read what is kept."""
    found, read = Memory(str(directory)), Event()
    found.start(read.set)
    assert read.wait(10)
    return found


def kept(directory: Path, name: str) -> list[str]:
    return [json.loads(line) for line in (directory / f"{name}.jsonl").read_text().splitlines()]


# -- the files -----------------------------------------------------------------------------------


def test_what_is_noted_is_known_at_the_next_start(tmp_path: Path) -> None:
    first = remembering(tmp_path / "deep" / "mvtui")
    for text in ("f1>0.9", "  stage:production ", "f1>0.9", ""):
        first.note(QUERIES, text)
    first.note(ACTIONS, "copy.id")
    assert first.recall(QUERIES) == ["stage:production", "f1>0.9"], "each once, the last at the end"
    first.stop()
    second = remembering(tmp_path / "deep" / "mvtui")
    assert second.recall(QUERIES) == ["stage:production", "f1>0.9"]
    assert second.recall(ACTIONS) == ["copy.id"]
    assert second.recall(HINTS) == []
    second.stop()


def test_it_is_nobody_else_s_business(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        one = remembering(tmp_path / "state")
        one.note(QUERIES, "secret")
        one.stop()
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "state" / "queries.jsonl").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700
    assert os.listdir(tmp_path / "state") == ["queries.jsonl"], "nothing is left beside it"


def test_two_at_once_forget_nothing_of_each_other(tmp_path: Path) -> None:
    one, other = remembering(tmp_path), remembering(tmp_path)
    one.note(QUERIES, "a")
    one.stop()
    other.note(QUERIES, "b")
    other.stop()
    assert kept(tmp_path, QUERIES) == ["a", "b"]


def test_it_stays_small(tmp_path: Path) -> None:
    one = remembering(tmp_path)
    for number in range(memory.MOST + 10):
        one.note(QUERIES, f"epochs={number}")
    one.note(QUERIES, "x" * (memory.LONGEST + 1))
    assert len(one.recall(QUERIES)) == memory.MOST
    assert one.recall(QUERIES)[-1] == f"epochs={memory.MOST + 9}"


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe\x00", b"{}\n[1]\n3\nnull\n", b'"good"\n{"', b"[" * 100_000, b'"' + b"x" * 3_000_000],
)
def test_a_broken_file_is_no_problem(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "queries.jsonl").write_bytes(content)
    one = remembering(tmp_path)
    assert set(one.recall(QUERIES)) <= {"good"}
    one.note(QUERIES, "new")
    one.stop()
    assert kept(tmp_path, QUERIES)[-1] == "new"


def test_what_someone_wrote_into_it_is_made_safe(tmp_path: Path) -> None:
    (tmp_path / "queries.jsonl").write_text(json.dumps("\x1b]0;t\x07 \u202eevil") + "\n")
    assert remembering(tmp_path).recall(QUERIES) == ["␛]0;t␇ �evil"]


def test_where_nothing_can_be_kept_it_works_for_as_long_as_it_runs(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    one = remembering(tmp_path / "file" / "below")
    one.note(QUERIES, "a")
    one.stop()
    assert one.recall(QUERIES) == ["a"]


def test_it_is_kept_where_state_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert state.directory() == str(tmp_path / "mvtui")
    monkeypatch.setenv("XDG_STATE_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert state.directory() == str(tmp_path / ".local" / "state" / "mvtui")


# -- choices -------------------------------------------------------------------------------------


def test_of_what_is_chosen_the_last_is_known_at_the_next_start(tmp_path: Path) -> None:
    first, other = remembering(tmp_path), remembering(tmp_path)
    first.choose("sentiment", ("f1", "version"))
    first.choose("sentiment", ("", "version", "tag.\x1b[31m"))
    first.choose("ranker", ("", "id"))
    first.choose("ranker", None)
    first.stop()
    other.choose("embed", ("", "age"))
    other.stop()
    second = remembering(tmp_path)
    assert second.chosen("sentiment") == ("", "version", "tag.\x1b[31m"), "names are as they are"
    assert second.chosen("embed") == ("", "age"), "nor was what another noted forgotten"
    assert second.chosen("ranker") is None
    second.stop()
    assert [json.loads(line)[0] for line in (tmp_path / "columns.jsonl").read_text().splitlines()] == [
        "sentiment",
        "embed",
    ]


@pytest.mark.parametrize(
    "line",
    ["", "[]", "null", "3", '["a"]', '["a", 3]', '["a", [3]]', '[3, ["a"]]', '["a", {"b": 1}]', "[" * 9_999],
)
def test_a_broken_choice_is_none(line: str, tmp_path: Path) -> None:
    (tmp_path / "columns.jsonl").write_text(f'["good", ["", "id"]]\n{line}\n')
    one = remembering(tmp_path)
    assert one.chosen("good") == ("", "id")
    assert one.chosen("a") is None
    one.stop()


def test_choices_stay_few_and_small(tmp_path: Path) -> None:
    one = remembering(tmp_path)
    for number in range(memory.MOST + 5):
        one.choose(f"m{number}", ("", "id"))
    one.choose("large", ("x" * 100_000,))
    assert one.chosen("large") is None
    one.stop()
    assert len((tmp_path / "columns.jsonl").read_text().splitlines()) <= memory.MOST


# -- earlier queries -----------------------------------------------------------------------------


def typed(it: Session) -> str:
    return it.main.filter_line.typed


async def test_arrows_walk_through_earlier_queries_and_back_to_what_was_typed(
    filled: Path, opened: Opens
) -> None:
    async with opened(filled) as it:
        for query in ("1.0", "1.1"):
            await it.press("slash", *query, "enter", "escape")
        await it.press("slash", *"1.", "up")
        assert typed(it) == "1.1"
        assert [it.main.version_table.rows[row].version for row in it.main.version_table.order] == ["1.1.0"]
        await it.press("up")
        assert typed(it) == "1.0"
        await it.press("up")
        assert typed(it) == "1.0", "there is nothing before the first"
        await it.press("down", "down")
        assert typed(it) == "1."
        await it.press("enter")
        assert it.main.memory.recall(QUERIES)[-1] == "1."


async def test_below_what_is_typed_is_the_list(filled: Path, opened: Opens) -> None:
    async with opened(filled) as it:
        await it.press("slash", *"1.", "enter", "slash", "down")
        assert it.selected == "embed@1.0.0"
        await it.press("up")
        assert it.selected == "embed@1.1.0", "up goes back in the list before it goes to earlier queries"
        await it.press("ctrl+u", "up")
        assert typed(it) == "1."


async def test_without_earlier_queries_the_arrows_move_in_the_list(filled: Path, opened: Opens) -> None:
    async with opened(filled) as it:
        await it.press("slash", "down")
        assert it.selected == "embed@1.0.0"
        await it.press("up", "up")
        assert it.selected == "embed@1.1.0"
        assert typed(it) == ""


async def test_only_queries_are_remembered(filled: Path, opened: Opens) -> None:
    async with opened(filled) as it:
        await it.press("slash", *"stge:x", "enter", "escape", "slash", *"1.0", "escape")
        await it.press("0", "slash", *"ran", "enter")
        assert it.main.pane is Pane.MODELS
        assert it.main.memory.recall(QUERIES) == []


# -- the hint ------------------------------------------------------------------------------------


def app(store: Store, directory: Path) -> MvtuiApp:
    return MvtuiApp(lambda: open_store(store.root), memory=Memory(str(directory)))


async def test_a_newcomer_is_told_the_keys_that_matter_once(own: Store, tmp_path: Path) -> None:
    state = tmp_path / "state"
    async with app(own, state).run_test(size=(80, 24)) as pilot:
        it = Session(pilot.app, pilot)  # type: ignore[arg-type]
        await it.until(lambda: "New here?" in it.text)
        line = it.seen("#remarks")
        assert all(f"{key} " in line for key in ("p", "R", "/", ":", "?"))
        await it.press("j", "k", "j")
        assert "New here?" in it.text
        await it.press("k", "j", "k", "j", "k")
        assert "New here?" not in it.text
        assert "alpha" in it.text
    assert len(kept(state, HINTS)) == 1
    async with app(own, state).run_test(size=(80, 24)) as pilot:
        it = Session(pilot.app, pilot)  # type: ignore[arg-type]
        await it.rest()
        await it.until(lambda: bool(it.main.memory.recall(HINTS)))
        await it.rest()
        assert "New here?" not in it.text


async def test_esc_takes_the_hint_away(own: Store, tmp_path: Path) -> None:
    async with app(own, tmp_path / "state").run_test(size=(120, 35)) as pilot:
        it = Session(pilot.app, pilot)  # type: ignore[arg-type]
        await it.until(lambda: "New here?" in it.text)
        await it.press("escape")
        assert "New here?" not in it.text
        assert it.main.memory.recall(HINTS)


async def test_none_of_it_is_read_or_written_on_the_screen_s_thread(own: Store, tmp_path: Path) -> None:
    state = tmp_path / "state"
    async with app(own, state).run_test(size=(120, 35)) as pilot:
        it = Session(pilot.app, pilot)  # type: ignore[arg-type]
        await it.until(lambda: "New here?" in it.text)
        _watched.append(threading.get_ident())
        try:
            await it.press("escape", "slash", *"1.0", "enter", "slash", "up", "escape")
            await it.press("colon", *"zoom", "enter")
        finally:
            _watched.clear()
    assert _caught == []
    assert (kept(state, QUERIES), kept(state, ACTIONS)) == (["1.0"], ["pane.zoom"])
