"""Which files of a directory are looked into: those that model formats claim first, and not without end."""

from __future__ import annotations

import contextlib
import os
import stat
from typing import NamedTuple

from . import claims

MAX_FILES = 10_000
"""Most files that are looked into."""
MAX_ENTRIES = 200_000
"""Most entries of directories that are looked at."""


class Place(NamedTuple):
    """A file: its path below the root, where it lies, its size in bytes."""

    path: str
    location: str
    size: int


class Walked(NamedTuple):
    """The files that were found, sorted by path, and what is worth saying about those that were not taken.

    ``whole`` says that there were not too many of them to take.
    """

    places: list[Place]
    notes: list[str]
    whole: bool = True


def walk(root: str) -> Walked:
    """Return the regular files below a directory, symlinked ones included.

    Hidden directories and links to directories are not gone into: git and download tools keep whole copies in the first,
    and the second may lead anywhere. What can't be read is passed over.
    """
    found: list[Place] = []
    waiting, entries, hidden, links = [""], 0, 0, 0
    while waiting and entries < MAX_ENTRIES:
        inside = waiting.pop()
        with contextlib.suppress(OSError), os.scandir(os.path.join(root, inside)) as listed:
            for entry in listed:
                entries += 1
                if entries >= MAX_ENTRIES:
                    break
                path = f"{inside}/{entry.name}" if inside else entry.name
                with contextlib.suppress(OSError):
                    status = entry.stat()
                    if stat.S_ISREG(status.st_mode):
                        found.append(Place(path, entry.path, status.st_size))
                    elif stat.S_ISDIR(status.st_mode):
                        if entry.is_symlink():
                            links += 1
                        elif entry.name.startswith("."):
                            hidden += 1
                        else:
                            waiting.append(path)
    notes = []
    if hidden:
        notes.append(f"hidden directories are not looked into: {hidden:,}")
    if links:
        notes.append(f"links to directories are not followed: {links:,}")
    if entries >= MAX_ENTRIES:
        notes.append(f"only the first {MAX_ENTRIES:,} entries are looked at")
    chosen = choose(found)
    return Walked(chosen.places, [*notes, *chosen.notes], chosen.whole and entries < MAX_ENTRIES)


def choose(places: list[Place]) -> Walked:
    """Return as many files as are looked into: those first whose names are of a format known here, and near to the root."""
    if len(places) <= MAX_FILES:
        return Walked(sorted(places), [])
    note = f"only {MAX_FILES:,} of {len(places):,} files are looked into"
    best = sorted(places, key=lambda place: (not claims(place.path), place.path.count("/"), place.path))
    return Walked(sorted(best[:MAX_FILES]), [note], whole=False)
