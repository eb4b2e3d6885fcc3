"""One engine for the screen, the command line and Python: facts of versions in, their differences out."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ...errors import UsageError
from ...nouns.comparison import MOST, Change, Comparison, DiffSection, Evidence, SectionName
from ...nouns.metric import Direction
from . import edges, sections
from .classes import classify
from .environment import environment
from .facts import Facts
from .files import files
from .metrics import metrics


def compare(
    all_facts: Sequence[Facts], direction: Callable[[str], Direction | None], *, chosen: str = ""
) -> Comparison:
    """Compare versions with the first of them.

    ``direction`` says of a metric's name which way is better. Pure: what to read is in the facts. Sections
    without a row and without a note are left out.

    Raises:
        UsageError: fewer than two versions, or more than ``MOST``.
    """
    if len(all_facts) < 2:
        raise UsageError("one version can't be compared with itself alone", hint="Name a second version.")
    if len(all_facts) > MOST:
        raise UsageError(
            f"{len(all_facts)} versions are too many to compare at once; {MOST} is the most",
            hint="Leave some out.",
        )
    every = (
        metrics(all_facts, direction),
        sections.params(all_facts),
        environment(all_facts),
        sections.packages(all_facts),
        sections.git(all_facts),
        edges.datasets(all_facts),
        files(all_facts),
        sections.tags(all_facts),
        edges.lineage(all_facts),
        sections.about(all_facts),
    )
    return Comparison(
        versions=tuple(facts.version for facts in all_facts),
        changes=tuple(_changes(every, all_facts, at) for at in range(1, len(all_facts))),
        sections=tuple(section for section in every if section.rows or section.notes),
        chosen=chosen,
    )


def _changes(every: Sequence[DiffSection], all_facts: Sequence[Facts], at: int) -> tuple[Change, ...]:
    found = classify(every, at)
    base, other = all_facts[0].version, all_facts[at].version
    explained = any(one.section in _CONTENT for change in found for one in change.evidence)
    if base.id == other.id or explained:
        return found
    # The content differs, yet nothing that could be compared does: say so, and not that all is the same.
    unseen = Evidence("about", "content", base.id[:12], other.id[:12], "changed")
    return (*found, Change("other", (unseen,)))


_CONTENT: frozenset[SectionName] = frozenset({"about", "datasets", "lineage", "files", "params"})
"""What the hash ID is made of."""
