"""Reproduce: from a version's record, the commands that would make it again, and what is missing to do so.

The commands are lines for a POSIX shell; whatever comes from a record is quoted, so that no name can become a command.
What is missing is said rather than guessed, and the commands go as far as they can without it.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from functools import partial
from typing import Any

from ...nouns.bundle import MemberState
from ...nouns.capture import Capture
from ...nouns.manifest import FileEntry
from ...nouns.recipe import Lack, Recipe, Step, StepName
from ...nouns.version import Version, rfc3339
from . import code, command, environment, hosted, ingredients, members
from .ending import beginning, ending
from .ingredients import Ingredient, Tools
from .lacking import Lacking
from .shell import comment, option_safe

__all__ = ["Ingredient", "recipe"]

_TRAINED = frozenset({"weights", "adapter"})


def recipe(
    version: Version,
    captured: Capture | None,
    freeze: str,
    found: list[Ingredient],
    store: str,
    files: Sequence[FileEntry] = (),
    lost: Sequence[Lack] = (),
    members_of: Sequence[MemberState] = (),
) -> Recipe:
    """Return how to make a version again.

    ``freeze`` is the captured list of packages, ``found`` the other ends of the version's edges, and ``store`` the
    path of the store that has it all. ``files`` are those of the version, for comparing; ``lost`` is what of the
    record can't be read any more, ``members_of`` are the members of a bundle.
    """
    lacks: list[Lack] = list(lost)

    def lacking(step: StepName) -> Lacking:
        return partial(_note, lacks, version.ref, step)

    def mvtui(*words: str, raw: str = "") -> str:
        parts = ["mvtui", words[0], "--store", option_safe(store), *map(shlex.quote, words[1:]), raw]
        return " ".join(part for part in parts if part)

    if version.kind in ("bundle", "hosted"):  # nothing was trained: what was around it says nothing
        if version.kind == "bundle":
            only = members.step(version, members_of, files, mvtui, lacking("command"))
        else:
            only = hosted.step(version, found, mvtui)
        made_on = _made_on(version, None)
        script = _script(version, made_on, (only,), lacks, [])
        return Recipe(version.ref, version.id, made_on, (only,), tuple(lacks), "", script)
    parts = captured.parts if captured else {}
    git, repository = parts.get("git", {}), str(parts.get("git", {}).get("repository", ""))
    tools = Tools(repository, mvtui)
    patch = mvtui("reproduce", version.ref, "--patch") if captured and captured.patch else ""
    printed = mvtui("reproduce", version.ref, "--requirements")
    steps = (
        code.step(version, git, patch, lacking("code")),
        environment.step(parts.get("python", {}), freeze, printed, repository, lacking("environment")),
        ingredients.data(found, tools, lacking("data"), wanted=version.kind in _TRAINED),
        ingredients.parents(found, tools, lacking("parents")),
        command.step(parts, version.host, ingredients.places(found), store, lacking("command")),
    )
    made_on = _made_on(version, captured)
    return Recipe(
        ref=version.ref,
        id=version.id,
        made_on=made_on,
        steps=steps,
        missing=tuple(lacks),
        requirements=environment.requirements(freeze),
        script=_script(version, made_on, steps, lacks, ending(files) if steps[-1].lines else []),
    )


def _note(lacks: list[Lack], ref: str, step: StepName, message: str, fix: str = "", **told: Any) -> None:
    lacks.append(Lack(step, message, fix.replace("mvtui link REF ", f"mvtui link {ref} "), **told))


def _made_on(version: Version, captured: Capture | None) -> tuple[str, ...]:
    """Return what it was made on, a sentence each: what no command brings back."""
    found = [f"registered {rfc3339(version.registered)} by {version.author} on {version.host}"]
    if captured is None:
        return tuple(found)
    system, gpu, command = (captured.part(part) for part in ("system", "gpu", "command"))
    machine = [system.get("release") or system.get("os"), system.get("architecture"), system.get("cpu")]
    if any(machine):
        found.append(", ".join(str(fact) for fact in machine if fact))
    names = [str(each.get("name", "unknown GPU")) for each in gpu.get("gpus", ())]
    if names:
        counts = [f"{names.count(name)} × {name}" for name in dict.fromkeys(names)]
        versions = [
            ("driver", gpu.get("driver")),
            *((what, gpu.get(what, {}).get("version")) for what in ("cuda", "cudnn")),
        ]
        found.append(", ".join([*counts, *(f"{what} {number}" for what, number in versions if number)]))
    if "seconds" in command:
        found.append(f"after {command['seconds']:,} seconds")
    return tuple(found)


def _script(
    version: Version, made_on: tuple[str, ...], steps: tuple[Step, ...], lacks: list[Lack], last: list[str]
) -> str:
    lines = ["#!/bin/sh", comment(f"Make {version.ref} again ({version.id[:12]}).")]
    lines += [comment(f"  {fact}") for fact in made_on]
    if lacks:
        lines += ["#", "# Missing:", *(comment(f"  {lack.step}: {lack.message}") for lack in lacks)]
    name = f"{version.model}-{version.version}"
    lines += beginning(name)
    for step in steps:
        if step.lines:
            lines += ["", comment(step.title), *step.lines]
    return "\n".join([*lines, *last, ""])
