"""The first question of whoever debugs: of what sort the change is, and what shows it.

The classes, and what belongs to each, are in ``affects``; the rows that differ are the evidence. Within a class,
what is nearest to the cause comes first: where the version comes from and what it was trained on, then its own
files, then parameters, code, packages and machine.
"""

from __future__ import annotations

from collections.abc import Sequence

from ...nouns.comparison import CHANGE_CLASSES, Change, DiffRow, DiffSection, Evidence, SectionName

_STRONGEST_FIRST: tuple[SectionName, ...] = (
    "about",
    "datasets",
    "lineage",
    "files",
    "params",
    "git",
    "packages",
    "environment",
)
_FRAMEWORKS = (
    *(
        "torch",
        "tensorflow",
        "jax",
        "transformers",
        "scikit-learn",
        "xgboost",
        "lightgbm",
        "catboost",
        "keras",
    ),
    *(
        "flax",
        "peft",
        "accelerate",
        "diffusers",
        "sentence-transformers",
        "vllm",
        "tokenizers",
        "datasets",
        "numpy",
    ),
)
"""The packages that decide what a model computes, before those that might."""

_FRAMEWORK_RANK = {name: rank for rank, name in enumerate(_FRAMEWORKS)}
_SECTION_RANK = {name: rank for rank, name in enumerate(_STRONGEST_FIRST)}


def classify(sections: Sequence[DiffSection], at: int) -> tuple[Change, ...]:
    """Return what changed from the base to the version in column ``at``; empty when no known thing did."""
    found: dict[str, list[tuple[tuple[float, float], Evidence]]] = {}
    for section in sections:
        for row in section.rows:
            cell = row.cells[at]
            if row.affects is not None and cell.outcome not in ("same", "unknown"):
                before = row.cells[0].value
                evidence = Evidence(section.name, row.name, before, cell.value, cell.outcome, cell.note)
                found.setdefault(row.affects, []).append((_weight(section.name, row), evidence))
    return tuple(
        Change(of, tuple(evidence for _, evidence in sorted(found[of], key=lambda one: one[0])))
        for of in CHANGE_CLASSES
        if of in found
    )


def _weight(name: SectionName, row: DiffRow) -> tuple[float, float]:
    """Order evidence, the strongest lowest: by section, packages by what they decide, files by size.

    The packages that decide nothing in particular come last, behind the machine.
    """
    if name == "packages":
        rank = _FRAMEWORK_RANK.get(row.name)
        return (len(_SECTION_RANK), 0) if rank is None else (_SECTION_RANK[name], rank)
    if name == "files":
        largest = max((cell.value for cell in row.cells if isinstance(cell.value, int)), default=0)
        return _SECTION_RANK[name], -largest
    return _SECTION_RANK.get(name, len(_SECTION_RANK)), 0
