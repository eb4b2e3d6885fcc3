"""What is inside a model file, in words and lines: for the command line and the screen.

Pure functions of their arguments; nothing here imports Textual or Rich. Names come from the files, so they are made safe here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..store import Cut
from .text import visible
from .words import plural, signs, size

if TYPE_CHECKING:
    from ..store import Architecture, Histogram, Port, Tokenizer

_NAME = 120

_UNITS = ("", "k", "M", "B", "T", "Q")
_EIGHTHS = " ▏▎▍▌▋▊▉█"


def amount(number: int) -> str:
    """Return a number of parameters, short: ``512``, ``148k``, ``22.7M``, ``7.24B``."""
    value, unit = float(number), 0
    while value >= 999.5 and unit < len(_UNITS) - 1:
        value, unit = value / 1000, unit + 1
    if not unit:
        return str(number)
    return f"{value:.{2 if value < 9.995 else 1 if value < 99.95 else 0}f}{_UNITS[unit]}"


def bar(share: float, cells: int, *, ascii_only: bool = False) -> str:
    """Return a bar as long as a share (0 to 1) of ``cells``; what is more than nothing shows as something."""
    share = min(max(share, 0.0), 1.0)
    if ascii_only:
        return "#" * (max(round(share * cells), 1) if share else 0)
    eighths = max(round(share * cells * 8), 1) if share else 0
    return "█" * (eighths // 8) + (_EIGHTHS[eighths % 8] if eighths % 8 else "")


def percent(part: int, whole: int) -> str:
    """Return a part of a whole: ``52.5 %``; what is there but tiny, and what is not quite all, is told as such."""
    if not whole:
        return ""
    share = 100 * part / whole
    if 0 < share < 0.05:
        return "<0.1 %"
    return ">99.9 %" if part < whole and share >= 99.95 else f"{share:.1f} %"


def steps(found: Histogram, digits: int, together: int = 1) -> list[str]:
    """Return where the steps of a histogram begin, so many of them ``together``, and behind them where the last one ends.

    As many digits as tell them apart. Of whole numbers each step is called by the first in it, and no end is told; nor is it where all are one number.
    """
    edges = list(found.edges[:-1:together])
    if found.low == found.high:
        return [f"{found.low:.{digits}g}", ""]
    if found.tensor.dtype.startswith(("I", "U", "BOOL")):
        return [*(f"{round(edge + 0.5):,}" for edge in edges), ""]
    told = [f"{edge:.{digits}g}" for edge in (*edges, found.high)]
    return (
        told if len(set(told)) == len(told) or digits >= _MOST_DIGITS else steps(found, digits + 1, together)
    )


def shape(sizes: Sequence[int | str | None], *, ascii_only: bool = False) -> str:
    """Return the sizes of a tensor: ``30522 × 384``, ``scalar``; ``?`` for a size that is not said."""
    times = f" {signs(ascii_only).times} "
    return (
        times.join(visible(str("?" if each is None else each), 40, ascii_only=ascii_only) for each in sizes)
        or "scalar"
    )


def architecture(said: Architecture, *, ascii_only: bool = False) -> list[str]:
    """Return what files say about how a model is built, in a few words each; all safe."""
    classes = ", ".join(said.classes)
    family = f"{said.family} ({classes})" if said.family and classes else said.family or classes
    heads = "" if said.heads is None else plural(said.heads, "head")
    if said.kv_heads is not None and heads:
        heads += f" ({said.kv_heads:,} for keys and values)"
    experts = "" if said.experts is None else plural(said.experts, "expert")
    if said.experts_used is not None and experts:
        experts += f" ({said.experts_used:,} used)"
    found = [
        visible(family, 200, ascii_only=ascii_only),
        "" if said.layers is None else plural(said.layers, "layer"),
        _numbered("hidden size", said.hidden_size),
        _numbered("feed-forward", said.feed_forward),
        heads,
        experts,
        _numbered("vocabulary", said.vocabulary),
        _numbered("context", said.context),
        visible(said.dtype, 40, ascii_only=ascii_only),
    ]
    return [each for each in found if each]


def _numbered(name: str, number: int | None) -> str:
    return "" if number is None else f"{name} {number:,}"


def tokenizer(said: Tokenizer, *, ascii_only: bool = False) -> str:
    """Return a tokenizer in one line; safe."""
    text = f"{said.type}, {plural(said.vocabulary, 'token')}"
    if said.added:
        text += f", {said.added:,} of them added"
    if said.special:
        more = signs(ascii_only).ellipsis if len(said.special) > _SPECIAL else ""
        text += ": " + " ".join(said.special[:_SPECIAL]) + more
    return visible(text, 300, ascii_only=ascii_only)


_MOST_DIGITS = 8
_SPECIAL = 8
"""Special tokens that are named."""


def port(said: Port, *, ascii_only: bool = False) -> tuple[str, str, str]:
    """Return name, type and shape of an input or output; safe."""
    told = "" if said.shape is None else shape(said.shape, ascii_only=ascii_only)
    return (
        visible(said.name, _NAME, ascii_only=ascii_only),
        visible(said.dtype, 40, ascii_only=ascii_only),
        told,
    )


def value(found: Any, limit: int = 200, *, ascii_only: bool = False) -> str:
    """Return a value of a file's metadata as one safe line."""
    return visible(_plain(found), limit, ascii_only=ascii_only)


def _plain(found: Any) -> str:
    if isinstance(found, Cut):
        return _cut(found)
    if found is None or isinstance(found, bool):
        return {None: "null", True: "true", False: "false"}[found]
    if isinstance(found, dict):
        return ", ".join(f"{key}: {_plain(each)}" for key, each in found.items())
    if isinstance(found, list):
        return ", ".join(map(_plain, found))
    return " ".join(str(found).split()) if isinstance(found, str) else str(found)


def _cut(found: Cut) -> str:
    if found.type == "text":
        start = " ".join(str(found.start or "").split())
        return f"{size(found.count)} of text: {start}" if start else f"{size(found.count)} of text"
    if found.type == "object":
        return plural(found.count, "field")
    if found.type == "list":
        start = ", ".join(map(_plain, found.start or ()))
        return f"{plural(found.count, 'value')}: {start}, …" if start else plural(found.count, "value")
    return f"{plural(found.count, 'value')} of {found.type}"
