"""Compare: choose what to compare with, gather what is known of each version, hand it to the one engine."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from functools import partial

import msgspec

from ..engine.repository import Repository
from ..knowledge.compare.facts import Facts
from ..nouns.comparison import Comparison, DiffSection, History
from . import measure, opposite, resolve
from .facts import finish, gather


def metric_changes(repository: Repository, base: str, other: str) -> DiffSection:
    """Compare the metrics of two versions; see ``Store.metric_changes``."""
    from ..knowledge.compare import metrics

    with repository.reading() as index:
        found = [gather(index, resolve.resolve(index, ref)) for ref in (base, other)]
    return metrics.metrics(found, partial(measure.direction, repository))


def diff(repository: Repository, refs: Sequence[str], *, against: str | None, history: bool) -> Comparison:
    """Compare versions; see ``Store.diff``."""
    from ..knowledge.compare.compare import compare

    with repository.reading() as index:
        documents, chosen = opposite.columns(index, refs, against)
        gathered = [gather(index, document) for document in documents]
    found = [finish(repository, facts) for facts in gathered]
    comparison = compare(found, partial(measure.direction, repository), chosen=chosen)
    return msgspec.structs.replace(comparison, histories=tuple(_histories(found))) if history else comparison


def _histories(found: Sequence[Facts]) -> Iterator[History | None]:
    """Yield the way from the base's commit to each other's, all of them within one deadline."""
    from ..knowledge.compare import history as ways

    end = time.monotonic() + ways.DEADLINE
    before = found[0].version.code
    for facts in found[1:]:
        after = facts.version.code
        if before is None or after is None or before.commit == after.commit:
            yield None
            continue
        yield _way(_repositories(facts, found[0]), before.commit, after.commit, end)


def _way(directories: Sequence[str], before: str, after: str, end: float) -> History:
    """Return the way as the first of some directories knows it; else as the first says that it doesn't."""
    from ..knowledge.compare import history as ways

    tried: list[History] = []
    for directory in directories:
        tried.append(ways.between(directory, before, after, deadline=end - time.monotonic()))
        if not tried[-1].problem:
            return tried[-1]
    return tried[0]


def _repositories(*all_facts: Facts) -> list[str]:
    """Return where the code may be: here, and where it was when the versions were made."""
    captured = (facts.capture.part("git").get("repository") for facts in all_facts if facts.capture)
    roots = [root for root in captured if isinstance(root, str) and os.path.isabs(root)]
    return list(dict.fromkeys([os.curdir, *(root for root in roots if os.path.isdir(root))]))
