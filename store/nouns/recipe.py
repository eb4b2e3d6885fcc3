"""A recipe: the commands that would make a version again, and what is missing to do so."""

from __future__ import annotations

from typing import Literal

import msgspec

StepName = Literal["code", "environment", "data", "parents", "command"]


class Step(msgspec.Struct, frozen=True):
    """One step: what it is for, and its lines of shell, each complete and quoted for a POSIX shell.

    Lines that begin with ``#`` are comments. A step without commands has nothing to do, or nothing to do it with;
    ``Recipe.missing`` says which.
    """

    name: StepName
    title: str
    lines: tuple[str, ...]


class Lack(msgspec.Struct, frozen=True):
    """Something that is not known, or that can't be had again: the step it belongs to, and a sentence.

    ``fix`` says what would have kept it, or cures it; empty where nothing does. ``level`` is how much it matters of a
    version in Production; of any other, ``bad`` is ``warn``. ``about`` are the ends of the edges that it tells of.
    """

    step: StepName
    message: str
    fix: str = ""
    level: Literal["info", "warn", "bad"] = "warn"
    about: tuple[str, ...] = ()


class Recipe(msgspec.Struct, frozen=True):
    """How to make a version again.

    ``made_on`` says in a few sentences on what it was made. ``requirements`` is the list of packages for pip, with
    those that no index has as comments; empty when packages were not captured. ``script`` is all of it as a shell script,
    which takes the directory to work in as its only argument, and stops unless that is new or empty.
    """

    ref: str
    id: str
    made_on: tuple[str, ...]
    steps: tuple[Step, ...]
    missing: tuple[Lack, ...]
    requirements: str
    script: str
