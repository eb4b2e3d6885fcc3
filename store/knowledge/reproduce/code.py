"""The code: clone, check out, bring back what was not committed."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from typing import Any

from ...nouns.recipe import Step
from ...nouns.version import Version
from .shell import comment, inside, option_safe

_NAMED = 3  # untracked files that are named


def step(version: Version, git: dict[str, Any], patch: str, lack: Callable[[str], None]) -> Step:
    """Return the step. ``patch`` is the command that prints the patch, empty without one."""
    title = "the code, as it was"
    if version.code is None:
        lack(str(git.get("problem") or _why_no_commit(git)))
        return Step("code", title, ())
    source = _source(version, git, lack)
    lines = []
    if source:
        # A path that holds a colon is a host to git, and one that begins with - an option.
        lines = [
            f"git clone --no-checkout -- {source} {inside('code')}",
            f"cd {inside('code')}",
            f"git checkout --quiet --detach {shlex.quote(version.code.commit)}",
            "git submodule --quiet update --init --recursive",
        ]
    if version.code.dirty:
        if patch:
            lines.append(f"{patch} | git apply --whitespace=nowarn -")
        else:
            _no_patch(git, lack)
    if patch:
        lines = [*_doubts(git, lack), *lines]
    _untracked(git, lack)
    return Step("code", title, tuple(lines))


def _why_no_commit(git: dict[str, Any]) -> str:
    if not git:
        return "no commit is known: git was not looked at"
    return "no commit is known: it was not made in a git repository"


def _source(version: Version, git: dict[str, Any], lack: Callable[[str], None]) -> str:
    """Return what to clone, as a word: the remote, else the repository itself, which only its own machine has."""
    remote, repository = str(git.get("remote", "")), str(git.get("repository", ""))
    if remote:
        pushed = git.get("pushed")
        if pushed is False:
            lack(
                f"the commit was not on {remote} when it was captured; it was in {repository} on {version.host}"
            )
        elif pushed is None:
            lack(f"it is not known whether the commit is on {remote}")
        return option_safe(remote)
    if repository:
        lack(f"the repository had no remote; it was {repository} on {version.host}")
        return option_safe(repository)
    lack("no repository is known to have the commit")
    return ""


def _no_patch(git: dict[str, Any], lack: Callable[[str], None]) -> None:
    if git and "dirty" not in git:
        lack(f"it is not known whether there were changes that were not committed: {git.get('problem', '')}")
        return
    why = git.get("patch", {}).get("problem", "")
    lack(f"there were changes that were not committed{f' ({why})' if why else ''}; they were not kept")


def _doubts(git: dict[str, Any], lack: Callable[[str], None]) -> list[str]:
    """Name what is wrong with the patch, as comments too: that is where it will fail."""
    found = []
    if count := git.get("redacted"):
        found.append(
            f"the patch lost {count} {'secret' if count == 1 else 'secrets'}: put them back, or it may not apply"
        )
    if problem := git.get("patch", {}).get("problem"):
        found.append(f"the patch: {problem}")
    if git.get("submodules"):
        found.append("the patch has no changes inside submodules")
    for message in found:
        lack(message)
    return [comment(message) for message in found]


def _untracked(git: dict[str, Any], lack: Callable[[str], None]) -> None:
    untracked = git.get("untracked", {})
    if count := untracked.get("count", 0):
        names = ", ".join(untracked.get("names", ())[:_NAMED])
        more = f" and {count - _NAMED:,} more" if count > _NAMED else ""
        lack(f"files that git did not know were not kept: {names}{more}")
