"""``mvtui promote``: one line when it moves, every gate's answer when it doesn't."""

from __future__ import annotations

from pathlib import Path

import pytest
from mvtui.store import Store

from ...people import become
from .conftest import Run

HIGH = '[[gate]]\nstage = "production"\nmetric = "accuracy"\nmin = 0.95\n'
HOSTILE = "a\x1b]0;x\x07\u202eb\nc" + "z" * 10_000


def configure(store: Store, text: str) -> None:
    (store.root / "config.toml").write_text(text)


def test_one_step_on_is_one_line(run: Run, two: Store) -> None:
    moved = run("promote", "sentiment@1.0.0", "--reason", "eval on Q4")
    assert (moved.code, moved.out) == (0, "sentiment@1.0.0\n")
    assert moved.err == "sentiment@1.0.0: · none → ○ staging\nundo with: mvtui undo\n"
    assert run("promote", "sentiment@1.0.0", "--reason", "x").err.startswith(
        "sentiment@1.0.0: ○ staging → ◐ validation\n"
    )
    assert two.get("sentiment@1.0.0").stage == "validation"
    assert two.transitions("sentiment")[-1].reason == "eval on Q4"


def test_what_is_replaced_is_told(run: Run, two: Store) -> None:
    run("promote", "sentiment@1.0.0", "--to", "production", "--reason", "first")
    moved = run("promote", "sentiment@1.1.0", "--to", "Production", "--reason", "better")
    assert "· none → ● production, replacing 1.0.0 (▪ archived)" in moved.err
    assert two.get("sentiment@production").version == "1.1.0"


@pytest.mark.parametrize(
    ("to", "stage", "told"),
    [("archived", "archived", "● production → ▪ archived"), ("none", None, "● production → · none")],
)
def test_out_of_production(to: str, stage: str | None, told: str, run: Run, two: Store) -> None:
    two.promote("sentiment@1.0.0", "production", reason="x")
    assert told in run("promote", "sentiment@1.0.0", "--to", to, "--reason", "off").err
    assert two.get("sentiment@1.0.0").stage == stage


def test_json_is_the_transition(run: Run, two: Store) -> None:
    moved = run("promote", "sentiment@1.0.0", "--reason", "x", "--json")
    assert moved.err == ""
    assert {k: moved.json[k] for k in ("version", "from", "to", "how", "reason", "dry_run", "notices")} == {
        "version": "1.0.0",
        "from": None,
        "to": "staging",
        "how": "promote",
        "reason": "x",
        "dry_run": False,
        "notices": [],
    }


@pytest.mark.parametrize("words", [(), ("--reason", ""), ("--reason", " \n")])
def test_without_a_reason_nothing_moves(words: tuple[str, ...], run: Run, two: Store) -> None:
    failed = run("promote", "sentiment@1.0.0", *words)
    assert (failed.code, failed.out) == (2, "")
    assert failed.err == 'error: moving a version needs a reason\nhint: Say why: --reason "…"\n'
    assert two.transitions() == ()


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("sentiment@1.0.0", "--to", "prodution"), 4, "did you mean: production"),
        (("sentiment@9.0.0",), 3, "9.0.0"),
        (("sentiment@1.0.0", "--to", "none"), 5, "is in no stage"),
    ],
)
def test_what_can_not_be_is_said(words: tuple[str, ...], code: int, told: str, run: Run, two: Store) -> None:
    failed = run("promote", *words, "--reason", "x")
    assert failed.code == code
    assert told in failed.err
    assert two.transitions() == ()


def test_a_gate_stops_it_and_each_answer_is_listed(run: Run, two: Store) -> None:
    configure(two, HIGH + 'require = ["parent", "safe-pickle"]\nmetrics = ["accuracy"]\n')
    failed = run("promote", "sentiment@1.1.0", "--to", "production", "--reason", "x")
    assert (failed.code, failed.out) == (11, "")
    lines = failed.err.splitlines()
    assert lines[:4] == [
        "  ✗ accuracy         0.91, at least 0.95 asked",
        "  ✓ metric accuracy  0.91",
        "  ✗ parent           nobody said what it came from",
        "  ✓ safe-pickle      there are no pickles",
    ]
    assert lines[4].startswith("error: sentiment@1.1.0 may not enter production: accuracy fails")
    assert lines[5].startswith("hint: ")
    assert len(lines) == 6
    assert two.get("sentiment@1.1.0").stage is None


def test_the_answers_are_in_the_json_of_the_error(run: Run, two: Store) -> None:
    configure(two, HIGH)
    error = run("promote", "sentiment@1.1.0", "--to", "production", "--reason", "x", "--json").error
    assert (error["code"], error["kind"]) == (11, "GateError")
    (answer,) = error["gates"]
    assert (answer["gate"], answer["outcome"]) == ("accuracy", "fail")
    assert answer["values"] == {"value": 0.91, "metric": "accuracy", "min": 0.95}


def test_other_errors_have_no_gates(run: Run, two: Store) -> None:
    assert "gates" not in run("promote", "nobody", "--reason", "x", "--json").error


def test_overriding_is_for_whom_the_config_lists(
    run: Run, two: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(two, HIGH + '[access]\noverride = ["ann"]\n')
    words = ("promote", "sentiment@1.1.0", "--to", "production", "--reason", "outage", "--override")
    become(monkeypatch, "bob")
    failed = run(*words)
    assert failed.code == 12
    assert "bob may not override gates" in failed.err
    become(monkeypatch, "ann")
    tried = run(*words, "--dry-run")
    assert "OVERRIDDEN accuracy" in tried.out
    assert two.transitions() == ()
    done = run(*words)
    assert done.code == 0
    assert done.err.splitlines()[0] == "sentiment@1.1.0: · none → ● production, OVERRIDDEN accuracy"
    assert run(*words[:4], "--reason", "x", "--json").code == 5


def test_where_gates_pass_overriding_leaves_no_mark(run: Run, two: Store) -> None:
    configure(two, HIGH.replace("0.95", "0.5"))
    done = run("promote", "sentiment@1.1.0", "--to", "production", "--reason", "x", "--override")
    assert "1 of 1 gate passes" in done.err
    assert "OVERRIDDEN" not in done.err
    assert two.get("sentiment@1.1.0").overridden == ()


def test_a_dry_run_is_data_and_changes_nothing(run: Run, two: Store) -> None:
    two.promote("sentiment@1.0.0", "production", reason="x")
    tried = run("promote", "sentiment@1.1.0", "--to", "production", "--dry-run")
    assert tried.code == 0
    assert tried.out == "would move sentiment@1.1.0: · none → ● production, replacing 1.0.0 (▪ archived)\n"
    told = run("promote", "sentiment@1.1.0", "--dry-run", "--json").json
    assert (told["dry_run"], told["seq"], told["to"]) == (True, 0, "staging")
    assert two.get("sentiment@production").version == "1.0.0"
    assert len(two.transitions()) == 1
    configure(two, HIGH)
    assert run("promote", "sentiment@1.1.0", "--to", "production", "--dry-run").code == 11


def test_a_config_that_waits_to_be_accepted_is_told(
    run: Run, two: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    become(monkeypatch, "ann")
    configure(two, HIGH + '[access]\nconfig = ["bob"]\n')
    run("promote", "sentiment@1.0.0", "--reason", "the first use of it")
    configure(two, "")
    failed = run("promote", "sentiment@1.0.0", "--to", "production", "--reason", "gates are gone")
    assert failed.code == 11
    moved = run("promote", "sentiment@1.0.0", "--reason", "x")
    assert moved.code == 0
    assert "\nnote: config.toml says other gates" in moved.err
    assert "mvtui config --accept" in moved.err


@pytest.mark.parametrize("as_json", [(), ("--json",)])
def test_hostile_text_reaches_no_terminal(
    as_json: tuple[str, ...], run: Run, two: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    label = HOSTILE[:60].replace("\n", "")
    escaped = "".join(c if c.isprintable() and c.isascii() else f"\\u{ord(c):04x}" for c in label)
    configure(
        two,
        f'[[gate]]\nstage = "staging"\nmetric = "{escaped}"\nmin = 1\n[[gate]]\nstage = "validation"\nmin = 0\nmetric = "accuracy"\n',
    )
    for words in (("promote", "sentiment@1.0.0"), ("gates", "sentiment@1.0.0")):
        told = run(*words, *(("--reason", "x") if words[0] == "promote" else ()), *as_json)
        assert told.code == 11
        assert not {"\x1b", "\x07", "\u202e"} & set(told.out + told.err)
    done = run("promote", "sentiment@1.0.0", "--to", "validation", "--reason", HOSTILE[:1500], *as_json)
    assert done.code == 0
    assert not {"\x1b", "\x07", "\u202e"} & set(done.out + done.err)
    become(monkeypatch, "ann")
    with (two.root / "config.toml").open("a") as file:
        file.write('[access]\noverride = ["ann"]\n')
    over = run("promote", "sentiment@1.1.0", "--reason", "x", "--override", *as_json)
    assert over.code == 0
    assert not {"\x1b", "\x07", "\u202e"} & set(over.out + over.err)


def test_a_reason_may_be_long_but_not_endless(run: Run, two: Store) -> None:
    failed = run("promote", "sentiment@1.0.0", "--reason", "z" * 10_000)
    assert failed.code == 4
    assert two.transitions() == ()
    assert run("promote", "sentiment@1.0.0", "--reason", "z" * 1900).code == 0


def test_stages_complete(run: Run, two: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def complete(line: str) -> str:
        monkeypatch.setenv("_MVTUI_COMPLETE", "bash_complete")
        monkeypatch.setenv("COMP_WORDS", line)
        monkeypatch.setenv("COMP_CWORD", "0")
        return run().out

    assert complete("mvtui promote sentiment --to ").split() == [
        f"plain,{stage}" for stage in ("staging", "validation", "production", "archived", "none")
    ]
    assert complete("mvtui gates sentiment --to pr").split() == ["plain,production"]


def test_the_store_is_found_and_told_as_for_any_command(run: Run, tmp_path: Path) -> None:
    failed = run("promote", "sentiment", "--reason", "x", "--store", str(tmp_path / "none"))
    assert failed.code == 3
