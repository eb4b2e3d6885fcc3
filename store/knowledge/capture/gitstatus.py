"""Read ``git status --porcelain=v2 --branch -z`` (git-status(1), "Porcelain Format Version 2")."""

from __future__ import annotations

import os

import msgspec

_FIELDS = {b"1": 7, b"2": 8, b"u": 9}
"""Kind of entry → how many fields come before the path."""


class Status(msgspec.Struct):
    """What ``git status`` said: counts of changed, and names of unmerged, untracked and submodule paths.

    ``commit`` is empty before the first one, ``branch`` when none is checked out. ``ahead`` and ``behind``
    count commits against ``upstream``, None without one. ``paths`` are the changed ones, from the top level; ``staged`` says that the index differs from the commit.
    """

    commit: str = ""
    branch: str = ""
    upstream: str = ""
    ahead: int | None = None
    behind: int | None = None
    changed: int = 0
    unmerged: int = 0
    untracked: int = 0
    names: list[str] = []
    submodules: list[str] = []
    paths: list[bytes] = []
    staged: bool = False

    @property
    def dirty(self) -> bool:
        """Whether tracked files differ from the commit."""
        return bool(self.changed or self.unmerged)


def parse(data: bytes, most_names: int) -> Status:
    """Read what git wrote, as far as it goes; of untracked and submodule paths at most ``most_names`` are kept."""
    status = Status(names=[], submodules=[], paths=[])
    entries = iter(data.split(b"\0")[:-1])  # what follows the last NUL is nothing, or cut off
    for entry in entries:
        kind, _, rest = entry.partition(b" ")
        if kind == b"#":
            _header(status, os.fsdecode(rest))
        elif kind == b"?":
            status.untracked += 1
            _keep(status.names, rest, most_names)
        elif kind in {b"1", b"2", b"u"}:
            status.changed += kind != b"u"
            status.unmerged += kind == b"u"
            fields = rest.split(b" ", _FIELDS[kind])
            status.staged |= kind == b"u" or not fields[0].startswith(b".")
            status.paths.append(fields[-1])
            if fields[1].startswith(b"S"):
                _keep(status.submodules, fields[-1], most_names)
            if kind == b"2":
                status.paths.append(next(entries, b""))  # the name before a rename
    return status


def _header(status: Status, text: str) -> None:
    name, _, value = text.partition(" ")
    if name == "branch.oid" and value != "(initial)":
        status.commit = value
    elif name == "branch.head" and value != "(detached)":
        status.branch = value
    elif name == "branch.upstream":
        status.upstream = value
    elif name == "branch.ab":
        ahead, _, behind = value.partition(" ")
        status.ahead, status.behind = abs(int(ahead)), abs(int(behind))


def _keep(names: list[str], name: bytes, most: int) -> None:
    if len(names) < most:
        names.append(name.decode("utf-8", "backslashreplace"))
