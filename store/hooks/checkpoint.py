"""Which files of a Hugging Face checkpoint are the model, and writing one where the Trainer wrote none.

A checkpoint of the Trainer holds the model as ``save_pretrained`` writes it, and beside it what resuming needs:
``optimizer.pt``, ``scheduler.pt``, ``scaler.pt``, ``rng_state*.pth``, ``trainer_state.json``; DeepSpeed adds
``global_step*/``, ``latest`` and ``zero_to_fp32.py``, FSDP ``optimizer_*/``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

from ..errors import UsageError
from ..nouns.manifest import Kind

_TRAINING_STATE = re.compile(
    r"(?:optimizer|scheduler|scaler)\.\w+|optimizer(?:_\d+)?|rng_state.*\.pth|random_states.*\.pkl"
    r"|trainer_state\.json|global_step\d+|latest|zero_to_fp32\.py",
    re.ASCII,
)
_NEVER = "training_args.bin"  # a pickle; hub_token is among what it may hold
_WEIGHTS = {".safetensors", ".bin", ".pt", ".pth", ".h5", ".msgpack", ".distcp", ".onnx", ".gguf"}
_ADAPTER = "adapter_config.json"
_ADAPTER_SETTINGS = (
    "peft_type",
    "r",
    "lora_alpha",
    "lora_dropout",
    "target_modules",
    "bias",
    "use_rslora",
    "use_dora",
)


@runtime_checkable
class Saver(Protocol):
    """A model or tokenizer of ``transformers``, or a model of ``peft``."""

    def save_pretrained(self, save_directory: str) -> object:
        """Write it into a directory."""


def model_files(directory: Path, *, training_state: bool) -> list[Path]:
    """Return the files and directories of a checkpoint to register, by name.

    Where nothing but the training state holds weights (DeepSpeed ZeRO-3, sharded), that is among them too.
    """
    there = sorted(path for path in directory.iterdir() if path.name != _NEVER)
    model = [path for path in there if not _TRAINING_STATE.fullmatch(path.name)]
    whole = training_state or not any(_holds_weights(path) for path in model)
    return there if whole else model


def kind_of(directory: Path) -> Kind:
    """Return ``adapter`` for what PEFT wrote, else ``weights``."""
    return "adapter" if (directory / _ADAPTER).is_file() else "weights"


def adapter_settings(directory: Path) -> dict[str, object]:
    """Return what shapes an adapter, as parameters ``peft/…``; empty for anything else."""
    try:
        written = json.loads((directory / _ADAPTER).read_text("utf-8"))
    except FileNotFoundError:
        return {}
    found = {name: written[name] for name in _ADAPTER_SETTINGS if written.get(name) not in (None, False)}
    if isinstance(modules := found.get("target_modules"), list):
        found["target_modules"] = sorted(modules)  # a set before it was written: its order means nothing
    return {f"peft/{name}": value for name, value in found.items()}


def write(parts: Sequence[object], directory: Path) -> None:
    """Write a model, and what turns data into its input (a tokenizer…), as ``from_pretrained`` reads them.

    Raises:
        UsageError: one of them doesn't know how to save itself.
    """
    for part in parts:
        if not isinstance(part, Saver):
            raise UsageError(
                f"the Trainer saved no checkpoint, and a {type(part).__name__} has no save_pretrained",
                hint='Let the Trainer save: save_strategy="epoch".',
            )
        part.save_pretrained(str(directory))


def _holds_weights(path: Path) -> bool:
    if path.is_dir():
        return any(_holds_weights(inside) for inside in path.iterdir())
    return path.suffix in _WEIGHTS
