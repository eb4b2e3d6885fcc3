"""The palette: everything by name, and every version of every model."""

import sys
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mvtui.store import Model, Search, Store, Version, init_store, open_store
from mvtui.store.errors import NotFoundError
from mvtui.store.verbs.look import Rows
from mvtui.tui.app import finding
from mvtui.tui.app.asking.seeking import Seeker
from mvtui.tui.app.keys.actions import ACTIONS
from mvtui.tui.app.keys.pane import Pane
from mvtui.tui.app.keys.registry import Registry, Situation
from mvtui.tui.app.keys.synonyms import COMMANDS, SYNONYMS
from mvtui.tui.app.memory import ACTIONS as USED
from mvtui.tui.cli import group
from rich.cells import cell_len

from .conftest import Opens, Session
from .searching import search
from .test_lists import version

SITUATION = Situation(models=2, versions=3, selected="a@1.0.0", seen=tuple(Pane), waiting=1)


def lines(it: Session) -> list[str]:
    """What the palette lists."""
    return [line.strip() for line in it.seen("#dialog-body").splitlines() if line.strip()]


def chosen(it: Session) -> str:
    return next(line for line in lines(it) if line.startswith(("▸", ">")))


def ranked(text: str, recent: Sequence[str] = (), **changes: Any) -> list[str]:
    hints = Registry(ACTIONS).offered(Situation(**{**_fields(SITUATION), **changes}))
    return [hint.action.id for _, hint in finding.ranked(hints, text, recent)]


def _fields(situation: Situation) -> dict[str, Any]:
    return {name: getattr(situation, name) for name in Situation.__struct_fields__}


# -- what fits, and how well ---------------------------------------------------------------------


def test_a_name_fits_the_better_the_more_of_it_is_typed() -> None:
    order = ["sentiment", "sentiment-int8", "my-sentiment", "mysentiment", "s.e.n.t.i.ment"]
    fits = [finding.fitness(["sentiment"], name) for name in order]
    assert fits == sorted(fits, reverse=True)
    assert len(set(fits)) == 5
    assert finding.fitness(["sentiment"], "ranker") == 0
    assert finding.fitness(["sentiment", "1.4"], "sentiment@1.4.0") > finding.fitness(
        ["sentiment", "1.4"], "sentiment@2.1.4"
    )
    assert finding.fitness(["ranker", "zzz"], "ranker") == 0, "every word must fit"


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_text_fits_or_doesn_t(text: str, name: str) -> None:
    assert 0 <= finding.fitness(finding.words(text), name, text) <= finding.SAME


def test_a_name_made_to_be_slow_is_looked_along_once() -> None:
    assert finding.fitness(["ab" * 40 + "c"], "ab" * 5000) == 0


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("promote", "stage.promote"),
        ("stage: promote", "stage.promote"),
        ("history", "pane.stages"),
        ("log", "pane.stages"),
        ("journal", "pane.stages"),
        ("overr", "stage.promote"),
        ("compare", "compare.differences"),
        ("search", "list.filter"),
        ("exit", "app.quit"),
        ("PROMO", "stage.promote"),
        ("prmte", "stage.promote"),
        ("roll", "stage.rollback"),
        ("undo", "change.undo"),
        ("copy id", "copy.id"),
        ("quit", "app.quit"),
        ("lineage", "pane.lineage"),
    ],
)
def test_what_is_meant_comes_first(text: str, first: str) -> None:
    assert ranked(text)[0] == first


def test_every_action_is_offered_but_the_one_that_is_open() -> None:
    assert set(ranked("")) == {action.id for action in ACTIONS if action.pane in (None, SITUATION.pane)} - {
        "app.palette"
    }
    assert ranked("")[-1].startswith("move.")


def test_what_was_used_last_comes_first() -> None:
    assert ranked("", ["copy.id", "store.refresh"])[:2] == ["copy.id", "store.refresh"]
    assert ranked("copy")[0] == "copy.menu"
    assert ranked("cop", ["copy.id"])[0] == "copy.id"


def test_what_can_t_act_comes_behind_what_fits_as_well() -> None:
    assert ranked("next")[0] == "pane.next"
    assert ranked("copy", selected="")[0].startswith("copy"), "it is named all the same"
    free, blocked = ranked("approv"), ranked("approv", waiting=0)
    assert free.index("stage.inbox") <= blocked.index("stage.inbox")


# -- on the screen -------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["colon", "ctrl+p"])
async def test_an_action_is_done_by_its_name(key: str, filled: Path, opened: Opens) -> None:
    async with opened(filled) as it:
        await it.press(key)
        assert "stage: Promote" in it.text
        await it.press(*"zoom", "enter")
        assert it.main.dialog is None
        assert it.main.arranged.zoomed
        assert it.main.memory.recall(USED) == ["pane.zoom"]
        await it.press(key)
        assert "pane: Zoom" in chosen(it)


async def test_what_can_t_be_done_says_why_and_stays(own: Store, opened: Opens) -> None:
    async with opened(own.root, read_only=True) as it:
        await it.press("colon", *"promote")
        assert "can't now: mvtui was started with --read-only" in chosen(it)
        await it.press("enter")
        assert "can't promote: mvtui was started with --read-only" in it.text
        assert it.main.dialog is not None
        assert it.main.memory.recall(USED) == []
        await it.press("escape")
        assert it.main.dialog is None


def test_every_synonym_is_of_an_action_or_a_command_that_there_is() -> None:
    assert set(SYNONYMS) <= {action.id for action in ACTIONS}
    known = {name for section in group.COMMANDS.values() for name in section}
    assert {command.line.split()[1] for command in COMMANDS} <= known


async def test_what_only_the_command_line_does_is_named_and_copied(own: Store, opened: Opens) -> None:
    async with opened(own.root, (80, 24)) as it:
        await it.press("colon", *"history", "down")
        assert chosen(it).startswith("▸ mvtui history")
        assert "enter copy it" in it.seen("#dialog-keys")
        assert "pane: Stages" in it.seen("#dialog-body")
        await it.press("enter")
        assert it.app.clipboard == "mvtui history"


async def test_what_is_said_takes_the_lines_that_it_needs(own: Store, opened: Opens) -> None:
    async with opened(own.root, (80, 24)) as it:
        await it.press("colon")
        assert it.seen("#dialog-told").split()[-3:] == ["queries", "work", "too"]
        await it.press(*"jump")
        assert "can't jump back: no version was left by a jump yet" in it.seen("#dialog-told")


async def test_leaving_changes_nothing(filled: Path, opened: Opens) -> None:
    async with opened(filled) as it:
        before = it.text
        await it.press("colon", *"sent", "down", "escape")
        assert it.text == before


async def test_a_version_of_another_model_is_found_and_gone_to(filled: Path, opened: Opens) -> None:
    async with opened(filled, (80, 24)) as it:
        assert it.selected.startswith("embed")
        await it.press("slash", *"1.1", "enter", "colon", *"snt 1.7.0")
        assert "go to sentiment@1.7.0" in chosen(it)
        assert "go there" in it.seen("#dialog-keys")
        await it.press("enter")
        assert it.selected == "sentiment@1.7.0"
        assert it.main.pane is Pane.VERSIONS
        assert it.main.dialog is None
        await it.press("3", "backspace")
        assert it.selected == "embed@1.1.0", "the way back, from whatever pane"
        assert str(it.main.pane) == "Metrics"
        await it.press("backspace")
        assert "can't jump back: no version was left by a jump yet" in it.text


async def test_that_versions_can_t_be_looked_up_is_said(
    filled: Path, opened: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_self: Seeker, _text: str) -> None:
        raise PermissionError(13, "not yours")

    monkeypatch.setattr(Seeker, "find", fails)
    async with opened(filled) as it:
        await it.press("colon", *"zzz")
        assert "not yours" in it.seen("#dialog-told")
        assert "nothing is called that" not in it.text
        await it.press("enter")
        assert "not yours" in it.seen("#dialog-told")


async def test_a_bug_met_while_looking_is_written_down(
    filled: Path, opened: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Seeker, "find", lambda _self, _text: 1 / 0)
    async with opened(filled, mishaps=True) as it:
        await it.press("colon", "z")
        await it.until(lambda: bool(it.app.mishaps.met))
        assert isinstance(it.app.mishaps.met[0], ZeroDivisionError)


@pytest.mark.parametrize(
    ("text", "ref"),
    [
        ("sentiment@champion", "sentiment@1.39.0"),
        ("ranker@latest", "ranker@1.2.0"),
        ("ranker 1.1", "ranker@1.1.0"),
        ("model:ranker param.epochs=0", "ranker@1.0.0"),
        ("champion", "sentiment@1.39.0"),
    ],
)
async def test_references_words_and_queries_find_it(text: str, ref: str, filled: Path, opened: Opens) -> None:
    async with opened(filled) as it:
        await it.press("colon")
        field: Any = it.main.dialog.field  # type: ignore[union-attr]
        field.value = text
        it.main.dialog.typed_anew()  # type: ignore[union-attr]
        await it.rest()
        assert f"go to {ref} " in chosen(it)


async def test_what_is_called_by_nothing_says_so(filled: Path, opened: Opens) -> None:
    async with opened(filled) as it:
        await it.press("colon", *"zzqqxx")
        assert "nothing is called that" in it.text
        await it.press("enter")
        assert it.main.dialog is not None
        await it.press("ctrl+u", *"metric.", "enter")
        assert it.app.is_running


async def test_arrows_and_their_like_move_in_it_and_it_scrolls(filled: Path, opened: Opens) -> None:
    async with opened(filled, (80, 24)) as it:
        await it.press("colon")
        first = chosen(it)
        await it.press("down", "ctrl+n", "ctrl+j")
        assert chosen(it) != first
        await it.press("up", "ctrl+p", "ctrl+k", "up")
        assert chosen(it) == first
        await it.press("pagedown", "pagedown", "pagedown", "pagedown", "down")
        assert "move: Page up" in chosen(it)
        assert len(lines(it)) == 16
        await it.press("pageup", "pageup", "pageup", "pageup")
        assert chosen(it) == first


async def test_keys_that_come_in_a_burst_are_taken_in_turn(filled: Path, opened: Opens) -> None:
    async with opened(filled) as it:
        await it.pilot.press("colon", *"zoom", "enter", "j", "question_mark")
        await it.rest()
        assert it.main.arranged.zoomed
        assert "Keys in Versions" in it.text


async def test_a_click_does_what_the_line_says(filled: Path, opened: Opens) -> None:
    async with opened(filled) as it:
        await it.press("colon", *"pane: zoom")
        await it.pilot.click("#dialog-body", offset=(5, 0))
        await it.rest()
        assert it.main.arranged.zoomed


async def test_another_one_s_version_is_found_while_it_is_open(
    own: Store, tmp_path: Path, opened: Opens
) -> None:
    async with opened(own.root) as it:
        await it.press("colon", *"bravo")
        assert "nothing is called that" in it.text
        own.register("bravo", tmp_path / "a.bin", capture=False)
        await it.until(lambda: "go to bravo@1.0.0" in it.text)
        await it.press("enter")
        assert it.selected == "bravo@1.0.0"


async def test_without_a_store_it_offers_what_can_be_done(tmp_path: Path, opened: Opens) -> None:
    async with opened(tmp_path / "nowhere") as it:
        await it.press("colon", *"promote")
        assert "no store is open" in it.text
        await it.press("ctrl+u", *"quit", "enter")
        await it.rest()
        assert not it.app.is_running


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (160, 45)])
async def test_what_others_wrote_can_t_draw_on_the_screen(
    size: tuple[int, int], tmp_path: Path, opened: Opens
) -> None:
    evil = "[@click=app.quit]x[/] \x1b]0;t\x07 \u202eabc\u200b " + "界" * 200
    with init_store(tmp_path / "store") as store:
        (tmp_path / "a").write_bytes(b"a")
        store.register("m" * 100, tmp_path / "a", note=evil, capture=False)
    async with opened(tmp_path / "store", size, ascii_only=size[0] == 60) as it:
        await it.press("colon", *"mmm")
        assert "go to mmm" in it.text
        assert not {"\x1b", "\x07", "\u202e", "\u200b"} & set(it.text)
        assert all(cell_len(line) <= size[0] for line in it.text.splitlines())
        if size[0] == 60:
            assert it.text.isascii()
        await it.press("enter")
        assert it.app.is_running


async def test_nothing_is_read_on_the_screen_s_thread(filled: Path, opened: Opens) -> None:
    opened_here: list[str] = []
    watched: list[int] = []

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if (
            event == "open"
            and threading.get_ident() in watched
            and not str(arguments[0]).endswith((".py", ".pyc"))
        ):
            opened_here.append(str(arguments[0]))

    sys.addaudithook(hook)
    async with opened(filled) as it:
        watched.append(threading.get_ident())
        await it.press("colon", *"sent 1.3", "down", "enter", "colon", *"copy", "enter")
        watched.clear()
    assert opened_here == []


def test_what_a_reference_names_comes_before_all_else(filled: Path) -> None:
    with open_store(filled, read_only=True) as store:
        seeker = Seeker(store)
        for text, ref in (
            ("ranker@latest", "ranker@1.2.0"),
            (f"{store.get('embed@1.0.0').id[:12]}", "embed@1.0.0"),
        ):
            (fits, version), *others = seeker.find(text)[0]
            assert (fits, version.ref) == (finding.SAME, ref)
            assert all(each[0] < fits for each in others)
        assert seeker.find("  ") == ((), 0)


# -- 100,000 versions ----------------------------------------------------------------------------


class Many(Sequence[Version]):
    """A list of versions that counts how many were made."""

    def __init__(self, rows: Rows) -> None:
        self.rows, self.made = rows, 0

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, at: Any) -> Any:
        self.made += 1
        return self.rows[at]


class Huge:
    """As much of a store of 100,000 versions in 100 models as a seeker asks for."""

    generation = 1

    def __init__(self) -> None:
        made = [
            version(seq, model=f"line-{seq % 100:02}", version=f"{seq // 100}.0.0")
            for seq in range(100_000, 0, -1)
        ]
        self.searched = search(made)
        self.by_ref = {each.ref: each for each in made}
        self.list = Many(made)  # type: ignore[arg-type]

    def models(self) -> list[Model]:
        now = datetime(2026, 1, 1, tzinfo=UTC)
        return [Model(f"line-{n:02}", 1000, "999.0.0", None, 1, now) for n in range(100)]

    def versions(self) -> Many:
        return self.list

    def search(self, _versions: Any) -> Search:
        # Of a made-up list no names are known.
        names: Any = self.searched._finder._names
        names.is_model = lambda _name: False
        names.reference = lambda _text: None
        return self.searched

    def complete(self, prefix: str) -> list[str]:
        return [ref for ref in self.by_ref if ref.startswith(prefix)]

    def get(self, ref: str) -> Version:
        try:
            return self.by_ref[ref]
        except KeyError:
            raise NotFoundError("no such version") from None


def test_of_100_000_versions_the_best_are_found_and_few_are_looked_at() -> None:
    store: Any = Huge()
    seeker = Seeker(store)
    found, total = seeker.find("line-42@17")
    assert found[0][1].ref == "line-42@17.0.0"
    assert total >= len(found) > 1
    store.list.made = 0
    found, total = seeker.find("line")
    assert total == 100_000
    assert len(found) == 50
    assert store.list.made <= 400, "not one more than can be compared at each key"
    assert seeker.serves(store)
    store.generation = 2
    assert not seeker.serves(store)
