from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from mvtui.tui.cli.table import Column, layout
from mvtui.tui.text import visible, width

COLUMNS = [
    Column("NAME"),
    Column("SIZE", "right", drop=2),
    Column("WHO", drop=1),
    Column("NOTE", elastic=True, least=5),
]
ROWS = [["a", "1 B", "bob", "a note that is long"], ["long-name", "10 B", "", "日本語のノート"]]


def test_columns_align_and_nothing_trails() -> None:
    assert layout(COLUMNS, ROWS, room=None) == [
        "NAME       SIZE  WHO  NOTE",
        "a           1 B  bob  a note that is long",
        "long-name  10 B       日本語のノート",
    ]


def test_the_elastic_column_gives_way_first_then_columns_go_in_order() -> None:
    assert layout(COLUMNS, ROWS, room=32)[1] == "a           1 B  bob  a note th…"
    assert layout(COLUMNS, ROWS, room=25)[:2] == ["NAME       SIZE  NOTE", "a           1 B  a note …"]
    assert layout(COLUMNS, ROWS, room=17)[0] == "NAME       NOTE"


def test_wide_titles_have_their_cells() -> None:
    columns = [Column("日本 ↑", "right"), Column("損失"), Column("N")]
    assert layout(columns, [["0.9", "1", "x"]], room=None) == ["日本 ↑  損失  N", "   0.9  1     x"]


def test_a_column_without_cells_is_left_out() -> None:
    assert layout([Column("A"), Column("B"), Column("C")], [["1", "", "3"]], room=None) == ["A  C", "1  3"]


@given(
    st.lists(
        st.tuples(st.text(max_size=20), st.text(max_size=20), st.text(max_size=60)), min_size=1, max_size=5
    ),
    st.integers(60, 120),
)
def test_lines_never_exceed_the_room_and_stay_one_line(cells: list[tuple[str, str, str]], room: int) -> None:
    columns = [Column("AAA"), Column("BBB", "right", drop=1), Column("CCC", elastic=True)]
    lines = layout(columns, [[visible(cell, 20) for cell in row] for row in cells], room=room)
    assert len(lines) in (len(cells), len(cells) + 1)
    assert all(width(line) <= room for line in lines)
