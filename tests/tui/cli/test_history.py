"""``mvtui history`` and ``mvtui at``: the ledger in a pipe, on a terminal, as JSON and as CSV that nothing runs."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from mvtui.store import EventKind, LedgerEntry, Store
from mvtui.tui import ledger
from mvtui.tui.cli import ledger_lines, output, table
from mvtui.tui.text import width

from ...people import become
from .conftest import Run

HOSTILE = "\x1b]0;owned\x07\x1b[2J\u202egnp.exe [red]\r\n=1+1"
GATES = '[[gate]]\nstage = "production"\nmetric = "accuracy"\nmin = 0.905\n[access]\noverride = ["ann"]\n'


@pytest.fixture
def lived(two: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    """sentiment@1.1.0 passes its gate, 1.0.0 is let in by an override, then production goes back."""
    become(monkeypatch, "ann")
    (two.root / "config.toml").write_text(GATES)
    two.promote("sentiment@1.1.0", "production", reason="wins on f1")
    two.promote("sentiment@1.0.0", "production", reason="must be", override=True)
    two.rollback("sentiment", reason="accuracy fell")
    return two


def test_a_line_an_event_in_a_pipe(run: Run, lived: Store) -> None:
    shown = run("history")
    assert (shown.code, shown.err) == (0, "")
    lines = [line.split(None, 3)[3] for line in shown.out.splitlines()]
    assert lines[:3] == [
        'ann@box7  sentiment@1.1.0  ↩ ROLLBACK  moved production back to it from 1.0.0  "accuracy fell"  1 of 1 gate',
        'ann@box7  sentiment@1.0.0  ! OVERRIDDEN accuracy  moved it from none to production, replacing 1.1.0, overriding its gates  "must be"  0 of 1 gate',
        'ann@box7  sentiment@1.1.0  moved it from none to production  "wins on f1"  1 of 1 gate',
    ]
    assert len(lines) == 7
    assert [line.split()[0] for line in shown.out.splitlines()] == ["7", "6", "5", "4", "3", "2", "1"]


def test_columns_line_up(run: Run, lived: Store) -> None:
    starts = {line.index("sentiment@") for line in run("history", "sentiment").out.splitlines()}
    assert len(starts) == 1


def test_of_a_model_of_a_version_and_only_so_many(run: Run, lived: Store) -> None:
    assert len(run("history", "sentiment").out.splitlines()) == 5
    assert len(run("history", "sentiment@1.0.0").out.splitlines()) == 3
    assert len(run("history", "--limit", "2").out.splitlines()) == 2
    assert run("history", "sentimnet").code == 3
    assert run("history", "--limit", "0").code == 2


def test_since(run: Run, lived: Store) -> None:
    assert len(run("history", "--since", "today").out.splitlines()) == 7
    later = run("history", "--since", "2199-01-01")
    assert (later.code, later.out, later.err) == (0, "", "nothing happened since 2199-01-01\n")
    wrong = run("history", "--since", "nonsense")
    assert (wrong.code, "is no date" in wrong.err) == (4, True)


def test_as_json(run: Run, lived: Store) -> None:
    said = run("history", "--json").json
    assert [each["seq"] for each in said] == [7, 6, 5, 4, 3, 2, 1]
    assert (said[1]["overridden"], said[1]["gates"]["overruled"]) == (True, ["accuracy"])
    assert said[0]["rollback"] is True
    assert run("history", "--since", "2199-01-01", "--json").out == "[]\n"
    assert run("history", "--json", "--csv").code == 2


def test_as_csv(run: Run, lived: Store) -> None:
    raw = run("history", "--csv").out
    rows = list(csv.DictReader(io.StringIO(raw, newline=""), strict=True))
    assert [row["seq"] for row in rows] == ["7", "6", "5", "4", "3", "2", "1"]
    assert raw.count("\r\n") == 8
    assert "\n" not in raw.replace("\r\n", "")
    assert (rows[1]["overridden"], rows[1]["gates_passed"], rows[1]["gates_asked"]) == ("yes", "0", "1")
    assert (rows[0]["rollback"], rows[0]["reason"], rows[0]["model"]) == ("yes", "accuracy fell", "sentiment")
    assert rows[0]["hash"] == list(lived.events())[-1].hash
    assert rows[-1]["gates_asked"] == ""


@pytest.mark.parametrize(
    "reason",
    [
        "=cmd|' /C calc'!A0",
        "+1",
        "-1+1",
        "@SUM(A1)",
        " \t=1",
        "  =1",
        "＝1+1",
        "＠x",
        '"quoted", and; more',
        HOSTILE,
    ],
)
def test_no_cell_is_a_formula_or_leaves_its_place(run: Run, two: Store, reason: str) -> None:
    data = {"model": "sentiment", "version": "1.1.0", "note": "x"}
    with two._repository.writing():  # as someone who writes the journal himself
        two._repository.append(EventKind.NOTE, data, reason)
    raw = run("history", "--csv", "--limit", "1").out
    [row] = csv.DictReader(io.StringIO(raw, newline=""), strict=True)
    cell = row["reason"]
    assert not cell.lstrip().startswith(("=", "+", "-", "@", "＝", "＠", "\t", "\r"))
    assert not any(ord(char) < 32 or ord(char) == 127 or char == "\u202e" for char in cell)
    assert cell.removeprefix("'")[:4].strip()
    assert row["version"] == "1.1.0"
    assert row["hash"] == list(two.events())[-1].hash


def test_hostile_text_stays_on_its_line(run: Run, two: Store) -> None:
    two.promote("sentiment", "staging", reason=HOSTILE)
    two.note("sentiment", HOSTILE)
    for words in (("history",), ("history", "--csv"), ("at", "today")):
        shown = run(*words)
        assert "\x1b" not in shown.out + shown.err
        assert "\u202e" not in shown.out
    assert len(run("history").out.splitlines()) == 5


def test_a_large_store_is_only_glanced_at(run: Run, lived: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = run("history").out
    monkeypatch.setattr("mvtui.store.engine.snapshots._HEAD_FROM", 1)
    lived._repository.save_snapshot()
    assert (lived.root / "head.json").exists()
    opened = []
    monkeypatch.setattr("mvtui.store.open_store", lambda *_, **__: opened.append(1))
    assert run("history").out == whole
    assert opened == []


# -- on a terminal --------------------------------------------------------------------------------


@pytest.fixture
def columns(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A terminal; tests set its width."""
    monkeypatch.setattr(output, "is_tty", lambda stream: True)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("NO_COLOR", "1")
    output._locale_is_ascii.cache_clear()
    return monkeypatch


@pytest.mark.parametrize("wide", [40, 60, 80, 100, 200])
def test_nothing_is_cut_off_however_narrow(
    run: Run, lived: Store, columns: pytest.MonkeyPatch, wide: int
) -> None:
    reason = "a long story with " + "averylongword" * 9 + " and 模型版本 in it"
    lived.promote("sentiment@1.1.0", "archived", reason=reason)
    columns.setattr(table, "terminal_width", lambda: wide)
    lines = run("history").out.splitlines()
    assert max(map(width, lines)) <= wide or wide < 45
    squeezed = "".join("".join(lines).split())
    assert "".join(reason.split()) in squeezed
    assert sum(line[:4].strip().isdecimal() for line in lines) == 8
    assert all(line.startswith(" " * 6) for line in lines if not line[:4].strip().isdecimal())


def test_what_must_not_be_overlooked_has_a_sign_a_word_and_a_colour(lived: Store) -> None:
    back, forced, plain = (list(ledger.story(entry, ascii_only=False)) for entry in lived.history(limit=3))
    assert back[0] == ("↩ ROLLBACK", ("bold", "yellow"))
    assert forced[0] == ("! OVERRIDDEN accuracy", ("bold", "red"))
    assert plain[0][1] == ()
    ascii_only = [text for entry in lived.history() for text, _ in ledger.story(entry, ascii_only=True)]
    assert all(text.isascii() for text in ascii_only)
    assert "r ROLLBACK" in ascii_only


def test_many_events_stream_in_columns_that_only_grow(lived: Store) -> None:
    entries = list(lived.history())
    lines = ledger_lines.LedgerLines()

    class Endless:
        def __iter__(self) -> Endless:
            return self

        def __next__(self) -> LedgerEntry:
            return entries[0]

    written: list[str] = []

    class EnoughError(Exception):
        pass

    def data(text: str) -> None:
        written.append(text)
        if len(written) == 3:
            raise EnoughError

    output_data, output.data = output.data, data
    try:
        with pytest.raises(EnoughError):
            lines.write(Endless())
    finally:
        output.data = output_data
    assert len(written) == 3


# -- at -------------------------------------------------------------------------------------------


def test_what_was_in_production_then(run: Run, lived: Store) -> None:
    shown = run("at", "today")
    assert shown.out.splitlines()[1].split()[:2] == ["sentiment", "1.1.0"]
    assert "rollback" in shown.out
    assert "accuracy fell" in shown.out
    moves = lived.transitions("sentiment")
    forced = run("history", "--json").json[1]["at"]  # to the microsecond
    assert moves[1].overridden
    said = run("at", forced, "--json").json
    assert [each["version"] for each in said["production"]] == ["1.0.0"]
    assert said["production"][0]["since"]["overridden"] is True


def test_an_override_in_production_is_told(run: Run, lived: Store) -> None:
    lived.promote("sentiment@1.0.0", "production", reason="again", override=True)
    assert "promote, OVERRIDDEN" in run("at", "today").out


def test_before_anything_nothing_was(run: Run, lived: Store) -> None:
    early = run("at", "2020-01-01")
    assert (early.code, early.out) == (0, "")
    assert early.err.startswith("nothing in production on 2020-01-01 23:59")
    assert run("at", "2020-01-01", "sentiment").err.startswith("sentiment had nothing in production on")
    assert run("at", "2020-01-01", "--json").json == {
        "at": run("at", "2020-01-01", "--json").json["at"],
        "production": [],
    }


def test_what_is_to_come_is_told_as_now(run: Run, lived: Store) -> None:
    shown = run("at", "2199-01-01")
    assert shown.err.startswith("2199-01-01 is still to come: this is now\n")
    assert "sentiment" in shown.out
    assert "still to come" not in run("at", "today").err
    said = run("at", "2199-01-01", "--json")
    assert said.err == ""
    assert said.json["at"] < "2199"


def test_at_of_what_is_not_there(run: Run, lived: Store) -> None:
    assert run("at", "today", "nobody").code == 3
    assert run("at", "whenever").code == 4
    assert run("at").code == 2


def test_asking_writes_nothing(run: Run, lived: Store) -> None:
    def everything() -> list[tuple[str, int]]:
        return sorted((str(p), p.lstat().st_mtime_ns) for p in Path(lived.root).rglob("*"))

    before = everything()
    for words in (("history",), ("history", "sentiment", "--csv"), ("at", "today"), ("at", "7d", "--json")):
        assert run(*words).code == 0
    assert everything() == before
    assert json.loads(run("history", "--json", "--limit", "1").out)
