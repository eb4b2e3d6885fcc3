"""Compare: choose what to compare with, gather what is known of each version, hand it to the one engine."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from functools import partial

import msgspec

from ..engine.documents import Document
from ..engine.index import Index
from ..engine.repository import Repository
from ..knowledge.compare.facts import Facts
from ..nouns.bundle import MEMBER_EDGE
from ..nouns.comparison import Comparison, DiffSection, History, MemberChange
from ..nouns.version import Version
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
    if history:
        comparison = msgspec.structs.replace(comparison, histories=tuple(_histories(found)))
    return _with_members(repository, comparison, _DEEPEST)


def _with_members(repository: Repository, comparison: Comparison, deepest: int) -> Comparison:
    """Return a comparison of bundles with those of the members that differ, down to bundles in bundles."""
    if not any(version.members for version in comparison.versions) or not deepest:
        return comparison
    base = comparison.base
    changes = tuple(
        tuple(_member_changes(repository, base, other, deepest - 1)) for other in comparison.others
    )
    return msgspec.structs.replace(comparison, members=changes)


def _member_changes(
    repository: Repository, before: Version, after: Version, deepest: int
) -> Iterator[MemberChange]:
    from ..knowledge.compare.compare import compare

    for role in sorted({*before.members, *after.members}):
        one, other = before.members.get(role), after.members.get(role)
        if _member_id(before, role) == _member_id(after, role):
            continue
        with repository.reading() as index:
            found = [_member(index, before, role), _member(index, after, role)]
            known = [gather(index, document) for document in found if document is not None]
        if len(known) < 2:
            yield MemberChange(role, one, other)
            continue
        finished = [finish(repository, facts) for facts in known]
        comparison = compare(finished, partial(measure.direction, repository))
        yield MemberChange(role, one, other, _with_members(repository, comparison, deepest))


def _member_id(version: Version, role: str) -> str:
    return next((edge.to for edge in version.edges if edge.type == MEMBER_EDGE and edge.role == role), "")


def _member(index: Index, version: Version, role: str) -> Document | None:
    """Return the version that a bundle has in a role, even a deleted one; None where it is not known any more."""
    model, _, number = version.members.get(role, "").partition("@")
    found = index.version(model, number)
    return found if found is not None and found["id"] == _member_id(version, role) else None


_DEEPEST = 4
"""How deep bundles in bundles are compared."""


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
