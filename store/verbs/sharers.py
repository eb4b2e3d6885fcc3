"""What doctor says of a store that several users share: with whom, and what keeps them out."""

from __future__ import annotations

import os
import shlex
import stat
from collections.abc import Iterator

from ..engine import modes, platform, probe, sharing
from ..engine.repository import Repository
from ..nouns.reports import Finding


def look(repository: Repository, group: int, found: probe.Owners) -> Iterator[Finding]:
    """Yield what there is to say of a store shared with a group, whose files' owners were ``found``."""
    root, name = repository.layout.root, platform.group_name(group)
    members = ", ".join(platform.group_members(group)) or "no members are listed here"
    by = ", ".join(
        platform.user_name(uid) for uid in sorted(found.counts, key=lambda uid: -found.counts[uid])
    )
    yield Finding("ok", "shared", f"with the group {name} ({members}); its files were made by {by}")
    yield _me(repository, group, name)
    yield from _astray(repository, group, name)
    if closed := sharing.barred(root, group):
        yield Finding(
            "warn",
            "shared",
            f"{closed} lets not everyone in the group {name} pass, as far as its mode tells",
            f"chmod o+x {shlex.quote(closed)}, or keep the store elsewhere",
        )


def reader(repository: Repository) -> Finding:
    """Say why this user can only read."""
    layout = repository.layout
    if not sharing.in_the_way(layout):
        return Finding("info", "access", "opened for reading only, as asked")
    refused = sharing.refusal(layout)
    return Finding("bad" if sharing.is_ours(layout.root) else "warn", "access", refused.message, refused.hint)


def _me(repository: Repository, group: int, name: str) -> Finding:
    me = platform.user_name()
    if not repository.writable:
        return reader(repository)
    if platform.is_mine(group):
        return Finding("ok", "access", f"this user, {me}, is in the group {name} and can write")
    if platform.is_root():
        return Finding("ok", "access", f"this user, {me}, can write whatever the modes are")
    return Finding(
        "warn",
        "access",
        f"this user, {me}, can write as the owner but is not in the group {name}: what it makes may lock others out",
        f"sudo usermod -aG {name} {me}, then log in again",
    )


def _astray(repository: Repository, group: int, name: str) -> Iterator[Finding]:
    layout = repository.layout
    found = list(sharing.astray(layout.root, group))
    if not found:
        yield Finding("ok", "shared", "everything in it is the group's to use")
        return
    needed = {layout.events, layout.lock}
    is_bad = any(stat.S_ISDIR(status.st_mode) or path in needed for path, status in found)
    path, status = found[0]
    what = f"{path} ({platform.user_name(status.st_uid)}, {platform.group_name(status.st_gid)}, mode {_octal(status)})"
    if len(found) == 1:
        message, fix = f"the group {name} can't use {what} as it must", _mending(path, status, group, name)
    else:
        message = (
            f"the group {name} can't use {len(found):,} files and directories as it must, such as {what}"
        )
        fix = f"sudo mvtui init --shared {name} {shlex.quote(layout.root)}"
    yield Finding("bad" if is_bad else "warn", "shared", message, fix)


def _octal(status: os.stat_result) -> str:
    return f"{stat.S_IMODE(status.st_mode):04o}"


def _mending(path: str, status: os.stat_result, group: int, name: str) -> str:
    commands = []
    if status.st_gid != group:
        commands.append(f"sudo chgrp {name} {shlex.quote(path)}")
    if (due := modes.due(status)) != stat.S_IMODE(status.st_mode):
        commands.append(f"sudo chmod {due:04o} {shlex.quote(path)}")
    return " && ".join(commands)
