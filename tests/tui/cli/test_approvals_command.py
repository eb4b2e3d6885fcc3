"""``mvtui approve``, ``reject``, ``request``, ``withdraw``, ``inbox``: what was recorded, and whether it counts."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from mvtui.store import Store

from ...people import become
from .conftest import Run

GATE = '[[gate]]\nstage = "production"\napprovals = 1\nby = ["ann", "bob"]\n'
WHERE = ("sentiment@1.0.0", "--to", "production")


@pytest.fixture
def asked(store: Store, model: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A store with ann's sentiment@1.0.0, whose way into production needs bob; bob acts."""
    become(monkeypatch, "ann")
    store.register("sentiment", model)
    (store.root / "config.toml").write_text(GATE)
    become(monkeypatch, "bob")
    return store


def test_an_approval_is_told_with_where_they_stand(run: Run, asked: Store) -> None:
    said = run("approve", *WHERE, "--reason", "read the errors")
    assert (said.code, said.out) == (0, "sentiment@1.0.0\n")
    assert said.err == "approved sentiment@1.0.0 for ● production\n  ✓ approvals  1 of 1 (bob)\n"
    (approval,) = asked.approvals("sentiment")
    assert (approval.by, approval.verdict, approval.reason) == ("bob", "approve", "read the errors")


def test_one_that_does_not_count_is_recorded_with_a_warning(
    run: Run, asked: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    become(monkeypatch, "ann")
    said = run("approve", *WHERE)
    assert said.code == 0
    assert (
        "warning: it doesn't count: it is the author's own\nhint: mvtui gates sentiment@1.0.0 --to production"
        in said.err
    )
    assert "✗ approvals" not in said.err
    told = run("approve", *WHERE, "--json")
    assert (told.json["counts"], told.json["why"]) == (False, "it is the author's own")
    assert told.err == ""


def test_a_rejection_needs_a_reason_and_is_loud(run: Run, asked: Store) -> None:
    assert run("reject", *WHERE).code == 2
    assert asked.approvals("sentiment") == ()
    said = run("reject", *WHERE, "--reason", "fails on fr")
    assert said.err.startswith("REJECTED sentiment@1.0.0 for ● production\n")
    assert "✗ approvals  bob rejects it: fails on fr" in said.err


def test_what_was_said_can_be_withdrawn_once(run: Run, asked: Store) -> None:
    assert run("withdraw", *WHERE).code == 5
    run("approve", *WHERE)
    assert run("withdraw", *WHERE).err.startswith(
        "withdrew the verdict on sentiment@1.0.0 for ● production\n"
    )
    assert run("withdraw", *WHERE).code == 5
    assert run("gates", *WHERE).code == 11


def test_a_request_waits_in_the_inbox_of_those_who_could(
    run: Run, asked: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    become(monkeypatch, "ann")
    requested = run("request", *WHERE, "--reason", "for the release")
    assert requested.err == (
        "asked for approval of sentiment@1.0.0 for ● production\n"
        "  ✗ approvals  0 of 1; asked of bob\n"
        "it waits for bob: mvtui inbox\n"
    )
    mine = run("inbox")
    assert (mine.code, mine.out, mine.err) == (0, "", "nothing waits for ann\n")
    theirs = run("inbox", "--person", "bob")
    head, line = theirs.out.splitlines()
    assert head.split() == ["VERSION", "FOR", "ASKED", "BY", "AGE", "GATES", "WHY"]
    assert [cell.strip() for cell in line.split("  ") if cell.strip()] == [
        *("sentiment@1.0.0", "● production", "ann", "now", "0 of 1 gate passes", '"for the release"')
    ]
    become(monkeypatch, "bob")
    (row,) = run("inbox", "--json").json
    assert (row["version"], row["stage"]) == ("sentiment@1.0.0", "production")
    assert (row["request"]["by"], row["request"]["reason"]) == ("ann", "for the release")
    assert [gate["outcome"] for gate in row["gates"]] == ["fail"]
    run("approve", *WHERE)
    assert run("inbox").err == "nothing waits for bob\n"
    assert run("inbox", "--json").json == []


def test_where_no_gate_asks_a_request_reaches_nobody(run: Run, asked: Store) -> None:
    said = run("request", "sentiment@1.0.0", "--to", "staging")
    assert "warning: it doesn't count: no gate of staging asks for approvals" in said.err
    assert "it waits for" not in said.err


@pytest.mark.parametrize("verb", ["approve", "reject", "request", "withdraw"])
def test_what_is_no_stage_for_approvals_is_refused(verb: str, run: Run, asked: Store) -> None:
    assert run(verb, "sentiment", "--to", "archived", "--reason", "x").code == 5
    assert run(verb, "sentiment", "--to", "prod", "--reason", "x").code == 4
    assert run(verb, "nobody", "--reason", "x").code == 3
    assert asked.approvals("sentiment") == ()


def test_hostile_names_and_reasons_reach_no_terminal(
    run: Run, asked: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    hostile = "m\x1b[2Jal\u202elory\x07\n\x9b31m"
    become(monkeypatch, hostile)
    said = [run("request", *WHERE, "--reason", hostile), run("approve", *WHERE, "--reason", hostile * 20)]
    said += [run("gates", *WHERE), run("show", "sentiment"), run("inbox"), run("inbox", "--person", "bob")]
    said += [run("reject", *WHERE, "--reason", hostile), run("withdraw", *WHERE, "--reason", hostile)]
    for one in said:
        assert not {"\x1b", "\x07", "\u202e", "\x9b"} & set(one.out + one.err), one


@pytest.mark.skipif(not shutil.which("ssh-keygen"), reason="needs OpenSSH")
def test_an_approval_can_be_signed(
    run: Run, asked: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MVTUI_SSH_KEY", raising=False)
    (asked.root / "config.toml").write_text(GATE + "signed = true\n")
    unsigned = run("approve", *WHERE).err
    assert "it is not signed" in unsigned
    assert "hint: mvtui approve sentiment@1.0.0 --to production --sign counts" in unsigned
    assert f"{asked.root}/allowed_signers" in unsigned
    missing = run("approve", *WHERE, "--sign")
    assert missing.code == 3
    assert "ssh-keygen -t ed25519" in missing.err
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    (asked.root / "allowed_signers").write_text(f"bob {(tmp_path / 'key.pub').read_text()}")
    said = run("approve", *WHERE, "--key", str(key))
    assert said.err.startswith("approved sentiment@1.0.0 for ● production, signed\n")
    assert "doesn't count" not in said.err
    assert "  ✓ bob  approves  now  signed by bob\n" in run("gates", *WHERE).out
    monkeypatch.setenv("MVTUI_SSH_KEY", str(key))
    assert "signed" in run("reject", *WHERE, "--sign", "--reason", "no").err
