"""Which metrics are worth a column: those that say how good a version is, before those that tell of its run."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..store import Direction

_WORD = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+")
_EVALUATION = frozenset({"dev", "eval", "evaluation", "holdout", "test", "val", "valid", "validation"})
_TRAINING = frozenset({"train", "training"})

_COUNTERS = frozenset(
    {"epoch", "epochs", "flos", "iter", "iteration", "iterations", "lr", "step", "steps", "tokens"}
)
"""Words of what counts a run; beside a word that has a direction (``train_loss_epoch``) they say over what."""
_BOOKKEEPING = ("best metric", "best model", "grad norm", "learning rate", "per second", "runtime")
"""What the Hugging Face Trainer, Lightning and Keras log of the run itself."""


def worth_a_column(counts: Mapping[str, int], direction: Callable[[str], Direction | None]) -> list[str]:
    """Return the metrics of some versions, the most telling first; the run's bookkeeping only when all are.

    First what half as many versions have as have the most common metric, then the rarer. In each: metrics whose
    direction is known, those of an evaluation before others before those of training and of slices; then those
    without a direction. Equals stay as common, and in the order, as they are in ``counts``.

    Args:
        counts: metric → how many versions have it.
        direction: which way a metric is better, or None; see ``Store.direction``.
    """
    told = [name for name in counts if not _is_bookkeeping(name, direction)] or list(counts)
    half = max((counts[name] for name in told), default=0) / 2

    def rank(name: str) -> tuple[bool, bool, int, int]:
        return counts[name] < half, direction(name) is None, _part(name), -counts[name]

    return sorted(told, key=rank)


def _is_bookkeeping(name: str, direction: Callable[[str], Direction | None]) -> bool:
    words = _words(name)
    if not _COUNTERS.isdisjoint(words) and direction(name) is None:
        return True
    phrase = " ".join(words)
    return any(each in phrase for each in _BOOKKEEPING)


def _part(name: str) -> int:
    """Return the rank of what was measured on: evaluation, not known, training or a slice of a dataset."""
    words = _words(name)
    if not _TRAINING.isdisjoint(words) or (name.endswith("]") and ":" in name):
        return 2
    return int(_EVALUATION.isdisjoint(words))


def _words(name: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(name)]
