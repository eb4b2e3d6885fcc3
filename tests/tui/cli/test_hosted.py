"""Hosted models on the command line: registered, listed, replaced, warned of."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from mvtui.store import Store

from tests.tui.cli.conftest import Run

SOON = (datetime.now(UTC).date() + timedelta(days=30)).isoformat()
ONE = ("--provider", "acme", "--model", "one-2031-01-01")
TWO = ("--provider", "acme", "--model", "two-latest")


def test_it_is_registered_without_files(run: Run, store: Store) -> None:
    done = run(
        *("register", "chat", "--kind", "hosted", *ONE, "--endpoint", "https://host/v1"),
        *("--param", "temperature=0.2", "--param", 'stop=["a", "b"]', "--param", "response_format/type=text"),
    )
    assert (done.code, done.out) == (0, "chat@1.0.0\n")
    assert "as hosted, acme one-2031-01-01, first version" in done.err
    assert store.hosted("chat").params == {
        "temperature": 0.2,
        "stop": ["a", "b"],
        "response_format": {"type": "text"},
    }
    assert run("ls", "param.provider=acme", "--json").json[0]["version"] == "1.0.0"


def test_parameters_come_from_a_file_as_well(run: Run, store: Store) -> None:
    Path("call.yaml").write_text("temperature: 0.1\nresponse_format:\n  type: json_object\nstop: [x]\n")
    assert run("register", "chat", *ONE, "--params-file", "call.yaml").code == 0
    assert store.hosted("chat").params == {
        "temperature": 0.1,
        "response_format": {"type": "json_object"},
        "stop": ["x"],
    }


@pytest.mark.parametrize(
    ("words", "code", "problem"),
    [
        (["--provider", "acme"], 2, "--model is missing"),
        (["--model", "x"], 2, "--provider is missing"),
        (["--endpoint", "https://h"], 2, "an endpoint of what"),
        ([], 2, "nothing to register"),
        (["--kind", "hosted"], 4, "not made of files"),
        ([*ONE, "--each"], 2, "--each and --provider contradict"),
        ([*ONE, "file.bin"], 2, "not made of files"),
        (["file.bin", "--retires", "2040-01-01"], 2, "only a hosted model is retired"),
        ([*ONE, "--retires", "soon"], 4, "no day"),
        ([*ONE, "--retires", "2020-01-01"], 5, "was retired on 2020-01-01"),
        ([*ONE, "--endpoint", "https://u:secretpw@h/"], 4, "credentials"),
        ([*ONE, "--param", "api_key=sk-proj-abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"], 4, "a secret"),
        ([*ONE, "--replaces", "chat"], 2, "no reason was given"),
        ([*ONE, "--reason", "x"], 2, "why something is replaced"),
        (["--provider", "acme", "--model", ""], 4, "model is empty"),
        (["--provider", "openai", "--model", "gpt-4-0314"], 5, "developers.openai.com"),
    ],
)
def test_what_can_not_be_is_refused(
    run: Run, store: Store, words: list[str], code: int, problem: str
) -> None:
    Path("file.bin").write_bytes(b"a")
    done = run("register", "chat", *words)
    assert (done.code, problem in done.err) == (code, True), done.err
    assert "secretpw" not in done.err
    assert store.models() == []


def test_lists_flag_what_moves_and_what_ends(run: Run, store: Store) -> None:
    run("register", "chat", *ONE, "--retires", SOON)
    moving = run("register", "chat", *TWO)
    assert "is a floating alias" in moving.err
    run("register", "gone", *ONE, "--retires", "2020-01-01", "--force")
    told = run("ls").out.splitlines()
    assert "MODEL" in told[0]
    by_ref = {line.split()[0]: line for line in told[1:]}
    assert "acme one-2031-01-01" in by_ref["chat@1.0.0"]
    assert "retires in 30 days" in by_ref["chat@1.0.0"]
    assert "floating" in by_ref["chat@1.1.0"]
    assert "RETIRED" in by_ref["gone@1.0.0"]
    rows = {row["version"]: row["hosted"] for row in run("ls", "chat", "--json").json}
    assert (rows["1.0.0"]["days_left"], rows["1.0.0"]["floating"]) == (30, False)
    assert (rows["1.1.0"]["retires"], rows["1.1.0"]["floating"]) == (None, True)


def test_files_alone_have_no_column_of_hosted_models(run: Run, two: Store) -> None:
    assert "MODEL" not in run("ls").out
    assert "hosted" not in run("ls", "--json").json[0]


def test_an_upgrade_is_one_step_to_be_reviewed(run: Run, store: Store) -> None:
    run("register", "chat", *ONE, "--param", "temperature=0.2", "--metric", "accuracy=0.81")
    run("promote", "chat", "--to", "production", "--reason", "first")
    done = run(
        *("register", "chat", *TWO, "--param", "temperature=0.2", "--metric", "accuracy=0.86"),
        *("--replaces", "chat@production", "--reason", "fewer wrong answers"),
    )
    assert "minor: model one-2031-01-01 → two-latest" in done.err
    told = run("show", "chat").out
    assert 'replaces chat@1.0.0: "fewer wrong answers"' in told
    assert "0.81" in told
    assert "▲ better" in told
    assert "model    acme two-latest  floating" in told
    against = run("diff", "chat", "--against", "replaced").out
    assert "chat@1.1.0 against chat@1.0.0 (which it takes the place of)" in against
    assert "model  model one-2031-01-01 → two-latest" in against
    assert "hosted.json" in against
    assert '"two-latest"' not in against, "the descriptor is told once, by the parameters"
    assert run("promote", "chat@1.1.0", "--to", "production", "--reason", "better").code == 0
    assert run("rollback", "chat", "--reason", "worse").code == 0
    assert run("history", "chat@1.1.0").out.count("fewer wrong answers") == 1
    edge = run("show", "chat@1.1.0", "--json").json["edges"][0]
    assert (edge["type"], edge["ref"], edge["reason"]) == ("replaces", "chat@1.0.0", "fewer wrong answers")


def test_what_it_replaced_may_be_gone(run: Run, store: Store) -> None:
    run("register", "chat", *ONE)
    run("register", "chat", *TWO, "--replaces", "chat@1.0.0", "--reason", "newer")
    assert run("delete", "chat@1.0.0", "--reason", "old").code == 0
    told = run("show", "chat").out
    assert "was deleted" in told
    assert '"newer"' in told


def test_doctor_warns_of_what_production_stands_on(run: Run, store: Store) -> None:
    run("register", "chat", *ONE, "--retires", SOON)
    assert "hosted" not in run("doctor").out, "it is not in production"
    run("promote", "chat", "--to", "production", "--reason", "x")
    done = run("doctor")
    assert (done.code, "will be retired in 30 days" in done.out) == (0, True)
    assert "--replaces chat@1.0.0" in done.out
    run("tag", "chat", "retires=2020-01-01")
    done = run("doctor")
    assert (done.code, "was retired on 2020-01-01" in done.out) == (8, True)
    assert run("tag", "chat", "retires=never").code == 4


def test_show_says_by_whose_word_it_ends(run: Run, store: Store) -> None:
    run("register", "chat", "--provider", "openai", "--model", "gpt-4-0314", "--force")
    told = run("show", "chat").out
    assert "model    openai gpt-4-0314  snapshot" in told
    assert "RETIRED" in told
    assert "https://developers.openai.com/api/docs/deprecations, reviewed" in told
    run("tag", "chat", f"retires={SOON}")
    assert "source   the tag retires" in run("show", "chat").out
    found = run("show", "chat", "--json").json["hosted"]
    assert (found["said_by"], found["days_left"]) == ("tag", 30)


def test_hostile_names_are_made_safe(run: Run, store: Store) -> None:
    done = run("register", "chat", "--provider", "acme", "--model", "\x1b[2Jx")
    assert (done.code, "\x1b[2J" in done.err) == (4, False)
    (store.root / "hosted.toml").write_text(
        '[acme.models]\n"one-2031-01-01" = { successor = "\\u001b[2J", retires = 2020-01-01 }\n'
    )
    run("register", "chat", *ONE, "--force")
    run("promote", "chat", "--to", "production", "--reason", "x")
    told = "".join(run(*words).out for words in (["ls"], ["show", "chat"], ["doctor"]))
    assert "\x1b[2J" not in told


def test_what_says_nothing_of_weights_is_told_otherwise(run: Run, store: Store) -> None:
    run("register", "chat", *TWO, "--retires", SOON)
    (store.root / "config.toml").write_text('[[gate]]\nstage = "production"\nrequire = ["finite-weights"]\n')
    done = run("gates", "chat", "--to", "production")
    assert (done.code, "a hosted model has no weights" in done.out) == (0, True)
    Path("prompt.md").write_text("x")
    run("register", "bot", "prompt.md")
    assert "a prompt has no weights" in run("gates", "bot", "--to", "production").out
    assert "a hosted model: acme two-latest" in run("inspect", "chat").err
    assert "mvtui prompt bot@1.0.0" in run("inspect", "bot").err


def test_doctor_of_one_asks_for_what_a_hosted_model_can_have(run: Run, store: Store) -> None:
    run("register", "chat", *TWO, "--retires", SOON)
    told = run("doctor", "chat").out
    assert "floating alias" in told
    assert "will be retired in 30 days" in told
    assert "git" not in told
    assert "command" not in told
