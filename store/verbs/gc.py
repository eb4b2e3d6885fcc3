"""gc: give back what no version needs. Marked from the journal, never from the index; trash before removal."""

from __future__ import annotations

import contextlib
import os
import time

import msgspec

from ..engine import durable, removal
from ..engine.objects import Trashed
from ..engine.repository import Repository
from ..errors import FormatError, JournalDamagedError, UnsafePathError, VerificationError
from ..nouns.event import Event, EventKind
from ..nouns.manifest import MANIFEST_START
from ..nouns.reports import GcItem, GcReport
from . import look


class _Marks(msgspec.Struct):
    """What the journal says is needed.

    ``identities`` are live versions' manifests and their references, ``freed`` deleted ones' with the time of the
    last deletion (seconds since the epoch), ``seq`` the last event marked from, ``bodies`` the objects that hold what
    did not fit an event, or that it names (captures, series), with the event's number. ``external`` are the manifests
    of datasets whose files the store need not have.
    """

    keep: set[str] = msgspec.field(default_factory=set)
    identities: dict[str, list[str]] = msgspec.field(default_factory=dict)
    freed: dict[str, float] = msgspec.field(default_factory=dict)
    orphans: set[str] = msgspec.field(default_factory=set)
    seq: int = 0
    bodies: dict[str, int] = msgspec.field(default_factory=dict)
    external: set[str] = msgspec.field(default_factory=set)


def gc(repository: Repository, *, dry_run: bool) -> GcReport:
    """Move unneeded objects to trash and remove what is past its grace period; see ``Store.gc``."""
    with durable.explained("collect garbage"):
        marks = _mark(repository)  # before the lock: reading every manifest takes long in a large store
        if dry_run:
            return _Sweep(repository, marks, dry_run=True).run()
        with repository.writing():
            if repository.journal.seq != marks.seq or repository.journal.in_doubt():
                marks = _mark(repository)
            return _Sweep(repository, marks, dry_run=False).run()


def why(repository: Repository, prefix: str) -> tuple[str, ...]:
    """Say what keeps an object, a sentence each."""
    with durable.explained("look through the objects"):
        name = repository.objects.find(prefix)
        return tuple(_reasons(repository, name))


def _reasons(repository: Repository, name: str) -> list[str]:
    marks = _mark(repository)
    reasons = []
    for identity, refs in marks.identities.items():
        if name == identity:
            reasons += [f"manifest of {ref}" for ref in refs]
        else:
            files = [path for path, digest in _files(repository, marks, identity) if digest == name]
            reasons += [f"{path} of {ref}" for path in files for ref in refs]
    if name in marks.freed and name not in marks.identities:
        reasons.append("manifest of a deleted version: manifests stay")
    if name in marks.orphans:
        reasons.append("perhaps a version whose event was lost: a journal stretch was quarantined")
    if name in marks.bodies:
        reasons.append(f"details of event {marks.bodies[name]}")
    if not reasons and name in _kept(repository, marks, time.time()):
        reasons.append("files to read of a version deleted less than the grace period ago")
    return reasons


def _mark(repository: Repository) -> _Marks:
    """Replay the journal and mark.

    Raises:
        JournalDamagedError: a line is in doubt: it may name the very object that looks unneeded.
    """
    if doubt := repository.journal.in_doubt():
        raise JournalDamagedError(
            f"a write is in doubt ({doubt}), and may need what nothing else does",
            hint="Run mvtui repair, then gc again.",
        )
    marks = _Marks()
    standing = _Standing()
    journal, events = repository.replay()
    try:
        for event in events:
            for name in event.names():
                marks.bodies[name] = event.seq
            standing.take(event, marks)
        damage = journal.damage()
        marks.seq = journal.seq
    finally:
        journal.close()
    if damage:
        raise JournalDamagedError(
            f"what is needed can't be told for certain: {damage[0]}", hint="Run mvtui repair, then gc again."
        )
    marks.keep |= marks.bodies.keys()
    for (model, number), identity in standing.identities.items():
        marks.identities.setdefault(identity, []).append(f"{model}@{number}")
    marks.external = marks.identities.keys() - standing.stored()
    for identity in marks.identities:
        marks.keep |= {digest for _, digest in _files(repository, marks, identity)}
    if standing.has_gaps:
        marks.orphans = _orphans(repository, marks)
        marks.keep |= marks.orphans
    return marks


class _Standing:
    """Which versions stand after the events taken so far, and which of them are datasets without bytes here."""

    def __init__(self) -> None:
        self.identities: dict[tuple[str, str], str] = {}
        self.deleted: dict[tuple[str, str], str] = {}
        self.external: set[tuple[str, str]] = set()
        self.has_gaps = False

    def take(self, event: Event, marks: _Marks) -> None:
        data = event.data
        if event.kind is EventKind.REGISTER:
            version = data["model"], data["version"]
            self.identities[version] = data["id"]
            marks.keep.add(data["id"])
            if data.get("external"):
                self.external.add(version)
        elif event.kind is EventKind.ADD and data.get("external") is False:
            self.external.discard((data["model"], data["version"]))
        elif event.kind is EventKind.DELETE:
            version = data["model"], data["version"]
            gone = self.identities.pop(version, None)
            if gone is not None:
                self.deleted[version] = gone
                marks.freed[gone] = event.at.timestamp()
        elif event.kind is EventKind.RESTORE:
            version = data["model"], data["version"]
            if (back := self.deleted.pop(version, None)) is not None:
                self.identities[version] = back
        elif event.kind is EventKind.REPAIR:
            self.has_gaps = self.has_gaps or bool(data.get("gaps"))

    def stored(self) -> set[str]:
        """Return the manifests whose files the store has."""
        return {identity for version, identity in self.identities.items() if version not in self.external}


def _files(repository: Repository, marks: _Marks, identity: str) -> list[tuple[str, str]]:
    """Return path and digest of the files that a version needs the store to have."""
    if identity in marks.external:
        return []
    return [(entry.path, entry.digest) for entry in look.manifest(repository, identity).files]


def _orphans(repository: Repository, marks: _Marks) -> set[str]:
    """Return the objects of versions whose registering event lies in a quarantined stretch.

    What such a stretch said is lost, and may have been that these are needed: they stay.
    """
    orphans: set[str] = set()
    for name, _ in repository.objects:
        if name not in marks.keep and repository.objects.begins_with(name, MANIFEST_START):
            with contextlib.suppress(FormatError, UnsafePathError, VerificationError):
                orphans |= {name, *(entry.digest for entry in look.manifest(repository, name).files)}
    return orphans


def _kept(repository: Repository, marks: _Marks, now: float) -> set[str]:
    """Return the objects behind trees of versions deleted so lately that a reader may still hold them."""
    kept: set[str] = set()
    for identity in repository.trees.names():
        if (
            identity not in marks.identities
            and now - marks.freed.get(identity, 0) < repository.config.gc_grace
        ):
            with contextlib.suppress(VerificationError):  # then its tree is of no use either
                kept |= {entry.digest for entry in look.manifest(repository, identity).files}
    return kept


class _Sweep:
    def __init__(self, repository: Repository, marks: _Marks, *, dry_run: bool) -> None:
        self.repository, self.marks, self.dry_run = repository, marks, dry_run
        self.now = time.time()
        self.items: list[GcItem] = []
        self.trashed = self.freed = 0

    def run(self) -> GcReport:
        marks = self.marks
        keep = marks.keep | _kept(self.repository, marks, self.now)
        kept = self._objects(keep)
        self._trees(marks)
        for trashed in self.repository.objects.trashed():
            self._purge(trashed, keep)
        self._temps()
        return GcReport(self.dry_run, tuple(self.items), kept, self.trashed, self.freed)

    def _objects(self, keep: set[str]) -> int:
        kept = 0
        for name, size in list(self.repository.objects):
            if name in keep:
                kept += 1
                continue
            self.items.append(GcItem("object", name, size))
            self.trashed += size
            if not self.dry_run:
                self.repository.objects.to_trash(name, int(self.now))
        return kept

    def _trees(self, marks: _Marks) -> None:
        for identity in self.repository.trees.names():
            since = marks.freed.get(identity, 0)
            if identity in marks.identities or self.now - since < self.repository.config.gc_grace:
                continue
            self.items.append(GcItem("tree", identity, 0))
            if not self.dry_run:
                self.repository.trees.remove(identity)

    def _purge(self, trashed: Trashed, keep: set[str]) -> None:
        if self.now - trashed.since < self.repository.config.gc_grace:
            return
        if trashed.digest in keep:
            return  # needed again: the verb that needs it brings it back
        self.items.append(GcItem("trash", trashed.digest, trashed.size))
        self.freed += trashed.size
        if not self.dry_run:
            self.repository.objects.purge(trashed)

    def _temps(self) -> None:
        for path in removal.abandoned(self.repository.layout.tmp):
            size = removal.disk_size(path)
            if not self.dry_run and not removal.remove_abandoned(path):
                continue
            self.items.append(GcItem("temp", os.path.basename(path), size))
            self.freed += size
