"""A version's files under their own names: in a directory of the user's, or inside the store for reading.

Inside the store they are reflinks where the file system shares extents, else symlinks into ``objects/``, as
the Hugging Face cache does: either way they take no room. A tree is named by its manifest, so it never
changes; it is built aside and appears in one step.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from typing import TYPE_CHECKING

from ..errors import ConflictError, VerificationError
from . import digest, durable, modes, platform, removal
from .digest import Advance
from .objects import Objects
from .statcache import Stamp

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..nouns.manifest import FileEntry, Manifest

_CHECKOUT_MODE = 0o666


class Trees:
    """The trees of one store, in ``directory``."""

    def __init__(self, directory: str, objects: Objects) -> None:
        self.directory, self.objects = directory, objects

    def path(self, identity: str) -> str:
        """Return where the tree of a manifest lies, there or not."""
        return os.path.join(self.directory, identity)

    def names(self) -> list[str]:
        """Return the manifests that have a tree."""
        with contextlib.suppress(FileNotFoundError):
            return sorted(name for name in os.listdir(self.directory) if digest.is_digest(name))
        return []

    def is_whole(self, identity: str, manifest: Manifest) -> bool:
        """Whether a tree is there and each of its files is the object, or a vouched-for reflink of it.

        The objects themselves are not looked at.
        """
        return self.is_whole_at(self.path(identity), manifest)

    def is_whole_at(
        self,
        root: str,
        manifest: Manifest,
        *,
        beside: Mapping[str, bytes] | None = None,
        copy: bool = False,
        rehash: bool = False,
    ) -> bool:
        """As ``is_whole``, of a tree in a place of its own, as ``build_at`` makes it: with ``copy`` without symlinks.

        With ``rehash`` files that are no symlinks are hashed, whatever the stat cache knows of them.
        """
        return (
            os.path.isdir(root)
            and all(self._is_good(root, entry, links=not copy, rehash=rehash) for entry in manifest.files)
            and all(_has(os.path.join(root, name), data) for name, data in (beside or {}).items())
        )

    def _is_good(self, root: str, entry: FileEntry, *, links: bool, rehash: bool) -> bool:
        place = os.path.join(root, entry.path)
        try:
            status = os.lstat(place)
            if stat.S_ISLNK(status.st_mode):
                return links and os.readlink(place) == self._link(place, entry)
            if not stat.S_ISREG(status.st_mode) or status.st_size != entry.size:
                return False
            stamp, began = Stamp.of(status), self.objects.cache.now()
            if not rehash and self.objects.cache.get(stamp) == entry.digest:
                return True
            with open(place, "rb") as file:
                found, _ = digest.of_fd(file.fileno())
            if found != entry.digest:
                self.objects.cache.forget(stamp)
                return False
            self.objects.cache.put(stamp, found, began_ns=began)
            return True
        except OSError:
            return False

    def _link(self, place: str, entry: FileEntry) -> str:
        return os.path.relpath(self.objects.path(entry.digest), os.path.dirname(place))

    def build(self, identity: str, manifest: Manifest) -> str:
        """Build a tree, or leave the one another process built meanwhile; return its path.

        Raises:
            OSError: the disk refused.
        """
        return self.build_at(self.path(identity), manifest)

    def build_at(
        self, root: str, manifest: Manifest, *, beside: Mapping[str, bytes] | None = None, copy: bool = False
    ) -> str:
        """Build a tree in a place of its own, with ``beside`` (name → bytes) beside the version's files.

        With ``copy`` the files are copies where they can't be reflinks. Raises as ``build``.
        """
        durable.make_dirs(os.path.dirname(root))
        with durable.TempTree(self.objects.temp_dir) as tree:
            for entry in manifest.files:
                place = _make_place(tree.path, entry)
                if self._clone(entry, place):
                    continue
                if copy:
                    self._copy(entry, place, mode=durable.OBJECT_MODE)
                    self.objects.cache.put_own(Stamp.of(os.lstat(place)), entry.digest)
                else:
                    final = os.path.join(root, entry.path)
                    os.symlink(self._link(final, entry), place)
            for name, data in (beside or {}).items():
                durable.write_new(os.path.join(tree.path, name), data)
            while True:
                try:
                    tree.publish(root)
                    return root
                except FileNotFoundError:
                    if os.path.isdir(os.path.dirname(root)):
                        raise
                    durable.make_dirs(os.path.dirname(root))  # gc removed it: it was empty
                    continue
                except OSError as error:
                    if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                        raise
                if self.is_whole_at(root, manifest, beside=beside, copy=copy):
                    return root  # never take a whole tree away: others are reading it
                self.remove_at(root)

    def remove_at(self, root: str) -> None:
        """Remove a tree in a place of its own: whoever looks there finds it whole, or not at all."""
        with durable.TempTree(self.objects.temp_dir) as old, contextlib.suppress(FileNotFoundError):
            os.rename(root, os.path.join(old.path, "old"))

    def _clone(self, entry: FileEntry, place: str) -> bool:
        source = os.open(self.objects.path(entry.digest), os.O_RDONLY | os.O_CLOEXEC)
        try:
            target = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, durable.OBJECT_MODE)
            try:
                modes.admit(target, os.path.dirname(place), durable.OBJECT_MODE)
                if platform.clone(source, target):
                    platform.sync_fd(target)
                    self.objects.cache.put_own(Stamp.of(os.fstat(target)), entry.digest)
                    return True
            finally:
                os.close(target)
        finally:
            os.close(source)
        os.unlink(place)
        return False

    def remove(self, identity: str) -> None:
        """Remove a tree; one that is gone already is fine."""
        removal.remove_tree(self.path(identity))

    def copy_to(self, manifest: Manifest, target: str, advance: Advance | None = None) -> None:
        """Copy a version's files into ``target``, each hashed on the way; it appears whole or not at all.

        Raises:
            ConflictError: ``target`` is a file, a symlink, or a directory that is not empty.
            VerificationError: an object is missing or damaged.
            OSError: the disk refused.
        """
        _check_target(target)
        durable.make_dirs(os.path.dirname(target), inherit=False)
        with durable.TempTree(os.path.dirname(target), prefix=".mvtui-", inherit=False) as tree:
            for entry in manifest.files:
                self._copy(entry, _make_place(tree.path, entry), advance=advance)
            try:
                tree.publish(target)
            except OSError as error:
                if error.errno in (errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR):
                    _check_target(target)
                raise

    def _copy(
        self, entry: FileEntry, place: str, *, mode: int = _CHECKOUT_MODE, advance: Advance | None = None
    ) -> None:
        try:
            source = os.open(self.objects.path(entry.digest), os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            raise _bad(entry, "is missing") from None
        try:
            target = os.open(place, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
            try:
                modes.admit(target, os.path.dirname(place), mode)
                if platform.clone(source, target):
                    found, _ = digest.of_fd(target, advance)
                else:
                    found, _ = digest.copy(source, target, advance)
                platform.sync_fd(target)
            finally:
                os.close(target)
        finally:
            os.close(source)
        if found != entry.digest:
            raise _bad(entry, "is damaged")


def _has(path: str, data: bytes) -> bool:
    try:
        with open(path, "rb") as file:
            return file.read(len(data) + 1) == data
    except OSError:
        return False


def _bad(entry: FileEntry, problem: str) -> VerificationError:
    return VerificationError(
        f"{entry.path}: its object {entry.digest[:12]}… {problem}",
        hint="mvtui verify --all names every version it hits; registering the good file again mends it.",
        bad=(f"{entry.digest}: {problem}",),
    )


def _make_place(root: str, entry: FileEntry) -> str:
    from ..nouns.manifest import check_path

    place = os.path.join(root, check_path(entry.path))
    modes.make_dirs(os.path.dirname(place))
    return place


def _check_target(target: str) -> None:
    if not os.path.lexists(target):
        return
    if os.path.islink(target) or not os.path.isdir(target):
        raise ConflictError(f"{target} is not a directory", hint="Choose a directory that is new or empty.")
    if os.listdir(target):
        raise ConflictError(f"{target} is not empty", hint="Choose a directory that is new or empty.")
