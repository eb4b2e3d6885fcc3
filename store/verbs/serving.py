"""Whether live/ leads where the journal says, for every model; mended where this user may."""

from __future__ import annotations

from ..engine import pointers
from ..engine.pointers import Mended
from ..engine.repository import Repository
from ..errors import MvtuiError


def settle(repository: Repository) -> list[Mended]:
    """Return what was amiss with live pointers, and mend it if the store can be written here.

    Takes the writers' lock only when something is amiss. Never raises for what can't be mended.
    """
    with repository.reading():
        models = pointers.unsettled(repository)
    if not models:
        return []
    known = len(repository.mended)
    try:
        with repository.writing():
            if damage := repository.journal.damage():
                return _left(repository, models, f"the journal is damaged ({damage[0]}): mvtui repair")
            return mend(repository, known)
    except MvtuiError as error:
        return _left(repository, models, error.message)


def mend(repository: Repository, known: int) -> list[Mended]:
    """Mend every live pointer; return what was amiss. Only in ``writing()``.

    ``known`` is how much was in ``repository.mended`` before that began: what came since is told here, and not again.
    """
    told = [each for each in repository.mended[known:] if each.done]
    del repository.mended[known:]
    return [*told, *pointers.mend_all(repository)]


def _left(repository: Repository, models: list[str], why: str) -> list[Mended]:
    return [
        Mended(
            f"{repository.live.pointer(model)} does not lead where the journal says, and stays so: {why}",
            done=False,
        )
        for model in models
    ]
