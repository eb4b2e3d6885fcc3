"""A capture in few words: Python and its frameworks, GPUs, machine, job, command line; and what could not be read.

A capture is an object of the store, so another version of mvtui may have written it: whatever is not of the shape
that is expected is left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ..store import PARTS
from . import words

if TYPE_CHECKING:
    from ..store import Capture

_FRAMEWORKS = 8
_JOB = ("job", "array_task", "name", "partition", "queue", "nodelist", "pod", "namespace", "run", "project")
"""What is told of a job; the rest is in ``mvtui show --json``."""


def lines(capture: Capture) -> list[tuple[str, str]]:
    """Return where it was made, a name and a line each: Python and frameworks, GPUs, machine, the scheduler's job."""
    found = (
        ("python", _python(capture)),
        ("gpu", _gpus(capture)),
        ("machine", _machine(capture)),
        ("job", _job(capture)),
    )
    return [(name, line) for name, line in found if line]


def command(capture: Capture) -> tuple[str, str, str]:
    """Return the command line, the directory it ran in, and how long it took; empty where not known."""
    part = capture.part("command")
    seconds = part.get("seconds")
    took = words.duration(seconds) if isinstance(seconds, int | float) and seconds >= 1 else ""
    return _text(part, "line"), _text(part, "cwd"), took


def uncommitted(capture: Capture) -> str:
    """Return what is known of the changes that were not committed: how large they are."""
    patch = capture.part("git").get("patch")
    size = patch.get("size") if isinstance(patch, Mapping) else None
    return words.size(size) if isinstance(size, int) and size > 0 else ""


def problems(capture: Capture) -> Iterator[str]:
    """Yield what could not be found out: ``git: git did not end in time``."""
    for name in PARTS:
        for path, problem in _problems(capture.part(name), name):
            yield f"{path}: {problem}"


def _problems(value: object, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key == "problem" or (key == "note" and path == "python"):
                yield path, str(inner)
            else:
                yield from _problems(inner, f"{path} {key}")
    elif isinstance(value, list):
        for inner in value:
            yield from _problems(inner, path)


def _python(capture: Capture) -> str:
    part = capture.part("python")
    frameworks = part.get("frameworks")
    known = list(frameworks.items()) if isinstance(frameworks, Mapping) else []
    found = [version] if (version := _text(part, "version")) else []
    found += [f"{name} {version}" for name, version in known[:_FRAMEWORKS]]
    packages = part.get("packages")
    return ", ".join([*found, words.plural(packages, "package")] if isinstance(packages, int) else found)


def _gpus(capture: Capture) -> str:
    part = capture.part("gpu")
    if not part:
        return ""
    gpus = part.get("gpus")
    names = Counter(_text(gpu, "name") or "GPU" for gpu in gpus) if isinstance(gpus, list) else Counter()
    if not names:
        return "" if _text(part, "problem") else "none"
    found = [name if count == 1 else f"{count} x {name}" for name, count in names.items()]
    if driver := _text(part, "driver"):
        found.append(f"driver {driver}")
    versions = ((name, _text(part.get(name), "version")) for name in ("cuda", "cudnn"))
    found += [f"{name} {version}" for name, version in versions if version]
    return ", ".join(found)


def _machine(capture: Capture) -> str:
    part = capture.part("system")
    cpus, memory = part.get("cpus"), part.get("memory")
    found = (
        _text(part, "hostname"),
        words.plural(cpus, "CPU") if isinstance(cpus, int) else "",
        f"{words.size(memory)} RAM" if isinstance(memory, int) else "",
        _text(part, "release") or _text(part, "os"),
        f"in {container}" if (container := _text(part, "container")) else "",
    )
    return ", ".join(text for text in found if text)


def _job(capture: Capture) -> str:
    """Return the schedulers' words, such as ``slurm job 4711, partition gpu``."""
    found = []
    for source, said in capture.part("scheduler").items():
        if isinstance(said, Mapping):
            told = ", ".join(f"{name} {_text(said, name)}" for name in _JOB if _text(said, name))
            found.append(f"{source} {told}".strip())
    return "; ".join(found)


def _text(part: Any, name: str) -> str:
    value = part.get(name) if isinstance(part, Mapping) else None
    return str(value) if isinstance(value, str | int | float) else ""
