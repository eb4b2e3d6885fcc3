"""NVIDIA GPUs: driver, what CUDA it can run, devices. By NVML, else by ``nvidia-smi``, else "none".

NVML is reached through ``pynvml`` of the package nvidia-ml-py, which NVIDIA keeps; it is imported only where the driver's
library can be loaded. A driver in trouble can hang a caller for good, so the looking is done by a thread that
may be left behind.
"""

from __future__ import annotations

import importlib
import os
import re
import shutil
import threading
import time
from typing import Any

from .programs import Program, finish

_LIBRARY = "libnvidia-ml.so.1"
_QUERY = ("index", "name", "uuid", "memory.total", "driver_version", "mig.mode.current")
_MIB = 1 << 20
_VISIBLE = ("CUDA_VISIBLE_DEVICES", "NVIDIA_VISIBLE_DEVICES")


class GpuLook:
    """A look at the GPUs that has begun; ``facts`` waits for it, ``timeout`` seconds from the start at most."""

    def __init__(self, timeout: float) -> None:
        self._deadline = time.monotonic() + timeout
        self._timeout = timeout
        self._found: dict[str, Any] = {}
        self._thread = threading.Thread(target=self._look, name="mvtui-gpu", daemon=True)
        self._thread.start()

    def facts(self) -> dict[str, Any]:
        """Return ``source`` (``nvml``, ``nvidia-smi``, ``none``), ``driver``, ``cuda_driver``, ``gpus``, ``visible``.

        Memory is in bytes; ``cuda_driver`` is the newest CUDA that the driver can run.
        """
        self._thread.join(max(0.0, self._deadline - time.monotonic()))
        if self._thread.is_alive():
            found: dict[str, Any] = {
                "source": "none",
                "problem": f"the NVIDIA driver did not answer in {self._timeout:g} seconds",
            }
        else:
            found = dict(self._found)
        if visible := {name: os.environ[name] for name in _VISIBLE if name in os.environ}:
            found["visible"] = visible
        return found

    def _look(self) -> None:
        try:
            # A program that hangs is ended while there still is someone waiting to hear of it.
            self._found = _find(self._deadline - self._timeout / 10)
        except Exception as error:  # noqa: BLE001 — a thread has no one to raise to: the part records it
            self._found = {"source": "none", "problem": f"{type(error).__name__}: {error}"}


def _find(deadline: float) -> dict[str, Any]:
    problem = ""
    if _has_library():
        try:
            return _by_nvml()
        except Exception as error:  # noqa: BLE001 — NVMLError, or whatever an old pynvml lacks; nvidia-smi is next
            problem = f"NVML: {error}"
    if shutil.which("nvidia-smi"):
        return _by_program(deadline, problem)
    return {"source": "none", "problem": problem} if problem else {"source": "none"}


def _has_library() -> bool:
    import ctypes

    try:
        ctypes.CDLL(_LIBRARY)
    except OSError:
        return False
    return True


def _by_nvml() -> dict[str, Any]:
    nvml: Any = importlib.import_module("pynvml")  # has no types
    nvml.nvmlInit()
    try:
        number = int(nvml.nvmlSystemGetCudaDriverVersion_v2())
        return {
            "source": "nvml",
            "driver": _text(nvml.nvmlSystemGetDriverVersion()),
            "cuda_driver": f"{number // 1000}.{number % 1000 // 10}",  # NVML writes 12.4 as 12040
            "gpus": [_device(nvml, index) for index in range(nvml.nvmlDeviceGetCount())],
        }
    finally:
        nvml.nvmlShutdown()


def _device(nvml: Any, index: int) -> dict[str, Any]:
    try:
        handle = nvml.nvmlDeviceGetHandleByIndex(index)
        found: dict[str, Any] = {
            "index": index,
            "name": _text(nvml.nvmlDeviceGetName(handle)),
            "uuid": _text(nvml.nvmlDeviceGetUUID(handle)),
            "memory": int(nvml.nvmlDeviceGetMemoryInfo(handle).total),
        }
    except (
        nvml.NVMLError
    ) as error:  # one that fell off the bus, or may not be looked at: the others still count
        return {"index": index, "problem": str(error)}
    if parts := _mig(nvml, handle):
        found["mig"] = parts
    return found


def _mig(nvml: Any, handle: Any) -> list[str]:
    """Return the UUIDs of the instances a GPU is cut into; empty when it isn't, or can't be."""
    found = []
    try:
        if not nvml.nvmlDeviceGetMigMode(handle)[0]:
            return []
        for index in range(nvml.nvmlDeviceGetMaxMigDeviceCount(handle)):
            try:
                part = nvml.nvmlDeviceGetMigDeviceHandleByIndex(handle, index)
            except nvml.NVMLError_NotFound:  # a place that no instance takes
                continue
            found.append(_text(nvml.nvmlDeviceGetUUID(part)))
    except nvml.NVMLError:  # not supported by this GPU, or not to be seen by this user
        return found
    return found


def _text(value: str | bytes) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def _by_program(deadline: float, problem: str) -> dict[str, Any]:
    query = Program(["nvidia-smi", f"--query-gpu={','.join(_QUERY)}", "--format=csv,noheader,nounits"])
    banner = Program(["nvidia-smi"])  # the only place where every version says what CUDA the driver can run
    finish([query, banner], deadline)
    if not query.ok:
        said = query.problem or query.output.decode("utf-8", "replace").strip() or query.why
        return {"source": "none", "problem": f"{problem}; {said}" if problem else said}
    found: dict[str, Any] = {"source": "nvidia-smi", "gpus": []}
    for line in query.output.decode("utf-8", "replace").splitlines():
        cells = [cell.strip() for cell in line.split(",")]
        if len(cells) != len(_QUERY) or not cells[0].isdigit():
            return {"source": "none", "problem": f"nvidia-smi wrote what is no list of GPUs: {line[:200]!r}"}
        index, name, uuid, memory, driver, mig = cells
        found["driver"] = driver
        device: dict[str, Any] = {"index": int(index), "name": name, "uuid": uuid}
        if memory.isdigit():
            device["memory"] = int(memory) * _MIB
        if mig == "Enabled":
            device["mig"] = []
        found["gpus"].append(device)
    if cuda := re.search(rb"CUDA Version:\s{0,8}(\d[\d.]{0,15})", banner.output):
        found["cuda_driver"] = cuda.group(1).decode()
    return found
