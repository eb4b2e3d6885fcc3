"""``mvtui diff`` on a real terminal: what fits, what folds, colour or none, ASCII."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from mvtui.store import Store, init_store
from mvtui.tui.text import width

from tests.system.terminal import Terminal, clean_environment

PROGRAM = "import sys; from mvtui.tui.entry import main; sys.exit(main(sys.argv[1:]))"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = init_store(tmp_path / "store")
    model = tmp_path / "model.bin"
    for at in range(6):
        model.write_bytes(b"w%d" % at)
        made.register(
            "sentiment",
            model,
            metrics={"accuracy": 0.9 + at / 100, f"eval/{'very' * 8}/loss": 0.1 * at, "tokens": 1234567.0},
            params={"lr": 3e-4 / (at + 1), "[red]name[/red]": "[/nothing]", "note": "word " * (at + 9)},
            version=f"1.{at}.0",
        )
    return made


def show(store: Store, *words: str, columns: int = 80, rows: int = 200, **environ: str) -> Terminal:
    python = [sys.executable, "-c", PROGRAM, "--store", str(store.root), "diff", *words]
    path = {"PYTHONPATH": str(Path(__file__).parents[2] / ".src")}
    terminal = Terminal(python, columns, rows, clean_environment(**environ, **path))
    assert terminal.ends() == 0, terminal.text
    terminal.close()
    return terminal


@pytest.mark.parametrize("columns", [60, 80, 160])
def test_nothing_is_cut_and_no_line_wraps(store: Store, columns: int) -> None:
    seen = show(store, "sentiment", "--only-differences", columns=columns)
    rows = seen.text.split("\n")
    assert all(width(row) <= columns for row in rows)
    assert "▲ better" in seen.text
    assert "≠ changed" in seen.text
    assert "…" not in seen.text
    folded = "".join(row.split("  ")[1] for row in rows if row.startswith("  "))
    assert f"eval/{'very' * 8}/loss" in folded, "a name that folds is whole all the same"


def test_markup_in_names_is_text(store: Store) -> None:
    seen = show(store, "sentiment", "--section", "params", columns=120)
    assert "[red]name[/red]" in seen.text
    assert "[/nothing]" in seen.text


@pytest.mark.parametrize("columns", [80, 160])
def test_six_versions_stand_side_by_side_or_below_each_other(store: Store, columns: int) -> None:
    refs = [f"sentiment@1.{at}.0" for at in range(6)]
    seen = show(store, *refs, "--section", "params", columns=columns)
    heads = [line.split() for line in seen.text.split("\n") if line.split()[:1] == ["1.0.0"]]
    assert [number for head in heads for number in head if number != "1.0.0"] == [
        f"1.{at}.0" for at in range(1, 6)
    ]
    assert len(heads) == (1 if columns == 160 else 3)
    assert "…" not in seen.text


def test_colour_only_where_it_is_wanted(store: Store) -> None:
    assert b"\x1b[32m" in show(store, "sentiment").sent
    assert b"\x1b" not in show(store, "sentiment", NO_COLOR="1").sent
    assert b"\x1b" not in show(store, "sentiment", TERM="dumb").sent


def test_a_terminal_of_the_c_locale_gets_ascii(store: Store) -> None:
    seen = show(store, "sentiment", LC_ALL="C")
    assert seen.sent.isascii()
    assert "^ better" in seen.text
    assert "lr 6e-05 -> 5e-05" in seen.text
