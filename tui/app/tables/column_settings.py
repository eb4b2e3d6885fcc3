"""Names of columns as settings give them: those there may be, and what is wrong with the others."""

from __future__ import annotations

from collections.abc import Sequence

from .version_columns import HEADLINE, HEADLINE_DELTA, METRICS, PLAIN_NAMES, is_name

_KNOWN = (*PLAIN_NAMES, HEADLINE, HEADLINE_DELTA, METRICS)
_NAMED = "metric.NAME, delta.NAME, tag.NAME, param.NAME"


def checked(names: Sequence[str], place: str) -> tuple[tuple[str, ...], list[str]]:
    """Return the names that columns may have, each once, and a sentence for each of the others with the ``place`` of it."""
    found = tuple(dict.fromkeys(name for name in names if is_name(name)))
    problems = [f"screen.columns: {_unknown(name)} ({place})" for name in names if not is_name(name)]
    return found, problems


def _unknown(name: str) -> str:
    from difflib import get_close_matches

    similar = get_close_matches(name[:100], _KNOWN, n=1, cutoff=0.6)
    meant = f"is it {similar[0]}?" if similar else f"known: {', '.join(_KNOWN)}, {_NAMED}"
    return f"there is no column {name[:100]!r}: {meant}"
