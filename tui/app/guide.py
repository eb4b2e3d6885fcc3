"""What the screen says when there is nothing to list: what to type next."""

from __future__ import annotations

from ..text import paragraph, visible
from .facts import Line
from .tables.columns import Look

_COMMANDS = {
    "mvtui init": "make a store in this directory",
    "mvtui register NAME FILE": "keep a model file as the first version of NAME",
    "mvtui demo": "look around in a store of small models",
}
_INDENT = "    "
_COLUMN = 28


def no_store(reason: str, look: Look, columns: int) -> list[Line]:
    """Say that no store was found, and how to get one."""
    return [
        [],
        [(_INDENT + "No store here yet", "title")],
        [],
        *_text(reason, look, columns),
        [],
        *[_command(command, what) for command, what in _COMMANDS.items()],
        [],
        *_text(
            "Type one of these in another shell: this screen opens by itself once there is a store.",
            look,
            columns,
        ),
    ]


def empty_store(path: str, look: Look, columns: int) -> list[Line]:
    """Say that the store has no versions, and how to register one."""
    shown = visible(path, max(20, columns - 30), ascii_only=look.ascii_only)
    return [
        [],
        [(_INDENT + "The store is empty", "title")],
        [],
        [(_INDENT + shown, "muted")],
        [],
        _command("mvtui register NAME FILE", "keep a model file as the first version of NAME"),
        [],
        [(_INDENT + "or in a training script", "muted")],
        [],
        [(_INDENT + "import mvtui", "key")],
        [(_INDENT + 'mvtui.open_store().register("NAME", "FILE", metrics={"accuracy": 0.93})', "key")],
        [],
        [(_INDENT + "What you register appears here by itself.", "muted")],
    ]


def trouble(reason: str, hint: str, look: Look, columns: int) -> list[Line]:
    """Say why the store can't be opened."""
    return [
        [],
        [(_INDENT + "The store can't be opened", "warning")],
        [],
        *_text(reason, look, columns),
        *_text(hint, look, columns),
    ]


def _command(command: str, what: str) -> Line:
    return [(_INDENT + command.ljust(_COLUMN), "key"), (what, "muted")]


def _text(text: str, look: Look, columns: int) -> list[Line]:
    lines = paragraph(text, min(columns - 2 * len(_INDENT), 90), 6, ascii_only=look.ascii_only)
    return [[(_INDENT + line, "")] for line in lines]
