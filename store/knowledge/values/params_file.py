"""Files of parameters: JSON, YAML, TOML, DVC's ``params.yaml``."""

from __future__ import annotations

import os
from collections.abc import Mapping

from ...errors import BadInputError
from ...nouns.manifest import Scalar
from . import reading
from .flatten import flatten
from .numbers import describe


def read_values_file(path: str | os.PathLike[str]) -> dict[str, Scalar]:
    """Read a file of parameters; ``-`` is standard input.

    The ending says the form: ``.json``, ``.yaml``/``.yml``, ``.toml``; any other is tried as JSON, then
    as YAML.

    Raises:
        NotFoundError: there is no such file.
        StorageError: it can't be read.
        BadInputError: it is a directory, larger than ``reading.MAX_FILE``, malformed (the message names line and
            column), has a key twice, or a value that can't be kept (the message names the key).
    """
    return flatten(
        as_mapping(reading.parse(reading.read_text(path), path), path), "param", reading.label(path)
    )


def read_tree(path: str | os.PathLike[str]) -> Mapping[object, object]:
    """Read names and values of any form, nested as they are; the forms, limits and errors are those of ``read_values_file``."""
    return as_mapping(reading.parse(reading.read_text(path), path), path)


def as_mapping(tree: object, path: str | os.PathLike[str]) -> Mapping[object, object]:
    """Return what a file holds if it is names and values.

    Raises:
        BadInputError: it is empty, a list, or a single value.
    """
    name = reading.label(path)
    if tree is None:
        raise BadInputError(f"{name} is empty", hint="It should hold names and values.")
    if not isinstance(tree, Mapping):
        raise BadInputError(
            f"{name} holds {describe(tree)} where names and values are expected",
            hint='Write a mapping, such as {"accuracy": 0.93}.',
        )
    return tree
