"""What live/ should say, by the index; and making it so."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ..errors import MvtuiError
from . import abtests
from .documents import MODELS, Document, production

if TYPE_CHECKING:
    from ..nouns.ab_test import ABTestSpec
    from .index import Index
    from .repository import Repository


def wanted(index: Index, model: str) -> Document | None:
    """Return the version that a model's live pointer should lead to; None for none."""
    number = production(index.model(model) or {})
    return index.version(model, number) if number else None


def is_told(index: Index, model: str) -> bool:
    """Whether the journal still says what a model has in production: a damaged stretch may have taken that along."""
    if (line := index.model(model)) is None:
        return False
    if (number := production(line)) is not None:
        return bool((index.version(model, number) or {}).get("id"))
    return all(
        document["id"] for document in index.of_model(model)
    )  # else one that was lost may have been there


def is_settled(repository: Repository, model: str) -> bool:
    """Whether a model's live pointer, and those of its A/B tests, lead where the journal says."""
    return repository.live.is_settled(model, wanted(repository.index, model)) and _are_arms_settled(
        repository, model
    )


def _are_arms_settled(repository: Repository, model: str) -> bool:
    return repository.arms.is_settled(model, *_tests(repository.index, model))


def _tests(index: Index, model: str) -> tuple[dict[str, ABTestSpec], dict[str, Document]]:
    """Return a model's tests that run, by name, and the versions that are arms of them, by number."""
    documents = abtests.running(index.tables, model)
    versions = {
        arm["version"]: version
        for document in documents
        for arm in document["arms"]
        if (version := index.version(model, arm["version"])) is not None
    }
    return {document["name"]: abtests.spec_of(document) for document in documents}, versions


def arms(index: Index, model: str) -> list[Document]:
    """Return the versions that are arms of a model's A/B tests."""
    return list(_tests(index, model)[1].values())


class Mended(NamedTuple):
    """What was found amiss with a model's pointer, in a sentence, and whether it leads where it should now."""

    sentence: str
    done: bool


def mend(repository: Repository, model: str) -> Mended | None:
    """Make a model's pointer lead where the journal says; None when it did already. Under the writers' lock.

    Never raises for a pointer that can't be mended: what is written next matters more.
    """
    from ..nouns.manifest import Manifest

    document = wanted(repository.index, model)
    live = repository.live
    if live.is_settled(model, document):
        return _mend_arms(repository, model)
    pointer = live.pointer(model)
    if not is_told(repository.index, model):  # serving goes on with what was put there when it was known
        return Mended(f"{pointer} stays as it is: what the journal said of it is lost", done=False)
    try:
        if document is not None:
            live.prepare(document, Manifest.decode(repository.objects.read(document["id"])))
        live.settle(model, document)
    except (OSError, MvtuiError) as error:
        return Mended(
            f"{pointer} does not lead where it should, and could not be mended: {error}", done=False
        )
    if (other := _mend_arms(repository, model)) is not None and not other.done:
        return other
    where = document["version"] if document is not None else "nothing"
    return Mended(f"{pointer} did not lead where the journal says; now it leads to {where}", done=True)


def _mend_arms(repository: Repository, model: str) -> Mended | None:
    from ..nouns.manifest import Manifest

    if _are_arms_settled(repository, model):
        return None
    where = repository.arms.directory(model, "")
    if not is_told(repository.index, model):
        return Mended(f"{where} stays as it is: what the journal said of it is lost", done=False)
    specs, versions = _tests(repository.index, model)
    try:
        for version in versions.values():
            manifest = Manifest.decode(repository.objects.read(version["id"]))
            repository.live.prepare(version, manifest)
        repository.arms.settle(model, specs, versions)
    except (OSError, MvtuiError) as error:
        return Mended(
            f"{where} does not hold what the journal says, and could not be mended: {error}", done=False
        )
    return Mended(
        f"{where} did not hold the A/B tests that the journal says; now it has {', '.join(specs) or 'none'}",
        done=True,
    )


def mend_all(repository: Repository) -> list[Mended]:
    """Make every model's pointer lead where the journal says; return what was amiss. Under the writers' lock."""
    found = (mend(repository, model) for model in unsettled(repository))
    return [each for each in found if each is not None]


def follow(repository: Repository, model: str) -> list[str]:
    """Point a model's pointer where the event just written says; its tree is prepared. Under the writers' lock.

    Returns a sentence when that failed: the event stands, and the next change mends the pointer.
    """
    document = wanted(repository.index, model)
    told = []
    try:
        if not repository.live.is_settled(model, document):
            repository.live.settle(model, document)
    except OSError as error:
        told.append(
            f"{repository.live.pointer(model)} could not be swapped yet: {error}; mvtui verify tries again"
        )
    try:
        specs, versions = _tests(repository.index, model)
        if not repository.arms.is_settled(model, specs, versions):
            repository.arms.settle(model, specs, versions)
    except OSError as error:
        told.append(
            f"{repository.arms.directory(model, '')} could not follow yet: {error}; mvtui verify tries again"
        )
    return told


def unsettled(repository: Repository) -> list[str]:
    """Return the models whose pointer does not lead where the journal says."""
    index, live = repository.index, repository.live
    models = index.tables[MODELS].items()
    named = {name for name, document in models if production(document) or "tests" in document}
    named |= {*live.models(), *repository.arms.models()}
    return [model for model in sorted(named) if not is_settled(repository, model)]
