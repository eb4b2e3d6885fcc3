"""Looking at A/B tests: which there are, how each stands, what its outcomes prove."""

from __future__ import annotations

import os
from datetime import datetime
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from ..engine import abtests
from ..engine.documents import TESTS, Document
from ..engine.index import Index
from ..engine.repository import Repository
from ..errors import NotFoundError
from ..nouns.ab_test import ABTestInfo, Epoch
from ..nouns.buckets import count
from . import resolve

if TYPE_CHECKING:
    from ..knowledge.abtests.tally import Tally
    from ..nouns.ab_report import ABReport


_kept: WeakKeyDictionary[Repository, dict[str, tuple[object, ABReport]]] = WeakKeyDictionary()
"""The last report of each test that was asked for, and of what it was made."""


def document_of(index: Index, name: str) -> Document:
    """Return a test's document.

    Raises:
        NotFoundError: there is no test of that name; ``candidates`` are similar ones.
    """
    if (found := index.tables[TESTS].get(name)) is not None:
        return found
    similar = resolve.close(name, index.tables[TESTS])
    hint = f"Did you mean {similar[0]}?" if similar else "See them: mvtui ab ls"
    raise NotFoundError(f"there is no A/B test {name[:80]!r}", hint=hint, candidates=similar)


def as_info(document: Document) -> ABTestInfo:
    """Return a test from its document."""
    ended = document.get("ended") or {}
    return ABTestInfo(
        spec=abtests.spec_of(document),
        epochs=tuple(
            Epoch(
                each["seq"],
                datetime.fromisoformat(each["at"]),
                each["by"],
                each["reason"],
                {arm: count(tuple((a, b) for a, b in runs)) for arm, runs in each["buckets"].items()},
            )
            for each in document["epochs"]
        ),
        running=document["running"],
        ending=ended.get("ending", ""),
        ended=datetime.fromisoformat(ended["at"]) if ended else None,
        ended_by=ended.get("by", ""),
        ended_seq=ended.get("seq", 0),
        why=ended.get("reason", ""),
        winner=ended.get("winner", ""),
    )


def info(repository: Repository, name: str) -> ABTestInfo:
    """Return one test; see ``Store.ab_test_info``."""
    with repository.reading() as index:
        return as_info(document_of(index, name))


def tests(repository: Repository, model: str | None) -> tuple[ABTestInfo, ...]:
    """Return every test, or a model's: those that run first, then the last to end; see ``Store.ab_tests``."""
    with repository.reading() as index:
        if model is not None:
            resolve.model(index, model)
        found = [
            as_info(document)
            for document in index.tables[TESTS].values()
            if model in (None, document["model"])
        ]
    found.sort(key=lambda test: test.ended_seq or test.epochs[0].seq, reverse=True)
    return tuple(sorted(found, key=lambda test: not test.running))


def directory(repository: Repository, name: str) -> str:
    """Return where a test's outcomes lie."""
    return os.path.join(repository.layout.outcomes, name)


def report(repository: Repository, name: str) -> ABReport:
    """Count a test's outcomes and say what they prove; see ``Store.ab_report``."""
    from ..engine import segments
    from ..knowledge import directions
    from ..knowledge.abtests.report import report as made

    test = info(repository, name)
    config = repository.current_config()
    stamp = (test, segments.sizes(directory(repository, name)), config)
    kept = _kept.setdefault(repository, {})
    if name in kept and kept[name][0] == stamp:  # who looks again sees the same
        return kept[name][1]
    counted = segments.Counted()
    tally = _counted(test, directory(repository, name), counted)
    ways = {
        metric: way
        for metric in tally.names
        if (way := directions.direction(metric, config.metrics_higher, config.metrics_lower)) is not None
    }
    found = made(test, tally, torn=counted.torn, bad=counted.bad, directions=ways)
    kept[name] = stamp, found
    return found


def _counted(test: ABTestInfo, where: str, counted: object) -> Tally:
    from ..engine import durable, segments
    from ..engine.snapshot import quiet_gc
    from ..knowledge.abtests.tally import Tally

    tally = Tally(
        [arm.name for arm in test.spec.arms],
        [epoch.at.timestamp() for epoch in test.epochs],
        test.ended.timestamp() if test.ended is not None else None,
        [metric.name for metric in test.spec.metrics],
    )
    take = tally.take
    with durable.explained("read outcomes"), quiet_gc():
        for each in segments.read(where, counted):  # type: ignore[arg-type]
            take(each.key, each.at, each.epoch, each.arm, each.outcome, each.values)
    return tally
