"""du: what versions take, what they share, and what deleting each would give back."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable

from ..engine import durable
from ..engine.documents import held
from ..engine.repository import Repository
from ..nouns import names
from ..nouns.usage import ModelUsage, Usage, VersionUsage
from . import marks, replaced, resolve
from .holdings import Holdings
from .marks import BodyKind, Marks


def du(repository: Repository, model: str | None) -> Usage:
    """Measure a store, and each version of it or of one model; see ``Store.du``."""
    if model is not None:
        with repository.reading() as index:
            resolve.model(index, names.check_model(model))
    with durable.explained("measure the objects"):
        # The objects first: what is written after them no mark can call unneeded.
        sizes = dict(repository.objects)
        found = marks.replayed(repository)
        holdings = Holdings(repository, found, sizes)
        return _usage(repository, found, holdings, model)


def _usage(repository: Repository, found: Marks, holdings: Holdings, model: str | None) -> Usage:
    sizes = holdings.sizes
    marks.keep(repository, found, holdings.users)
    readers = replaced.held_for_readers(repository, found, time.time()).keys()
    logical, versions = _versions(repository, found, holdings)

    def total(objects: Iterable[str]) -> int:
        return sum(sizes.get(name, 0) for name in objects)

    def bodies(*kinds: BodyKind) -> int:
        return total(
            name
            for name, body in found.bodies.items()
            if body.what in kinds and name not in holdings.users and name not in found.manifests
        )

    files, stored = total(holdings.users), sum(sizes.values())
    unneeded = total(sizes.keys() - found.keep - readers)
    parts = {
        "manifests": total(found.manifests - holdings.users.keys()),
        "captures": bodies("capture"),
        "series": bodies("series"),
        "records": bodies("details", "policy"),
    }
    doubt = _doubt(found, holdings)
    reclaimable = None if doubt else unneeded
    return Usage(
        size=logical,
        files=files,
        saved=logical - files,
        stored=stored,
        **parts,
        held=stored - files - sum(parts.values()) - (reclaimable or 0),
        reclaimable=reclaimable,
        trash=sum(each.size for each in repository.objects.trashed()),
        live=sum(repository.live.size(tree) for tree in repository.live.standing()),
        journal=_journal(repository),
        models=_models(found, holdings, versions, model),
        versions=tuple(
            sorted(
                (each for each in versions if model in (None, each.model)),
                key=lambda v: (-v.frees, -v.size),
            )
        ),
        doubt=doubt,
    )


def _versions(repository: Repository, found: Marks, holdings: Holdings) -> tuple[int, list[VersionUsage]]:
    """Return the bytes registered, and what each version takes. One that was deleted just now is left out."""
    refs = found.refs
    logical, versions = 0, []
    with repository.reading() as index:
        for (model, number), identity in found.standing.items():
            document = index.version(model, number)
            if document is None or document.get("deleted"):
                continue
            logical += held(document)
            frees = holdings.freed_by([identity]) if len(refs[identity]) == 1 else 0
            shared = holdings.size(identity) - frees
            stage = document.get("stage")
            versions.append(VersionUsage(model, number, identity, stage, held(document), frees, shared))
    return logical, versions


def _models(
    found: Marks, holdings: Holdings, versions: Iterable[VersionUsage], model: str | None
) -> tuple[ModelUsage, ...]:
    refs = found.refs
    of_model: dict[str, list[VersionUsage]] = {}
    for each in versions:
        if model in (None, each.model):
            of_model.setdefault(each.model, []).append(each)
    usages = []
    for name, members in of_model.items():
        alone = [each.id for each in members if all(ref.startswith(f"{name}@") for ref in refs[each.id])]
        frees = holdings.freed_by(alone)
        needs = {file for each in members for file in holdings.files.get(each.id, ())}
        held_here = sum(holdings.sizes.get(file, 0) for file in needs)
        size = sum(each.size for each in members)
        usages.append(ModelUsage(name, len(members), size, frees, held_here - frees))
    return tuple(sorted(usages, key=lambda usage: (-usage.frees, -usage.size, usage.model)))


def _doubt(found: Marks, holdings: Holdings) -> str:
    if found.doubt is not None:
        return f"{found.doubt[0]}. {found.doubt[1]}"
    if holdings.unread:
        refs = found.refs[holdings.unread[0]]
        more = f" and {len(holdings.unread) - 1:,} more" if len(holdings.unread) > 1 else ""
        return f"the manifest of {refs[0]}{more} can't be read. mvtui verify names what is bad."
    return ""


def _journal(repository: Repository) -> int:
    with os.scandir(repository.layout.journal) as entries:
        return sum(entry.stat(follow_symlinks=False).st_size for entry in entries if entry.is_file())
