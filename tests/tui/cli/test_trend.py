"""``mvtui trend``: one version, many, none; what can't be drawn is told."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from pathlib import Path

import pytest
from mvtui.store import Store, Trend, TrendPoint

from .conftest import Run


@pytest.fixture
def trained(store: Store, model: Path) -> Store:
    """Five versions of sentiment; the fourth diverged, the third was not measured."""
    for value in (0.8, 0.9, None, math.nan, 0.85):
        model.write_bytes(repr(value).encode())
        store.register("sentiment", model, metrics={} if value is None else {"accuracy": value})
    return store


def test_the_plot_says_direction_best_and_what_is_missing(run: Run, trained: Store) -> None:
    done = run("trend", "sentiment", "accuracy", "--width", "60", "--height", "6")
    first, *rows = done.out.splitlines()
    assert done.code == 0
    assert first == "sentiment accuracy over 4 versions, higher is better"
    assert rows[-4:] == [
        "from 0.8 (1.0.0) to 0.85 (1.0.4)",
        "▲ best: 0.9 (1.0.1)",
        "not drawn, since not finite: NaN (1.0.3)",
        "left out: 1 version without it",
    ]
    drawn = rows[:-4]
    assert len(drawn) == 8
    assert drawn[-1].split() == ["1.0.0", "1.0.1", "1.0.3", "1.0.4"]
    assert drawn[0].startswith("0.90 ┤")
    assert "".join(drawn).count("•") == 3
    assert max(map(len, drawn)) <= 60


def test_the_last_few(run: Run, trained: Store) -> None:
    assert run("trend", "sentiment", "accuracy", "--last", "1").out.splitlines() == [
        "sentiment accuracy over 1 version, higher is better",
        "0.85 (1.0.4)",
        "left out: 1 version without it",
    ]


def test_json_has_every_point(run: Run, trained: Store) -> None:
    row = run("trend", "sentiment", "accuracy", "--json").json
    assert [(point["version"], point["value"]) for point in row["points"]] == [
        ("1.0.0", 0.8),
        ("1.0.1", 0.9),
        ("1.0.3", "NaN"),
        ("1.0.4", 0.85),
    ]
    assert (row["direction"], row["best"], row["without"]) == ("higher", "1.0.1", 1)
    assert set(row["points"][0]) == {"version", "created", "stage", "value"}


def test_without_a_direction_nothing_is_called_best(run: Run, trained: Store) -> None:
    trained.log_metrics("sentiment@1.0.0", {"my_index": 1.0})
    trained.log_metrics("sentiment@1.0.1", {"my_index": 2.0})
    told = run("trend", "sentiment", "my_index").out
    assert "which way is better isn't known" in told
    assert "best:" not in told


def test_nothing_finite_is_told_and_not_drawn(run: Run, trained: Store) -> None:
    trained.log_metrics("sentiment@1.0.0", {"loss": math.inf})
    trained.log_metrics("sentiment@1.0.1", {"loss": math.nan})
    done = run("trend", "sentiment", "loss")
    assert done.code == 0
    assert "not drawn, since not finite: inf (1.0.0), NaN (1.0.1)" in done.out
    assert "┤" not in done.out


def test_a_name_nobody_measured_is_an_error_with_what_was_meant(run: Run, trained: Store) -> None:
    done = run("trend", "sentiment", "acuracy")
    assert (done.code, done.out) == (3, "")
    assert "did you mean: accuracy" in done.err
    assert run("trend", "nobody", "accuracy").code == 3


@pytest.mark.parametrize("columns", ["1", "30", "500"])
def test_it_fits_terminals_of_any_width(
    columns: str, run: Run, trained: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    drawn = run("trend", "sentiment", "accuracy").out.splitlines()[1:15]
    assert max(map(len, drawn)) == min(max(int(columns), 20), 100)


def test_five_hundred_versions_are_a_line_of_one_screen(
    run: Run, store: Store, model: Path, no_sync: None
) -> None:
    for at in range(500):
        model.write_bytes(str(at).encode())
        store.register("m", model, metrics={"loss": 1 / (at + 1)})
    done = run("trend", "m", "loss")
    assert len(done.out.splitlines()) < 24
    assert max(map(len, done.out.splitlines())) <= 80
    labels = done.out.splitlines()[14].split()
    assert (labels[0], labels[-1]) == ("1.0.0", "1.0.499")


def test_stages_are_marked_and_named(run: Run, trained: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    stages = {"1.0.1": "production", "1.0.2": "archived", "1.0.5": "staging"}
    points = tuple(
        TrendPoint(f"1.0.{at}", datetime(2026, 11, 23, tzinfo=UTC), stages.get(f"1.0.{at}"), at / 10)
        for at in range(7)
    )
    trend = Trend("sentiment", "accuracy", "higher", points)
    monkeypatch.setattr(Store, "trend", lambda *_: trend)
    rows = run("trend", "sentiment", "accuracy", "--width", "60").out.splitlines()
    drawn = "".join(rows[1:13])
    assert [drawn.count(sign) for sign in "●▪○•"] == [1, 1, 1, 4]
    assert rows[-2:] == ["● production: 0.1 (1.0.1)", "○ staging: 0.5 (1.0.5)"], "archived ones may be many"
