"""What the screen says when there is nothing to list: what to type next."""

from __future__ import annotations

from collections.abc import Mapping

from ..text import paragraph, visible, width
from .facts import Line
from .tables.columns import Look

_INDENT = "    "
_GAP = "   "
_NAMED = "Make one: "
"""How the hint begins where a store was asked for by its path: the command that makes that one follows."""


def no_store(reason: str, hint: str, look: Look, columns: int) -> list[Line]:
    """Say that no store was found, and how to get one, step by step."""
    init = hint.removeprefix(_NAMED) if hint.startswith(_NAMED) else "mvtui init"
    where = init.removeprefix("mvtui init")
    steps = {
        init: "make the store" if where else "make a store in this directory",
        f"mvtui register NAME FILE{where}": "keep a model file as the first version of NAME",
    }
    return [
        [],
        [(_INDENT + "No store here yet", "title")],
        [],
        *_text(reason, look, columns),
        [],
        *_text("In another shell, one after the other:", look, columns),
        [],
        *_commands(steps, look, columns),
        [],
        *_text("This screen opens by itself once there is a store.", look, columns),
        [],
        *_text("To look around in a store of small models first:", look, columns),
        [],
        *_commands({"mvtui demo": "make it and open it: no network, a few seconds"}, look, columns),
    ]


def empty_store(path: str, key: str, look: Look, columns: int) -> list[Line]:
    """Say that the store has no versions, and how to register one; ``key`` opens the form, empty where nothing can be changed."""
    shown = visible(path, max(20, columns - 30), ascii_only=look.ascii_only)
    form: list[Line] = [[], [(_INDENT + key, "key"), (" opens a form; or in a shell", "muted")]]
    return [
        [],
        [(_INDENT + "The store is empty", "title")],
        [],
        [(_INDENT + shown, "muted")],
        *(form if key else []),
        [],
        *_commands(
            {"mvtui register NAME FILE": "keep a model file as the first version of NAME"}, look, columns
        ),
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


def _commands(commands: Mapping[str, str], look: Look, columns: int) -> list[Line]:
    """Return commands, each with what it does: beside it, or below where there is no room."""
    room = columns - len(_INDENT) - 1
    shown = {visible(command, room, ascii_only=look.ascii_only): what for command, what in commands.items()}
    wide = max(map(width, shown))
    if wide + len(_GAP) + max(map(len, shown.values())) <= room:
        return [
            [(_INDENT + command + " " * (wide - width(command)), "key"), (_GAP + what, "muted")]
            for command, what in shown.items()
        ]
    return [
        line
        for command, what in shown.items()
        for line in ([(_INDENT + command, "key")], [(_INDENT + "  " + what, "muted")])
    ]


def _text(text: str, look: Look, columns: int) -> list[Line]:
    lines = paragraph(text, min(columns - 2 * len(_INDENT), 90), 6, ascii_only=look.ascii_only)
    return [[(_INDENT + line, "")] for line in lines]
