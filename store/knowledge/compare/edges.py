"""Where versions come from: datasets by their role, and every other edge by its type."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from ...nouns.bundle import MEMBER_EDGE
from ...nouns.comparison import ChangeClass, DiffCell, DiffRow, DiffSection, Unit
from ...nouns.lineage import DATA_EDGES, EVALUATION_ROLES
from ...nouns.manifest import Scalar
from . import affects, cells
from .cells import Column
from .facts import Facts, Target

_Keyed = dict[str, list[Target]]


def datasets(all_facts: Sequence[Facts]) -> DiffSection:
    """Compare datasets role by role, training before evaluation: which one, its size, files and source."""
    columns = _keyed(all_facts, lambda target: target.link.type in DATA_EDGES, _role)
    roles = sorted(dict.fromkeys(key for column in columns for key in column), key=_is_evaluation)
    found: list[DiffRow] = []
    for role in roles:
        of = [column.get(role, []) for column in columns]
        found += cells.rows([{role: _cell(targets)} for targets in of], _maker(all_facts, columns))
        found += _measures(role, of)
    return DiffSection("datasets", tuple(found))


def _measures(role: str, of: Sequence[Sequence[Target]]) -> list[DiffRow]:
    """Return the rows below a dataset's own: how large it is, and where it was."""
    found: list[DiffRow] = []
    for what, read, unit in _MEASURES:
        name = f"{role} {what}"
        columns = [_column(name, targets, read) for targets in of]
        found += (DiffRow(row.name, row.cells, unit=unit) for row in cells.rows(columns, DiffRow))
    return found


def _column(name: str, targets: Sequence[Target], read: Callable[[Target], Scalar]) -> Column:
    """Return a measure of datasets as a column; None when there are none, or nobody knows it of one."""
    values = [read(target) for target in targets]
    if not values or None in values:
        return None
    if len(values) == 1:
        return {name: DiffCell(values[0])}
    numbers = [value for value in values if isinstance(value, int)]
    return {name: DiffCell(sum(numbers) if numbers else ", ".join(str(value) for value in values))}


def _size(target: Target) -> int | None:
    return target.size


def _files(target: Target) -> int | None:
    return target.files


def _source(target: Target) -> str | None:
    source = target.source
    if source is None:
        return None
    return f"{source.location}@{source.rev}" if source.rev else source.location


_MEASURES: tuple[tuple[str, Callable[[Target], Scalar], Unit], ...] = (
    ("size", _size, "bytes"),
    ("files", _files, "files"),
    ("source", _source, ""),
)


def lineage(all_facts: Sequence[Facts]) -> DiffSection:
    """Compare the edges that are no datasets', by type; a type with several by what they point at; a bundle's members by role."""
    columns = _keyed(
        all_facts,
        lambda target: target.link.type not in DATA_EDGES,
        lambda target: target.link.role if target.link.type == MEMBER_EDGE else target.link.type,
    )
    cells_of = [{key: _cell(targets) for key, targets in column.items()} for column in columns]
    return DiffSection("lineage", cells.rows(cells_of, _maker(all_facts, columns)))


def _maker(
    all_facts: Sequence[Facts], columns: Sequence[_Keyed]
) -> Callable[[str, tuple[DiffCell, ...]], DiffRow]:
    """Return what makes a row: it affects what its edge does in the first version that has it."""

    def make(name: str, row: tuple[DiffCell, ...]) -> DiffRow:
        at = next(i for i, column in enumerate(columns) if name in column)
        target = columns[at][name][0]
        kind = all_facts[at].version.kind
        of: ChangeClass | None = affects.of_edge(target.link.type, target.link.role, target.kind, kind)
        return DiffRow(name, row, affects=of)

    return make


def _keyed(
    all_facts: Sequence[Facts], chosen: Callable[[Target], bool], key: Callable[[Target], str]
) -> list[_Keyed]:
    """Group each version's edges by their key; where any version has several of one key, by key and line."""
    of = [[target for target in facts.targets if chosen(target)] for facts in all_facts]
    several = {name for targets in of for name, count in Counter(map(key, targets)).items() if count > 1}
    columns: list[_Keyed] = []
    for targets in of:
        column: _Keyed = {}
        for target in targets:
            name = key(target)
            column.setdefault(f"{name} {target.line}" if name in several else name, []).append(target)
        columns.append(column)
    return columns


def _role(target: Target) -> str:
    return target.link.role or target.link.type


def _is_evaluation(key: str) -> bool:
    role = key.partition(" ")[0]
    return role.lower() in EVALUATION_ROLES or role == "evaluated-on"


def _cell(targets: Sequence[Target]) -> DiffCell:
    if not targets:
        return DiffCell()
    ordered = sorted(targets, key=lambda target: target.link.to)
    guesses = dict.fromkeys(target.link.guess for target in ordered if target.link.guess)
    return DiffCell(
        value=", ".join(target.name for target in ordered),
        digest=" ".join(target.link.to for target in ordered),
        note=f"guessed from {', '.join(guesses)}" if guesses else "",
    )
