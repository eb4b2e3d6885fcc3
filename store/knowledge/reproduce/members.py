"""How a bundle is put together again: its members by their references, and its own files as they were."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence

from ...nouns.bundle import CARD, MemberState
from ...nouns.manifest import FileEntry
from ...nouns.recipe import Step
from ...nouns.version import Version
from .lacking import Lacking
from .shell import inside


def step(
    version: Version,
    members: Sequence[MemberState],
    files: Sequence[FileEntry],
    mvtui: Callable[..., str],
    lack: Lacking,
) -> Step:
    """Return the step. Content decides: what comes of it is the same version, if its members are there."""
    for member in members:
        if member.deleted or member.lost:
            lack(f"{member.role} {member.ref} is {member.trouble}", level="bad", about=(member.id,))
    named = {member.role for member in members}
    own = sorted({entry.path.partition("/")[0] for entry in files} - named - {CARD})
    lines = []
    if own:
        lines.append(mvtui("checkout", version.ref, raw=inside("made")))
    added = [f"--add {shlex.quote(f'{member.role}={member.ref}')}" for member in members]
    added += [f"--add {shlex.quote(role)}={inside('made', role)}" for role in own]
    lines.append(mvtui("bundle", version.model, raw=" ".join(added)))
    return Step("command", "what puts it together", tuple(lines))
