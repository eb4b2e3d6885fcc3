"""Doctor: look at the store and the ground it stands on; say what to mend. Changes nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator

from ..engine import platform, probe, removal, sharing
from ..engine.projection import FORMAT
from ..engine.repository import Repository
from ..nouns.event import EventKind
from ..nouns.reports import Finding
from . import doctor_stages, retiring, sharers

_LOW = 1 << 30  # bytes free below which doctor warns


def doctor(repository: Repository) -> tuple[Finding, ...]:
    """Return what was found, the store first, then the file system; see ``Store.doctor``."""
    return tuple(
        finding
        for part in (
            _store,
            _journal,
            _objects,
            doctor_stages.stages,
            retiring.findings,
            _owners,
            _file_system,
            _leftovers,
        )
        for finding in part(repository)
    )


def _store(repository: Repository) -> Iterator[Finding]:
    root = repository.layout.root
    yield Finding("ok", "store", f"{root}, format {FORMAT}")
    if repository.is_demo:
        yield Finding("info", "demo", "made for a demo: people and times in its journal may be a story")
    with repository.reading() as index:
        count = sum(d["count"] for d in index.models.all())
        yield Finding("ok", "index", f"{_count(len(index.models), 'model')}, {_count(count, 'version')}")
    missing = [d for d in repository.layout.directories() if not os.path.isdir(d)]
    if missing:
        yield Finding("warn", "store", f"missing: {', '.join(missing)}", "mvtui repair makes them again")


def _journal(repository: Repository) -> Iterator[Finding]:
    journal, events = repository.replay()
    try:
        count = gaps = 0
        for event in events:
            count += 1
            gaps += len(event.data.get("gaps", ())) if event.kind is EventKind.REPAIR else 0
        damage, doubt, torn = journal.damage(), journal.in_doubt(), journal.size() - journal.offset
    finally:
        journal.close()
    if not damage:
        yield Finding("ok", "journal", f"{_count(count, 'event')}, every hash in the chain agrees")
    if gaps:
        lost = _count(gaps, "damaged stretch", "damaged stretches")
        yield Finding(
            "info", "journal", f"{lost} quarantined by repair; the bytes lie in journal/quarantine-…"
        )
    for stretch in damage:
        yield Finding(
            "bad", "journal", str(stretch), "mvtui repair quarantines it; writing works again after that"
        )
    if doubt:
        yield Finding(
            "bad", "journal", f"a write is in doubt: {doubt}", "look at the disk, then run mvtui repair"
        )
    if torn and not damage:
        yield Finding(
            "info",
            "journal",
            f"{torn:,} bytes of an unfinished write at the end",
            "the next change sets them aside",
        )


def _objects(repository: Repository) -> Iterator[Finding]:
    closed = probe.unreadable(repository.layout.objects)
    if closed:
        yield Finding("bad", "objects", f"{closed} can't be read by this user", "mend its owner or mode")
    yield Finding("info", "objects", "their bytes were not looked at", "mvtui verify does")


def _owners(repository: Repository) -> Iterator[Finding]:
    found = probe.owners(repository.layout.root)
    if (group := sharing.group_of(repository.layout.root)) is not None:
        yield from sharers.look(repository, group, found)
        return
    me = os.getuid() if hasattr(os, "getuid") else 0
    if len(found.counts) > 1:
        who = ", ".join(
            f"{platform.user_name(uid)} {n:,}"
            for uid, n in sorted(found.counts.items(), key=lambda item: -item[1])
        )
        main = platform.user_name(max(found.counts, key=lambda uid: found.counts[uid]))
        yield Finding(
            "warn",
            "owners",
            f"files belong to several users ({who}), as when a container ran as root",
            f"sudo chown -R {main} {repository.layout.root}   "
            f"(or share it: sudo mvtui init --shared GROUP {repository.layout.root})",
        )
    elif me not in found.counts:
        yield Finding("info", "owners", f"all files belong to {platform.user_name(next(iter(found.counts)))}")
    else:
        yield Finding("ok", "owners", f"all files belong to {platform.user_name(me)}")
    if not repository.writable:
        yield sharers.reader(repository)
    elif found.in_the_way:
        yield Finding(
            "bad", "access", f"{found.in_the_way} can't be written by this user", "mend its owner or mode"
        )


def _file_system(repository: Repository) -> Iterator[Finding]:
    if not repository.writable or not os.path.isdir(repository.layout.tmp):
        kind = platform.file_system_of(repository.layout.root)
        yield Finding("info", "disk", f"{kind}; not tried further, since nothing may be written here")
        return
    can = probe.probe(repository.layout.tmp)
    if can.error:
        yield Finding(
            "bad", "disk", f"{can.file_system}: writing failed: {can.error}", "mend the disk or its mount"
        )
        return
    yield Finding("ok", "disk", f"{can.file_system}; files, directories and symlinks can be made and flushed")
    if can.network:
        host = repository.config.writing_host
        yield Finding(
            "info" if host == platform.host_name() else "warn",
            "network",
            f"shared between machines; {host or 'no host'} may write, all may read",
            f'config.toml: [store] writing_host = "{platform.host_name()}"' if not host else "",
        )
    if not can.locks:
        yield Finding(
            "bad",
            "locks",
            "file locks don't work here: two writers could collide",
            "move the store to a local disk",
        )
    if can.reflink:
        yield Finding("ok", "reflink", "copies share their bytes with the store (reflink)")
    else:
        yield Finding(
            "info", "reflink", "no reflinks here: registering copies, reading in place uses symlinks"
        )
    if can.free < _LOW:
        yield Finding(
            "warn", "room", f"{can.free / 2**20:,.0f} MiB free", "mvtui gc --yes, or free some space"
        )


def _leftovers(repository: Repository) -> Iterator[Finding]:
    if left := removal.abandoned(repository.layout.tmp):
        size = sum(removal.disk_size(path) for path in left)
        yield Finding(
            "info",
            "leftovers",
            f"{len(left)} unfinished files, {size:,} bytes",
            "mvtui gc --yes removes them",
        )


def _count(number: int, noun: str, nouns: str = "") -> str:
    return f"{number:,} {noun if number == 1 else nouns or noun + 's'}"
