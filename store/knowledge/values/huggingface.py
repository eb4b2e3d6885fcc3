"""``trainer_state.json`` of the Hugging Face Trainer.

The form is that of ``transformers.TrainerState``: ``log_history`` is a list of what was logged, in order, one
flat mapping each with ``step`` and ``epoch``; training (``loss``, ``learning_rate``) and evaluation (``eval_…``)
are entries of their own, so one step may have several. ``best_metric`` is null or a number.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from ...errors import BadInputError
from ..series import check_points, in_order
from .flatten import split_numbers
from .found import MetricsFile
from .numbers import as_number, describe

_CLOCKS = ("step", "epoch")  # how far the run was: what the others are plotted against


def is_trainer_state(tree: Mapping[Any, Any]) -> bool:
    """Say whether a tree is the state of a Trainer: by its log, since the file may have any name."""
    return isinstance(tree.get("log_history"), list)


def read(tree: Mapping[Any, Any], name: str, *, series: bool) -> MetricsFile:
    """Return the last value of each name that was logged, and the series of what was logged more than once.

    Raises:
        BadInputError: an entry of the log is no mapping or has no step, or there are too many points.
    """
    metrics: dict[str, float] = {}
    points: dict[str, list[tuple[float, float]]] = {}
    skipped: dict[str, None] = {}
    for number, entry in enumerate(tree["log_history"]):
        where = f"{name}: log_history[{number}]"
        if not isinstance(entry, Mapping):
            raise BadInputError(f"{where} is {describe(entry)}", hint="Each entry is names and values.")
        step = as_number(entry.get("step"))
        if step is None or not math.isfinite(step):
            raise BadInputError(f"{where} has no step", hint='Each entry says where it was: "step": 500.')
        values, rest = split_numbers(entry, where)
        skipped.update(dict.fromkeys(rest))
        del values["step"]
        metrics.update(values)
        for key in values if series else ():
            points.setdefault(key, []).append((step, values[key]))
    if (best := as_number(tree.get("best_metric"))) is not None:
        metrics["best_metric"] = best
    check_points(sum(map(len, points.values())), name)
    curves = {key: in_order(some) for key, some in points.items() if len(some) > 1 and key not in _CLOCKS}
    return MetricsFile(metrics, curves, tuple(skipped))
