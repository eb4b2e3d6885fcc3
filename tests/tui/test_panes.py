"""The panes as a person uses them: going from one to another, in windows of every kind, and between those."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from mvtui.store import Store, open_store
from mvtui.tui.app.keys.pane import VIEWS, Pane
from mvtui.tui.app.layout import Kind
from mvtui.tui.app.widgets.nodes import NodeView

from .conftest import Opens, Session
from .staging import staged

NARROW, WIDE, LARGE = (80, 24), (120, 35), (160, 45)
KINDS = {NARROW: Kind.ONE, WIDE: Kind.SIDE, LARGE: Kind.GRID}
SAID = {
    Pane.MODELS: "m ",
    Pane.VERSIONS: "1.2.0",
    Pane.LINEAGE: "▸ m@1.2.0",
    Pane.METRICS: "1.2.0 against ● 1.1.0",
    Pane.STAGES: "0.9 against 0.85 of 1.1.0: better",
    Pane.OVERVIEW: "m@1.2.0",
    Pane.INSPECT: "m@1.2.0",
    Pane.TESTS: "no A/B test of m yet",
}
"""What each pane shows of m@1.2.0."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return staged(tmp_path_factory.mktemp("panes"))


async def resize(it: Session, size: tuple[int, int]) -> None:
    await it.pilot.resize_terminal(*size)
    await it.rest()
    assert it.main.arranged.kind is KINDS[size]


def on_screen(it: Session) -> set[Pane]:
    """The panes that have a place, whatever they were told."""
    return {pane for pane, widget in it.main.panes.items() if widget.display and widget.region.area}


def assert_in_order(it: Session) -> None:
    """What is seen is what is said to be; the active pane has the keys and shows the selection."""
    active = it.main.pane
    assert on_screen(it) == set(it.main.arranged.seen)
    assert it.main.focused is it.main.panes[active]
    assert [pane for pane, widget in it.main.panes.items() if widget.has_class("-active")] == [active]
    for pane in it.main.arranged.seen:
        assert SAID[pane] in (it.metrics if pane is Pane.METRICS else it.seen(f"#{pane.word}")), pane


@pytest.mark.parametrize("size", KINDS)
async def test_a_number_goes_to_its_pane(world: Path, opened: Opens, size: tuple[int, int]) -> None:
    async with opened(world, size) as it:
        await it.press("j")
        assert it.selected == "m@1.2.0"
        for number in "01234567765432103524163":
            await it.press(number)
            assert str(it.main.pane.number) == number
            assert_in_order(it)
        assert it.selected == "m@1.2.0"


@pytest.mark.parametrize("size", KINDS)
async def test_tab_goes_through_what_is_seen_and_back(
    world: Path, opened: Opens, size: tuple[int, int]
) -> None:
    async with opened(world, size) as it:
        await it.press("j")
        round_ = list(Pane) if KINDS[size] is Kind.ONE else list(it.main.arranged.seen)
        at = round_.index(Pane.VERSIONS)
        for pane in [*round_[at + 1 :], *round_[: at + 1]]:
            await it.press("tab")
            assert it.main.pane is pane
            assert_in_order(it)
        for pane in reversed([*round_[at:], *round_[:at]]):
            await it.press("shift+tab")
            assert it.main.pane is pane
            assert_in_order(it)


@pytest.mark.parametrize("size", KINDS)
async def test_enter_goes_in_and_escape_out(world: Path, opened: Opens, size: tuple[int, int]) -> None:
    async with opened(world, size) as it:
        await it.press("j", "0", "enter")
        assert it.main.pane is Pane.VERSIONS
        await it.press("enter")
        assert str(it.main.pane) == "Metrics"
        await it.press("enter")
        assert str(it.main.pane) == "Metrics", "there is nothing further in"
        for view in VIEWS:
            await it.press(str(view.number))
            assert it.main.pane is view
            await it.press("escape")
            assert it.main.pane is Pane.VERSIONS
            assert_in_order(it)
        await it.press("enter")
        assert str(it.main.pane) == "A/B", "the view that was there last"
        await it.press("z", "escape")
        assert str(it.main.pane) == ("Versions" if it.main.arranged.narrow else "A/B"), "out of what is seen"
        assert_in_order(it)


async def test_enter_goes_to_what_stands_beside_the_list(world: Path, opened: Opens) -> None:
    async with opened(world, WIDE) as it:
        await it.press("j", "2", "1")
        await resize(it, LARGE)
        assert it.main.arranged.beside is Pane.METRICS
        await it.press("enter")
        assert it.main.pane is Pane.METRICS


@pytest.mark.parametrize("pane", list(Pane))
@pytest.mark.parametrize("height", [25, 35])
async def test_the_active_pane_stays_seen_in_every_window(
    world: Path, opened: Opens, pane: Pane, height: int
) -> None:
    async with opened(world, LARGE) as it:
        await it.press("j", str(pane.number))
        for size in ((120, height), NARROW, (120, height), LARGE, NARROW, LARGE, (120, height)):
            await it.pilot.resize_terminal(*size)
            await it.rest()
            assert it.main.pane is pane
            assert it.selected == "m@1.2.0"
            assert pane in on_screen(it)
            assert on_screen(it) == set(it.main.arranged.seen)
            assert it.main.focused is it.main.panes[pane]


async def test_resizing_keeps_the_view_beside_the_lists(world: Path, opened: Opens) -> None:
    for view in VIEWS:
        async with opened(world, WIDE) as it:
            while it.main.arranged.beside is not view:
                await it.press("right_square_bracket")
            for size in (LARGE, WIDE, NARROW, WIDE):
                await resize(it, size)
            assert it.main.arranged.beside is view
            assert it.main.pane is Pane.VERSIONS
            assert view in on_screen(it)


async def test_resizing_keeps_what_was_scrolled(filled: Path, opened: Opens) -> None:
    async with opened(filled, WIDE) as it:
        await it.press("0", "G", "1", *("j",) * 35)
        chosen = it.selected
        await it.press("3", "j", "j", "j", "j")
        metrics = it.main.view_widgets[Pane.METRICS]
        assert isinstance(metrics, NodeView)
        place = metrics.place
        assert place is not None
        # Where all of it is seen there is nothing to scroll: so from a large window back to one of these.
        for size in (NARROW, WIDE, NARROW, (110, 24), WIDE):
            await it.pilot.resize_terminal(*size)
            await it.rest()
            assert it.main.pane is Pane.METRICS
            assert it.selected == chosen
            assert metrics.place == place
        assert it.main.version_table.top > 0
        assert chosen.partition("@")[2] in it.seen("#versions")


async def test_a_view_that_was_hidden_meanwhile_is_where_it_was(filled: Path, opened: Opens) -> None:
    async with opened(filled, WIDE) as it:
        metrics = it.main.view_widgets[Pane.METRICS]
        assert isinstance(metrics, NodeView)
        first = metrics.place
        await it.press("3", "j", "j", "j")
        place = metrics.place
        assert place != first
        await it.press("1", "z")
        assert Pane.METRICS not in on_screen(it)
        await it.press("z")
        assert metrics.place == place
        await it.press("2", "3")
        assert metrics.place == place
        await it.press("1", "z", "j", "z")
        assert metrics.place == first, "it is of another version now"


async def test_a_view_that_was_not_seen_follows_when_it_is(world: Path, opened: Opens) -> None:
    async with opened(world, WIDE) as it:
        await it.press("j", "3")
        assert "1.2.0 against ● 1.1.0" in it.metrics
        await it.press("1", "z", "k")
        assert it.selected == "m@1.3.0"
        await it.press("z")
        assert "1.3.0 against ● 1.1.0" in it.metrics
        assert "m@1.3.0" in it.seen("#stages")
        await it.press("2")
        assert "▸ m@1.3.0" in it.seen("#lineage")
    async with opened(world, NARROW) as it:
        await it.press("j")
        await resize(it, LARGE)
        assert_in_order(it)


async def test_what_changed_while_a_view_was_not_seen_is_read_anew(tmp_path: Path, opened: Opens) -> None:
    root = staged(tmp_path)
    async with opened(root, NARROW) as it:
        await it.press("j", "4", "1")
        with open_store(root) as other:
            other.promote("m@1.2.0", reason="done elsewhere")
        await it.until(lambda: "● production" in it.seen("#versions").splitlines()[2])
        await it.press("4")
        assert "none comes after it" in it.seen("#stages")


class Gated:
    """A store whose comparisons wait to be let through."""

    def __init__(self, store: Store, gate: threading.Event) -> None:
        self._store = store
        self._gate = gate
        self.asked = threading.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def diff(self, *refs: str, **more: Any) -> Any:
        self.asked.set()
        assert self._gate.wait(20)
        return self._store.diff(*refs, **more)


async def test_an_answer_that_came_while_its_view_was_left_is_asked_for_again(
    world: Path, opened: Opens
) -> None:
    gate, stores = threading.Event(), []

    def open_it() -> Any:
        stores.append(Gated(open_store(world), gate))
        return stores[-1]

    async with opened(open_it, NARROW) as it:
        await it.press("j")
        await it.pilot.press("3")
        await it.until(stores[-1].asked.is_set)
        await it.pilot.press("1")
        await it.pilot.pause()
        gate.set()
        await it.rest()
        await it.press("3")
        assert "1.2.0 against ● 1.1.0" in it.metrics


async def test_one_view_that_takes_its_time_doesn_t_hold_up_what_others_were_told(
    world: Path, opened: Opens
) -> None:
    gate = threading.Event()
    gate.set()
    async with opened(lambda: Gated(open_store(world), gate), LARGE) as it:
        await it.press("j")
        gate.clear()
        try:
            it.main.version_table.step(1)
            await it.until(lambda: "reading" in it.seen("#metrics"))
            gate.set()
            await it.rest()
        finally:
            gate.set()
        assert "1.1.0 against" in it.metrics
        assert "m@1.1.0" in it.seen("#lineage")
        assert "m@1.1.0" in it.seen("#stages")


async def test_several_views_at_once_each_get_their_own_answer(world: Path, opened: Opens) -> None:
    async with opened(world, LARGE) as it:
        for number in (2, 1, 0, 1, 2, 3):
            await it.press("j" if it.selected > f"m@1.{number}.0" else "k")
            ref = f"m@1.{number}.0"
            assert it.selected == ref
            for view in (Pane.LINEAGE, Pane.METRICS, Pane.STAGES):
                shown = it.main.views.of(view)
                assert shown.problem == ""
                assert shown.content is not None
                assert shown.wanted is not None
                assert shown.wanted.pane is view
                assert shown.wanted.refs == (ref,)
            assert f"▸ {ref}" in it.seen("#lineage")
            assert it.metrics.startswith(f"1.{number}.0 against ")
            assert ref in it.seen("#stages")
        # Several moves before the first answer: only the last counts.
        for _ in range(3):
            it.main.version_table.step(1)
        await it.rest()
        assert it.selected == "m@1.0.0"
        assert "▸ m@1.0.0" in it.seen("#lineage")
        assert "m@1.0.0" in it.seen("#stages")
        assert it.metrics.startswith("1.0.0 against ")


async def test_frames_say_what_is_in_them(world: Path, opened: Opens) -> None:
    async with opened(world, LARGE) as it:
        await it.press("j")
        for title in (
            *("0 Models", "1 Versions", "2 Lineage", "3 Metrics · 1.2.0 against ● 1.1.0"),
            "4 Stages · next: ● production",
        ):
            assert f"─ {title} ─" in it.text
        await it.press("space", "j", "space", "j", "space")
        assert "3 Metrics · 2 others against" in it.text
        await it.press("k")
        assert "─ 4 Stages ─" in it.text, "none comes after production"


@pytest.mark.parametrize("size", KINDS)
async def test_marked_versions_are_compared_in_metrics(
    world: Path, opened: Opens, size: tuple[int, int]
) -> None:
    async with opened(world, size) as it:
        await it.press("space", "j", "space")
        assert "2 versions marked, 3 compares" in it.seen("#footer")
        await it.press("3")
        assert it.metrics.startswith("1.2.0 against 1.3.0")
        await it.press("G")
        whole = it.seen("#metrics")
        assert "kind" in whole
        await it.press("x", "G")
        assert "kind" not in it.seen("#metrics")
        await it.press("g")
        assert "1.2.0 against 1.3.0" in it.metrics
        await it.press("x", "G")
        assert it.seen("#metrics") == whole
        await it.press("escape", "escape", "escape")
        assert "◆" not in it.seen("#versions")
        await it.press("3")
        assert it.metrics.startswith("1.2.0 against ● 1.1.0")


@pytest.mark.parametrize("size", [WIDE, LARGE])
async def test_a_click_goes_into_a_pane(world: Path, opened: Opens, size: tuple[int, int]) -> None:
    async with opened(world, size) as it:
        await it.press("j")
        for pane in (*it.main.arranged.seen, *reversed(it.main.arranged.seen)):
            await it.pilot.click(f"#{pane.word}", offset=(4, 3 if pane is Pane.VERSIONS else 4))
            await it.rest()
            assert it.main.pane is pane
            assert_in_order(it)


@pytest.mark.parametrize("size", KINDS)
async def test_the_filter_belongs_to_a_list(world: Path, opened: Opens, size: tuple[int, int]) -> None:
    async with opened(world, size) as it:
        for view in set(VIEWS) - {Pane.INSPECT}:  # there it lists tensors
            await it.press(str(view.number), "slash", *"1.2", "enter")
            assert it.main.pane is Pane.VERSIONS, "numbers are typed, too"
            assert it.selected == "m@1.2.0"
            assert len(it.main.version_table.order) == 1
            await it.press("escape")
            assert len(it.main.version_table.order) == 4


@pytest.mark.parametrize("height", [31, 32, 33, 34, 35])
async def test_a_line_more_or_less_moves_no_pane_away(own: Store, opened: Opens, height: int) -> None:
    async with opened(own.root, (120, height)) as it:
        await it.press("4")
        before = on_screen(it)
        it.main.warn("something is wrong")
        await it.rest()
        assert on_screen(it) == before == set(it.main.arranged.seen)
        await it.press("1", "slash", "a")
        assert on_screen(it) >= {Pane.MODELS, Pane.VERSIONS}
        assert on_screen(it) == set(it.main.arranged.seen)


@pytest.mark.parametrize("ascii_only", [False, True])
@pytest.mark.parametrize("size", KINDS)
async def test_a_pane_that_has_the_window_has_no_frame(
    world: Path, opened: Opens, size: tuple[int, int], ascii_only: bool
) -> None:
    async with opened(world, size, ascii_only=ascii_only) as it:
        for pane in Pane:
            await it.press(str(pane.number))
            framed = it.main.panes[pane].size.width < it.main.panes[pane].outer_size.width
            assert framed == (KINDS[size] is not Kind.ONE)
            await it.press("z")
            assert it.main.panes[pane].size.width == size[0]
            await it.press("z")
        assert it.text.isascii() == ascii_only


@pytest.mark.parametrize(
    ("size", "told"),
    [
        ((80, 24), ""),
        ((120, 35), "2 Line 5 Over 6 Insp 7 A/B"),
        ((160, 45), "5 Overview 6 Inspect 7 A/B"),
    ],
)
async def test_views_that_are_not_seen_are_named_in_the_frame_of_the_one_at_the_side(
    world: Path, opened: Opens, size: tuple[int, int], told: str
) -> None:
    async with opened(world, size) as it:
        view = it.main.view_widgets[Pane.METRICS]
        assert str(view.border_subtitle or "") == told
        await it.press("z")
        assert not view.border_subtitle, "where there are tabs they are named in these"
        await it.press("z", "5")
        assert not view.border_subtitle
        if told:
            assert "3 Metr" in str(it.main.view_widgets[Pane.OVERVIEW].border_subtitle)
            assert str(it.main.view_widgets[Pane.OVERVIEW].border_subtitle) in it.text
