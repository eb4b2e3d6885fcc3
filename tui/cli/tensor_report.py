"""What ``mvtui diff --tensors`` prints: one sentence, then the tensors that differ, by module."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import inspection as words
from . import table
from .output import ascii_only, data, paint, safe

if TYPE_CHECKING:
    from ...store import Distance, TensorChange, TensorDiff

_SHOWN = 60
"""Most tensors that are listed; JSON has all."""
_STYLES = {"added": "green", "removed": "red", "unknown": "yellow"}


def write(found: TensorDiff) -> None:
    """Write it as data."""
    data(
        f"{paint(f'{safe(found.after, 200)} against {safe(found.before, 200)}', 'bold')}  {safe(found.sentence, 400)}"
    )
    rows: list[list[str]] = []
    shown = 0
    for module, changes in found.modules.items():
        if shown >= _SHOWN:
            break
        rows.append([f"  {safe(module, 200) or '(top)'}", *[""] * 6])
        for change in changes[: _SHOWN - shown]:
            rows.append(_row(change, module))
            shown += 1
    columns = [
        table.Column("", elastic=True, least=24),
        table.Column(""),
        table.Column("", drop=4, style=("dim",)),
        table.Column("relative", "right"),
        table.Column("L2", "right", drop=1),
        table.Column("largest", "right", drop=2),
        table.Column("cosine", "right", drop=3),
    ]
    if rows:
        measured = any(change.distance for change in found.changes)
        table.write(
            columns if measured else columns[:3],
            rows if measured else [row[:3] for row in rows],
            header=measured,
        )
    if len(found.changes) > shown:
        data(paint(f"  and {len(found.changes) - shown:,} more", "dim"))
    _unmeasured(found)
    for sentence in (*found.notes, *found.problems):
        data(f"  {paint(safe(sentence, 500), 'yellow')}")


def _row(change: TensorChange, module: str) -> list[str]:
    name = change.path[len(module) :].lstrip("./:") or change.path
    word = paint(change.outcome, _STYLES[change.outcome]) if change.outcome in _STYLES else change.outcome
    return [f"    {safe(name, 200)}", word, _form(change), *_numbers(change.distance)]


def _form(change: TensorChange) -> str:
    """Return type and shape, from what to what where they differ."""
    plain = ascii_only()
    forms = [
        f"{safe(tensor.dtype, 40)} {words.shape(tensor.shape, ascii_only=plain)}"
        for tensor in (change.before, change.after)
        if tensor is not None
    ]
    arrow = " -> " if plain else " → "
    return arrow.join(dict.fromkeys(forms))


def _numbers(distance: Distance | None) -> list[str]:
    if distance is None:
        return [""] * 4
    relative = "" if distance.relative is None else f"{100 * distance.relative:.3g} %"
    cosine = "" if distance.cosine is None else f"{distance.cosine:.6f}"
    return [relative, f"{distance.l2:.3g}", f"{distance.largest:.3g}", cosine]


def _unmeasured(found: TensorDiff) -> None:
    """Say why numbers were not compared, once for each reason."""
    reasons: dict[str, list[str]] = {}
    for change in found.changes:
        if change.unmeasured:
            reasons.setdefault(change.unmeasured, []).append(change.path)
        elif change.distance is not None and change.distance.skipped:
            count = f"{change.distance.skipped:,} of its numbers are not finite, and left out"
            reasons.setdefault(count, []).append(change.path)
    for why, paths in list(reasons.items())[:_SHOWN]:
        told = safe(paths[0], 80) + (f" and {len(paths) - 1:,} more" if len(paths) > 1 else "")
        data(f"  {paint(f'{told}: {safe(why, 200)}', 'yellow')}")
