"""How versions differ: what the screen draws, ``mvtui diff`` prints and ``Store.diff`` returns.

The first version is the base; every other one is compared with it. A comparison has rows in sections; a row
has one cell a version, in their order, so that two versions and six are read the same way.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import msgspec

from .manifest import Scalar
from .metric import to_stored

if TYPE_CHECKING:
    from .metric import Direction
    from .version import Version

MOST = 6
"""Most versions in one comparison: more columns than that nobody can read."""


class Missing(Enum):
    """The value of a cell that has none; null is a value."""

    MISSING = "missing"


MISSING: Final = Missing.MISSING
Value: TypeAlias = Scalar | Missing

ChangeClass = Literal["data", "model", "retrieval", "workflow", "code", "environment", "other"]
CHANGE_CLASSES: tuple[ChangeClass, ...] = (
    "data",
    "model",
    "retrieval",
    "workflow",
    "code",
    "environment",
    "other",
)
"""What a change is a change of, in the order they are told."""

SectionName = Literal[
    "metrics",
    "params",
    "environment",
    "packages",
    "git",
    "datasets",
    "files",
    "tags",
    "lineage",
    "about",
]
DIFF_SECTIONS: tuple[SectionName, ...] = (
    "metrics",
    "params",
    "environment",
    "packages",
    "git",
    "datasets",
    "files",
    "tags",
    "lineage",
    "about",
)

Outcome = Literal["same", "better", "worse", "changed", "added", "removed", "renamed", "unknown"]
"""What became of a row: ``changed`` also for a metric of which nobody can say that it is better or worse (no known
direction, NaN before); ``unknown`` when one of the two was never recorded or can't be read."""

Unit = Literal["", "bytes", "files"]


class DiffCell(msgspec.Struct, frozen=True):
    """A row's value in one version, and what became of it since the base.

    ``value`` has its own type, or is ``MISSING``. ``digest`` is what stands behind a value that is only a name or
    a size (a dataset, a file): with one on both sides it alone decides. ``delta`` is this value − the base's,
    an integer between integers, for numbers only; ``percent`` is it relative to the base's absolute value,
    None where that is 0 or either is not finite. ``note`` is a remark in words (``from old/name``, ``newer``).
    """

    value: Value = MISSING
    digest: str = ""
    outcome: Outcome = "same"
    delta: float | None = None
    percent: float | None = None
    note: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the cell as JSON types: without ``value`` when it is missing, without what is empty."""
        found: dict[str, Any] = {} if self.value is MISSING else {"value": _stored(self.value)}
        found["outcome"] = self.outcome
        for name in ("delta", "percent"):
            if (number := getattr(self, name)) is not None:
                found[name] = _stored(number)
        for name in ("digest", "note"):
            if text := getattr(self, name):
                found[name] = text
        return found


class DiffRow(msgspec.Struct, frozen=True):
    """One thing in every version. ``cells[0]`` is the base's.

    ``affects`` says of what it is a change when it changes; None for what made no version (a metric, a tag).
    ``direction`` is a metric's. ``unit`` is that of numbers and their deltas.
    """

    name: str
    cells: tuple[DiffCell, ...]
    affects: ChangeClass | None = None
    direction: Direction | None = None
    unit: Unit = ""

    @property
    def differs(self) -> bool:
        """Whether any version is known to differ from the base."""
        return any(cell.outcome not in ("same", "unknown") for cell in self.cells)

    def as_dict(self) -> dict[str, Any]:
        """Return the row as JSON types."""
        found: dict[str, Any] = {"name": self.name, "differs": self.differs}
        for name in ("affects", "direction", "unit"):
            if text := getattr(self, name):
                found[name] = text
        return found | {"cells": [cell.as_dict() for cell in self.cells]}


class DiffSection(msgspec.Struct, frozen=True):
    """Rows of one sort, in the order the base has them, then what only others have.

    ``notes`` are sentences about the whole: what could not be read or was not captured, what to be careful of.
    """

    name: SectionName
    rows: tuple[DiffRow, ...]
    notes: tuple[str, ...] = ()

    @property
    def same(self) -> int:
        """How many rows differ in no version."""
        return len(self.rows) - len(self.differing)

    @property
    def differing(self) -> tuple[DiffRow, ...]:
        """The rows that differ in some version."""
        return tuple(row for row in self.rows if row.differs)

    def as_dict(self, *, only_differences: bool = False) -> dict[str, Any]:
        """Return the section as JSON types."""
        return {
            "section": self.name,
            "differing": len(self.differing),
            "same": self.same,
            "notes": list(self.notes),
            "rows": [row.as_dict() for row in (self.differing if only_differences else self.rows)],
        }


class Evidence(msgspec.Struct, frozen=True):
    """One thing that shows a change: the row ``name`` of ``section``, before and after; ``note`` says more in words."""

    section: SectionName
    name: str
    before: Value
    after: Value
    outcome: Outcome
    note: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the evidence as JSON types; what is missing or empty is left out."""
        found: dict[str, Any] = {"section": self.section, "name": self.name, "outcome": self.outcome}
        for name in ("before", "after"):
            if (value := getattr(self, name)) is not MISSING:
                found[name] = _stored(value)
        if self.note:
            found["note"] = self.note
        return found


class Change(msgspec.Struct, frozen=True):
    """That something of a class changed, with the evidence for it, strongest first. Never without any."""

    of: ChangeClass
    evidence: tuple[Evidence, ...]


class Commit(msgspec.Struct, frozen=True):
    """A git commit: full hash and first line of its message."""

    hash: str
    subject: str


class ChangedFile(msgspec.Struct, frozen=True):
    """A file of the code that changed: lines added and removed, None for a binary file.

    ``before`` is its old path when it was renamed.
    """

    path: str
    added: int | None
    removed: int | None
    before: str = ""


class History(msgspec.Struct, frozen=True):
    """The way from one commit to another: what ``git log A..B`` and ``git diff --stat A B`` say.

    ``ahead`` counts the commits that B has and A has not, ``behind`` those that A has and B has not. ``commits``
    are the newest of the former and ``files`` the first of ``file_count``: a long way is cut short. ``problem``
    says why nothing, or not everything, is known.
    """

    before: str
    after: str
    ahead: int = 0
    behind: int = 0
    commits: tuple[Commit, ...] = ()
    files: tuple[ChangedFile, ...] = ()
    file_count: int = 0
    problem: str = ""


class MemberChange(msgspec.Struct, frozen=True):
    """A role of two bundles whose members differ; ``before`` and ``after`` are references, None where the role is not there.

    ``comparison`` is of those two, None where one of them is missing, or the store does not know it any more.
    """

    role: str
    before: str | None
    after: str | None
    comparison: Comparison | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON types, of the comparison what differs."""
        found = {"role": self.role, "before": self.before, "after": self.after}
        compared = self.comparison.as_dict(only_differences=True) if self.comparison else None
        return found | {"comparison": compared}


class Comparison(msgspec.Struct, frozen=True):
    """Two to six versions, the first of them the base.

    ``changes`` and ``histories`` have one entry for each version but the base; ``histories`` is empty when it
    was not asked for, and its entries None where there is no other commit. ``chosen`` says which role made the
    base the base (``production``, ``parent``, ``before``…), empty when it was named. ``members`` has, where bundles are
    compared, an entry for each version but the base: the roles whose members differ.
    """

    versions: tuple[Version, ...]
    changes: tuple[tuple[Change, ...], ...]
    sections: tuple[DiffSection, ...]
    histories: tuple[History | None, ...] = ()
    chosen: str = ""
    members: tuple[tuple[MemberChange, ...], ...] = ()

    @property
    def base(self) -> Version:
        """The version that the others are compared with."""
        return self.versions[0]

    @property
    def others(self) -> tuple[Version, ...]:
        """The versions that are compared with the base."""
        return self.versions[1:]

    @property
    def same_content(self) -> tuple[bool, ...]:
        """For each version but the base, whether it is the same content: the same hash ID."""
        return tuple(version.id == self.base.id for version in self.others)

    def section(self, name: SectionName) -> DiffSection:
        """Return a section; one without rows when there is nothing of that sort."""
        return next((section for section in self.sections if section.name == name), DiffSection(name, ()))

    def as_dict(self, *, only_differences: bool = False, sections: Collection[str] = ()) -> dict[str, Any]:
        """Return the fields of ``diff --json``: with only what differs, or only some sections, if so asked.

        JSON types: a value has its own type, a number that JSON has not is the text ``NaN``, ``Infinity`` or
        ``-Infinity``, and a cell without ``value`` is missing, which is not the same as null.
        """
        return {
            "base": self.base.ref,
            "chosen": self.chosen or None,
            "versions": [{"ref": v.ref, "id": v.id, "kind": v.kind, "stage": v.stage} for v in self.versions],
            "changes": [
                {
                    "ref": version.ref,
                    "same_content": same,
                    "classes": [
                        {"of": change.of, "evidence": [one.as_dict() for one in change.evidence]}
                        for change in changes
                    ],
                }
                for version, same, changes in zip(self.others, self.same_content, self.changes, strict=True)
            ],
            "sections": [
                section.as_dict(only_differences=only_differences)
                for section in self.sections
                if not sections or section.name in sections
            ],
            "histories": [msgspec.to_builtins(history) for history in self.histories],
            "members": [[change.as_dict() for change in changes] for changes in self.members],
        }


def _stored(value: Any) -> Any:
    """Return a value as JSON can hold it."""
    return to_stored(value) if isinstance(value, float) and not math.isfinite(value) else value
