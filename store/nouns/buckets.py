"""Buckets of an A/B test: which keys an arm gets, and how few of them change arms when shares change.

Keys fall into ``BUCKETS`` equal buckets by their hash (see ``ABTestSpec``), and each arm owns some of them. An arm's buckets
are ranges in the order in which it got them: ``(0, 8999)`` are 0 to 8999, ``(8999, 5000)`` are 8999 down to 5000. An arm
that shrinks gives up those that it got last; they go, in that order, to the arms that grow. So a change of shares moves
as many keys as shares differ and no more, never between two arms that both grow or both shrink, and going back to the
shares before brings every key back.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from ..errors import BadInputError

BUCKETS = 10_000
"""One bucket is a hundredth of a percent of all keys."""

Ranges: TypeAlias = tuple[tuple[int, int], ...]
"""Buckets in the order in which an arm got them: first and last of each run, both included, up or down."""


def share(text: str | float) -> int:
    """Return a share in percent (``"12.5"``) as a number of buckets.

    Raises:
        BadInputError: it is no number from 0 to 100, or finer than a bucket.
    """
    from decimal import Decimal, InvalidOperation

    hint = "A share is a percentage from 0 to 100 with at most two decimals, such as 90 or 33.33."
    try:
        number = Decimal(str(text)) * (BUCKETS // 100)
    except InvalidOperation:
        raise BadInputError(f"{str(text)[:40]!r} is no share", hint=hint) from None
    if not number.is_finite() or not 0 <= number <= BUCKETS or number != number.to_integral_value():
        raise BadInputError(f"{str(text)[:40]!r} is no share", hint=hint)
    return int(number)


def percent(buckets: int) -> str:
    """Return a number of buckets in percent: ``90``, ``33.33``."""
    return f"{buckets * 100 / BUCKETS:g}"


def check(shares: Mapping[str, int]) -> None:
    """Make sure that shares cover every key.

    Raises:
        BadInputError: they don't add up to 100 %.
    """
    if (total := sum(shares.values())) != BUCKETS:
        told = " + ".join(percent(each) for each in shares.values())
        raise BadInputError(
            f"the shares add up to {percent(total)} %, not 100: {told}",
            hint="Give every arm its share; together they are 100.",
        )


def first(shares: Mapping[str, int]) -> dict[str, Ranges]:
    """Return each arm's buckets at the start: one run an arm, in the order given."""
    owned: dict[str, Ranges] = {}
    at = 0
    for name, wanted in shares.items():
        owned[name] = ((at, at + wanted - 1),) if wanted else ()
        at += wanted
    return owned


def moved(owned: Mapping[str, Ranges], shares: Mapping[str, int]) -> dict[str, Ranges]:
    """Return each arm's buckets under other shares; as few as possible change arms.

    Args:
        owned: every arm's buckets now; together all of them.
        shares: every arm's new number of buckets, in the same order. The last takes first of what becomes free, and arms give
            from the first on, each what it got last: so the way back is the way there, backwards.
    """
    left: dict[str, Ranges] = {}
    free: Ranges = ()
    for name, ranges in owned.items():
        excess = count(ranges) - shares.get(name, 0)
        left[name], given = _split(ranges, count(ranges) - max(excess, 0))
        free += _reversed(given)
    for name, wanted in reversed(list(shares.items())):
        taken, free = _split(free, wanted - count(left[name]))
        left[name] = _joined(left[name] + taken)
    return {name: left[name] for name in shares}


def count(ranges: Ranges) -> int:
    """Return how many buckets there are in some ranges."""
    return sum(abs(last - start) + 1 for start, last in ranges)


def _split(ranges: Ranges, at: int) -> tuple[Ranges, Ranges]:
    """Return the first ``at`` buckets of some ranges, and the rest."""
    before: list[tuple[int, int]] = []
    for place, (start, last) in enumerate(ranges):
        size, step = abs(last - start) + 1, 1 if last >= start else -1
        if at >= size:
            before.append((start, last))
            at -= size
            continue
        rest = ranges[place + 1 :]
        if at > 0:
            before.append((start, start + step * (at - 1)))
        return tuple(before), ((start + step * max(at, 0), last), *rest)
    return tuple(before), ()


def _reversed(ranges: Ranges) -> Ranges:
    return tuple((last, start) for start, last in reversed(ranges))


def _joined(ranges: Ranges) -> Ranges:
    """Write runs that go on as one."""
    found: list[tuple[int, int]] = []
    for start, last in ranges:
        if found:
            before, end = found[-1]
            for step in (1, -1):
                if start == end + step and (end - before) * step >= 0 and (last - start) * step >= 0:
                    found[-1] = (before, last)
                    break
            else:
                found.append((start, last))
        else:
            found.append((start, last))
    return tuple(found)
