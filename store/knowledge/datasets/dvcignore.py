"""Which files below a tracked directory DVC leaves out: ``.dvcignore``, its own defaults, and repositories inside.

https://dvc.org/doc/user-guide/project-structure/dvcignore-files: the patterns are those of gitignore
(https://git-scm.com/docs/gitignore), each file's relative to its directory, deeper files after higher ones, the last
that fits decides; and what lies in a directory that is left out is left out.
"""

from __future__ import annotations

import os
import re

import msgspec

NAME = ".dvcignore"
CONTROL = ".dvc"
"""The directory in which DVC keeps itself: its presence makes a repository."""

_DEFAULTS = (".hg/", ".git/", ".git", ".dvc/")
_MAX_SIZE = 1 << 20
_MAX_STARS = 8  # each multiplies the ways to match: a hostile pattern could take hours


class NotUnderstoodError(Exception):
    """A ``.dvcignore`` that can't be read, or has a pattern that is not understood; says which."""


class Rule(msgspec.Struct, frozen=True):
    """One pattern, for paths that begin with ``base`` (a directory, with ``/``) and are matched from there on.

    ``keep`` says that it takes back an earlier one, ``directories`` that it means only those.
    """

    base: str
    pattern: re.Pattern[str]
    keep: bool
    directories: bool


class Ignored:
    """The rules that hold at one place of a repository of DVC."""

    def __init__(self, root: str) -> None:
        self.root = root
        self.rules: list[Rule] = []

    @classmethod
    def inside(cls, directory: str, root: str | None) -> Ignored:
        """Collect the rules for what lies in a tracked ``directory`` of the repository at ``root`` (both absolute).

        Where there is no repository DVC's defaults hold; none do for data outside it. A ``.dvcignore`` in the
        directory itself is data: DVC refuses to track such a directory.

        Raises:
            NotUnderstoodError: see there.
        """
        rules = cls(root or directory)
        between = os.path.relpath(directory, rules.root).split(os.sep)
        if between[0] == os.pardir:
            return rules
        rules.rules = [rule for text in _DEFAULTS if (rule := compile_rule(text, rules.root)) is not None]
        if root is not None:
            for count in range(len(between) if between != [os.curdir] else 0):
                rules.add(os.path.join(root, *between[:count]))
        return rules

    def add(self, directory: str) -> None:
        """Add the rules of the ``.dvcignore`` in a directory, if there is one that is not left out itself."""
        path = os.path.join(directory, NAME)
        if not os.path.lexists(path) or self.leave_out(path, is_directory=False):
            return
        try:
            with open(path, "rb") as file:
                data = file.read(_MAX_SIZE + 1)
            if len(data) > _MAX_SIZE:
                raise NotUnderstoodError(f"{path} is too large")
            lines = data.decode().splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise NotUnderstoodError(f"{path} can't be read: {error}") from error
        for line in lines:
            try:
                rule = compile_rule(line.strip(), directory)
            except ValueError:
                raise NotUnderstoodError(
                    f"{path} has a pattern that only DVC understands: {line.strip()!r}"
                ) from None
            if rule is not None:
                self.rules.append(rule)

    def leave_out(self, path: str, *, is_directory: bool) -> bool:
        """Whether DVC leaves out a path (absolute), by itself or by a directory above it."""
        parts = os.path.relpath(path, self.root).split(os.sep)
        above = (os.path.join(self.root, *parts[:count]) for count in range(1, len(parts)))
        return any(self.names(each, is_directory=True) for each in above) or self.names(
            path, is_directory=is_directory
        )

    def names(self, path: str, *, is_directory: bool) -> bool:
        """Whether the rules leave out this very path (absolute); directories above it aren't looked at."""
        for rule in reversed(self.rules):
            if (rule.directories and not is_directory) or not path.startswith(rule.base):
                continue
            inside = path[len(rule.base) :]
            if rule.pattern.match(inside) or (is_directory and rule.pattern.match(inside + "/")):
                return not rule.keep
        return False


def find_root(directory: str) -> str | None:
    """Return the root of the repository of DVC that a directory is in, or None."""
    here = os.path.abspath(directory)
    while not os.path.isdir(os.path.join(here, CONTROL)):
        here, before = os.path.dirname(here), here
        if here == before:
            return None
    return here


def compile_rule(text: str, base: str) -> Rule | None:
    """Turn one line into a rule; None for a comment or an empty line.

    Raises:
        ValueError: escapes and sets of characters (``[a-z]``), which are read in more than one way; or many stars.
    """
    if not text or text.startswith("#") or text == "/":
        return None
    keep, text = text.startswith("!"), text.removeprefix("!")
    if not text or "\\" in text or "[" in text or "***" in text or text.count("*") > _MAX_STARS:
        raise ValueError(text)
    directories = text.endswith("/")
    parts = text.strip("/").split("/")
    if not any(parts) or (directories and set(parts) <= {"*", "**"}):
        raise ValueError(text)
    if "/" not in text.rstrip("/") and parts != ["**"]:
        parts.insert(0, "**")  # without a slash it means any depth
    base = base.rstrip("/") + "/"
    return Rule(base, re.compile(_expression(parts, directories)), keep, directories)


def _expression(parts: list[str], directories: bool) -> str:
    """Return the expression for a path relative to the rule's directory."""
    expression = ""
    for number, part in enumerate(parts):
        last = number == len(parts) - 1
        if part != "**":
            expression += _segment(part) + ("" if last else "/")
        elif last:
            return expression  # whatever lies below
        else:
            expression += "(?:.+/)?"
    return f"{expression}/" if directories else rf"{expression}(?:/|\Z)"


def _segment(part: str) -> str:
    if part == "*":
        return "[^/]+"
    return "".join({"*": "[^/]*", "?": "[^/]"}.get(letter, re.escape(letter)) for letter in part)
