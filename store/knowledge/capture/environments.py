"""Python environments other than this process's: which one is meant, and what its files alone tell.

The ``mvtui`` command may well live in an environment of its own (pipx, uv tool). What trained is then the environment
that is activated, else the one of the first ``python`` on PATH. No Python is run to find out.
"""

from __future__ import annotations

import os
import re
import sys
from typing import Any

_LIBRARY = re.compile(r"python(3\.\d+t?)", re.ASCII)  # t: free-threaded
_CONDA_PYTHON = re.compile(r"python-(3\.\d+\.\w+)-[^-]+\.json", re.ASCII)
_MOST_READ = 1 << 14  # bytes of pyvenv.cfg


def activated() -> str:
    """Return the directory of the environment that the shell has activated; empty when it has none."""
    for variable in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        prefix = os.environ.get(variable, "")
        if prefix and os.path.isdir(prefix):
            return prefix
    return ""


def first_on_path() -> tuple[str, str]:
    """Return the first ``python`` or ``python3`` on PATH, and the directory of its environment.

    The directory is empty when the file lies in none, as a script that starts another Python does.
    """
    for directory in os.environ.get("PATH", "").split(os.pathsep):
        for name in ("python", "python3"):
            file = os.path.join(directory, name)
            if directory and os.path.isfile(file) and os.access(file, os.X_OK):
                return file, _prefix(file)
    return "", ""


def is_own(prefix: str) -> bool:
    """Whether an environment is that of this process."""
    return os.path.realpath(prefix) == os.path.realpath(sys.prefix)


def describe(prefix: str, executable: str = "") -> dict[str, Any]:
    """Describe an environment from its directories; ``path`` lists those that may hold packages."""
    stated = _configuration(prefix)
    version = _stated_version(stated) or _conda_version(prefix) or _newest(prefix, executable)
    kind, name = kind_of(prefix, virtual=os.path.isfile(os.path.join(prefix, "pyvenv.cfg")))
    path = _packages(prefix, version)
    if stated.get("include-system-site-packages", "").casefold() == "true" and stated.get("home"):
        path += _packages(os.path.dirname(stated["home"]), version)
    return {
        "implementation": "cpython",
        "version": version,
        "executable": executable or os.path.join(prefix, "bin", "python"),
        "environment": {"type": kind, "path": prefix, "name": name},
        "path": path,
    }


def kind_of(prefix: str, *, virtual: bool) -> tuple[str, str]:
    """Return ``conda``, ``venv`` or ``system``, and the environment's name."""
    if os.path.isdir(os.path.join(prefix, "conda-meta")):
        named = os.environ.get("CONDA_DEFAULT_ENV", "") if os.environ.get("CONDA_PREFIX") == prefix else ""
        return "conda", named or os.path.basename(prefix)
    return ("venv", os.path.basename(prefix)) if virtual else ("system", "")


def _prefix(file: str) -> str:
    """Return the directory above the ``bin`` of an interpreter: as it is called for a venv, else where it really is."""
    called = os.path.dirname(os.path.dirname(os.path.abspath(file)))
    if os.path.isfile(os.path.join(called, "pyvenv.cfg")):
        return called
    if os.path.isdir(os.path.join(called, "versions")) and os.path.basename(os.path.dirname(file)) == "shims":
        return _of_pyenv(called)
    real = os.path.dirname(os.path.dirname(os.path.realpath(file)))
    return real if _libraries(real) else ""


def _of_pyenv(root: str) -> str:
    """Return the directory of the version that pyenv's shim would start, by the rules of "pyenv version"."""
    chosen = os.environ.get("PYENV_VERSION", "")
    try:
        directory = os.getcwd()
    except OSError:  # removed since
        directory = os.sep
    while not chosen:
        chosen = _first_line(os.path.join(directory, ".python-version"))
        if directory == (directory := os.path.dirname(directory)):
            break
    chosen = chosen or _first_line(os.path.join(root, "version"))
    prefix = os.path.join(root, "versions", chosen.partition(":")[0])
    return prefix if chosen and _libraries(prefix) else ""


def _first_line(file: str) -> str:
    try:
        with open(file, encoding="utf-8", errors="replace") as opened:
            return opened.readline(_MOST_READ).strip()
    except OSError:  # nothing is chosen here
        return ""


def _libraries(prefix: str) -> list[str]:
    """Return the versions (``3.11``) whose library is there, oldest first."""
    lib = os.path.join(prefix, "lib")
    try:
        names = os.listdir(lib)
    except (OSError, ValueError):  # there is none: nothing of Python's lives here; ValueError: a NUL in it
        return []
    found = [match[1] for name in names if (match := _LIBRARY.fullmatch(name))]
    return sorted(found, key=lambda version: int(version.partition(".")[2].rstrip("t")))


def _newest(prefix: str, executable: str) -> str:
    """Return the version that an interpreter's real name states (``python3.11``), else the newest that is there."""
    named = _LIBRARY.fullmatch(os.path.basename(os.path.realpath(executable))) if executable else None
    return named[1] if named else next(reversed(_libraries(prefix)), "")


def _packages(prefix: str, version: str) -> list[str]:
    """Return the directories of packages: ``site-packages``, and Debian's ``dist-packages`` for its own Python."""
    there = _libraries(prefix)
    short = ".".join(version.split(".")[:2])
    if short not in there and there:
        short = there[-1]
    found = [os.path.join(prefix, "lib", f"python{short}", "site-packages")]
    if prefix == "/usr":
        found = [f"/usr/local/lib/python{short}/{name}-packages" for name in ("dist", "site")] + found
        found.append("/usr/lib/python3/dist-packages")
    return found


def _configuration(prefix: str) -> dict[str, str]:
    """Return what ``pyvenv.cfg`` states; nothing where there is none to read."""
    try:
        with open(os.path.join(prefix, "pyvenv.cfg"), encoding="utf-8", errors="replace") as file:
            pairs = [line.partition("=") for line in file.read(_MOST_READ).splitlines()]
    except OSError:
        return {}
    return {key.strip(): value.strip() for key, _, value in pairs}


def _stated_version(stated: dict[str, str]) -> str:
    """Return the version of a ``pyvenv.cfg``: under ``version`` by venv, ``version_info`` by uv and virtualenv."""
    return ".".join(stated.get("version_info", stated.get("version", "")).split(".")[:3])


def _conda_version(prefix: str) -> str:
    """Return the version of conda's Python, by the name of its record in ``conda-meta``."""
    try:
        names = os.listdir(os.path.join(prefix, "conda-meta"))
    except OSError:  # no conda
        return ""
    return next((match[1] for name in sorted(names) if (match := _CONDA_PYTHON.fullmatch(name))), "")
