"""Reproduce: gather a version's record and what it points at, and turn it into commands."""

from __future__ import annotations

from collections.abc import Sequence

from ..engine.index import Index
from ..engine.repository import Repository
from ..errors import FormatError, VerificationError
from ..knowledge import reproduce as knowledge
from ..knowledge.reproduce import Ingredient
from ..nouns.bundle import MemberState
from ..nouns.capture import Capture
from ..nouns.lineage import Link
from ..nouns.manifest import FileEntry
from ..nouns.recipe import Lack, Recipe, StepName
from ..nouns.version import Version
from . import look, members, records, resolve


def reproduce(repository: Repository, ref: str) -> Recipe:
    """Return how to make a version again; see ``Store.reproduce``."""
    with repository.reading() as index:
        version = look.as_version(resolve.resolve(index, ref))
        found = ingredients(index, version)
        told = members.states(index, resolve.resolve(index, ref))
    with_files = [_with_file(repository, each) for each in found]
    lost = []
    try:
        captured = records.read(repository, version.capture)
    except (FormatError, VerificationError) as error:
        captured = None
        lost.append(_lost("code", "what was captured", error))
    return recipe(repository, version, captured, with_files, _files(repository, version), lost, told)


def ingredients(index: Index, version: Version) -> list[Ingredient]:
    """Return what the edges of a version lead to, in their order."""
    return [_ingredient(index, link) for link in version.edges]


def recipe(
    repository: Repository,
    version: Version,
    captured: Capture | None,
    found: list[Ingredient],
    files: Sequence[FileEntry] = (),
    lost: Sequence[Lack] = (),
    members_of: Sequence[MemberState] = (),
) -> Recipe:
    """Return the recipe for a version; what of its record is damaged is among what is missing."""
    freeze, lacks = "", list(lost)
    if captured and captured.packages:
        try:
            freeze = repository.objects.read(captured.packages).decode("utf-8", "replace")
        except VerificationError as error:
            lacks.append(_lost("environment", "the list of packages", error))
    if captured and captured.patch and (problem := repository.objects.problem(captured.patch)):
        lacks.append(_lost("code", "the patch", problem))
    return knowledge.recipe(
        version, captured, freeze, found, repository.layout.root, files, lacks, members_of
    )


def _lost(step: StepName, what: str, problem: object) -> Lack:
    return Lack(step, f"{what} can't be read: {problem}", "a backup of the store, if there is one", "bad")


def _ingredient(index: Index, link: Link) -> Ingredient:
    """Return the other end of an edge: a version that is left, if there are several of that content."""
    documents = [] if link.outside else index.with_id(link.to)
    documents.sort(key=lambda document: bool(document.get("deleted")))
    return Ingredient(link, look.as_version(documents[0])) if documents else Ingredient(link)


def _files(repository: Repository, version: Version) -> tuple[FileEntry, ...]:
    try:
        return look.manifest(repository, version.id).files
    except VerificationError:  # its loss is a reason to make the version again, not to refuse
        return ()


def _with_file(repository: Repository, each: Ingredient) -> Ingredient:
    version = each.version
    if version is None or version.external or version.file_count != 1:
        return each
    return Ingredient(each.link, version, look.manifest(repository, version.id).files[0].path)
