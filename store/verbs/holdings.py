"""Which objects each version needs, how large they are, and how many versions need each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from ..engine.repository import Repository
from ..engine.snapshot import quiet_gc
from ..errors import FormatError, UnsafePathError, VerificationError
from . import look
from .marks import Marks


class Holdings:
    """The files of the versions that stand, by their manifests.

    ``sizes`` are those of all objects on disk in bytes, ``files`` each manifest's files, each once, ``users`` how many
    manifests need a file. ``unread`` are manifests that can't be read.

    Costs one walk over the objects and one look into each manifest, of every model: what a version shares it may share
    with any. Holds three numbers and a name an object.
    """

    def __init__(self, repository: Repository, marks: Marks, sizes: dict[str, int]) -> None:
        self.sizes = sizes
        self.files: dict[str, tuple[str, ...]] = {}
        self.unread: list[str] = []
        self.users: Counter[str] = Counter()
        self._marks = marks
        with quiet_gc():
            self._read(repository)

    def _read(self, repository: Repository) -> None:
        known: dict[str, str] = {}  # one text a digest, however many manifests name it
        users = self.users
        for identity in self._marks.stored():
            try:
                entries = look.manifest(repository, identity).files
            except (VerificationError, FormatError, UnsafePathError):
                self.unread.append(identity)
                continue
            files = tuple({known.setdefault(entry.digest, entry.digest): None for entry in entries})
            self.files[identity] = files
            for name in files:
                users[name] += 1

    def size(self, identity: str) -> int:
        """Return what a version's files take on disk."""
        return sum(self.sizes.get(name, 0) for name in self.files.get(identity, ()))

    def freed_by(self, identities: Iterable[str]) -> int:
        """Return what deleting all that has these manifests would give back."""
        return sum(self.freed_in_turn(identities))

    def freed_in_turn(self, identities: Iterable[str]) -> Iterator[int]:
        """Yield what deleting each would give back, when all before it are gone already."""
        left: dict[str, int] = {}
        for identity in identities:
            freed = 0
            for name in self.files.get(identity, ()):
                left[name] = left.get(name, self.users[name]) - 1
                if not left[name] and not self._stays(name):
                    freed += self.sizes.get(name, 0)
            yield freed

    def _stays(self, name: str) -> bool:
        """Whether an object is needed by what no deletion takes away: an event, or as a manifest."""
        return name in self._marks.bodies or name in self._marks.manifests
