"""What there is at a path that is being typed: for the worker's thread, since disks may be slow."""

from __future__ import annotations

import itertools
import os
import stat
from typing import Literal

import msgspec

MOST = 200
"""Entries that are told of a directory."""

_READ = 20_000
"""Entries that are looked through; a directory may hold millions."""

State = Literal["nothing", "file", "directory", "empty", "other"]


class Entry(msgspec.Struct, frozen=True):
    """One name in a directory, or one of other choices. ``size`` is that of a file, in bytes."""

    name: str
    directory: bool = False
    size: int | None = None


class Choices(msgspec.Struct, frozen=True):
    """How what is typed could go on: ``entries``, each with ``before`` before it; ``total`` counts those left out, too.

    ``problem`` says why they can't be told.
    """

    entries: tuple[Entry, ...] = ()
    total: int = 0
    before: str = ""
    problem: str = ""


class Place(msgspec.Struct, frozen=True):
    """What ``typed`` names, and how it could go on.

    ``path`` is absolute. ``state`` says what is there (``empty`` is a directory without entries). ``choices`` are names
    in the directory typed so far that begin as the rest, directories first.
    """

    typed: str
    path: str
    state: State
    choices: Choices = Choices()


def _parted(typed: str) -> tuple[str, str]:
    """Return the directory that is typed so far, with its slash, and the beginning of a name in it."""
    at = typed.rfind("/") + 1
    return typed[:at], typed[at:]


def look(typed: str, *, directories: bool = False) -> Place:
    """Look what there is at a path; with ``directories`` only those are told. Never raises."""
    try:
        text = os.path.expanduser(typed)
        path = os.path.abspath(text or ".")
        state = _state(path) if typed else "nothing"
    except (OSError, ValueError) as error:  # such as a NUL in it, or a home directory that is gone
        return Place(typed, typed, "nothing", Choices(problem=str(getattr(error, "strerror", "") or error)))
    try:
        found = _entries(*_parted(text), directories=directories)
    except OSError as error:
        return Place(typed, path, state, Choices(problem=error.strerror or str(error)))
    return Place(typed, path, state, Choices(tuple(found[:MOST]), len(found), _parted(typed)[0]))


def _state(path: str) -> State:
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        return "nothing"
    except NotADirectoryError:
        return "other"
    if stat.S_ISREG(mode):
        return "file"
    if not stat.S_ISDIR(mode):
        return "other"
    with os.scandir(path) as entries:
        return "directory" if next(entries, None) else "empty"


def _entries(folder: str, start: str, *, directories: bool) -> list[Entry]:
    try:
        with os.scandir(folder or ".") as entries:
            here = [entry for entry in itertools.islice(entries, _READ) if _fits(entry.name, start)]
    except (FileNotFoundError, NotADirectoryError):
        return []
    exact = [entry for entry in here if entry.name.startswith(start)]
    kinds = [(not _is_directory(entry), entry) for entry in exact or here]
    kinds = [(plain, entry) for plain, entry in kinds if not (plain and directories)]
    kinds.sort(key=lambda kind: (kind[0], kind[1].name))
    return [
        Entry(entry.name, not plain, _size(entry) if plain and at < MOST else None)
        for at, (plain, entry) in enumerate(kinds)
    ]


def _fits(name: str, start: str) -> bool:
    hidden = name.startswith(".") and not start.startswith(".")
    return not hidden and name.lower().startswith(start.lower())


def _is_directory(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _size(entry: os.DirEntry[str]) -> int:
    try:
        return entry.stat().st_size
    except OSError:  # a symlink that leads nowhere
        return 0
