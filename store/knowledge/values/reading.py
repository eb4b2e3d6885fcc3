"""From a file to its text, and from text to a tree of mappings, lists and scalars."""

from __future__ import annotations

import json
import os
import re
import sys
from collections import Counter
from collections.abc import Sequence
from typing import Any

from ...errors import BadInputError, NotFoundError, StorageError

MAX_FILE = 16 * 1024 * 1024
"""Largest file of values that is read, in bytes."""
MAX_YAML = 2 * 1024 * 1024
"""Largest YAML that is read, in bytes: its parser takes seconds a megabyte."""
MAX_VALUES = 100_000
"""Most values one tree may hold once YAML's aliases are written out."""
TREES = frozenset({".json", ".yaml", ".yml", ".toml"})
"""Endings that say the form of a tree; a file with another one is looked into."""


def label(path: str | os.PathLike[str]) -> str:
    """Return what to call a file in messages; ``-`` is standard input."""
    return "standard input" if path == "-" else os.fspath(path)


def ending(path: str | os.PathLike[str]) -> str:
    """Return a file's ending in lower case, its dot included: ``.json``."""
    return os.path.splitext(os.fspath(path))[1].lower()


def read_text(path: str | os.PathLike[str], limit: int = MAX_FILE) -> str:
    """Return the text of a file, a byte order mark taken off; ``-`` is standard input.

    A file that is larger than ``limit`` bytes is refused before it is read.

    Raises:
        NotFoundError: there is no such file.
        StorageError: it can't be read.
        BadInputError: it is a directory, too large, or not UTF-8.
    """
    name = label(path)
    data = _read_bytes(path, name, limit)
    if len(data) > limit:  # a pipe, or a file that grew: its size said nothing
        raise _too_large(name, limit)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInputError(
            f"{name} is not text in UTF-8: byte {error.start:,} is 0x{data[error.start]:02x}",
            hint="Save it as UTF-8; a binary file can't hold values.",
        ) from None


def _read_bytes(path: str | os.PathLike[str], name: str, limit: int) -> bytes:
    """Return at most one byte more than ``limit``, so that the caller can tell that there is more."""
    try:
        if path == "-":
            return sys.stdin.buffer.read(limit + 1)
        with open(path, "rb") as file:
            if os.fstat(file.fileno()).st_size > limit:
                raise _too_large(name, limit)
            return file.read(limit + 1)
    except FileNotFoundError:
        raise NotFoundError(f"there is no file {name}", hint="Check the path.") from None
    except IsADirectoryError:
        raise BadInputError(f"{name} is a directory", hint="Name the file inside it.") from None
    except PermissionError:
        raise StorageError(f"{name} may not be read by this user", hint=f"Try: chmod u+r {name}") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise StorageError(f"{name} can't be read: {reason}") from None


def _too_large(name: str, limit: int) -> BadInputError:
    return BadInputError(
        f"{name} is larger than {limit // 2**20} MiB, too large for a file of values",
        hint="Keep the few values that describe the version; register long records as files.",
    )


def parse(text: str, path: str | os.PathLike[str]) -> Any:
    """Return the tree a text holds, None when it is empty. The ending of ``path`` says the form.

    ``.json``, ``.yaml``/``.yml``, ``.toml``; any other is tried as JSON, then as YAML. JSON may hold ``NaN``
    and ``Infinity``, as Python's ``json`` and everything built on it write them.

    Raises:
        BadInputError: malformed (the message names line and column), or a key is there twice.
    """
    reader = {".json": _json, ".yaml": _yaml, ".yml": _yaml, ".toml": _toml}.get(ending(path), _guess)
    name = label(path)
    try:
        return reader(text, name)
    except RecursionError:
        raise BadInputError(f"{name} is nested too deeply", hint="Flatten it.") from None


def _guess(text: str, name: str) -> Any:
    try:
        return _json(text, name)
    except BadInputError:
        if text.lstrip()[:1] in {"{", "["}:
            raise
    return _yaml(text, name)


def _json(text: str, name: str) -> Any:
    if not text.strip():
        return None

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise twice(name, repeated([key for key, _ in pairs]))
        return found

    try:
        return json.loads(text, object_pairs_hook=once)
    except json.JSONDecodeError as error:
        problem = error.msg[:1].lower() + error.msg[1:]
        raise _malformed(name, "JSON", error.lineno, error.colno, problem) from None
    except ValueError as error:  # an integer of thousands of digits
        raise BadInputError(f"{name}: {error}", hint="Write such a number as text.") from None


def _toml(text: str, name: str) -> Any:
    import tomllib

    try:
        return tomllib.loads(text) or None
    except tomllib.TOMLDecodeError as error:
        found = re.fullmatch(r"(.*) \(at line (\d+), column (\d+)\)", str(error), re.DOTALL)
        if found is None:
            end = text.count("\n") + 1
            problem = str(error).removesuffix(" (at end of document)")
            raise _malformed(name, "TOML", end, len(text) - text.rfind("\n"), problem) from None
        raise _malformed(name, "TOML", int(found[2]), int(found[3]), found[1]) from None
    except ValueError as error:
        raise BadInputError(f"{name}: {error}", hint="Write such a value as text.") from None


def _yaml(text: str, name: str) -> Any:
    from .yaml_values import YamlProblem, load

    if len(text) > MAX_YAML:
        raise BadInputError(
            f"{name} is larger than {MAX_YAML // 2**20} MiB, too large for YAML", hint="Write it as JSON."
        )
    try:
        return load(text, MAX_VALUES)
    except YamlProblem as error:
        raise _malformed(name, "YAML", error.line, error.column, error.problem) from None


def _malformed(name: str, form: str, line: int, column: int, problem: str) -> BadInputError:
    return BadInputError(
        f"{name}, line {line}, column {column}: {problem}", hint=f"The file must be valid {form}."
    )


def repeated(keys: Sequence[str]) -> str:
    """Return the first of some names, not all different, that comes again. Counted once: there may be 100,000."""
    counts = Counter(keys)
    return next(key for key in keys if counts[key] > 1)


def twice(name: str, key: str) -> BadInputError:
    """Return the error for a name that comes out twice."""
    return BadInputError(f"{name}: the key {key!r} is there twice", hint="Leave one of the two out.")
