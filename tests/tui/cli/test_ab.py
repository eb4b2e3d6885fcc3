"""``mvtui ab``: a test from its start to its winner, as scripts and people see it."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from mvtui.store import Store
from rich.cells import cell_len

from .conftest import Run

START = ("ab", "start", "hello", "--arm", "a=sentiment@1.0.0:90", "--arm", "b=sentiment@1.1.0:10")


@pytest.fixture
def ready(two: Store) -> Store:
    two.promote("sentiment@1.0.0", "production", reason="so")
    return two


@pytest.fixture
def running(ready: Store, run: Run) -> Store:
    done = run(*START, "--metric", "resolved:max:rate", "--metric", "latency:min", "--reason", "try it")
    assert (done.code, done.out) == (0, "hello\n"), done.err
    return ready


def outcomes(store: Store, keys: int, better: bool = True) -> None:
    with store.ab_test("hello") as test:
        for number in range(keys):
            ones = 8 if better and test.assign(f"u{number}") == "b" else 5
            test.record(f"u{number}", resolved=number % 10 < ones, latency=300 + number % 7)


def test_a_start_says_what_runs_where_and_how_it_ends(ready: Store, run: Run) -> None:
    done = run(*START, "--reason", "try it")
    assert done.out == "hello\n"
    assert "hello runs: a 90 %, b 10 %" in done.err
    assert "live/sentiment/ab/hello" in done.err
    assert "mvtui ab stop hello" in done.err


@pytest.mark.parametrize(
    ("words", "code", "why"),
    [
        (("--arm", "a=sentiment@1.0.0:90"), 2, "two arms or more, not 1"),
        (("--arm", "a"), 2, "'a' is no arm"),
        (("--arm", "a=sentiment@1.0.0"), 2, "is no arm"),
        (("--arm", "a=sentiment@1.0.0:50", "--arm", "a=sentiment@1.1.0:50"), 4, "two arms are called a"),
        (("--arm", "a=sentiment@1.0.0:50", "--arm", "b=sentiment@1.1.0:60"), 4, "add up to 110 %"),
        (("--arm", "a=sentiment@1.0.0:x", "--arm", "b=sentiment@1.1.0:60"), 4, "is no share"),
        (("--arm", "\x1b[2J=sentiment@1.0.0:50", "--arm", "b=sentiment@1.1.0:50"), 4, "can't name an arm"),
        ((), 2, "not 0"),
    ],
)
def test_what_is_no_test_is_refused(
    ready: Store, run: Run, words: tuple[str, ...], code: int, why: str
) -> None:
    done = run("ab", "start", "hello", *words, "--reason", "x")
    assert (done.code, done.out) == (code, "")
    assert why in done.err
    assert "hint:" in done.err
    assert "\x1b" not in done.err
    assert ready.ab_tests() == ()


def test_assign_says_the_arm(running: Store, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    arm = running.ab_test("hello").assign("user-7")
    assert run("ab", "assign", "hello", "user-7").out == f"{arm}\n"
    said = run("ab", "assign", "hello", "user-7", "--json").json
    assert (said["arm"], said["epoch"]) == (arm, 1)
    monkeypatch.setattr("sys.stdin", io.StringIO("user-7\n\nk\x1b[2J\n"))
    lines = run("ab", "assign", "hello", "-").out.splitlines()
    assert lines[0] == f"{arm}\tuser-7"
    assert len(lines) == 2
    assert "\x1b" not in lines[1]
    assert run("ab", "assign", "hello", "").code == 4
    assert run("ab", "assign", "nope", "k").code == 3


def test_show_draws_what_was_measured(running: Store, run: Run) -> None:
    assert "nothing was recorded yet" in run("ab", "show", "hello").out
    outcomes(running, 4000)
    shown = run("ab", "show", "hello").out
    assert "b is better than a in resolved: +" in shown
    assert "control" in shown
    assert "rate, more is better, decides" in shown
    assert "mean, less is better, guard rail" in shown
    assert "keys shared out as they should be: p = " in shown
    assert "2 comparisons: each interval is at 97.5 %" in shown
    for line in shown.splitlines():
        assert len(line) <= 100
    said = run("ab", "show", "hello", "--json").json
    assert (said["verdict"], said["leader"]) == ("better", "b")
    assert said["metrics"][0]["comparisons"][0]["safe_low"] > 0
    assert {arm["name"]: arm["share"] for arm in said["test"]["arms"]} == {"a": 90, "b": 10}


@pytest.mark.parametrize("columns", [None, 60, 80, 100, 120])
def test_show_draws_as_wide_as_it_may(
    running: Store, run: Run, monkeypatch: pytest.MonkeyPatch, columns: int | None
) -> None:
    """Each interval whole, from end to end: also off a terminal, where the reader's window may have 80 columns."""
    outcomes(running, 4000)
    if columns is None:
        monkeypatch.delenv("COLUMNS", raising=False)
    else:
        monkeypatch.setenv("COLUMNS", str(columns))
    lines = run("ab", "show", "hello").out.splitlines()
    assert max(map(cell_len, lines)) <= (columns or 80)
    drawn = [line for line in lines if "├" in line]
    assert len(drawn) == 6
    assert all("┤" in line and "●" in line for line in drawn)


def test_show_in_ascii(running: Store, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from mvtui.tui.cli import output

    outcomes(running, 1000, better=False)
    monkeypatch.setattr(output, "ascii_only", lambda: True)
    shown = run("ab", "show", "hello").out
    assert shown.isascii()
    assert "[" in shown
    assert "o" in shown


def test_ramp_moves_keys_and_says_how_many(running: Store, run: Run) -> None:
    done = run("ab", "ramp", "hello", "a=50", "b=50", "--reason", "fine so far")
    assert "hello has other shares (40 % of all keys changed arms): a 50 %, b 50 %" in done.err
    assert run("ab", "ramp", "hello", "b=10", "--reason", "back", "--json").json["moved"] == 40
    assert run("ab", "ramp", "hello", "b", "--reason", "x").code == 2
    assert run("ab", "ramp", "hello", "b=10", "b=20", "--reason", "x").code == 2
    assert run("ab", "ramp", "hello", "z=10", "--reason", "x").code == 4
    assert run("ab", "ramp", "hello", "b=20").code == 2


def test_import_tells_what_it_left(running: Store, run: Run, tmp_path: Path) -> None:
    path = tmp_path / "o.jsonl"
    path.write_text('{"key": "a", "resolved": 1}\n{"key": "b\\u001b[2J", "resolved": 7}\n')
    done = run("ab", "import", "hello", str(path))
    assert "took 1 outcome; left 1" in done.err
    assert "line 2: resolved = 7, but it is a rate" in done.err
    assert run("ab", "import", "hello", str(path), "--json").json["outcomes"] == 1
    assert "1 recorded twice" in run("ab", "show", "hello").out


def test_export_writes_a_file_that_assigns(running: Store, run: Run, tmp_path: Path) -> None:
    from mvtui.store import load_ab_test

    done = run("ab", "export", "hello", str(tmp_path / "t.json"))
    assert load_ab_test(done.out.strip()).assign("k") == running.ab_test("hello").assign("k")
    assert run("ab", "export", "hello", str(tmp_path / "no" / "t.json")).code == 7


def test_the_winner_and_the_list(running: Store, run: Run) -> None:
    outcomes(running, 4000)
    assert "began " in run("ab", "ls").out
    done = run("ab", "promote-winner", "hello", "--reason", "b it is")
    assert done.code == 0
    assert "hello has ended: b (sentiment@1.1.0) won, archived sentiment@1.0.0" in done.err
    assert "b won" in run("ab", "ls", "sentiment").out
    assert json.loads(run("ab", "ls", "--json").out)[0]["winner"] == "b"
    assert running.get("sentiment@production").version == "1.1.0"
    history = run("history", "sentiment").out
    assert "the winner of the A/B test hello" in history
    assert "[A/B test hello: b is better than a in resolved" in history


def test_a_rollback_tells_that_the_test_is_over(running: Store, run: Run, model: Path) -> None:
    run("ab", "stop", "hello", "--reason", "x")
    running.promote("sentiment@1.1.0", "production", reason="x")
    model.write_bytes(b"three")
    running.register("sentiment", model)
    arms = ("--arm", "a=sentiment@1.1.0:90", "--arm", "b=sentiment@latest:10")
    assert run("ab", "start", "again", *arms, "--reason", "x").code == 0
    foretold = run("rollback", "sentiment", "--dry-run")
    assert "  the A/B test again ends with it\n" in foretold.out
    assert run("rollback", "sentiment", "--dry-run", "--json").json["ends"] == ["again"]
    done = run("rollback", "sentiment", "--reason", "bad")
    assert "the A/B test again ended with this" in done.err
    assert "an arm's version was taken away" in run("ab", "show", "again").out


def test_nothing_there_says_how_to_begin(ready: Store, run: Run) -> None:
    assert "mvtui ab start" in run("ab", "ls").err
    assert "Test versions against each other" in run("ab").out
    assert run("ab", "nope").code == 2
