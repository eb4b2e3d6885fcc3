"""What live/ should say, by the index; and making it so."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ..errors import MvtuiError
from .documents import MODELS, Document, production

if TYPE_CHECKING:
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
    """Whether a model's live pointer leads where the journal says."""
    return repository.live.is_settled(model, wanted(repository.index, model))


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
        return None
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
    where = document["version"] if document is not None else "nothing"
    return Mended(f"{pointer} did not lead where the journal says; now it leads to {where}", done=True)


def mend_all(repository: Repository) -> list[Mended]:
    """Make every model's pointer lead where the journal says; return what was amiss. Under the writers' lock."""
    found = (mend(repository, model) for model in unsettled(repository))
    return [each for each in found if each is not None]


def follow(repository: Repository, model: str) -> list[str]:
    """Point a model's pointer where the event just written says; its tree is prepared. Under the writers' lock.

    Returns a sentence when that failed: the event stands, and the next change mends the pointer.
    """
    document = wanted(repository.index, model)
    if repository.live.is_settled(model, document):
        return []
    try:
        repository.live.settle(model, document)
    except OSError as error:
        return [
            f"{repository.live.pointer(model)} could not be swapped yet: {error}; mvtui verify tries again"
        ]
    return []


def unsettled(repository: Repository) -> list[str]:
    """Return the models whose pointer does not lead where the journal says."""
    index, live = repository.index, repository.live
    named = {name for name, document in index.tables[MODELS].items() if production(document)}
    return [model for model in sorted(named | set(live.models())) if not is_settled(repository, model)]
