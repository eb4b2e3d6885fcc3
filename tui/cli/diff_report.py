"""A comparison as text: what changed first, then section by section."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from .. import differences as words
from ..text import paragraph
from ..words import count, plural
from . import file_report, grid, output, table
from .diff_grids import OUTCOME_STYLES, grids
from .grid import INDENT, Grid, Piece

if TYPE_CHECKING:
    from ...store import (
        Change,
        Comparison,
        DiffRow,
        DiffSection,
        FileDiff,
        History,
        MemberChange,
        SectionName,
    )

_READ_WHOLE: frozenset[SectionName] = frozenset({"metrics", "params"})
"""Sections of which rows that are the same are listed too; of the others that they are the same is all there is to say."""

_COMMITS_SHOWN = 10
_FILES_SHOWN = 10
_LINES_OF_TEXT = 8


def write(
    comparison: Comparison,
    *,
    only_differences: bool,
    sections: Collection[str],
    files: Mapping[str, FileDiff] | None = None,
) -> None:
    """Write a comparison as data; of the sections only those named, if any are. ``files`` says how some files differ."""
    _write_title(comparison)
    if not sections:
        _write_changes(comparison)
    for section in comparison.sections:
        if not sections or section.name in sections:
            _write_section(comparison, section, only_differences)
            if section.name == "files" and files:
                file_report.write(files, whole=False)
    if words.labels(comparison)[2:] and not sections:
        _write_legend(comparison)
    if not sections:
        _write_members(comparison)


def write_part(comparison: Comparison, sections: Collection[str]) -> None:
    """Write of a comparison only what differs in some sections, those that have something."""
    for section in comparison.sections:
        if section.name in sections:
            _write_section(comparison, section, only_differences=True)


def _write_members(comparison: Comparison) -> None:
    """Write, of bundles, which members differ, and of each what differs in it."""
    several = len(comparison.others) > 1
    for other, changes in zip(comparison.others, comparison.members, strict=False):
        for change in changes:
            of = f"  {output.paint(f'of {other.ref}', 'dim')}" if several else ""
            output.data(f"\n{output.paint(change.role, 'bold', 'cyan')}  {_exchange(change)}{of}")
            if change.comparison is None:
                continue
            _write_changes(change.comparison)
            for section in change.comparison.sections:
                _write_section(change.comparison, section, only_differences=True)
            _write_members(change.comparison)


def _exchange(change: MemberChange) -> str:
    """Say which member took the place of which."""
    if change.before is None or change.after is None:
        there, word = (change.after, "added") if change.before is None else (change.before, "removed")
        return f"{output.safe(there or '', 300)} {word}"
    arrow = "->" if output.ascii_only() else "→"
    return f"{output.safe(change.before, 300)} {arrow} {output.safe(change.after, 300)}"


def _write_title(comparison: Comparison) -> None:
    first, *more = comparison.others
    one_model = len({version.model for version in comparison.others}) == 1
    others = [first.ref, *(version.version if one_model else version.ref for version in more)]
    role = words.role_words(comparison)
    base = output.paint(comparison.base.ref, "bold") + output.paint(f" ({role})" if role else "", "dim")
    output.data(f"{', '.join(output.paint(name, 'bold') for name in others)} against {base}")


def _write_changes(comparison: Comparison) -> None:
    output.data("\n" + output.paint("what changed", "bold"))
    several = len(comparison.others) > 1
    rows = []
    for label, same, changes in zip(
        words.labels(comparison)[1:], comparison.same_content, comparison.changes, strict=True
    ):
        head = label if several else ""
        for of, told in _told_changes(same, changes):
            rows.append([Piece(head, ("bold",)), Piece(of, ("yellow",)), Piece(told)])
            head = ""
    grid.write(Grid(rows, frozenset({2})))


def _told_changes(same: bool, changes: Sequence[Change]) -> Iterator[tuple[str, str]]:
    ascii_only = output.ascii_only()
    if same:
        yield "nothing" if not changes else "content", "same content: the hash IDs are equal"
    for change in changes:
        yield change.of, output.safe(words.change_text(change, ascii_only=ascii_only), 400)


def _write_section(comparison: Comparison, section: DiffSection, only_differences: bool) -> None:
    if only_differences and not (section.differing or section.notes):
        return
    tally = words.tally(section, ascii_only=output.ascii_only()) if section.rows else ""
    output.data(
        f"\n{output.paint(words.section_title(section), 'bold')}  {output.paint(tally, 'dim')}".rstrip()
    )
    for note in section.notes:
        _write_folded(f"! {note}", "yellow")
    if section.differing:
        hide = only_differences or section.name not in _READ_WHOLE
        rows = [row for row in section.rows if row.differs or not hide]
        room = table.terminal_width() if output.is_tty(sys.stdout) else None
        labels = words.labels(comparison)
        for at, part in enumerate(grids(section, [row for row in rows if not _is_long(row)], labels, room)):
            if at:
                output.data("")
            grid.write(part)
        for row in rows:
            if _is_long(row):
                _write_long(row, labels)
    if section.name == "git":
        _write_histories(comparison)


def _is_long(row: DiffRow) -> bool:
    return row.differs and any(words.is_long(cell.value) for cell in row.cells)


def _write_long(row: DiffRow, labels: Sequence[str]) -> None:
    """Write a row whose texts fit no cell: the lines that differ, as ``diff`` shows them."""
    ascii_only = output.ascii_only()
    for label, cell in zip(labels[1:], row.cells[1:], strict=True):
        if cell.outcome in ("same", "unknown"):
            continue
        sign = words.outcome_sign(cell.outcome, ascii_only=ascii_only)
        styles = OUTCOME_STYLES[cell.outcome]
        where = f"  {output.paint(label, 'bold')}" if len(labels) > 2 else ""
        told = output.paint(f"{sign} {words.outcome_word(cell.outcome)}", *styles)
        output.data(f"{INDENT}{output.safe(row.name, 200)}{where}  {told}")
        before, after = (_as_text(one.value) for one in (row.cells[0], cell))
        for mark, line in words.changed_lines(before, after):
            style = {"-": "red", "+": "green"}.get(mark, "dim")
            _write_folded(f"{mark.replace('@', output.sign_set().ellipsis)} {line}", style, INDENT * 2)


def _as_text(value: object) -> str:
    if isinstance(value, str):
        return value
    return "" if words.is_missing(value) else words.value_text(value)  # type: ignore[arg-type]


def _write_folded(text: str, style: str, indent: str = INDENT) -> None:
    """Write one line of outside text; on a terminal over as many as it takes, up to a few."""
    if not output.is_tty(sys.stdout):
        output.data(f"{indent}{output.safe(text, 2000)}".rstrip())
        return
    room = max(table.terminal_width() - len(indent) - 2, 10)
    lines = paragraph(text, room, _LINES_OF_TEXT, ascii_only=output.ascii_only())
    for at, line in enumerate(lines):
        output.data(f"{indent}{INDENT if at else ''}{output.paint(line, style)}")


def _write_histories(comparison: Comparison) -> None:
    """Write the ways between the commits; one for all versions that were made by the same."""
    labels: dict[str, list[str]] = {}
    ways: dict[str, History] = {}
    for label, history in zip(words.labels(comparison)[1:], comparison.histories, strict=False):
        if history is not None:
            labels.setdefault(history.after, []).append(label)
            ways[history.after] = history
    for after, history in ways.items():
        of = f"{', '.join(labels[after])}: " if len(comparison.others) > 1 else ""
        _write_history(history, of)


def _write_history(history: History, of: str) -> None:
    if history.problem:
        _write_folded(f"{of}the commits between can't be told: {history.problem}", "dim")
    if way := _way(history):
        output.data(f"{INDENT}{of}{way}")
    commits = [
        [Piece(commit.hash[:7], ("yellow",)), Piece(output.safe(commit.subject, 120))]
        for commit in history.commits[:_COMMITS_SHOWN]
    ]
    grid.write(Grid(commits, frozenset({1}), depth=2))
    _write_more(history.ahead - len(commits) if commits else 0)
    if history.files:
        output.data(f"{INDENT}{plural(history.file_count, 'file')} changed")
    files = [
        [Piece(output.safe(_path(one.path, one.before), 200)), *_lines(one.added, one.removed)]
        for one in history.files[:_FILES_SHOWN]
    ]
    grid.write(Grid(files, frozenset({0}), depth=2))
    _write_more(history.file_count - len(files))


def _way(history: History) -> str:
    """Return how far it is: ``5 commits``, ``5 commits, and 2 of the base's that it has not``, ``2 commits back``."""
    ahead, behind = plural(history.ahead, "commit"), plural(history.behind, "commit")
    if not history.ahead:
        return f"{behind} back" if history.behind else ""
    return f"{ahead}, and {count(history.behind)} of the base's that it has not" if history.behind else ahead


def _write_more(left: int) -> None:
    if left > 0:
        output.data(f"{INDENT * 2}{output.paint(f'and {count(left)} more', 'dim')}")


def _path(path: str, before: str) -> str:
    return f"{before} {'->' if output.ascii_only() else '→'} {path}" if before else path


def _lines(added: int | None, removed: int | None) -> tuple[Piece, Piece]:
    if added is None or removed is None:
        return Piece("binary", ("dim",)), Piece("")
    return (
        Piece(f"+{count(added)}" if added else "", ("green",)),
        Piece(f"-{count(removed)}" if removed else "", ("red",)),
    )


def _write_legend(comparison: Comparison) -> None:
    """Say in words what the signs mean: with several versions there is no room for them in the rows."""
    ascii_only = output.ascii_only()
    rows = [row for section in comparison.sections for row in section.differing]
    told = [
        output.paint(
            f"{words.outcome_sign(o, ascii_only=ascii_only)} {words.outcome_word(o)}", *OUTCOME_STYLES[o]
        )
        for o in words.outcomes_in(rows)
    ]
    if told:
        output.data("\n" + "  ".join(told))
