"""Keys of the full screen, as ``[keys]`` in a config.toml sets them: read here, understood by the screen alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import msgspec

_DEEPEST = 4
_SECTION = re.compile(r"\s*\[\s*([^\[\]]+?)\s*\]")
_ENTRY = re.compile(r"\s*((?:[\w-]+|\"[^\"]*\"|'[^']*')(?:\s*\.\s*(?:[\w-]+|\"[^\"]*\"|'[^']*'))*)\s*=")


class KeySetting(msgspec.Struct, frozen=True):
    """The keys of one action: ``list.filter = "/"``.

    ``action`` and ``keys`` are as they were written: whether there are such an action and such keys is for the screen
    to say. ``problem`` says what is wrong with the value, which then has no keys; ``path`` and ``line`` are where.
    """

    action: str
    keys: tuple[str, ...] = ()
    problem: str = ""
    path: str = ""
    line: int = 0

    @property
    def place(self) -> str:
        """Where it was set: ``config.toml, line 3``."""
        return f"{self.path}, line {self.line}" if self.line else self.path


def read_keys(table: object, text: str, path: str) -> tuple[KeySetting, ...]:
    """Return what a ``[keys]`` table sets; never raises: a wrong key is no reason for anything else not to work.

    Args:
        table: what a TOML parser made of it: actions and keys, or tables of them: ``"list.filter" = "/"`` is the
            same as ``list.filter = "/"`` and as ``filter = "/"`` in ``[keys.list]``.
        text: the whole file, to find lines in.
        path: the file, to be named.
    """
    lines = _lines(text)
    if not isinstance(table, Mapping):
        return (
            KeySetting("keys", (), "[keys] is a table of actions and their keys", path, lines.get("keys", 0)),
        )
    return tuple(_setting(name, value, lines, path) for name, value in _flat(table, ""))


def _flat(table: Mapping[str, object], before: str, depth: int = 0) -> Iterator[tuple[str, object]]:
    for name, value in table.items():
        if isinstance(value, Mapping) and depth < _DEEPEST:
            yield from _flat(value, f"{before}{name}.", depth + 1)
        else:
            yield before + name, value


def _setting(name: str, value: object, lines: Mapping[str, int], path: str) -> KeySetting:
    parts = f"keys.{name}".split(".")
    known = (lines.get(".".join(parts[:end])) for end in range(len(parts), 0, -1))
    line = next((number for number in known if number), 0)
    keys = [value] if isinstance(value, str) else value
    if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
        return KeySetting(
            name, (), 'its value is neither a key, such as "ctrl-d", nor a list of keys', path, line
        )
    return KeySetting(name, tuple(keys), "", path, line)


def line_of(text: str, name: str) -> int:
    """Return the line of a TOML file in which an entry is set, by its whole name such as ``screen.columns``; 0 if unknown."""
    return _lines(text).get(name, 0)


def _lines(text: str) -> dict[str, int]:
    """Return the line of each section and entry, by its whole name without quotation marks."""
    found: dict[str, int] = {}
    section = ""
    for number, line in enumerate(text.splitlines(), 1):
        if heading := _SECTION.match(line):
            section = _plain(heading[1])
            found.setdefault(section, number)
        elif entry := _ENTRY.match(line):
            name = _plain(entry[1])
            found.setdefault(f"{section}.{name}" if section else name, number)
    return found


def _plain(name: str) -> str:
    return re.sub(r"[\"'\s]", "", name)
