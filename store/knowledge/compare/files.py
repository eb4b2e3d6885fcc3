"""Files: added, removed, changed, moved to another path, or the same."""

from __future__ import annotations

from collections.abc import Sequence

from ...nouns.bundle import CARD
from ...nouns.comparison import MISSING, DiffCell, DiffRow, DiffSection
from ...nouns.hosted import HOSTED_FILE
from ...nouns.manifest import FileEntry
from . import affects, cells
from .cells import Column
from .facts import Facts
from .sections import missing


def files(all_facts: Sequence[Facts]) -> DiffSection:
    """Compare files by path, then by digest: the same bytes under another path were renamed, in one row.

    A cell's value is the file's size in bytes. A renamed file stands in the row of its old path, with a note
    that names the new one.
    """
    columns: list[Column] = [
        None if facts.files is None else {f.path: DiffCell(f.size, f.digest) for f in facts.files}
        for facts in all_facts
    ]
    moves = [_Moves(all_facts[0].files or (), facts.files or ()) for facts in all_facts]

    def make(path: str, row: tuple[DiffCell, ...]) -> DiffRow:
        told = tuple(
            _told(path, cell, moved, column) if at else cell
            for at, (cell, moved, column) in enumerate(zip(row, moves, columns, strict=True))
        )
        owner = next(
            facts.version for facts, cell in zip(all_facts, row, strict=True) if cell.value is not MISSING
        )
        told_elsewhere = (owner.kind, path) in (("bundle", CARD), ("hosted", HOSTED_FILE))
        of = None if told_elsewhere else affects.of_file(path, owner.kind)
        return DiffRow(path, told, affects=of, unit="bytes")

    found = cells.rows(columns, make)
    return DiffSection(
        "files",
        tuple(row for row in found if not _only_arrived(row)),
        missing(all_facts, "files", columns),
    )


class _Moves:
    """What moved: gone from one path, new at another, with equal digests.

    ``to`` leads from old path to new, ``origin`` back. Several files of the same bytes are paired in the
    order of their paths.
    """

    def __init__(self, before: Sequence[FileEntry], after: Sequence[FileEntry]) -> None:
        old, new = {f.path for f in before}, {f.path for f in after}
        arrived: dict[str, list[str]] = {}
        for entry in sorted(after, reverse=True):
            if entry.path not in old:
                arrived.setdefault(entry.digest, []).append(entry.path)
        self.to = {
            entry.path: waiting.pop()
            for entry in sorted(before)
            if entry.path not in new and (waiting := arrived.get(entry.digest))
        }
        self.origin = {there: path for path, there in self.to.items()}


def _told(path: str, cell: DiffCell, moves: _Moves, column: Column) -> DiffCell:
    """Return the cell of one path with what moving did to it."""
    if cell.outcome == "removed" and column is not None and (there := moves.to.get(path)) is not None:
        return DiffCell(column[there].value, column[there].digest, "renamed", delta=0, note=f"to {there}")
    if cell.outcome == "added" and (origin := moves.origin.get(path)) is not None:
        return DiffCell(cell.value, cell.digest, "renamed", note=f"from {origin}")
    return cell


def _only_arrived(row: DiffRow) -> bool:
    """Whether a row holds nothing but what was renamed to its path, which the old path's row tells."""
    return row.cells[0].value is MISSING and all(
        cell.outcome == "renamed" or cell.value is MISSING for cell in row.cells[1:]
    )
