"""Bundle: versions become one that is released as one. Nothing of them is copied: its files are theirs, below their roles."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec

from ..engine import durable
from ..engine.documents import Document, ref_of
from ..engine.index import Index
from ..engine.repository import Repository
from ..errors import (
    AmbiguousError,
    BadInputError,
    BusyError,
    ConflictError,
    NotFoundError,
    UsageError,
    VerificationError,
)
from ..knowledge import sources
from ..knowledge.guess import Guesses
from ..knowledge.meter import Meter
from ..knowledge.sources import SourceFile
from ..nouns.bundle import CARD, MEMBER_EDGE, Member, check_role, encode_members
from ..nouns.lineage import Link
from ..nouns.manifest import Edge, FileEntry, Manifest, check_paths
from ..nouns.prompt import TEMPLATE
from ..nouns.reports import ProgressCallback, Registered
from . import look, members, policy, request, resolve
from .circumstances import Circumstances
from .commit import commit
from .number import check_possible
from .request import Request

Added = str | os.PathLike[str]
"""What takes a role: the reference of a version, or the path of a file or directory of the bundle's own."""

_TRIES = 3


class _Parts(NamedTuple):
    """What a bundle is made of: its members, and the files of its own by role, on disk or in the store already."""

    members: dict[str, Member]
    files: dict[str, list[SourceFile]]
    stored: dict[str, list[FileEntry]]


def bundle(
    repository: Repository,
    asked: Request,
    add: Mapping[str, Added],
    *,
    base: str | None,
    drop: Collection[str],
    force: bool,
    progress: ProgressCallback | None,
) -> Registered:
    """Make versions one; see ``Store.bundle``."""
    asked = request.checked(asked, kinds=("bundle",))
    repository.check_writable()
    parts = _parts(repository, asked.model, add, base, drop)
    around = Circumstances(repository, asked)
    policy.check_now(repository, "register")
    taken, unpinned = _member_files(repository, parts.members)
    mismatch = _mismatch(repository, parts.members)
    if mismatch and not force:
        raise ConflictError(
            mismatch[0], hint="Add the base it was made for; --force bundles them all the same, flagged."
        )
    asked = msgspec.structs.replace(
        asked,
        links=tuple(Link(MEMBER_EDGE, each.id, role=role) for role, each in parts.members.items()),
        members={role: each.ref for role, each in parts.members.items()},
        mismatch=mismatch,
    )
    with durable.explained("make room to work"):
        durable.make_all(repository.layout.directories())
    for _ in range(_TRIES):
        own, new = _store_own(repository, parts, progress)
        manifest = _manifest(repository, asked, parts, [*taken, *own])
        with repository.reading() as index:
            check_possible(index, asked.model, asked.version, size=manifest.size, files=len(manifest.files))
        done = commit(repository, asked, manifest, around, Guesses((), ()))
        if done is not None:
            return msgspec.structs.replace(
                done,
                stored=new,
                redacted=asked.redacted,
                notices=(*around.notices, *unpinned),
            )
    _check_there(repository, taken)
    raise BusyError("objects were removed while they were being bundled", hint="Try again when gc is done.")


def _parts(
    repository: Repository, model: str, add: Mapping[str, Added], base: str | None, drop: Collection[str]
) -> _Parts:
    """Return what a bundle is to be made of: what ``base`` is, without ``drop``, and what is added.

    Raises:
        BadInputError, NotFoundError, AmbiguousError: see ``Store.bundle``.
        ConflictError: a member of the base was deleted.
    """
    if not isinstance(add, Mapping):
        raise BadInputError("what to bundle is no mapping", hint='Write {"model": "chat@2.1.0"}.')
    found = _Parts({}, {}, {})
    with repository.reading() as index:
        if base is not None:
            _take_over(repository, index, base, found, add, drop)
        elif drop:
            raise UsageError("there is nothing to drop from", hint="Name a bundle to begin with: --from REF.")
        for role, what in add.items():
            check_role(role)
            document = _version(index, what)
            if document is None:
                found.files[role] = _own(repository, role, what)
            elif document["model"] == model:
                raise BadInputError(
                    f"{ref_of(document)} can't be a member of {model} itself",
                    hint="Name the bundle otherwise.",
                )
            else:
                found.members[role] = _member(document)
    if not found.members:
        raise BadInputError(
            "a bundle has at least one version in it",
            hint="Add one: --add model=chat@2.1.0. Files alone are registered: mvtui register",
        )
    return found._replace(members=dict(sorted(found.members.items())))


def _take_over(
    repository: Repository,
    index: Index,
    base: str,
    found: _Parts,
    add: Collection[str],
    drop: Collection[str],
) -> None:
    """Take over what a bundle that is there already is made of, but for some roles."""
    document = resolve.resolve(index, base)
    if document["kind"] != "bundle":
        raise BadInputError(f"{ref_of(document)} is no bundle", hint="Name one: mvtui ls kind:bundle")
    manifest = look.manifest(repository, document["id"])
    known = members.read(repository, manifest, ref_of(document))
    own = {entry.path.partition("/")[0] for entry in manifest.files} - {*known, CARD}
    if unknown := sorted(set(drop) - {*known, *own}):
        has = ", ".join(sorted({*known, *own}))
        raise BadInputError(f"{ref_of(document)} has no {unknown[0]!r} to drop", hint=f"It has: {has}.")
    without = {*add, *drop}
    for role, member in known.items():
        if role in without:
            continue
        now = index.version(member.model, member.version)
        if now is None or now.get("deleted") or now["id"] != member.id:
            raise ConflictError(
                f"{role} {member.ref} of {ref_of(document)} was deleted",
                hint=f"Add another: --add {role}={member.model}@latest. Or leave it out: --drop {role}",
            )
        found.members[role] = member
    for entry in manifest.files:
        role = entry.path.partition("/")[0]
        if role in own and role not in without:
            found.stored.setdefault(role, []).append(entry)


def _version(index: Index, what: Added) -> Document | None:
    """Return the version that is meant; None for a path of a file or directory that is there.

    Raises:
        NotFoundError: it is neither; ``candidates`` holds similar names.
        AmbiguousError: it fits several versions, or is the name of a model and of a file, too.
    """
    if not isinstance(what, str):
        return None
    there = bool(what) and os.path.lexists(what)
    if there and os.sep in what:
        return None
    try:
        found = resolve.resolve(index, what)
        if there and "@" not in what:
            raise AmbiguousError(
                f"{what} is a model of this store, and a path that is there",
                hint="Write which is meant.",
                candidates=(ref_of(found), os.path.join(os.curdir, what)),
            )
        return found
    except AmbiguousError:
        raise
    except (NotFoundError, BadInputError) as error:
        if there:
            return None
        raise NotFoundError(
            f"{what!r} is neither a version nor a file that is there: {error.message}",
            hint=error.hint,
            candidates=getattr(error, "candidates", ()),
        ) from None


def _member(document: Document) -> Member:
    template = str(document.get("params", {}).get(TEMPLATE, "")) if document["kind"] == "prompt" else ""
    return Member(document["model"], document["version"], document["id"], document["kind"], template)


def _own(repository: Repository, role: str, what: Added) -> list[SourceFile]:
    """Return the files of the bundle's own that a path stands for, below their role."""
    (path,) = request.as_paths(what)
    found = sources.collect([path], follow=False, store=Path(repository.layout.root))
    return [msgspec.structs.replace(source, path=f"{role}/{source.path}") for source in found]


def _member_files(
    repository: Repository, members_of: Mapping[str, Member]
) -> tuple[list[FileEntry], list[str]]:
    """Return the files of all members, below their roles; and a sentence for each whose bytes are not in the store."""
    entries: list[FileEntry] = []
    unpinned = []
    for role, member in members_of.items():
        with repository.reading() as index:
            external = (index.version(member.model, member.version) or {}).get("external")
        manifest = look.manifest(repository, member.id)
        if external:
            unpinned.append(
                f"{role} {member.ref} is bundled by its digest alone: its bytes are not in the store"
            )
            continue
        entries += [FileEntry(f"{role}/{e.path}", e.size, e.digest) for e in manifest.files]
    return entries, unpinned


def _check_there(repository: Repository, taken: list[FileEntry]) -> None:
    """Make sure that the bytes of the members are there.

    Raises:
        VerificationError: they should be, and are not.
    """
    for entry in taken:
        if repository.objects.size(entry.digest) is None:
            raise VerificationError(
                f"{entry.path}: its object {entry.digest[:12]}… is missing",
                hint="mvtui verify --all names every version it hits; registering the good file again mends it.",
                bad=(f"{entry.digest}: missing",),
            )


def _mismatch(repository: Repository, members_of: Mapping[str, Member]) -> tuple[str, ...]:
    """Say of each adapter that none of the weights beside it is the base that it was made for."""
    weights = {each.id for each in members_of.values() if each.kind == "weights"}
    said = []
    for role, member in members_of.items():
        if member.kind != "adapter" or not weights:
            continue
        bases = [
            edge.to for edge in look.manifest(repository, member.id).parents if edge.type == "adapter-of"
        ]
        if bases and weights.isdisjoint(bases):
            with repository.reading() as index:
                names = [ref_of(d) for base in bases for d in index.with_id(base)[:1]] or bases
            said.append(f"{role} {member.ref} was made for {names[0]}, which is not in the bundle")
    return tuple(said)


def _store_own(
    repository: Repository, parts: _Parts, progress: ProgressCallback | None
) -> tuple[list[FileEntry], int]:
    """Store the files of the bundle's own; return them, and how many of their bytes are new."""
    files = [source for each in parts.files.values() for source in each]
    meter = Meter("storing", progress, sum(source.size for source in files))
    entries = [entry for each in parts.stored.values() for entry in each]
    new = 0
    for source in files:
        stored = repository.objects.put_file(source.location, meter.on(source.path))
        entries.append(FileEntry(source.path, stored.size, stored.digest))
        new += stored.size if stored.new else 0
    meter.end()
    return entries, new


def _manifest(repository: Repository, asked: Request, parts: _Parts, entries: list[FileEntry]) -> Manifest:
    data = encode_members(parts.members)
    card = FileEntry(CARD, len(data), repository.objects.put_bytes(data))
    check_paths(entry.path for entry in entries)
    return Manifest(
        kind="bundle",
        files=tuple(sorted([card, *entries])),
        params=dict(asked.params),  # type: ignore[arg-type]  # flattened to scalars by request.checked
        parents=tuple(sorted({Edge(MEMBER_EDGE, each.id) for each in parts.members.values()})),
    )
