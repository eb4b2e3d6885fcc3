"""Dates as people write them, on a command line and in queries: to a moment."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from ..errors import BadInputError
from .query.quantities import moment

_FRACTION = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d\.\d{1,6}(?:[Zz]|[+-]\d\d:?\d\d)?", re.ASCII)
"""A moment to the fraction of a second, as ``--json`` prints it."""


def parse_when(text: str, *, end: bool = False, now: datetime | None = None) -> datetime:
    """Return the moment that a date means, in UTC: the first one of ``2026-11``, ``2026-11-01``, ``yesterday``, ``7d`` (ago).

    With ``end`` the last one: of a day, the moment before the next begins. A date without a zone is in this machine's. What
    ``--json`` prints is read, too.

    Raises:
        BadInputError: it is no date.
    """
    try:
        if _FRACTION.fullmatch(text.strip()):
            return datetime.fromisoformat(text.strip().upper()).astimezone(UTC)
        span = moment(text.strip(), now or datetime.now(UTC))
    except ValueError as error:
        raise BadInputError(f"{text[:80]!r} is no date", hint=_hint(str(error))) from None
    return span.end - timedelta(microseconds=1) if end else span.start


def _hint(said: str) -> str:
    return said[:1].upper() + said[1:] + "."
