"""How two versions differ inside: their tensors by module, and what differs in files that are text."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from ... import file_diffs, words
from ... import inspection as said
from ...text import fit, paragraph, visible, width
from ..tables.columns import Look
from .lines import Line, Lines
from .pages import diff_lines
from .sections import Part
from .showing import Showing

if TYPE_CHECKING:
    from ....store import FileDiff, TensorChange, TensorDiff
    from ..asking.inside import InsideDiff

TENSORS = "tensors"

_FILES, _CHANGES = 6, 6
"""Files, and changes of each, that are shown; the page of a file has all."""

_LINES = 3
_LONG = 12
"""Lines from which on the section is folded where the pane has not the window to itself."""

_STYLES = {"added": "better", "removed": "worse", "unknown": "warning"}
_NUMBERS = 24
"""Cells of how far a tensor is from what it was."""

_TIMES = 10
"""From so many times its length on a difference is not told in percent."""

_SAMPLE = 300
"""As many rows decide how wide columns are."""


def tensors(found: InsideDiff, look: Look, columns: int, showing: Showing) -> Part | None:
    """Return the section of tensors; None where neither version has any."""
    diff = found.tensors
    if found.problem and diff is None:
        texts = paragraph(found.problem, columns - 2, _LINES, ascii_only=look.ascii_only)
        return Part(TENSORS, "Tensors", "", Lines([("  " + text, "warning")] for text in texts))
    if diff is None or not diff.total:
        return None
    lines = Lines()
    if diff.unread:
        told = f"{showing.read} reads {words.size(diff.unread_bytes)} and compares them number by number"
        lines.add(_said(told, "muted", look, columns))
    elif any(change.outcome in ("changed", "retyped") for change in diff.changes) and not _measured(diff):
        told = f"{showing.read} tells how far they are apart"
        lines.add(_said(told, "muted", look, columns))
    changes = list(_rows(diff))
    sample = [(_below(module, each), _told(each, look)) for module, each in changes[:_SAMPLE] if each]
    names = max((width(visible(name, columns)) for name, _ in sample), default=0)
    numbers = min(max((width(told) for _, told in sample), default=0), _NUMBERS)
    names = max(min(names, columns - 16 - numbers), 8)
    if any(each.distance for each in diff.changes):
        lines.add([[(" " * (names + 16) + "relative change"[: columns - names - 16], "muted")]])
    lines.add_block(len(changes), lambda at: _row(*changes[at], names, numbers, look, columns))
    for sentence in (*diff.notes, *diff.problems):
        lines.add(_said(sentence, "warning", look, columns))
    remark = visible(diff.sentence, max(columns - 12, 8), ascii_only=look.ascii_only)
    folded = not lines or (not showing.room and len(lines) > _LONG)
    return Part(TENSORS, "Tensors", remark, lines, folded)


def _measured(diff: TensorDiff) -> bool:
    return all(
        change.distance or (change.unmeasured and "yet" not in change.unmeasured)
        for change in diff.changes
        if change.outcome in ("changed", "retyped")
    )


def _rows(diff: TensorDiff) -> Iterator[tuple[str, TensorChange | None]]:
    """Yield modules, and below each its tensors that differ."""
    for module, changes in diff.modules.items():
        yield module, None
        for change in changes:
            yield module, change


def _below(module: str, change: TensorChange) -> str:
    return change.path[len(module) :].lstrip("./:") or change.path


def _row(
    module: str, change: TensorChange | None, names: int, numbers: int, look: Look, columns: int
) -> Line:
    if change is None:
        return [("  " + visible(module or "(top)", columns - 2, ascii_only=look.ascii_only), "")]
    told = visible(_told(change, look), numbers, ascii_only=look.ascii_only)
    return [
        ("    " + fit(_below(module, change), names, ascii_only=look.ascii_only), "muted"),
        ("  " + fit(change.outcome, 9), _STYLES.get(change.outcome, "")),
        (" " + told, ""),
    ]


def _told(change: TensorChange, look: Look) -> str:
    """Return how far a tensor is from what it was, or from what form to what."""
    if change.distance and change.distance.relative is not None:
        relative = change.distance.relative
        return f"{relative:.3g} times" if relative >= _TIMES else f"{100 * relative:.3g} %"
    if change.distance:
        return f"L2 {change.distance.l2:.3g}"
    forms = [
        f"{tensor.dtype} {said.shape(tensor.shape, ascii_only=look.ascii_only)}"
        for tensor in (change.before, change.after)
        if tensor is not None
    ]
    if change.outcome == "retyped" and change.before and change.after:
        forms = [change.before.dtype, change.after.dtype]
    elif change.outcome == "reshaped":
        forms = [form.partition(" ")[2] for form in forms]
    elif change.outcome == "changed":
        return ""
    return f" {words.signs(look.ascii_only).arrow} ".join(forms)


def files(found: InsideDiff, look: Look, columns: int) -> Lines:
    """Return what differs in the files that are text, the first of each."""
    lines = Lines()
    for diff in islice(found.files.values(), _FILES):
        lines.add(_file(diff, look, columns))
    left = found.unlooked + max(len(found.files) - _FILES, 0)
    if left:
        lines.add([[], [(f"and {words.plural(left, 'more file')}: enter on its row shows it", "muted")]])
    return lines


def _file(diff: FileDiff, look: Look, columns: int) -> Iterator[Line]:
    tally = file_diffs.tally(diff, ascii_only=look.ascii_only)
    name = visible(diff.path, max(columns - width(tally) - 2, 12), ascii_only=look.ascii_only)
    yield []
    yield [(name, "strong"), ("  " + visible(tally, columns - width(name) - 2), "muted")]
    shown = list(islice(file_diffs.changes(diff, around=False, ascii_only=look.ascii_only), _CHANGES))
    for line in diff_lines(shown, look, columns - 2):
        yield [("  ", ""), *line]
    left = diff.added + diff.removed + diff.changed - len(shown)
    if left > 0:
        yield [(f"  and {words.plural(left, 'more change')}: enter on its row shows all", "muted")]


def _said(text: str, style: str, look: Look, columns: int) -> list[Line]:
    texts = paragraph(text, columns - 2, _LINES, ascii_only=look.ascii_only)
    return [[("  " + part, style)] for part in texts]
