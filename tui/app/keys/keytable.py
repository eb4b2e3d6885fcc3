"""The README's table of keys, made from the registry: ``python -m mvtui.tui.app.keys.keytable README.md`` puts it in."""

from __future__ import annotations

import sys
from pathlib import Path

from .actions import ACTIONS
from .registry import Registry

BEGIN = "<!-- keys: python -m mvtui.tui.app.keys.keytable README.md -->"
END = "<!-- /keys -->"


def table() -> str:
    """Return every action, by section, as a Markdown table: its keys, what it does, its ID."""
    lines = ["| Keys | | Action |", "|---|---|---|"]
    section = ""
    for action in Registry(ACTIONS).actions:
        if action.section != section:
            section = action.section
            lines.append(f"| **{section}** | | |")
        keys = " ".join(f"`{key}`" for key in action.keys_shown)
        where = f"{action.pane}: " if action.pane else ""
        lines.append(f"| {keys} | {where}{action.description} | `{action.id}` |")
    return "\n".join(lines)


def put_into(text: str) -> str:
    """Return a text with the table between its two marks.

    Raises:
        ValueError: it hasn't got both marks.
    """
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"there must be {BEGIN} and {END}")
    return f"{before}{BEGIN}\n\n{table()}\n\n{END}{after}"


if __name__ == "__main__":
    path = Path(sys.argv[1])
    path.write_text(put_into(path.read_text("utf-8")), "utf-8")
