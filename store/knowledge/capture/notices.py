"""What a capture could not keep or find out that will be missed when someone asks how a version was made."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ...nouns.capture import Capture

_NAMED = 3  # untracked files that are named


def notices(capture: Capture, made: Iterable[os.PathLike[str]] = ()) -> tuple[str, ...]:
    """Return a sentence for each; ``made`` are the files that are registered, which nobody expects git to know."""
    git = capture.part("git")
    lost = [*_changes(git), *_untracked(git, [os.path.realpath(path) for path in made])]
    if lost and git.get("dirty") and capture.patch and not git.get("patch", {}).get("problem"):
        lost.insert(0, "uncommitted changes kept as a patch")
    return (*lost, *_unknown(capture))


def _changes(git: Mapping[str, Any]) -> Iterator[str]:
    if problem := git.get("patch", {}).get("problem"):
        yield f"uncommitted changes: {problem}"
    if count := git.get("redacted"):
        yield f"the patch lost {count:,} {'secret' if count == 1 else 'secrets'}, and may not apply"


def _untracked(git: Mapping[str, Any], made: list[str]) -> Iterator[str]:
    untracked = git.get("untracked", {})
    top = os.path.realpath(git.get("repository", ""))
    names = untracked.get("names", ())
    left = [name for name in names if not _holds(os.path.join(top, name), made)]
    count = untracked.get("count", 0) - len(names) + len(left)
    if count > 0:
        more = ", …" if count > len(left[:_NAMED]) else ""
        yield f"{count:,} untracked {'file' if count == 1 else 'files'} not kept: {', '.join(left[:_NAMED])}{more}"


def _holds(path: str, made: list[str]) -> bool:
    """Whether a path that git does not know is, holds or lies in what is registered."""
    bare = path.rstrip(os.sep)
    return any(os.path.commonpath([bare, one]) in (bare, one) for one in made)


def _unknown(capture: Capture) -> Iterator[str]:
    for part, facts in capture.parts.items():
        if said := facts.get("problem"):
            yield f"{part}: {said}"
    if note := capture.part("python").get("note"):
        yield str(note)
