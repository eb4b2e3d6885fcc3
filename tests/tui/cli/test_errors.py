"""Every way a command can fail: a sentence, a hint, an exit code that scripts can rely on, nothing changed."""

from __future__ import annotations

import fcntl
import os
import signal
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from blake3 import blake3
from mvtui.store import FileEntry, Store, errors
from mvtui.store.nouns.manifest import Manifest
from mvtui.tui.cli import runner
from mvtui.tui.cli.commands import ls

from .conftest import Run

root = pytest.mark.skipif(os.geteuid() == 0, reason="root may read and write everything")


def seqs(store: Store) -> list[int]:
    return [event.seq for event in store.events()]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("register", "a/b", "{file}"), 4, "a/b"),
        (("register", "a\x1b[31m", "{file}"), 4, "model name"),
        (("register", "..", "{file}"), 4, ".."),
        (("register", "a..b", "{file}"), 4, "a..b"),
        (("register", "x" * 10_000, "{file}"), 4, "10,000 characters"),
        (("register", "", "{file}"), 4, "empty"),
        (("register", "m", "{dir}/nothing"), 3, "nothing"),
        (("register", "m", ""), 4, "empty"),
        (("register", "m", "{file}", "--metric", "a=high"), 4, "not a number"),
        (("register", "m", "{file}", "--metric", "a"), 4, "no value"),
        (("register", "m", "{file}", "--version", "1.0"), 4, "1.0"),
        (("register", "m", "{file}", "--version", "1.0.0+build"), 4, "1.0.0+build"),
        (("register", "m", "{file}", "--version", "1.0.0", "--bump", "major"), 2, "contradict"),
        (("register", "m", "{file}", "--version", "1.0.0", "--each"), 2, "contradict"),
        (("register", "m", "{file}", "--kind", "wait"), 2, "wait"),
        (("register", "m", "{file}", "--metrics-file", "{dir}/none.json"), 3, "none.json"),
        (("register", "m", "{file}", "--metrics-file", "{dir}"), 4, "directory"),
        (("register", "m", "{file}", "--metrics-file", "-", "--params-file", "-"), 2, "standard input"),
        (("register", "m", "{file}", "--tag", "a b=c"), 4, "a b"),
        (("register", "sentiment", "{file}", "--version", "1.0.0"), 5, "1.0.0"),
        (("register", "m"), 2, "nothing to register"),
        (("show", "nobody"), 3, "nobody"),
        (("show", "sentiment@9.9.9"), 3, "9.9.9"),
        (("show", "sentiment@"), 4, "names no version"),
        (("show", "id:zzzz"), 4, "not a hash ID"),
        (("show", ""), 4, "empty"),
        (("show",), 2, "REF"),
        (("ls", "nobody"), 3, "nobody"),
        (("ls", "--limit", "0"), 2, "0"),
        (("ls", "--limit", "many"), 2, "many"),
        (("checkout", "sentiment", "{file}"), 5, "model.bin"),
        (("checkout", "sentiment", "{dir}"), 5, "empty"),
        (("alias", "sentiment", "1.0.0"), 4, "1.0.0"),
        (("alias", "sentiment", "production"), 4, "production"),
        (("alias", "sentiment", "cafe"), 4, "cafe"),
        (("alias", "--remove", "sentiment@nobody"), 3, "nobody"),
        (("delete", "sentiment", "--reason", "x"), 2, "sentiment"),
        (("delete", "sentiment@1.0.0", "--reason", " "), 2, "reason"),
        (("gc", "--why", "zz"), 4, "zz"),
        (("--store", "{file}", "ls"), 3, "{file}"),
        (("--store", "{dir}/none", "ls"), 3, "none"),
        (("init", "{file}"), 5, "{file}"),
        (("init", "{dir}"), 5, "{dir}"),
        (("completion", "tcsh"), 2, "tcsh"),
        (("no-such-command",), 2, "no-such-command"),
    ],
)
def test_bad_words_are_refused_and_change_nothing(
    words: tuple[str, ...], code: int, said: str, run: Run, two: Store, model: Path
) -> None:
    before = seqs(two)
    fill = {"{file}": str(model), "{dir}": str(model.parent)}

    def filled(text: str) -> str:
        for hole, value in fill.items():
            text = text.replace(hole, value)
        return text

    failed = run(*map(filled, words))
    assert failed.out == ""
    assert failed.err.startswith("error: ")
    assert filled(said) in failed.err
    assert "\x1b" not in failed.err
    assert "Traceback" not in failed.err
    assert "\nhint: " in failed.err or "\ndid you mean: " in failed.err
    assert failed.code == code, failed.err
    assert seqs(two) == before


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("m.json", '{"a": }'),
        ("m.yaml", "a: [1\n"),
        ("m.toml", "a = = 1\n"),
        ("m.json", '{"a": "x"}'),
    ],
)
def test_a_malformed_metrics_file_is_named(name: str, text: str, run: Run, store: Store, model: Path) -> None:
    (model.parent / name).write_text(text)
    failed = run("register", "m", str(model), "--metrics-file", str(model.parent / name))
    assert failed.code == 4
    assert name in failed.err
    assert store.models() == []


def test_a_socket_in_a_directory_is_refused(
    run: Run, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "ok").write_text("x")
    monkeypatch.chdir(tmp_path / "d")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("sock")
        failed = run("register", "m", str(tmp_path / "d"), "--store", str(store.root))
    assert failed.code == 4
    assert "sock" in failed.err
    assert store.models() == []


@root
def test_an_unreadable_file_is_refused(run: Run, store: Store, model: Path) -> None:
    model.chmod(0)
    failed = run("register", "m", str(model))
    assert failed.code == 7
    assert "model.bin" in failed.err


@root
def test_a_read_only_store_is_read_and_not_written(run: Run, two: Store, model: Path) -> None:
    folders = [two.root, *(path for path in two.root.rglob("*") if path.is_dir())]
    for folder in folders:
        folder.chmod(0o555)
    try:
        assert len(run("ls", "--json").json) == 2
        failed = run("note", "sentiment@1.0.0", "x")
        assert failed.code == 7
    finally:
        for folder in folders:
            folder.chmod(0o755)


@pytest.mark.parametrize(
    "kind",
    [
        errors.LockTimeoutError,
        errors.SourceChangedError,
        errors.NoSpaceError,
        errors.ReadOnlyError,
        errors.StorageError,
        errors.VerificationError,
        errors.JournalDamagedError,
        errors.OutcomeUnknownError,
        errors.FormatError,
    ],
)
def test_every_error_of_the_store_keeps_its_code(
    kind: type[errors.MvtuiError], run: Run, store: Store, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise kind("it went wrong", hint="do this")

    monkeypatch.setattr(Store, "register", fail)
    failed = run("register", "m", str(model))
    assert failed.code == kind.exit_code
    assert failed.err == "error: it went wrong\nhint: do this\n"
    told = run("register", "m", str(model), "--json")
    assert told.code == kind.exit_code
    assert told.error == {
        "code": kind.exit_code,
        "kind": kind.__name__,
        "message": "it went wrong",
        "hint": "do this",
        "candidates": [],
    }


def test_someone_elses_lock_is_named_and_has_its_own_code(
    run: Run, two: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    (two.root / "config.toml").write_text('[lock]\ntimeout = "1s"\n')
    with open(two.root / "lock", "rb+") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        held.truncate(0)
        failed = run("note", "sentiment@1.0.0", "x")
    assert failed.code == 6, failed.err


def test_a_damaged_journal_is_read_with_a_warning_and_mended_by_repair(run: Run, two: Store) -> None:
    (journal,) = (two.root / "journal").glob("*.jsonl")
    whole = journal.read_bytes()
    at = whole.index(b"first")
    journal.write_bytes(whole[:at] + b"FIRST" + whole[at + 5 :])
    (two.root / "index.json").unlink(missing_ok=True)
    listed = run("ls", "--json")
    assert listed.code == 0
    assert [row["version"] for row in listed.json] == ["1.1.0"]
    assert listed.err.startswith("warning: the journal is damaged: journal byte ")
    assert "hint: mvtui repair\n" in listed.err
    assert run("note", "sentiment@1.1.0", "x").code == 9
    verified = run("verify")
    assert verified.code == 9
    assert "warning" not in verified.err
    assert run("doctor").code == 8
    mended = run("repair")
    assert mended.code == 0
    assert mended.out
    assert run("ls").err == ""
    assert run("note", "sentiment@1.1.0", "x").code == 0


def test_details_of_damage_are_listed(run: Run, two: Store) -> None:
    digest = two.show("sentiment@1.0.0").files[0].digest
    path = two.root / "objects" / digest[:2] / digest[2:]
    path.chmod(0o644)
    path.write_bytes(b"weights 0ne")
    failed = run("checkout", "sentiment@1.0.0", "out")
    assert failed.code == 8
    assert digest in failed.err
    assert not Path("out").exists()
    assert run("path", "sentiment@1.0.0", "--json").error["kind"] == "VerificationError"


# -- did you mean ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (("regster", "m", "x"), "register"),
        (("list",), "alias"),
        (("ls", "--jsno"), "--json"),
        (("show", "sentimant"), "sentiment"),
        (("ls", "sentimental"), "sentiment"),
        (("show", "sentiment@1.1.1"), "sentiment@1.1.0"),
        (("show", "sentiment@champoin"), "sentiment@champion"),
    ],
)
def test_did_you_mean(words: tuple[str, ...], meant: str, run: Run, two: Store) -> None:
    two.alias("sentiment@1.0.0", "champion")
    failed = run(*words)
    line = next(line for line in failed.err.splitlines() if line.startswith("did you mean: "))
    assert meant in line
    assert meant in run(*words, "--json").error["candidates"]


def test_an_ambiguous_prefix_lists_what_it_could_be(run: Run, store: Store, model: Path) -> None:
    def hash_id(i: int) -> str:
        content = str(i).encode()
        entry = FileEntry("model.bin", len(content), blake3(content).hexdigest())
        return blake3(Manifest("weights", (entry,)).encode()).hexdigest()

    seen: dict[str, int] = {}
    for i in range(10_000):
        if (prefix := hash_id(i)[:4]) in seen:
            break
        seen[prefix] = i
    for number in (i, seen[prefix]):
        model.write_text(str(number))
        store.register("m", model)
    failed = run("show", f"m@{prefix}", "--json")
    assert failed.code == 3
    assert failed.error["kind"] == "AmbiguousError"
    assert len(failed.error["candidates"]) == 2


# -- the unexpected -------------------------------------------------------------------------------


def broken(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(ls, "open_store", fail)


def test_a_bug_is_told_in_a_sentence_and_logged_in_full(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken(monkeypatch, ZeroDivisionError("by \x1b[31mzero"))
    failed = run("ls")
    assert failed.code == 1
    assert "Traceback" not in failed.err
    assert "\x1b" not in failed.err
    log = tmp_path / "home" / "mvtui" / "mvtui.log"
    assert str(log) in failed.err
    told = log.read_text()
    assert "ZeroDivisionError: by \\x1b[31mzero" in told
    assert "Traceback" in told
    assert "\x1b" not in told
    assert "doing: mvtui ls" in told
    assert run("ls", "--json").error["code"] == 1


def test_without_a_state_directory_the_log_goes_to_the_temporary_one(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken(monkeypatch, ZeroDivisionError())
    monkeypatch.setenv("XDG_STATE_HOME", "/dev/null/x")
    with monkeypatch.context() as patched:
        patched.setattr("tempfile.tempdir", str(tmp_path))
        assert str(tmp_path) in run("ls").err
        patched.setattr("tempfile.tempdir", "/dev/null")
        assert "MVTUI_DEBUG=1" in run("ls").err


def test_debug_lets_the_traceback_out(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    broken(monkeypatch, ZeroDivisionError())
    monkeypatch.setenv("MVTUI_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        run("ls")


def test_ctrl_c_is_one_line_and_130(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    broken(monkeypatch, KeyboardInterrupt())
    stopped = run("ls")
    assert (stopped.code, stopped.err) == (130, "interrupted\n")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_signals_unwind_and_leave_the_handlers_as_they_were(
    number: signal.Signals, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    unwound: list[bool] = []

    def kill(*_: object, **__: object) -> None:
        try:
            os.kill(os.getpid(), number)
        finally:
            unwound.append(True)

    monkeypatch.setattr(ls, "open_store", kill)
    before = signal.signal(number, signal.SIG_DFL)  # coverage has a handler of its own
    try:
        assert run("ls").code == 128 + number
        assert unwound == [True]
        assert signal.getsignal(number) is signal.SIG_DFL
    finally:
        signal.signal(number, before)


def test_handlers_of_others_stay(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def own(*_: object) -> None: ...

    def look(*_: object, **__: object) -> None:
        assert signal.getsignal(signal.SIGTERM) is own
        raise KeyboardInterrupt

    monkeypatch.setattr(ls, "open_store", look)
    before = signal.signal(signal.SIGTERM, own)
    try:
        assert run("ls").code == 130
    finally:
        signal.signal(signal.SIGTERM, before)


def test_a_reader_that_goes_away_is_no_error(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    silenced: list[bool] = []
    monkeypatch.setattr(runner, "_silence_stdout", lambda: silenced.append(True))
    broken(monkeypatch, BrokenPipeError())
    ended = run("ls")
    assert (ended.code, ended.err) == (141, "")
    assert silenced == [True]


def test_words_after_two_dashes_do_not_ask_for_json(run: Run, store: Store) -> None:
    assert run("show", "--", "--json").err.startswith("error: ")
    made: Callable[..., object] = run("show", "--json", "nobody").error.get
    assert made("code") == 3
