"""Curves laid over each other: nothing that stands out is lost, and each can be told from the others without colour."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mvtui.store import Series
from mvtui.tui.curves import LETTERS, Drawn, draw, reduced, spans_decades

Curve = list[tuple[float, float]]


def lines(rows: list[Drawn]) -> list[str]:
    return [row.scale + "".join(text for text, _ in row.pieces) for row in rows]


def series(values: list[float]) -> Series:
    return Series(tuple(map(float, range(len(values)))), tuple(values))


FALLING: Curve = [(float(at), 1 / (1 + at)) for at in range(60)]
RISING: Curve = [(float(at), at / 60) for at in range(60)]


def test_each_curve_has_a_letter_and_a_number_of_its_own() -> None:
    rows = draw([FALLING, RISING], width=60, height=10)
    drawn = [(text, curve) for row in rows for text, curve in row.pieces]
    for curve, letter in enumerate("AB"):
        assert [number for text, number in drawn if letter in text] == [curve] * sum(
            letter in text for text, _ in drawn
        )
        assert sum(text.count(letter) for text, _ in drawn) >= 2
    assert "A" not in "".join(lines(draw([FALLING], width=60, height=10))), "one needs no letter"


def test_in_a_cell_that_curves_share_are_the_dots_of_both() -> None:
    falling: Curve = [(x, RISING[-1 - at][1]) for at, (x, _) in enumerate(RISING)]
    alone = [lines(draw([points], width=60, height=10)) for points in (RISING, falling)]
    both = lines(draw([RISING, falling], width=60, height=10))
    shared = 0
    for row, line in enumerate(both[:-2]):
        for column, char in enumerate(line):
            dots = [ord(each[row][column]) for each in alone if column < len(each[row])]
            dots = [dot - 0x2800 for dot in dots if 0x2800 < dot < 0x2900]
            if len(dots) == 2 and char not in "AB":
                shared += dots[0] != dots[1]
                assert ord(char) - 0x2800 == dots[0] | dots[1]
    assert shared


def test_curves_that_are_the_same_both_have_their_letters() -> None:
    drawn = "".join(lines(draw([FALLING, FALLING], width=60, height=10)))
    assert "A" in drawn
    assert "B" in drawn


def test_in_ascii_each_has_a_sign_of_its_own() -> None:
    drawn = lines(draw([FALLING, RISING], width=60, height=10, ascii_only=True))
    assert all(line.isascii() for line in drawn)
    assert {".", ":"} <= set("".join(drawn))


def test_a_run_of_one_step_has_its_letter_where_it_is() -> None:
    drawn = "".join(lines(draw([FALLING, [(30.0, 0.5)]], width=60, height=10)))
    assert drawn.count("B") == 1


def test_steps_stand_below_and_whole_steps_are_whole_numbers() -> None:
    below = lines(draw([[(1.0, 3.0), (2.0, 2.0), (4.0, 1.0)]], width=70, height=6))[-1]
    assert below.split() == ["1", "2", "3", "4"]


def test_a_gap_is_a_gap() -> None:
    broken: Curve = [(0.0, 1.0), (1.0, 1.0), (2.0, math.nan), (3.0, 1.0), (4.0, 1.0)]
    *drawn, _, _ = lines(draw([broken], width=50, height=3, ascii_only=True))
    assert len("".join(drawn).replace("|", " ").replace("+", " ").split()) == 3, "a number, and two pieces"
    assert draw([[(0.0, math.nan)], [(1.0, math.inf)]], width=50, height=5) == []


def test_what_spans_decades_is_drawn_on_a_scale_of_powers() -> None:
    loss: Curve = [(float(at), 10.0 ** (1 - at / 10)) for at in range(40)]
    assert spans_decades([loss])
    assert not spans_decades([FALLING[:50]])
    assert not spans_decades([loss, [(0.0, 0.0)]]), "nothing has a logarithm of 0"
    assert not spans_decades([[(0.0, math.nan)]])
    drawn = lines(draw([loss], width=60, height=12, log=True))
    scale = [line.split()[0] for line in drawn if "┤" in line]
    assert scale == ["10", "1", "0.1", "0.01"] or scale == ["10", "1", "0.1", "0.01", "0.001"]


def test_a_long_series_keeps_what_stands_out() -> None:
    values = [math.sin(at / 500) for at in range(100_000)]
    values[31_337], values[70_001] = 50.0, -50.0
    found = reduced(series(values))
    assert len(found) <= 2 * 257
    assert (31_337.0, 50.0) in found
    assert (70_001.0, -50.0) in found
    assert [x for x, _ in found] == sorted(x for x, _ in found)
    assert reduced(series(values[:500])) == tuple(enumerate(values[:500])), "a short one stays as it is"


def test_of_a_long_series_what_is_not_finite_is_a_gap_only_where_nothing_else_is() -> None:
    values = [1.0] * 40_000
    values[5] = math.nan
    values[20_000:21_000] = [math.inf] * 1000
    found = reduced(series(values))
    gaps = [x for x, y in found if math.isnan(y)]
    assert gaps
    assert all(20_000 <= x < 21_000 for x in gaps)


@given(
    st.lists(
        st.lists(
            st.tuples(st.floats(0, 1e9), st.floats()),
            min_size=1,
            max_size=30,
            unique_by=lambda point: point[0],
        ).map(sorted),
        min_size=1,
        max_size=len(LETTERS),
    ),
    st.integers(20, 120),
    st.integers(3, 20),
    st.booleans(),
)
def test_whatever_the_points_the_rows_are_as_wide_as_asked(
    curves: list[Curve], width: int, height: int, ascii_only: bool
) -> None:
    finite = any(math.isfinite(y) for points in curves for _, y in points)
    log = spans_decades(curves)
    rows = draw(curves, width=width, height=height, log=log, ascii_only=ascii_only)
    assert len(rows) == (height + 2 if finite else 0)
    gutter = max((len(row.scale) for row in rows), default=0)
    for line in lines(rows):
        assert len(line) <= max(width, gutter + 4)
        assert "\n" not in line
        assert not ascii_only or line.isascii()


@pytest.mark.parametrize("value", [0.0, 1e-300, 1e300, -5.0])
def test_a_flat_curve_is_drawn(value: float) -> None:
    rows = draw([[(0.0, value), (1.0, value)]], width=40, height=5)
    assert any(char not in " │┤" for line in lines(rows[:-2]) for char in line.lstrip("-+.e0123456789 "))
