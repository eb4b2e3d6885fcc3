"""Dates as people write them, on a command line and in queries: to a moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from ..errors import BadInputError
from .query.quantities import moment


def parse_when(text: str, *, end: bool = False, now: datetime | None = None) -> datetime:
    """Return the moment that a date means, in UTC: the first one of ``2026-11``, ``2026-11-01``, ``yesterday``, ``7d`` (ago).

    With ``end`` the last one: of a day, the moment before the next begins. A date without a zone is in this machine's.

    Raises:
        BadInputError: it is no date.
    """
    try:
        span = moment(text.strip(), now or datetime.now(UTC))
    except ValueError as error:
        raise BadInputError(f"{text[:80]!r} is no date", hint=_hint(str(error))) from None
    return span.end - timedelta(microseconds=1) if end else span.start


def _hint(said: str) -> str:
    return said[:1].upper() + said[1:] + "."
