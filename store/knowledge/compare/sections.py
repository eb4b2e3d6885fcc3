"""The sections that are plain values: parameters, packages, git, tags, and what a version is."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ...nouns.comparison import MISSING, Cell, Row, Section, SectionName, Value
from . import affects, cells
from .cells import Column
from .facts import Facts

_RELEASE = re.compile(r"v?(\d+(?:\.\d+)*)", re.ASCII)
_MAX_PART = 18
"""Digits of a release's part that are read as a number; nobody has longer ones."""


def params(all_facts: Sequence[Facts]) -> Section:
    """Compare parameters, each with its type."""
    columns: list[Column] = [cells.plain(facts.version.params) for facts in all_facts]

    def make(name: str, found: tuple[Cell, ...]) -> Row:
        owner = next(
            facts.version for facts, cell in zip(all_facts, found, strict=True) if cell.value is not MISSING
        )
        return Row(name, found, affects=affects.of_param(name, owner.kind, owner.params))

    return Section("params", cells.rows(columns, make))


def packages(all_facts: Sequence[Facts]) -> Section:
    """Compare installed packages by name, in the order of the alphabet."""
    columns: list[Column] = [
        None if facts.packages is None else cells.plain(sorted(facts.packages.items())) for facts in all_facts
    ]
    found = cells.rows(columns, lambda name, row: Row(name, _with_age(row), affects="environment"))
    return Section(
        "packages", tuple(sorted(found, key=lambda row: row.name)), missing(all_facts, "packages", columns)
    )


def _with_age(row: tuple[Cell, ...]) -> tuple[Cell, ...]:
    return (row[0], *(_aged(row[0], cell) for cell in row[1:]))


def _aged(before: Cell, after: Cell) -> Cell:
    if after.outcome != "changed":
        return after
    old, new = _release(before.value), _release(after.value)
    if old is None or new is None or old == new:
        return after
    return Cell(after.value, outcome="changed", note="newer" if new > old else "older")


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


def git(all_facts: Sequence[Facts]) -> Section:
    """Compare the code: the commit decides, then what was uncommitted on top of it."""
    columns: list[Column] = [_git_of(facts) for facts in all_facts]

    def make(name: str, found: tuple[Cell, ...]) -> Row:
        return Row(name, found, affects="code" if name in _IS_CODE else None)

    return Section("git", cells.rows(columns, make), missing(all_facts, "git", columns))


_IS_CODE = frozenset({"commit", "dirty", "uncommitted changes"})


def _git_of(facts: Facts) -> dict[str, Cell] | None:
    code, captured = facts.version.code, facts.capture.part("git") if facts.capture else {}
    commit = code.commit if code else captured.get("commit")
    if not commit:
        return None
    found: dict[str, Value] = {
        "commit": commit,
        "branch": (code.branch if code else captured.get("branch")) or MISSING,
        "dirty": code.dirty if code else bool(captured.get("dirty")),
        "remote": captured.get("remote") or MISSING,
        "uncommitted changes": (facts.capture.patch[:12] if facts.capture else "") or MISSING,
    }
    return cells.plain((name, value) for name, value in found.items() if value is not MISSING)


def tags(all_facts: Sequence[Facts]) -> Section:
    """Compare tags."""
    columns: list[Column] = [cells.plain(facts.version.tags) for facts in all_facts]
    return Section("tags", cells.rows(columns, Row))


def about(all_facts: Sequence[Facts]) -> Section:
    """Compare what a version is: kind, size, number of files, author, note."""
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
        columns.append(cells.plain(known))

    def make(name: str, found: tuple[Cell, ...]) -> Row:
        if name == "kind":
            return Row(name, found, affects="model")
        return Row(name, found, unit="bytes" if name == "size" else "")

    return Section("about", cells.rows(columns, make))


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
