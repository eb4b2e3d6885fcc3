"""Small parts of dialogs: the hint of a key, a progress bar, two buttons, a text under its label."""

from __future__ import annotations

from textual import events

from ... import words
from ...text import paragraph
from ..facts import Line
from ..keys.registry import Action, Hint

MOVES = frozenset({"tab", "shift+tab", "left", "right", "h", "l"})
"""Keys that go to the other of two buttons."""

_FAR = 10**6
STEPS = {"j": 1, "k": -1, "g": -_FAR, "home": -_FAR, "G": _FAR, "end": _FAR, "ctrl+d": 5, "ctrl+u": -5}
"""Keys that move in a list where nothing is typed, and by how many lines."""

_BAR = 24
_LABEL = 9


def hint(key: str, name: str, *, dimmed: bool = False, shown: str = "") -> Hint:
    """Return a key and what it does, for the last line of a dialog."""
    return Hint(Action(f"dialog.{key}", (shown or key,), name, name, "Dialog"), "not now" if dimmed else "")


def prints(event: events.Key | events.Paste) -> bool:
    """Say whether it is a key that types a character."""
    return isinstance(event, events.Key) and event.is_printable


def bar(action: str, done: int, total: int, *, ascii_only: bool) -> str:
    """Return how far it is: a bar, then in words."""
    filled = _BAR * done // total if total else _BAR
    share = 100 * done // total if total else 100
    full, empty = ("#", ".") if ascii_only else ("█", "░")
    dot = words.signs(ascii_only).dot
    return f" {action}  {full * filled}{empty * (_BAR - filled)}  {words.size(done)} of {words.size(total)}, {share} % {dot} esc stops it"


def buttons(verb: str, *, on_cancel: bool, ready: bool) -> Line:
    """Return two buttons: Cancel, and the one that does it."""
    cancel, other = ("cursor", "key" if ready else "muted") if on_cancel else ("", "cursor")
    return [("  Cancel  ", cancel), ("  ", ""), (f"  {verb.capitalize()}  ", other)]


def labelled(
    label: str, text: str, columns: int, lines: int, *, ascii_only: bool, style: str = ""
) -> list[Line]:
    """Return a text of others under a label: as many lines as it takes, ``lines`` at most."""
    texts = paragraph(text, columns - _LABEL, lines, ascii_only=ascii_only)
    return [[((label if not at else "").ljust(_LABEL), "muted"), (t, style)] for at, t in enumerate(texts)]
