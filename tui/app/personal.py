"""A person's own settings: ``$XDG_CONFIG_HOME/mvtui/config.toml``, with ``[screen]`` and ``[keys]``.

Read before the screen opens. Nothing in it stops anything: what can't be is named, and left.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from ...store import KeySetting

_LARGEST = 1 << 20
_SCREEN: dict[str, tuple[type, str]] = {
    "theme": (str, "dark, light, ansi, or the name of one of Textual's themes"),
    "ascii": (bool, "true or false"),
    "mouse": (bool, "true or false"),
    "columns": (list, 'a list of names, such as ["version", "stage"]'),
}


class Personal(NamedTuple):
    """Settings of a person; None where nothing is said. ``problems`` are sentences, with the file's name."""

    theme: str | None = None
    ascii: bool | None = None
    mouse: bool | None = None
    columns: tuple[str, ...] = ()
    keys: tuple[KeySetting, ...] = ()
    problems: tuple[str, ...] = ()


NOTHING = Personal()
"""Settings of a person who set nothing."""


def config_path() -> str:
    """Return where the settings are looked for."""
    home = os.environ.get("XDG_CONFIG_HOME", "")
    if not os.path.isabs(home):
        home = os.path.join(os.path.expanduser("~"), ".config")
    return os.path.join(home, "mvtui", "config.toml")


def read(path: str | None = None) -> Personal:
    """Read the settings; without a file, or with one that says nothing, there are none."""
    path = path or config_path()
    try:
        if not os.path.isfile(path):  # a pipe would be waited for
            return NOTHING
        with open(path, "rb") as file:
            text = file.read(_LARGEST).decode()
    except (OSError, UnicodeDecodeError) as error:
        return Personal(problems=(f"{path} can't be read: {error}",))
    if not any(line and not line.startswith("#") for line in map(str.strip, text.splitlines())):
        return NOTHING  # spare the import of a TOML parser at every start
    import tomllib

    try:
        tables = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        return Personal(problems=(f"{path}: {error}",))
    return _understood(tables, text, path)


def _understood(tables: dict[str, object], text: str, path: str) -> Personal:
    from ...store import read_keys

    problems = [
        f"{path}: unknown table [{name}]; known: [keys], [screen]"
        for name in tables
        if name not in ("keys", "screen")
    ]
    keys = read_keys(tables.get("keys", {}), text, path)
    screen = tables.get("screen", {})
    known: dict[str, object] = {}
    if not isinstance(screen, dict):
        problems.append(f"{path}: [screen] is a table; known in it: {', '.join(_SCREEN)}")
        screen = {}
    for name, value in screen.items():
        kind, allowed = _SCREEN.get(name, (None, ""))
        if kind is None:
            problems.append(f"{path}: unknown key screen.{name}; known: {', '.join(_SCREEN)}")
        elif not isinstance(value, kind):
            problems.append(f"{path}: screen.{name} is not allowed to be that; allowed: {allowed}")
        elif name == "columns":
            known[name], unknown = _columns(value, path)
            problems += unknown
        else:
            known[name] = value
    return Personal(keys=keys, problems=tuple(problems), **known)  # type: ignore[arg-type]


def _columns(names: object, path: str) -> tuple[tuple[str, ...], list[str]]:
    from .tables.column_settings import checked

    texts = [name for name in names if isinstance(name, str)] if isinstance(names, list) else []
    found, problems = checked(texts, path)
    if isinstance(names, list) and len(texts) < len(names):
        problems.append(
            f"{path}: screen.columns has something in it that is no name; allowed: {_SCREEN['columns'][1]}"
        )
    return found, problems
