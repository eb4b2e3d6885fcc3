"""The chart: whatever the points, rows as wide and as many as asked, and what is drawn is where it should be."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mvtui.tui.chart import LEAST_HEIGHT, LEAST_WIDTH, draw


def lines(points: list[tuple[float, float]], **options: object) -> list[str]:
    given_options: dict[str, object] = {"width": 40, "height": 6, "labels": {}} | options
    return [row.scale + row.drawn for row in draw(points, **given_options)]  # type: ignore[arg-type]


def test_a_rising_line_goes_from_the_lower_left_to_the_upper_right() -> None:
    drawn = lines([(0, 0.5), (1, 0.75), (2, 1.0)], labels={0: "a", 1: "b", 2: "c"}, ascii_only=True)
    assert drawn == [
        "1.0 +                             .....o",
        "    |                       ......",
        "    |                .o.....",
        "    |           ......",
        "    |     ......",
        "0.5 +o....",
        "    ++----------------+----------------+",
        "     a                b                c",
    ]


def test_dots_are_finer_than_cells_where_they_can_be() -> None:
    drawn = "".join(lines([(at, math.sin(at / 9)) for at in range(60)]))
    assert {char for char in drawn if 0x2800 < ord(char) < 0x2900}
    assert "\u2800" not in drawn, "a blank is a space, for who copies or searches"


def test_what_is_not_finite_breaks_the_line_and_keeps_its_place() -> None:
    points = [(0, 1.0), (1, math.nan), (2, 1.0), (3, math.inf), (4, 1.0)]
    *drawn, _, below = draw(points, width=40, height=6, labels={1: "nan"}, ascii_only=True)
    assert "".join(row.drawn for row in drawn).split() == ["o", "o", "o"], "nothing joins what is left"
    assert below.drawn.strip() == "nan"
    assert lines([(0, math.nan), (1, math.inf)]) == []


def test_signs_mark_their_points_among_many() -> None:
    drawn = lines([(at, at % 7) for at in range(500)], marks={250: "P"}, ascii_only=True)
    assert "".join(drawn).count("P") == 1
    assert "o" not in "".join(drawn), "so many points are a line"


def test_labels_that_have_no_room_give_way_to_the_important_ones() -> None:
    points = [(float(at), 1.0) for at in range(100)]
    order = [99, 0, 50, *range(100)]
    below = lines(points, labels={at: f"1.0.{at}" for at in order})[-1]
    assert below.split()[0] == "1.0.0"
    assert below.split()[-1] == "1.0.99"
    assert "1.0.50" in below.split()
    assert all(part.startswith("1.0.") for part in below.split()), "none runs into another"


@pytest.mark.parametrize(
    ("values", "ticks"),
    [
        ([0.81, 0.949], ["0.85", "0.90"]),
        ([0.0, 100.0], ["0", "50", "100"]),
        ([-3.0, 5.0], ["-2", "0", "2", "4"]),
        ([7.0, 7.0], ["7"]),
        ([1e-6, 3e-6], ["1.000e-06", "2.000e-06", "3.000e-06"]),
        ([-1e308, 1e308], ["-1.000e+308", "1.000e+308"]),
        ([0.0, 5e-324], ["4.941e-324"]),
    ],
)
def test_the_scale_has_round_numbers_where_there_are_any(values: list[float], ticks: list[str]) -> None:
    drawn = draw(list(enumerate(values)), width=60, height=12, labels={})
    told = [row.scale[:-1].strip() for row in drawn[:-2]]
    assert [text for text in told if text][::-1] == ticks


finite = st.floats(allow_nan=False, allow_infinity=False)


@given(
    st.lists(st.tuples(finite, st.floats()), min_size=1, max_size=30).map(sorted),
    st.integers(LEAST_WIDTH, 120),
    st.integers(LEAST_HEIGHT, 30),
    st.booleans(),
)
def test_any_points_are_drawn_within_the_room(
    points: list[tuple[float, float]], width: int, height: int, ascii_only: bool
) -> None:
    labels = {at: f"v{at}" for at in range(len(points))}
    drawn = lines(points, width=width, height=height, labels=labels, ascii_only=ascii_only)
    if not any(math.isfinite(y) for _, y in points):
        assert drawn == []
        return
    assert len(drawn) == height + 2
    assert max(map(len, drawn)) <= width
    assert not ascii_only or "".join(drawn).isascii()
