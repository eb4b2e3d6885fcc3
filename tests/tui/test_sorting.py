"""The order of the list of versions: by what a column shows, one way or the other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mvtui.store import Direction as Way
from mvtui.store import init_store, open_store
from mvtui.tui import words
from mvtui.tui.app.tables import columns, sorting
from mvtui.tui.app.tables.columns import Look
from mvtui.tui.app.tables.sorting import Order, after, marked
from mvtui.tui.text import width

from .conftest import NOW, Opens, Session
from .test_lists import default_columns, version

LOOK = Look(NOW)


def made(**about: Any) -> list[columns.Column]:
    return default_columns([version(1, **about), version(2, **about)], WAYS.get)


WAYS: dict[str, Way] = {"loss": "lower", "f1": "higher"}


def test_every_column_comes_once_and_then_none() -> None:
    shown = made(metrics={"loss": 0.5, "f1": 0.9}, stage="staging")
    order: Order | None = None
    keys: list[str] = []
    while (order := after(order, shown)) is not None and len(keys) < 20:
        keys.append(order.key)
    seen = [column.key for column in shown if column.key and column.key != "id"]
    first = seen.index("metric.loss")
    assert keys == list(dict.fromkeys(seen[first:] + seen[:first])), "in their order, from the metric on"
    assert {"metric.f1", "stage", "version", "created", "size", "author"} <= set(keys)
    without = after(None, made())
    assert without is not None
    assert without.key == "version", "without metrics and stages there is nothing to sort by"


def test_the_best_comes_first_whichever_way_that_is() -> None:
    assert after(None, made(metrics={"loss": 0.5})) == Order("metric.loss", falling=False)
    assert after(None, made(metrics={"f1": 0.5})) == Order("metric.f1", falling=True)
    assert after(None, made(metrics={"unknown": 0.5})) == Order("metric.unknown", falling=True)
    assert after(Order("metric.gone", falling=True), made(metrics={"f1": 0.5})) == Order(
        "metric.f1", falling=True
    )


@pytest.mark.parametrize("ascii_only", [False, True])
def test_the_heading_says_which_column_and_which_way(ascii_only: bool) -> None:
    signs, look = words.signs(ascii_only), Look(NOW, ascii_only)
    for shown in made(metrics={"loss": 0.5}, stage="staging"):
        if shown.key:
            for falling, sign in ((True, signs.worse), (False, signs.better)):
                told = marked([shown], Order(shown.key, falling), signs)[0]
                assert told.heading(look).strip().startswith(f"{sign} ")
                assert shown.title in told.heading(look), "and the title is whole"
                (seen,) = columns.lay_out([told], 40, look).columns
                assert width(told.heading(look)) <= seen.width, "and has room"
            other = marked([shown], Order("metric.other", falling=True), signs)
            assert other[0].heading(look) == shown.heading(look)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=60), st.booleans())
def test_whatever_a_metric_parameter_or_tag_is_called_it_can_be_sorted_by(name: str, falling: bool) -> None:
    from mvtui.store.knowledge.query.syntax import parse

    for field in ("metric", "param", "tag"):
        found = parse(f"stage:staging {Order(f'{field}.{name}', falling).query}", NOW)
        assert [(key.field, key.name, key.descending) for key in found.sort] == [(field, name, falling)]


# -- on the screen -----------------------------------------------------------------------------------------


def listed(it: Session) -> list[str]:
    return [line[1:].split()[0] for line in it.seen("#versions").splitlines()[1:] if line.strip()]


@pytest.fixture
def world(tmp_path: Path) -> Path:
    values = {"1.0.0": 0.3, "1.1.0": 0.9, "1.2.0": None, "1.3.0": 0.6}
    with init_store(tmp_path / "store") as store:
        for number, (name, value) in enumerate(values.items()):
            (tmp_path / "w").write_bytes(b"w" * (number + 1))
            metrics = {} if value is None else {"f1": value}
            store.register("m", tmp_path / "w", version=name, metrics=metrics, capture=False)
        (tmp_path / "w").write_bytes(b"another")
        store.register("another", tmp_path / "w", metrics={"f1": 0.1}, capture=False)
    return tmp_path / "store"


async def to_m(it: Session) -> None:
    with open_store(it.main.store.path if it.main.store else "") as store:
        it.main.selection.go_to(store.get("m@1.3.0"))
    await it.rest()
    assert it.selected == "m@1.3.0"


async def test_s_sorts_by_the_next_column_and_the_other_key_turns_it_round(
    world: Path, opened: Opens
) -> None:
    async with opened(world, (160, 45)) as it:
        await to_m(it)
        assert listed(it) == ["1.3.0", "1.2.0", "1.1.0", "1.0.0"]
        await it.press("s")
        assert listed(it) == ["1.1.0", "1.3.0", "1.0.0", "1.2.0"], "what has none comes last"
        assert it.selected == "m@1.3.0", "the selection stays"
        assert "▼ f1 ↑" in it.seen("#versions")
        assert "sorted by f1, highest first; S turns it round" in it.seen("#footer")
        await it.press("S")
        assert listed(it) == ["1.0.0", "1.3.0", "1.1.0", "1.2.0"]
        assert "▲ f1 ↑" in it.seen("#versions")
        await it.press("s", "S")
        assert listed(it) == ["1.0.0", "1.1.0", "1.2.0", "1.3.0"]
        assert "▲ MADE" in it.seen("#versions"), "the column beside it"
        await it.press("s", "s", "s", "s")
        assert "in the order of registration" in it.seen("#footer")
        assert listed(it) == ["1.3.0", "1.2.0", "1.1.0", "1.0.0"]
        assert "▼" not in it.seen("#versions")
        await it.press("S")
        assert listed(it) == ["1.0.0", "1.1.0", "1.2.0", "1.3.0"]


async def test_what_a_filter_finds_is_sorted_too_and_stays_so_without_it(world: Path, opened: Opens) -> None:
    async with opened(world, (160, 45)) as it:
        await to_m(it)
        await it.press("s", "slash", *"metric.f1>0.5", "enter")
        assert listed(it) == ["1.1.0", "1.3.0"]
        await it.press("S")
        assert listed(it) == ["1.3.0", "1.1.0"]
        await it.press("escape", "escape")
        assert listed(it) == ["1.0.0", "1.3.0", "1.1.0", "1.2.0"]


async def test_a_filter_that_is_no_query_says_what_is_wrong_with_it_and_nothing_of_the_order(
    world: Path, opened: Opens
) -> None:
    async with opened(world, (160, 45)) as it:
        await to_m(it)
        await it.press("s", "slash", *"stage:nowhere ")
        assert "nowhere" in it.text
        assert "sort:" not in it.text
        assert "sort by" not in it.text


async def test_each_model_has_an_order_of_its_own_and_its_version_stays_selected(
    world: Path, opened: Opens
) -> None:
    async with opened(world, (160, 45)) as it:
        await to_m(it)
        await it.press("s", "G")
        assert it.selected == "m@1.2.0"
        await it.press("0", "k")
        assert it.selected == "another@1.0.0"
        assert "▼" not in it.seen("#versions")
        await it.press("j")
        assert it.selected == "m@1.2.0"
        assert listed(it) == ["1.1.0", "1.3.0", "1.0.0", "1.2.0"]


async def test_what_arrives_is_sorted_in_and_the_cursor_stays(
    world: Path, opened: Opens, tmp_path: Path
) -> None:
    async with opened(world, (160, 45)) as it:
        await to_m(it)
        await it.press("s")
        with open_store(world) as store:
            (tmp_path / "w").write_bytes(b"new")
            store.register("m", tmp_path / "w", version="1.4.0", metrics={"f1": 0.7}, capture=False)
        await it.until(lambda: "1.4.0" in it.seen("#versions"))
        await it.rest()
        assert listed(it) == ["1.1.0", "1.4.0", "1.3.0", "1.0.0", "1.2.0"]
        assert it.selected == "m@1.3.0"


def test_the_order_of_lists_is_turned_round_by_age() -> None:
    assert sorting.OLDEST_FIRST.query == "sort:created"
    assert sorting.OLDEST_FIRST.turned.query == "sort:-created"
