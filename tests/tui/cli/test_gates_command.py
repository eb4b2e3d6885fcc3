"""``mvtui gates``: what stops a version, who approves, who still could."""

from __future__ import annotations

import pytest
from mvtui.store import Store

from ...people import become
from .conftest import Run

GATES = """
[[gate]]
stage = "production"
metric = "accuracy"
within = "1%"

[[gate]]
stage = "production"
approvals = 2
by = ["ann", "bob", "eve"]
"""


@pytest.fixture
def guarded(store: Store, model: object, monkeypatch: pytest.MonkeyPatch, two: Store) -> Store:
    """A store in which ann's sentiment@1.1.0 may enter production with the approval of two others."""
    (two.root / "config.toml").write_text(GATES)
    return two


def test_every_gate_is_listed_and_the_code_says_whether_they_pass(run: Run, guarded: Store) -> None:
    shown = run("gates", "sentiment@1.1.0", "--to", "production")
    assert shown.code == 11
    assert shown.out == (
        "sentiment@1.1.0  · none → ● production\n"
        "  ✓ accuracy vs production  nothing is in production to compare with\n"
        "  ✗ approvals               0 of 2\n"
        "\n"
        "could still approve: ann, bob, eve\n"
    )
    assert shown.err == "1 gate fails\n"
    assert guarded.transitions() == ()


def test_without_gates_nothing_stops_it(run: Run, two: Store) -> None:
    shown = run("gates", "sentiment@1.1.0")
    assert (shown.code, shown.out) == (0, "sentiment@1.1.0  · none → ○ staging\n")
    assert shown.err == "no gate guards staging of sentiment\n"


def test_approvals_are_listed_with_why_one_does_not_count(
    run: Run, guarded: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    for person in ("bob", "joe"):
        become(monkeypatch, person)
        guarded.approve("sentiment@1.1.0", "production", reason=f"{person} read it")
    shown = run("gates", "sentiment@1.1.0", "--to", "production").out
    assert shown.endswith(
        "  ✗ approvals               1 of 2 (bob)\n"
        "\n"
        "approvals\n"
        '  ✓ bob  approves  now  "bob read it"\n'
        '  — joe  approves  now  doesn\'t count: joe is not among ann, bob, eve  "joe read it"\n'
        "could still approve: ann, eve\n"
    )
    (guarded.root / "config.toml").write_text(GATES.replace("1%", "2%"))
    shown = run("gates", "sentiment@1.1.0", "--to", "production").out
    assert "  — bob  approves  now  doesn't count: the gates have changed since" in shown


def test_a_rejection_stands_out(run: Run, guarded: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    for person in ("ann", "bob"):
        become(monkeypatch, person)
        guarded.approve("sentiment@1.1.0", "production")
    assert run("gates", "sentiment@1.1.0", "--to", "production").code == 0
    become(monkeypatch, "eve")
    guarded.reject("sentiment@1.1.0", "production", reason="fails on fr")
    shown = run("gates", "sentiment@1.1.0", "--to", "production")
    assert shown.code == 11
    assert "  ✗ approvals               2 of 2 (ann, bob), and 1 person against it\n" in shown.out
    assert '  ✗ eve  REJECTS   now  "fails on fr"\n' in shown.out


def test_hashing_can_be_left_out(run: Run, two: Store) -> None:
    (two.root / "config.toml").write_text('[[gate]]\nstage = "staging"\nverified = "now"\n')
    without = run("gates", "sentiment@1.1.0", "--no-verify")
    assert without.code == 11
    assert without.err == "1 gate can't be told; promoting hashes the bytes first\n"
    assert run("gates", "sentiment@1.1.0").code == 0


def test_so_can_reading_the_weights(run: Run, two: Store) -> None:
    (two.root / "config.toml").write_text('[[gate]]\nstage = "staging"\nrequire = ["finite-weights"]\n')
    without = run("gates", "sentiment@1.1.0", "--no-verify")
    assert without.code == 11
    assert without.err == "1 gate can't be told; promoting reads the bytes first\n"
    looked = run("gates", "sentiment@1.1.0")
    assert looked.code == 11
    assert "no tensors were found in its files" in looked.out
    assert looked.err == "1 gate can't be told\n"


def test_json_has_all_of_it(run: Run, guarded: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    become(monkeypatch, "bob")
    guarded.approve("sentiment@1.1.0", "production")
    shown = run("gates", "sentiment@1.1.0", "--to", "production", "--json")
    assert (shown.code, shown.err) == (11, "")
    assert (shown.json["from"], shown.json["to"], shown.json["open"]) == (None, "production", False)
    assert [gate["outcome"] for gate in shown.json["gates"]] == ["pass", "fail"]
    assert [(said["person"], said["counts"]) for said in shown.json["approvals"]] == [("bob", True)]
    assert shown.json["askable"] == ["ann", "eve"]


def test_what_is_in_the_stage_can_be_asked_about(run: Run, two: Store) -> None:
    two.promote("sentiment@1.1.0", "production", reason="x")
    shown = run("gates", "sentiment@1.1.0")
    assert shown.out == "sentiment@1.1.0  ● production\n"
    assert "note: sentiment@1.1.0 is in production already\n" in shown.err


def test_a_mistake_in_the_config_is_named(run: Run, two: Store) -> None:
    (two.root / "config.toml").write_text('[[gate]]\nstage = "prod"\n')
    failed = run("gates", "sentiment")
    assert failed.code == 4
    assert "config.toml, line 2" in failed.err


def test_a_narrow_terminal_folds_what_a_gate_says(
    run: Run, guarded: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    for person in ("joe", "kim"):
        become(monkeypatch, person)
        guarded.approve("sentiment@1.1.0", "production", reason="word " * (4 if person == "joe" else 300))
    monkeypatch.setattr("mvtui.tui.cli.output.is_tty", lambda _stream: True)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    for columns in ("40", "60", "80"):
        monkeypatch.setenv("COLUMNS", columns)
        lines = run("gates", "sentiment@1.1.0", "--to", "production").out.splitlines()
        assert max(map(len, lines)) <= int(columns)
        whole = " ".join(" ".join(lines).split())
        assert "nothing is in production to compare with" in whole
        assert 'joe is not among ann, bob, eve "word word word word"' in whole
        # Of a reason without end as much is shown as there is room for: why it doesn't count comes first.
        assert 'kim is not among ann, bob, eve "word ' in whole
        assert len(lines) < 30
