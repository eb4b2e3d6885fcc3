"""Which versions retention rules keep, and why. Looks at facts alone; what else holds a version is for others to say."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from difflib import get_close_matches
from typing import NamedTuple

from ..errors import BadInputError, NotFoundError, UsageError
from ..nouns.metric import Direction, StoredValue, from_stored
from ..nouns.retention import Rules


class Candidate(NamedTuple):
    """What the rules look at of a version: its number, when it was made, its tags, and metrics as they are stored."""

    number: str
    created: datetime
    tags: Mapping[str, str]
    metrics: Mapping[str, StoredValue]


Reasons = dict[str, list[str]]
"""By the version's number: why it is kept, in sentences that go on after its name."""


def check(rules: Rules) -> None:
    """Make sure that the rules keep something, and that their numbers are such.

    Raises:
        UsageError: there is no rule that keeps anything.
        BadInputError: a number is below one.
    """
    if not (rules.last or rules.best or rules.tags):
        raise UsageError(
            "nothing says which versions to keep",
            hint="Say at least one: --keep-last, --keep-best or --keep-tag",
        )
    for count in (*([rules.last] if rules.last else ()), *rules.best.values()):
        if count < 1:
            raise BadInputError(f"{count} versions can't be kept", hint="Keep one or more.")


def keep(
    rules: Rules,
    newest_first: Sequence[Candidate],
    now: datetime,
    direction: Callable[[str], Direction | None],
) -> tuple[Reasons, tuple[str, ...]]:
    """Return which versions of a model the rules keep, and sentences on rules that keep none.

    Raises:
        BadInputError: nobody knows which way a metric is better.
        NotFoundError: no version has a finite value of it, or no rule keeps anything at all.
    """
    found: Reasons = {}

    def note(kept: Sequence[Candidate], reason: str) -> None:
        for each in kept:
            found.setdefault(each.number, []).append(reason)

    if rules.last:
        note(
            newest_first[: rules.last],
            "is the last" if rules.last == 1 else f"is one of the last {rules.last:,}",
        )
    for metric, count in rules.best.items():
        for each, reason in _best(metric, count, newest_first, direction(metric)):
            note([each], reason)
    notices = []
    for key, value in rules.tags:
        tagged = [each for each in newest_first if key in each.tags and value in (None, each.tags[key])]
        shown = key if value is None else f"{key}={value}"
        note(tagged, f"has the tag {shown}")
        if not tagged:
            notices.append(f"no version has the tag {shown}")
    if not found and newest_first:
        raise NotFoundError(
            f"{notices[0]}, so nothing would be kept by it",
            hint="Add a rule that keeps something: --keep-last N",
        )
    if rules.younger is not None:
        young = [each for each in newest_first if now - each.created < rules.younger]
        note(young, f"was made less than {_span(rules.younger)} ago")
    return found, tuple(notices)


def _span(length: timedelta) -> str:
    hours = length / timedelta(hours=1)
    number, unit = (hours / 24, "day") if hours >= 24 else (hours, "hour")
    return f"{number:.4g} {unit}{'' if number == 1 else 's'}"


def _best(
    metric: str, count: int, newest_first: Sequence[Candidate], way: Direction | None
) -> Iterator[tuple[Candidate, str]]:
    """Yield the versions with the best values: of equal ones the newest. NaN and infinities are no values."""
    if way is None:
        raise BadInputError(
            f"nobody knows which way {metric} is better",
            hint=f'Say it in config.toml: [metrics] higher = ["{metric}"] or lower = ["{metric}"]',
        )
    values = [(from_stored(each.metrics.get(metric, math.nan)), each) for each in newest_first]
    measured = [(value, each) for value, each in values if math.isfinite(value)]
    if not measured and newest_first:
        known = dict.fromkeys(name for each in newest_first for name in each.metrics)
        similar = get_close_matches(metric, known, n=3, cutoff=0.4)
        raise NotFoundError(
            f"no version has a finite {metric}, so none could be the best",
            hint=f"They have: {', '.join(list(known)[:5])}." if known else "Nothing was measured.",
            candidates=similar,
        )
    ranked = sorted(measured, key=lambda pair: pair[0], reverse=way == "higher")
    for value, each in ranked[:count]:
        which = f"has the best {metric}" if count == 1 else f"is one of the {count:,} best by {metric}"
        yield each, f"{which}, {value:.6g}"
