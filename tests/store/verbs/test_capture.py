"""Registering looks around by itself: what it finds is kept beside the version, and never gets in the way."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from mvtui.store import Store, open_store

MakeFile = Callable[..., Path]

TOKEN = "hf" + "_aB3dE5gH7jK9mN1pQ3sT5vW7yZ"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A git repository with uncommitted changes, in which everything is looked at."""
    monkeypatch.setenv("MVTUI_CAPTURE", "all")
    for name, value in {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}.items():
        monkeypatch.setenv(name, value)
    work = tmp_path / "project"
    work.mkdir()
    monkeypatch.chdir(work)
    (work / "train.py").write_text("x = 1\n")
    who = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    for words in (("init", "-q", "-b", "main"), ("add", "-A"), (*who, "commit", "-q", "-m", "x")):
        subprocess.run(["git", *words], check=True, capture_output=True)
    subprocess.run(["git", "remote", "add", "origin", f"https://u:{TOKEN}@h/r.git"], check=True)
    (work / "train.py").write_text(f"x = 2\nlogin('{TOKEN}')\n")
    return work


def test_everything_is_kept_beside_the_version_and_no_secret(
    store: Store, make_file: MakeFile, project: Path
) -> None:
    done = store.register("m", make_file(), command=f"python train.py --hf-token {TOKEN}").version
    assert done.code is not None
    assert (done.code.branch, done.code.dirty) == ("main", True)
    captured = store.capture("m")
    assert captured is not None
    assert set(captured.parts) == {"git", "python", "system", "gpu", "command", "scheduler"}
    assert captured.part("command")["line"] == "python train.py --hf-token [redacted]"
    assert captured.part("git")["remote"] == "https://h/r.git"
    assert captured.part("git")["redacted"] == 1
    assert b"+x = 2\n+login('[redacted]')" in store.patch("m")
    assert "msgspec" in store.packages("m")
    kept = b"".join(path.read_bytes() for path in store.root.rglob("*") if path.is_file())
    assert TOKEN.encode() not in kept
    assert store.verify().ok


@pytest.mark.parametrize("body", ["sleep 300", "exit 1", "yes", "printf '\\377\\000'"])
def test_git_in_any_state_does_not_make_it_fail(
    store: Store,
    make_file: MakeFile,
    project: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    body: str,
) -> None:
    (store.root / "config.toml").write_text('[capture]\ntimeout = "1s"\n')
    directory = tmp_path / "bin"
    directory.mkdir()
    (directory / "git").write_text(f"#!/bin/sh\n{body}\n")
    (directory / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{directory}:{os.environ['PATH']}")
    with open_store(store.root) as again:
        done = again.register("m", make_file()).version
        captured = again.capture("m")
    assert done.code is None
    assert captured is not None
    assert captured.part("git").get("problem") or not captured.part("git").get("commit")
    assert captured.part("system")["hostname"]
