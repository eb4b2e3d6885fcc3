"""Aligned columns: the same text in a pipe as on a terminal, where it may be coloured and must fit.

Plain strings with our own padding, so that ``mvtui ls`` starts fast and a hundred thousand rows stream.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

from ..text import fit, width
from .output import ascii_only, data, is_tty, paint, wants_colour

Align = Literal["left", "right"]
GAP = "  "


class Column(NamedTuple):
    """One column. ``drop`` says how early it goes when the terminal is too narrow: 1 first, 0 never.

    ``elastic`` gives way down to ``least`` cells before any column goes; there is at most one, the last.
    A column whose cells are all empty is left out.
    """

    title: str
    align: Align = "left"
    drop: int = 0
    elastic: bool = False
    least: int = 12
    style: Callable[[str], tuple[str, ...]] | tuple[str, ...] = ()


def write(columns: Sequence[Column], rows: Sequence[Sequence[str]], *, header: bool = True) -> None:
    """Write rows of safe text as data. On a terminal no line is wider than it, if that can be."""
    room = terminal_width() if is_tty(sys.stdout) else None
    if lines := layout(columns, rows, room=room, header=header, colour=wants_colour(sys.stdout)):
        data("\n".join(lines))


def terminal_width() -> int:
    """Return the columns of stdout's terminal, or what ``$COLUMNS`` says; 80 when nothing is known."""
    stated = os.environ.get("COLUMNS", "")
    if stated.isdecimal() and int(stated):
        return int(stated)
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or 80
    except (OSError, ValueError):
        return 80


def layout(
    columns: Sequence[Column],
    rows: Sequence[Sequence[str]],
    *,
    room: int | None,
    header: bool = True,
    colour: bool = False,
) -> list[str]:
    """Return the lines of the table; ``room`` is the width to fit into, None for as wide as it comes."""
    widths = [max((_cells(row[i]) for row in rows), default=0) for i in range(len(columns))]
    shown = [i for i, wide in enumerate(widths) if wide]
    if header:
        widths = [max(wide, _cells(column.title)) for wide, column in zip(widths, columns, strict=True)]
    if room is not None:
        _squeeze(columns, widths, shown, room)
    lines = []
    if header and shown:
        titles = [columns[i].title for i in shown]
        lines.append(
            _line(columns, widths, shown, titles, lambda text, _: paint(text, "dim") if colour else text)
        )
    style = _styled if colour else _unstyled
    lines += [_line(columns, widths, shown, [row[i] for i in shown], style) for row in rows]
    return lines


def _squeeze(columns: Sequence[Column], widths: list[int], shown: list[int], room: int) -> None:
    def total() -> int:
        return sum(widths[i] for i in shown) + len(GAP) * (len(shown) - 1)

    elastic = next((i for i in shown if columns[i].elastic), None)
    least = min(widths[elastic], columns[elastic].least) if elastic is not None else 0
    slack = widths[elastic] - least if elastic is not None else 0
    while total() - slack > room:
        leaving = min((i for i in shown if columns[i].drop), key=lambda i: columns[i].drop, default=None)
        if leaving is None:
            break
        shown.remove(leaving)
        if leaving == elastic:
            elastic, slack = None, 0
    if elastic is not None:
        widths[elastic] = max(widths[elastic] - max(total() - room, 0), least)


def _line(
    columns: Sequence[Column],
    widths: Sequence[int],
    shown: Sequence[int],
    cells: Sequence[str],
    style: Callable[[str, Column], str],
) -> str:
    parts = []
    for i, cell in zip(shown, cells, strict=True):
        column = columns[i]
        text = fit(cell, widths[i], ascii_only=ascii_only()) if _cells(cell) > widths[i] else cell
        pad = " " * (widths[i] - _cells(text))
        painted = style(text, column)
        parts.append(pad + painted if column.align == "right" else painted + pad)
    return GAP.join(parts).rstrip()


def _styled(text: str, column: Column) -> str:
    return paint(text, *(column.style(text) if callable(column.style) else column.style))


def _unstyled(text: str, _column: Column) -> str:
    return text


def _cells(text: str) -> int:
    return len(text) if text.isascii() else width(text)
