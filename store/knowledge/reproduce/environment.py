"""The environment: the same Python, the same packages."""

from __future__ import annotations

import re
import shlex
from typing import Any
from urllib.parse import unquote

from ...nouns.recipe import Step
from ..secrets import REDACTED
from .lacking import Lacking
from .shell import inside, place

_LOCAL = re.compile(r"(?P<name>[\w.-]+) @ (?P<url>file://[^\s#]*)(?:  # (?P<state>.*))?")
_BUILD = re.compile(r"(?P<name>torch|torchvision|torchaudio)==[^+\s]+\+(?P<build>cpu|cu\d+|rocm[\d.]+|xpu)")
_JAX = re.compile(r"jax(?:lib)?==[^+\s]+\+cuda")
_TORCH_INDEX = "https://download.pytorch.org/whl/"
_JAX_FILES = "https://storage.googleapis.com/jax-releases/jax_cuda_releases.html"


def step(python: dict[str, Any], freeze: str, printed: str, repository: str, lack: Lacking) -> Step:
    """Return the step. ``printed`` is the command that prints the requirements."""
    title = "the environment"
    if not python or "problem" in python:
        lack(f"the Python is not known{': ' + str(python['problem']) if python else ''}")
        return Step("environment", title, ())
    if note := python.get("note"):
        lack(str(note), "activate the environment that trains, or register in the training script")
    lines = _interpreter(python)
    if not freeze:
        lack("the packages are not known")
        return Step("environment", title, tuple(lines))
    lines += [
        f"{printed} > {inside('requirements.txt')}",
        " ".join(["python -m pip install", *_indexes(freeze), "-r", inside("requirements.txt")]),
    ]
    if REDACTED in freeze:
        lack(
            f"packages came from where a password is needed: put it back where it says {REDACTED}",
            level="info",
        )
    for local in _locals(freeze):
        path = unquote(local["url"].removeprefix("file://"))
        if repository and (path == repository or path.startswith(repository + "/")):
            editable = "-e " if (local["state"] or "").startswith("editable") else ""
            lines.append(f"python -m pip install --no-deps {editable}{place(path, repository)}")
        else:
            lack(
                f"{local['name']} was installed from {path}, which no index has",
                "install it from a commit: git+URL@COMMIT",
            )
    return Step("environment", title, tuple(lines))


def requirements(freeze: str) -> str:
    """Return the freeze as pip can install it anywhere: what lay on that machine's disk becomes a comment."""
    return "".join(f"# {line}\n" if _LOCAL.fullmatch(line) else f"{line}\n" for line in freeze.splitlines())


def _interpreter(python: dict[str, Any]) -> list[str]:
    version = str(python.get("version", ""))
    short = ".".join(version.split(".")[:2])
    environment = inside("env")
    if python.get("environment", {}).get("type") == "conda":
        lines = [f"conda create --quiet --yes --prefix {environment} {shlex.quote(f'python={version}')} pip"]
    else:
        lines = [f"{shlex.quote(f'python{short}')} -m venv {environment}"]
    # Not by "activate", which needs a shell that conda has set up.
    return [
        f"# Python {version}" if re.fullmatch(r"[\w.+]*", version) else "# Python",
        *lines,
        f'PATH={environment}/bin:"$PATH"; export PATH',
    ]


def _indexes(freeze: str) -> list[str]:
    """Return options for packages that PyPI doesn't have: builds for one version of CUDA."""
    builds = {match["build"] for line in freeze.splitlines() if (match := _BUILD.match(line))}
    options = [f"--extra-index-url {_TORCH_INDEX}{build}" for build in sorted(builds)]
    if any(_JAX.match(line) for line in freeze.splitlines()):
        options.append(f"--find-links {_JAX_FILES}")
    return options


def _locals(freeze: str) -> list[re.Match[str]]:
    return [match for line in freeze.splitlines() if (match := _LOCAL.fullmatch(line))]
