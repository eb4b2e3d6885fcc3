"""``mvtui bundle``, and what the other commands say of bundles."""

from __future__ import annotations

from pathlib import Path

import pytest
from mvtui.store import Store

from tests.tui.cli.conftest import Run


@pytest.fixture
def parts(store: Store) -> Store:
    """A model, two wordings of a prompt, a bundle of the first, and a file for it."""
    for name, content in (
        ("chat.bin", "weights"),
        ("1.md", "Hello"),
        ("2.md", "Good day"),
        ("agent.yaml", "tools: []"),
    ):
        Path(name).write_text(content)
    store.register("chat", "chat.bin", version="2.1.0")
    for name in ("1.md", "2.md"):
        Path("p.md").write_text(Path(name).read_text())
        store.register("support", "p.md", kind="prompt")
    return store


ADD = ("--add", "model=chat@2.1.0", "--add", "prompt=support@1.0.0", "--add", "config=agent.yaml")


def test_versions_become_one(run: Run, parts: Store) -> None:
    done = run("bundle", "agent", *ADD, "--note", "first")
    assert (done.code, done.out) == (0, "agent@1.0.0\n")
    assert "as bundle, " in done.err
    assert "4 files, first version" in done.err
    again = run("bundle", "agent", "--from", "agent@1.0.0", "--add", "prompt=support@1.0.1", "--json")
    row = again.json
    assert (row["version"], row["bump"]) == ("1.0.1", "patch: prompt support@1.0.0 → support@1.0.1")
    assert row["members"] == {"model": "chat@2.1.0", "prompt": "support@1.0.1"}


def test_show_and_ls_say_what_became_of_members(run: Run, parts: Store) -> None:
    run("bundle", "agent", *ADD)
    quiet = run("ls", "agent").out
    assert "archived" not in quiet
    parts.promote("support@1.0.0", "production", reason="so")
    parts.promote("support@1.0.1", "production", reason="better")
    shown = [" ".join(line.split()) for line in run("show", "agent").out.splitlines()]
    at = shown.index("members")
    assert shown[at + 1 : at + 3] == [
        "model chat@2.1.0 weights",
        "prompt support@1.0.0 prompt ▪ archived production has support@1.0.1",
    ]
    assert not [line for line in shown if "composed-of" in line]
    assert "! prompt archived" in run("ls", "agent").out
    states = run("show", "agent", "--json").json["member_states"]
    assert [(state["role"], state["trouble"]) for state in states] == [
        ("model", None),
        ("prompt", "archived"),
    ]
    assert "prompt support@1.0.0 is archived" in run("gates", "agent", "--to", "staging").err


def test_diff_goes_into_what_differs(run: Run, parts: Store) -> None:
    run("bundle", "agent", *ADD)
    run("bundle", "agent", "--from", "agent", "--add", "prompt=support@1.0.1", "--drop", "config")
    out = run("diff", "agent@1.0.0", "agent@2.0.0").out
    assert "\nprompt  support@1.0.0 → support@1.0.1\n" in out
    inner = out.partition("\nprompt  support@1.0.0")[2]
    assert "workflow  p.md changed" in inner
    (changes,) = run("diff", "agent@1.0.0", "agent@2.0.0", "--json").json["members"]
    assert [(change["role"], change["after"]) for change in changes] == [("prompt", "support@1.0.1")]
    assert changes[0]["comparison"]["changes"][0]["classes"][0]["of"] == "workflow"
    run("bundle", "other", "--add", "model=chat")
    assert "\nprompt  support@1.0.0 removed\n" in run("diff", "agent@1.0.0", "other").out


def test_bundles_in_bundles_are_compared_to_the_bottom(run: Run, parts: Store) -> None:
    run("bundle", "agent", *ADD)
    run("bundle", "agent", "--from", "agent", "--add", "prompt=support@1.0.1")
    for number in ("1.0.0", "1.0.1"):
        assert run("bundle", "suite", "--add", f"bot=agent@{number}").code == 0
    out = run("diff", "suite@1.0.0", "suite@1.0.1").out
    assert out.index("\nbot  agent@1.0.0 → agent@1.0.1") < out.index(
        "\nprompt  support@1.0.0 → support@1.0.1"
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "at least one version"),
        (("--add", "model"), "'model' says not what to add as what"),
        (("--add", "=chat"), "says not what to add as what"),
        (("--add", "model=chat", "--add", "model=support"), "two things are added as model"),
        (("--add", "model=chta"), "there is no model 'chta'"),
        (("--add", "model=chat", "--version", "1.0.0", "--bump", "minor"), "contradict each other"),
        (("--from", "chat"), "is no bundle"),
    ],
)
def test_what_can_not_be(run: Run, parts: Store, words: tuple[str, ...], said: str) -> None:
    done = run("bundle", "agent", *words)
    assert done.code != 0
    assert said in done.err
    assert "Traceback" not in done.err


def test_hostile_names_stay_harmless(run: Run, parts: Store) -> None:
    done = run("bundle", "agent", "--add", "m\x1b[2Jodel=chat")
    assert "\x1b" not in done.err
    assert done.code != 0
