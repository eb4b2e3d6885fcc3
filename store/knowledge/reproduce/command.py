"""The command: what ran, in the new clone and by the new environment."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ...nouns.recipe import Step
from .lacking import Lacking
from .shell import line, place, program

_OF_EVERY_MACHINE = ("/bin/", "/dev/", "/proc/", "/usr/")
_NAMED = 3  # paths that are named


def step(
    parts: Mapping[str, Mapping[str, Any]], host: str, known: Sequence[str], store: str, lack: Lacking
) -> Step:
    """Return the step. ``known`` are paths that another step brings back: datasets.

    A script that registers what it trained finds ``store``, where the same bytes are the same version.
    """
    title = "the command"
    command = parts.get("command", {})
    stated = str(command.get("line", ""))
    if not stated:
        parent = command.get("parent")
        by = f"; mvtui register was run by: {shlex.join(map(str, parent))}" if parent else ""
        lack(
            f"the command that made it is not known{by}",
            "say it when you register: --command 'WHAT TRAINED IT'",
        )
        return Step("command", title, ())
    if count := command.get("redacted"):
        lack(
            f"the command lost {count} {'secret' if count == 1 else 'secrets'}: put them back where it says [redacted]",
            level="info",
        )
    repository = str(parts.get("git", {}).get("repository", ""))
    cwd, argv = command.get("cwd"), [str(word) for word in command.get("argv") or ()]
    lines = [f"cd {place(cwd, repository)}"] if isinstance(cwd, str) and cwd else []
    lines.append(f"MVTUI_STORE={shlex.quote(store)}; export MVTUI_STORE")
    lines.append(_words(argv, repository, _programs(parts)) if argv else line(stated))
    first, *rest = argv or _split(stated)
    words = [cwd if isinstance(cwd, str) and repository else "", *rest]
    if not os.path.basename(first).startswith("python") and os.path.dirname(first) != _programs(parts):
        words.insert(0, first)
    outside = [path for path in _paths(words) if not _is_below(path, [repository, *known])]
    if outside:
        more = f" and {len(outside) - _NAMED:,} more" if len(outside) > _NAMED else ""
        lack(
            f"the command names what lay outside the repository, on {host}: {', '.join(outside[:_NAMED])}{more}",
            "run what is in the repository, by paths inside it",
        )
    return Step("command", title, tuple(lines))


def _programs(parts: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the directory of the old environment's programs; empty when there is none of its own."""
    environment = parts.get("python", {}).get("environment", {})
    own = environment.get("type") in ("venv", "conda") and environment.get("path")
    return f"{environment['path']}/bin" if own else ""


def _words(argv: list[str], repository: str, programs: str) -> str:
    """Return a command line of words: run by the new environment's Python, on the new clone's files."""
    first, *rest = argv
    name = os.path.basename(first)
    if name.startswith("python"):
        command = "python"
    elif programs and os.path.dirname(first) == programs:
        command = program(name)
    else:
        command = place(first, repository) if first.startswith("/") else program(first)
    moved = [place(word, repository) if word.startswith("/") else shlex.quote(word) for word in rest]
    return " ".join([command, *moved])


def _split(stated: str) -> list[str]:
    try:
        return shlex.split(stated)
    except ValueError:  # a quote that is not closed
        return stated.split()


def _paths(words: Sequence[str]) -> Iterator[str]:
    """Yield the absolute paths among words, also behind the ``=`` of an option, each once."""
    for word in dict.fromkeys(words):
        path = word if word.startswith("/") else word.partition("=")[2]
        if path.startswith("/") and not path.startswith(_OF_EVERY_MACHINE):
            yield path


def _is_below(path: str, places: Sequence[str]) -> bool:
    clean = os.path.normpath(path)
    return any(place and (clean == place or clean.startswith(place.rstrip("/") + "/")) for place in places)
