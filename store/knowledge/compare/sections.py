"""The sections that are plain values: parameters, packages, git, tags, and what a version is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ...nouns.comparison import MISSING, DiffCell, DiffRow, DiffSection, SectionName, Value
from ...nouns.interface import CHANGE_WORDS, Interface, interface_change
from . import affects, cells
from .cells import Column
from .facts import Facts

_RELEASE = re.compile(r"v?(\d+(?:\.\d+)*)", re.ASCII)
_MAX_PART = 18
"""Digits of a release's part that are read as a number; nobody has longer ones."""


def params(all_facts: Sequence[Facts]) -> DiffSection:
    """Compare parameters, each with its type."""
    columns: list[Column] = [cells.plain(facts.version.params) for facts in all_facts]

    def make(name: str, found: tuple[DiffCell, ...]) -> DiffRow:
        owner = next(
            facts.version for facts, cell in zip(all_facts, found, strict=True) if cell.value is not MISSING
        )
        return DiffRow(name, found, affects=affects.of_param(name, owner.kind, owner.params))

    return DiffSection("params", cells.rows(columns, make))


def packages(all_facts: Sequence[Facts]) -> DiffSection:
    """Compare installed packages by name, in the order of the alphabet."""
    columns: list[Column] = [
        None if facts.packages is None else cells.plain(sorted(facts.packages.items())) for facts in all_facts
    ]
    found = cells.rows(columns, lambda name, row: DiffRow(name, _with_age(row), affects="environment"))
    return DiffSection(
        "packages", tuple(sorted(found, key=lambda row: row.name)), missing(all_facts, "packages", columns)
    )


def _with_age(row: tuple[DiffCell, ...]) -> tuple[DiffCell, ...]:
    return (row[0], *(_aged(row[0], cell) for cell in row[1:]))


def _aged(before: DiffCell, after: DiffCell) -> DiffCell:
    if after.outcome != "changed":
        return after
    old, new = _release(before.value), _release(after.value)
    if old is None or new is None or old == new:
        return after
    return DiffCell(after.value, outcome="changed", note="newer" if new > old else "older")


def _release(version: Value) -> tuple[int, ...] | None:
    """Return the release of a version as PEP 440 orders it: 2.5.0+cu124 is (2, 5)."""
    match = _RELEASE.match(version) if isinstance(version, str) else None
    if match is None:
        return None
    parts = match[1].split(".")
    if any(len(part) > _MAX_PART for part in parts):
        return None
    numbers = [int(part) for part in parts]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def git(all_facts: Sequence[Facts]) -> DiffSection:
    """Compare the code: the commit decides, then what was uncommitted on top of it."""
    columns: list[Column] = [_git_of(facts) for facts in all_facts]
    found = cells.rows(
        columns, lambda name, row: DiffRow(name, row, affects="code" if name in ("commit", "dirty") else None)
    )
    changes: list[Column] = [_uncommitted(facts) for facts in all_facts]
    found += cells.rows(changes, lambda name, row: DiffRow(name, row, affects="code"))
    notes = tuple(
        f"{facts.version.ref}: {problem}" for facts in all_facts if (problem := _git_problem(facts))
    )
    return DiffSection("git", found, (*missing(all_facts, "git", columns), *notes))


def _captured(facts: Facts) -> Mapping[str, Any]:
    return facts.capture.part("git") if facts.capture else {}


def _git_of(facts: Facts) -> Column:
    code, captured = facts.version.code, _captured(facts)
    if code is None:
        return None
    found: dict[str, Value] = {"commit": code.commit}
    if code.branch:
        found["branch"] = code.branch
    found["dirty"] = code.dirty
    if remote := captured.get("remote"):
        found["remote"] = str(remote)
    return cells.plain(found)


def _uncommitted(facts: Facts) -> Column:
    """Return the patch on top of the commit by its digest; None without one, which ``dirty`` tells, or not kept."""
    patch = facts.capture.patch if facts.capture else ""
    return {"uncommitted changes": DiffCell(patch, patch)} if patch else None


def _git_problem(facts: Facts) -> str:
    captured = _captured(facts)
    patch = captured.get("patch")
    if isinstance(patch, Mapping) and (problem := patch.get("problem")):
        return f"the uncommitted changes: {problem}"
    return f"git: {captured['problem']}" if captured.get("problem") else ""


def tags(all_facts: Sequence[Facts]) -> DiffSection:
    """Compare tags."""
    columns: list[Column] = [cells.plain(facts.version.tags) for facts in all_facts]
    return DiffSection("tags", cells.rows(columns, DiffRow))


def about(all_facts: Sequence[Facts]) -> DiffSection:
    """Compare what a version is: kind, size, number of files, author, note; of weights what their headers say."""
    columns: list[Column] = []
    for facts in all_facts:
        version = facts.version
        known: dict[str, Value] = {
            "kind": version.kind,
            "size": version.size,
            "files": version.file_count,
            "author": version.author,
        }
        if version.note:
            known["note"] = version.note
        if facts.interface is not None:
            known[_WEIGHTS] = facts.interface.label
        columns.append(cells.plain(known))

    def make(name: str, found: tuple[DiffCell, ...]) -> DiffRow:
        if name == "kind":
            return DiffRow(name, found, affects="model")
        if name == _WEIGHTS:
            others = (_reloaded(all_facts[0], *each) for each in zip(all_facts[1:], found[1:], strict=True))
            return DiffRow(name, (found[0], *others), affects="model")
        return DiffRow(name, found, unit="bytes" if name == "size" else "")

    return DiffSection("about", cells.rows(columns, make))


_WEIGHTS = "weights"


def _reloaded(base: Facts, facts: Facts, cell: DiffCell) -> DiffCell:
    """Return what became of weights: of what sort the change is for whoever loads them, as the cell's note."""
    before, after = base.interface, facts.interface
    if before is None or after is None:
        return DiffCell(cell.value, outcome="unknown")
    if _bytes_of(base, before) == _bytes_of(facts, after):
        return DiffCell(cell.value)
    change, why = interface_change(before, after)
    note = f"{CHANGE_WORDS[change]} ({why})" if why else CHANGE_WORDS[change]
    return DiffCell(cell.value, outcome="changed", note=note)


def _bytes_of(facts: Facts, interface: Interface) -> frozenset[str]:
    return frozenset(entry.digest for entry in facts.files or () if entry.path in interface.files)


def missing(all_facts: Sequence[Facts], name: SectionName, columns: Sequence[Column]) -> tuple[str, ...]:
    """Return a sentence for each version of which a section knows nothing, unless it is so of all for no reason."""
    nothing = all(column is None for column in columns)
    return tuple(
        f"{facts.version.ref}: {facts.problems.get(name) or _NOT_KNOWN[name]}"
        for facts, column in zip(all_facts, columns, strict=True)
        if name in facts.problems or (column is None and not nothing)
    )


_NOT_KNOWN: dict[SectionName, str] = {
    "packages": "packages were not captured",
    "environment": "the environment was not captured",
    "git": "no commit was captured",
    "files": "the list of files can't be read",
}
