"""Versions compared: of what sort the change is, then section by section what differs and what is the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from ....store import by_dataset
from ... import differences, words
from ...text import paragraph, visible, width
from ..tables.columns import Look
from . import inside_diff
from .grid import Grid, fitting
from .lines import Line, Lines, facts
from .sections import Part, Sections
from .showing import Showing

if TYPE_CHECKING:
    from ....store import Comparison, DiffRow, DiffSection, History
    from ..asking.inside import InsideDiff

_NOTE_LINES = 4
_CHANGE_LINES = 6
_LONG = 8
"""A section of more lines is folded, until somebody unfolds it, where the pane has not the window to itself."""

_LONG_IN_A_WINDOW = 24
_LINED_UP = 50
"""From this many columns on, the values of all datasets stand below each other."""

_CLASS = 13
"""Cells of the names of classes; the longest is environment."""

_TITLES = {"params": "Parameters", "git": "Code", "about": "Version"}
CHANGES = "changes"
"""The name of the section that tells of what sort the change is."""


def comparison(
    found: Comparison,
    look: Look,
    columns: int,
    *,
    showing: Showing | None = None,
    charts: Callable[[int], Iterable[Part]] = lambda _lines: (),
    inside: InsideDiff | None = None,
) -> Sections:
    """Return a comparison, ``columns`` cells wide: its metrics, what changed, charts, then the rest.

    ``charts`` are made for the number of lines that stand before them. Of a section without differences one line is
    left where only those are wanted. Of versions that have no room beside each other some are left out, which is told.
    """
    showing = showing or Showing()
    sections = Sections(showing.folds, look, columns)
    labels = _labels(found, look)
    metrics = found.section("metrics")
    shown = fitting(metrics.rows, labels, look, columns)
    chosen = _chosen(len(labels), shown, showing.first)
    sections.turns = len(labels) - shown
    if head := _head(found, look, columns, showing):
        sections.add(head)
    if shown < len(labels):
        which = f"{chosen[1]}-{chosen[-1]}" if len(chosen) > 2 else f"{chosen[1]}"
        told = f"{which} of {len(labels) - 1} others; {showing.turn} for more"
        sections.add([[(visible(told, columns, ascii_only=look.ascii_only), "warning")]])
    picked = [labels[at] for at in chosen]
    for section in found.sections:
        if section.name == "metrics":
            _add(sections, section, chosen, picked, look, columns, showing)
    _add_changes(sections, found, look, columns, showing)
    if any(found.members):
        from .members import exchanged  # most versions are no bundles

        sections.add_part(exchanged(found, look, columns))
    for part in charts(len(sections)):
        sections.add_part(part)
    for section in found.sections:
        if section.name == "files" and inside:
            _add_tensors(sections, inside, look, columns, showing)
        if section.name != "metrics":
            _add(sections, section, chosen, picked, look, columns, showing)
        if section.name == "files" and inside and sections.open.get(section.name):
            sections.join(inside_diff.files(inside, look, columns))
        if section.name == "git":
            _add_histories(sections, found, look, columns, showing)
    return sections


def _labels(found: Comparison, look: Look) -> list[str]:
    """Return the versions' numbers, each behind the sign of its stage."""
    signs = (
        words.stage_sign(version.stage, ascii_only=look.ascii_only) + " " if version.stage else ""
        for version in found.versions
    )
    return [sign + label for sign, label in zip(signs, differences.labels(found), strict=True)]


def _chosen(count: int, shown: int, first: int) -> list[int]:
    """Return which versions have columns: the base, and as many others as there is room for, from the one wanted."""
    start = 1 + max(0, min(first, count - shown))
    return [0, *range(start, min(start + shown - 1, count))]


def _head(found: Comparison, look: Look, columns: int, showing: Showing) -> list[Line]:
    """Return which versions these are, unless the pane's frame says it; and why the base is the base."""
    base, *others = differences.labels(found)
    known = found.base.stage
    sign = words.stage_sign(known, ascii_only=look.ascii_only) + " " if known else ""
    lines: list[Line] = []
    if showing.room:
        told = f"{', '.join(others)} against {sign}{base}"
        if showing.only_differences:
            told += f" {words.signs(look.ascii_only).dot} {words.ONLY_DIFFERENCES}"
        lines.append([(visible(told, columns, ascii_only=look.ascii_only), "title")])
    if (role := differences.role_words(found)) and found.chosen != "production":
        why = f"{base} is {role}"
        if found.chosen == "before":
            why = f"nothing else in production: {base} is {role}"
        texts = paragraph(why, columns, 3, ascii_only=look.ascii_only)
        lines += [[(text, "muted")] for text in texts]
    return lines


def _add_tensors(sections: Sections, found: InsideDiff, look: Look, columns: int, showing: Showing) -> None:
    if part := inside_diff.tensors(found, look, columns, showing):
        sections.add_part(part)


def _add_changes(sections: Sections, found: Comparison, look: Look, columns: int, showing: Showing) -> None:
    labels = differences.labels(found)[1:]
    classes = dict.fromkeys(change.of for changes in found.changes for change in changes)
    dot = f" {words.signs(look.ascii_only).dot} "
    lines = Lines()
    for label, changes, same in zip(labels, found.changes, found.same_content, strict=True):
        if len(labels) > 1:
            lines.add([[(visible(label, columns, ascii_only=look.ascii_only), "heading")]])
        if same:
            lines.add([[("the same content: files, parameters, data", "muted")]])
        for change in changes:
            told = differences.change_text(change, ascii_only=look.ascii_only)
            lines.add(facts(change.of, told, look, columns, lines=_CHANGE_LINES, lead=_CLASS))
        if not changes and not same:
            lines.add([[("nothing that makes a version differs", "muted")]])
    remark = dot.join(classes) or ("the same content" if all(found.same_content) else "nothing")
    folded = not showing.room and len(sections) + len(lines) > showing.rows
    sections.add_part(Part(CHANGES, "What changed", remark, lines, folded))


def _add(
    sections: Sections,
    section: DiffSection,
    chosen: Sequence[int],
    labels: Sequence[str],
    look: Look,
    columns: int,
    showing: Showing,
) -> None:
    title = _TITLES.get(section.name) or differences.section_title(section).capitalize()
    metric = section.name == "metrics"
    rows = section.differing if showing.only_differences else section.rows
    notes: list[Line] = [
        [(text, "warning")]
        for note in section.notes
        for text in paragraph(note, columns, _NOTE_LINES, ascii_only=look.ascii_only)
    ]
    # What became of each is told of one pair; of several only how many rows differ in any.
    counted = metric and len(section.rows) > 0 and len(section.rows[0].cells) == 2
    remark = differences.tally(section, ascii_only=look.ascii_only) if counted else differences.share(section)
    remark = remark if section.rows else ""
    if not rows:
        if sections.begin(section.name, title, remark, empty=not notes):
            sections.add(notes)
        return
    long = _LONG_IN_A_WINDOW if showing.room else _LONG
    folded = not metric and (len(rows) > long or not section.differing)
    if not sections.begin(section.name, title, remark, folded=folded):
        return
    groups = _groups(rows, metric=metric)
    widest = max(width(name) for named in groups.values() for name in named) if metric else 0
    title = " " * min(widest, columns // 3) if columns >= _LINED_UP else ""
    like = [_picked(row, chosen) for row in rows] if title else []
    for at, (on, named) in enumerate(groups.items()):
        cells = {name: _picked(row, chosen) for name, row in named.items()}
        grid = Grid(title, cells, labels, look, columns, metric=metric, like=like)
        if not at:
            sections.add([grid.heading])
        if on:
            sections.add([[(visible(f"on {on}", columns, ascii_only=look.ascii_only), "heading")]])
        keys = [row.name for row in named.values()]
        sections.add_rows(
            section.name, len(grid), grid.line, [(start, keys[number]) for start, number in grid.starts()]
        )
    sections.add(notes)


def _picked(row: DiffRow, chosen: Sequence[int]) -> DiffRow:
    """Return a row with the cells of the versions that have columns."""
    if len(chosen) == len(row.cells):
        return row
    return replace(row, cells=tuple(row.cells[at] for at in chosen))


def _groups(rows: Sequence[DiffRow], *, metric: bool) -> dict[str, dict[str, DiffRow]]:
    """Return rows by what they are called; metrics under what they were measured on, as in the overview."""
    by_name = {row.name: row for row in rows}
    if not metric:
        return {"": by_name}
    return {
        on: {name: by_name[key] for name, key in names.items()} for on, names in by_dataset(by_name).items()
    }


def _add_histories(sections: Sections, found: Comparison, look: Look, columns: int, showing: Showing) -> None:
    labels = differences.labels(found)[1:]
    long = _LONG_IN_A_WINDOW if showing.room else _LONG
    for label, history in zip(labels, found.histories, strict=False):
        if history is not None:
            lines = Lines(_history(history, look, columns))
            to = visible(f"to {label}", columns - 11, ascii_only=look.ascii_only)
            ahead = "" if history.problem else f", {words.plural(history.ahead, 'commit')} ahead"
            sections.add_part(Part(f"commits {label}", "Commits", to + ahead, lines, len(lines) > long))


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
