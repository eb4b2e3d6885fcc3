"""The Python that trains: interpreter, environment, packages."""

from __future__ import annotations

import os
import sys
from typing import Any

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


def facts() -> tuple[dict[str, Any], dict[str, Package]]:
    """Return what is to be said of Python, and the packages installed.

    The environment is that of this process. When this is the ``mvtui`` command, and another one is activated,
    it is that one: mvtui may well live in an environment of its own.
    """
    activated = _activated() if is_own_command() else ""
    described = _other(activated) if activated else _own()
    path = described.pop("path")
    packages = installed(path)
    described["packages"] = len(packages)
    described["frameworks"] = {name: packages[name].version for name in FRAMEWORKS if name in packages}
    return described, packages


def _own() -> dict[str, Any]:
    kind, name = _environment(sys.prefix, virtual=sys.prefix != sys.base_prefix)
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


def _activated() -> str:
    """Return the directory of the environment that the shell has activated, when it is not this process's."""
    for variable in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        prefix = os.environ.get(variable, "")
        if prefix and os.path.isdir(prefix):
            return "" if os.path.realpath(prefix) == os.path.realpath(sys.prefix) else prefix
    return ""


def _other(prefix: str) -> dict[str, Any]:
    """Describe an environment that is not this process's, from its directories alone."""
    lib = os.path.join(prefix, "lib")
    versions = [
        entry
        for entry in (os.listdir(lib) if os.path.isdir(lib) else ())
        if entry.startswith("python3") and os.path.isdir(os.path.join(lib, entry, "site-packages"))
    ]
    newest = max(
        versions, key=lambda entry: [int(n) for n in entry[6:].split(".") if n.isdigit()], default=""
    )
    kind, name = _environment(prefix, virtual=os.path.isfile(os.path.join(prefix, "pyvenv.cfg")))
    return {
        "implementation": "cpython",
        "version": _stated_version(prefix) or newest.removeprefix("python"),
        "executable": os.path.join(prefix, "bin", "python"),
        "environment": {"type": kind, "path": prefix, "name": name},
        "activated": True,
        "path": [os.path.join(lib, newest, "site-packages")] if newest else [],
    }


def _environment(prefix: str, *, virtual: bool) -> tuple[str, str]:
    if os.path.isdir(os.path.join(prefix, "conda-meta")):
        return "conda", os.environ.get("CONDA_DEFAULT_ENV", "") or os.path.basename(prefix)
    return ("venv", os.path.basename(prefix)) if virtual else ("system", "")


def _stated_version(prefix: str) -> str:
    """Return the version that ``pyvenv.cfg`` states: under ``version`` by venv, ``version_info`` by uv and virtualenv."""
    try:
        with open(os.path.join(prefix, "pyvenv.cfg"), encoding="utf-8", errors="replace") as file:
            pairs = (line.partition("=") for line in file.read(1 << 14).splitlines())
            stated = {key.strip(): value.strip() for key, _, value in pairs}
    except OSError:
        return ""
    return ".".join(stated.get("version_info", stated.get("version", "")).split(".")[:3])
