"""Where the panes stand, for every size of window: no screen."""

from __future__ import annotations

import itertools

import pytest
from mvtui.tui.app import layout
from mvtui.tui.app.keys.pane import VIEWS, Pane
from mvtui.tui.app.layout import Kind, Place

SIZES = tuple(itertools.product(range(60, 251), range(16, 81)))
LEAST_WIDTHS = {Pane.MODELS: 18, Pane.VERSIONS: 44, **dict.fromkeys(VIEWS, 40)}
LEAST_ROWS = 6
"""A frame, and four lines in it."""


def choices() -> list[tuple[Pane, Pane]]:
    return list(itertools.product(Pane, VIEWS))


def cells(places: list[Place]) -> list[tuple[int, int]]:
    return [
        (x, y)
        for place in places
        for x in range(place.x, place.x + place.width)
        for y in range(place.y, place.y + place.height)
    ]


def apart(one: Place, other: Place) -> bool:
    return (
        one.x + one.width <= other.x
        or other.x + other.width <= one.x
        or one.y + one.height <= other.y
        or other.y + other.height <= one.y
    )


def test_places_fill_the_area_and_never_overlap() -> None:
    arranged: set[tuple[Kind, tuple[Pane, ...], int, int]] = set()
    for (columns, rows), zoomed, (pane, side) in itertools.product(SIZES, (False, True), choices()):
        kind = layout.kind_of(columns, rows, zoomed=zoomed)
        shown = layout.seen(kind, pane, side, rows - 4)
        assert pane in shown
        # Headline, footer and summary take four rows; banner and filter up to three more.
        arranged |= {(kind, shown, columns, rows - 4), (kind, shown, columns, rows - 7)}
    for kind, shown, columns, rows in arranged:
        places = layout.places(kind, shown, columns, rows)
        assert places.keys() == set(shown)
        found = list(places.values())
        for place in found:
            assert 0 <= place.x < place.x + place.width <= columns
            assert 0 <= place.y < place.y + place.height <= rows
        # What lies inside, is disjoint and as large as the area fills it.
        assert all(apart(one, other) for one, other in itertools.combinations(found, 2))
        assert sum(place.width * place.height for place in found) == columns * rows
        if kind is not Kind.ONE:
            assert all(places[pane].width >= LEAST_WIDTHS[pane] for pane in shown)
            assert all(place.height >= LEAST_ROWS for place in found)


def test_the_list_of_models_is_as_wide_as_its_names_need_within_bounds() -> None:
    for columns, most in ((110, 24), (127, 24), (128, 28), (149, 28), (150, 34), (250, 34)):
        kind = layout.kind_of(columns, 50, zoomed=False)
        shown = layout.seen(kind, Pane.VERSIONS, Pane.METRICS, 46)
        for wanted, got in ((0, layout.MODELS_LEAST), (20, 20), (most, most), (99, most)):
            places = layout.places(kind, shown, columns, 46, models=wanted)
            assert places[Pane.MODELS].width == got
            assert places[Pane.VERSIONS].x == got


@pytest.mark.parametrize(("columns", "rows"), [(60, 16), (110, 16), (120, 35), (160, 45), (250, 80)])
def test_each_cell_belongs_to_one_pane(columns: int, rows: int) -> None:
    for pane, side in choices():
        kind = layout.kind_of(columns, rows, zoomed=False)
        shown = layout.seen(kind, pane, side, rows)
        found = cells(list(layout.places(kind, shown, columns, rows).values()))
        assert len(found) == len(set(found)) == columns * rows


def test_panes_are_seen_once_and_in_an_order_that_begins_with_the_lists() -> None:
    for kind, (pane, side), rows in itertools.product(Kind, choices(), (10, 27, 28, 60)):
        shown = layout.seen(kind, pane, side, rows)
        assert len(set(shown)) == len(shown)
        if kind is not Kind.ONE:
            assert shown[:2] == (Pane.MODELS, Pane.VERSIONS)
            assert layout.side_of(kind, pane, side, rows) in shown


def test_zoom_and_narrow_windows_give_one_pane_everything() -> None:
    assert layout.kind_of(250, 80, zoomed=True) is Kind.ONE
    assert layout.kind_of(109, 80, zoomed=False) is Kind.ONE
    assert layout.kind_of(110, 16, zoomed=False) is Kind.SIDE
    for pane in Pane:
        assert layout.seen(Kind.ONE, pane, Pane.METRICS, 30) == (pane,)
        assert layout.places(Kind.ONE, (pane,), 80, 20) == {pane: Place(0, 0, 80, 20)}


def test_large_windows_show_every_view_but_one() -> None:
    assert layout.kind_of(150, 36, zoomed=False) is Kind.GRID
    assert layout.kind_of(149, 36, zoomed=False) is Kind.SIDE
    assert layout.kind_of(150, 35, zoomed=False) is Kind.SIDE
    for pane, side in choices():
        shown = layout.seen(Kind.GRID, pane, side, 40)
        assert len(shown) == 5
        assert {Pane.LINEAGE, Pane.STAGES} < set(shown)
        assert len(set(layout.turnable(Kind.GRID)) & set(shown)) == 1


def test_what_stands_on_the_side_is_what_was_put_there_last() -> None:
    for view in VIEWS:
        assert layout.side_of(Kind.SIDE, Pane.VERSIONS, view, 40) is view
    assert layout.side_of(Kind.GRID, Pane.MODELS, Pane.OVERVIEW, 40) is Pane.OVERVIEW
    assert layout.side_of(Kind.GRID, Pane.LINEAGE, Pane.OVERVIEW, 40) is Pane.OVERVIEW
    assert layout.side_of(Kind.GRID, Pane.MODELS, Pane.LINEAGE, 40) is Pane.METRICS


def test_the_next_stage_stands_below_another_view_where_there_is_height() -> None:
    low, high = 27, 28
    for side in (Pane.LINEAGE, Pane.METRICS, Pane.OVERVIEW):
        assert layout.seen(Kind.SIDE, Pane.MODELS, side, high)[2:] == (side, Pane.STAGES)
        assert layout.seen(Kind.SIDE, Pane.MODELS, side, low)[2:] == (side,)
        assert layout.seen(Kind.SIDE, Pane.STAGES, side, high)[2:] == (side, Pane.STAGES)
        assert layout.seen(Kind.SIDE, Pane.STAGES, side, low)[2:] == (Pane.STAGES,)
    assert layout.seen(Kind.SIDE, Pane.MODELS, Pane.STAGES, high)[2:] == (Pane.STAGES,)
