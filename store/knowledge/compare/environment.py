"""The machine a version was made on: a capture's parts as rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from ...nouns.capture import Part
from ...nouns.comparison import MISSING, Cell, ChangeClass, Row, Section, Unit
from . import cells
from .cells import Column
from .facts import Facts
from .sections import missing

_PARTS: tuple[Part, ...] = ("python", "system", "gpu", "command", "scheduler")
"""In the order of the rows; git has a section of its own."""

_MAKES_A_DIFFERENCE: frozenset[Part] = frozenset({"python", "system", "gpu"})
_WHERE = frozenset({"hostname", "ram", "executable", "prefix", "uptime"})
"""Facts that tell which box it was, not how it computes."""

_BYTES = frozenset({"ram", "memory", "vram"})
_PROBLEM = "problem"


def environment(all_facts: Sequence[Facts]) -> Section:
    """Compare what was captured of Python, system, GPU, command line and scheduler, part by part."""
    found: list[Row] = []
    for part in _PARTS:
        found += cells.rows([_column(facts, part) for facts in all_facts], partial(_row, part))
    captured: list[Column] = [None if facts.capture is None else {} for facts in all_facts]
    return Section(
        "environment", tuple(found), (*missing(all_facts, "environment", captured), *_problems(all_facts))
    )


def _problems(all_facts: Sequence[Facts]) -> Iterator[str]:
    for facts in all_facts:
        if facts.capture is None:
            continue
        for part in _PARTS:
            if problem := facts.capture.part(part).get(_PROBLEM):
                yield f"{facts.version.ref}: {part}: {problem}"


def _column(facts: Facts, part: Part) -> Column:
    """Return a part's facts by name; None when it was not captured, or could not be at all."""
    captured = facts.capture.part(part) if facts.capture else {}
    flat = {_label(part, path): Cell(value) for path, value in _flat(captured, "") if path != _PROBLEM}
    return flat or None


def _row(part: Part, name: str, row: tuple[Cell, ...]) -> Row:
    last = name.rpartition("/")[2].rpartition(" ")[2]
    of: ChangeClass | None = "environment" if part in _MAKES_A_DIFFERENCE and last not in _WHERE else None
    numbers = all(cell.value is MISSING or isinstance(cell.value, int) for cell in row)
    unit: Unit = "bytes" if last in _BYTES and numbers else ""
    return Row(name, row, affects=of, unit=unit)


def _label(part: Part, path: str) -> str:
    """Name a fact so that it can be told from another part's: ``python``, ``python executable``, ``cuda``."""
    if path in ("version", part):
        return part
    return path if part in ("system", "gpu") else f"{part} {path}"


def _flat(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Yield scalars by their path; lists of scalars are one text, equal things in a row are counted."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flat(inner, f"{path}/{key}" if path else str(key))
    elif not isinstance(value, list | tuple):
        yield path, value
    elif all(isinstance(item, str | int | float | bool | None) for item in value):
        yield path, _counted([str(item) for item in value])
    elif all(item == value[0] for item in value):
        yield f"{path}/count", len(value)
        yield from _flat(value[0], path)
    else:
        for at, item in enumerate(value):
            yield from _flat(item, f"{path}/{at}")


def _counted(items: Sequence[str]) -> str:
    if len(items) > 1 and len(set(items)) == 1:
        return f"{len(items)} x {items[0]}"
    return " ".join(items)
