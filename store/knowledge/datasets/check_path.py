"""Whether the files at a path still are those of a manifest."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from ...errors import BadInputError
from ...nouns.dataset import State
from ...nouns.manifest import FileEntry
from .. import sources
from ..meter import Meter
from .differences import sentences


def judge(
    location: str,
    files: Sequence[FileEntry],
    hash_file: Callable[[str, Callable[[int], None]], str],
    meter: Meter,
) -> tuple[State, list[str]]:
    """Compare a file or directory with the files it was registered with. Only those of the same size are hashed.

    Raises:
        MvtuiError, OSError: it can't be walked or read; see ``sources.collect``.
    """
    if not os.path.lexists(location):
        return "missing", [f"there is nothing at {location}"]
    try:
        found = {one.path: one for one in sources.collect([Path(location)], follow=True, store=None)}
    except BadInputError as error:
        if files and os.path.isdir(location) and not any(names for _, _, names in os.walk(location)):
            return "missing", [f"{location} holds no files any more"]
        return "changed", [error.message]
    recorded = {entry.path: entry for entry in files}
    same_size = [path for path in recorded.keys() & found.keys() if found[path].size == recorded[path].size]
    meter.begin(sum(recorded[path].size for path in same_size))
    changed = (recorded.keys() & found.keys()) - set(same_size)
    for path in sorted(same_size):
        if hash_file(found[path].location, meter.on(path)) != recorded[path].digest:
            changed.add(path)
    meter.end()
    why = sentences(changed, found.keys() - recorded.keys(), recorded.keys() - found.keys())
    return ("changed", why) if why else ("unchanged", [])
