"""The first lines of the screen: which model, how much there is, who and where we are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.content import Content

from .. import words
from ..text import visible, width
from .asking.asked import Measured, Staged
from .asking.inside import DiffPage, FilePage, TensorPage
from .facts import Line
from .keys.pane import Pane
from .tables.columns import Look

if TYPE_CHECKING:
    from ...store import Comparison, Model, Summary
    from .asking.asked import Content as Shown

_NAME_MAX = 40
_SHORT = 4
"""Letters of a pane's name where there is no room for whole ones."""

_BACK_MAX = 24
_PAGE_MAX = 28
_PATH_MAX = 200
_STORE = ".mvtui"
_GAP = 3
"""Cells between what is said of the store and of who looks at it."""


def top(
    model: Model | None,
    store: Summary | None,
    look: Look,
    columns: int,
    *,
    read_only: bool = False,
    waiting: int = 0,
    inbox_key: str = "",
    saved: int = 0,
) -> tuple[Line, Line]:
    """Return the headline: the model on the left, the store on the right as far as there is room.

    ``waiting`` is how many requests wait for the approval of whoever looks, ``inbox_key`` lists them. ``saved`` is how
    many bytes are not on disk since equal ones are kept once, as far as that is known.
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
    with_saved = [*counts[:2], f"{counts[2]}, {words.size(saved)} saved"] if saved > 0 else counts
    behind: Line = [(who, "")]
    if locked:
        behind.append(("   read-only", "warning"))
    if waiting:
        key = f" ({inbox_key})" if inbox_key else ""
        behind.append((f"   {waiting:,} {'waits' if waiting == 1 else 'wait'} for you{key}", "accent"))
    behind.append((" ", ""))
    room = columns - sum(width(text) for text, _ in (*left, *behind)) - 3
    # Drop what matters least until it fits: what was saved, the number of models, of the path what comes before its end.
    for shown in (with_saved, counts, counts[1:]):
        told = dot.join(shown)
        if path := _end(store.path, room - width(told) - len(dot) - _GAP, ascii_only):
            return left, [(dot.join((path, told)) + " " * _GAP, "muted"), *behind]
    for shown in (with_saved, counts, counts[1:], counts[1:2]):
        if width(told := dot.join(shown)) + _GAP <= room:
            return left, [(told + " " * _GAP, "muted"), *behind]
    return left, behind if room >= 0 else []


def _end(path: str, room: int, ascii_only: bool) -> str:
    """Return a path made safe, without its beginning where there is no room: its end tells stores from each other.

    Empty where not even that fits; the name that every store in a project has would tell nothing.
    """
    whole = visible(path, _PATH_MAX, ascii_only=ascii_only)
    sign = words.signs(ascii_only).ellipsis
    if width(whole) <= room:
        return whole
    parts = whole.split("/")
    for start in range(1, len(parts) - (parts[-1] == _STORE)):
        if width(shorter := f"{sign}/" + "/".join(parts[start:])) <= room:
            return shorter
    return ""


def title(pane: Pane) -> str:
    """Return what a pane is called, after the key that goes to it."""
    return f"{pane.number} {pane}"


def unseen(panes: Sequence[Pane], room: int) -> str:
    """Return the names of panes that are not on the screen, after their keys: as much of each as fits into ``room`` cells."""
    told = ""
    for letters in (None, _SHORT, 0):
        told = " ".join(f"{pane.number} {pane.value[:letters]}".rstrip() for pane in panes)
        if width(told) <= room:
            break
    return told


def view_title(
    pane: Pane,
    content: Shown | None,
    look: Look,
    *,
    back_to: str = "",
    only_differences: bool = False,
) -> Content:
    """Return what the frame of a view is titled: with what is compared, what the next stage says, where back leads.

    ``only_differences`` says of a comparison that what is the same is hidden.
    """
    told = ""
    dot = f" {words.signs(look.ascii_only).dot} "
    if isinstance(content, Measured) and content.comparison is not None:
        # What is hidden comes first: which versions these are also stands above their columns.
        told = f"{words.ONLY_DIFFERENCES}{dot}" * only_differences + _compared(content.comparison, look)
    elif isinstance(content, Staged) and content.report is not None:
        told = f"next: {words.stage_label(content.report.target, ascii_only=look.ascii_only)}"
    elif isinstance(content, FilePage | TensorPage | DiffPage):
        told = visible(content.name, _PAGE_MAX, ascii_only=look.ascii_only)
    elif back_to:
        told = f"back to {visible(back_to, _BACK_MAX, ascii_only=look.ascii_only)}"
    name = title(pane)
    return Content(f"{name}{dot}{told}" if told else name)


def _compared(content: Comparison, look: Look) -> str:
    base, *others = (visible(version.version, 16, ascii_only=look.ascii_only) for version in content.versions)
    stage = (
        words.stage_sign(content.base.stage, ascii_only=look.ascii_only) + " " if content.base.stage else ""
    )
    if len(others) > 1:
        return f"{len(others)} others against {stage}{base}"
    return f"{others[0]} against {stage}{base}"


def arrival(refs: Sequence[str], signs: words.Signs) -> str:
    """Return the quiet notice that versions were registered."""
    if len(refs) == 1:
        return f"{signs.better} {refs[0]} has arrived"
    return f"{signs.better} {words.plural(len(refs), 'version')} have arrived, the last is {refs[0]}"
