"""live/: what serving code opens. ``live/<model>/production`` is a symlink that is swapped in one step.

It leads to ``.versions/<number>-<ID>`` beside it, ``….copy`` where files are copies: a directory with the version's
files and a ``version.json`` that says what they are. Such a directory never changes; a replaced one stays for the grace period of gc. So a reader who
resolves the link once, and opens what he then finds below it, sees one version whole, whatever happens meanwhile.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from ..errors import ConflictError
from . import digest, durable, removal

if TYPE_CHECKING:
    from ..nouns.manifest import Manifest
    from .documents import Document
    from .trees import Trees

POINTER = "production"
CARD = "version.json"
"""The file that says which version the files beside it are."""

_OTHER_CARD = "mvtui-version.json"  # where a version has a file of its own of that name
_VERSIONS = ".versions"
_NEXT = ".next"  # in there: what the pointer is about to be
_COPY = ".copy"  # a tree of copies has a name of its own: the other may be in use, and never changes
_ID_DIGITS = 12
_NAME = re.compile(r"(.+)-([0-9a-f]{12})(?:\.copy)?")


class LiveTree(NamedTuple):
    """A tree that serving code may read: its path, its model, its version's number, and the beginning of its ID."""

    path: str
    model: str
    number: str
    prefix: str


class Live:
    """The live pointers of one store, in ``directory``; ``copy`` makes files copies instead of symlinks."""

    def __init__(self, directory: str, trees: Trees, *, copy: bool) -> None:
        self.directory, self.trees, self.copy = directory, trees, copy

    def pointer(self, model: str) -> str:
        """Return where a model's pointer lies, there or not."""
        return os.path.join(self.directory, model, POINTER)

    def tree(self, document: Document) -> str:
        """Return where the files of a version lie while it is live, there or not."""
        name = f"{document['version']}-{document['id'][:_ID_DIGITS]}{_COPY if self.copy else ''}"
        return os.path.join(self.directory, document["model"], _VERSIONS, name)

    def is_built(self, document: Document) -> bool:
        """Whether a version's tree is there: gc may have taken it since it was prepared."""
        return os.path.isdir(self.tree(document))

    def prepare(self, document: Document, manifest: Manifest) -> None:
        """Build a version's tree, or find it whole. Its objects were vouched for by the caller.

        Raises:
            ConflictError: something that is no symlink is in the pointer's place.
            OSError: the disk refused.
        """
        pointer = self.pointer(document["model"])
        if os.path.lexists(pointer) and not os.path.islink(pointer):
            raise ConflictError(
                f"{pointer} is no symlink", hint="Move it away: mvtui swaps that name itself."
            )
        if not self.is_whole(document, manifest):
            card = _card(document, manifest)
            self.trees.build_at(self.tree(document), manifest, beside=card, copy=self.copy)

    def is_whole(self, document: Document, manifest: Manifest, *, rehash: bool = False) -> bool:
        """Whether a version's tree is there with all its files. The objects that symlinks lead to are not looked at.

        With ``rehash`` files that are no symlinks are hashed again.
        """
        root, card = self.tree(document), _card(document, manifest)
        return self.trees.is_whole_at(root, manifest, beside=card, copy=self.copy, rehash=rehash)

    def is_settled(self, model: str, document: Document | None) -> bool:
        """Whether a model's pointer leads where it should: to this version, or nowhere for None."""
        pointer = self.pointer(model)
        try:
            found = os.readlink(pointer)
        except FileNotFoundError:
            return document is None
        except OSError:
            return False
        return document is not None and found == self._target(document) and os.path.isdir(pointer)

    def settle(self, model: str, document: Document | None) -> None:
        """Point a model's pointer at a version whose tree is prepared, or take it away. Under the writers' lock.

        Raises:
            OSError: the disk refused, or something that is no symlink is in its place; the pointer leads where it did.
        """
        pointer = self.pointer(model)
        if os.path.lexists(pointer) and not os.path.islink(pointer):
            raise FileExistsError(
                errno.EEXIST, "it is no symlink", pointer
            )  # someone's own: not ours to remove
        if document is not None:
            durable.point(pointer, self._target(document), aside=self.aside(model))
            return
        with contextlib.suppress(FileNotFoundError):
            os.unlink(pointer)
            durable.sync_dir(os.path.dirname(pointer))

    def aside(self, model: str) -> str:
        """Return where a symlink of a model is made before it gets its name."""
        return os.path.join(self.directory, model, _VERSIONS, _NEXT)

    def _target(self, document: Document) -> str:
        return os.path.join(_VERSIONS, os.path.basename(self.tree(document)))

    def models(self) -> list[str]:
        """Return the models that have a pointer, by name."""
        with contextlib.suppress(FileNotFoundError):
            return sorted(name for name in os.listdir(self.directory) if os.path.lexists(self.pointer(name)))
        return []

    def standing(self) -> Iterator[LiveTree]:
        """Yield every tree there is, by model."""
        for model in self._homes():
            home = os.path.join(self.directory, model, _VERSIONS)
            for name in sorted(os.listdir(home)) if os.path.isdir(home) else ():
                if match := _NAME.fullmatch(name):
                    yield LiveTree(os.path.join(home, name), model, match[1], match[2])

    def _homes(self) -> list[str]:
        with contextlib.suppress(FileNotFoundError):
            return sorted(name for name in os.listdir(self.directory) if not name.startswith("."))
        return []

    def is_led_to(self, tree: LiveTree) -> bool:
        """Whether its model's pointer leads to a tree now, whatever the journal says."""
        return os.path.realpath(self.pointer(tree.model)) == os.path.realpath(tree.path)

    def size(self, tree: LiveTree) -> int:
        """Return what a tree's files take on disk, in bytes: nothing unless they are copies.

        Where the file system has reflinks they share that with the objects, and take nothing either.
        """
        return removal.disk_size(tree.path) if tree.path.endswith(_COPY) else 0

    def remove(self, tree: LiveTree) -> None:
        """Remove a tree that nothing leads to: in one step for whoever looks. Under the writers' lock.

        Raises:
            OSError: the disk refused.
        """
        self.trees.remove_at(tree.path)

    def remove_empty(self) -> None:
        """Remove the directories of models that have neither pointer nor tree. Under the writers' lock."""
        for model in self._homes():
            home = os.path.join(self.directory, model)
            with contextlib.suppress(OSError):  # something is in it, or it is no directory: it stays
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(os.path.join(home, _VERSIONS, _NEXT))  # its maker died
                with contextlib.suppress(FileNotFoundError):
                    os.rmdir(os.path.join(home, _VERSIONS))
                os.rmdir(home)


def _card(document: Document, manifest: Manifest) -> dict[str, bytes]:
    """Return the file that says what the others are, by its name: only what never changes of a version."""
    said = {field: document[field] for field in ("model", "version", "id", "kind", "registered", "author")}
    said["ref"] = f"{document['model']}@{document['version']}"
    said["files"] = [{"path": e.path, "size": e.size, "digest": e.digest} for e in manifest.files]
    if manifest.kind == "prompt":  # in what language it is written, and its variables
        said["params"] = manifest.params
    taken = {entry.path.partition("/")[0].casefold() for entry in manifest.files}  # on macOS one name
    name = CARD if CARD not in taken else _OTHER_CARD
    if name in taken:
        name = f"{digest.of_bytes(document['id'].encode())[:_ID_DIGITS]}-{CARD}"
    return {name: msgspec.json.format(msgspec.json.encode(said), indent=2) + b"\n"}
