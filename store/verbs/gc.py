"""gc: give back what no version needs. Marked from the journal, never from the index; trash before removal."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

from ..engine import durable, removal
from ..engine.documents import Document, ref_of
from ..engine.objects import Trashed
from ..engine.repository import Repository
from ..nouns.reports import GcItem, GcReport
from . import replaced, resolve
from .marks import Marks, contents, mark


def gc(repository: Repository, *, dry_run: bool) -> GcReport:
    """Move unneeded objects to trash and remove what is past its grace period; see ``Store.gc``."""
    repository.read_config()  # with a mistake in it nobody knows what the grace period is
    with durable.explained("collect garbage"):
        marks = mark(repository)  # before the lock: reading every manifest takes long in a large store
        if dry_run:
            return _Sweep(repository, marks, dry_run=True).run()
        with repository.writing():
            if repository.journal.seq != marks.seq or repository.journal.in_doubt():
                marks = mark(repository)
            return _Sweep(repository, marks, dry_run=False).run()


def why(repository: Repository, what: str) -> tuple[str, ...]:
    """Say what keeps an object, or what lies in live/ of a version, a sentence each; see ``Store.why``."""
    with durable.explained("look through the objects"):
        if "@" in what:
            with repository.reading() as index:
                document = resolve.even_deleted(index, what)
            return tuple(_keeping(repository, document))
        return tuple(_reasons(repository, repository.objects.find(what)))


def _keeping(repository: Repository, document: Document) -> Iterator[str]:
    marks, ref = mark(repository), ref_of(document)
    if (document["model"], document["version"]) in marks.standing:
        yield f"{ref} was not deleted: its objects stay"
    for each in replaced.served(repository, marks, time.time()):
        if each.ref == ref and each.why:
            yield f"{each.tree.path} stays: {each.why}"


def _reasons(repository: Repository, name: str) -> list[str]:
    marks = mark(repository)
    refs = marks.refs
    reasons = [f"manifest of {ref}" for ref in refs.get(name, ())]
    for identity, manifest in contents(repository, marks):
        paths = [entry.path for entry in manifest.files if entry.digest == name]
        reasons += [f"{path} of {ref}" for path in paths for ref in refs[identity]]
    if name in marks.freed and name not in refs:
        reasons.append("manifest of a deleted version: manifests stay")
    if name in marks.orphans:
        reasons.append("perhaps a version whose event was lost: a journal stretch was quarantined")
    if name in marks.bodies:
        reasons.append(f"details of event {marks.bodies[name].seq}")
    if not reasons and (reason := replaced.held_for_readers(repository, marks, time.time()).get(name)):
        reasons.append(reason)
    return reasons


class _Sweep:
    def __init__(self, repository: Repository, marks: Marks, *, dry_run: bool) -> None:
        self.repository, self.marks, self.dry_run = repository, marks, dry_run
        self.now = time.time()
        self.items: list[GcItem] = []
        self.trashed = self.freed = 0

    def run(self) -> GcReport:
        keep = self.marks.keep | replaced.held_for_readers(self.repository, self.marks, self.now).keys()
        self._trees()
        self._live()
        kept = self._objects(keep)
        for trashed in self.repository.objects.trashed():
            self._purge(trashed, keep)
        self._temps()
        self._derived()
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

    def _trees(self) -> None:
        refs = self.marks.refs
        for identity in self.repository.trees.names():
            since = self.marks.freed.get(identity, 0)
            if identity in refs or self.now - since < self.repository.config.gc_grace:
                continue
            self.items.append(GcItem("tree", identity, 0))
            if not self.dry_run:
                self.repository.trees.remove(identity)

    def _live(self) -> None:
        live = self.repository.live
        for each in list(replaced.served(self.repository, self.marks, self.now)):
            if each.why:
                continue
            size = live.size(each.tree)
            self.items.append(GcItem("live", each.ref, size))
            self.freed += size
            if not self.dry_run:
                live.remove(each.tree)
        if not self.dry_run:
            live.remove_empty()

    def _purge(self, trashed: Trashed, keep: set[str]) -> None:
        if self.now - trashed.since < self.repository.config.gc_grace:
            return
        if trashed.digest in keep:
            return  # needed again: the verb that needs it brings it back
        self.items.append(GcItem("trash", trashed.digest, trashed.size))
        self.freed += trashed.size
        if not self.dry_run:
            self.repository.objects.purge(trashed)

    def _derived(self) -> None:
        """Remove what was worked out so long ago that it may be worked out again."""
        for entry in list(self.repository.derived.entries()):
            if self.now - entry.made < self.repository.config.gc_grace:
                continue
            self.items.append(GcItem("derived", entry.name, entry.size))
            self.freed += entry.size
            if not self.dry_run:
                self.repository.derived.remove(entry)

    def _temps(self) -> None:
        for path in removal.abandoned(self.repository.layout.tmp):
            size = removal.disk_size(path)
            if not self.dry_run and not removal.remove_abandoned(path):
                continue
            self.items.append(GcItem("temp", os.path.basename(path), size))
            self.freed += size
