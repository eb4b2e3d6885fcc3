"""Numbers, sizes, durations and dates as people write them in queries.

What can't be read is a ``ValueError`` whose text says what would do.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, time, timedelta

import msgspec

_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?", re.ASCII)
_NUMBER_WORDS = {
    "nan": math.nan, "inf": math.inf, "+inf": math.inf, "-inf": -math.inf,
    "infinity": math.inf, "+infinity": math.inf, "-infinity": -math.inf,
}  # fmt: skip
_SIZE = re.compile(r"(\d+(?:\.\d*)?|\.\d+) ?([kmgtpe]?)(i?)(b?)", re.ASCII | re.IGNORECASE)
_POWERS = {letter: power for power, letter in enumerate(" kmgtpe")}
_DURATION = re.compile(r"(\d+(?:\.\d*)?|\.\d+) ?([a-z]+)", re.ASCII | re.IGNORECASE)
_SECONDS = {
    "s": 1,
    "min": 60,
    "h": 3600,
    "d": 86_400,
    "w": 7 * 86_400,
    "mo": 30.44 * 86_400,
    "y": 365.25 * 86_400,
}
_UNITS = _SECONDS | {
    plural: _SECONDS[unit]
    for unit, words in {
        "s": "sec second", "min": "minute", "h": "hour", "d": "day", "w": "week", "mo": "month", "y": "year",
    }.items()
    for word in words.split()
    for plural in (word, word + "s")
}  # fmt: skip
_DAY = timedelta(days=1)
_DATE = re.compile(r"(\d{4})-(\d\d)(?:-(\d\d))?", re.ASCII)
_CLOCK = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d)?(?:[Zz]|[+-]\d\d:?\d\d)?", re.ASCII)

ASK_DURATION = "write a number and s, min, h, d, w, mo or y, such as 7d"
ASK_MOMENT = "write a date such as 2026-11-01, today, yesterday, or how long ago, such as 7d"


class NoSuchDateError(ValueError):
    """It is written as a date, and is none."""


class Span(msgspec.Struct, frozen=True):
    """A stretch of time that a date names: from ``start`` to just before ``end``, both in UTC, of whole seconds."""

    start: datetime
    end: datetime


def number(text: str) -> float:
    """Return a number: ``0.9``, ``1e-4``, ``-inf``, ``nan``."""
    if _NUMBER.fullmatch(text):
        return float(text)
    if text.lower() in _NUMBER_WORDS:
        return _NUMBER_WORDS[text.lower()]
    raise ValueError("write a number such as 0.9, 1e-4 or nan")


def count(text: str) -> float:
    """Return a whole number, not negative."""
    if not re.fullmatch(r"\d{1,15}", text, re.ASCII):
        raise ValueError("write a whole number such as 3")
    return float(text)


def size(text: str) -> float:
    """Return bytes: ``500``, ``1.5GB`` (units of 1000), ``2GiB`` (of 1024), ``1g``."""
    match = _SIZE.fullmatch(text)
    if match is None or (match[3] and not match[2]):
        raise ValueError("write bytes such as 500MB, 1.5GB or 2GiB")
    base = 1024.0 if match[3] else 1000.0
    return float(match[1]) * math.pow(base, _POWERS[match[2].lower() or " "])


def duration(text: str) -> timedelta:
    """Return a duration: ``40s``, ``5min``, ``2h``, ``7d``, ``2w``, ``3mo``, ``1y``. A month has 30.44 days."""
    match = _DURATION.fullmatch(text)
    unit = match[2].lower() if match else ""
    if unit == "m":
        raise ValueError("write min for minutes or mo for months")
    if match is None or unit not in _UNITS:
        raise ValueError(ASK_DURATION)
    try:
        return timedelta(seconds=float(match[1]) * _UNITS[unit])
    except OverflowError:
        raise ValueError("that is too long") from None


def moment(text: str, now: datetime) -> Span:
    """Return the stretch that a date names: a month, a day, a minute or a second; how long ago names a second.

    A date without a zone is in this machine's. ``now`` is an aware time.
    """
    try:
        if match := _DATE.fullmatch(text):
            year, month, day = int(match[1]), int(match[2]), int(match[3] or 1)
            start = datetime(year, month, day)  # noqa: DTZ001 - the machine's zone is meant
            return _span(start, start + _DAY if match[3] else _next_month(start))
        if match := _CLOCK.fullmatch(text):
            start = datetime.fromisoformat(text.upper())
            return _span(start, start + timedelta(seconds=1 if match[1] else 60))
        if text.lower() == "now":
            return ago(timedelta(), now)
        if text.lower() in {"today", "yesterday"}:
            today = datetime.combine(now.astimezone().date(), time())
            start = today if text.lower() == "today" else today - _DAY
            return _span(start, start + _DAY)
    except (ValueError, OverflowError):
        raise NoSuchDateError("there is no such date") from None
    if _DURATION.fullmatch(text):
        return ago(duration(text), now)
    raise ValueError(ASK_MOMENT)


def ago(length: timedelta, now: datetime) -> Span:
    """Return the second so long before now; the first there is if that is too long."""
    try:
        then = (now - length).astimezone(UTC).replace(microsecond=0)
    except OverflowError:
        then = datetime.min.replace(tzinfo=UTC)
    return Span(then, then + timedelta(seconds=1))


def _next_month(start: datetime) -> datetime:
    return start.replace(year=start.year + start.month // 12, month=start.month % 12 + 1)


def _span(start: datetime, end: datetime) -> Span:
    return Span(start.astimezone(UTC), end.astimezone(UTC))
