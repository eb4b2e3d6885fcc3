"""The metrics of a run while it goes on: which of them belong to a checkpoint, and the curves."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TypeAlias

from ..nouns.metric import Series
from .plain import numbers

Points: TypeAlias = dict[str, dict[int, float]]

_CLOCK = re.compile(
    r"(?:epoch|step|total_flos|num_input_tokens_seen)"
    r"|(?:.+_)?(?:runtime|(?:samples|steps|tokens)_per_sec(?:ond)?)(?:_per_gpu)?",
    re.ASCII,
)
"""How far and how fast: nothing that says how good a version is."""

_SETTINGS = re.compile(r"learning_rate|lr(?:-.+)?|grad_norm|(?:.+_)?(?:learning_rate|grad_norm)", re.ASCII)
"""Worth a curve; no measure of a version."""


def measures(values: Mapping[str, object]) -> dict[str, float]:
    """Return what says how good a version is: numbers, without clocks and settings."""
    found = numbers(values)
    return {
        name: value
        for name, value in found.items()
        if not _CLOCK.fullmatch(name) and not _SETTINGS.fullmatch(name)
    }


class History:
    """Values by name and step (optimizer steps since the run began).

    What was *trained* with (a loss that is logged now and then) describes every checkpoint that follows it. What
    was *measured* (an evaluation) describes the weights of its own step and no others.
    """

    def __init__(self) -> None:
        self._trained: Points = {}
        self._measured: Points = {}

    def trained(self, step: int, values: Mapping[str, object]) -> None:
        """Add what training logged at a step. A later value for the same step takes its place.

        A value that only repeats the last measurement of its name is left out: frameworks go on showing it.
        """
        found = numbers(values)
        news = {name: value for name, value in found.items() if not self._repeats(name, value)}
        _add(self._trained, step, news)

    def measured(self, step: int, values: Mapping[str, object]) -> None:
        """Add what an evaluation of the weights of a step came to."""
        _add(self._measured, step, numbers(values))

    def _repeats(self, name: str, value: float) -> bool:
        points = self._measured.get(name, {})
        return bool(points) and repr(points[max(points)]) == repr(value)  # by repr: NaN equals nothing

    def at(self, step: int) -> dict[str, float]:
        """Return the metrics of the weights of a step."""
        metrics = {}
        for name, points in self._trained.items():
            before = [known for known in points if known <= step]
            if before:
                metrics[name] = points[max(before)]
        return measures(metrics) | {
            name: points[step] for name, points in self._measured.items() if step in points
        }

    def last_measured(self) -> int | None:
        """Return the step of the last evaluation; None without one."""
        return max((step for points in self._measured.values() for step in points), default=None)

    def series(self) -> dict[str, Series]:
        """Return each name's curve; a single point is none."""
        curves = {}
        for name in self._trained | self._measured:
            points = self._trained.get(name, {}) | self._measured.get(name, {})
            steps = sorted(points)
            if len(steps) > 1:
                curves[name] = Series(tuple(map(float, steps)), tuple(points[step] for step in steps))
        return curves

    def state(self) -> dict[str, Points]:
        """Return a copy of everything as plain mappings, for a framework's checkpoint."""
        return {"trained": _copy(self._trained), "measured": _copy(self._measured)}

    @classmethod
    def from_state(cls, state: Mapping[str, Points]) -> History:
        """Return the history that ``state`` gave."""
        history = cls()
        history._trained = _copy(state.get("trained", {}))
        history._measured = _copy(state.get("measured", {}))
        return history

    @classmethod
    def of_log(cls, log: Iterable[Mapping[str, object]], prefix: str) -> History:
        """Return the history in the Hugging Face Trainer's ``log_history``.

        Each entry is flat and has a ``step``; evaluations are entries of their own, their names beginning
        with ``prefix``.
        """
        history = cls()
        for entry in log:
            step = entry.get("step")
            if not isinstance(step, int):
                continue
            measured = {name: value for name, value in entry.items() if name.startswith(prefix)}
            history.measured(step, measured)
            history.trained(step, {name: value for name, value in entry.items() if name not in measured})
        return history


def _copy(points: Points) -> Points:
    return {name: dict(values) for name, values in points.items()}


def _add(into: Points, step: int, values: Mapping[str, float]) -> None:
    for name, value in values.items():
        if not _CLOCK.fullmatch(name):
            into.setdefault(name, {})[step] = value
