"""What ``mvtui health`` prints: the verdict, the tensors worth a look, and those that could not be looked at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .. import health as said
from .. import inspection as words
from . import table
from .output import ascii_only, data, paint, safe

if TYPE_CHECKING:
    from ...store import Finiteness, Health, TensorHealth

_STYLES: dict[Finiteness, str] = {
    "finite": "green",
    "not finite": "red",
    "partly": "yellow",
    "unknown": "yellow",
}
_SHOWN = 40
"""Most tensors that are listed of those found, and of those not read."""


def write(name: str, found: Health, *, tensors: bool) -> None:
    """Write it as data; with ``tensors`` every one is listed."""
    verdict = paint(said.verdict(found, ascii_only=ascii_only()), _STYLES[found.verdict])
    data(f"{paint(safe(name, 200), 'bold')}  {verdict}: {said.read(found)}")
    listed = found.tensors if tensors else found.found[:_SHOWN]
    _table(listed)
    if not tensors:
        _more(len(found.found) - len(listed))
        _unread(found)
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
    return safe(each.unread, 120) if each.unread else said.troubles(each)


def _unread(found: Health) -> None:
    reasons = said.unread(found)
    for name, more, why in reasons[:_SHOWN]:
        told = safe(name, 80) + (f" and {more:,} more" if more else "")
        data(f"  {paint(f'not looked at: {told}: {safe(why, 200)}', 'yellow')}")
    _more(len(reasons) - _SHOWN)


def _more(count: int) -> None:
    if count > 0:
        data(paint(f"  and {count:,} more", "dim"))
