"""Charts on stdout: as wide as the terminal, in ASCII where nothing else can be printed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import click

from . import output, table

_WIDEST = 100
"""Cells: on a wide terminal a line through few points says no more in more room."""

width_option = click.option(
    "--width", type=click.IntRange(20, 1000), metavar="N", help="Columns to draw in. Default: the terminal's."
)
height_option = click.option(
    "--height", type=click.IntRange(3, 200), metavar="N", default=12, help="Lines to draw in. Default: 12."
)


def write(
    points: Sequence[tuple[float, float]],
    *,
    labels: Mapping[int, str],
    marks: Mapping[int, str] | None = None,
    width: int | None,
    height: int,
) -> None:
    """Write a chart as data; the arguments are those of ``chart.draw``."""
    from ..chart import LEAST_WIDTH, draw

    room = width or max(min(table.terminal_width(), _WIDEST), LEAST_WIDTH)
    rows = draw(points, width=room, height=height, labels=labels, marks=marks, ascii_only=output.ascii_only())
    axis = len(rows) - 2
    for at, row in enumerate(rows):
        drawn = output.paint(row.drawn, "cyan") if at < axis else output.paint(row.drawn, "dim")
        output.data(f"{output.paint(row.scale, 'dim')}{drawn}".rstrip())
