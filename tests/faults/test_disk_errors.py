"""A disk that refuses: failed flushes, short writes, no room, in every place they can happen."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from mvtui import init_store, open_store
from mvtui.store.errors import JournalDamagedError

from tests.faults import strace

MakeFile = Callable[..., Path]


@pytest.fixture
def before(tmp_path: Path, make_file: MakeFile) -> Path:
    strace.require()
    root = tmp_path / "before"
    with init_store(root) as store:
        store.register("kept", make_file(b"one" * 100))
    make_file(b"new" * 3000, "new.bin")
    return root


def _refused(before: Path, tmp_path: Path, calls: tuple[str, ...], error: str) -> list[int]:
    """Let each call in turn fail once during a register; return the exit codes seen."""
    root = tmp_path / "store"
    words = ("register", root, "new", tmp_path / "source" / "new.bin")
    shutil.copytree(before, root)
    codes = []
    for name, number in [call for call in strace.calls(root, *words) if call[0] in calls]:
        shutil.rmtree(root)
        shutil.copytree(before, root)
        code, out, err = strace.run(f"{name}:error={error}:when={number}", *words)
        assert "Traceback" not in err
        assert code in (0, 7, 9), err
        codes.append(code)
        with open_store(root) as store:
            report = store.verify()
            assert report.ok
            there = {version.ref for version in store.versions()}
            assert there >= {"kept@1.0.0"}
            assert ("version" in out) == (code == 0) == ("new@1.0.0" in there)
            if code == 9:
                assert "OutcomeUnknownError" in err
                with pytest.raises(JournalDamagedError) as caught:
                    store.note("kept", "refused")
                assert "repair" in caught.value.hint
                assert store.repair().actions
            store.register("new", words[3])
            store.gc(dry_run=False)
            assert list((root / "tmp").iterdir()) == []
    return codes


def test_a_failed_flush_is_never_success(before: Path, tmp_path: Path) -> None:
    codes = _refused(before, tmp_path, ("fsync",), "EIO")
    assert codes.count(9) == 1  # the journal's own flush: the outcome is unknown
    assert codes.count(7) == len(codes) - 1


def test_no_room_at_any_write(before: Path, tmp_path: Path) -> None:
    codes = _refused(before, tmp_path, ("write", "mkdir", "rename"), "ENOSPC")
    assert 7 in codes


def test_flushes_that_all_fail_write_nothing_more(before: Path, tmp_path: Path) -> None:
    """The disk is dying: even the mark of the doubt can't be flushed, yet it must keep others out."""
    code, _, err = strace.run("fsync:error=EIO", "note", before, "kept", "lost")
    assert code == 9, err
    with open_store(before) as store:
        with pytest.raises(JournalDamagedError):
            store.note("kept", "refused")
        assert store.repair().actions
        store.note("kept", "works")
        assert store.verify().ok


def test_short_writes_are_finished(before: Path, tmp_path: Path) -> None:
    code, out, err = strace.run(
        "write:retval=50:when=1",
        "note",
        before,
        "kept",
        "z" * 900,
        at=str(before / "journal" / "events.jsonl"),
    )
    # strace only pretends: 50 bytes are said to be written, none are. What follows is no line.
    assert code == 0, err
    assert "noted" in out
    with open_store(before) as store:
        assert store.damage()
        assert store.get("kept").note == ""
        store.repair()
        store.note("kept", "works")
        assert store.get("kept").note == "works"
