"""The interface of a version's weights, read from the headers of its stored files: for the next version's number, and for comparing."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from ..engine import objects
from ..engine.documents import Document
from ..engine.repository import Repository
from ..errors import MvtuiError
from ..knowledge import bump, formats
from ..knowledge.formats import together
from ..knowledge.formats.walk import Place, choose
from ..nouns.interface import Interface, interface_of
from ..nouns.manifest import Manifest
from . import look

KINDS = frozenset({"weights", "adapter"})
"""Kinds whose files are weights."""

_REMEMBERED = 64


def of(repository: Repository, identity: str, manifest: Manifest) -> Interface | None:
    """Return the interface of stored files; None where they tell none, or can't be read. It never fails.

    Looked up once in this process: what has an ID stays what it is.
    """
    key = (repository.layout.root, identity)
    if key not in _known:
        if len(_known) >= _REMEMBERED:
            _known.clear()
        try:
            found = _kept(repository, identity)
            if found is None and (found := _read(repository, manifest)) is not None:
                _keep(repository, identity, found)
            _known[key] = found
        except Exception:  # noqa: BLE001 — whatever is in a file, or wrong with a reader, registering it goes on
            return None
    return _known[key]


_KEPT = "interface1"
"""What an interface is called in ``derived/``; the number is that of its form."""
_MANY = 5_000
"""So many tensors take long enough to read that their interface is kept for other processes: a second for some 100,000."""


def _kept(repository: Repository, identity: str) -> Interface | None:
    data = repository.derived.get(_KEPT, identity)
    try:
        return msgspec.msgpack.decode(data, type=Interface) if data is not None else None
    except msgspec.DecodeError:
        return None


def _keep(repository: Repository, identity: str, found: Interface) -> None:
    if found.tensors >= _MANY:
        repository.derived.put(_KEPT, identity, msgspec.msgpack.encode(found))


_known: dict[tuple[str, str], Interface | None] = {}


def _read(repository: Repository, manifest: Manifest) -> Interface | None:
    """Read the headers.

    Raises:
        BadFileError: a file is not what it claims to be.
        OSError: one can't be read.
    """
    chosen = choose([Place(e.path, repository.objects.path(e.digest), e.size) for e in manifest.files])
    if not chosen.whole:
        return None
    found = []
    for place in chosen.places:
        with open(objects.open_regular(place.location), "rb") as file:
            found.append(formats.read_unjudged(formats.Source(file, place.size, place.path), formats.WEIGHTS))
    return interface_of(together.combine(found))


class Inside:
    """What is inside a version that is being registered, against what is inside one that was before.

    Asked before the lock is taken it has the answer ready under it.
    """

    def __init__(
        self, repository: Repository, identity: str, manifest: Manifest, members: Mapping[str, str]
    ) -> None:
        self._repository, self._identity, self._manifest = repository, identity, manifest
        self._members = members

    def __call__(self, document: Document) -> bump.Inside | None:
        """Return what of it asks for a number, and why; None where nothing does, or it can't be told."""
        if self._manifest.kind == "bundle":
            return bump.of_members(document.get("members", {}), self._members)
        if self._manifest.kind not in KINDS or document.get("external") or not document["id"]:
            return None
        try:
            before = look.manifest(self._repository, document["id"])
        except (MvtuiError, OSError):
            return None
        if before.kind not in KINDS:
            return None
        one = of(self._repository, document["id"], before)
        return bump.of_weights(one, of(self._repository, self._identity, self._manifest)) if one else None
