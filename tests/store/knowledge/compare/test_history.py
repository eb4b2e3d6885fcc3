from __future__ import annotations

import os
import stat
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from mvtui.store.knowledge.compare import history
from mvtui.store.nouns.comparison import ChangedFile

Commit = Callable[..., str]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    path = tmp_path / "code"
    path.mkdir()
    _git(path, "init", "-q", "-b", "main")
    return path


@pytest.fixture
def commit(repository: Path) -> Commit:
    """Commit files (``name=content``, None removes) and return the hash."""

    def make(subject: str, files: dict[str, str | bytes | None]) -> str:
        for name, content in files.items():
            path = repository / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if content is None:
                path.unlink()
            else:
                path.write_bytes(content if isinstance(content, bytes) else content.encode())
        _git(repository, "add", "-A")
        _git(repository, "commit", "-q", "--allow-empty", "-m", subject)
        return _git(repository, "rev-parse", "HEAD").strip()

    return make


def _git(where: Path, *words: str) -> str:
    who = {f"GIT_{role}_{field}": "a@b" for role in ("AUTHOR", "COMMITTER") for field in ("NAME", "EMAIL")}
    done = subprocess.run(
        ["git", *words], cwd=where, env=os.environ | who, check=True, capture_output=True, text=True
    )
    return done.stdout


def test_commits_and_files(repository: Path, commit: Commit) -> None:
    first = commit("one", {"train.py": "a\nb\n", "old name.py": "x\n" * 20, "w.bin": b"\0one"})
    commit("two: ünïcode", {"train.py": "a\nc\nd\n"})
    third = commit("three", {"old name.py": None, "new\tname.py": "x\n" * 20, "w.bin": b"\0two"})

    found = history.between(str(repository), first, third)

    assert (found.ahead, found.behind, found.problem) == (2, 0, "")
    assert [one.subject for one in found.commits] == ["three", "two: ünïcode"]
    assert found.commits[0].hash == third
    assert sorted(found.files, key=lambda one: one.path) == [
        ChangedFile("new\tname.py", 0, 0, before="old name.py"),
        ChangedFile("train.py", 2, 1),
        ChangedFile("w.bin", None, None),
    ]
    assert found.file_count == 3


def test_backwards_and_beside(repository: Path, commit: Commit) -> None:
    first = commit("one", {"a": "1"})
    left = commit("left", {"a": "2"})
    _git(repository, "checkout", "-q", "-b", "side", first)
    right = commit("right", {"b": "3"})

    assert (back := history.between(str(repository), left, first)).ahead == 0
    assert back.behind == 1
    assert back.commits == ()
    assert [one.path for one in back.files] == ["a"]
    beside = history.between(str(repository), left, right)
    assert (beside.ahead, beside.behind) == (1, 1)
    assert [one.subject for one in beside.commits] == ["right"]


def test_the_same_commit(repository: Path, commit: Commit) -> None:
    only = commit("one", {"a": "1"})
    found = history.between(str(repository), only, only)
    assert (found.ahead, found.behind, found.commits, found.files, found.problem) == (0, 0, (), (), "")


def test_a_long_way_is_counted_and_cut(
    repository: Path, commit: Commit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "COMMITS", 2)
    monkeypatch.setattr(history, "FILES", 3)
    first = commit("0", {"a": "1"})
    latest = [commit(str(at), {f"f{at}": "x"}) for at in range(5)][-1]
    found = history.between(str(repository), first, latest)
    assert (found.ahead, len(found.commits), found.file_count, len(found.files)) == (5, 2, 5, 3)


def test_from_a_directory_inside_all_files_are_told(repository: Path, commit: Commit) -> None:
    _git(repository, "config", "diff.relative", "true")
    first = commit("one", {"inside/a": "1", "b": "1"})
    second = commit("two", {"inside/a": "2", "b": "2"})
    found = history.between(str(repository / "inside"), first, second)
    assert [one.path for one in found.files] == ["b", "inside/a"]


def test_no_program_named_by_the_repository_is_run(repository: Path, commit: Commit, tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/sprung\ncat\n")
    trap.chmod(0o755)
    for name in (
        "diff.external",
        "core.fsmonitor",
        "core.pager",
        "diff.x.textconv",
        "diff.x.command",
        "pager.log",
    ):
        _git(repository, "config", name, str(trap))
    _git(repository, "config", "log.showSignature", "true")
    _git(repository, "config", "gpg.program", str(trap))
    _git(repository, "config", "color.ui", "always")
    first = commit("one", {".gitattributes": "*.bin diff=x\n", "a.bin": "1\n"})
    second = commit("two", {"a.bin": "2\n"})
    (tmp_path / "sprung").unlink(missing_ok=True)

    found = history.between(str(repository), first, second)

    assert [one.path for one in found.files] == ["a.bin"]
    assert [one.subject for one in found.commits] == ["two"]
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize(
    "hostile", ["--output=/tmp/x", "-h", "HEAD", "main", "", "a", "G" * 40, "a" * 65, "a\0b"]
)
def test_only_hashes_are_handed_to_git(repository: Path, commit: Commit, hostile: str) -> None:
    real = commit("one", {"a": "1"})
    for before, after in ((hostile, real), (real, hostile)):
        assert history.between(str(repository), before, after).problem == "a commit is not a git hash"


def test_a_commit_that_is_not_here(repository: Path, commit: Commit) -> None:
    real = commit("one", {"a": "1"})
    found = history.between(str(repository), real, "1" * 40)
    assert found.problem == "the commits are not both in this repository"
    assert found.commits == ()


def test_no_repository(tmp_path: Path) -> None:
    found = history.between(str(tmp_path), "1" * 40, "2" * 40)
    assert found.problem == "this is not a git repository"


def test_a_directory_that_is_gone(tmp_path: Path) -> None:
    found = history.between(str(tmp_path / "gone"), "1" * 40, "2" * 40)
    assert found.problem.startswith("git: ")


def test_no_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert history.between(str(tmp_path), "1" * 40, "2" * 40).problem == "git is not installed"


def _impostor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    bin_directory = tmp_path / "bin"
    bin_directory.mkdir()
    program = bin_directory / "git"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{bin_directory}:{os.environ['PATH']}")


def test_a_git_that_hangs_is_ended_with_its_children(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _impostor(tmp_path, monkeypatch, f"(sleep 60; touch {tmp_path}/late) & echo $! > {tmp_path}/child; wait")
    found = history.between(str(tmp_path), "1" * 40, "2" * 40, deadline=0.5)
    assert found.problem == "git did not end in time"
    child = int((tmp_path / "child").read_text())
    for _ in range(100):
        if not _alive(child):
            break
        time.sleep(0.05)
    assert not _alive(child)


def _alive(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("answer", ["", "nonsense", "1", "1 2 3", "x y", "² ³", "9" * 5000 + " 1"])
def test_an_answer_that_makes_no_sense(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    _impostor(tmp_path, monkeypatch, f"echo '{answer}'")
    found = history.between(str(tmp_path), "1" * 40, "2" * 40)
    assert (found.behind, found.files) == (0, ())


def test_a_flood_is_read_up_to_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flood = "i=0; while [ $i -lt 3000 ]; do printf '1\\t1\\tpath/%d\\0' $i; i=$((i+1)); done"
    _impostor(tmp_path, monkeypatch, f'case "$*" in *rev-list*) echo 1 0;; *numstat*) {flood};; esac')
    monkeypatch.setattr(history, "_MOST_OUTPUT", 1000)
    found = history.between(str(tmp_path), "1" * 40, "2" * 40)
    assert found.problem == "so many files changed that not all were looked at"
    assert found.ahead == 0
    assert 10 < found.file_count < 100


def test_bytes_that_are_no_text(repository: Path, commit: Commit) -> None:
    first = commit("one", {"a": "1"})
    (Path(os.fsdecode(os.fsencode(repository) + b"/\xff.py"))).write_text("x")
    second = commit("\x1b[31mred", {})
    found = history.between(str(repository), first, second)
    assert [one.path for one in found.files] == ["\ufffd.py"]
    assert found.commits[0].subject == "\x1b[31mred"
