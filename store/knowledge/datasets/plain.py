"""Files of other tools, read with suspicion: bounded, plain values only, each field of the type it must have."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from typing import Any

from ...errors import BadInputError, NotFoundError, StorageError
from ...nouns import names
from ..values.reading import MAX_VALUES, MAX_YAML

MAX_TEXT = 4096
"""Longest path, name or digest in such a file, in characters."""


def load(path: str, name: str) -> Any:
    """Read a YAML file; ``name`` is what messages call it.

    Raises:
        NotFoundError: there is no such file.
        BadInputError: no regular file, larger than ``MAX_YAML``, not UTF-8, or malformed.
        StorageError: the operating system refuses.
    """
    from ..values.yaml_values import YamlProblem
    from ..values.yaml_values import load as load_yaml

    data = _read(path, name)
    if len(data) > MAX_YAML:
        raise BadInputError(
            f"{name} is larger than {MAX_YAML // 2**20} MiB, too large for a file of DVC",
            hint="Give the path of the data itself.",
        )
    try:
        return load_yaml(data.decode("utf-8-sig"), MAX_VALUES)
    except UnicodeDecodeError as error:
        raise BadInputError(
            f"{name} is not text in UTF-8: byte {error.start:,} is 0x{data[error.start]:02x}",
            hint="Name the file that DVC wrote.",
        ) from None
    except YamlProblem as error:
        raise BadInputError(
            f"{name}, line {error.line}, column {error.column}: {error.problem}",
            hint="DVC can't read it either: restore the file from git, or let DVC write it again.",
        ) from None
    except RecursionError:
        raise BadInputError(f"{name} is nested too deeply", hint="Restore it from git.") from None


def _read(path: str, name: str) -> bytes:
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise BadInputError(f"{name} is not a regular file", hint="Name the file that DVC wrote.")
        with open(path, "rb", opener=_at_once) as file:
            return file.read(MAX_YAML + 1)
    except FileNotFoundError:
        raise NotFoundError(f"there is no file {name}", hint="Check the path.") from None
    except PermissionError:
        raise StorageError(f"{name} may not be read by this user", hint=f"Try: chmod u+r {name}") from None
    except OSError as error:
        raise StorageError(f"{name} can't be read: {error.strerror}", hint="Check the path.") from error


def _at_once(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)  # not to wait for a writer, should it have become a FIFO


class Fields:
    """One mapping of such a file. ``where`` begins every complaint: the file, and the way to the mapping."""

    def __init__(self, body: object, where: str) -> None:
        if not isinstance(body, Mapping):
            raise BadInputError(
                f"{where} is not of the form DVC writes: names and values are expected",
                hint="Name a .dvc file or a dvc.lock.",
            )
        self.body: Mapping[Any, Any] = body
        self.where = where

    def wrong(self, key: str, problem: str) -> BadInputError:
        """Return the complaint about one field."""
        shown = str(self.body.get(key))[:60]
        return BadInputError(
            f"{self.where}: {key!r} {problem}: {shown!r}",
            hint="DVC can't have written this: restore the file from git.",
        )

    def text(self, key: str, default: str | None = None) -> str:
        """Return a field of text that can stand in a path; it must be there without a ``default``."""
        value = self.body.get(key, default)
        if value is None and default is not None:
            return default
        if not isinstance(value, str) or not value or "\0" in value or len(value) > MAX_TEXT:
            if value == "" and default is not None:
                return default
            raise self.wrong(key, "is no text" if key in self.body else "is missing")
        return names.check_text(value, f"{self.where}: {key!r}")

    def checksum(self, key: str) -> str:
        """Return a checksum in lower case if it is hexadecimal, as it is if not; empty when there is none."""
        value = self.body.get(key)
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)  # unquoted digits only: DVC takes it too
        if value is None or value == "":
            return ""
        if not isinstance(value, str) or len(value) > MAX_TEXT:
            raise self.wrong(key, "is no checksum")
        names.check_text(value, f"{self.where}: {key!r}")
        return value.lower() if key == "md5" else value

    def count(self, key: str) -> int | None:
        """Return a whole number, 0 or more; None when there is none."""
        value = self.body.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**63:
            raise self.wrong(key, "is no whole number, 0 or more")
        return value

    def inner(self, key: str) -> Fields:
        """Return a mapping inside this one."""
        return Fields(self.body.get(key), f"{self.where}: {key}")

    def each(self, key: str) -> list[Fields]:
        """Return the mappings of a list; none when it isn't there."""
        value = self.body.get(key)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self.wrong(key, "is no list")
        return [Fields(item, f"{self.where}: {key} {number}") for number, item in enumerate(value, 1)]
