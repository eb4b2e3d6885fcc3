"""Gate answers as lines: sign, what the gate is called, and its sentence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import IO, TYPE_CHECKING

from ..lifecycle import OUTCOME_STYLES, outcome_sign, sentence
from ..text import fit, width
from . import folding, output

if TYPE_CHECKING:
    from ...store import GateResult

_INDENT = "  "
_LABEL_MOST = 40


def lines(results: Sequence[GateResult], stream: IO[str], *, listed: bool = False) -> Iterator[str]:
    """Yield the lines of the table, painted and folded as ``stream`` needs it.

    With ``listed`` the approvals stand in a list of their own.
    """
    cells = folding.room(stream)
    most = _LABEL_MOST if cells is None else max(min(_LABEL_MOST, cells // 2), 8)
    labels = [output.safe(result.gate, most) for result in results]
    wide = max(map(width, labels), default=0)
    for result, label in zip(results, labels, strict=True):
        sign = outcome_sign(result.outcome, ascii_only=output.ascii_only())
        painted = output.paint(sign, *OUTCOME_STYLES[result.outcome], stream=stream)
        lead = f"{_INDENT}{painted} {fit(label, wide)}"
        yield from folding.hang(lead, len(_INDENT) + 2 + wide, sentence(result, listed=listed), cells)
