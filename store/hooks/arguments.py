"""What the hook reads of the Hugging Face Trainer, and its ``TrainingArguments`` as parameters."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from .plain import parameters


class Arguments(Protocol):
    """The part of ``transformers.TrainingArguments`` that the hook needs by name."""

    output_dir: str
    load_best_model_at_end: bool
    max_steps: int


class State(Protocol):
    """The part of ``transformers.TrainerState`` that the hook needs. Steps are optimizer steps."""

    global_step: int
    log_history: Sequence[Mapping[str, object]]
    best_model_checkpoint: str | None
    is_world_process_zero: bool
    is_hyper_param_search: bool


_ALWAYS = (
    "learning_rate",
    "per_device_train_batch_size",
    "gradient_accumulation_steps",
    "lr_scheduler_type",
    "warmup_steps",
    "weight_decay",
    "optim",
    "seed",
)
_WHEN_CHANGED = (
    "warmup_ratio",
    "lr_scheduler_kwargs",
    "optim_args",
    "optim_target_modules",
    "adam_beta1",
    "adam_beta2",
    "adam_epsilon",
    "adafactor",
    "max_grad_norm",
    "label_smoothing_factor",
    "neftune_noise_alpha",
    "group_by_length",
    "train_sampling_strategy",
    "data_seed",
    "full_determinism",
    "bf16",
    "fp16",
    "tf32",
    "torch_compile",
    "use_liger_kernel",
)
_PLACES = ("_dir", "_path", "_file", "_url")


def hyperparameters(args: Arguments) -> dict[str, object]:
    """Return the arguments that shape what is trained, under their own names.

    The usual ones always, rarer ones when they differ from their default, and so for whatever a subclass
    (``SFTConfig``, ``Seq2SeqTrainingArguments``…) has fields for. Never where files lie, what is logged,
    evaluated or saved when, and nothing that is named like a secret.
    """
    chosen = dict.fromkeys(_ALWAYS) | {_length(args): None}
    defaults = _defaults(type(args))
    for name in (*_WHEN_CHANGED, *_added_by_subclasses(type(args))):
        if name in defaults and getattr(args, name, None) != defaults[name]:
            chosen[name] = None
    processes = getattr(args, "world_size", 1)
    found = {name: getattr(args, name, None) for name in chosen}
    return parameters(found | ({"world_size": processes} if processes > 1 else {}))


def _length(args: Arguments) -> str:
    return "max_steps" if args.max_steps > 0 else "num_train_epochs"


def _defaults(kind: type) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field in dataclasses.fields(kind):
        found[field.name] = (
            field.default_factory() if field.default_factory is not dataclasses.MISSING else field.default
        )
    return found


def _added_by_subclasses(kind: type) -> list[str]:
    bases = [base for base in kind.__mro__ if base.__name__ == "TrainingArguments"]
    known = {field.name for field in dataclasses.fields(bases[-1])} if bases else set()
    added = [field.name for field in dataclasses.fields(kind) if field.name not in known]
    return [name for name in added if bases and not name.endswith(_PLACES)]
