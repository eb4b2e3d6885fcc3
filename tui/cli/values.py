"""Metrics, parameters and tags from the command line's words and files."""

from __future__ import annotations

from collections.abc import Sequence

import click

from ...store import BUMPS, KINDS, Scalar, parse_pairs, read_values_file

BUMP = click.Choice(BUMPS)
KIND = click.Choice(KINDS)


def metrics_of(file: str | None, words: Sequence[str]) -> dict[str, float]:
    """Return the metrics of a file and of ``k=v`` words, which win.

    Raises:
        BadInputError, NotFoundError, StorageError: as ``read_values_file`` and ``parse_pairs``.
    """
    read = read_values_file(file, "metric") if file is not None else {}
    both = {**read, **parse_pairs(words, "metric")}
    return {name: value for name, value in both.items() if isinstance(value, float)}


def params_of(file: str | None, words: Sequence[str]) -> dict[str, Scalar]:
    """Return the parameters of a file and of ``k=v`` words, which win.

    Raises:
        BadInputError, NotFoundError, StorageError: as ``read_values_file`` and ``parse_pairs``.
    """
    read = read_values_file(file, "param") if file is not None else {}
    return {**read, **parse_pairs(words, "param")}


def tags_of(words: Sequence[str]) -> dict[str, str]:
    """Return the tags of ``k=v`` words.

    Raises:
        BadInputError: as ``parse_pairs``.
    """
    return {name: str(value) for name, value in parse_pairs(words, "tag").items()}
