"""What differs between two listings of a directory, in sentences."""

from __future__ import annotations

from collections.abc import Iterable

MOST_NAMED = 10
"""How many files of each sort of difference are named; the rest is counted."""


def sentences(changed: Iterable[str], added: Iterable[str], removed: Iterable[str]) -> list[str]:
    """Return a sentence a difference, each sort by path: ``changed: a/b.txt``."""
    found = []
    for sort, paths in (("changed", changed), ("added", added), ("removed", removed)):
        named = sorted(paths)
        found += [f"{sort}: {path}" for path in named[:MOST_NAMED]]
        if (more := len(named) - MOST_NAMED) > 0:
            found.append(f"{sort}: {more:,} more")
    return found
