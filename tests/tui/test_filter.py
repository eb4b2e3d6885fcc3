"""The / filter: a query as it is typed, what is told meanwhile, and what is taken over from it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from mvtui.store import Search, Store
from mvtui.store.errors import QueryError
from mvtui.store.knowledge.query.completing import Completion
from mvtui.store.knowledge.query.syntax import parse
from mvtui.tui.app import advice
from mvtui.tui.app.keys.pane import Pane
from mvtui.tui.app.widgets.ghost import Ghost
from rich.cells import cell_len
from textual import events
from textual.widgets import Input

from .conftest import Opens, Session


async def type_in(it: Session, text: str) -> None:
    """Filter by a text as if it was pasted: keys one by one take their time."""
    await it.press("slash")
    field = it.app.screen.query_one("#filter-input", Input)
    field.value = text
    field.cursor_position = len(text)
    await it.rest()


async def choose(it: Session, model: str) -> None:
    """Select a model, whichever changed last."""
    it.main.selection.show_models(model)
    it.main.selection._choose_model(model)
    await it.rest()


def versions(it: Session) -> list[str]:
    table = it.main.version_table
    return [table.rows[row].version for row in table.order]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("metric.accuracy>0.937", ["1.0.39", "1.0.38"]),
        ("metric.accuracy>0.937 sort:version", ["1.0.38", "1.0.39"]),
        ("context -metric.accuracy<=0.937", ["1.0.39"]),
        ("champ", ["1.0.39"]),
        ("chmpn", ["1.0.39"]),
        ("sentiment", []),
        ("sort:metric.latency_ms limit:2", ["1.0.0", "1.0.1"]),
        ("param.epochs=3,5", ["1.0.5", "1.0.3"]),
    ],
)
async def test_the_filter_is_a_query(query: str, found: list[str], filled: Path, opened: Opens) -> None:
    async with opened(filled) as it:
        await choose(it, "sentiment")
        numbers = versions(it)
        await type_in(it, query)
        expected = [numbers[39 - int(number.rsplit(".", 1)[1])] for number in found]
        assert versions(it) == expected
        assert f"{len(found)} of 40" in it.seen("#filter-count")
        await it.press("escape")
        assert versions(it) == numbers


async def test_what_is_half_typed_leaves_the_rest_in_force(filled: Path, opened: Opens) -> None:
    async with opened(filled) as it:
        await choose(it, "sentiment")
        await type_in(it, "context param.epochs")
        assert len(versions(it)) == 20
        assert "not a query" not in it.text
        await it.press("greater_than_sign", "3", "0")
        assert len(versions(it)) == 5


async def test_a_mistake_is_pointed_at_and_the_list_stays(filled: Path, opened: Opens) -> None:
    async with opened(filled) as it:
        await choose(it, "sentiment")
        await type_in(it, "param.epochs=3 stge")
        await it.press("colon")
        assert "not a query" in it.seen("#filter-count")
        said = it.seen("#filter-advice")
        field = it.app.screen.query_one("#filter-input").region.x
        assert said.index("^^^^ unknown field 'stge'") == field + len("param.epochs=3 ")
        assert "did you mean stage?" in said
        assert "Known: model, version" in said.splitlines()[1]
        kept = versions(it)
        await it.press("x")
        assert versions(it) == kept
        await it.press(*["backspace"] * 7)
        assert len(versions(it)) == 1
        assert "not a query" not in it.text


async def test_what_it_could_go_on_with_is_shown_and_taken(filled: Path, opened: Opens) -> None:
    async with opened(filled) as it:
        await choose(it, "sentiment")
        await type_in(it, "metr")
        assert "metric." in it.seen("#filter-advice")
        await it.until(lambda: "/metric." in it.text)
        await it.press("right", "l")
        assert it.seen("#filter-advice").split()[0] == "latency_ms"
        await it.press("tab", "greater_than_sign", "5", "0")
        assert "/metric.latency_ms>50" in it.text
        assert len(versions(it)) == 2
        await it.press("tab", "shift+tab")
        assert it.main.filter_line.typing, "only enter and esc leave"
        assert len(versions(it)) == 2
        await it.press("enter")
        assert not it.main.filter_line.typing
        assert len(versions(it)) == 2


async def test_keys_in_a_burst_are_done_in_their_order(filled: Path, opened: Opens) -> None:
    def burst(*keys: str) -> None:
        for key in keys:
            it.app.post_message(events.Key(key, key if len(key) == 1 else None))

    async with opened(filled) as it:
        await choose(it, "sentiment")
        burst(
            "slash", *"contxt", "left", "left", "e", "end", "backspace", "backspace", *"ext", "home", "delete"
        )
        await it.rest()
        assert it.main.selection.filters[Pane.VERSIONS] == "onteext"
        burst("escape", "slash", *"metric.lat", "tab", *">50", "enter", "space", "j", "space")
        await it.rest()
        assert it.main.selection.filters[Pane.VERSIONS] == "metric.latency_ms>50"
        assert len(versions(it)) == 2
        assert it.main.situation.marked == 2
        burst("slash", *"0", "escape", "slash", *"sort:seq", "enter", "slash", *" limit:3")
        await it.rest()
        assert it.main.filter_line.typing
        assert it.main.selection.filters[Pane.VERSIONS] == "sort:seq limit:3"
        it.app.post_message(events.Paste(" limit:2\nq"))
        burst(*["backspace"] * 2, *"1")
        await it.rest()
        assert it.main.selection.filters[Pane.VERSIONS] == "sort:seq limit:3 limit1"


async def test_tab_completes_what_can_be_and_else_does_nothing(filled: Path, opened: Opens) -> None:
    async with opened(filled) as it:
        await choose(it, "sentiment")
        await type_in(it, "zzz")
        await it.press("tab", "tab")
        assert it.main.filter_line.typing
        assert it.main.selection.filters[Pane.VERSIONS] == "zzz"
        await it.press("escape", "shift+tab", "slash", "s", "tab", "e")
        assert it.main.selection.filters[Pane.MODELS] == "se"


async def test_a_filter_stays_in_force_when_versions_arrive(
    own: Store, tmp_path: Path, opened: Opens
) -> None:
    def register(accuracy: float) -> None:
        (tmp_path / "a.bin").write_text(str(accuracy))
        own.register("alpha", tmp_path / "a.bin", metrics={"accuracy": accuracy}, capture=False)

    register(0.6)
    async with opened(own.root) as it:
        await type_in(it, "metric.accuracy>0.55 sort:-metric.accuracy")
        await it.press("enter")
        assert len(versions(it)) == 1
        chosen = it.selected
        register(0.9)
        register(0.1)
        await it.until(lambda: it.main.selection.rows is not None and it.main.selection.rows.total == 4)
        await it.rest()
        assert len(versions(it)) == 2
        assert it.selected == chosen
        assert it.main.version_table.cursor == 1


async def test_filtering_models_needs_no_query(filled: Path, opened: Opens) -> None:
    async with opened(filled) as it:
        await it.press("shift+tab", "slash", *"sntmt")
        assert [it.main.selection.models[row].name for row in it.main.model_table.order] == ["sentiment"]
        assert not it.app.screen.query_one("#filter-advice").display


async def test_what_was_suggested_for_versions_is_not_for_models(filled: Path, opened: Opens) -> None:
    async with opened(filled) as it:
        await type_in(it, "sta")
        await it.press("escape", "shift+tab")
        await type_in(it, "sta")
        assert "stage:" not in it.text
        await it.press("tab")
        assert it.main.selection.filters[Pane.MODELS] == "sta"


async def test_a_query_typed_at_once_is_searched_once_it_is_whole(filled: Path, opened: Opens) -> None:
    async with opened(filled) as it:
        await choose(it, "sentiment")
        await it.pilot.press("slash", *"context")
        await it.rest()
        assert len(versions(it)) == 20


PROBLEM = QueryError("unknown field 'x'", query="", column=1, length=3, hint="Known: a, b.", candidates=["y"])


@pytest.mark.parametrize("columns", [20, 60, 80, 200])
@pytest.mark.parametrize("column", [1, 20, 70])
@pytest.mark.parametrize("start", [None, 12])
def test_the_line_below_is_never_too_long(columns: int, column: int, start: int | None) -> None:
    query = "\x1b日" * 40
    problem = QueryError(
        PROBLEM.problem, query=query, column=column, length=30, hint=PROBLEM.hint * 9, candidates=["y" * 30]
    )
    completions = [Completion(0, 0, "\x1b日" * 9, "told " * 9) for _ in range(30)]
    for lines in (
        advice.lines(query, problem, (), start, columns, False),
        advice.lines(query, None, completions, start, columns, False),
        advice.lines(query, None, completions[:1], start, columns, True),
        advice.lines("", None, (), start, columns, False),
        advice.lines(query, None, (), start, columns, False, reason="\x1b日" * 90),
    ):
        assert 1 <= len(lines) <= 3
        for said in lines:
            text = "".join(piece for piece, _ in said)
            assert "\x1b" not in text
            assert cell_len(text) <= max(columns, 12 + 40)


@pytest.mark.parametrize("columns", [80, 120])
@pytest.mark.parametrize(
    "query", ["since:lastweek", "metric.accuracy>0.9 since:lastweek", "metric.accuracy>x"]
)
def test_what_helps_against_a_mistake_is_never_cut(query: str, columns: int) -> None:
    with pytest.raises(QueryError) as raised:
        parse(query, datetime(2026, 11, 23, tzinfo=UTC))
    problem = raised.value
    lines = advice.lines(query, problem, (), 11, columns, False)
    said = " ".join("".join(piece for piece, _ in line).strip() for line in lines)
    assert problem.problem in said
    assert problem.hint in said


async def test_a_name_that_no_version_has_is_told_with_what_was_meant(filled: Path, opened: Opens) -> None:
    async with opened(filled) as it:
        await choose(it, "sentiment")
        await type_in(it, "metric.acuracy>0.5")
        assert versions(it) == []
        assert "none of these versions has the metric acuracy; did you mean accuracy?" in it.seen(
            "#filter-advice"
        )
        await type_in(it, "metric.accuracy>0.5")
        assert "did you mean" not in it.text


async def test_a_query_for_models_is_told_where_it_works(filled: Path, opened: Opens) -> None:
    async with opened(filled) as it:
        await it.press("shift+tab")
        await type_in(it, "metric.accuracy>0.9")
        assert "then / in the Versions pane" in it.seen("#filter-advice")
        await type_in(it, "zzz")
        assert not it.app.screen.query_one("#filter-advice").display


async def test_what_can_t_be_prepared_is_told_once_and_searched_all_the_same(
    filled: Path, opened: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_self: Search) -> None:
        raise ValueError("no room")

    monkeypatch.setattr(Search, "prepare", fail)
    async with opened(filled) as it:
        read: list[int] = []
        monkeypatch.setattr(it.main.worker, "refresh", lambda: read.append(1))
        await choose(it, "sentiment")
        assert "filtering may be slow: ValueError: no room" in it.seen("#footer")
        await it.press("j", "escape")
        await type_in(it, "metric.accuracy>0.937")
        assert len(versions(it)) == 2
        await it.pilot.pause(0.1)
        assert read == []
        assert not it.main.banner.display


async def test_a_search_that_fails_is_told_and_the_list_stays(
    filled: Path, opened: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_self: Search, _text: str) -> None:
        raise ValueError("no room")

    monkeypatch.setattr(Search, "find", fail)
    async with opened(filled) as it:
        await choose(it, "sentiment")
        await type_in(it, "context")
        assert "searching failed: ValueError: no room" in it.seen("#filter-advice")
        assert len(versions(it)) == 40
        assert not it.main.banner.display


def test_only_what_begins_as_typed_is_suggested_behind_the_cursor() -> None:
    ghost = Ghost()
    ghost.offer("tag:owner=An", [Completion(10, 12, '"Ann B"'), Completion(10, 12, "ANN")])
    assert ghost.offered("tag:owner=An") == "tag:owner=ANN"
    assert ghost.offered("tag:owner=A") == ""


async def test_a_terminal_that_is_left_and_come_back_to_goes_on_with_the_filter(
    filled: Path, opened: Opens
) -> None:
    async with opened(filled) as it:
        await choose(it, "sentiment")
        await type_in(it, "contex")
        it.app.post_message(events.AppBlur())
        await it.rest()
        it.app.post_message(events.AppFocus())
        await it.rest()
        await it.press("t", "space", "q")
        assert it.main.selection.filters[Pane.VERSIONS] == "context q"
