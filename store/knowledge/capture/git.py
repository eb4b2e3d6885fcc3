"""The git repository that the code came from: commit, branch, remote, and the changes that are not committed.

Git is asked to change nothing and to ask nothing: no locks for the sake of speed, no prompts, no pager, no hooks, no file
system monitor, no external diff. What it needs to tell whether a file changed it runs as ``git status`` does for its
user: the clean filters that the repository's own configuration names (Git LFS is one). Three processes run at once;
a fourth makes the patch when there is one to make. At the time limit they are ended with their process group.
"""

from __future__ import annotations

import os
import re
import sys
import time
from typing import Any

from .gitstatus import Status, parse
from .process import is_own_command
from .programs import Program, finish

_QUIET = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_LAZY_FETCH": "1",  # what a partial clone lacks stays where it is: no network
    "GIT_PAGER": "cat",
    "LC_ALL": "C",
}
_GIT = ("git", "--no-pager", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null")
# What can fail comes last: a bare repository has no top level, a new one no HEAD.
_WHERE = (
    *("rev-parse", "--is-bare-repository", "--is-shallow-repository", "--absolute-git-dir"),
    *("--show-toplevel", "HEAD"),
)
_STATUS = ("status", "--porcelain=v2", "--branch", "-z", "--untracked-files=normal")
_REMOTES = ("config", "-z", "--get-regexp", r"^remote\..*\.url$")
_DIFF = (
    *("-c", "diff.noprefix=false", "-c", "diff.mnemonicPrefix=false", "-c", "diff.relative=false"),
    *("diff", "--binary", "--no-ext-diff", "--no-textconv", "--no-color", "--ignore-submodules=dirty"),
    "-O/dev/null",
)  # fmt: skip
_MOST_STATUS = 1 << 24  # bytes of git status that are read
_MOST_NAMES = 100
_FEW = 32  # paths; git compares each with every file
_STATES = {
    "rebase-merge": "rebase",
    "rebase-apply": "rebase",
    "MERGE_HEAD": "merge",
    "CHERRY_PICK_HEAD": "cherry-pick",
    "REVERT_HEAD": "revert",
    "BISECT_LOG": "bisect",
}
_HASH = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}", re.ASCII)
_STORE = re.compile(r"(?:.*/)?\.mvtui/")
_USER = re.compile(r"(?P<scheme>[A-Za-z][\w+.-]*://)(?P<user>[^/@]*(?:@[^/@]*)*)@", re.ASCII)


class GitLook:
    """A look at the repository that has begun: git runs while other things are read. ``close`` it in any case.

    The repository is that of ``cwd``, else that of the directory of the main script.
    """

    def __init__(self, cwd: str | None, timeout: float, patch_limit: int) -> None:
        self._deadline = time.monotonic() + timeout
        self._patch_limit = patch_limit
        self._places = _places(cwd)
        self.patch: bytes | None = None
        """The uncommitted changes, once ``facts`` has been asked for; None when there are none, or too many."""
        self._begin()

    def close(self) -> None:
        """End what still runs."""
        for program in self._programs:
            program.end(0.0)

    def facts(self) -> dict[str, Any]:
        """Return the facts; ``repository`` is empty outside one. What was wrong is in ``problem``."""
        while True:
            finish(self._programs, self._deadline)
            if self._where.output or not self._is_none() or not self._places:
                break
            self._begin()
        if not self._where.output:
            return {"repository": ""} if self._is_none() else {"problem": _why(self._where)}
        return self._read()

    def _begin(self) -> None:
        self._place = self._places.pop(0)
        self._where = self._run(*_WHERE)
        self._status = self._run(*_STATUS, limit=_MOST_STATUS)
        self._remotes = self._run(*_REMOTES)
        self._programs = [self._where, self._status, self._remotes]

    def _run(self, *words: str, limit: int = 1 << 20) -> Program:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_TRACE")}
        return Program([*_GIT, *words], cwd=self._place, environment=environment | _QUIET, limit=limit)

    def _is_none(self) -> bool:
        return "not a git repository" in self._where.error

    def _read(self) -> dict[str, Any]:
        flags, places = _lines(self._where.output)
        bare = flags[0] == "true"
        head = "" if bare or not places else places.pop()
        # Both paths go through the same directories, so a line break in a name is in both.
        middle = len(places) if bare else len(places) // 2
        git_dir, top = "\n".join(places[:middle]), "\n".join(places[middle:])
        found: dict[str, Any] = {"repository": top or git_dir}
        found |= {"bare": True} if bare else {"directory": _inside(top, self._place)}
        found |= {"shallow": True} if flags[1:] == ["true"] else {}
        found |= _state(git_dir)
        remote, url = _remote(self._remotes.output)
        if url:
            found |= {"remote": without_credentials(url), "remote_name": remote}
        if bare:
            return found | self._head(git_dir)
        if not self._status.ok and not self._status.too_long:
            known = {"commit": head} if _HASH.fullmatch(head) else {}
            return found | known | {"problem": _why(self._status)}
        status = parse(self._status.output, _MOST_NAMES)
        found |= _told(status)
        if self._status.too_long:
            found["untracked"]["problem"] = "there are more: git named too many to read them all"
        return found | self._changes(status, has_remote=bool(url))

    def _head(self, git_dir: str) -> dict[str, Any]:
        """Return what a bare repository's HEAD is: there is nothing to have a status."""
        head = self._run("--git-dir", git_dir, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
        finish([head], self._deadline)
        return {"commit": head.output.decode("ascii", "replace").strip(), "dirty": False} if head.ok else {}

    def _changes(self, status: Status, *, has_remote: bool) -> dict[str, Any]:
        """Return what a second round of git tells: the patch, and whether the commit is on a remote."""
        if not status.commit:
            return {"problem": "there is no commit yet"}
        diff = self._diff(status) if status.dirty else None
        unpushed = None
        if has_remote and status.ahead is None:
            unpushed = self._run("rev-list", "-n", "1", "HEAD", "--not", "--remotes", "--")
        finish([program for program in (diff, unpushed) if program], self._deadline)
        found: dict[str, Any] = {}
        if status.ahead is not None:
            found["pushed"] = status.ahead == 0
        elif unpushed is not None and unpushed.ok:
            found["pushed"] = not unpushed.output
        if diff is not None:
            found["patch"] = self._kept(diff, status)
        return found

    def _diff(self, status: Status) -> Program:
        """Begin to make the patch against the commit. With nothing staged the index is the commit, and known already."""
        against = ["HEAD"] if status.staged else []
        return self._run(*_DIFF, *against, "--", *_only(status.paths), limit=self._patch_limit)

    def _kept(self, diff: Program, status: Status) -> dict[str, Any]:
        if diff.too_long:
            limit = self._patch_limit
            return {"problem": f"not kept: the changes are larger than {limit:,} bytes", "larger_than": limit}
        if not diff.ok:
            return {"problem": f"not kept: {_why(diff)}"}
        facts: dict[str, Any] = {"size": len(diff.output)}
        if status.unmerged:
            facts["problem"] = "it holds a merge that is not finished"
        elif not diff.output and status.submodules:
            facts["problem"] = "not kept: only submodules have changes"
        self.patch = diff.output or None
        return facts


def _only(paths: list[bytes]) -> list[str]:
    """Return a few paths as pathspecs, so that git need not look at every file once more; none for many."""
    return [":(top,literal)" + os.fsdecode(path) for path in paths] if len(paths) <= _FEW else []


def _lines(output: bytes) -> tuple[list[str], list[str]]:
    """Return the two flags that ``rev-parse`` was asked for, and the lines that follow."""
    lines = os.fsdecode(output).split("\n")[:-1]
    return lines[:2], lines[2:]


def without_credentials(url: str) -> str:
    """Return a remote's URL without user and password, but with the user that SSH needs (``ssh://git@host``)."""
    match = _USER.match(url)
    if not match:
        return url
    user = match["user"].partition(":")[0]
    keeps = "ssh" in match["scheme"]
    return match["scheme"] + (f"{user}@" if keeps and user else "") + url[match.end() :]


def _places(cwd: str | None) -> list[str]:
    """Return the directories to look from, best first."""
    places = [cwd or os.getcwd()]
    script = getattr(sys.modules.get("__main__"), "__file__", None)
    if isinstance(script, str) and not is_own_command() and not _is_installed(script):
        directory = os.path.dirname(os.path.abspath(script))
        if directory != places[0] and os.path.isdir(directory):
            places.append(directory)
    return places


def _is_installed(script: str) -> bool:
    """Whether a program belongs to the environment (pytest, torchrun): where that lies, nobody wrote training code."""
    first = _inside(sys.prefix, os.path.abspath(script)).partition(os.sep)[0]
    return first in {"bin", "lib", "lib64", "Scripts", "Lib"}


def _inside(top: str, place: str) -> str:
    """Return the path of the working directory from the top level; ``.`` at the top, empty when it lies elsewhere."""
    path = os.path.relpath(os.path.realpath(place), os.path.realpath(top))
    return "" if path.startswith("..") else path


def _state(git_dir: str) -> dict[str, Any]:
    """Return what is going on: an unfinished rebase, merge…; with the branch that a rebase will come back to."""
    found = list(
        dict.fromkeys(word for name, word in _STATES.items() if os.path.exists(os.path.join(git_dir, name)))
    )
    if not found:
        return {}
    facts: dict[str, Any] = {"state": found}
    for directory in ("rebase-merge", "rebase-apply"):
        file = os.path.join(git_dir, directory, "head-name")
        if os.path.isfile(file):
            with open(file, encoding="utf-8", errors="backslashreplace") as opened:
                facts["rebasing"] = opened.read(1000).strip().removeprefix("refs/heads/")
    return facts


def _remote(output: bytes) -> tuple[str, str]:
    """Return name and URL of ``origin``, else of the first remote; from ``git config -z``: key, line break, value."""
    urls: dict[str, str] = {}
    for entry in os.fsdecode(output).split("\0")[:-1]:
        key, _, value = entry.partition("\n")
        urls.setdefault(key.removeprefix("remote.").removesuffix(".url"), value)
    name = "origin" if "origin" in urls else next(iter(urls), "")
    return name, urls.get(name, "")


def _told(status: Status) -> dict[str, Any]:
    names = [name for name in status.names if not _STORE.fullmatch(name)]  # a store is no part of the code
    found: dict[str, Any] = {
        "commit": status.commit,
        "branch": status.branch,
        "detached": not status.branch,
        "dirty": status.dirty,
        "changed": status.changed,
        "untracked": {"count": status.untracked - len(status.names) + len(names), "names": names},
    }
    if status.upstream:
        found |= {"upstream": status.upstream, "ahead": status.ahead, "behind": status.behind}
    if status.unmerged:
        found["unmerged"] = status.unmerged
    if status.submodules:
        found["submodules"] = status.submodules
    return found


def _why(program: Program) -> str:
    if "dubious ownership" in program.error or "unsafe repository" in program.error:
        return "git refuses to look: the repository belongs to another user (git config safe.directory)"
    return program.why
