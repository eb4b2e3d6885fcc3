"""Whether weights are sound, in the words of both faces.

Pure functions; nothing here imports Textual or Rich. What comes out may hold names from files: who shows it makes it safe.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .words import plural, signs, size

if TYPE_CHECKING:
    from ..store import Finiteness, Health, TensorHealth

_WORDS: dict[Finiteness, str] = {
    "finite": "finite",
    "not finite": "not finite",
    "partly": "finite as far as could be looked at",
    "unknown": "nobody can tell",
}


def verdict(found: Health, *, ascii_only: bool = False) -> str:
    """Return sign and words: ``✓ finite``."""
    known = signs(ascii_only)
    sign = {"finite": known.ok, "not finite": known.bad}.get(found.verdict, known.unknown)
    return f"{sign} {_WORDS[found.verdict]}"


def read(found: Health) -> str:
    """Return how much was read: ``104 tensors, 90.9 MB read``."""
    return f"{plural(len(found.tensors) - len(found.unread), 'tensor')}, {size(found.bytes)} read"


def troubles(each: TensorHealth) -> str:
    """Return what is worth a look in a tensor; of a sound one how large its numbers are."""
    told = []
    if each.nan or each.inf:
        counts = [f"{count:,} {word}" for count, word in ((each.nan, "NaN"), (each.inf, "infinite")) if count]
        told.append(f"{' and '.join(counts)}, the first at {each.first:,}")
    if each.value is not None:
        told.append(f"all {each.value:g}" if each.value else "all zero")
    if each.usual is not None and each.rms is not None:
        told.append(f"root mean square {each.rms:.3g}, usual is {each.usual:.3g}")
    elif not told and each.rms is not None:
        told.append(f"root mean square {each.rms:.3g}")
    return "; ".join(told)


def unread(found: Health) -> list[tuple[str, int, str]]:
    """Return what could not be looked at, once for each reason: a tensor's name, how many more, why."""
    reasons: dict[str, list[str]] = {}
    for each in found.unread:
        reasons.setdefault(each.unread, []).append(each.tensor.name)
    return [(names[0], len(names) - 1, why) for why, names in reasons.items()]
