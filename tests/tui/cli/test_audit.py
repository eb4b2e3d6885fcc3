"""``mvtui audit``: what it prints, its exit codes, and where a checkpoint can be kept."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest
from mvtui.store import Store

from ...keys import line, make_key, needs_ssh_keygen
from ...people import become
from ...store import journals
from .conftest import Run

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


@pytest.fixture
def lived(two: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    become(monkeypatch, "ann")
    two.promote("sentiment@1.0.0", "production", reason="first")
    return two


def test_a_store_that_holds(run: Run, lived: Store) -> None:
    shown = run("audit", "verify")
    assert (shown.code, shown.err) == (0, "")
    assert "4 events" in shown.out
    assert "an unbroken chain" in shown.out
    assert "live/ leads where the journal says" in shown.out
    assert "✗" not in shown.out
    said = run("audit", "verify", "--json").json
    assert (said["ok"], said["events"], said["problems"]) == (True, 4, [])


def test_the_first_bad_line_is_named_first(run: Run, lived: Store) -> None:
    offset = len(journals.raw_lines(lived)[0])
    journals.flip(lived, 4, b'"actor"').close()
    journals.flip(lived, 2, b'"actor"').close()
    shown = run("audit", "verify")
    assert shown.code == 9
    assert shown.out.startswith(f"✗ line 2, byte {offset:,}: ")
    assert "an unbroken chain" not in shown.out
    said = run("audit", "verify", "--json")
    assert (said.code, said.err) == (9, "")
    assert [(p["line"], p["seq"]) for p in said.json["problems"]] == [(2, 2), (4, 4)]


def test_what_is_served_is_another_code(run: Run, lived: Store) -> None:
    (lived.root / "live" / "sentiment" / "production").unlink()
    shown = run("audit", "verify")
    assert shown.code == 8
    assert "an unbroken chain" in shown.out


def test_a_quarantined_stretch_is_no_failure(run: Run, lived: Store) -> None:
    store = journals.flip(lived, 3, b'"actor"')
    store.repair()
    shown = run("audit", "verify")
    assert shown.code == 0
    assert "! event 5: ann quarantined 1 damaged stretch" in shown.out
    assert "but for 1 repair" in shown.out


def test_the_chain_counts_more_than_what_is_served(run: Run, lived: Store) -> None:
    (lived.root / "live" / "sentiment" / "production").unlink()
    journals.flip(lived, 3, b'"actor"').close()
    assert run("audit", "verify").code == 9


# -- checkpoints ----------------------------------------------------------------------------------


def stdin(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(data)))


def test_one_line_to_keep_and_to_give_back(run: Run, lived: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = run("audit", "checkpoint")
    assert (kept.code, kept.err, kept.out.count("\n")) == (0, "", 1)
    assert kept.out.isascii()
    assert json.loads(kept.out)["seq"] == 4
    assert run("audit", "checkpoint", "--json").json["hash"] == json.loads(kept.out)["hash"]
    stdin(monkeypatch, kept.out.encode())
    shown = run("audit", "verify", "--checkpoint", "-")
    assert shown.code == 0
    assert "✓ history up to event 4 is as it was on" in shown.out
    assert "(by ann@box7, not signed)" in shown.out


def test_a_file_and_its_next_one(run: Run, lived: Store, tmp_path: Path) -> None:
    out = tmp_path / "checkpoint.json"
    made = run("audit", "checkpoint", "--out", str(out))
    assert (made.code, made.out) == (0, "")
    assert made.err == f"checkpoint of event 4 written to {out}\n"
    assert out.stat().st_mode & 0o777 == 0o644
    lived.note("sentiment", "x")
    assert run("audit", "checkpoint", "--out", str(out), "--json").json["seq"] == 5
    assert json.loads(out.read_text())["seq"] == 5
    assert run("audit", "verify", "--checkpoint", str(out)).code == 0
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".mvtui-")] == []


def test_the_only_evidence_is_not_written_over(run: Run, lived: Store, tmp_path: Path) -> None:
    out = tmp_path / "checkpoint.json"
    run("audit", "checkpoint", "--out", str(out))
    kept = out.read_bytes()
    journals.forget_index(lived)
    journals.write(lived, journals.raw_lines(lived)[:3]).close()
    refused = run("audit", "checkpoint", "--out", str(out))
    assert (refused.code, "does not fit this journal" in refused.err) == (5, True)
    assert out.read_bytes() == kept
    other = tmp_path / "notes.txt"
    other.write_text("my notes")
    assert run("audit", "checkpoint", "--out", str(other)).code == 5
    assert other.read_text() == "my notes"
    assert run("audit", "checkpoint", "--out", str(tmp_path / "no" / "where")).code in (3, 7)


def test_a_log_of_them_shows_where_history_parts(run: Run, lived: Store, tmp_path: Path) -> None:
    log = tmp_path / "checkpoints.log"
    for text in ("a", "b", "c"):
        lived.note("sentiment", text)
        with log.open("a") as file:
            file.write(run("audit", "checkpoint").out)
    assert run("audit", "verify", "--checkpoint", str(log)).code == 0

    def change(said: journals.Bodies) -> None:
        said[5][1]["data"]["note"] = "B"

    journals.rewrite(lived, change).close()
    shown = run("audit", "verify", "--checkpoint", str(log))
    assert shown.code == 9
    assert shown.out.count("history was rewritten since") == 2
    assert "✓ history up to event 5 is as it was" in shown.out


def test_what_is_no_checkpoint(
    run: Run, lived: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = tmp_path / "bad"
    bad.write_bytes(b"\xff\x1b[2J{")
    wrong = run("audit", "verify", "--checkpoint", str(bad))
    assert (wrong.code, "\x1b" in wrong.err) == (4, False)
    assert run("audit", "verify", "--checkpoint", str(tmp_path / "gone")).code == 3
    bad.write_bytes(b"x" * (2 << 20))
    assert run("audit", "verify", "--checkpoint", str(bad)).code == 4
    stdin(monkeypatch, b"")
    assert run("audit", "verify", "--checkpoint", "-").code == 4


@needs_ssh_keygen
def test_signed_and_checked_by_one_s_own_list(run: Run, lived: Store, tmp_path: Path) -> None:
    key = make_key(tmp_path / "keys", "ann")
    signers = tmp_path / "signers"
    signers.write_text(line("auditor", key))
    kept = tmp_path / "kept"
    kept.write_text(run("audit", "checkpoint", "--key", str(key)).out)
    unproven = run("audit", "verify", "--checkpoint", str(kept))
    assert (unproven.code, "is as it was" in unproven.out) == (8, False)
    shown = run("audit", "verify", "--checkpoint", str(kept), "--signers", str(signers))
    assert (shown.code, "signed by auditor" in shown.out) == (0, True)
    assert run("audit", "checkpoint", "--sign").code == 3


@needs_git
def test_kept_as_a_git_note(run: Run, lived: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("audit", "checkpoint", "--git-note").code == 3
    for words in (
        ("init", "-q"),
        ("config", "user.name", "Ann"),
        ("config", "user.email", "ann@example.org"),
        ("commit", "-q", "--allow-empty", "-m", "one"),
    ):
        subprocess.run(["git", *words], check=True, capture_output=True)
    missing = run("audit", "verify", "--git-note")
    assert (missing.code, "git fetch" in missing.err) == (3, True)
    made = run("audit", "checkpoint", "--git-note")
    assert (made.code, made.out) == (0, "")
    assert "git push origin refs/notes/mvtui" in made.err
    lived.note("sentiment", "x")
    shown = run("audit", "verify", "--git-note")
    assert (shown.code, "✓ history up to event 4" in shown.out) == (0, True)
    journals.forget_index(lived)
    journals.write(lived, journals.raw_lines(lived)[:2]).close()
    assert run("audit", "verify", "--git-note").code == 9


def test_a_broken_journal_gives_no_checkpoint(run: Run, lived: Store) -> None:
    journals.flip(lived, 2, b'"actor"').close()
    refused = run("audit", "checkpoint")
    assert (refused.code, refused.out) == (9, "")
    assert "mvtui audit verify" in refused.err


def test_alone_it_says_what_there_is(run: Run, lived: Store) -> None:
    shown = run("audit")
    assert shown.code == 0
    assert "checkpoint" in shown.out
    assert "verify" in shown.out
    wrong = run("audit", "verfy", "--json")
    assert (wrong.code, wrong.error["candidates"]) == (2, ["verify"])
