"""The table's promises, by property: the cursor is in sight, the right rows are drawn, wide text keeps columns."""

from collections.abc import Callable
from datetime import UTC, datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mvtui.tui.app.tables.columns import Column, Look, lay_out
from mvtui.tui.app.widgets.table import VirtualTable
from rich.cells import cell_len
from textual.app import App, ComposeResult

LOOK = Look(datetime(2026, 1, 1, tzinfo=UTC))
COLUMNS = [
    Column("NAME", 8, 0, lambda row, _: row, grow=True),
    Column("RIGHT", 6, 1, lambda row, _: str(len(row)), "right"),
]


class Bench(App[None]):
    def compose(self) -> ComposeResult:
        yield VirtualTable(LOOK)


Move = Callable[[VirtualTable], None]
MOVES = st.one_of(
    st.integers(-60, 60).map(lambda n: ("step", n)),
    st.integers(-5, 200).map(lambda n: ("to", n)),
    st.integers(0, 120).map(lambda n: ("rows", n)),
    st.tuples(st.just("size"), st.tuples(st.integers(20, 60), st.integers(2, 20))),
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(MOVES, max_size=12))
async def test_the_cursor_s_row_is_always_in_sight(moves: list[tuple[str, object]]) -> None:
    app = Bench()
    async with app.run_test(size=(40, 10)) as pilot:
        table = app.query_one(VirtualTable)
        rows = [f"row-{n}日" for n in range(120)]
        table.show(rows, COLUMNS, range(120), 0)
        for what, value in moves:
            if what == "step":
                table.step(int(str(value)))
            elif what == "to":
                table.move_to(int(str(value)))
            elif what == "rows":
                table.show(rows, COLUMNS, range(int(str(value))), table.cursor, hold=True)
            else:
                assert isinstance(value, tuple)
                await pilot.resize_terminal(*value)
            await pilot.pause()
            shown = [table.render_line(y) for y in range(table.size.height)]
            assert all(cell_len(strip.text) == table.size.width for strip in shown)
            if not table.order:
                assert table.selected is None
                continue
            assert table.top <= table.cursor < table.top + table.page
            marked = [strip.text for strip in shown if strip.text.startswith("▸")]
            assert len(marked) == 1
            assert marked[0][2:].startswith(rows[table.order[table.cursor]])
            # No blank lines at the end while rows are hidden above.
            assert table.top == 0 or len(table.order) - table.top >= table.page


@given(
    st.lists(st.tuples(st.integers(1, 20), st.integers(0, 9)), min_size=1, max_size=8), st.integers(1, 100)
)
def test_chosen_columns_fit_and_the_first_rank_survives(specs: list[tuple[int, int]], space: int) -> None:
    columns = [Column(str(i), w, rank, lambda r, _: "", grow=i == 0) for i, (w, rank) in enumerate(specs)]
    chosen, before, behind = lay_out(columns, space, LOOK)
    assert chosen
    assert before == 0
    assert behind == len(columns) - len(chosen)
    assert sum(c.width for c in chosen) + 2 * (len(chosen) - 1) <= space
    assert min(c.rank for c in chosen) == min(c.rank for c in columns)
    assert [int(c.title) for c in chosen] == sorted(int(c.title) for c in chosen)
