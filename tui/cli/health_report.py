"""What ``mvtui health`` prints: the verdict, the tensors worth a look, and those that could not be looked at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .. import inspection as words
from ..words import plural, size
from . import table
from .output import ascii_only, data, paint, safe, sign_set

if TYPE_CHECKING:
    from ...store import Finiteness, Health, TensorHealth

_STYLES: dict[Finiteness, str] = {
    "finite": "green",
    "not finite": "red",
    "partly": "yellow",
    "unknown": "yellow",
}
_WORDS: dict[Finiteness, str] = {
    "finite": "finite",
    "not finite": "not finite",
    "partly": "finite as far as could be looked at",
    "unknown": "nobody can tell",
}
_SHOWN = 40
"""Most tensors that are listed of those found, and of those not read."""


def write(name: str, found: Health, *, tensors: bool) -> None:
    """Write it as data; with ``tensors`` every one is listed."""
    signs = sign_set()
    sign = {"finite": signs.ok, "not finite": signs.bad}.get(found.verdict, "?")
    verdict = paint(f"{sign} {_WORDS[found.verdict]}", _STYLES[found.verdict])
    read = f"{plural(len(found.tensors) - len(found.unread), 'tensor')}, {size(found.bytes)} read"
    data(f"{paint(safe(name, 200), 'bold')}  {verdict}: {read}")
    listed = found.tensors if tensors else found.found[:_SHOWN]
    _table(listed)
    if not tensors:
        _more(len(found.found) - len(listed))
        _unread(found.unread)
    for sentence in (*found.notes, *found.problems):
        data(f"  {paint(safe(sentence, 500), 'yellow')}")


def _table(tensors: Sequence[TensorHealth]) -> None:
    plain = ascii_only()
    rows = [
        [
            f"  {safe(each.tensor.name, 200)}",
            safe(each.tensor.dtype, 40),
            words.shape(each.tensor.shape, ascii_only=plain),
            _told(each),
        ]
        for each in tensors
    ]
    columns = [
        table.Column("", elastic=True, least=24),
        table.Column("", style=("cyan",), drop=1),
        table.Column("", drop=2),
        table.Column(""),
    ]
    table.write(columns, rows, header=False)


def _told(each: TensorHealth) -> str:
    if each.unread:
        return safe(each.unread, 120)
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


def _unread(unread: Sequence[TensorHealth]) -> None:
    """Say what could not be looked at, once for each reason."""
    reasons: dict[str, list[str]] = {}
    for each in unread:
        reasons.setdefault(each.unread, []).append(each.tensor.name)
    for why, names in list(reasons.items())[:_SHOWN]:
        told = safe(names[0], 80) + (f" and {len(names) - 1:,} more" if len(names) > 1 else "")
        data(f"  {paint(f'not looked at: {told}: {safe(why, 200)}', 'yellow')}")
    _more(len(reasons) - _SHOWN)


def _more(count: int) -> None:
    if count > 0:
        data(paint(f"  and {count:,} more", "dim"))
