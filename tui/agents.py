"""How prompts and hosted models read: their variables, which model it is, whether its name moves, when it ends.

Pure functions; nothing here imports Textual or Rich. What comes out may hold text from outside: who shows it
makes it safe.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from .words import plural, signs

if TYPE_CHECKING:
    from ..store import Ending, HostedStatus, Version

STYLES: dict[str, tuple[str, ...]] = {"": (), "retiring": ("yellow",), "retired": ("bold", "red")}
"""The colour of what is to be warned of: beside a word, never instead of one."""

PROSPECT_STYLES = {"": "", "retiring": "warning", "retired": "bad"}
"""The same as styles of the screen."""

FLOATING = "floating"


def today() -> date:
    """Return the day it is, in UTC."""
    return datetime.now(UTC).date()


def model_text(version: Version) -> str:
    """Return which model of which provider a hosted version is: ``openai gpt-4o-2024-08-06``."""
    return f"{version.params.get('provider', '?')} {version.params.get('model', '?')}"


def kind_of_name(status: HostedStatus) -> str:
    """Say whether the name of a model can come to mean another one: ``snapshot``, ``floating``; empty where nobody can tell."""
    return {True: FLOATING, False: "snapshot", None: ""}[status.floating]


def countdown(status: HostedStatus, day: date) -> str:
    """Say how long a model will be there: ``retires in 49 days``, ``RETIRED 33 days ago``; empty when no end is known."""
    left = status.days_left(day)
    if left is None:
        return ""
    if left > 0:
        return f"retires in {plural(left, 'day')}"
    return "RETIRED today" if left == 0 else f"RETIRED {plural(-left, 'day')} ago"


def alerts(status: HostedStatus, day: date) -> list[str]:
    """Return what is to be known of a model in a list: that its name moves, that it ends."""
    told = [FLOATING] if status.floating else []
    if status.prospect(day):
        told.append(countdown(status, day))
    return told


def flags(status: HostedStatus, day: date, *, ascii_only: bool = False) -> str:
    """Return the same on one line: ``floating · retires in 15 days``; empty when nothing is."""
    return f" {signs(ascii_only).dot} ".join(alerts(status, day))


def facts(version: Version, status: HostedStatus, day: date) -> list[tuple[str, str, tuple[str, ...]]]:
    """Return what there is to know of a hosted model, each with its name and colour."""
    told: list[tuple[str, str, tuple[str, ...]]] = []
    name = kind_of_name(status)
    model = model_text(version) + (f"  {name}" if name else "")
    told.append(("model", model, ("yellow",) if status.floating else ()))
    if endpoint := version.params.get("endpoint"):
        told.append(("endpoint", str(endpoint), ()))
    if status.retires:
        # The label says already that it retires, but not that it is over.
        end = f"{status.retires}, {countdown(status, day).removeprefix('retires ')}"
        told.append(("retires", end, STYLES[status.prospect(day)]))
        told.append(("source", _by(status), ()))
        if status.successor:
            told.append(("instead", f"{status.provider} recommends {status.successor}", ()))
    if status.problem:
        told.append(("retires", status.problem, ("yellow",)))
    return told


def _by(status: HostedStatus) -> str:
    """Say by whose word a model ends: its tag, or the list of known models."""
    if status.said_by == "tag":
        return "the tag retires"
    reviewed = f", reviewed {status.reviewed}" if status.reviewed else ""
    return f"{status.source or 'known models'}{reviewed}"


def ending_text(ending: Ending, day: date) -> str:
    """Say what Production stands on and when that ends, what matters first: ``chat@1.0.0 in production retires in 49 days: …``."""
    end = ending.status.problem or countdown(ending.status, day)
    name = model_text(ending.hosted)
    if ending.version.id == ending.hosted.id:
        return f"{ending.version.ref} in production {end}: {name}"
    return f"{ending.version.ref} in production stands on {ending.hosted.ref}, which {end}: {name}"


def endings_text(endings: Sequence[Ending], day: date) -> list[str]:
    """Say of each model that ends what in Production stands on it: a sentence each, what ends first first."""
    groups: dict[str, list[Ending]] = {}
    for each in endings:
        groups.setdefault(each.hosted.id, []).append(each)
    told = []
    for group in groups.values():
        first, *others = sorted(group, key=lambda each: each.version.id != each.hosted.id)
        names = ", ".join(each.version.ref for each in others)
        told.append(ending_text(first, day) + (f"; {names} too" if names else ""))
    return told


def variables_text(version: Version) -> str:
    """Return a prompt's variables, and how they are written: ``name, topic? (format)``; ``none`` without any."""
    variables = version.params.get("variables")
    if variables is None:
        return ""
    language = version.params.get("template", "")
    return f"{variables or 'none'} ({language})" if language else str(variables or "none")
