"""The first lines of the screen: which model, how much there is, who and where we are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.content import Content

from .. import words
from ..text import visible, width
from .actions import Pane, Tab
from .columns import Look
from .facts import Line

if TYPE_CHECKING:
    from ...store import Model, Summary

_NAME_MAX = 40


def top(
    model: Model | None,
    store: Summary | None,
    look: Look,
    columns: int,
    *,
    read_only: bool = False,
    waiting: int = 0,
) -> tuple[Line, Line]:
    """Return the headline: the model on the left, the store on the right as far as there is room.

    ``waiting`` is how many requests wait for the approval of whoever looks.
    """
    ascii_only = look.ascii_only
    left: Line = [(" mvtui", "strong")]
    if model:
        left.append(("  " + visible(model.name, _NAME_MAX, ascii_only=ascii_only), "title"))
        if model.production:
            left.append(
                (
                    f"  {words.stage_sign('production', ascii_only=ascii_only)} {model.production}",
                    "production",
                )
            )
    if store is None:
        return left, []
    dot = f" {words.signs(ascii_only).dot} "
    who = visible(f"{store.user}@{store.host}", 40, ascii_only=ascii_only)
    locked = read_only or not store.writable
    counts = [
        words.plural(store.models, "model"),
        words.plural(store.versions, "version"),
        words.size(store.size),
    ]
    # Drop what matters least until it fits.
    room = columns - sum(width(text) for text, _ in left) - 3
    for shown in (counts, counts[1:], counts[1:2], []):
        right: Line = [(dot.join(shown) + "   " if shown else "", "muted"), (who, "")]
        if locked:
            right.append(("   read-only", "warning"))
        if waiting:
            right.append((f"   {waiting:,} {'waits' if waiting == 1 else 'wait'} for you", "accent"))
        right.append((" ", ""))
        if sum(width(text) for text, _ in right) <= room:
            return left, right
    return left, []


def tabs(active: Pane, tab: Tab) -> tuple[Line, Line]:
    """Return the strip that names the panes when only one of them is seen, the details by their tabs."""
    line: Line = [(" ", "")]
    for pane in Pane:
        for name in Tab if pane is Pane.DETAILS else (pane,):
            chosen = pane is active and name in (pane, tab)
            line.append((f"[{name}]" if chosen else f" {name} ", "accent" if chosen else "muted"))
            line.append(("  ", ""))
    return line, []


def tab_title(active: Tab) -> Content:
    """Return what the frame of the details is titled: every tab, the one that is shown in brackets."""
    return Content(" ".join(f"[{tab}]" if tab is active else str(tab) for tab in Tab))


def arrival(refs: Sequence[str], signs: words.Signs) -> str:
    """Return the quiet notice that versions were registered."""
    if len(refs) == 1:
        return f"{signs.better} {refs[0]} has arrived"
    return f"{signs.better} {words.plural(len(refs), 'version')} have arrived, the last is {refs[0]}"
