"""``mvtui show`` says where and how a version was made."""

from __future__ import annotations

import platform
from pathlib import Path

import pytest
from mvtui.store import PARTS, Store

from .conftest import Run


@pytest.fixture
def captured(run: Run, store: Store, model: Path) -> Store:
    """A version that was registered with a stated command and two parts of its surroundings."""
    words = ("--capture", "python,system", "--command", "python train.py --lr '\x1b[31m3e-5'")
    assert run("register", "m", str(model), *words).code == 0
    return store


def test_a_few_lines_of_what_was_captured(run: Run, captured: Store) -> None:
    shown = run("show", "m").out
    section = shown[shown.index("surroundings") : shown.index("files")]
    assert platform.python_version() in section
    assert "machine  " in section
    assert "python train.py --lr" in section
    assert "\x1b" not in section
    assert "gpu" not in section, "it was not looked for"


def test_scripts_get_all_of_it(run: Run, captured: Store) -> None:
    row = run("show", "m", "--json").json
    assert set(row["captured"]["parts"]) == {"python", "system", "command"}
    assert row["captured"]["parts"]["python"]["version"] == platform.python_version()


def test_without_a_capture_nothing_is_said(run: Run, store: Store, model: Path) -> None:
    run("register", "m", str(model), "--no-capture")
    assert "surroundings" not in run("show", "m").out
    assert run("show", "m", "--json").json["captured"] is None


def test_a_damaged_capture_hides_nothing_else(run: Run, captured: Store) -> None:
    path = Path(captured._repository.objects.path(captured.get("m").capture))
    path.chmod(0o644)
    path.write_bytes(b"{}")
    shown = run("show", "m")
    assert shown.code == 0
    assert "not read" in shown.out
    assert "model.bin" in shown.out
    assert run("show", "m", "--json").json["captured"] is None


def test_what_to_capture_is_checked(run: Run, store: Store, model: Path) -> None:
    wrong = run("register", "m", str(model), "--capture", "git,wings")
    assert wrong.code == 4
    assert ",".join(PARTS) in wrong.err
    assert run("register", "m", str(model), "--capture", "git", "--no-capture").code == 2
    assert not store.models()


def test_what_could_not_be_kept_is_told_in_one_line(
    run: Run, store: Store, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = tmp_path / "no-programs"
    empty.mkdir()
    monkeypatch.setenv("PATH", str(empty))
    done = run("register", "m", str(model), "--capture", "git")
    assert done.err.count("git is not installed") == 1
    assert done.out == "m@1.0.0\n"
    assert "not installed" not in run("register", "m", str(model), "--capture", "git").err
    assert run("register", "n", str(model), "--capture", "git", "--json").json["notices"] == [
        "git: git is not installed"
    ]
