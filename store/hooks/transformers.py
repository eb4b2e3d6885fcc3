"""A callback for the Hugging Face Trainer (``transformers`` 4.46 and later, 5 included): registers what it trained."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from ..errors import UsageError
from . import checkpoint
from .arguments import Arguments, State, hyperparameters
from .history import History, measures
from .missing import missing
from .registrar import Options, Registrar, When, log

try:
    from transformers import TrainerCallback
except ImportError as _error:
    raise missing("transformers", _error) from _error

if TYPE_CHECKING:
    from ..nouns.reports import Registered

_EVALUATION = "eval_"


class RegisterCallback(TrainerCallback):
    """Registers the model that a ``Trainer`` (or a subclass of it) trained.

    One line does::

        trainer.add_callback(RegisterCallback("sentiment"))

    A version has the files of a checkpoint that loading needs (weights, configuration, tokenizer), the metrics of
    the evaluation of just these weights and of the training before, each metric's curve, the hyperparameters among
    the ``TrainingArguments``, the environment, and as its parent what ``from_pretrained`` was given: a version's
    path in the store, or a name on the Hub. A PEFT model becomes an ``adapter``. What ``trainer.evaluate()``
    and ``trainer.predict()`` come to after training is added to the version.

    Only the process of rank zero registers. ``training_args.bin`` is never stored: it is a pickle that may hold
    a token. Trials of a hyperparameter search are not registered.

    By default nothing that goes wrong stops the training: it is logged to ``mvtui.hooks``.
    """

    def __init__(
        self, model: str, *, when: When = "best", training_state: bool = False, **options: Unpack[Options]
    ) -> None:
        """Set the callback up; nothing is looked at before training begins.

        Args:
            model: the model's name in the store.
            when: ``"best"``, when training ends: the best checkpoint where the Trainer tracks one
                (``metric_for_best_model``), else the final weights. ``"end"``: the final weights, which are
                the best ones with ``load_best_model_at_end``. ``"save"``: each checkpoint.
            training_state: also store what resuming needs (optimizer, scheduler, random states), as far as
                the checkpoint has it.
            **options: see ``mvtui.hooks.Options``.

        Raises:
            BadInputError and its kinds: a name or ``when`` that can't be.
        """
        self._registrar = Registrar(model, when, **options)
        self._when = when
        self._training_state = training_state
        self._saved: dict[int, Path] = {}  # step → checkpoint, of this training only: a directory may be old
        self._refs: dict[int, str] = {}  # step → version
        self._in_memory: int | None = None  # once training has ended: the step whose weights the model has

    @property
    def registered(self) -> list[Registered]:
        """What was registered, in order."""
        return self._registrar.registered

    def on_train_begin(
        self, args: Arguments, state: State, control: object, model: object = None, **kwargs: object
    ) -> None:
        """Find the store now, when a mistake costs nothing."""
        self._saved, self._refs, self._in_memory = {}, {}, None
        if state.is_hyper_param_search:
            log.warning("trials of a hyperparameter search are not registered; train the best one")
        elif state.is_world_process_zero:
            self._registrar.begin(model)

    def on_save(self, args: Arguments, state: State, control: object, **kwargs: object) -> None:
        """Take note of a checkpoint, and register it if each is to be."""
        step = state.global_step
        directory = Path(args.output_dir, f"checkpoint-{step}")
        if not _mine(state) or not directory.is_dir():
            return
        self._saved[step] = directory
        if self._when == "save":
            with self._registrar.guard("register"):
                self._register(args, state, step, directory)

    def on_train_end(
        self, args: Arguments, state: State, control: object, model: object = None, **kwargs: object
    ) -> None:
        """Register the best checkpoint, or the final weights."""
        if not _mine(state):
            return
        with self._registrar.guard("register"):
            best = _best(state)
            self._in_memory = best[0] if best and args.load_best_model_at_end else state.global_step
            if self._when == "save":
                if not self._refs:
                    log.warning(
                        "nothing of %s was registered: no checkpoint was saved", self._registrar.model
                    )
            elif best and (self._when == "best" or args.load_best_model_at_end):
                self._register(args, state, *best)
            elif (directory := self._saved.get(state.global_step)) and directory.is_dir():
                self._register(args, state, state.global_step, directory)
            else:
                processing = kwargs.get("processing_class") or kwargs.get("tokenizer")  # its name before 4.46
                self._register_unsaved(
                    args, state, [part for part in (model, processing) if part is not None]
                )

    def on_evaluate(
        self, args: Arguments, state: State, control: object, metrics: Mapping[str, object], **kwargs: object
    ) -> None:
        """Add what ``trainer.evaluate()`` came to after training."""
        self._measured(state, metrics)

    def on_predict(
        self, args: Arguments, state: State, control: object, metrics: Mapping[str, object], **kwargs: object
    ) -> None:
        """Add what ``trainer.predict()`` came to after training."""
        self._measured(state, metrics)

    def _measured(self, state: State, metrics: Mapping[str, object]) -> None:
        ref = self._refs.get(self._in_memory) if self._in_memory is not None else None
        if ref and _mine(state):
            with self._registrar.guard("add metrics to"):
                self._registrar.measure(ref, measures(metrics))

    def _register(self, args: Arguments, state: State, step: int, directory: Path) -> None:
        self._refs[step] = self._registrar.register(
            checkpoint.model_files(directory, training_state=self._training_state),
            step=step,
            history=History.of_log(state.log_history, _EVALUATION),
            params=hyperparameters(args) | checkpoint.adapter_settings(directory),
            kind=checkpoint.kind_of(directory),
        )

    def _register_unsaved(self, args: Arguments, state: State, parts: Sequence[object]) -> None:
        if getattr(args, "deepspeed", None) or getattr(args, "fsdp", None):
            raise UsageError(
                "no checkpoint was saved, and the weights are spread over the processes",
                hint='Let the Trainer save: save_strategy="epoch".',
            )
        # Beside the checkpoints there is room for one; /tmp may be small, or memory.
        with tempfile.TemporaryDirectory(prefix=".mvtui-", dir=args.output_dir) as place:
            checkpoint.write(parts, Path(place))
            self._register(args, state, state.global_step, Path(place))


def _mine(state: State) -> bool:
    return state.is_world_process_zero and not state.is_hyper_param_search


def _best(state: State) -> tuple[int, Path] | None:
    """Return step and directory of the best checkpoint, if one is tracked and still there."""
    name = state.best_model_checkpoint or ""
    step = re.search(r"-(\d+)/?$", name, re.ASCII)
    return (int(step[1]), Path(name)) if step and Path(name).is_dir() else None
