"""Versions compared: of what sort the change is, then section by section what differs and what is the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ....store import by_dataset
from ... import differences, words
from ...text import paragraph, visible
from ..columns import Look
from ..pane import Pane
from .grid import Grid
from .lines import Line, Lines, facts, heading

if TYPE_CHECKING:
    from ....store import Comparison, DiffRow, DiffSection, History

_NOTE_LINES = 4
_CHANGE_LINES = 6
_VERSION = 11
"""Cells that a version takes where there are more than two."""

_CLASS = 13
"""Cells of the names of classes; the longest is environment."""


def comparison(
    found: Comparison,
    look: Look,
    columns: int,
    *,
    only_differences: bool = False,
    room: bool = False,
    chart: Sequence[Line] = (),
) -> Lines:
    """Return a comparison, ``columns`` cells wide, with ``chart`` below the metrics.

    Of a section without differences ``only_differences`` leaves one line. Versions for which there are no columns
    are left out, which ``room`` (the pane has the window to itself) says is final.
    """
    lines = Lines(_head(found, look, columns))
    lines.add(_changes(found, look, columns))
    shown = _as_many_as_fit(found, columns)
    if shown < len(found.versions):
        left = words.plural(len(found.versions) - shown, "more version")
        remark = (
            f"{left}: {'a wider window shows them' if room else f'{Pane.METRICS.number} and z show them'}"
        )
        lines.add([[], [(visible(remark, columns), "warning")]])
    for section in found.sections:
        lines.join(_section(found, section, shown, look, columns, only_differences=only_differences))
        if section.name == "metrics":
            lines.add(chart)
        if section.name == "git":
            lines.add(_histories(found, look, columns))
    return lines


def _head(found: Comparison, look: Look, columns: int) -> Iterator[Line]:
    base, *others = differences.labels(found)
    known = found.base.stage
    sign = words.stage_sign(known, ascii_only=look.ascii_only) + " " if known else ""
    yield [
        (visible(f"{', '.join(others)} against {sign}{base}", columns, ascii_only=look.ascii_only), "title")
    ]
    if role := differences.role_words(found):
        why = f"{base} is {role}"
        if found.chosen == "before":
            why = f"nothing else in production: {base} is {role}"
        yield from ([(text, "muted")] for text in paragraph(why, columns, 3, ascii_only=look.ascii_only))


def _changes(found: Comparison, look: Look, columns: int) -> Iterator[Line]:
    labels = differences.labels(found)[1:]
    for label, changes, same in zip(labels, found.changes, found.same_content, strict=True):
        yield from heading(
            "What changed",
            "" if len(labels) == 1 else visible(label, columns - 16, ascii_only=look.ascii_only),
        )
        if same:
            yield [("the same content: files, parameters, data", "muted")]
        for change in changes:
            told = differences.change_text(change, ascii_only=look.ascii_only)
            yield from facts(change.of, told, look, columns, lines=_CHANGE_LINES, lead=_CLASS)
        if not changes and not same:
            yield [("nothing that makes a version differs", "muted")]


def _section(
    found: Comparison, section: DiffSection, shown: int, look: Look, columns: int, *, only_differences: bool
) -> Lines:
    title = differences.section_title(section).capitalize()
    lines = Lines()
    notes: list[Line] = [
        [(text, "warning")]
        for note in section.notes
        for text in paragraph(note, columns, _NOTE_LINES, ascii_only=look.ascii_only)
    ]
    rows = section.differing if only_differences else section.rows
    tally = differences.tally(section, ascii_only=look.ascii_only)
    if not rows:
        lines.add(heading(title, tally if section.rows else ""))
        lines.add(notes)
        return lines
    labels = differences.labels(found)[:shown]
    metric = section.name == "metrics"
    for on, named in _groups(rows, metric=metric).items():
        grid = Grid(title, named, labels, look, columns, metric=metric)
        if not len(lines):
            lines.add([[], grid.heading])
        if on:
            lines.add([[(visible(f"on {on}", columns, ascii_only=look.ascii_only), "heading")]])
        lines.add_block(len(grid), grid.line)
    lines.add([[(visible(tally, columns, ascii_only=look.ascii_only), "muted")], *notes])
    return lines


def _groups(rows: Sequence[DiffRow], *, metric: bool) -> dict[str, dict[str, DiffRow]]:
    """Return rows by what they are called; metrics under what they were measured on, as in the overview."""
    by_name = {row.name: row for row in rows}
    if not metric:
        return {"": by_name}
    return {
        on: {name: by_name[key] for name, key in names.items()} for on, names in by_dataset(by_name).items()
    }


def _as_many_as_fit(found: Comparison, columns: int) -> int:
    """Return of how many versions the values fit beside each other, at least two."""
    return min(len(found.versions), max(2, columns // _VERSION))


def _histories(found: Comparison, look: Look, columns: int) -> Iterator[Line]:
    labels = differences.labels(found)[1:]
    for label, history in zip(labels, found.histories, strict=False):
        if history is not None:
            yield from heading("Commits", visible(f"to {label}", columns - 10, ascii_only=look.ascii_only))
            yield from _history(history, look, columns)


def _history(history: History, look: Look, columns: int) -> Iterator[Line]:
    if history.problem:
        texts = paragraph(history.problem, columns, _NOTE_LINES, ascii_only=look.ascii_only)
        yield from ([(text, "muted")] for text in texts)
        return
    back = f", {history.behind:,} back" if history.behind else ""
    yield [(f"{words.plural(history.ahead, 'commit')} ahead{back}", "muted")]
    for commit in history.commits:
        yield from facts(commit.hash[:7], commit.subject, look, columns, lines=2)
    for file in history.files:
        changed = "binary" if file.added is None else f"+{file.added:,} -{file.removed or 0:,}"
        yield from facts(changed, file.path, look, columns, lines=2)
    if (left := history.file_count - len(history.files)) > 0:
        yield [(f"and {words.plural(left, 'more file')}", "muted")]
