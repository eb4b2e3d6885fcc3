"""Where a version stands, in ``show`` and ``ls``: since when, rolled back from, overridden for ever, approved by whom."""

from __future__ import annotations

import pytest
from mvtui.store import Store, errors

from ...people import become
from .conftest import Run


@pytest.fixture
def moved(two: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    """1.1.0 was let into production past a gate and rolled back from; 1.0.0 is in production."""
    become(monkeypatch, "ann")
    config = two.root / "config.toml"
    two.promote("sentiment@1.0.0", "production", reason="x")
    config.write_text('[access]\noverride = ["ann"]\n[[gate]]\nstage = "production"\nmetrics = ["wer"]\n')
    two.promote("sentiment@1.1.0", "production", reason="x", override=True)
    two.rollback("sentiment", reason="x")
    return two


def test_ls_shows_where_each_stands(run: Run, moved: Store) -> None:
    lines = run("ls", "sentiment").out.splitlines()
    assert lines[0].split()[:4] == ["VERSION", "ID", "STAGE", "SINCE"]
    assert "↩ rolled back" in lines[1]
    assert "OVERRIDDEN" in lines[1]
    assert "● production" in lines[2]
    assert "OVERRIDDEN" not in lines[2]


def test_without_stages_ls_has_no_columns_for_them(run: Run, two: Store) -> None:
    head = run("ls", "sentiment").out.splitlines()[0]
    assert "STAGE" not in head
    assert "SINCE" not in head


def test_queries_find_them(run: Run, moved: Store) -> None:
    for query in ("rolled-back:yes", "overridden:yes"):
        assert [row["version"] for row in run("ls", query, "--json").json] == ["1.1.0"]
    assert [row["version"] for row in run("ls", "sort:-staged", "--json").json] == ["1.1.0", "1.0.0"]


def test_json_has_the_fields(run: Run, moved: Store) -> None:
    newest, oldest = run("ls", "sentiment", "--json").json
    assert (newest["stage"], newest["rolled_back"], newest["overridden"]) == (
        "archived",
        True,
        ["production"],
    )
    assert (oldest["stage"], oldest["rolled_back"], oldest["overridden"]) == ("production", False, [])
    assert newest["staged"].endswith("Z")
    assert run("show", "sentiment@1.1.0", "--json").json["staged"] == newest["staged"]


def test_show_says_since_when_and_what_stays_true(run: Run, moved: Store) -> None:
    shown = run("show", "sentiment@1.1.0").out.splitlines()
    assert shown[0] == "sentiment@1.1.0  ↩ rolled back  OVERRIDDEN"
    facts = {line.split("  ")[0]: line.split("  ")[-1].strip() for line in shown[1:12]}
    assert facts["stage"].startswith("archived since ")
    assert facts["rolled back"] == "↩ production went back from it"
    assert facts["gates"] == "OVERRIDDEN on its way into production"
    moved.promote("sentiment@1.1.0", "staging", reason="second try")
    again = run("show", "sentiment@1.1.0").out.splitlines()[0]
    assert again == "sentiment@1.1.0  ○ staging ↩  OVERRIDDEN"
    moved.promote("sentiment@1.1.0", "production", reason="x", override=True)
    assert run("show", "sentiment@1.1.0").out.startswith("sentiment@1.1.0  ● production  OVERRIDDEN\n")


def test_show_lists_what_people_said(run: Run, two: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    (two.root / "config.toml").write_text('[[gate]]\nstage = "staging"\napprovals = 1\nby = ["bob"]\n')
    assert "approvals" not in run("show", "sentiment@1.0.0").out
    become(monkeypatch, "ann")
    two.request("sentiment@1.0.0", "production", reason="for spring")
    two.approve("sentiment@1.0.0")
    become(monkeypatch, "bob")
    two.approve("sentiment@1.0.0")
    two.reject("sentiment@1.0.0", "validation", reason="no")
    two.withdraw("sentiment@1.0.0", "validation")
    shown = run("show", "sentiment@1.0.0").out
    section = shown[shown.index("\napprovals\n") :].split("\n\n")[0].splitlines()[2:]
    assert section == [
        '    ann  asks for it  now  for production  "for spring"',
        "  — ann  approves     now  for staging, doesn't count: ann is not among bob",
        "  ✓ bob  approves     now  for staging",
    ]
    assert [a["verdict"] for a in run("show", "sentiment@1.0.0", "--json").json["approvals"]] == [
        "request",
        "approve",
        "approve",
        "reject",
        "withdraw",
    ]


def test_show_goes_on_when_the_gates_can_not_be_asked(
    run: Run, two: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    become(monkeypatch, "ann")
    two.approve("sentiment@1.0.0")

    def fail(*_: object, **__: object) -> None:
        raise errors.StorageError("allowed_signers can't be read", hint="mend its mode")

    monkeypatch.setattr(Store, "gates", fail)
    shown = run("show", "sentiment@1.0.0")
    assert shown.code == 0
    assert "warning: the gates can't be asked: allowed_signers can't be read" in shown.err
    assert "    ann  approves  now  for staging\n" in shown.out
    assert "\nfiles\n" in shown.out
