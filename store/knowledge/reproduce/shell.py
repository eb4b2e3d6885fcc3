"""Words for a POSIX shell: quoted, so that a name can't become a command, and comments of one line."""

from __future__ import annotations

import re
import shlex
import unicodedata

WORK = '"$work"'
"""Where everything is put."""

_SIMPLE = re.compile(r"(?:[A-Za-z0-9_@%+=:,./ -]|'[^'\r\n]*'|\"[A-Za-z0-9_@%+=:,./ -]*\")+")
_RESERVED = frozenset(
    "! case coproc do done elif else esac fi for function if in select then time until while".split()
)
_LONGEST = 1000  # characters of a comment


def comment(text: str) -> str:
    """Return a text as a comment: one line, whatever it holds."""
    line = "".join("?" if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"} else c for c in text)
    return f"# {line[:_LONGEST]}{'…' if len(line) > _LONGEST else ''}".rstrip()


def place(path: str, repository: str) -> str:
    """Return a path as a word: one inside the old repository, as what is in its place now."""
    if repository and (path == repository or path.startswith(repository + "/")):
        return inside("code", path[len(repository) + 1 :])
    return option_safe(path)


def inside(*parts: str) -> str:
    """Return a path below the directory everything is put in."""
    return "/".join([WORK, *(shlex.quote(part) for part in parts if part and part != ".")])


def option_safe(path: str) -> str:
    """Return a path that no program takes for an option, as a word."""
    return shlex.quote(f"./{path}" if path.startswith("-") else path)


def line(text: str) -> str:
    """Return a command that was stated as one line: as it is when that is harmless, else handed to a shell.

    A line may hold what only makes sense to a shell, and may be broken; neither must reach what is around it.
    """
    words = text.split()
    simple = bool(words) and words[0] not in _RESERVED and _SIMPLE.fullmatch(text)
    return text if simple else f"sh -c {shlex.quote(text)}"


def program(word: str) -> str:
    """Return a word that stands first: what a shell would read as its own, or as an assignment, is quoted."""
    return f"'{word}'" if word in _RESERVED or ("=" in word and "'" not in word) else shlex.quote(word)
