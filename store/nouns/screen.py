"""What ``[screen]`` in a store's config.toml says of the full screen: read here, understood by the screen alone."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from .keys import line_of

COLUMNS = "columns"


class ScreenSettings(msgspec.Struct, frozen=True):
    """Columns of the lists of versions, by their names and as they were written; none means those that tell most.

    ``problems`` are sentences that say what can't be, and where; ``place`` is where the columns were set.
    """

    columns: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    place: str = ""


def read_screen(table: object, text: str, path: str) -> ScreenSettings:
    """Return what a ``[screen]`` table sets; never raises: how things look is no reason for anything else not to work.

    Args:
        table: what a TOML parser made of it.
        text: the whole file, to find lines in.
        path: the file, to be named.
    """
    if not isinstance(table, Mapping):
        return ScreenSettings(problems=(f"[screen] is a table; known in it: {COLUMNS} ({path})",))
    problems = [
        f"unknown key screen.{name}; known in a store: {COLUMNS} ({_place(text, path, name)})"
        for name in table
        if name != COLUMNS
    ]
    place = _place(text, path, COLUMNS)
    columns = table.get(COLUMNS, [])
    if not isinstance(columns, list) or not all(isinstance(name, str) for name in columns):
        problems.append(f'screen.columns is a list of names, such as ["version", "stage"] ({place})')
        columns = []
    return ScreenSettings(tuple(columns), tuple(problems), place)


def _place(text: str, path: str, name: str) -> str:
    line = line_of(text, f"screen.{name}")
    return f"{path}, line {line}" if line else path
