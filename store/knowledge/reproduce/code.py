"""The code: clone, check out, bring back what was not committed."""

from __future__ import annotations

import shlex
from typing import Any

from ...nouns.recipe import Step
from ...nouns.version import Version
from .lacking import Lacking
from .shell import comment, inside, option_safe

_COMMIT_FIRST = "commit before you train"
_NAMED = 3  # untracked files that are named


def step(version: Version, git: dict[str, Any], patch: str, lack: Lacking) -> Step:
    """Return the step. ``patch`` is the command that prints the patch, empty without one."""
    title = "the code, as it was"
    if version.code is None:
        again = "register the same files again where they were made: what was captured is added"
        fix = "train in a git repository, from a commit" if git else again
        lack(str(git.get("problem") or _why_no_commit(git)), fix, level="bad")
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


def _source(version: Version, git: dict[str, Any], lack: Lacking) -> str:
    """Return what to clone, as a word: the remote, else the repository itself, which only its own machine has."""
    remote, repository = str(git.get("remote", "")), str(git.get("repository", ""))
    if remote:
        pushed = git.get("pushed")
        if pushed is False:
            lack(
                f"the commit was not on {remote} when it was captured; it was in {repository} on {version.host}",
                "git push, if that has not been done since",
            )
        elif pushed is None:
            lack(
                f"it is not known whether the commit is on {remote}",
                f"look there for {version.code.commit[:12]}" if version.code else "",
            )
        return option_safe(remote)
    if repository:
        lack(
            f"the repository had no remote; it was {repository} on {version.host}",
            "give it one: git remote add",
        )
        return option_safe(repository)
    lack("no repository is known to have the commit")
    return ""


def _no_patch(git: dict[str, Any], lack: Lacking) -> None:
    if git and "dirty" not in git:
        unknown = "it is not known whether there were changes that were not committed"
        lack(f"{unknown}: {git.get('problem', '')}", "give git longer: capture_timeout in config.toml")
        return
    why = git.get("patch", {}).get("problem", "")
    lack(
        f"there were changes that were not committed{f' ({why})' if why else ''}; they were not kept",
        _COMMIT_FIRST,
        level="bad",
    )


def doubts(git: dict[str, Any]) -> list[str]:
    """Return what is wrong with a patch that was kept, a sentence each; none when it holds all changes as they were."""
    found = []
    if count := git.get("redacted"):
        found.append(
            f"the patch lost {count} {'secret' if count == 1 else 'secrets'}: put them back, or it may not apply"
        )
    if problem := git.get("patch", {}).get("problem"):
        found.append(f"the patch: {problem}")
    if git.get("submodules"):
        found.append("the patch has no changes inside submodules")
    return found


def _doubts(git: dict[str, Any], lack: Lacking) -> list[str]:
    """Name what is wrong with the patch, as comments too: that is where it will fail."""
    found = doubts(git)
    for message in found:
        lack(message, _COMMIT_FIRST)
    return [comment(message) for message in found]


def _untracked(git: dict[str, Any], lack: Lacking) -> None:
    untracked = git.get("untracked", {})
    if count := untracked.get("count", 0):
        names = ", ".join(untracked.get("names", ())[:_NAMED])
        more = f" and {count - _NAMED:,} more" if count > _NAMED else ""
        lack(
            f"files that git did not know were not kept: {names}{more}",
            "git add what training needs, and commit it",
        )
