"""The machine: operating system, processor, memory, and what of them a container or a job may use."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import Any

_CGROUP = "/sys/fs/cgroup"
_SOME = 1 << 13  # bytes: all of /proc/cpuinfo takes milliseconds on a machine of many processors
_NO_LIMIT = 1 << 60  # cgroup version 1 says "none" by a number about 2**63


def facts() -> dict[str, Any]:
    """Return the facts; what a system does not tell is left out."""
    found: dict[str, Any] = {"os": sys.platform, "cpus": os.cpu_count() or 0}
    if hasattr(os, "uname"):
        name = os.uname()
        found |= {
            "os": name.sysname,
            "kernel": name.release,
            "architecture": name.machine,
            "hostname": name.nodename,
        }
    found["release"] = _release()
    found["libc"] = _libc()
    found["cpu"] = _cpu()
    found["cpus_usable"] = _usable(found["cpus"])
    found["memory"] = _memory()
    found["memory_limit"] = min(_limits("memory.max", "memory/memory.limit_in_bytes"), default=0)
    found["container"] = _container()
    return {name: fact for name, fact in found.items() if fact}


def _read(path: str) -> str:
    """Return the start of a small file of the kernel or the distribution; empty where there is none."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read(_SOME)
    except OSError:
        return ""


def _release() -> str:
    """The name of the release: os-release(5), or the version of macOS."""
    if sys.platform == "darwin":
        import platform

        return f"macOS {platform.mac_ver()[0]}"
    for line in (_read("/etc/os-release") or _read("/usr/lib/os-release")).splitlines():
        name, _, value = line.partition("=")
        if name == "PRETTY_NAME":
            return value.strip("\"'")
    return ""


def _libc() -> str:
    try:
        return os.confstr("CS_GNU_LIBC_VERSION") or ""
    except (AttributeError, ValueError, OSError):  # no confstr, or a C library that is not GNU's
        return ""


def _cpu() -> str:
    if sys.platform == "darwin":
        return _sysctl("machdep.cpu.brand_string")
    fields: dict[str, str] = {}
    for line in _read("/proc/cpuinfo").splitlines():
        name, _, value = line.partition(":")
        fields.setdefault(name.strip(), value.strip())
    # x86 says "model name"; ARM says at most "Model" or "Hardware", and often only the part's number.
    for name in ("model name", "Model", "Hardware", "cpu model", "cpu"):
        if fields.get(name):
            return fields[name]
    return f"part {fields['CPU part']}" if fields.get("CPU part") else ""


def _sysctl(name: str) -> str:
    from time import monotonic

    from .programs import Program, finish

    program = Program(["/usr/sbin/sysctl", "-n", name])
    finish([program], monotonic() + 1)
    return program.output.decode("utf-8", "replace").strip() if program.ok else ""


def _usable(count: int) -> float:
    """How many processors this process may use: by its affinity, and by its cgroup's share of time."""
    usable = float(len(os.sched_getaffinity(0))) if hasattr(os, "sched_getaffinity") else float(count)
    for directory in _directories():
        quota, _, period = _read(os.path.join(directory, "cpu.max")).strip().partition(" ")
        if quota.isdigit() and period.isdigit() and int(period):
            usable = min(usable, int(quota) / int(period))
    quota = _read(f"{_CGROUP}/cpu/cpu.cfs_quota_us").strip()
    period = _read(f"{_CGROUP}/cpu/cpu.cfs_period_us").strip()
    if quota.isdigit() and period.isdigit() and int(period):
        usable = min(usable, int(quota) / int(period))
    return round(usable, 2)


def _memory() -> int:
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return 0


def _limits(unified: str, legacy: str) -> list[int]:
    files = [*(os.path.join(directory, unified) for directory in _directories()), f"{_CGROUP}/{legacy}"]
    values = (_read(file).strip() for file in files)
    return [int(value) for value in values if value.isdigit() and int(value) < _NO_LIMIT]


def _directories() -> Iterator[str]:
    """Yield this process's cgroup and those above it (cgroups(7), version 2): each may set a limit."""
    for line in _read("/proc/self/cgroup").splitlines():
        if line.startswith("0::/"):
            directory = os.path.normpath(f"{_CGROUP}/{line[4:]}")
            while directory.startswith(_CGROUP):
                yield directory
                directory = os.path.dirname(directory)


def _container() -> str:
    if os.environ.get("KUBERNETES_SERVICE_HOST"):
        return "kubernetes"
    if os.environ.get("APPTAINER_CONTAINER") or os.environ.get("SINGULARITY_CONTAINER"):
        return "apptainer"
    if os.path.exists("/run/.containerenv"):
        return "podman"
    return "docker" if os.path.exists("/.dockerenv") else ""
