"""What the hooks read of a Lightning ``Trainer``, and the hyperparameters found there."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

from .plain import parameters

_T = TypeVar("_T")


class Strategy(Protocol):
    """How a Trainer's processes speak with each other."""

    def broadcast(self, obj: _T, src: int = 0) -> _T:
        """Return one process's object, in all of them."""


class State(Protocol):
    """Which of its functions a Trainer runs: ``fit``, ``validate``, ``test``, ``predict``."""

    fn: str | None


class Optimizer(Protocol):
    """A ``torch.optim.Optimizer``."""

    defaults: Mapping[str, object]


class Module(Protocol):
    """A ``LightningModule`` or ``LightningDataModule``."""

    @property
    def hparams(self) -> Mapping[str, object]:
        """What ``save_hyperparameters()`` kept."""


class Trainer(Protocol):
    """The part of ``lightning.pytorch.Trainer`` that the hooks need. Steps are optimizer steps."""

    global_step: int
    is_global_zero: bool
    sanity_checking: bool
    fast_dev_run: bool | int
    log_every_n_steps: int
    callback_metrics: Mapping[str, object]
    checkpoint_callbacks: Sequence[object]
    default_root_dir: str
    ckpt_path: str | None
    state: State
    strategy: Strategy
    optimizers: Sequence[Optimizer]

    def save_checkpoint(self, filepath: str, weights_only: bool = False) -> None:
        """Write a checkpoint; to be called in every process."""


_SETTINGS = (
    "max_epochs",
    "max_steps",
    "precision",
    "accumulate_grad_batches",
    "gradient_clip_val",
    "world_size",
)
_UNSET: dict[str, object] = {"max_steps": -1, "accumulate_grad_batches": 1, "world_size": 1}
_OPTIMIZER_SETTINGS = ("lr", "betas", "eps", "weight_decay", "momentum", "nesterov")


def hyperparameters(trainer: Trainer, module: Module) -> dict[str, object]:
    """Return what ``save_hyperparameters()`` kept, and the Trainer's and the optimizers' settings.

    The module's and the datamodule's stand under their own names (the module's win), the others as ``trainer/…``
    and ``optimizer/…``. Nothing that is named like a secret.
    """
    data = getattr(trainer, "datamodule", None)
    settings = {
        name: value
        for name in _SETTINGS
        if (value := getattr(trainer, name, None)) is not None and value != _UNSET.get(name)
    }
    stated = {**(data.hparams if data is not None else {}), **module.hparams}
    found: dict[str, object] = {"trainer": settings}
    for number, optimizer in enumerate(trainer.optimizers):
        group = "optimizer" if not number else f"optimizer-{number + 1}"
        found[group] = {"name": type(optimizer).__name__} | {
            name: optimizer.defaults[name] for name in _OPTIMIZER_SETTINGS if name in optimizer.defaults
        }
    return parameters(found | stated)


def saved_files(trainer: Trainer) -> Iterator[tuple[Path, int]]:
    """Yield the checkpoints that ``ModelCheckpoint`` callbacks keep now, on this machine, with their mtime in ns."""
    for callback in trainer.checkpoint_callbacks:
        for path in sorted({*_kept(callback), *_rewritten(callback)}):
            if written := _written(path):
                yield Path(path), written


def marks(trainer: Trainer) -> tuple[object, ...]:
    """Return something that changes when a ``ModelCheckpoint`` saves, and costs little on every batch."""
    found: list[object] = []
    for callback in trainer.checkpoint_callbacks:
        found += _kept(callback)
        found += [(path, _written(path)) for path in _rewritten(callback)]
    return tuple(found)


def best_file(trainer: Trainer) -> Path | None:
    """Return the best checkpoint of the first callback that monitors a metric."""
    for callback in trainer.checkpoint_callbacks:
        path = getattr(callback, "best_model_path", "")
        if getattr(callback, "monitor", None) and path and Path(path).exists():
            return Path(path)
    return None


def _kept(callback: object) -> list[str]:
    return list(getattr(callback, "best_k_models", None) or ())


def _rewritten(callback: object) -> list[str]:
    """Return the files that may be written again under the same name."""
    names = ("best_model_path", "last_model_path")
    return [path for name in names if (path := getattr(callback, name, None))]


def _written(path: str) -> int:
    """Return a file's mtime in ns; 0 when it is not there: another may delete it at any time."""
    try:
        return os.stat(path).st_mtime_ns
    except OSError:
        return 0
