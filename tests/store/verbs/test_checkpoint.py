"""Checkpoints: what they prove of a journal that goes on, was cut off, rewritten, damaged or is another's."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from mvtui import init_store, open_store
from mvtui.store import AuditReport, Store, read_checkpoints
from mvtui.store.errors import (
    BadInputError,
    ConflictError,
    JournalDamagedError,
    NotFoundError,
    StorageError,
)

from ...conftest import MakeFile
from ...keys import line, make_key, needs_ssh_keygen
from ...people import become
from .. import journals

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


@pytest.fixture
def lived(store: Store, make_file: MakeFile, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A store with six events."""
    become(monkeypatch, "ann")
    store.register("m", make_file())
    for text in ("a", "b", "c", "d"):
        store.note("m", text)
    return store


def told(report: AuditReport) -> list[tuple[str, str]]:
    return [(problem.kind, problem.sentence.partition(" UTC ")[2]) for problem in report.problems]


def test_it_is_the_head(lived: Store) -> None:
    made = lived.checkpoint()
    last = list(lived.events())[-1]
    assert (made.seq, made.hash, made.user, made.host) == (6, last.hash, "ann", "box7")
    assert len(made.store) == 32
    assert made.signature == ""
    [again] = read_checkpoints(made.line())
    assert again == made
    assert json.loads(made.line())["checkpoint"] == 1


def test_a_journal_that_goes_on_fits(lived: Store) -> None:
    made = [lived.checkpoint()]
    lived.note("m", "e")
    made.append(lived.checkpoint(after=made))
    report = lived.audit(made)
    assert report.ok
    assert [checked.fits for checked in report.checkpoints] == [True, True]
    assert report.notices == (
        "a checkpoint without a signature proves as much as the place where it was kept",
    )


@pytest.mark.parametrize(("left", "gone"), [(5, "event 6"), (3, "events 4 to 6")])
def test_an_end_cut_off_is_noticed_though_nothing_else_shows_it(lived: Store, left: int, gone: str) -> None:
    made = lived.checkpoint()
    journals.forget_index(lived)
    store = journals.write(lived, journals.raw_lines(lived)[:left])
    assert store.audit().ok
    report = store.audit([made])
    assert told(report) == [
        ("checkpoint", f"saw {gone}: cut off since, the journal ends with event {left}"),
    ]
    assert not report.checkpoints[0].fits


def test_history_that_was_rewritten_is_noticed_though_every_hash_agrees(lived: Store) -> None:
    made = lived.checkpoint()

    def change(said: journals.Bodies) -> None:
        said[2][1]["data"]["note"] = "nothing to see here"

    store = journals.rewrite(lived, change)
    assert store.audit().ok
    assert told(store.audit([made])) == [
        ("checkpoint", "saw another event 6: history was rewritten since, there or before")
    ]
    store.note("m", "on it goes")
    assert not store.audit([made]).checkpoints[0].fits


def test_history_cut_off_and_grown_again_is_noticed(lived: Store) -> None:
    made = lived.checkpoint()
    journals.forget_index(lived)
    store = journals.write(lived, journals.raw_lines(lived)[:4])
    for text in ("other", "things", "happened"):
        store.note("m", text)
    assert told(store.audit([made]))[0][1].startswith("saw another event 6")


def test_one_of_another_store_does_not_fit(lived: Store, tmp_path: Path) -> None:
    with init_store(tmp_path / "other") as other:
        made = other.checkpoint()
    [(kind, sentence)] = told(lived.audit([made]))
    assert kind == "checkpoint"
    assert sentence.startswith("is of another store")


def test_a_stretch_damaged_since_is_no_harmless_gap(lived: Store) -> None:
    """Someone damages the line he wants gone, and lets repair quarantine it."""
    made = lived.checkpoint()
    store = journals.flip(lived, 4, b'"actor"')
    store.repair()
    assert store.audit().ok
    report = store.audit([made])
    assert told(report) == [
        (
            "checkpoint",
            "saw lines whole that were damaged since, and quarantined by ann (event 7)",
        )
    ]
    later = store.checkpoint()
    store.note("m", "e")
    assert store.audit([later]).ok


def test_a_stretch_damaged_after_it_is_none_of_its(lived: Store) -> None:
    made = lived.checkpoint()
    lived.note("m", "e")
    lived.note("m", "f")
    store = journals.flip(lived, 7, b'"actor"')
    store.repair()
    report = store.audit([made])
    assert (report.ok, report.checkpoints[0].fits) == (True, True)


def test_the_very_event_it_saw_may_be_lost(lived: Store) -> None:
    made = lived.checkpoint()
    lived.note("m", "e")
    report = journals.flip(lived, 6, b'"actor"').audit([made])
    assert ("checkpoint", "saw event 6, which can't be read any more") in told(report)


def test_a_broken_chain_before_it_leaves_nothing_to_fit(lived: Store) -> None:
    made = lived.checkpoint()
    report = journals.flip(lived, 3, b'"actor"').audit([made])
    assert [problem.kind for problem in report.problems] == ["chain"]
    assert not report.checkpoints[0].fits


def test_a_journal_that_does_not_hold_has_no_head(lived: Store) -> None:
    store = journals.flip(lived, 3, b'"actor"')
    with pytest.raises(JournalDamagedError, match="event 3 can't be trusted"):
        store.checkpoint()


def test_an_earlier_one_that_does_not_fit_stops_a_new_one(lived: Store) -> None:
    made = lived.checkpoint()
    journals.forget_index(lived)
    store = journals.write(lived, journals.raw_lines(lived)[:4])
    with pytest.raises(ConflictError, match="cut off since"):
        store.checkpoint(after=[made])


# -- signed ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("keys")
    for name in ("ann", "eve"):
        make_key(directory, name)
    return directory


def allow(store: Store, *listed: str) -> None:
    (store.root / "allowed_signers").write_text("".join(listed))


@needs_ssh_keygen
def test_a_signature_says_whose_it_is(lived: Store, keys: Path) -> None:
    allow(lived, line("ann", keys / "ann"))
    made = lived.checkpoint(key=str(keys / "ann"))
    assert made.signature.startswith("-----BEGIN SSH SIGNATURE-----")
    [again] = read_checkpoints(made.line())
    report = lived.audit([again])
    assert (report.ok, report.checkpoints[0].signer, report.notices) == (True, "ann", ())


@needs_ssh_keygen
@pytest.mark.parametrize("change", [{"seq": 5}, {"hash": "0" * 64}, {"user": "eve"}, {"store": "1" * 32}])
def test_one_that_was_changed_proves_nobody(lived: Store, keys: Path, change: dict[str, object]) -> None:
    allow(lived, line("ann", keys / "ann"))
    made = replace(lived.checkpoint(key=str(keys / "ann")), **change)
    report = lived.audit([made])
    assert "signature" in [problem.kind for problem in report.problems]
    assert report.checkpoints[0].signer == ""


@needs_ssh_keygen
def test_a_signature_for_something_else_is_none(lived: Store, keys: Path, tmp_path: Path) -> None:
    """One made with ``ssh-keygen -Y sign`` for git, say, over the very same bytes."""
    allow(lived, line("ann", keys / "ann"))
    made = lived.checkpoint()
    (tmp_path / "text").write_bytes(made.text())
    words = ["ssh-keygen", "-Y", "sign", "-q", "-f", f"{keys}/ann", "-n", "git", f"{tmp_path}/text"]
    subprocess.run(words, check=True, capture_output=True)
    forged = replace(made, signature=(tmp_path / "text.sig").read_text())
    assert [problem.kind for problem in lived.audit([forged]).problems] == ["signature"]


@needs_ssh_keygen
def test_a_key_of_nobody_listed_proves_nobody(lived: Store, keys: Path) -> None:
    made = lived.checkpoint(key=str(keys / "eve"))
    assert [problem.kind for problem in lived.audit([made]).problems] == ["signature"]
    allow(lived, line("ann", keys / "ann"))
    assert [problem.kind for problem in lived.audit([made]).problems] == ["signature"]
    listed = line("eve", keys / "eve").encode()
    report = lived.audit([made], signers=listed)
    assert (report.ok, report.checkpoints[0].signer) == (True, "eve")


@needs_ssh_keygen
def test_the_keys_of_its_day_count_also_when_they_were_changed_since(
    lived: Store, keys: Path, make_file: MakeFile
) -> None:
    allow(lived, line("ann", keys / "ann"))
    lived.approve("m", "staging", key=str(keys / "ann"))
    made = lived.checkpoint(key=str(keys / "ann"))
    allow(lived, line("eve", keys / "eve"))
    lived.approve("m", "staging", key=str(keys / "eve"))
    assert lived.audit([made]).checkpoints[0].signer == "ann"
    listed = line("eve", keys / "eve").encode()
    assert not lived.audit([made], signers=listed).ok  # whoever brings his own list trusts no other


@needs_ssh_keygen
def test_without_a_key_nothing_is_signed(lived: Store) -> None:
    with pytest.raises(NotFoundError, match="no SSH key"):
        lived.checkpoint(sign=True)


# -- read -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  \n",
        "hello",
        "{}",
        "[]",
        "[" * 100_000,
        '{"checkpoint": 2}',
        '{"checkpoint": 1, "store": 5}',
        "\ud800",
    ],
)
def test_what_is_none_is_refused(text: str) -> None:
    with pytest.raises(BadInputError):
        read_checkpoints(text)


def test_several_are_read_however_they_stand(lived: Store) -> None:
    made = lived.checkpoint()
    pretty = json.dumps(made.as_dict(), indent=2)
    assert read_checkpoints(f"{made.line()}\n\n {pretty}{made.line()}\n") == [made] * 3
    with pytest.raises(BadInputError):
        read_checkpoints(f"{made.line()}\nand more")


@pytest.mark.parametrize(
    "change",
    [{"seq": 0}, {"seq": "6"}, {"at": "2026-11-25T12:00:00"}, {"at": "soon"}, {"hash": None}],
)
def test_every_field_must_be_what_it_is(lived: Store, change: dict[str, object]) -> None:
    with pytest.raises(BadInputError):
        read_checkpoints(json.dumps(lived.checkpoint().as_dict() | change))


# -- git notes ------------------------------------------------------------------------------------

Git = Callable[..., str]


@pytest.fixture
def git(tmp_path: Path) -> Git:
    """Run git in a repository of its own."""
    place = tmp_path / "code"
    place.mkdir()

    def run(*words: str) -> str:
        done = subprocess.run(["git", "-C", place, *words], check=True, capture_output=True, text=True)
        return done.stdout

    run("init", "-q", "-b", "main")
    run("config", "user.name", "Ann")
    run("config", "user.email", "ann@example.org")
    return run


@pytest.fixture
def code(git: Git, tmp_path: Path) -> Path:
    git("commit", "-q", "--allow-empty", "-m", "one")
    return tmp_path / "code"


@needs_git
def test_a_note_keeps_one_checkpoint_after_the_other(lived: Store, git: Git, code: Path) -> None:
    first = lived.checkpoint()
    commit = lived.note_checkpoint(first, code)
    assert commit == git("rev-parse", "HEAD").strip()
    lived.note("m", "e")
    second = lived.checkpoint()
    lived.note_checkpoint(second, code)
    git("commit", "-q", "--allow-empty", "-m", "two")
    lived.note("m", "f")
    third = lived.checkpoint()
    lived.note_checkpoint(third, code)
    assert lived.noted_checkpoints(code) == [first, second, third]
    assert git("log", "-1", "--format=%s").strip() == "two"
    assert git("status", "--porcelain") == ""


@needs_git
def test_notes_of_others_are_passed_over(lived: Store, git: Git, code: Path, tmp_path: Path) -> None:
    with init_store(tmp_path / "other") as other:
        other.note_checkpoint(other.checkpoint(), code)
    git("notes", "--ref=mvtui", "append", "-m", "{reviewed} by Ann", "HEAD")
    git("notes", "--ref=mvtui", "append", "-m", '{"checkpoint": 1}', "HEAD")
    made = lived.checkpoint()
    lived.note_checkpoint(made, code)
    assert lived.noted_checkpoints(code) == [made]


@needs_git
def test_without_notes_there_are_none(lived: Store, code: Path) -> None:
    assert lived.noted_checkpoints(code) == []


@needs_git
def test_where_there_is_nothing_to_note_it_on(lived: Store, git: Git, tmp_path: Path) -> None:
    made = lived.checkpoint()
    with pytest.raises(NotFoundError, match="no commit yet"):
        lived.note_checkpoint(made, tmp_path / "code")
    with pytest.raises(NotFoundError, match="in no git repository"):
        lived.note_checkpoint(made, tmp_path)
    with pytest.raises(NotFoundError, match="in no git repository"):
        lived.noted_checkpoints(tmp_path)


@needs_git
def test_git_that_does_not_know_who_it_is(
    lived: Store, git: Git, code: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git("config", "--unset", "user.name")
    git("config", "--unset", "user.email")
    git("config", "user.useConfigOnly", "true")
    with pytest.raises(StorageError, match="whose note") as caught:
        lived.note_checkpoint(lived.checkpoint(), code)
    assert "git config user.name" in caught.value.hint


def test_without_git(lived: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    with pytest.raises(NotFoundError, match="git is not installed"):
        lived.note_checkpoint(lived.checkpoint(), tmp_path)


@needs_git
def test_hooks_of_the_repository_do_not_run(lived: Store, git: Git, code: Path, tmp_path: Path) -> None:
    hooks = code / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for name in ("pre-commit", "post-commit", "reference-transaction", "post-rewrite"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
        os.chmod(hooks / name, 0o755)
    lived.note_checkpoint(lived.checkpoint(), code)
    assert not (tmp_path / "ran").exists()


def test_reading_is_enough(lived: Store) -> None:
    with open_store(lived.root, read_only=True) as store:
        assert store.audit([store.checkpoint()]).ok


# -- whatever is done to the bytes ----------------------------------------------------------------

PLACE = st.floats(0, 1, exclude_max=True)
BYTES = st.binary(min_size=1, max_size=40) | st.sampled_from(
    [b"\n", b"\0" * 512, b'{"len": 200,"hash":"', b"\n\n"]
)


@st.composite
def changes(draw: st.DrawFn, data: bytes) -> bytes:
    """Return the bytes of a journal, changed somewhere."""
    lines = data.splitlines(keepends=True)
    at, end = (int(draw(PLACE) * len(data)) for _ in range(2))
    line, other = (int(draw(PLACE) * len(lines)) for _ in range(2))
    how = draw(st.sampled_from(["flip", "cut", "put in", "take out", "swap", "twice", "over"]))
    if how == "flip":
        return data[:at] + bytes([data[at] ^ 1 << draw(st.integers(0, 7))]) + data[at + 1 :]
    if how == "cut":
        return data[:at]
    if how == "put in":
        return data[:at] + draw(BYTES) + data[at:]
    if how == "take out":
        return data[: min(at, end)] + data[max(at, end) :]
    if how == "swap":
        lines[line], lines[other] = lines[other], lines[line]
    elif how == "twice":
        lines.insert(other, lines[line])
    else:
        lines[line] = lines[other]
    return b"".join(lines)


def test_whatever_is_changed_is_noticed(lived: Store, tmp_path: Path) -> None:
    made = lived.checkpoint()
    journals.forget_index(lived)
    original = journals.path(lived).read_bytes()

    @given(changes(original))
    @settings(max_examples=300)
    def noticed(data: bytes) -> None:
        journals.path(lived).write_bytes(data)
        with open_store(lived.root, read_only=True) as store:
            report = store.audit([made])
        # What stands behind the last whole line may be a write that never finished.
        whole = data.startswith(original) and b"\n" not in data[len(original) :]
        assert report.ok is (data == original or (whole and report.ok))

    noticed()
