"""A disk that refuses in the middle of a change of stages: no flush that failed is success, what serves stays whole."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from mvtui import init_store, open_store
from mvtui.store.errors import JournalDamagedError

from tests.faults import strace
from tests.faults.power import served

MakeFile = Callable[..., Path]


@pytest.fixture
def before(tmp_path: Path, make_file: MakeFile) -> Path:
    """A store with three versions, of which the first and then the second were put in production."""
    strace.require()
    root = tmp_path / "before"
    with init_store(root) as store:
        for content in (b"1", b"2", b"3"):
            store.register("m", make_file(content))
        for number in ("1.0.0", "1.0.1"):
            store.promote(f"m@{number}", "production", reason="so")
    return root


ACTS = {
    "promote": (("promote", "{root}", "m@1.0.2"), "1.0.2"),
    "rollback": (("rollback", "{root}", "m"), "1.0.0"),
    "undo": (("undo", "{root}"), "1.0.0"),
}
ERRORS = {"EIO": ("fsync",), "ENOSPC": ("write", "mkdir", "rename", "symlink", "ftruncate")}


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("act", ACTS)
def test_each_call_in_turn_fails_once(before: Path, tmp_path: Path, act: str, error: str) -> None:
    root = tmp_path / "store"
    template, new = ACTS[act]
    words = [word.format(root=root) for word in template]
    shutil.copytree(before, root, symlinks=True)
    codes = []
    for name, number in [call for call in strace.calls(root, *words) if call[0] in ERRORS[error]]:
        shutil.rmtree(root)
        shutil.copytree(before, root, symlinks=True)
        code, out, err = strace.run(f"{name}:error={error}:when={number}", *words)
        assert "Traceback" not in err
        assert code in (0, 7, 9), err
        codes.append(code)
        with open_store(root) as store:
            (now,) = store.stages("m")["production"]
            assert served(store) in ("1.0.1", new)
            assert bool(out) == (code == 0)
            if code == 9:
                assert "OutcomeUnknownError" in err
                with pytest.raises(JournalDamagedError) as caught:
                    store.promote("m@1.0.2" if now != "1.0.2" else "m@1.0.0", "production", reason="x")
                assert "repair" in caught.value.hint
                assert store.repair().actions
                (now,) = store.stages("m")["production"]
            else:
                assert now == (new if code == 0 else "1.0.1")
            report = store.verify()
            assert report.ok
            assert report.notices == ()
            assert served(store) == now
            store.promote("m@1.0.0" if now != "1.0.0" else "m@1.0.1", "production", reason="work goes on")
            assert served(store) == ("1.0.0" if now != "1.0.0" else "1.0.1")
            store.gc(dry_run=False)
            assert list((root / "tmp").iterdir()) == []
    assert codes.count(9) == (1 if error == "EIO" else 0)  # the journal's own flush
    assert {0, 7} & set(codes)
