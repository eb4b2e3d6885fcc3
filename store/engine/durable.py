"""The only place that flushes and renames; the writers' lock is in ``lock``.

What is promised: when ``publish``, ``sync_appended`` or ``sync_dir`` returns, the bytes and the name survive a
power cut on a file system that honours ``fsync``. When one raises, nothing is visible under its final
name. A failed flush is never tried again: the kernel may have dropped the pages and would say yes.
"""

from __future__ import annotations

import contextlib
import errno
import os
import time
from collections.abc import Iterable, Iterator
from typing import Self

from ..errors import BadInputError, MvtuiError, NoSpaceError, StorageError
from . import modes, platform, removal
from .removal import TREE_SUFFIX

OBJECT_MODE = 0o444
_FULL = {errno.ENOSPC, errno.EDQUOT}
_DENIED = {errno.EACCES, errno.EPERM, errno.EROFS}
ASIDE = ".making"
"""What a directory is called while it is made in a shared one; only its maker may look into it."""

_TRIES = 20  # times that directories are made again because gc finds them empty
_PATIENCE, _PAUSE = 10.0, 0.001  # seconds: to wait for a directory that others keep busy, and between tries


@contextlib.contextmanager
def explained(doing: str) -> Iterator[None]:
    """Turn an ``OSError`` inside into the error a user can act on; ``doing`` completes "could not …"."""
    try:
        yield
    except OSError as error:
        raise explain(error, doing) from error


def explain(error: OSError, doing: str) -> MvtuiError:
    """Return the error for what the operating system refused."""
    where = f" ({error.filename})" if error.filename else ""
    message = f"could not {doing}: {error.strerror or error}{where}"
    if error.errno in _FULL:
        return NoSpaceError(message, hint="Free some space (mvtui gc --yes may help), then try again.")
    if error.errno in _DENIED:
        return StorageError(message, hint="Check who owns it, and its mode.")
    return StorageError(message, hint="mvtui doctor tells what this disk and store can do.")


def absolute(path: str | os.PathLike[str]) -> str:
    """Return a path that a person gave as an absolute one, ``~`` written out.

    Raises:
        BadInputError: it can't be a path: NUL, or characters that no file system takes.
        StorageError: the current directory is gone.
    """
    text = os.fspath(path)
    try:
        os.fsencode(text)
    except UnicodeEncodeError:
        raise BadInputError(f"{text!r} can't be a path", hint="Write it as UTF-8 text.") from None
    if "\0" in text:
        raise BadInputError(f"{text!r} can't be a path", hint="A path has no NUL character.")
    try:
        return os.path.abspath(os.path.expanduser(text))
    except FileNotFoundError:
        raise StorageError("the current directory was removed", hint="Go to one that exists: cd") from None


def sync_dir(path: str) -> None:
    """Flush a directory's entries: names made, renamed or removed in it are then on disk."""
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        platform.sync_fd(fd)
    finally:
        os.close(fd)


def make_dirs(path: str, *, inherit: bool = True) -> None:
    """Make a directory and its missing parents, each durable. One that is there already is fine.

    Each is shared if the one it lies in is (see ``modes``); without ``inherit`` the umask alone decides: for places
    that are not a store's.
    """
    for _ in range(_TRIES):
        with contextlib.suppress(FileNotFoundError):  # gc removed a parent while it was empty
            _make_missing(path, inherit=inherit)
            return
    _make_missing(path, inherit=inherit)


def _make_missing(path: str, *, inherit: bool) -> None:
    missing = []
    while not os.path.isdir(path):
        missing.append(path)
        path = os.path.dirname(path)
    for directory in reversed(missing):
        with contextlib.suppress(FileExistsError):
            if inherit:
                make_dir(directory)
            else:
                os.mkdir(directory)
        sync_dir(os.path.dirname(directory))


def make_dir(path: str) -> None:
    """Make one directory, shared from its first moment on if the one it lies in is. Its name is not flushed yet.

    Raises:
        FileExistsError: the name is taken.
        OSError: the disk refused, or others kept the parent busy for ten seconds.
    """
    parent = os.path.dirname(path)
    if not modes.is_shared(parent):
        os.mkdir(path)
        return
    # A member who found it before its bits are right would be locked out: for good, if its maker died just then. So
    # it is made aside. It never takes the place of one that is there: that one may be flushed and relied on.
    aside = os.path.join(parent, ASIDE)
    with _alone_in(parent):
        if os.path.lexists(path):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), path)
        with contextlib.suppress(FileNotFoundError):
            os.rmdir(aside)  # its maker was killed
        os.mkdir(aside)
        modes.set_directory(aside)
        sync_dir(aside)
        os.rename(aside, path)


@contextlib.contextmanager
def _alone_in(directory: str) -> Iterator[None]:
    """Hold a directory's own lock, for a moment."""
    deadline = time.monotonic() + _PATIENCE
    fd = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with platform.no_suspend():
            while not platform.lock(fd):
                if time.monotonic() >= deadline:
                    raise TimeoutError(errno.ETIMEDOUT, "others keep it busy", directory)
                time.sleep(_PAUSE)
            try:
                yield
            finally:
                platform.unlock(fd)
    finally:
        os.close(fd)


def make_all(paths: Iterable[str]) -> list[str]:
    """Make every directory that is missing, durably; return those that were."""
    missing = [path for path in paths if not os.path.isdir(path)]
    for path in missing:
        make_dirs(path)
    return missing


def write_all(fd: int, data: bytes | memoryview) -> None:
    """Write every byte, however short the kernel's writes are."""
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]


class Temp:
    """A file being made in ``directory``, locked for as long as its maker lives.

    The lock is what tells an abandoned file from one in use: ``gc`` removes a temp file only when it gets
    its lock. Use as a context manager; unless published it is removed at the end.
    """

    def __init__(self, directory: str, prefix: str = "") -> None:
        while True:
            self.path = os.path.join(directory, f"{prefix}{os.getpid()}-{os.urandom(8).hex()}")
            flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
            self.fd = os.open(self.path, flags, 0o600)
            try:
                if platform.lock(self.fd) and os.fstat(self.fd).st_nlink:
                    modes.admit(self.fd, directory, 0o660)  # so that any member can tell if its maker is gone
                    break
            except OSError:
                self.__exit__()
                raise
            os.close(self.fd)  # gc took the newborn between its open and its lock

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.path)
        platform.unlock(self.fd)
        os.close(self.fd)

    def publish(self, target: str, *, mode: int = OBJECT_MODE) -> None:
        """Flush, give the final name and flush the directory; replaces what is there in one step.

        Of ``mode`` it gets what its directory allows (see ``modes``).
        """
        modes.set_file(self.fd, os.path.dirname(target), mode)
        platform.sync_fd(self.fd)
        os.rename(self.path, target)
        sync_dir(os.path.dirname(target))


def replace_file(target: str, data: bytes, *, temp_dir: str, mode: int = 0o666, durable: bool = True) -> None:
    """Write a whole file under its final name in one step: readers see the old bytes or the new.

    Without ``durable`` it is not flushed: for derived files, whose reader checks what it reads.
    """
    with Temp(temp_dir) as temp:
        write_all(temp.fd, data)
        if durable:
            temp.publish(target, mode=mode)
        else:
            modes.set_file(temp.fd, os.path.dirname(target), mode)
            os.rename(temp.path, target)


def create_file(target: str, data: bytes, *, temp_dir: str, mode: int = 0o666) -> bool:
    """Write a whole file under a name that must be free; False, and nothing done, when it is taken."""
    with Temp(temp_dir) as temp:
        write_all(temp.fd, data)
        modes.set_file(temp.fd, os.path.dirname(target), mode)
        platform.sync_fd(temp.fd)
        try:
            os.link(temp.path, target)  # unlike rename, it never replaces
        except FileExistsError:
            return False
        sync_dir(os.path.dirname(target))
        return True


def open_made(path: str, flags: int, *, temp_dir: str, mode: int = 0o666) -> int:
    """Open a file, made empty if it is missing; who shares its directory can open it from its first moment on.

    For derived files and locks: nothing is flushed.
    """
    while True:
        with contextlib.suppress(FileNotFoundError):
            return os.open(path, flags)
        directory = os.path.dirname(path)
        if not modes.is_shared(directory):
            return os.open(path, flags | os.O_CREAT, mode)  # the kernel heeds the umask
        with Temp(temp_dir) as temp, contextlib.suppress(FileExistsError):
            modes.set_file(temp.fd, directory, mode)
            os.link(temp.path, path)


def sync_appended(fd: int) -> None:
    """Flush what was appended to a file. The caller decides what to cut when it fails.

    Raises:
        OSError: the disk did not confirm.
    """
    platform.sync_fd(fd)


def rewrite_end(path: str, count: int) -> None:
    """Write the last ``count`` bytes of a file again, as they are, and flush."""
    fd = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        start = max(0, os.fstat(fd).st_size - count)
        data = os.pread(fd, count, start)
        if os.pwrite(fd, data, start) != len(data):
            raise OSError(errno.EIO, "short write", path)
        platform.sync_fd(fd)
    finally:
        os.close(fd)


def truncate(fd: int, size: int) -> None:
    """Cut a file to ``size`` bytes and flush."""
    os.ftruncate(fd, size)
    platform.sync_fd(fd)


def write_new(path: str, data: bytes, mode: int = OBJECT_MODE) -> None:
    """Write a file that isn't there yet and flush it; who made its directory flushes the name."""
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    try:
        modes.admit(fd, os.path.dirname(path), mode)
        write_all(fd, data)
        platform.sync_fd(fd)
    finally:
        os.close(fd)


def point(link: str, target: str, *, aside: str) -> None:
    """Make a symlink lead to ``target``, in one step: who resolves it finds the old place or the new.

    It is made as ``aside`` first, in the same file system: in another directory, so that who watches the link's own
    hears of it once. One at a time: the caller holds the writers' lock.
    """
    with contextlib.suppress(FileNotFoundError):
        os.unlink(aside)  # its maker died here
    os.symlink(target, aside)
    os.rename(aside, link)
    sync_dir(os.path.dirname(link))


def move(source: str, target: str) -> None:
    """Rename within a file system and flush both directories."""
    os.rename(source, target)
    sync_dir(os.path.dirname(target))
    if os.path.dirname(source) != os.path.dirname(target):
        sync_dir(os.path.dirname(source))


def sync_existing(path: str) -> None:
    """Flush a file found in place, and its directory: it may be another process's unflushed rename."""
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        platform.sync_fd(fd)
    finally:
        os.close(fd)
    sync_dir(os.path.dirname(path))


class TempTree:
    """A directory being made in ``directory``, kept from ``gc`` by the lock of a temp file beside it.

    Use as a context manager; unless published it is removed at the end. ``inherit`` as in ``make_dirs``.
    """

    def __init__(self, directory: str, prefix: str = "", *, inherit: bool = True) -> None:
        self._guard = Temp(directory, prefix)
        self.path = self._guard.path + TREE_SUFFIX
        try:
            os.mkdir(self.path)
            if inherit:
                modes.set_directory(self.path)
        except (
            OSError
        ):  # a full disk: else the guard would stay, and stay locked, as long as this process lives
            self.__exit__()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        try:
            removal.remove_tree(self.path)
        finally:
            self._guard.__exit__()

    def publish(self, target: str) -> None:
        """Flush every directory in it, give it the final name and flush that directory.

        Raises:
            OSError: ``target`` exists and is not an empty directory (``ENOTEMPTY``, ``EEXIST``).
        """
        for directory in reversed(removal.below(self.path)):
            sync_dir(directory)
        os.rename(self.path, target)
        sync_dir(os.path.dirname(target))
