"""The Python that trains: interpreter, environment, packages."""

from __future__ import annotations

import sys
from typing import Any

from . import environments
from .packages import Package, installed
from .process import is_own_command

FRAMEWORKS = (
    "accelerate", "bitsandbytes", "catboost", "cupy", "datasets", "deepspeed", "diffusers", "evaluate", "flash-attn",
    "flax", "ggml", "gguf", "huggingface-hub", "jax", "jaxlib", "keras", "lightgbm", "lightning", "llama-cpp-python",
    "mlx", "numpy", "onnx", "onnxruntime", "onnxruntime-gpu", "openai", "optimum", "optuna", "pandas", "paddlepaddle",
    "peft", "polars", "pyarrow", "pytorch-lightning", "ray", "safetensors", "scikit-learn", "scipy",
    "sentence-transformers", "spacy", "statsmodels", "tensorflow", "tensorflow-cpu", "tensorflow-gpu", "tf-keras",
    "timm", "tokenizers", "torch", "torchaudio", "torchvision", "transformers", "triton", "trl", "unsloth", "vllm",
    "xformers", "xgboost",
)  # fmt: skip
"""Packages whose versions are facts of their own, by their names on the index."""


_OF_MVTUI = "the packages are those of mvtui itself: no other environment is activated"
_OF_PATH = "no environment is activated: the packages are those of {}"


def facts() -> tuple[dict[str, Any], dict[str, Package]]:
    """Return what is to be said of Python, and the packages installed.

    The environment is that of this process. When this is the ``mvtui`` command, which may live in an environment of its
    own, it is the one that is activated; else its own if it holds a framework; else that of the first ``python`` on
    PATH. ``note`` says when that may well not be the one that trains.
    """
    described, note = _command() if is_own_command() else (_own(), "")
    packages = installed(described.pop("path"))
    described["packages"] = len(packages)
    described["frameworks"] = {name: packages[name].version for name in FRAMEWORKS if name in packages}
    if note and not described["frameworks"]:
        described["note"] = note
    return described, packages


def _command() -> tuple[dict[str, Any], str]:
    """Return the environment that is meant when ``mvtui`` is run as a command, and the doubt there is about it."""
    if prefix := environments.activated():
        if environments.is_own(prefix):
            return _own(), ""
        return environments.describe(prefix) | {"activated": True}, ""
    own = _own()
    if any(name in installed(own["path"]) for name in FRAMEWORKS):
        return own, ""
    executable, prefix = environments.first_on_path()
    if not prefix or environments.is_own(prefix):
        return own, _OF_MVTUI
    other = environments.describe(prefix, executable)
    return other, "" if other["environment"]["type"] != "system" else _OF_PATH.format(executable)


def _own() -> dict[str, Any]:
    kind, name = environments.kind_of(sys.prefix, virtual=sys.prefix != sys.base_prefix)
    return {
        "implementation": sys.implementation.name,
        "version": ".".join(map(str, sys.version_info[:3])) + _prerelease(),
        "executable": sys.executable or "",
        "environment": {"type": kind, "path": sys.prefix, "name": name},
        "path": [entry for entry in sys.path if isinstance(entry, str)],
    }


def _prerelease() -> str:
    level, serial = sys.version_info[3:]
    return "" if level == "final" else f"{level[0] if level != 'candidate' else 'rc'}{serial}"
