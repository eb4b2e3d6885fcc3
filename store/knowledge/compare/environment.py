"""The machine a version was made on: the facts of a capture that say how it computes, and where it ran."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import msgspec

from ...nouns.capture import Part
from ...nouns.comparison import DiffCell, DiffRow, DiffSection, Unit, Value
from . import cells
from .cells import Column
from .facts import Facts
from .sections import missing


class _Fact(msgspec.Struct, frozen=True):
    """A row: its name, and where a capture has it. ``computes`` says that another value may give another result."""

    name: str
    part: Part
    path: tuple[str, ...]
    computes: bool = False
    unit: Unit = ""


_FACTS = (
    _Fact("python", "python", ("version",), computes=True),
    _Fact("python implementation", "python", ("implementation",), computes=True),
    _Fact("python environment", "python", ("environment", "type")),
    _Fact("os", "system", ("os",), computes=True),
    _Fact("release", "system", ("release",), computes=True),
    _Fact("kernel", "system", ("kernel",)),
    _Fact("libc", "system", ("libc",), computes=True),
    _Fact("architecture", "system", ("architecture",), computes=True),
    _Fact("container", "system", ("container",)),
    _Fact("cpu", "system", ("cpu",), computes=True),
    _Fact("cpus", "system", ("cpus_usable",)),
    _Fact("ram", "system", ("memory",), unit="bytes"),
    _Fact("gpu", "gpu", ("gpus",), computes=True),
    _Fact("gpu memory", "gpu", ("memory",), unit="bytes"),
    _Fact("cuda", "gpu", ("cuda", "version"), computes=True),
    _Fact("cudnn", "gpu", ("cudnn", "version"), computes=True),
    _Fact("driver", "gpu", ("driver",), computes=True),
    _Fact("driver's cuda", "gpu", ("cuda_driver",)),
    _Fact("hostname", "system", ("hostname",)),
    _Fact("command", "command", ("line",)),
    _Fact("directory", "command", ("cwd",)),
)
_NEVER_THE_SAME = frozenset({"seconds", "started"})
"""When a job ran and for how long is another matter each time: it says nothing of the environment (see ``show``)."""
_PARTS: tuple[Part, ...] = ("python", "system", "gpu", "command", "scheduler")
_PROBLEM = "problem"


def environment(all_facts: Sequence[Facts]) -> DiffSection:
    """Compare what was captured of Python, system, GPU, command line and scheduler.

    What a part could not tell is not known; what it told that there is none of is missing.
    """
    captured = [_parts(facts) for facts in all_facts]
    found: list[DiffRow] = []
    for fact in _FACTS:
        found += cells.rows([_column(parts, fact) for parts in captured], partial(_row, fact))
    found += cells.rows([_scheduler(parts) for parts in captured], DiffRow)
    nothing: list[Column] = [None if facts.capture is None else {} for facts in all_facts]
    notes = (*missing(all_facts, "environment", nothing), *_problems(all_facts))
    return DiffSection("environment", tuple(found), notes)


def _parts(facts: Facts) -> Mapping[str, Any]:
    return facts.capture.parts if facts.capture else {}


def _row(fact: _Fact, name: str, row: tuple[DiffCell, ...]) -> DiffRow:
    return DiffRow(name, row, affects="environment" if fact.computes else None, unit=fact.unit)


def _column(parts: Mapping[str, Any], fact: _Fact) -> Column:
    part = parts.get(fact.part)
    if not isinstance(part, Mapping):
        return None
    value = _gpu(part, fact.name) if fact.name in ("gpu", "gpu memory") else _at(part, fact.path)
    if value is None:
        return None if _PROBLEM in part else {}
    return {fact.name: DiffCell(value)}


def _at(part: Mapping[str, Any], path: Sequence[str]) -> Value:
    found: Any = part
    for step in path:
        found = found.get(step) if isinstance(found, Mapping) else None
    return found if isinstance(found, str | int | float) and found != "" else None


def _gpu(part: Mapping[str, Any], name: str) -> Value:
    """Return the GPUs by name and number, ``none`` where there are none; or the memory of all, in bytes."""
    devices = part.get("gpus")
    if not isinstance(devices, list):
        return "none" if name == "gpu" and part.get("source") == "none" and _PROBLEM not in part else None
    each = [device for device in devices if isinstance(device, Mapping)]
    if name == "gpu memory":
        return sum(m for device in each if isinstance(m := device.get("memory"), int)) or None
    grouped = itertools.groupby(str(device.get("name", "unknown")) for device in each)
    counted = [(model, len(list(same))) for model, same in grouped]
    return ", ".join(f"{many} x {model}" if many > 1 else model for model, many in counted) or "none"


def _scheduler(parts: Mapping[str, Any]) -> Column:
    said = parts.get("scheduler")
    if not isinstance(said, Mapping) or _PROBLEM in said:
        return None
    return {
        f"{source} {name}": DiffCell(value)
        for source, facts in said.items()
        if isinstance(facts, Mapping)
        for name, value in facts.items()
        if isinstance(value, str | int | float) and name not in _NEVER_THE_SAME
    }


def _problems(all_facts: Sequence[Facts]) -> Iterator[str]:
    for facts in all_facts:
        for part in _PARTS:
            said = _parts(facts).get(part)
            if isinstance(said, Mapping) and (problem := said.get(_PROBLEM)):
                yield f"{facts.version.ref}: {part}: {problem}"
