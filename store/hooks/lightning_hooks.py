"""What the callback for Lightning does, whichever of Lightning's two packages its base class is from."""

from __future__ import annotations

import contextlib
import secrets
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, Unpack

from . import lightning_trainer
from .history import History, Points, measures
from .lightning_trainer import Module, Trainer
from .registrar import Options, Registrar, When, log

if TYPE_CHECKING:
    from ..nouns.reports import Registered


class State(TypedDict, total=False):
    """What the callback keeps in Lightning's checkpoints; ``files`` as mtime (ns) and step of each."""

    history: dict[str, Points]
    files: dict[str, tuple[int, int]]


class LightningHooks:
    """Registers the model that a Lightning ``Trainer`` fitted.

    One line does::

        trainer = Trainer(callbacks=[RegisterCallback("sentiment")])

    A version is one checkpoint that ``load_from_checkpoint`` reads, with the metrics logged for just these weights,
    each metric's curve, what ``save_hyperparameters()`` kept, the Trainer's and optimizers' settings, and the
    environment. What ``trainer.test()`` and ``trainer.validate()`` come to afterwards is added to the version.

    Only the process of rank zero registers. A ``fast_dev_run`` registers nothing.

    By default nothing that goes wrong stops the training: it is logged to ``mvtui.hooks``.
    """

    def __init__(
        self, model: str, *, when: When = "best", training_state: bool = False, **options: Unpack[Options]
    ) -> None:
        """Set the callback up; nothing is looked at before training begins.

        Args:
            model: the model's name in the store.
            when: ``"best"``, when fitting ends: the best checkpoint where a ``ModelCheckpoint`` monitors
                a metric, else the final weights. ``"end"``: the final weights. ``"save"``: each checkpoint that
                a ``ModelCheckpoint`` saves.
            training_state: store final weights with what resuming needs (optimizers, schedulers, loops). The files
                of a ``ModelCheckpoint`` are stored as they are (see its ``save_weights_only``).
            **options: see ``mvtui.hooks.Options``.

        Raises:
            BadInputError and its kinds: a name or ``when`` that can't be.
        """
        super().__init__()
        self._registrar = Registrar(model, when, **options)
        self._when = when
        self._training_state = training_state
        self._history = History()
        self._seen: Mapping[str, object] = {}  # the values that callback_metrics had when last looked at
        self._files: dict[Path, tuple[int, int]] = {}  # checkpoint → its mtime (ns) and step
        self._refs: dict[int, str] = {}  # step → version
        self._marks: tuple[object, ...] = ()
        self._fitting = False

    @property
    def registered(self) -> list[Registered]:
        """What was registered, in order."""
        return self._registrar.registered

    # -- the run's metrics ------------------------------------------------------------------------

    @property
    def state_key(self) -> str:
        """The name under which Lightning keeps ``state_dict`` in its checkpoints."""
        return f"mvtui.RegisterCallback:{self._registrar.model}:{self._when}"

    def state_dict(self) -> State:
        """Return the curves so far, and which checkpoint is of which step, for a run that is resumed."""
        return {
            "history": self._history.state(),
            "files": {str(file): known for file, known in self._files.items()},
        }

    def load_state_dict(self, state_dict: State) -> None:
        """Take up the run that is resumed; ``test`` and ``validate`` restore callbacks too."""
        if not self._fitting:
            return
        self._history = History.from_state(state_dict.get("history", {}))
        self._files = {Path(file): known for file, known in state_dict.get("files", {}).items()}

    def _news(self, trainer: Trainer) -> dict[str, object]:
        """Return what was logged since the last look: an entry that was not is the very same tensor.

        To be called in every process: reading an epoch's metrics reduces them over all. What is logged by step and
        by epoch stands there as ``loss_step`` and ``loss_epoch``, and as ``loss`` now the one, now the other.
        """
        now = dict(trainer.callback_metrics)
        news = {name: value for name, value in now.items() if value is not self._seen.get(name)}
        self._seen = now
        if not trainer.is_global_zero:
            return {}
        return {name: value for name, value in news.items() if f"{name}_step" not in now}

    def setup(self, trainer: Trainer, pl_module: Module, stage: str) -> None:
        """Find the store before fitting, when a mistake costs nothing."""
        self._fitting = stage == "fit"
        if not self._fitting:
            return
        self._history, self._seen, self._files, self._refs, self._marks = History(), {}, {}, {}, ()
        if trainer.is_global_zero and not trainer.fast_dev_run:
            self._registrar.begin()

    def on_train_batch_end(
        self, trainer: Trainer, pl_module: Module, outputs: object, batch: object, batch_idx: int
    ) -> None:
        """Keep what training logs, as often as Lightning's loggers do."""
        every, step = trainer.log_every_n_steps, trainer.global_step
        if every and step and step % every == 0:
            self._history.trained(step, self._news(trainer))

    def on_train_epoch_end(self, trainer: Trainer, pl_module: Module) -> None:
        """Keep what training came to over an epoch."""
        self._history.trained(trainer.global_step, self._news(trainer))

    def on_train_epoch_start(self, trainer: Trainer, pl_module: Module) -> None:
        """Look at what was logged before: Lightning has read it once more since, into other tensors."""
        self._seen = dict(trainer.callback_metrics)

    def on_validation_start(self, trainer: Trainer, pl_module: Module) -> None:
        """Look at what was logged before, to know afterwards what the validation logged."""
        self._seen = dict(trainer.callback_metrics)

    def on_validation_end(self, trainer: Trainer, pl_module: Module) -> None:
        """Keep what a validation came to; after fitting, add it to the version."""
        if trainer.state.fn == "fit" and not trainer.sanity_checking:
            self._history.measured(trainer.global_step, self._news(trainer))
        elif trainer.state.fn == "validate":
            self._measured(trainer)

    def on_test_end(self, trainer: Trainer, pl_module: Module) -> None:
        """Add what ``trainer.test()`` came to."""
        self._measured(trainer)

    def _measured(self, trainer: Trainer) -> None:
        metrics = measures(trainer.callback_metrics)
        loaded = self._files.get(Path(trainer.ckpt_path)) if trainer.ckpt_path else (0, trainer.global_step)
        ref = self._refs.get(loaded[1]) if loaded else None
        if ref and trainer.is_global_zero:
            with self._registrar.guard("add metrics to"):
                self._registrar.measure(ref, metrics)

    # -- checkpoints ------------------------------------------------------------------------------

    def on_train_batch_start(
        self, trainer: Trainer, pl_module: Module, batch: object, batch_idx: int
    ) -> None:
        """Look for checkpoints: ``ModelCheckpoint`` saves after all other callbacks, once a step at most."""
        self._look(trainer, pl_module)

    def _look(self, trainer: Trainer, module: Module) -> None:
        if not trainer.is_global_zero or trainer.fast_dev_run:
            return
        marks = lightning_trainer.marks(trainer)
        if marks == self._marks:
            return
        self._marks = marks
        for file, written in lightning_trainer.saved_files(trainer):
            if self._files.get(file, (0, 0))[0] == written:
                continue
            known = trainer.global_step in {step for _, step in self._files.values()}
            self._files[file] = (written, trainer.global_step)
            if self._when == "save" and not known:
                with self._registrar.guard("register"):
                    self._register(trainer, module, file, trainer.global_step)

    def on_fit_end(self, trainer: Trainer, pl_module: Module) -> None:
        """Register the best checkpoint, or the final weights."""
        self._look(trainer, pl_module)
        if trainer.fast_dev_run:
            return
        if self._when == "save":
            if trainer.is_global_zero and not self._refs:
                log.warning("nothing of %s was registered: no checkpoint was saved", self._registrar.model)
            return
        with self._registrar.guard("register"):
            best = lightning_trainer.best_file(trainer) if self._when == "best" else None
            if trainer.strategy.broadcast(best is None):
                with self._final_weights(trainer) as file:
                    self._register(trainer, pl_module, file, trainer.global_step)
            elif best is not None:
                step = self._files[best][1] if best in self._files else trainer.global_step
                self._register(trainer, pl_module, best, step)

    @contextlib.contextmanager
    def _final_weights(self, trainer: Trainer) -> Iterator[Path]:
        """Save a checkpoint, in every process as Lightning wants it, and remove it again."""
        # Where checkpoints go there is room for one; /tmp may be small, or memory.
        root = tempfile.gettempdir() if "://" in trainer.default_root_dir else trainer.default_root_dir
        # One process names the place, and nothing that can fail comes before the others hear of it.
        file = Path(trainer.strategy.broadcast(f"{root}/.mvtui-{secrets.token_hex(8)}/model.ckpt"))
        try:
            trainer.save_checkpoint(str(file), weights_only=not self._training_state)
            yield file
        finally:
            if trainer.is_global_zero and file.parent.exists():
                shutil.rmtree(file.parent)

    def _register(self, trainer: Trainer, module: Module, file: Path, step: int) -> None:
        if trainer.is_global_zero:
            self._refs[step] = self._registrar.register(
                file,
                step=step,
                history=self._history,
                params=lightning_trainer.hyperparameters(trainer, module),
            )
