"""The words and signs both faces use: stages, ages, sizes, counts, numbers.

Pure functions of their arguments; nothing here imports Textual or Rich. Ages and sizes are in humanize's
words; the short ages of table columns are ours, since humanize has none.
"""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import NamedTuple

STAGES = ("staging", "validation", "production", "archived")
"""In the order a version goes through them."""

ROLLED_BACK = "rolled back"
OVERRIDDEN = "OVERRIDDEN"
"""What is said for ever of a version that entered a stage although a gate stopped it."""

ONLY_DIFFERENCES = "only differences"
"""Said of a comparison of which what is the same is hidden."""


class Signs(NamedTuple):
    """Every sign that is not a letter, in one place, so that ASCII terminals get a whole set.

    ``stages`` has a sign for each stage, for ``rolled back`` and for ``""`` (none). ``higher`` and ``lower``
    stand for the direction in which a metric is better.
    """

    stages: Mapping[str, str]
    cursor: str
    better: str
    worse: str
    same: str
    higher: str
    lower: str
    ok: str
    bad: str
    unknown: str
    overridden: str
    dot: str
    dash: str
    ellipsis: str
    rule: str
    bar: str
    more: str
    open: str
    shut: str
    mark: str
    times: str
    arrow: str
    branch: str
    corner: str
    peak: str


UNICODE = Signs(
    stages={
        "": "·",
        "staging": "○",
        "validation": "◐",
        "production": "●",
        "archived": "▪",
        ROLLED_BACK: "↩",
    },
    cursor="▸",
    better="▲",
    worse="▼",
    same="=",
    higher="↑",
    lower="↓",
    ok="✓",
    bad="✗",
    unknown="?",
    overridden="!",
    dot="·",
    dash="—",
    ellipsis="…",
    rule="─",
    bar="│",
    more="↓",
    open="▾",
    shut="▸",
    mark="◆",
    times="×",
    arrow="→",
    branch="├─ ",
    corner="└─ ",
    peak="┌─ ",
)

ASCII = Signs(
    stages={"": ".", "staging": "s", "validation": "v", "production": "P", "archived": "a", ROLLED_BACK: "r"},
    cursor=">",
    better="^",
    worse="_",
    same="=",
    higher="/",
    lower="\\",
    ok="+",
    bad="x",
    unknown="?",
    overridden="!",
    dot="-",
    dash="-",
    ellipsis="~",
    rule="-",
    bar="|",
    more="~",
    open="-",
    shut=">",
    mark="*",
    times="x",
    arrow=">",
    branch="|- ",
    corner="`- ",
    peak=",- ",
)


def signs(ascii_only: bool) -> Signs:
    """Return the set of signs for this terminal."""
    return ASCII if ascii_only else UNICODE


def wants_ascii(environ: Mapping[str, str] | None = None) -> bool:
    """Say whether the locale asks for ASCII: the first of LC_ALL, LC_CTYPE and LANG is not UTF-8.

    macOS terminals are UTF-8 whatever an unset locale says.
    """
    if environ is None:
        environ = _environment_at_start()
    chosen = next((value for name in ("LC_ALL", "LC_CTYPE", "LANG") if (value := environ.get(name))), "")
    if not chosen:
        return sys.platform != "darwin"
    return "utf" not in chosen.lower()


def _environment_at_start() -> Mapping[str, str]:
    """Return the environment this process was started with.

    Python itself sets LC_CTYPE to C.UTF-8 when it starts in the C locale (PEP 538), so ``os.environ``
    can't tell a UTF-8 terminal from one that said nothing.
    """
    if os.environ.get("LC_CTYPE") not in ("C.UTF-8", "C.utf8", "UTF-8") or os.environ.get("LC_ALL"):
        return os.environ
    try:
        with open("/proc/self/environ", "rb") as file:
            block = file.read()
    except OSError:
        return os.environ
    pairs = (item.partition(b"=") for item in block.split(b"\0") if item)
    return {os.fsdecode(name): os.fsdecode(value) for name, _, value in pairs}


def stage_sign(stage: str | None, *, ascii_only: bool = False) -> str:
    """Return the one-cell sign of a stage; a stage this version does not know gets ``?``."""
    return signs(ascii_only).stages.get(stage or "", "?")


def stage_word(stage: str | None) -> str:
    """Return the word beside the sign: the stage's name, or ``none``."""
    return stage or "none"


def stage_label(stage: str | None, *, ascii_only: bool = False) -> str:
    """Return sign and word: ``● production``."""
    return f"{stage_sign(stage, ascii_only=ascii_only)} {stage_word(stage)}"


def standing_label(stage: str | None, *, rolled_back: bool, ascii_only: bool = False) -> str:
    """Return sign and word of where a version stands: ``↩ rolled back``, if Production went back from it.

    Of one that is on its way again the stage is told, with that sign behind it: ``○ staging ↩``.
    """
    label = stage_label(stage, ascii_only=ascii_only)
    if not rolled_back:
        return label
    sign = stage_sign(ROLLED_BACK, ascii_only=ascii_only)
    return f"{sign} {ROLLED_BACK}" if stage in (None, "archived") else f"{label} {sign}"


def pickles_label(verdict: str, *, ascii_only: bool = False, short: bool = False) -> str:
    """Return sign and word of the verdict on pickles: ``✓ safe``, ``✗ unsafe``, ``? unknown``; empty where there are none."""
    if verdict in ("", "none"):
        return ""
    known = signs(ascii_only)
    sign = {"safe": known.ok, "unsafe": known.bad}.get(verdict, known.unknown)
    word = {"partial": "partly" if short else "partly inspected"}.get(verdict, verdict)
    return f"{sign} {word}"


def direction_sign(direction: str | None, *, ascii_only: bool = False) -> str:
    """Return the one-cell sign of a metric's direction (``higher`` or ``lower``); a blank when it isn't known."""
    chosen = signs(ascii_only)
    return {"higher": chosen.higher, "lower": chosen.lower}.get(direction or "", " ")


def direction_words(direction: str | None) -> str:
    """Return what the sign means: ``higher is better``; empty when it isn't known."""
    return f"{direction} is better" if direction else ""


_STEPS = ((60, 1, "s"), (3600, 60, "min"), (86400, 3600, "h"), (60 * 86400, 86400, "d"))


def age(moment: datetime, now: datetime | None = None) -> str:
    """Return how long ago, short: ``now``, ``40 s``, ``5 min``, ``2 h``, ``9 d``, ``3 mo``, ``2 y``.

    A time in the future (a clock that is wrong, or was) is told with a plus: ``+2 h``. Aware times only.
    """
    seconds = ((now or datetime.now(UTC)) - moment).total_seconds()
    sign, seconds = ("+", -seconds) if seconds < -2 else ("", max(seconds, 0))
    if seconds < 5:
        return "now"
    for below, unit, name in _STEPS:
        if seconds < below:
            return f"{sign}{int(seconds // unit)} {name}"
    days = seconds / 86400
    return f"{sign}{int(days // 30.44)} mo" if days < 730 else f"{sign}{int(days // 365.25)} y"


def past(moment: datetime, now: datetime | None = None) -> str:
    """Return how long ago in the words of ``age``: ``2 h ago``, ``now``; a time in the future as ``+2 h``."""
    told = age(moment, now)
    return told if told == "now" or told.startswith("+") else f"{told} ago"


def ago(moment: datetime, now: datetime | None = None) -> str:
    """Return how long ago, in humanize's words: ``2 hours ago``, ``a day ago``, ``2 hours from now``."""
    import humanize

    past = (now or datetime.now(UTC)) - moment
    # Humanize rounds: three and a half hours would be four here, and three in the list.
    seconds = past.total_seconds()
    unit = next((unit for unit in (86400, 3600, 60) if abs(seconds) >= unit), 1)
    past = timedelta(seconds=int(seconds / unit) * unit)
    # Humanize calls 16 days a month; beside "16 d" in the list that reads as a mistake.
    return humanize.naturaltime(past, months=abs(past.days) >= 60)


def duration(seconds: float) -> str:
    """Return a span of time with its two largest units: ``40 s``, ``5 min 2 s``, ``2 h 3 min``, ``3 d 4 h``."""
    left = max(round(seconds), 0)
    parts: list[str] = []
    for unit, name in ((86400, "d"), (3600, "h"), (60, "min"), (1, "s")):
        many, left = divmod(left, unit)
        if many or (unit == 1 and not parts):
            parts.append(f"{many:,} {name}")
        elif parts:
            break
    return " ".join(parts[:2])


def clock(moment: datetime, zone: tzinfo | None = None) -> str:
    """Return a time to the minute, in ``zone`` (default: this machine's): ``2026-11-23 12:44``."""
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M")


_UNITS = ("kB", "MB", "GB", "TB", "PB", "EB")


def size(count: int) -> str:
    """Return a number of bytes with one decimal, units of 1000: ``512 B``, ``1.2 kB``, ``418.0 MB``."""
    if count < 1000:
        return f"{count} B"
    value, unit = count / 1000, 0
    while round(value, 1) >= 1000 and unit < len(_UNITS) - 1:
        value, unit = value / 1000, unit + 1
    return f"{value:.1f} {_UNITS[unit]}"


def count(number: int) -> str:
    """Return a whole number with thousands separated: ``4,381``."""
    return f"{number:,}"


def plural(number: int, noun: str, several: str | None = None) -> str:
    """Return ``1 version``, ``4,381 versions``; ``several`` where adding ``s`` is wrong."""
    return f"{number:,} {noun if number == 1 else several or noun + 's'}"


def number(value: float, places: int | None = None) -> str:
    """Return a metric's value; with ``places`` decimals (from ``decimals``) a column lines up on its point."""
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else str(value)
    if places is None:
        places = decimals((value,))
    if places < 0:
        return f"{value:.3e}"
    if value and abs(value) < 0.5 * 10.0**-places:
        return f"{value:.1e}"  # a plain 0.0000 would be a lie
    return f"{value:,.{places}f}" if abs(value) >= 1e5 else f"{value:.{places}f}"


def decimals(values: Iterable[float], most: int = 4) -> int:
    """Return how many decimals show ``values`` in one column: as few as lose nothing, at most ``most``.

    About four digits of the largest value are kept, so 0.93125 has four decimals and 1234.56 has one.
    Negative means scientific notation serves better: all are tiny, or one is huge.
    """
    finite = [abs(v) for v in values if math.isfinite(v)]
    top = max(finite, default=0.0)
    if top == 0:
        return 0
    if top < 10.0**-most * 10 or top >= 1e9:
        return 0 if top < 1e12 and all(v == int(v) for v in finite) else -1
    cap = min(most, max(0, most - math.floor(math.log10(top)))) if top >= 1 else most
    for places in range(cap):
        if all(round(v, places) == round(v, cap) for v in finite):
            return places
    return cap
