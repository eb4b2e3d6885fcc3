"""Which files a registration means: walking what the user pointed at, before a byte is copied."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Sequence
from pathlib import Path

import msgspec

from ..errors import BadInputError, NotFoundError, StorageError, UnsafePathError, UnsupportedFileError
from ..nouns.manifest import check_path, check_paths


class SourceFile(msgspec.Struct, frozen=True):
    """A file to store: where it lies, its path inside the version, its size in bytes and mtime (seconds) when seen."""

    location: str
    path: str
    size: int
    mtime: float


def collect(paths: Sequence[Path], *, follow: bool, store: Path | None) -> list[SourceFile]:
    """List the files that ``paths`` stand for, sorted by their path inside the version.

    One directory: its files become the root. One file: its name. Several: each keeps its name, directories
    with what is below. Symlinked files are followed and count as files (Hugging Face snapshots are made of
    them); symlinked directories only with ``follow``. Empty directories are not kept, as in git.

    Raises:
        NotFoundError: a path is missing.
        UnsupportedFileError: a socket, device, FIFO, dangling or looping symlink, or a symlink to a directory
            without ``follow``.
        BadInputError: nothing to store, two paths of one name, a file name that is not UTF-8, or a directory
            that holds ``store``, the store itself (None when that doesn't matter).
        StorageError: a directory can't be read.
    """
    status = _stat(os.fspath(store)) if store is not None else None
    walk = _Walk(follow, (status.st_dev, status.st_ino) if status else None)
    for path in paths:
        walk.start(path, alone=len(paths) == 1)
    if not walk.found:
        where = ", ".join(str(path) for path in paths) or "the list of paths"
        raise BadInputError(
            f"{where} holds no files", hint="Point at a file, or a directory with files in it."
        )
    try:
        check_paths(walk.found)
    except UnsafePathError as error:
        raise BadInputError(
            f"{error.message}, among the given paths", hint="Put them into one directory."
        ) from error
    return sorted(walk.found.values(), key=lambda source: source.path)


class _Walk:
    def __init__(self, follow: bool, store: tuple[int, int] | None) -> None:
        self.follow, self.store = follow, store
        self.found: dict[str, SourceFile] = {}
        self.waiting: list[tuple[str, str, tuple[tuple[int, int], ...]]] = []

    def start(self, path: Path, *, alone: bool) -> None:
        location = os.path.abspath(path)
        status = _stat(location)
        if stat.S_ISDIR(status.st_mode):  # a symlink named by the user is meant to be followed
            identity = (status.st_dev, status.st_ino)
            self.waiting = [(location, "" if alone else os.path.basename(location), (identity,))]
            while (
                self.waiting
            ):  # a list, not recursion: directories may be nested as deep as paths can be long
                self.directory(*self.waiting.pop())
        else:
            self.file(location, os.path.basename(location), status)

    def directory(self, location: str, inside: str, above: tuple[tuple[int, int], ...]) -> None:
        if above[-1] == self.store:
            raise BadInputError(
                f"{location} is the store itself", hint="Point at the model's own files or directory."
            )
        try:
            with os.scandir(location) as entries:
                names = sorted((entry.name, entry.is_symlink()) for entry in entries)
        except OSError as error:
            raise StorageError(
                f"could not read {location}: {error.strerror}", hint="Check its mode."
            ) from error
        for name, is_link in names:
            there = os.path.join(location, name)
            path = f"{inside}/{name}" if inside else name
            status = _stat(there)
            if not stat.S_ISDIR(status.st_mode):
                self.file(there, path, status)
                continue
            if is_link and not self.follow:
                raise UnsupportedFileError(
                    f"{there} is a symlink to a directory",
                    hint="Pass --follow to store what it points at, or leave it out.",
                )
            identity = (status.st_dev, status.st_ino)
            if identity in above:
                raise UnsupportedFileError(
                    f"{there} leads back to a directory above it", hint="Remove the loop."
                )
            self.waiting.append((there, path, (*above, identity)))

    def file(self, location: str, path: str, status: os.stat_result) -> None:
        if not stat.S_ISREG(status.st_mode):
            raise UnsupportedFileError(
                f"{location} is {_what(status.st_mode)}",
                hint="Only files and directories can be stored: leave it out.",
            )
        try:
            path.encode()
        except UnicodeEncodeError:
            raise BadInputError(f"the name of {location!r} is not UTF-8", hint="Rename the file.") from None
        if path in self.found:
            raise BadInputError(
                f"two of the given paths would both be stored as {path!r}",
                hint="Put them into one directory.",
            )
        self.found[check_path(path)] = SourceFile(location, path, status.st_size, status.st_mtime)


def _stat(location: str) -> os.stat_result:
    try:
        return os.stat(location)
    except FileNotFoundError:
        if os.path.islink(location):
            raise UnsupportedFileError(
                f"{location} is a symlink to nothing", hint="Mend or remove the symlink."
            ) from None
        raise NotFoundError(f"{location} does not exist", hint="Check the path.") from None
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise UnsupportedFileError(
                f"{location} is a symlink that loops", hint="Remove the symlink."
            ) from error
        raise StorageError(
            f"could not look at {location}: {error.strerror}", hint="Check the path and its mode."
        ) from error
    except ValueError:
        raise BadInputError(f"{location!r} can't be a path", hint="A path has no NUL character.") from None


def _what(mode: int) -> str:
    kinds = {
        stat.S_IFSOCK: "a socket",
        stat.S_IFIFO: "a FIFO",
        stat.S_IFBLK: "a block device",
        stat.S_IFCHR: "a device",
    }
    return kinds.get(stat.S_IFMT(mode), "not a regular file")
