"""What every change of stages has in common: bytes vouched for, one event, the live pointer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from ..engine import abtests, durable, pointers
from ..engine.documents import Document, production, ref_of
from ..engine.index import Index
from ..engine.repository import Repository
from ..errors import BusyError, NotFoundError, UsageError
from ..nouns import names
from ..nouns.event import Actor, EventKind
from ..nouns.gate import GateResult
from ..nouns.manifest import Manifest
from ..nouns.reports import ProgressCallback
from ..nouns.stage import ARCHIVED, GATED, PRODUCTION, Stage
from ..nouns.transition import Bytes, How, Move, Transition
from . import checkout, look
from .stranded import stranded

TRIES = 5
"""How often a change is decided again because the store moved between looking and writing."""


class Step(msgspec.Struct, frozen=True):
    """One transition that was decided: what becomes of whom, and what was seen on the way."""

    document: Document
    source: Stage | None
    target: Stage | None
    how: How
    reason: str
    moves: tuple[Move, ...]
    displaced: str | None = None
    gates: tuple[GateResult, ...] = ()
    rules: str = ""
    overridden: bool = False
    bytes: Bytes = ""
    undoes: int = 0
    redoes: int = 0
    ends: dict[str, str] = {}
    """The A/B test that this decides, as ``test``, and the arm that won, as ``winner``; empty for none."""


def needs_reason(reason: str, doing: str) -> str:
    """Return a reason, stripped.

    Raises:
        UsageError: it is empty.
        BadInputError: it is too long, or no text.
    """
    if not (found := names.check_reason(reason)):
        raise UsageError(f"{doing} needs a reason", hint='Say why: --reason "…"')
    return found


def write(repository: Repository, step: Step) -> tuple[Transition, list[str]]:
    """Write a transition and let live/ follow. Only in ``writing()``.

    Returns it, and sentences: which tests end with it, what in Production stood on a version that leaves it, and if live/ could not
    follow, that: then the next change or ``mvtui verify`` makes it.
    """
    index, document = repository.index, step.document
    alone = stranded(index, document["model"], step.moves)
    data: dict[str, Any] = {
        "model": document["model"],
        "version": document["version"],
        "id": document["id"],
        "from": step.source,
        "to": step.target,
        "how": step.how,
        "moves": msgspec.to_builtins(step.moves),
        "before": msgspec.to_builtins([now(index, document["model"], move.version) for move in step.moves]),
        "rules": step.rules,
    }
    optional = {
        "displaced": step.displaced,
        "gates": [result.as_dict() for result in step.gates],
        "overridden": step.overridden,
        "bytes": step.bytes,
        "undoes": step.undoes,
        "redoes": step.redoes,
        "ends": step.ends,
        "stops": (stops := stopped(index, document["model"], step)),
    }
    event = repository.append(
        EventKind.TRANSITION, data | {field: value for field, value in optional.items() if value}, step.reason
    )
    told = [f"the A/B test {name} ended with this: it took an arm's version away" for name in stops]
    told += alone + pointers.follow(repository, document["model"])
    return as_transition(index.transition(event.seq)), told


def stopped(index: Index, model: str, step: Step) -> list[str]:
    """Return the A/B tests that end because a transition takes the version of an arm away."""
    stages = {move.version: move.stage for move in step.moves}
    if PRODUCTION in stages.values() and (holder := production(index.model(model) or {})):
        stages.setdefault(holder, ARCHIVED)
    ended: list[str] = []
    for test, arm in abtests.arms_of(index.tables, model):
        if test["name"] in (step.ends.get("test"), *ended) or arm["version"] not in stages:
            continue
        stage = stages[arm["version"]]
        if stage != test["stage"] if arm["name"] == test["control"] else stage == ARCHIVED:
            ended.append(test["name"])
    return ended


def now(index: Index, model: str, number: str) -> Move:
    """Return where a version stands, as a move that would put it there again."""
    document = index.version(model, number) or {}
    return Move(
        number,
        document.get("stage"),
        since=document.get("staged", ""),
        since_seq=document.get("staged_seq", 0),
        rolled_back=document.get("rolled_back", False),
    )


def as_transition(document: Document) -> Transition:
    """Return a transition from its document."""
    return Transition(
        seq=document["seq"],
        at=datetime.fromisoformat(document["at"]),
        actor=msgspec.convert(document["actor"], Actor),
        model=document["model"],
        version=document["version"],
        id=document["id"],
        source=document["from"],
        target=document["to"],
        how=document["how"],
        reason=document["reason"],
        displaced=document.get("displaced"),
        production=document.get("production"),
        gates=msgspec.convert(document.get("gates", []), tuple[GateResult, ...]),
        overridden=document.get("overridden", False),
        bytes=document.get("bytes", ""),
        undoes=document.get("undoes", 0),
        redoes=document.get("redoes", 0),
    )


def entering(moves: Iterable[Move]) -> str | None:
    """Return the number of the version that some moves put in Production."""
    return next((move.version for move in moves if move.stage == PRODUCTION), None)


def is_up(source: Stage | None, target: Stage | None) -> bool:
    """Whether a move leads on to a stage that gates may guard; back, and out of service, is never gated."""
    if target not in GATED:
        return False
    return source not in GATED or GATED.index(source) < GATED.index(target)


def in_production(index: Index, model: str) -> Document | None:
    """Return the version in Production of a model, or None."""
    number = production(index.model(model) or {})
    return index.version(model, number) if number else None


def stored_manifest(repository: Repository, document: Document) -> Manifest:
    """Return what a version is made of.

    Raises:
        NotFoundError: its bytes are not in the store, so it can't be served.
        VerificationError: its manifest is missing or damaged.
    """
    if document.get("external"):
        raise NotFoundError(
            f"the bytes of {ref_of(document)} are not in the store, so it can't be served",
            hint="Register it with its bytes: --store-data",
        )
    return look.manifest(repository, document["id"])


def make_ready(
    repository: Repository,
    document: Document,
    manifest: Manifest,
    progress: ProgressCallback | None,
    *,
    rehash: bool,
    live: bool,
) -> Bytes:
    """Vouch for a version's bytes and, with ``live``, build what serving code will read. Without the lock.

    Returns how the bytes were checked.

    Raises:
        VerificationError: some are missing or damaged.
        ConflictError, StorageError: its place in live/ can't be made.
    """
    checkout.vouch(repository, manifest, progress, rehash=rehash)
    if live:
        prepare_live(repository, document, manifest)
    return "hashed" if rehash else "vouched"


def prepare_live(repository: Repository, document: Document, manifest: Manifest) -> None:
    """Build what serving code will read.

    Raises:
        ConflictError, StorageError: its place in live/ can't be made.
    """
    with durable.explained("make files to serve"):
        repository.live.prepare(document, manifest)


def all_there(repository: Repository, document: Document, manifest: Manifest, *, live: bool = False) -> bool:
    """Whether every object of a version is there, and with ``live`` what serving code will read. Only in ``writing()``.

    Objects in trash are brought back.
    """
    needed = {document["id"], *(entry.digest for entry in manifest.files)}
    if not all(map(repository.ensure_object, needed)):
        return False
    return not live or repository.live.is_built(document)


def keeps_changing(what: str) -> BusyError:
    """Return the error for a change that others were faster with, again and again."""
    return BusyError(f"{what} keeps changing while this is decided", hint="Try again.")


def failed(results: Sequence[GateResult]) -> list[GateResult]:
    """Return the answers that block."""
    return [result for result in results if not result.passed]
