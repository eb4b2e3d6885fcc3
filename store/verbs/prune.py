"""prune: delete the versions of a model that no rule keeps and nothing else holds.

Looked at unlocked, decided again under the lock: what is newly held or newly wanted by a rule stays, and nothing goes
that was not to go at the first look.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from ..engine import durable
from ..engine.documents import Document, held
from ..engine.index import Index
from ..engine.repository import Repository
from ..errors import BadInputError, UsageError, VerificationError
from ..knowledge import directions, retention
from ..knowledge.query.quantities import duration
from ..knowledge.retention import Candidate
from ..nouns import names
from ..nouns.event import EventKind
from ..nouns.metric import Direction
from ..nouns.retention import Kept, Pruned, PruneReport, Rules
from . import marks, needed, policy, resolve
from .holdings import Holdings
from .marks import Marks

_BATCH = 500
"""Deletions in one hold of the lock: each waits for the disk, and others want to write, too."""


def rules(
    last: int | None, best: Mapping[str, int], tags: Sequence[str], older_than: timedelta | str | None
) -> Rules:
    """Return the rules that were given.

    Raises:
        UsageError: none of them keeps anything.
        BadInputError: one of them can't be read.
    """
    stated: list[tuple[str, str | None]] = []
    for tag in tags:
        key, equals, value = tag.partition("=")
        stated.append((names.check_tag_key(key), value if equals else None))
    found = Rules(last or 0, dict(best), tuple(stated), _length(older_than))
    retention.check(found)
    return found


def _length(text: timedelta | str | None) -> timedelta | None:
    if not isinstance(text, str):
        return text
    try:
        return duration(text)
    except ValueError as error:
        hint = str(error)
        raise BadInputError(
            f"{text[:80]!r} is no length of time", hint=f"{hint[:1].upper()}{hint[1:]}."
        ) from None


class _Plan(NamedTuple):
    """Which versions go, oldest first, and which stay, newest first."""

    going: list[Document]
    kept: list[Kept]
    notices: tuple[str, ...]


def prune(repository: Repository, model: str, asked: Rules, reason: str, *, dry_run: bool) -> PruneReport:
    """Delete what nothing keeps; see ``Store.prune``."""
    reason = names.check_reason(reason)
    if not dry_run:
        if not reason:
            raise UsageError("pruning needs a reason", hint='Say why: --reason "…"')
        repository.check_writable()
    now = datetime.now(UTC)
    with repository.reading() as index:
        plan = _plan(repository, index, model, asked, now)
    found, holdings = _held(repository)
    going = plan.going
    if not dry_run:
        going = list(_delete(repository, plan, asked, now, reason))
        with repository.reading() as index:
            plan = _plan(repository, index, model, asked, now)
    # What another model has, too, is not gone with this one.
    alone = [d["id"] if len(found.refs.get(d["id"], ())) == 1 else "" for d in going]
    freed = holdings.freed_in_turn(alone)
    pruned = tuple(
        Pruned(model, document["version"], document["id"], held(document), frees)
        for document, frees in zip(going, freed, strict=True)
    )
    return PruneReport(model, dry_run, pruned, tuple(plan.kept), plan.notices)


def _held(repository: Repository) -> tuple[Marks, Holdings]:
    """Look who needs which files, before any of it goes."""
    with durable.explained("measure the objects"):
        sizes = dict(repository.objects)
        found = marks.replayed(repository)
        found.refuse_in_doubt()
        holdings = Holdings(repository, found, sizes)
    if holdings.unread:
        raise VerificationError(
            f"the manifest of {found.refs[holdings.unread[0]][0]} can't be read, so what it shares can't be told",
            hint="mvtui verify names what is bad: mend that before you delete anything.",
        )
    return found, holdings


def _plan(repository: Repository, index: Index, model: str, asked: Rules, now: datetime) -> _Plan:
    resolve.model(index, names.check_model(model))
    config = repository.config

    def direction(name: str) -> Direction | None:
        return directions.direction(name, config.metrics_higher, config.metrics_lower)

    documents = [document for document in reversed(index.of_model(model)) if not document.get("deleted")]
    wanted, notices = retention.keep(asked, [_candidate(document) for document in documents], now, direction)
    going, kept = [], []
    for document in documents:
        reasons = [hold.sentence for hold in needed.why(index, document)]
        reasons += wanted.get(document["version"], ())
        if reasons:
            stage = document.get("stage")
            kept.append(Kept(model, document["version"], document["id"], stage, tuple(reasons)))
        else:
            going.append(document)
    going.reverse()
    return _Plan(going, kept, notices)


def _candidate(document: Document) -> Candidate:
    created = datetime.fromisoformat(document.get("created") or document["registered"])
    return Candidate(document["version"], created, document.get("tags", {}), document.get("metrics", {}))


def _delete(
    repository: Repository, plan: _Plan, asked: Rules, now: datetime, reason: str
) -> Iterator[Document]:
    """Delete, and yield, those of the plan that still may go, a batch in each hold of the lock."""
    for start in range(0, len(plan.going), _BATCH):
        batch = {document["version"] for document in plan.going[start : start + _BATCH]}
        with repository.writing() as index:
            policy.check(policy.settle(repository, index).policy, "delete")
            again = _plan(repository, index, plan.going[0]["model"], asked, now)
            for document in again.going:
                if document["version"] in batch:
                    where = {"model": document["model"], "version": document["version"]}
                    repository.append(EventKind.DELETE, where, reason)
                    yield document
