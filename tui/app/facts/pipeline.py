"""The pipeline of a model: every stage, how many versions are in it, and which entered it last."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ... import words
from ...text import fit, visible, width
from ..tables.columns import Look
from .lines import Line, length

if TYPE_CHECKING:
    from ....store import Stage, Version

_LISTED = 40
"""As many numbers are looked at: no line holds more."""


def pipeline(
    version: Version, stages: Mapping[Stage, tuple[str, ...]], total: int, look: Look, columns: int
) -> list[Line]:
    """Return the stages with arrows between where they fit on a line, else a line for each.

    The one where ``version`` stands is marked.
    """
    ascii_only = look.ascii_only
    cursor = words.signs(ascii_only).cursor
    staged = sum(map(len, stages.values()))
    there: dict[str, tuple[str, ...]] = {str(stage): numbers for stage, numbers in stages.items()}
    counts = {"": max(total - staged, 0)} | {stage: len(numbers) for stage, numbers in there.items()}
    if across := _across(version, there, counts, look, columns):
        return across
    label = max(width(words.stage_label(stage, ascii_only=ascii_only)) for stage in ("", *words.STAGES))
    digits = max(len(words.count(count)) for count in counts.values())
    lines: list[Line] = []
    for stage in ("", *words.STAGES):
        here = stage == (version.stage or "")
        style = stage if counts.get(stage) and stage else "muted"
        shown = fit(words.stage_label(stage, ascii_only=ascii_only), label)
        line: Line = [
            (f"{cursor} " if here else "  ", "accent"),
            (shown, style),
            (f"  {words.count(counts.get(stage, 0)):>{digits}}", "" if counts.get(stage) else "muted"),
        ]
        used = 2 + label + 2 + digits
        lines.append([*line, *_numbers(there.get(stage, ()), version, look, columns - used - 2)])
    return lines


def _across(
    version: Version,
    there: Mapping[str, tuple[str, ...]],
    counts: Mapping[str, int],
    look: Look,
    columns: int,
) -> list[Line]:
    """Return a line of stages and counts, and below it what is in each; nothing where that has no room."""
    known = words.signs(look.ascii_only)
    arrow = f" {known.rule * 2}{known.cursor} "
    order = ("", *words.STAGES)
    heads = [
        f"{words.stage_label(stage, ascii_only=look.ascii_only)} {words.count(counts.get(stage, 0))}"
        for stage in order
    ]
    # Two cells before each are for the sign of where the version stands.
    room = (columns - len(arrow) * (len(order) - 1)) // len(order)
    if max(map(width, heads)) + 2 > room:
        return []
    first: Line = []
    second: Line = []
    for stage, head in zip(order, heads, strict=True):
        if first:
            first.append((arrow, "muted"))
            second.append((" " * len(arrow), ""))
        here = stage == (version.stage or "")
        style = stage if counts.get(stage) and stage else "muted"
        first += [(f"{known.cursor} " if here else "  ", "accent"), (fit(head, room - 2), style)]
        numbers = _numbers(there.get(stage, ()), version, look, room + len(arrow) - 2)
        second += [*numbers, (" " * (room - length(numbers)), "")]
    while second and not second[-1][0].strip():
        second.pop()
    return [first, second]


def _numbers(numbers: tuple[str, ...], version: Version, look: Look, room: int) -> Line:
    """Return as many numbers as there is room for, the selected version's among them emphasised."""
    line: Line = []
    used = 0
    for number in numbers[:_LISTED]:
        shown = visible(number, 20, ascii_only=look.ascii_only)
        gap = 1 if line else 2
        if used + gap + width(shown) > room - (2 if number != numbers[-1] else 0):
            if line:
                line.append((f" {words.signs(look.ascii_only).ellipsis}", "muted"))
            break
        line += [(" " * gap, ""), (shown, "strong" if number == version.version else "muted")]
        used += gap + width(shown)
    return line
