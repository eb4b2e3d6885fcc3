"""The git part, against the real git in repositories of every state."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from mvtui.store.knowledge.capture.git import without_credentials
from mvtui.store.knowledge.capture.gitstatus import parse

from .repositories import OWN, Repo

SOURCE = str(Path(__file__).parents[4] / ".src")


def test_a_clean_repository(repo: Repo) -> None:
    commit = repo.commit("src/train.py")
    taken = repo.take("git", directory="src")
    facts = taken.capture.part("git")
    assert facts == {
        "repository": str(repo.path),
        "directory": "src",
        "commit": commit,
        "branch": "main",
        "detached": False,
        "dirty": False,
        "changed": 0,
        "untracked": {"count": 0, "names": []},
    }
    assert taken.patch is None
    assert taken.code is not None
    assert (taken.code.commit, taken.code.branch, taken.code.dirty) == (commit, "main", False)


def test_uncommitted_changes_are_a_patch_that_brings_them_back(repo: Repo, tmp_path: Path) -> None:
    repo.write("gone.py", "old\n")
    repo.write("bin.dat", bytes(range(256)))
    commit = repo.commit("a.py", "x = 1\n")
    repo.write("a.py", "x = 2  # é\r\nlast line without end")
    repo.write("bin.dat", bytes(reversed(range(256))))
    repo.write("staged.py", "y = 1\n")
    repo.git("add", "staged.py")
    (repo.path / "gone.py").unlink()
    taken = repo.take()
    assert taken.patch is not None
    assert taken.capture.part("git")["patch"] == {"size": len(taken.patch)}
    assert taken.code is not None
    assert taken.code.dirty
    again = Repo(tmp_path / "again")
    again.git("fetch", "-q", str(repo.path), "main")
    again.git("checkout", "-q", commit)
    (tmp_path / "p").write_bytes(taken.patch)
    again.git("apply", str(tmp_path / "p"))
    for name in ("a.py", "bin.dat", "staged.py"):
        assert (again.path / name).read_bytes() == (repo.path / name).read_bytes()
    assert not (again.path / "gone.py").exists()


@pytest.mark.parametrize("staged", [False, True])
@pytest.mark.parametrize("count", [1, 32, 33, 60])
def test_few_and_many_changes_make_the_same_patch_from_anywhere(repo: Repo, count: int, staged: bool) -> None:
    for n in range(count):
        repo.write(f"sub/*{n} (top)", f"{n}\n" * 9)
    repo.commit()
    for n in range(count):
        repo.write(f"sub/*{n} (top)", "changed\n")
    repo.git("mv", "sub/*0 (top)", "moved \nto")
    repo.git("reset", "-q")
    if staged:
        repo.git("add", "sub")
    repo.git("add", "-N", "moved \nto")
    expected = repo.git("diff", "HEAD", "--binary")
    for directory in ("", "sub"):
        (repo.path / "sub").mkdir(exist_ok=True)
        patch = repo.take("git", directory=directory).patch
        assert patch is not None
        assert patch.decode().strip() == expected


def test_the_patch_is_the_same_whatever_the_user_has_configured(repo: Repo) -> None:
    repo.write("sub/b.py")
    repo.commit()
    repo.write("a.py", "x = 2\n")
    repo.write("sub/b.py", "y\n")
    plain = repo.take().patch
    repo.git("config", "diff.noprefix", "true")
    repo.git("config", "diff.mnemonicPrefix", "true")
    repo.git("config", "diff.relative", "true")
    repo.git("config", "color.diff", "always")
    repo.git("config", "diff.external", "false")
    repo.git("config", "core.pager", "false")
    assert repo.take("git", directory="sub").patch == plain
    assert plain


def test_the_patch_has_what_the_files_have_not_what_a_viewer_shows(repo: Repo) -> None:
    repo.write(".gitattributes", "*.py diff=viewer\n")
    repo.commit("a.py", "real = 1\n")
    repo.git("config", "diff.viewer.textconv", "echo shown; true")
    repo.write("a.py", "real = 2\n")
    patch = repo.take().patch
    assert patch is not None
    assert b"+real = 2" in patch


def test_a_directory_without_a_repository(tmp_path: Path) -> None:
    here = Repo(tmp_path / "other")
    outside = tmp_path / "outside"
    outside.mkdir()
    here.path = outside
    taken = here.take()
    assert taken.capture.part("git") == {"repository": ""}
    assert taken.code is None


@pytest.mark.parametrize(("script", "found"), [("train.py", True), ("venv/bin/torchrun", False)])
def test_the_script_leads_to_its_repository_unless_it_was_installed_there(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, found: bool
) -> None:
    (tmp_path / "elsewhere").mkdir()
    file = repo.write(script)
    monkeypatch.setattr(sys.modules["__main__"], "__file__", str(repo.path / script), raising=False)
    monkeypatch.setattr(sys, "prefix", str(repo.path / "venv"))
    repo.path = tmp_path / "elsewhere"
    assert bool(repo.take().capture.part("git").get("repository")) is found, file


def test_a_repository_without_commits(repo: Repo) -> None:
    repo.write("a.py")
    repo.git("add", "a.py")
    facts = repo.facts()
    assert facts["problem"] == "there is no commit yet"
    assert (facts["branch"], facts["commit"], facts["dirty"]) == ("main", "", True)
    assert repo.take().code is None


def test_a_detached_head_and_a_shallow_clone(repo: Repo, tmp_path: Path) -> None:
    repo.commit()
    last = repo.commit("b.py")
    clone = Repo(tmp_path / "clone")
    clone.git("fetch", "-q", "--depth", "1", f"file://{repo.path}", "main")
    clone.git("checkout", "-q", "FETCH_HEAD")
    facts = clone.facts()
    assert (facts["commit"], facts["branch"], facts["detached"], facts["shallow"]) == (last, "", True, True)


def conflict(repo: Repo, *words: str) -> None:
    repo.commit("a.py", "one\n")
    repo.git("checkout", "-q", "-b", "other")
    repo.commit("a.py", "two\n")
    repo.git("checkout", "-q", "main")
    repo.commit("a.py", "three\n")
    repo.git("checkout", "-q", "other")
    repo.git(*words, check=False)


@pytest.mark.parametrize(
    ("words", "state", "branch"),
    [
        (("merge", "main"), "merge", "other"),
        (("rebase", "main"), "rebase", "other"),
        (("rebase", "--apply", "main"), "rebase", "other"),
        (("cherry-pick", "main"), "cherry-pick", "other"),
        (("revert", "--no-edit", "HEAD~1"), "revert", "other"),
    ],
)
def test_unfinished_work_is_named(repo: Repo, words: tuple[str, ...], state: str, branch: str) -> None:
    conflict(repo, *words)
    taken = repo.take()
    facts = taken.capture.part("git")
    assert facts["state"] == [state]
    assert facts["unmerged"] == 1
    assert "not finished" in facts["patch"]["problem"]
    assert taken.code is not None
    assert taken.code.branch == branch


def test_a_bisection_is_named(repo: Repo) -> None:
    repo.commit()
    repo.git("bisect", "start")
    assert repo.facts()["state"] == ["bisect"]


def test_a_worktree_and_a_bare_repository(repo: Repo, tmp_path: Path) -> None:
    commit = repo.commit()
    tree = Repo(tmp_path / "unused")
    repo.git("worktree", "add", "-q", str(tmp_path / "tree"), "-b", "side")
    tree.path = tmp_path / "tree"
    assert (tree.facts()["branch"], tree.facts()["repository"]) == ("side", str(tmp_path / "tree"))
    repo.git("clone", "-q", "--bare", str(repo.path), str(tmp_path / "bare.git"))
    tree.path = tmp_path / "bare.git"
    facts = tree.facts()
    assert (facts["bare"], facts["commit"], facts["repository"]) == (True, commit, str(tmp_path / "bare.git"))


def test_a_submodule_that_was_changed_inside(repo: Repo, tmp_path: Path) -> None:
    inner = Repo(tmp_path / "inner")
    inner.commit()
    repo.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner.path), "lib x")
    repo.commit()
    repo.write("lib x/a.py", "changed\n")
    facts = repo.facts()
    assert facts["submodules"] == ["lib x"]
    assert facts["dirty"]
    assert facts["patch"] == {"size": 0, "problem": "not kept: only submodules have changes"}


@pytest.mark.parametrize(
    "name", ["new\nline", "tab\there", '"quoted" $(x)', "émoji 🎉", " space ", "-n", "[1;31m\x1b"]
)
def test_file_names_of_any_kind(repo: Repo, name: str) -> None:
    repo.commit(name, "a\n")
    repo.write(name, "b\n")
    repo.write(f"new/{name}")
    repo.write(f"{name}2")
    taken = repo.take()
    facts = taken.capture.part("git")
    assert (facts["changed"], facts["untracked"]) == (1, {"count": 2, "names": sorted([f"{name}2", "new/"])})
    assert taken.patch


def test_file_names_that_are_no_text(repo: Repo) -> None:
    repo.commit()
    (Path(os.fsdecode(os.fsencode(repo.path) + b"/\xff\xfe"))).write_text("x")
    assert repo.facts()["untracked"]["names"] == ["\\xff\\xfe"]


def test_a_rename_counts_once(repo: Repo) -> None:
    repo.commit("a.py", "long enough to be known again\n" * 5)
    repo.git("mv", "a.py", "b.py")
    repo.write("c.py")
    assert (repo.facts()["changed"], repo.facts()["untracked"]["names"]) == (1, ["c.py"])


def test_many_untracked_files_are_counted_and_some_named(repo: Repo) -> None:
    repo.commit()
    for n in range(250):
        repo.write(f"u{n:03}")
    untracked = repo.facts()["untracked"]
    assert (untracked["count"], len(untracked["names"])) == (250, 100)


def test_the_store_is_no_part_of_the_code(repo: Repo) -> None:
    repo.commit()
    repo.write(".mvtui/config.toml")
    assert repo.facts()["untracked"] == {"count": 0, "names": []}


def test_a_patch_beyond_the_limit_is_not_kept_and_not_read(repo: Repo) -> None:
    repo.commit("big.txt", "x\n")
    with open(repo.path / "big.txt", "w") as file:
        file.writelines(f"{n:060}\n" for n in range(50 * 2**20 // 61))
    taken = repo.take("git", patch_bytes=10_000, seconds=60)
    assert taken.patch is None
    assert taken.capture.part("git")["patch"] == {
        "problem": "not kept: the changes are larger than 10,000 bytes",
        "larger_than": 10_000,
    }
    assert taken.code is not None
    assert taken.code.dirty


def test_a_patch_loses_its_secrets_and_says_so(repo: Repo) -> None:
    token = "hf" + "_aB3dE5gH7jK9mN1pQ3sT5vW7yZ"
    repo.commit()
    repo.write("a.py", f'TOKEN = "{token}"\nx = 2\n')
    taken = repo.take()
    assert taken.patch is not None
    assert token.encode() not in taken.patch
    assert b"+x = 2" in taken.patch
    assert taken.capture.part("git")["redacted"] == 1


# -- remotes ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "clean"),
    [
        ("https://github.com/o/r.git", "https://github.com/o/r.git"),
        ("https://user:hunter2@github.com/o/r.git", "https://github.com/o/r.git"),
        ("https://token123@github.com/o/r.git", "https://github.com/o/r.git"),
        ("https://user:p@ss@host/o/r", "https://host/o/r"),
        ("https://host/o/r?private_token=abcdef123", "https://host/o/r?private_token=[redacted]"),
        ("git@github.com:o/r.git", "git@github.com:o/r.git"),
        ("ssh://git@github.com/o/r.git", "ssh://git@github.com/o/r.git"),
        ("ssh://git:hunter2@github.com:22/o/r.git", "ssh://git@github.com:22/o/r.git"),
        ("git+ssh://git:hunter2@h/r", "git+ssh://git@h/r"),
        ("/srv/git/r.git", "/srv/git/r.git"),
        ("https://host/a@b/r", "https://host/a@b/r"),
    ],
)
def test_remotes_are_kept_without_credentials(repo: Repo, url: str, clean: str) -> None:
    repo.commit()
    repo.git("remote", "add", "other", "https://example.com/x")
    repo.git("remote", "add", "origin", url)
    facts = repo.facts()
    assert (facts["remote_name"], facts["remote"]) == ("origin", clean)
    assert "hunter2" not in without_credentials(url)


def test_whether_the_commit_is_on_a_remote(repo: Repo, tmp_path: Path) -> None:
    bare = Repo(tmp_path / "bare.git", "--bare")
    repo.commit()
    repo.git("remote", "add", "up", str(bare.path))
    assert repo.facts()["pushed"] is False
    repo.git("push", "-q", "-u", "up", "main")
    facts = repo.facts()
    assert (facts["pushed"], facts["upstream"], facts["ahead"], facts["behind"]) == (True, "up/main", 0, 0)
    repo.commit("b.py")
    assert (repo.facts()["pushed"], repo.facts()["ahead"]) == (False, 1)
    repo.git("checkout", "-q", "--detach", "HEAD~1")
    assert repo.facts()["pushed"] is True


# -- git that fails -----------------------------------------------------------------------------


def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    directory = tmp_path / "bin"
    directory.mkdir()
    script = directory / "git"
    script.write_text(f"#!/bin/sh\n{body}\n")
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{directory}{os.pathsep}{os.environ['PATH']}")


def test_git_that_hangs_is_ended_with_its_children(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pids = tmp_path / "pids"
    fake(tmp_path, monkeypatch, f"sleep 300 & echo $! $$ >> {pids}; wait")
    assert repo.facts(seconds=0.5) == {"problem": "git did not end in time"}
    started = [int(word) for word in pids.read_text().split()]
    assert len(started) == 6
    deadline = time.monotonic() + 10
    while any(alive(pid) for pid in started) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not any(alive(pid) for pid in started)


def alive(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_status_that_takes_too_long_leaves_the_commit_known(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = repo.commit()
    git = shutil.which("git")
    fake(tmp_path, monkeypatch, f'case "$*" in *status*) sleep 300;; *) exec {git} "$@";; esac')
    taken = repo.take("git", seconds=2)
    facts = taken.capture.part("git")
    assert (facts["commit"], facts["problem"]) == (commit, "git did not end in time")
    assert "dirty" not in facts
    assert taken.code is not None
    assert (taken.code.commit, taken.code.dirty) == (commit, True), "what is not known to be clean is not"


def test_a_repository_whose_name_holds_a_line_break(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "new\nline")
    commit = repo.commit("src/a.py")
    repo.git("bisect", "start")
    facts = repo.take("git", directory="src").capture.part("git")
    assert (facts["repository"], facts["directory"], facts["commit"]) == (str(repo.path), "src", commit)
    assert facts["state"] == ["bisect"]


def test_git_that_leaves_a_child_behind_holding_its_output_is_ended(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake(tmp_path, monkeypatch, "sleep 300 & exit 0")
    assert "problem" in repo.facts(seconds=0.5)


@pytest.mark.parametrize(
    "body",
    [
        "exit 3",
        "echo garbage; exit 0",
        "printf '\\377\\000\\377'; exit 0",
        "echo fatal: oh no >&2; exit 128",
        "kill -9 $$",
    ],
)
def test_git_that_talks_nonsense_is_a_problem(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str
) -> None:
    fake(tmp_path, monkeypatch, body)
    taken = repo.take("git", "scheduler")
    assert taken.code is None
    assert taken.capture.part("scheduler") == {}
    assert "problem" in taken.capture.part("git") or not taken.capture.part("git").get("commit")


def test_git_that_never_stops_talking_is_stopped(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake(tmp_path, monkeypatch, "yes; yes >&2")
    taken = repo.take("git", seconds=20)
    assert taken.code is None


def test_no_git_at_all(repo: Repo, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    assert repo.facts() == {"problem": "git is not installed"}


def test_a_repository_of_someone_else(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.commit()
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    assert "belongs to another user" in repo.facts()["problem"]


def test_a_damaged_repository_is_a_problem(repo: Repo) -> None:
    commit = repo.commit()
    (repo.path / ".git/index").write_bytes(b"DIRC garbage")
    facts = repo.facts()
    assert facts["problem"].startswith("git: ")
    assert commit not in facts["problem"]


def test_a_working_directory_that_is_gone(tmp_path: Path) -> None:
    code = (
        "import os,sys\nos.mkdir(sys.argv[1]); os.chdir(sys.argv[1]); os.rmdir(sys.argv[1])\n"
        "from mvtui.store.knowledge import capture\n"
        "taken = capture.take()\nprint(sorted(taken.capture.parts), taken.capture.part('git'), taken.capture.part('command')['cwd'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "gone")], capture_output=True, text=True, check=False,
        env=os.environ | {"PYTHONPATH": SOURCE},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "'problem'" in done.stdout
    assert "'scheduler'" in done.stdout


def test_git_is_asked_to_lock_nothing_and_run_nothing(repo: Repo) -> None:
    repo.commit()
    for hook in ("post-index-change", "fsmonitor"):
        path = repo.path / ".git/hooks" / hook
        path.parent.mkdir(exist_ok=True)
        path.write_text("#!/bin/sh\ntouch ran\n")
        path.chmod(0o755)
    repo.git("config", "core.fsmonitor", str(repo.path / ".git/hooks/fsmonitor"))
    os.utime(repo.path / "a.py", (0, 0))
    (repo.path / "ran").unlink(missing_ok=True)
    before = (repo.path / ".git/index").read_bytes()
    assert not repo.facts()["dirty"], "the index is looked at, and not brought up to date"
    assert (repo.path / ".git/index").read_bytes() == before
    (repo.path / ".git/index.lock").touch()
    assert not repo.facts()["dirty"], "someone else writes it"
    assert (repo.path / ".git/index").read_bytes() == before
    assert not (repo.path / "ran").exists()


def test_the_environment_may_name_the_repository(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = repo.commit()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.setenv("GIT_DIR", str(repo.path / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(repo.path))
    repo.path = elsewhere
    facts = repo.facts()
    assert facts["commit"] == commit
    assert facts["directory"] == ""


def test_the_main_scripts_repository_stands_in(repo: Repo, tmp_path: Path) -> None:
    script = (
        "from mvtui.store.knowledge import capture\n"
        "print(capture.take(('git',)).capture.part('git').get('repository'))"
    )
    repo.commit("train.py", script)
    done = subprocess.run(
        [sys.executable, str(repo.path / "train.py")], cwd=tmp_path, capture_output=True, text=True, check=True,
        env=os.environ | OWN | {"PYTHONPATH": SOURCE},
    )  # fmt: skip
    assert done.stdout.strip() == str(repo.path)


def test_status_that_was_cut_off_is_read_as_far_as_it_goes() -> None:
    whole = b"# branch.oid abc\0# branch.head main\0? one\0? two\0? thr"
    status = parse(whole, 100)
    assert (status.untracked, status.names, status.branch) == (2, ["one", "two"], "main")
