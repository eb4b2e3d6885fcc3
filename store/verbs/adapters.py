"""Adapters: whether one fits the base it is bound to, asked before it is registered and before it is bound to another."""

from __future__ import annotations

import os
from collections.abc import Sequence

import msgspec

from ..engine.documents import Document, ref_of
from ..engine.repository import Repository
from ..errors import ConflictError, MvtuiError
from ..knowledge import adapters, formats
from ..knowledge.formats import together
from ..knowledge.formats.walk import Place, choose
from ..knowledge.guess import stem
from ..knowledge.sources import SourceFile
from ..nouns.adapter import Adapter
from ..nouns.inspection import UNKNOWN_FORMAT, InspectedFile, Inspection
from ..nouns.lineage import PARENT_EDGES, Link
from . import look
from .request import Request

EDGE = "adapter-of"
"""The edge from an adapter to its base."""


def fitting(repository: Repository, asked: Request, files: Sequence[SourceFile]) -> Request:
    """Return the request for an adapter, with what speaks against its base if that was asked for all the same.

    Raises:
        ConflictError: something speaks against it, and ``force`` is not there.
    """
    if asked.kind != "adapter" or not (bases := _bound(asked.links)):
        return asked
    inspection = _look([Place(file.path, file.location, file.size) for file in files])
    said = tuple(each for base in bases for each in misfits(repository, inspection, base))
    if said and not asked.force:
        raise ConflictError(
            f"the adapter does not fit its base: {said[0]}",
            hint="Name the base it was made for: --parent REF. --force registers it all the same, flagged.",
        )
    return msgspec.structs.replace(asked, mismatch=said)


def check_link(repository: Repository, document: Document, links: Sequence[Link]) -> None:
    """Make sure that an adapter fits a base that it is to be bound to after it was registered.

    Raises:
        ConflictError: something speaks against it.
    """
    if document["kind"] != "adapter" or not (bases := _bound(links)):
        return
    inspection = _inspected(repository, document["id"])
    for base in bases:
        if said := misfits(repository, inspection, base):
            raise ConflictError(
                f"{ref_of(document)} does not fit that base: {said[0]}",
                hint="Name the base it was made for; registering it anew with --force binds it all the same, flagged.",
            )


def misfits(repository: Repository, adapter: Inspection, base: str) -> tuple[str, ...]:
    """Say what speaks against an adapter's being made for the content of a hash ID."""
    with repository.reading() as index:
        documents = [document for document in index.with_id(base) if not document.get("deleted")]
        if not documents:
            return ()
        origins = [link for document in documents for link in look.links(document)]
    if all(document.get("external") for document in documents):
        return ()
    inspection = _inspected(repository, base)
    names, revisions = _called(origins, inspection)
    models = {document["model"] for document in documents}
    called = {*names, *models} if names else set()
    return adapters.misfits(adapter, inspection, called, revisions, ref_of(documents[0]))


def described_version(repository: Repository, ref: str) -> Adapter | None:
    """Return what PEFT's configuration says of an adapter; see ``Store.adapter``."""
    version = look.get(repository, ref)
    return adapters.described(_inspected(repository, version.id)) if version.kind == "adapter" else None


def _bound(links: Sequence[Link]) -> list[str]:
    return [link.to for link in links if link.type == EDGE and not link.outside]


def _called(origins: Sequence[Link], base: Inspection) -> tuple[set[str], set[str]]:
    """Return what a base is called outside the store, and revisions of that: by its edges, and by its configuration."""
    names, revisions = set(), set()
    for link in origins:
        if link.outside and link.type in PARENT_EDGES:
            name = stem(link.to)
            names.add(name.partition(":")[2])
            if link.to != name:
                revisions.add(link.to[len(name) :].lstrip("@"))
    for file in base.files:
        said = file.metadata.get("_name_or_path")
        if "/" not in file.path and isinstance(said, str) and said and not os.path.isabs(said):
            names.add(said[:200])
    return names, revisions


def _inspected(repository: Repository, identity: str) -> Inspection:
    try:
        manifest = look.manifest(repository, identity)
    except (MvtuiError, OSError):
        return Inspection("", ())
    return _look([Place(e.path, repository.objects.path(e.digest), e.size) for e in manifest.files])


def _look(places: list[Place]) -> Inspection:
    """Look into files as far as they can be read: what can't speaks for nothing."""
    found = []
    for place in choose(places).places:
        try:
            with open(place.location, "rb") as file:
                found.append(formats.read_unjudged(formats.Source(file, place.size, place.path)))
        except (MvtuiError, OSError) as error:
            found.append(InspectedFile(place.path, place.size, UNKNOWN_FORMAT, problem=str(error)))
    return together.combine(found)
