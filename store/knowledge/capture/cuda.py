"""Which CUDA runtime and cuDNN the frameworks use: by installed packages, else by conda, else by what lies on the machine."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from .packages import Package

_RUNTIME = re.compile(r"nvidia-cuda-runtime(?:-cu\d+)?")
_CUDNN = re.compile(r"nvidia-cudnn(?:-cu\d+)?")
_TORCH = re.compile(r"\+cu(\d{2,3})$")
_CONDA = {"cuda-cudart": "cuda", "cudatoolkit": "cuda", "cudnn": "cudnn"}
_LIBRARY = re.compile(r"libcudnn\.so\.(\d+\.\d+[\d.]*)")
_HEADER = re.compile(r"#define CUDNN_(MAJOR|MINOR|PATCHLEVEL)\s{1,8}(\d{1,6})")
_HOME = "/usr/local/cuda"
_DIRECTORIES = (f"{_HOME}/lib64", "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64")
_HEADERS = ("/usr/include/cudnn_version.h", f"{_HOME}/include/cudnn_version.h")


def toolkit(packages: Mapping[str, Package], prefix: str, *, on_machine: bool) -> dict[str, dict[str, Any]]:
    """Return ``cuda`` and ``cudnn``, each as ``version`` and ``from``; what isn't there is left out.

    ``prefix`` is the environment's directory. ``on_machine`` asks for what is installed outside the environment,
    too: worth a look only where there is a GPU.
    """
    found: dict[str, dict[str, Any]] = {}
    sources = [_packaged(packages), _conda(prefix)]
    if on_machine:
        sources.append(_installed())
    for source in sources:
        for what, version, origin in source:
            found.setdefault(what, {"version": version, "from": origin})
    return found


def _packaged(packages: Mapping[str, Package]) -> Iterator[tuple[str, str, str]]:
    for what, pattern in (("cuda", _RUNTIME), ("cudnn", _CUDNN)):
        for name in packages:
            if pattern.fullmatch(name):
                yield what, packages[name].version, name
    if "torch" in packages and (tag := _TORCH.search(packages["torch"].version)):
        digits = tag.group(1)  # cu121 is 12.1
        yield "cuda", f"{digits[:-1]}.{digits[-1]}", "torch"


def _conda(prefix: str) -> Iterator[tuple[str, str, str]]:
    """Read ``conda-meta``, where each package is ``name-version-build.json``."""
    for entry in _names(os.path.join(prefix, "conda-meta")):
        name, _, rest = entry.removesuffix(".json").rpartition("-")[0].rpartition("-")
        if name in _CONDA and rest:
            yield _CONDA[name], rest, f"conda {name}"


def _installed() -> Iterator[tuple[str, str, str]]:
    if sys.platform != "linux":
        return
    if version := _cuda_home():
        yield "cuda", version, _HOME
    for header in _HEADERS:
        parts = dict(_HEADER.findall(_read(header)))
        if len(parts) == 3:
            yield "cudnn", f"{parts['MAJOR']}.{parts['MINOR']}.{parts['PATCHLEVEL']}", header
    for directory in _DIRECTORIES:
        for entry in _names(directory):
            if library := _LIBRARY.fullmatch(entry):
                yield "cudnn", library.group(1), os.path.join(directory, entry)


def _cuda_home() -> str:
    """Return the toolkit's version from ``version.json`` (since CUDA 11.1) or ``version.txt``."""
    try:
        return str(msgspec.json.decode(_read(f"{_HOME}/version.json"))["cuda"]["version"])
    except (msgspec.DecodeError, KeyError, TypeError):
        return _read(f"{_HOME}/version.txt").removeprefix("CUDA Version").strip()


def _names(directory: str) -> list[str]:
    try:
        return sorted(os.listdir(directory))
    except OSError:
        return []


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read(1 << 16)
    except OSError:
        return ""
