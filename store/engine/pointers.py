"""What live/ should say, by the index; and making it so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import MvtuiError
from .documents import MODELS, Document, production

if TYPE_CHECKING:
    from .index import Index
    from .repository import Repository


def wanted(index: Index, model: str) -> Document | None:
    """Return the version that a model's live pointer should lead to; None for none."""
    number = production(index.model(model) or {})
    return index.version(model, number) if number else None


def mend(repository: Repository, model: str) -> list[str]:
    """Make a model's pointer lead where the journal says; return what was mended, or why it could not be, a sentence.

    Never raises for a pointer that can't be mended: what is written next matters more. Under the writers' lock.
    """
    from ..nouns.manifest import Manifest

    document = wanted(repository.index, model)
    live = repository.live
    if live.is_settled(model, document):
        return []
    try:
        if document is not None:
            live.prepare(document, Manifest.decode(repository.objects.read(document["id"])))
        live.settle(model, document)
    except (OSError, MvtuiError) as error:
        return [f"{live.pointer(model)} does not lead where it should, and could not be mended: {error}"]
    where = document["version"] if document is not None else "nothing"
    return [f"{live.pointer(model)} did not lead where the journal says; now it leads to {where}"]


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
    return [
        model
        for model in sorted(named | set(live.models()))
        if not live.is_settled(model, wanted(index, model))
    ]
