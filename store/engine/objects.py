"""Content-addressed objects: ``objects/ab/cdef…``, named by their BLAKE3, written once, mode 0444.

A file becomes an object through a temp file on the same file system: one pass that copies and hashes,
flush, rename, flush of the directory. So an object under its name is whole, or was damaged later. A mode
bit is no proof of that: bytes are vouched for by hashing, or by the stat cache.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterator

import msgspec

from ..errors import (
    AmbiguousError,
    BadInputError,
    NoSpaceError,
    NotFoundError,
    SourceChangedError,
    UnsupportedFileError,
    VerificationError,
)
from . import digest, durable, platform
from .digest import Advance
from .statcache import SMALL, Stamp, StatCache

_RESERVE = 16 << 20  # bytes left free beside a new object, for the journal and the index
_FORGET_FROM = 64 << 20  # bytes from which a stored object gives its cached pages back


class Stored(msgspec.Struct, frozen=True):
    """A file that is now an object: its digest, size in bytes, whether it took new room, and its source's state."""

    digest: str
    size: int
    new: bool
    stamp: Stamp | None


class Trashed(msgspec.Struct, frozen=True):
    """An object in its grace period: ``since`` is seconds since the epoch."""

    digest: str
    path: str
    since: int
    size: int


class Objects:
    """The objects of one store. Writers need no lock: names are contents, and renames are whole."""

    def __init__(self, directory: str, *, temp_dir: str, trash_dir: str, cache: StatCache) -> None:
        self.directory, self.temp_dir, self.trash_dir, self.cache = directory, temp_dir, trash_dir, cache
        self._settled: set[str] = set()
        self._shards: set[str] = set()

    def path(self, name: str) -> str:
        """Return where an object lies, there or not."""
        return os.path.join(self.directory, name[:2], name[2:])

    def size(self, name: str) -> int | None:
        """Return an object's size on disk in bytes, or None when it is missing."""
        try:
            return os.stat(self.path(name)).st_size
        except (FileNotFoundError, PermissionError):
            return None

    def put_bytes(self, data: bytes) -> str:
        """Store bytes; return their digest. On disk when this returns."""
        name = digest.of_bytes(data)
        with durable.explained("store an object"):
            if not self._is_settled(name):
                self._check_room(len(data))
                with durable.Temp(self.temp_dir) as temp:
                    durable.write_all(temp.fd, data)
                    self._place(temp, name)
        return name

    def put_file(self, path: str, advance: Advance | None = None) -> Stored:
        """Store a file (symlinks followed). On disk when this returns; ``advance`` adds up to its size.

        Raises:
            NotFoundError: it is missing.
            UnsupportedFileError: not a regular file, or a symlink that leads nowhere.
            SourceChangedError: it changed while it was being read.
            NoSpaceError, StorageError: the disk refused.
        """
        fd = open_regular(path)
        try:
            with durable.explained(f"store {path}"):
                return self._put_fd(fd, path, advance)
        finally:
            os.close(fd)

    def digest_file(self, path: str, advance: Advance | None = None) -> tuple[str, int]:
        """Return the digest and size in bytes of a file that stays where it is (symlinks followed).

        At once when the stat cache knows its state; ``advance`` adds up to its size either way.

        Raises:
            NotFoundError: it is missing.
            UnsupportedFileError: not a regular file, or a symlink that leads nowhere.
            SourceChangedError: it changed while it was being read.
            StorageError: the disk refused.
        """
        fd = open_regular(path)
        try:
            with durable.explained(f"read {path}"):
                before = Stamp.of(os.fstat(fd))
                in_use = platform.is_written_elsewhere(fd)
                if not in_use and (known := self.cache.get(before)):
                    if advance:
                        advance(before.size)
                    return known, before.size
                began = self.cache.now()
                name, size = digest.of_fd(fd, advance)
                self._check_unchanged(fd, before, size, path)
                if not in_use:
                    self.cache.put(before, name, began_ns=began)
                return name, size
        finally:
            os.close(fd)

    def _put_fd(self, fd: int, path: str, advance: Advance | None) -> Stored:
        before = Stamp.of(os.fstat(fd))
        # A write through a mapping may leave the times as they are, so an open file's times vouch for nothing.
        in_use = platform.is_written_elsewhere(fd)
        known = None if in_use else self.cache.get(before)
        if known and self._is_settled(known):
            if advance:
                advance(before.size)
            return Stored(known, before.size, new=False, stamp=before)
        began = self.cache.now()
        if before.size < SMALL or self.cache.knows_size(before.size):  # perhaps the same bytes: look first
            name, size = digest.of_fd(fd, advance)
            advance = None
            self._check_unchanged(fd, before, size, path)
            if self._is_settled(name):
                if not in_use:
                    self.cache.put(before, name, began_ns=began)
                return Stored(name, size, new=False, stamp=before)
            os.lseek(fd, 0, os.SEEK_SET)
        with durable.Temp(self.temp_dir) as temp:
            if platform.clone(fd, temp.fd):
                name, size = digest.of_fd(temp.fd, advance)
            else:
                self._check_room(before.size)
                name, size = digest.copy(fd, temp.fd, advance)
            self._check_unchanged(fd, before, size, path)
            if in_use and digest.of_fd(fd)[0] != name:
                raise _changed(path)
            new = self._place(temp, name)
            if size >= _FORGET_FROM:
                platform.forget_pages(temp.fd)
        if not in_use:
            self.cache.put(before, name, began_ns=began)
        return Stored(name, size, new=new, stamp=before)

    def _place(self, temp: durable.Temp, name: str) -> bool:
        """Give a finished temp file its name; False when the good object was there already."""
        target = self.path(name)
        self._settle_shard(name[:2])
        if self._is_settled(name):
            return False
        temp.publish(target)  # takes the place of a damaged object, if there is one
        self.cache.put_own(Stamp.of(os.fstat(temp.fd)), name)
        self._settled.add(name)
        return True

    def _is_settled(self, name: str) -> bool:
        """Whether the object is there, good, and surely on disk (it may be another's unflushed rename)."""
        if self.problem(name) is not None:
            return False
        if name not in self._settled:
            durable.sync_existing(self.path(name))
            self._settle_shard(name[:2])
            self._settled.add(name)
        return True

    def _settle_shard(self, shard: str) -> None:
        """Make sure that an object's directory is there, and surely on disk: who made it may have died first."""
        try:
            durable.make_dir(os.path.join(self.directory, shard))
        except FileExistsError:
            if shard in self._shards:
                return
        durable.sync_dir(self.directory)
        self._shards.add(shard)

    def _check_room(self, size: int) -> None:
        room = os.statvfs(self.temp_dir)
        free = room.f_bavail * room.f_frsize
        if free < size + _RESERVE:
            raise NoSpaceError(
                f"not enough room: {size:,} bytes to store, {free:,} free in {self.temp_dir}",
                hint="Free some space (mvtui gc --yes may help), then try again.",
            )

    @staticmethod
    def _check_unchanged(fd: int, before: Stamp, size: int, path: str) -> None:
        if Stamp.of(os.fstat(fd)) != before or size != before.size:
            raise _changed(path)

    def problem(self, name: str, *, rehash: bool = False, advance: Advance | None = None) -> str | None:
        """Say what is wrong with an object, or None when its bytes are vouched for.

        By the stat cache if it can, else (or with ``rehash``) by hashing. ``advance`` adds up to its size
        when it could be read. Never raises for a bad object.
        """
        path = self.path(name)
        try:
            fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
        except FileNotFoundError:
            return "missing"
        except OSError as error:
            return f"unreadable: {error.strerror}"
        try:
            status = os.fstat(fd)
            if not stat.S_ISREG(status.st_mode):
                return "not a regular file"
            stamp = Stamp.of(status)
            if not rehash and self.cache.get(stamp) == name:
                return None
            began = self.cache.now()
            found, size = digest.of_fd(fd, advance)
            if found != name:
                self.cache.forget(stamp)
                return f"damaged: its {size:,} bytes hash to {found[:12]}…"
            self.cache.put(stamp, name, began_ns=began)
            return None
        except OSError as error:
            return f"unreadable: {error.strerror}"
        finally:
            os.close(fd)

    def begins_with(self, name: str, start: bytes) -> bool:
        """Whether an object can be read and begins with these bytes."""
        with contextlib.suppress(OSError), open(self.path(name), "rb") as file:
            return file.read(len(start)) == start
        return False

    def read(self, name: str) -> bytes:
        """Return a small object's bytes, hashed on the way.

        Raises:
            VerificationError: missing, unreadable or damaged.
        """
        problem = "missing"
        with contextlib.suppress(FileNotFoundError):
            try:
                with open(self.path(name), "rb") as file:
                    data = file.read()
            except OSError as error:
                if error.errno == errno.ENOENT:
                    raise
                problem = f"unreadable: {error.strerror}"
            else:
                if digest.of_bytes(data) == name:
                    return data
                problem = "damaged"
        raise VerificationError(
            f"object {name[:12]}… is {problem}",
            hint="mvtui verify --all names every version it hits; a backup or the source can replace it.",
            bad=(f"{name}: {problem}",),
        )

    def find(self, prefix: str) -> str:
        """Return the one object whose digest begins with ``prefix`` (two hex digits or more).

        Raises:
            NotFoundError: none does.
            BadInputError: it is no hex prefix.
            AmbiguousError: several do.
        """
        prefix = prefix.lower()
        if not 2 <= len(prefix) <= digest.LENGTH or not set(prefix) <= set("0123456789abcdef"):
            raise BadInputError(
                f"{prefix[:80]!r} is not the beginning of a digest", hint="Write two hex digits or more."
            )
        fits = [name for name, _ in self._shard(prefix[:2]) if name.startswith(prefix)]
        if not fits:
            raise NotFoundError(
                f"no object begins with {prefix!r}", hint="mvtui show REF lists a version's objects."
            )
        if len(fits) > 1:
            raise AmbiguousError(f"{len(fits)} objects begin with {prefix!r}", candidates=fits[:10])
        return fits[0]

    def __iter__(self) -> Iterator[tuple[str, int]]:
        """Yield each object's digest and size on disk, in order of digests."""
        with contextlib.suppress(FileNotFoundError):
            for shard in sorted(os.listdir(self.directory)):
                if shard != durable.ASIDE:  # another member's, for a moment
                    yield from self._shard(shard)

    def _shard(self, shard: str) -> list[tuple[str, int]]:
        found = []
        try:
            with os.scandir(os.path.join(self.directory, shard)) as entries:
                for entry in entries:
                    if digest.is_digest(name := shard + entry.name):
                        with contextlib.suppress(FileNotFoundError):  # gc has just moved it
                            found.append((name, entry.stat(follow_symlinks=False).st_size))
        except (FileNotFoundError, NotADirectoryError):
            return []
        return sorted(found)

    def to_trash(self, name: str, now: int) -> None:
        """Begin an object's grace period. The caller holds the writers' lock."""
        durable.move(self.path(name), os.path.join(self.trash_dir, f"{now}-{name}"))
        self._settled.discard(name)

    def restore(self, name: str) -> bool:
        """Bring an object back from trash if a good copy of it is there. The caller holds the writers' lock."""
        for trashed in reversed(self.trashed()):
            if trashed.digest == name and _hash_of(trashed.path) == name:
                self._settle_shard(name[:2])
                durable.move(trashed.path, self.path(name))
                return True
        return False

    def purge(self, trashed: Trashed) -> None:
        """End an object's grace period. The caller holds the writers' lock."""
        with contextlib.suppress(FileNotFoundError):
            os.unlink(trashed.path)

    def trashed(self) -> list[Trashed]:
        """List the objects in their grace period."""
        found = []
        with contextlib.suppress(FileNotFoundError), os.scandir(self.trash_dir) as entries:
            for entry in entries:
                since, _, name = entry.name.partition("-")
                if since.isdigit() and digest.is_digest(name):
                    size = entry.stat(follow_symlinks=False).st_size
                    found.append(Trashed(name, entry.path, int(since), size))
        return sorted(found, key=lambda trashed: (trashed.since, trashed.digest))


def _hash_of(path: str) -> str | None:
    try:
        with open(path, "rb") as file:
            return digest.of_fd(file.fileno())[0]
    except OSError:
        return None


def _changed(path: str) -> SourceChangedError:
    return SourceChangedError(
        f"{path} changed while it was being read",
        hint="Wait until it is written completely, then try again.",
    )


def open_regular(path: str) -> int:
    """Open a regular file for reading; never blocks on a FIFO.

    Raises:
        NotFoundError, UnsupportedFileError, StorageError: as the names say.
    """
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError:
        raise NotFoundError(f"{path} does not exist", hint="Check the path.") from None
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENXIO):
            what = "a symlink that loops" if error.errno == errno.ELOOP else "a socket or device"
            raise UnsupportedFileError(
                f"{path} is {what}", hint="Leave it out, or point at the file itself."
            ) from error
        raise durable.explain(error, f"read {path}") from error
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise UnsupportedFileError(
            f"{path} is not a regular file", hint="Only files and directories can be stored."
        )
    return fd
