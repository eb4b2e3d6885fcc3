"""The view of metrics as a person uses it: sections that fold, a cursor, columns that turn, training curves."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from mvtui.store import Series, Store, init_store, open_store
from mvtui.tui.app.asking import runs
from mvtui.tui.app.facts.sections import Spot
from mvtui.tui.app.keys.pane import Pane
from mvtui.tui.app.widgets.nodes import NodeView

from .conftest import Opens, Session

VERSIONS = 7


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Versions of a model with metrics, parameters and, but for the first, training curves."""
    directory = tmp_path_factory.mktemp("measured")
    file = directory / "weights.bin"
    with init_store(directory / "store") as store:
        for number in range(VERSIONS):
            file.write_bytes(b"w" * (number + 1))
            steps = tuple(float(at) for at in range(0, 100, 10))
            losses = (*(1.0 / (number + at + 1) for at in range(9)), math.nan if number == 3 else 0.5)
            rates = tuple(10.0 ** -(at / 2) for at in range(10))
            store.register(
                "m",
                file,
                metrics={"accuracy": 0.8 + number / 100, "latency_ms": 123_456.0 + number},
                tags={"team": "search"},
                params={"lr": number / 10, **{f"same{at:02}": at for at in range(13)}},
                series={"train_loss": Series(steps, losses), "learning_rate": Series(steps, rates)}
                if number
                else None,
                capture=False,
            )
    return directory / "store"


def pane(it: Session) -> NodeView:
    view = it.main.view_widgets[Pane.METRICS]
    assert isinstance(view, NodeView)
    return view


def headings(it: Session) -> list[str]:
    """The headings of sections that are seen."""
    return [line.strip() for line in it.seen("#metrics").splitlines() if line.strip()[:1] in ("▾", "▸")]


async def curves(it: Session) -> None:
    """Wait for what is read only when somebody looks for a while."""
    await it.until(lambda: "reading" not in it.seen("#metrics"))
    await it.rest()


async def test_metrics_stand_first_and_what_is_long_or_the_same_is_folded(world: Path, opened: Opens) -> None:
    async with opened(world, (120, 80)) as it:
        await it.press("3")
        assert pane(it).place == Spot("metrics")
        told = headings(it)
        assert told[0] == "▾ Metrics  1 better · 1 worse"
        assert told[1].startswith("▾ What changed  ")
        assert "▸ Parameters  1 of 14 differ" in told
        assert "same05" not in it.seen("#metrics")


async def test_space_folds_and_unfolds_whatever_is_selected_afterwards(world: Path, opened: Opens) -> None:
    async with opened(world, (120, 80)) as it:
        await it.press("3", "j", "space")
        assert headings(it)[0] == "▸ Metrics  1 better · 1 worse"
        assert "accuracy ↑ 0" not in it.seen("#metrics"), "from a row in it as from its heading"
        assert pane(it).place == Spot("metrics"), "the cursor is on what is left of it"
        await it.press("1", "j")
        assert it.selected == "m@1.5.0"
        assert headings(it)[0] == "▸ Metrics  1 better · 1 worse"
        await it.press("3", "enter")
        assert headings(it)[0].startswith("▾ Metrics")


async def test_folds_are_of_one_model(own: Store, opened: Opens, tmp_path: Path) -> None:
    for number, model in enumerate(("alpha", "beta", "beta")):
        (tmp_path / "a.bin").write_bytes(b"%d" % number)
        metrics = {"accuracy": 0.5 + number / 10}
        own.register(model, tmp_path / "a.bin", version=f"{number + 2}.0.0", metrics=metrics, capture=False)
    async with opened(own.root, (120, 60)) as it:
        await it.press("3", "minus")
        assert it.selected == "beta@4.0.0"
        await it.press("6", "minus")
        assert "▾" not in it.seen("#inspect"), "as in Metrics"
        assert "▸ Files" in it.seen("#inspect")
        await it.press("3", "0", "k")
        assert it.selected == "alpha@2.0.0"
        assert headings(it)[0].startswith("▾ Metrics")
        await it.press("6")
        assert "▾ Files" in it.seen("#inspect")
        await it.press("3", "0", "j", "1", "j")
        assert it.selected == "beta@3.0.0"
        assert headings(it)[0].startswith("▸ Metrics")
        await it.press("6", "equals_sign")
        assert "▾ Files" in it.seen("#inspect")


async def test_what_is_drawn_and_what_is_hidden_is_said(world: Path, opened: Opens) -> None:
    async with opened(world, (120, 40)) as it:
        await it.press("3")
        await curves(it)
        await it.press("c")
        assert "learning_rate is drawn over the steps" in it.seen("#footer")
        await it.press("m")
        assert "latency_ms is drawn over the versions" in it.seen("#footer")
        assert "only differences" not in it.text
        await it.press("x")
        assert "3 Metrics · only differences · " in str(pane(it).border_title)
        await it.press("z")
        assert it.seen("#metrics").splitlines()[0].endswith(" · only differences")


async def test_all_sections_fold_at_once_and_headings_are_gone_to(world: Path, opened: Opens) -> None:
    async with opened(world, (120, 40)) as it:
        await it.press("3", "minus")
        assert all(line.startswith("▸") for line in headings(it))
        assert {"Metrics", "Chart", "Curves", "Parameters"} <= {line.split()[1] for line in headings(it)}
        await it.press("right_curly_bracket", "right_curly_bracket", "left_curly_bracket")
        assert pane(it).place == Spot("changes")
        await it.press("equals_sign", "J")
        assert pane(it).place == Spot("chart")
        await it.press("K", "K", "K", "K")
        assert pane(it).place == Spot("metrics"), "there is none before the first"
        assert not any(line.startswith("▸") for line in headings(it))


async def test_enter_draws_the_metric_under_the_cursor(world: Path, opened: Opens) -> None:
    async with opened(world, (120, 80)) as it:
        await it.press("3", "j", "j")
        assert pane(it).place == Spot("metrics", "latency_ms")
        assert any(line.startswith("▾ Chart  accuracy ↑ over 7 versions") for line in headings(it))
        await it.press("enter")
        assert any(line.startswith("▾ Chart  latency_ms ↓ over 7 ver") for line in headings(it)), headings(it)
        assert pane(it).place == Spot("metrics", "latency_ms"), "the cursor stays where it was"
        await it.press("m")
        assert any(line.startswith("▾ Chart  accuracy ↑") for line in headings(it))


async def test_a_section_with_nothing_that_differs_has_nothing_to_unfold(world: Path, opened: Opens) -> None:
    async with opened(world, (120, 80)) as it:
        await it.press("3", "x", "equals_sign")
        seen = it.seen("#metrics")
        assert "lr" in seen
        assert "same05" not in seen
        await it.press("G")
        await it.press("K")
        spot = pane(it).place
        assert isinstance(spot, Spot)
        while spot.foldable:
            await it.press("K")
            assert pane(it).place != spot, "there is a section with nothing that differs"
            spot = pane(it).place
            assert isinstance(spot, Spot)
        await it.press("space")
        assert "there is nothing in it to unfold" in it.seen("#footer")


async def test_curves_of_both_versions_are_laid_over_each_other(world: Path, opened: Opens) -> None:
    async with opened(world, (120, 80)) as it:
        await it.press("3", "z")
        await curves(it)
        seen = it.seen("#metrics")
        assert "▾ Curves  train_loss ↓ over steps · c next of 2" in seen
        assert "A 1.5.0  0.5 at step 90" in seen
        assert "B 1.6.0  0.5 at step 90" in seen
        drawn = seen[seen.index("Curves") : seen.index("A 1.5.0")]
        assert "A" in drawn.partition("next of 2")[2]
        assert "B" in drawn.partition("next of 2")[2]
        await it.press("c")
        assert "learning_rate over steps · log scale" in it.seen("#metrics")
        await it.press("c")
        assert "train_loss ↓ over steps" in it.seen("#metrics")


async def test_what_is_not_finite_is_counted(world: Path, opened: Opens) -> None:
    async with opened(world, (120, 80)) as it:
        await it.press("j", "j", "3", "z")
        await curves(it)
        assert "NaN at step 90, 1 of 10 not finite" in it.seen("#metrics")


async def test_one_of_two_without_curves_leaves_the_other_s(world: Path, opened: Opens) -> None:
    async with opened(world, (120, 80)) as it:
        await it.press("G", "k", "3", "z")
        await curves(it)
        assert it.selected == "m@1.1.0"
        assert "1.1.0  0.5 at step 90" in it.seen("#metrics"), "alone it needs no letter"
        await it.press("1", "G", "3")
        await it.rest()
        assert "Curves" not in it.seen("#metrics")
        await it.press("c")
        assert "none were kept of these versions" in it.seen("#footer")


async def test_curves_that_can_t_be_read_are_told_and_the_rest_is_shown(
    tmp_path: Path, opened: Opens
) -> None:
    file = tmp_path / "w"
    with init_store(tmp_path / "store") as store:
        for number in (1, 2):
            file.write_bytes(b"w" * number)
            curve = Series((1.0, 2.0), (0.5, 0.25 * number))
            store.register("m", file, metrics={"f1": 0.5}, series={"loss": curve}, capture=False)
        digest = store.get("m@latest").series[0]
    path = next((tmp_path / "store" / "objects").rglob(digest[2:]))
    path.chmod(0o644)
    path.write_bytes(b"nonsense")
    async with opened(tmp_path / "store", (120, 80)) as it:
        await it.press("3", "z")
        await curves(it)
        seen = it.seen("#metrics")
        assert "1.0.1: " in seen
        assert "1.0.0  0.25 at step 2" in seen
        assert "f1" in seen


async def test_columns_that_have_no_room_are_turned_to(world: Path, opened: Opens) -> None:
    async with opened(world, (120, 35)) as it:
        for _ in range(6):
            await it.press("space", "j")
        await it.press("3")
        assert "1 of 5 others; < > for more" in it.seen("#metrics")
        assert "123,462    123,461" in it.seen("#metrics"), "numbers are never cut"
        columns = it.seen("#metrics").splitlines()[2].split()
        assert columns == ["1.6.0", "1.5.0"]
        await it.press("greater_than_sign", "greater_than_sign")
        assert it.seen("#metrics").splitlines()[2].split() == ["1.6.0", "1.3.0"]
        await it.press(*["greater_than_sign"] * 3)
        assert "there are no more on that side" in it.seen("#footer")
        assert it.seen("#metrics").splitlines()[2].split() == ["1.6.0", "1.1.0"]
        await it.press("less_than_sign")
        assert it.seen("#metrics").splitlines()[2].split() == ["1.6.0", "1.2.0"]
        await it.press("z", "less_than_sign")
        assert "all of them are seen" in it.seen("#footer")
        assert "others" not in it.seen("#metrics")


async def test_a_tall_section_is_gone_through_line_by_line(world: Path, opened: Opens) -> None:
    async with opened(world, (80, 16)) as it:
        await it.press("3", "equals_sign", *["right_curly_bracket"] * 3)
        await curves(it)
        place, top = pane(it).place, pane(it).top
        assert place == Spot("curves")
        await it.press("j")
        assert pane(it).place == place
        assert pane(it).top == top + 1, "what is longer than the pane scrolls before the cursor leaves it"
        await it.press("k")
        assert pane(it).top == top


async def test_zoomed_the_drawing_is_as_high_as_the_window_allows(world: Path, opened: Opens) -> None:
    def rows(it: Session) -> int:
        return sum("│" in line or "┤" in line for line in it.seen("#metrics").splitlines())

    async with opened(world, (120, 50)) as it:
        await it.press("3", "minus", "right_curly_bracket", "right_curly_bracket", "space")
        beside = rows(it)
        await it.press("z")
        assert rows(it) > 2 * beside


def test_curves_are_read_once(world: Path) -> None:
    with open_store(world) as store:
        versions = [store.get(f"m@1.{number}.0") for number in (1, 2)]
        first = runs.curves(store, versions, "")
        assert runs.known(versions)
        (world / "objects").rename(world / "away")
        try:
            assert runs.curves(store, versions, "") == first
        finally:
            (world / "away").rename(world / "objects")
        assert first is not None
        assert first.names == ("train_loss", "learning_rate"), "the most telling first"
