"""What happened: transitions, and what was in production at a moment."""

from __future__ import annotations

from datetime import datetime
from itertools import islice

from ..engine.repository import Repository
from ..errors import BadInputError
from ..nouns import names
from ..nouns.reports import Held
from ..nouns.stage import ARCHIVED, GATED, Stage
from ..nouns.transition import Transition
from . import moving, resolve


def transitions(
    repository: Repository, model: str | None, limit: int | None = None
) -> tuple[Transition, ...]:
    """Return changes of stages, the last first; see ``Store.transitions``."""
    with repository.reading() as index:
        if model is not None:
            resolve.model(index, names.check_model(model))
        documents = index.transitions(model)
    return tuple(moving.as_transition(document) for document in islice(reversed(documents), limit))


def stages(repository: Repository, model: str) -> dict[Stage, tuple[str, ...]]:
    """Return which versions are in each stage of a model; see ``Store.stages``."""
    with repository.reading() as index:
        resolve.model(index, names.check_model(model))
        return {stage: tuple(reversed(index.in_stage(model, stage))) for stage in (*GATED, ARCHIVED)}


def aware(moment: datetime) -> datetime:
    """Return a moment that can be compared with those of events.

    Raises:
        BadInputError: it is no ``datetime``, or has no time zone.
    """
    if not isinstance(moment, datetime):
        raise BadInputError(
            f"{moment!r} is no datetime", hint="mvtui.store.parse_when reads moments as people write them."
        )
    if moment.tzinfo is None:
        raise BadInputError(f"{moment} has no time zone", hint="Say which: datetime.now(UTC), for example.")
    return moment


def at(repository: Repository, moment: datetime, model: str | None) -> tuple[Held, ...]:
    """Return what was in production at a moment; see ``Store.at``."""
    aware(moment)
    with repository.reading() as index:
        if model is not None:
            resolve.model(index, names.check_model(model))
        documents = index.transitions(model)
    held: dict[str, Held] = {}
    # In the order of the journal: clocks may have gone backwards, events have not.
    for document in documents:
        if datetime.fromisoformat(document["at"]) > moment:
            continue
        now = document.get("production")
        name = document["model"]
        if now is None:
            held.pop(name, None)
        elif name not in held or held[name].version != now:
            held[name] = Held(name, now, moving.as_transition(document))
    return tuple(held[name] for name in sorted(held))
