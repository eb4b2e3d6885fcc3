"""The first question of whoever debugs: of what sort the change is, and what shows it.

The classes, and what belongs to each, are in ``affects``; the rows that differ are the evidence. Within a class,
what is nearest to the cause comes first: where the version comes from and what it was trained on, then its own
files, then parameters, code, packages and machine.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ...nouns.comparison import CHANGE_CLASSES, Change, Evidence, Row, Section, SectionName

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


def classify(sections: Sequence[Section], at: int) -> tuple[Change, ...]:
    """Return what changed from the base to the version in column ``at``; empty when no known thing did."""
    found: dict[str, list[Evidence]] = {}
    by_name = {section.name: section for section in sections}
    for name in _STRONGEST_FIRST:
        if name not in by_name:
            continue
        rows = by_name[name].rows
        for row in sorted(rows, key=_RANKS[name]) if name in _RANKS else rows:
            cell = row.cells[at]
            if row.affects is not None and cell.outcome not in ("same", "unknown"):
                found.setdefault(row.affects, []).append(
                    Evidence(name, row.name, row.cells[0].value, cell.value, cell.outcome)
                )
    return tuple(Change(of, tuple(found[of])) for of in CHANGE_CLASSES if of in found)


def _by_framework(row: Row) -> int:
    return _FRAMEWORK_RANK.get(row.name, len(_FRAMEWORKS))


def _by_size(row: Row) -> float:
    """Put the largest files first: weights before their settings."""
    return -max((cell.value for cell in row.cells if isinstance(cell.value, int)), default=0)


_RANKS: dict[SectionName, Callable[[Row], float]] = {"packages": _by_framework, "files": _by_size}
