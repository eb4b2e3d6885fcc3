"""Verify: hash stored bytes again, walk the journal's chain, hold the index and live/ against it."""

from __future__ import annotations

import contextlib
from collections.abc import Collection

from ..engine import durable, reduce
from ..engine.documents import VERSIONS, Document, empty, ref_of
from ..engine.repository import Repository
from ..errors import MvtuiError, ReadOnlyError, VerificationError
from ..nouns.damage import Damage
from ..nouns.reports import BadObject, Progress, ProgressCallback, VerifyReport
from . import checked, look, resolve, serving


def verify(repository: Repository, ref: str | None, progress: ProgressCallback | None) -> VerifyReport:
    """Hash one version's objects, or all objects and the journal; see ``Store.verify``."""
    with durable.explained("look through the objects"):
        return _verify(repository, ref, progress)


def _verify(repository: Repository, ref: str | None, progress: ProgressCallback | None) -> VerifyReport:
    if ref is not None:
        return _version(repository, ref, progress)
    damage, bodies, repaired = _journal(repository)
    needed = set(bodies)
    for document in _documents(repository):
        needed |= _parts_of(repository, document)
    others = _present(repository) - needed
    report = _report(repository, needed, progress, bodies, others)
    pointers = serving.settle(repository)
    repaired += tuple(each.sentence for each in pointers if each.done)
    notices = tuple(each.sentence for each in pointers if not each.done)
    return VerifyReport(report.objects, report.bytes, report.bad, damage, repaired, notices)


def _version(repository: Repository, ref: str, progress: ProgressCallback | None) -> VerifyReport:
    with repository.reading() as index:
        document = resolve.resolve(index, ref)
    report = _report(repository, _parts_of(repository, document), progress)
    notices = () if document.get("external") else _recorded(repository, document, report)
    return VerifyReport(report.objects, report.bytes, report.bad, (), (), notices)


def _recorded(repository: Repository, document: Document, report: VerifyReport) -> tuple[str, ...]:
    """Journal what was found, where that may be; return a sentence if it should have been and was not."""
    problem = f"object {report.bad[0].digest[:12]}… is {report.bad[0].problem}" if report.bad else ""
    try:
        checked.record(repository, document, problem)
    except ReadOnlyError:
        return ()
    except MvtuiError as error:  # whatever keeps it from being noted, what was found matters more
        return (f"that {ref_of(document)} was verified could not be journaled: {error.message}",)
    return ()


def _report(
    repository: Repository,
    needed: set[str],
    progress: ProgressCallback | None,
    bodies: dict[str, int] | None = None,
    others: Collection[str] = (),
) -> VerifyReport:
    objects = repository.objects
    sizes = {name: objects.size(name) or 0 for name in (*needed, *others)}
    total, done = sum(sizes.values()), 0
    bad: dict[str, str] = {}
    for name in sorted(sizes):
        before = done

        def advance(count: int, item: str = name) -> None:
            nonlocal done
            done += count
            if progress:
                progress(Progress("verifying", item, min(done, total), total))

        problem = objects.problem(name, rehash=True, advance=advance)
        if problem == "missing" and name not in needed:
            continue  # gc has just moved it
        if problem:
            bad[name] = problem
        done = before + sizes[name]
    if progress:
        progress(Progress("verifying", "", total, total))
    hits = _hits(repository, set(bad), bodies or {}) if bad else {}
    return VerifyReport(
        objects=len(sizes),
        bytes=total,
        bad=tuple(BadObject(name, bad[name], objects.path(name), tuple(hits[name])) for name in sorted(bad)),
        damage=(),
    )


def _journal(repository: Repository) -> tuple[tuple[Damage, ...], dict[str, int], tuple[str, ...]]:
    """Replay the journal: its damage, the objects its events name, and what was mended in the index."""
    with repository.reading() as index:
        tables = empty()
        journal, events = repository.replay()
        bodies: dict[str, int] = {}
        try:
            for event in events:
                for name in event.names():
                    bodies[name] = event.seq
                reduce.apply(tables, event)
            damage = journal.damage()
            caught_up = journal.seq == repository.journal.seq
        finally:
            journal.close()
        if not caught_up or tables == index.tables:
            return damage, bodies, ()
        repository.rebuild()
        return damage, bodies, ("the index disagreed with the journal and was rebuilt",)


def _present(repository: Repository) -> set[str]:
    found: set[str] = set()
    with contextlib.suppress(OSError):  # what is needed there is looked at by name, and told
        found.update(name for name, _ in repository.objects)
    return found


def _documents(repository: Repository) -> list[Document]:
    with repository.reading() as index:
        return [d for d in index.tables[VERSIONS].values() if not d.get("deleted")]


def _parts_of(repository: Repository, document: Document) -> set[str]:
    return _parts(repository, document["id"], external=document.get("external", False))


def _parts(repository: Repository, identity: str, *, external: bool) -> set[str]:
    """Return a version's objects: its manifest and, as far as that can be read and the store has them, its files."""
    if external:
        return {identity}
    try:
        return {identity, *(entry.digest for entry in look.manifest(repository, identity).files)}
    except VerificationError:
        return {identity}


def _hits(repository: Repository, bad: set[str], bodies: dict[str, int]) -> dict[str, list[str]]:
    """Return the references each bad object hits."""
    hits: dict[str, list[str]] = {name: [] for name in bad}
    for document in _documents(repository):
        for name in _parts_of(repository, document) & bad:
            hits[name].append(ref_of(document))
    for name in bad & bodies.keys():
        hits[name].append(f"details of event {bodies[name]}")
    return hits
